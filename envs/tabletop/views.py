"""The tabletop's modalities."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from crossworld.envs.core.parts import View
from crossworld.envs.core.views import FrameView, MissionView, TextView
from crossworld.envs.tabletop.colours import COLOURS
from crossworld.envs.tabletop.painter import FRONT, SIDE, TabletopPainter, Views
from crossworld.envs.tabletop.scene import Cast
from crossworld.envs.tabletop.state import NOTHING
from crossworld.envs.tabletop.visual.cameras import FAR
from crossworld.envs.tabletop.world import TabletopWorld

DEFAULT_MODALITIES = ("image", "image_side", "state", "text", "mission")

GRIPPER, ROW = 4, 13
"""Numbers of the state about the gripper, and about each thing."""


class StateView:
    """Where everything is, as numbers.

    The first four are the cup's x, y and z and whether it holds something (0 or 1). Then come 13 for
    each thing, in the order of the segmentation's ids: x, y, z, the quaternion x, y, z, w, the three
    extents, and red, green and blue. Rows of things that are not there are zeros. Metres, in the
    table's frame: x away from the viewer of `image`, y to the left, z up.

    Args:
        most: number of rows.
    """

    def __init__(self, most: int) -> None:
        self.space: gym.Space[Any] = Box(-10.0, 10.0, (GRIPPER + ROW * most,), np.float32)
        self._most = most
        self._length = GRIPPER + ROW * most

    def render(self, world: TabletopWorld) -> NDArray[np.float32]:
        """Return a fresh float32 array."""
        numbers = np.empty(self._length, np.float32)
        self._write(world, numbers)
        return numbers

    def render_batch(self, worlds: Sequence[TabletopWorld]) -> NDArray[np.float32]:
        """Return a fresh float32 array for several worlds, stacked."""
        numbers = np.empty((len(worlds), self._length), np.float32)
        for world, row in zip(worlds, numbers, strict=True):
            self._write(world, row)
        return numbers

    def _write(self, world: TabletopWorld, numbers: NDArray[np.float32]) -> None:
        state = world.state
        count = len(state.poses)
        numbers[:] = self._blank(state.scene.cast)
        numbers[:2] = state.cup
        numbers[3] = state.held != NOTHING
        numbers[GRIPPER : GRIPPER + ROW * count].reshape(count, ROW)[:, :7] = state.poses

    def _blank(self, cast: Cast) -> NDArray[np.float32]:
        """Return the numbers that are the same wherever things lie."""
        kept: NDArray[np.float32] | None = cast.memory.get(self._length)
        if kept is None:
            kept = cast.memory[self._length] = np.zeros(self._length, np.float32)
            kept[2] = cast.workspace.lift
            for number, thing in enumerate(cast.things):
                start = GRIPPER + ROW * number
                kept[start + 7 : start + ROW] = *thing.shape.size, *COLOURS[thing.colour]
        return kept


def frame_view(camera: str, channel: str, painter: TabletopPainter) -> FrameView:
    """Return the view of one array of what a camera sees."""
    size = painter.size
    spaces: dict[str, gym.Space[Any]] = {
        "image": Box(0, 255, (size, size, 3), np.uint8),
        "depth": Box(0, FAR, (size, size), np.float32),
        "segmentation": Box(0, int(np.iinfo(np.int32).max), (size, size), np.int32),
    }
    return FrameView(painter, partial(_channel, camera, channel), spaces[channel])


def _channel(camera: str, channel: str, seen: Views) -> NDArray[Any]:
    array: NDArray[Any] = getattr(seen[camera], channel)
    return array


CAMERAS: Mapping[str, tuple[str, str]] = {
    "image": (FRONT, "image"),
    "image_side": (SIDE, "image"),
    "depth": (FRONT, "depth"),
    "depth_side": (SIDE, "depth"),
    "segmentation": (FRONT, "segmentation"),
    "segmentation_side": (SIDE, "segmentation"),
}
"""Modality to camera and channel."""


def views(most: int) -> Mapping[str, Callable[[TabletopPainter], View[TabletopWorld]]]:
    """Return what makes the view of each modality, for scenes of up to `most` things."""
    return {
        **{name: partial(frame_view, *where) for name, where in CAMERAS.items()},
        "state": lambda painter: StateView(most),
        "text": TextView,
        "mission": MissionView,
    }


def cameras_of(modalities: Sequence[str]) -> tuple[str, ...]:
    """Return the cameras that some modalities need."""
    needed = {CAMERAS[name][0] for name in modalities if name in CAMERAS}
    return tuple(sorted(needed))
