"""The action modes that every world with commands has."""

import operator
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
from gymnasium.spaces import Discrete

from crossworld.envs.core.info import MASK_SIZE
from crossworld.envs.core.parts import World
from crossworld.envs.core.spaces import text_space


class TextController:
    """Actions are commands; any text is legal."""

    def __init__(self) -> None:
        self.space: gym.Space[Any] = text_space()

    def command(self, action: Any, world: World) -> str:
        """Return the action itself.

        Raises:
            TypeError: it is no string.
        """
        if type(action) is str:
            return action
        if isinstance(action, str):
            return str(action)
        raise TypeError(
            f"action_mode='text' takes a string such as 'look', not {action!r}"
            f" ({type(action).__name__})."
        )

    def commands(self, actions: Sequence[Any], worlds: Sequence[World]) -> list[str]:
        """Return the commands of several actions; see `command`."""
        return list(map(self.command, actions, worlds))

    def action(self, command: str, world: World) -> str:
        """Return the command itself."""
        return command


class DiscreteController:
    """Actions are indices into the sorted admissible commands of the moment."""

    def __init__(self) -> None:
        self.space: gym.Space[Any] = Discrete(MASK_SIZE)

    def command(self, action: Any, world: World) -> str:
        """Return the command at this index, "" beyond the end of the list.

        Raises:
            TypeError: it is no integer.
        """
        try:
            index = operator.index(action)
        except TypeError as error:
            raise TypeError(f"action_mode='discrete' takes an integer, not {action!r}.") from error
        commands = world.admissible_commands()
        return commands[index] if 0 <= index < min(len(commands), MASK_SIZE) else ""

    def commands(self, actions: Sequence[Any], worlds: Sequence[World]) -> list[str]:
        """Return the commands of several actions; see `command`."""
        return list(map(self.command, actions, worlds))

    def action(self, command: str, world: World) -> int:
        """Return the index of a command.

        Raises:
            ValueError: it is not possible now, or too far down the list.
        """
        commands = world.admissible_commands()[:MASK_SIZE]
        if command not in commands:
            raise ValueError(f"{command!r} is none of the {len(commands)} commands with an index.")
        return commands.index(command)
