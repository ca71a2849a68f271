"""The views that every world has: text, mission, and arrays of a drawn frame."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.painter import Painter
from crossworld.envs.core.parts import View, W, World
from crossworld.envs.core.spaces import fit_text, text_space

P = TypeVar("P")


class TextView:
    """What the text world says, as it fits the text space."""

    def __init__(self, painter: object = None) -> None:
        self.space: gym.Space[Any] = text_space()

    def render(self, world: World) -> str:
        """Return the text after the last event."""
        return fit_text(world.text())

    def render_batch(self, worlds: Sequence[World]) -> tuple[str, ...]:
        """Return the texts of several worlds."""
        return tuple(map(self.render, worlds))


class MissionView:
    """The goal sentence alone."""

    def __init__(self, painter: object = None) -> None:
        self.space: gym.Space[Any] = text_space()

    def render(self, world: World) -> str:
        """Return the task sentence."""
        return world.mission

    def render_batch(self, worlds: Sequence[World]) -> tuple[str, ...]:
        """Return the task sentences of several worlds."""
        return tuple(world.mission for world in worlds)


class FrameView:
    """One array of what a painter draws.

    Args:
        painter: draws worlds.
        array: takes the array out of what it draws.
        space: that it lies in.
    """

    def __init__(
        self,
        painter: Painter[Any, Any],
        array: Callable[[Any], NDArray[Any]],
        space: gym.Space[Any],
    ) -> None:
        self.space = space
        self._painter = painter
        self._array = array

    def render(self, world: Any) -> NDArray[Any]:
        """Return a fresh array."""
        return np.array(self._array(self._painter.frame(world)))

    def render_batch(self, worlds: Sequence[Any]) -> NDArray[Any]:
        """Return a fresh array for several worlds, stacked."""
        return np.stack([self._array(frame) for frame in self._painter.frames(worlds)])


def make_views(
    modalities: Sequence[str], known: Mapping[str, Callable[[P], View[W]]], painter: P
) -> dict[str, View[W]]:
    """Return the views of these modalities, in their order.

    Args:
        modalities: names.
        known: name to what makes its view.
        painter: what the views are made with.

    Raises:
        ValueError: a name is unknown, or there is none.
    """
    if isinstance(modalities, str) or not modalities:
        raise ValueError(f"modalities: give a sequence of names, not {modalities!r}.")
    unknown = [name for name in modalities if name not in known]
    if unknown:
        raise ValueError(
            f"modalities: {unknown[0]!r} is not one of {', '.join(known)}, which this world shows."
        )
    return {name: known[name](painter) for name in modalities}
