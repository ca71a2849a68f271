"""Experts: the planner sees the state, the handcoded one reads mission and text only."""

from typing import Any

from crossworld.envs.tabletop.reader import next_command
from crossworld.envs.tabletop.text import MOVING
from crossworld.envs.tabletop.world import TabletopWorld


def plan_step(world: TabletopWorld) -> str:
    """Return the next command of the scripted oracle, "" when everything is done."""
    return world.setting.goals.advise(world.state)


class PlannerExpert:
    """The scripted oracle; it remembers nothing."""

    def begin(self, world: TabletopWorld) -> None:
        """Do nothing."""

    def observe(self, command: Any, world: TabletopWorld) -> None:
        """Do nothing."""

    def suggest(self, world: TabletopWorld) -> str:
        """Return the next command, "" if there is none."""
        return plan_step(world)

    def to_json(self) -> Any:
        """Return None."""
        return None

    def restore(self, memory: Any, world: TabletopWorld) -> None:
        """Take back what `to_json` returned.

        Raises:
            ValueError: it is something else.
        """
        if memory is not None:
            raise ValueError("the planner remembers nothing")


class HandcodedExpert:
    """Rules that read the mission and the text; they remember which commands moved something."""

    def __init__(self) -> None:
        self._done: list[str] = []

    def begin(self, world: TabletopWorld) -> None:
        """Forget the last episode."""
        self._done = []

    def observe(self, command: Any, world: TabletopWorld) -> None:
        """Note a command that moved something."""
        if isinstance(command, str) and world.event.verb in MOVING:
            self._done.append(command)

    def suggest(self, world: TabletopWorld) -> str:
        """Return the next command, "" if there is none."""
        return next_command(world.mission, world.text(), self._done)

    def to_json(self) -> Any:
        """Return the commands that moved something."""
        return list(self._done)

    def restore(self, memory: Any, world: TabletopWorld) -> None:
        """Remember what `to_json` returned.

        Raises:
            ValueError: it is something else.
        """
        if not isinstance(memory, list) or not all(isinstance(one, str) for one in memory):
            raise ValueError("a list of commands is needed")
        self._done = list(memory)
