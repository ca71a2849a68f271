"""What is drawn of a state, as its metadata tells it."""

from math import asin, atan2, degrees
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.raster import Camera
from crossworld.envs.household.metadata import Drawn
from crossworld.envs.household.state import State
from crossworld.envs.household.thor_names import Point
from crossworld.envs.household.visual.frames import draw
from crossworld.envs.household.visual.library import shapes
from crossworld.envs.household.visual.numbering import label_symbols, object_label
from crossworld.envs.household.visual.outlook import Outlook
from crossworld.envs.household.visual.scene import scene_of


def drawn_now(state: State, gaze: int, size: int) -> Drawn:
    """Return places in the world and in a frame of `size` x `size` pixels.

    Things that a frame leaves out because they are in the way have boxes all the same. Of an
    object that is drawn in several receptacles, the first counts.
    """
    scene, game = scene_of(state.game), state.game
    camera = scene.outlook(state, gaze).camera
    rows = scene.instances(state, gaze, Outlook(camera))
    corners = _corners(rows)
    lows, highs = corners.min(axis=1), corners.max(axis=1)
    symbols = label_symbols(game)
    boxes: dict[str, tuple[Point, Point]] = {}
    yaws: dict[str, float] = {}
    for label, symbol in symbols.items():
        found = np.flatnonzero(rows["label"] == label)
        if not len(found):
            continue
        if label >= object_label(game, 0):
            found = found[:1]  # without signs of what it is
        boxes[symbol] = _point(lows[found].min(axis=0)), _point(highs[found].max(axis=0))
        yaws[symbol] = _yaw(rows["transform"][found[0], 2])
    return Drawn(
        boxes=boxes,
        yaws=yaws,
        seen=_seen(draw(state, gaze, size).segmentation, symbols),
        camera=_view(camera),
        size=size,
        room=scene.room,
    )


def _corners(rows: NDArray[Any]) -> NDArray[np.float64]:
    """Return the eight corners of each instance's box in the world: (n, 8, 3)."""
    bounds = np.array([shapes().meshes.bounds(int(number)) for number in rows["mesh"]])
    choice = np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    local = np.stack([bounds[:, choice[:, axis], axis] for axis in range(3)], axis=-1)
    transform = rows["transform"]
    corners: NDArray[np.float64] = (local[..., None] * transform[:, None, :3]).sum(axis=2)
    corners += transform[:, None, 3]
    return corners


def _seen(
    segmentation: NDArray[np.int32], symbols: dict[int, str]
) -> dict[str, tuple[int, int, int, int]]:
    """Return the boxes of what has pixels: left, top, right, bottom."""
    seen = {}
    for label in np.unique(segmentation).tolist():
        if label in symbols:
            rows, columns = np.nonzero(segmentation == label)
            seen[symbols[label]] = (
                int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1,
            )  # fmt: skip
    return seen


def _view(camera: Camera) -> tuple[Point, float, float, float]:
    forward = camera.axes[2]
    pitch = degrees(asin(min(max(-float(forward[1]), -1.0), 1.0)))
    return _point(camera.position), _yaw(forward), pitch, camera.fov


def _yaw(forward: NDArray[np.float64]) -> float:
    """Return the heading of a direction, degrees clockwise from above, 0..360."""
    return degrees(atan2(float(forward[0]), float(forward[2]))) % 360


def _point(values: NDArray[np.float64]) -> Point:
    x, y, z = values.tolist()
    return x, y, z
