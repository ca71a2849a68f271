"""Experts: the planner sees the state, the handcoded one reads mission and text only."""

from typing import Any

from crossworld.envs.tabletop.reader import Handcoded
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
    """Rules that read the mission and the text, see `reader`."""

    def __init__(self) -> None:
        self._rules = Handcoded("", "")

    def begin(self, world: TabletopWorld) -> None:
        """Read the opening."""
        self._rules = Handcoded(world.mission, world.text())

    def observe(self, command: Any, world: TabletopWorld) -> None:
        """Read what followed a command."""
        self._rules.update(str(command), world.text())

    def suggest(self, world: TabletopWorld) -> str:
        """Return the next command."""
        return self._rules.next_command()

    def to_json(self) -> Any:
        """Return the commands that moved something."""
        return list(self._rules.done)

    def restore(self, memory: Any, world: TabletopWorld) -> None:
        """Remember what `to_json` returned.

        Raises:
            ValueError: it is something else.
        """
        if not isinstance(memory, list) or not all(isinstance(one, str) for one in memory):
            raise ValueError("a list of commands is needed")
        self._rules = Handcoded(world.mission, world.text(), memory)
