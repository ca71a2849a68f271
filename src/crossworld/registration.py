"""The environment ids, as data, and their registration with Gymnasium.

Importing this is cheap: entry points are strings and load their module in `gym.make`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym


@dataclass(frozen=True, slots=True)
class Registered:
    """One environment id.

    Attributes:
        id: the name for `gym.make`.
        entry_point: module and class.
        max_episode_steps: step limit.
        summary: one line for people.
        vector_entry_point: module and class for `gym.make_vec`, None for none of its own.
        kwargs: arguments that make it this environment.
    """

    id: str
    entry_point: str
    max_episode_steps: int
    summary: str
    vector_entry_point: str | None = None
    kwargs: Mapping[str, Any] = field(default_factory=dict)


def _tabletop(name: str, summary: str, **kwargs: Any) -> Registered:
    return Registered(
        f"crossworld/{name}-v0",
        "crossworld.envs.tabletop.env:TabletopEnv",
        20,
        summary,
        "crossworld.envs.tabletop.vector:TabletopVectorEnv",
        kwargs,
    )


ENVIRONMENTS = (
    Registered(
        "crossworld/Household-v0",
        "crossworld.envs.household.env:HouseholdEnv",
        50,
        "household tasks in rooms made on demand, no data needed",
        "crossworld.envs.household.vector:HouseholdVectorEnv",
    ),
    Registered(
        "crossworld/ALFWorld-v0",
        "crossworld.envs.household.alfworld:ALFWorldEnv",
        50,
        "the official ALFWorld games, read from data= or $ALFWORLD_DATA",
        "crossworld.envs.household.vector:ALFWorldVectorEnv",
    ),
    _tabletop("TabletopGrasp", "pick up the red one of three blocks in a basket", task="grasp"),
    _tabletop("TabletopStack", "put one of three blocks on another", task="stack"),
    _tabletop("TabletopTripleStack", "stack three blocks in an order", task="triple-stack"),
    _tabletop("Tabletop", "the library of pick-and-place tasks, task= names some"),
)


def register_envs() -> None:
    """Register every environment; calling it again changes nothing."""
    for environment in ENVIRONMENTS:
        if environment.id not in gym.registry:
            gym.register(
                environment.id,
                entry_point=environment.entry_point,
                max_episode_steps=environment.max_episode_steps,
                vector_entry_point=environment.vector_entry_point,
                kwargs=dict(environment.kwargs),
            )
