"""The household's modalities."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium as gym

from crossworld.envs.core.parts import View
from crossworld.envs.core.spaces import fit_text, text_space
from crossworld.envs.household.text import describe
from crossworld.envs.household.world import HouseholdWorld


class TextView:
    """What the text world says: byte for byte upstream's where that fits the text space."""

    def __init__(self) -> None:
        self.space: gym.Space[Any] = text_space()

    def render(self, world: HouseholdWorld) -> str:
        """Return the text after the last event."""
        return fit_text(describe(world.state, world.event))


class MissionView:
    """The goal sentence alone."""

    def __init__(self) -> None:
        self.space: gym.Space[Any] = text_space()

    def render(self, world: HouseholdWorld) -> str:
        """Return the task sentence."""
        return world.mission


VIEWS: Mapping[str, Callable[[], View[HouseholdWorld]]] = {"text": TextView, "mission": MissionView}


def make_views(modalities: Sequence[str]) -> dict[str, View[HouseholdWorld]]:
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
    return {name: VIEWS[name]() for name in modalities}
