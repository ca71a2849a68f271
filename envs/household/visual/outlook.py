"""From where a receptacle, a place or a room is seen, and what is left out because it is in the way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from crossworld.envs.core.raster import Camera, Light, Rows, render, render_batch
from crossworld.envs.core.raster.mesh import Floats
from crossworld.envs.household.visual.arrangement import Placed
from crossworld.envs.household.visual.furniture import Slide, Stance
from crossworld.envs.household.visual.ids import Pose
from crossworld.envs.household.visual.library import shapes
from crossworld.envs.household.visual.pieces import Holder
from crossworld.envs.household.visual.viewpoint import (
    Box,
    corners_of,
    from_above,
    look_at,
    overlook,
)

_LIGHT = (0.35, -0.8, 0.55)
"""Direction of the light: to the camera's right, up, and ahead."""

_AMBIENT, _DIFFUSE = 0.56, 0.52

_CLOSED_DRAWER = Stance(10, 34, 0.8, 1.2)
"""How a closed drawer is looked at: at its front, not into it."""

_ROOM_PITCHES = (50.0, 38.0, 62.0, 26.0, 74.0)
"""Degrees that a view of the whole room may look down; the first that shows all is taken."""

_ROOM_TURNS = (0.0, 90.0, 180.0, 270.0)
"""Degrees that it may be turned off the agent's heading."""

_TRIAL_SIZE = 128
"""Size at which views of the room are compared."""

_NARROW = 64
"""Size at which it is tried what hides a receptacle."""

_MARGIN = 0.15
"""Share of its size by which the box around what is closed is larger on each side."""

_IN_SIGHT = 0.8
"""Share of a receptacle's pixels that should be seen."""

_IN_THE_WAY = 0.03
"""Share of them that something must hide to be left out."""


def enough(size: int) -> int:
    """Return how many pixels show a thing in a square image of this side: 12 at 128, 6 at 64."""
    return max(12 * size // 128, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """A camera, and the labels of what it does not show.

    Attributes:
        camera: it.
        hidden: the labels.
        close: whether it shows a part of the room, from nearby.
        light: comes from behind the camera, so that things look alike from whichever side.
    """

    camera: Camera
    hidden: tuple[int, ...] = ()
    close: bool = True
    light: Light = field(init=False)

    def __post_init__(self) -> None:
        """Turn the light with the camera."""
        right, _, forward = self.camera.axes
        ahead = (forward[0], forward[2])
        length = math.sqrt(ahead[0] * ahead[0] + ahead[1] * ahead[1]) or 1.0
        x, z = (
            _LIGHT[0] * side + _LIGHT[2] * front / length
            for side, front in zip((right[0], right[2]), ahead, strict=True)
        )
        light = Light((float(x), _LIGHT[1], float(z)), _AMBIENT, _DIFFUSE)
        object.__setattr__(self, "light", light)


def overview(looked_at: Sequence[tuple[Holder, int]], viewer: Pose) -> Outlook:
    """Return the outlook on several receptacles from where the agent stands.

    Args:
        looked_at: receptacles, each with a mask of the things in it that are to be seen, too.
        viewer: the agent.
    """
    boxes = [holder.place.box for holder, _ in looked_at]
    boxes += [_contents_box(holder, inside) for holder, inside in looked_at if inside]
    return Outlook(overlook(boxes, viewer))


def room_view(rows: Rows, placed: Sequence[Placed], room: Box, viewer: Pose) -> Outlook:
    """Return the one of some views from above that shows the most receptacles.

    Args:
        rows: the scene as an episode begins.
        placed: its receptacles, whose labels are 1, 2, ...
        room: where there is no receptacle, this is looked at.
        viewer: the agent, whose heading is up in the image, or else right, down or left.
    """
    corners = corners_of([place.box for place in placed] or [room])
    count = len(placed)
    best, most = from_above(corners, viewer.yaw, _ROOM_PITCHES[0]), -1
    for pitch in _ROOM_PITCHES:
        cameras = [from_above(corners, viewer.yaw + turn, pitch) for turn in _ROOM_TURNS]
        frames = render_batch(shapes().meshes, [rows] * len(cameras), cameras, _TRIAL_SIZE)
        for camera, image in zip(cameras, frames.segmentation, strict=True):
            pixels = np.bincount(image.ravel(), minlength=count + 1)[1 : count + 1]
            shown = int((pixels >= enough(_TRIAL_SIZE)).sum())
            if shown > most:
                best, most = camera, shown
        if most == count:
            break
    return Outlook(best, close=False)


def close_up(holder: Holder, open_: bool, inside: int, rows: Rows) -> Outlook:
    """Return the outlook on one receptacle.

    Args:
        holder: the receptacle.
        open_: whether what is in it can be seen.
        inside: what is in it, as a mask.
        rows: the scene without what can be carried, the receptacle opened or closed as it is.
    """
    place, stance = holder.place, holder.place.model.stance
    if open_:
        box = _contents_box(holder, inside)
        if place.model.whole:
            box = _union(box, place.box)
    else:
        box = _with_margin(place.box)
        stance = _CLOSED_DRAWER if isinstance(place.model.door, Slide) else stance
    camera = look_at(box, stance, place.viewer)
    return Outlook(camera, _in_the_way(holder.label, camera, rows))


def _contents_box(holder: Holder, inside: int) -> Box:
    """Return the box around all places in a receptacle; of one with a door, around its inside."""
    place, cells = holder.place, holder.cells(inside)
    feet = [(cell.x, cell.y, cell.z, max(0.11 * cell.scale, 0.04)) for cell in cells]
    lows = [(x - half, y, z - half) for x, y, z, half in feet]
    highs = [(x + half, y + 1.6 * half, z + half) for x, y, z, half in feet]
    if place.model.door is not None:
        lows += [(level.left, level.y, level.front) for level in holder.levels]
        highs += [(level.right, level.y, level.back) for level in holder.levels]
    low, high = np.min(lows, axis=0), np.max(highs, axis=0)
    out = holder.out(True, focus=True)
    corners = np.array(
        [
            place.world(x, y, z - out)
            for x in (low[0], high[0])
            for y in (low[1], high[1])
            for z in (low[2], high[2])
        ]
    )
    return _box(corners.min(axis=0), corners.max(axis=0))


def _with_margin(box: Box) -> Box:
    """Return a box that is larger on all sides: a closed door alone tells little of where it is."""
    low, high = np.array(box)
    more = _MARGIN * (high - low)
    return _box(low - more, high + more)


def _box(low: Floats, high: Floats) -> Box:
    (ax, ay, az), (bx, by, bz) = low.tolist(), high.tolist()
    return (ax, ay, az), (bx, by, bz)


def _union(one: Box, two: Box) -> Box:
    """Return the least box around two."""
    both = np.array([one, two])
    return _box(both[:, 0].min(axis=0), both[:, 1].max(axis=0))


def _in_the_way(label: int, camera: Camera, rows: Rows) -> tuple[int, ...]:
    """Return the labels of what hides a receptacle from the camera, if much of it is hidden."""
    meshes = shapes().meshes
    alone = render(meshes, rows[rows["label"] == label], camera, _NARROW).segmentation == label
    there = render(meshes, rows, camera, _NARROW).segmentation[alone]
    whole = max(len(there), 1)
    if (there == label).sum() >= _IN_SIGHT * whole:
        return ()
    found, counts = np.unique(there, return_counts=True)
    return tuple(
        int(other)
        for other, count in zip(found, counts, strict=True)
        if other not in (0, label) and count >= _IN_THE_WAY * whole
    )
