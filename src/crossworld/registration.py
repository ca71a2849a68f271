"""The environment ids, as data, and their registration with Gymnasium.

Importing this is cheap: entry points are strings and load their module in `gym.make`.
"""

from dataclasses import dataclass

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
    """

    id: str
    entry_point: str
    max_episode_steps: int
    summary: str
    vector_entry_point: str | None = None


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
            )
