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
from crossworld.envs.household.from_facts import facts_to_problem
from crossworld.envs.household.game import Game
from crossworld.envs.household.gaze import HERE, first_gaze, next_gaze
from crossworld.envs.household.metadata import scene_metadata
from crossworld.envs.household.possible import possible_commands
from crossworld.envs.household.state import State
from crossworld.envs.household.text import describe
from crossworld.envs.household.visual.drawn import drawn_now
from crossworld.envs.household.visual.numbering import label_names

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
        gaze: what the agent looks at, see `gaze`; None where an episode begins.

    Attributes:
        state, event, gaze: as given, and as changed by `act`.
        mission: the task sentence, as it fits the text space.
        progress: share of the goal's conditions that hold.
        lost: whether the goal has become impossible.
    """

    __slots__ = ("_commands", "_quiet", "event", "gaze", "lost", "mission", "progress", "state")

    def __init__(self, state: State, event: Event = START, gaze: int | None = None) -> None:
        self.state = state
        self.event = event
        self.gaze = first_gaze(state) if gaze is None else gaze
        self.mission = fit_text(state.sentence)
        self._commands: list[str] | None = None
        goal = state.game.goal
        self._quiet = engine.QUIET if goal.spec.lamp_type else engine.STAYING_QUIET
        self.progress, self.lost = goal.judge(state)

    def act(self, command: str) -> Event:
        """Carry out a command; one that is not possible changes nothing but the event."""
        event = self.event = engine.act(self.state, command)
        self.gaze = next_gaze(self.state, event, self.gaze)
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

    def possible_commands(self) -> list[str]:
        """Return all commands that can become possible in this game, sorted."""
        return list(possible_commands(self.state.game))

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
        return facts_to_problem(self.facts(), self.state.game.goal.spec)

    def statements(self) -> frozenset[str]:
        """Return all statements that can be true in this game."""
        return statements.statements(self.state.game)

    def true_statements(self) -> list[str]:
        """Return the statements that are true now, sorted."""
        return statements.true_statements(self.state, self.gaze)

    def scene_metadata(self, image_size: int) -> dict[str, Any]:
        """Return the scene in AI2-THOR's schema; see `metadata`."""
        drawn = drawn_now(self.state, self.gaze, image_size)
        return scene_metadata(self.state, self.event, drawn)

    def segmentation_names(self) -> dict[int, str]:
        """Return the names of receptacles, then of objects."""
        return label_names(self.state.game)

    def to_json(self) -> dict[str, Any]:
        """Return state and last event, JSON-able."""
        return {"state": self.state.to_json(), "event": list(self.event), "gaze": self.gaze}

    @staticmethod
    def from_json(game: Game, data: Any) -> "HouseholdWorld":
        """Rebuild a world of `game` from `to_json`.

        Raises:
            SnapshotError: the data does not fit the game.
        """
        try:
            state = State.from_json(game, data["state"])
            event = Event(*data["event"])
            gaze = data["gaze"]
        except (KeyError, TypeError) as error:
            raise SnapshotError(f"snapshot: its world is damaged ({error!r}).") from error
        if tuple(map(type, event)) != (str, int, int, str, int) or event.verb not in _CONCERNS:
            raise SnapshotError(f"snapshot: {list(event)} is no event.")
        for number, names in zip(event[1:3], _CONCERNS[event.verb], strict=True):
            if number not in (range(len(getattr(game, names))) if names else (-1,)):
                raise SnapshotError(f"snapshot: event {list(event)} names things the game lacks.")
        if event.ticks not in (0, 1):
            raise SnapshotError(f"snapshot: event {list(event)} takes no such time.")
        if type(gaze) is not int or gaze not in range(HERE, len(game.receptacle_names)):
            raise SnapshotError(f"snapshot: {gaze!r} is nothing to look at in its game.")
        if gaze == HERE and not state.here:
            raise SnapshotError("snapshot: it looks at what is here, and nothing is.")
        return HouseholdWorld(state, event, gaze)


def task_of(game: Game, task_id: str, split: str) -> Task[HouseholdWorld]:
    """Return the task that a game sets."""
    return Task(
        task_id=task_id,
        task_type=game.goal.spec.task_type,
        split=split,
        progress=attrgetter("progress"),
        lost=attrgetter("lost"),
    )
