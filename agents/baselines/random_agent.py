"""The floor: random admissible commands."""

import numpy as np

from crossworld.agents.base import Agent, Info, Observation


class RandomAgent(Agent):
    """Draws uniformly from the admissible commands.

    Args:
        seed: seed of its generator.
    """

    reads = frozenset({"admissible_commands"})

    def __init__(self, seed: int = 0) -> None:
        self._generator = np.random.default_rng(seed)

    def act(self, observation: Observation, info: Info) -> str:
        """Return an admissible command, "" if there is none."""
        commands = info["admissible_commands"]
        return str(commands[self._generator.integers(len(commands))]) if commands else ""
