"""The household as a `World`: one state of one game and the last event."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from crossworld.envs.core.errors import SnapshotError
from crossworld.envs.core.parts import Task
from crossworld.envs.core.pddl import Atom
from crossworld.envs.core.spaces import fit_text
from crossworld.envs.household import engine, facts, statements
from crossworld.envs.household.engine import Event
from crossworld.envs.household.game import Game
from crossworld.envs.household.state import State
from crossworld.envs.household.text import describe

START = Event(engine.OPENING, ticks=0)
"""The event that every episode begins with."""


_OBJECT, _RECEPTACLE = "object_names", "receptacle_names"
_CONCERNS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(engine.VERBS, ("", "")),
    **dict.fromkeys((engine.GO, engine.OPEN, engine.CLOSE, engine.EXAMINE), ("", _RECEPTACLE)),
    **dict.fromkeys((engine.USE, engine.EXAMINE_OBJECT), (_OBJECT, "")),
    **dict.fromkeys(
        (engine.TAKE, engine.PLACE, engine.CLEAN, engine.HEAT, engine.COOL), (_OBJECT, _RECEPTACLE)
    ),
    engine.SLICE: (_OBJECT, _OBJECT),
}
"""Verb to what an event's `object` and `receptacle` are numbers of in its game; "" for none."""


class HouseholdWorld:
    """One episode.

    Args:
        state: the state to play on; it is changed in place.
        event: what led to it.

    Attributes:
        state, event: as given, and as changed by `act`.
        mission: the task sentence, as it fits the text space.
        progress: share of the goal's conditions that hold.
        lost: whether the goal has become impossible.
    """

    __slots__ = ("_commands", "_quiet", "event", "lost", "mission", "progress", "state")

    def __init__(self, state: State, event: Event = START) -> None:
        self.state = state
        self.event = event
        self.mission = fit_text(state.sentence)
        self._commands: list[str] | None = None
        goal = state.game.goal
        self._quiet = engine.QUIET if goal.spec.lamp_type else engine.STAYING_QUIET
        self.progress, self.lost = goal.judge(state)

    def act(self, command: str) -> Event:
        """Carry out a command; one that is not possible changes nothing but the event."""
        event = self.event = engine.act(self.state, command)
        if event.verb not in engine.LOOKING:
            self._commands = None
            if event.verb not in self._quiet:
                self.progress, self.lost = self.state.game.goal.judge(self.state)
        return event

    def admissible_commands(self) -> list[str]:
        """Return all commands that are possible now, sorted."""
        if self._commands is None:
            self._commands = engine.admissible_commands(self.state)
        return self._commands.copy()

    def text(self) -> str:
        """Return what the text world says now."""
        return describe(self.state, self.event)

    def facts(self) -> frozenset[Atom]:
        """Return the state as facts."""
        return facts.facts(self.state)

    def pddl_domain(self) -> str:
        """Return the rules in PDDL."""
        return facts.domain()

    def pddl_problem(self) -> str:
        """Return the state and the goal in PDDL."""
        return facts.problem(self.state)

    def statements(self) -> frozenset[str]:
        """Return all statements that can be true in this game."""
        return statements.statements(self.state.game)

    def true_statements(self) -> list[str]:
        """Return the statements that are true now, sorted."""
        return statements.true_statements(self.state)

    def to_json(self) -> dict[str, Any]:
        """Return state and last event, JSON-able."""
        return {"state": self.state.to_json(), "event": list(self.event)}

    @staticmethod
    def from_json(game: Game, data: Any) -> "HouseholdWorld":
        """Rebuild a world of `game` from `to_json`.

        Raises:
            SnapshotError: the data does not fit the game.
        """
        try:
            state = State.from_json(game, data["state"])
            event = Event(*data["event"])
        except (KeyError, TypeError) as error:
            raise SnapshotError(f"snapshot: its world is damaged ({error!r}).") from error
        if tuple(map(type, event)) != (str, int, int, str, int) or event.verb not in _CONCERNS:
            raise SnapshotError(f"snapshot: {list(event)} is no event.")
        for number, names in zip(event[1:3], _CONCERNS[event.verb], strict=True):
            if number not in (range(len(getattr(game, names))) if names else (-1,)):
                raise SnapshotError(f"snapshot: event {list(event)} names things the game lacks.")
        if event.ticks not in (0, 1):
            raise SnapshotError(f"snapshot: event {list(event)} takes no such time.")
        return HouseholdWorld(state, event)


def task_of(game: Game, task_id: str, split: str) -> Task[HouseholdWorld]:
    """Return the task that a game sets."""
    return Task(
        task_id=task_id,
        task_type=game.goal.spec.task_type,
        split=split,
        progress=attrgetter("progress"),
        lost=attrgetter("lost"),
    )
