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
    """

    id: str
    entry_point: str
    max_episode_steps: int
    summary: str


ENVIRONMENTS = (
    Registered(
        "crossworld/ALFWorld-v0",
        "crossworld.envs.household.alfworld:ALFWorldEnv",
        50,
        "the official ALFWorld games, read from data= or $ALFWORLD_DATA",
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
            )
