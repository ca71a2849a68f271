"""The household's modalities."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from crossworld.envs.core.parts import View
from crossworld.envs.core.spaces import fit_text, text_space
from crossworld.envs.household.text import describe
from crossworld.envs.household.visual.painter import Painter
from crossworld.envs.household.visual.viewpoint import FARTHEST
from crossworld.envs.household.world import HouseholdWorld

DEFAULT_MODALITIES = ("image", "text", "mission")


class TextView:
    """What the text world says: byte for byte upstream's where that fits the text space."""

    def __init__(self, painter: Painter) -> None:
        self.space: gym.Space[Any] = text_space()

    def render(self, world: HouseholdWorld) -> str:
        """Return the text after the last event."""
        return fit_text(describe(world.state, world.event))

    def render_batch(self, worlds: Sequence[HouseholdWorld]) -> tuple[str, ...]:
        """Return the texts of several worlds."""
        return tuple(map(self.render, worlds))


class MissionView:
    """The goal sentence alone."""

    def __init__(self, painter: Painter) -> None:
        self.space: gym.Space[Any] = text_space()

    def render(self, world: HouseholdWorld) -> str:
        """Return the task sentence."""
        return world.mission

    def render_batch(self, worlds: Sequence[HouseholdWorld]) -> tuple[str, ...]:
        """Return the task sentences of several worlds."""
        return tuple(world.mission for world in worlds)


class FrameView:
    """One array of the frame that a painter draws."""

    def __init__(self, painter: Painter, field: str, space: gym.Space[Any]) -> None:
        self.space = space
        self._painter = painter
        self._field = field

    def render(self, world: HouseholdWorld) -> NDArray[Any]:
        """Return a fresh array."""
        return np.array(getattr(self._painter.frame(world), self._field))

    def render_batch(self, worlds: Sequence[HouseholdWorld]) -> NDArray[Any]:
        """Return a fresh array for several worlds, stacked."""
        return np.stack([getattr(frame, self._field) for frame in self._painter.frames(worlds)])


def image_view(painter: Painter) -> FrameView:
    """Return the view of colours."""
    return FrameView(painter, "image", Box(0, 255, (painter.size, painter.size, 3), np.uint8))


def depth_view(painter: Painter) -> FrameView:
    """Return the view of depths, metres along the optical axis."""
    return FrameView(painter, "depth", Box(0, FARTHEST, (painter.size, painter.size), np.float32))


def segmentation_view(painter: Painter) -> FrameView:
    """Return the view of labels."""
    most = int(np.iinfo(np.int32).max)
    return FrameView(painter, "segmentation", Box(0, most, (painter.size, painter.size), np.int32))


VIEWS: Mapping[str, Callable[[Painter], View[HouseholdWorld]]] = {
    "image": image_view,
    "text": TextView,
    "mission": MissionView,
    "depth": depth_view,
    "segmentation": segmentation_view,
}


def make_views(modalities: Sequence[str], painter: Painter) -> dict[str, View[HouseholdWorld]]:
    """Return the views of these modalities, in their order.

    Raises:
        ValueError: one is unknown, or there is none.
    """
    if isinstance(modalities, str) or not modalities:
        raise ValueError(f"modalities: give a sequence of names, not {modalities!r}.")
    unknown = [name for name in modalities if name not in VIEWS]
    if unknown:
        raise ValueError(
            f"modalities: {unknown[0]!r} is not one of {', '.join(VIEWS)}, which this world shows."
        )
    return {name: VIEWS[name](painter) for name in modalities}
