"""The tabletop as a `World`: one state of one scene, its goals, and the last event."""

from operator import attrgetter
from typing import Any

from crossworld.envs.core.errors import SnapshotError
from crossworld.envs.core.parts import Task
from crossworld.envs.core.pddl import Atom, write_expression, write_problem
from crossworld.envs.core.spaces import fit_text
from crossworld.envs.tabletop import facts, language, metadata, statements
from crossworld.envs.tabletop.moves import (
    Impossible,
    Move,
    Physics,
    Pick,
    PickPlace,
    Place,
    Push,
    carried_out,
)
from crossworld.envs.tabletop.relations import entities
from crossworld.envs.tabletop.state import NOTHING, State
from crossworld.envs.tabletop.table import Setting
from crossworld.envs.tabletop.text import (
    FAIL,
    LOOK,
    MOVE,
    MOVING,
    OPENING,
    PICK,
    PUSH,
    PUT,
    VERBS,
    Event,
    describe,
)

START = Event(OPENING, ticks=0)
"""The event that every episode begins with."""

_VERB = {Pick: PICK, Place: PUT, PickPlace: MOVE, Push: PUSH}


class TabletopWorld:
    """One episode.

    Args:
        setting: scene and goals.
        physics: how things come to rest.
        sentence: the task in words; the goals' own if empty.
        state: where it goes on; the start if None.
        event: what led there.

    Attributes:
        setting, state, event: as given, and as changed by `act`.
        mission: the task sentence, as it fits the text space.
        progress: how much of the task is done, 0..1.
    """

    __slots__ = ("_physics", "_sentence", "event", "mission", "progress", "setting", "state")

    def __init__(
        self,
        setting: Setting,
        physics: Physics,
        sentence: str = "",
        state: State | None = None,
        event: Event = START,
    ) -> None:
        self.setting = setting
        self.state = State.first(setting.scene) if state is None else state
        self.event = event
        self._physics = physics
        self._sentence = sentence
        self.mission = fit_text(sentence or setting.goals.mission)
        self.progress = setting.goals.progress(self.state)

    def act(self, command: str | Move) -> Event:
        """Carry out a command or a move; one that is not possible changes nothing but the event."""
        try:
            move = language.read(self.state, command) if isinstance(command, str) else command
            self.event = Event(LOOK) if move is None else self._moved(move)
        except Impossible as reason:
            self.event = Event(FAIL, feedback=str(reason))
        return self.event

    def _moved(self, move: Move) -> Event:
        if isinstance(move, PickPlace) and self.setting.goals.in_air:
            # A task that ends with a thing in the gripper ends before it is put down.
            lifted, thing = carried_out(self.state, move.pick, self._physics)
            if self.setting.goals.progress(lifted) >= 1:
                return self._arrived(lifted, Event(PICK, thing))
        state, thing = carried_out(self.state, move, self._physics)
        return self._arrived(state, Event(_VERB[type(move)], thing))

    def _arrived(self, state: State, event: Event) -> Event:
        self.state = state
        self.progress = self.setting.goals.progress(state)
        return event

    def admissible_commands(self) -> list[str]:
        """Return the commands that are possible now, sorted; see `language.admissible`."""
        return language.admissible(self.state)

    def text(self) -> str:
        """Return what the text world says now."""
        return describe(self.state, self.event, self.mission)

    def possible_commands(self) -> list[str]:
        """Return all commands that can become possible in this scene, sorted."""
        return language.possible(self.state.scene)

    def facts(self) -> frozenset[Atom]:
        """Return the state as facts."""
        return facts.facts(self.state)

    def pddl_domain(self) -> str:
        """Return the rules in PDDL."""
        return facts.domain()

    def pddl_problem(self) -> str:
        """Return the state and the goals in PDDL."""
        return write_problem(
            name="table",
            domain="tabletop",
            objects=facts.declared(self.setting.scene),
            init=self.facts(),
            goal=write_expression(self.setting.goals.formula(self.state)),
        )

    def statements(self) -> frozenset[str]:
        """Return all statements that can be true in this scene."""
        return statements.statements(self.setting.scene)

    def true_statements(self) -> list[str]:
        """Return the statements that are true now, sorted."""
        return statements.true_statements(self.state)

    def scene_metadata(self, image_size: int) -> dict[str, Any]:
        """Return the scene in the shape of AI2-THOR's metadata; see `metadata`."""
        return metadata.scene_metadata(self.state, self.event, image_size)

    def segmentation_names(self) -> dict[int, str]:
        """Return the names of things; pieces of a pile share the id of its first one."""
        return {pieces[0] + 1: name for name, pieces in entities(self.setting.scene).items()}

    def to_json(self) -> dict[str, Any]:
        """Return task, physics, state, last event and sentence, JSON-able."""
        return {
            "task": self.setting.task,
            "physics": self._physics.name,
            "state": self.state.to_json(),
            "event": list(self.event),
            "sentence": self._sentence,
        }

    @staticmethod
    def from_json(setting: Setting, physics: Physics, data: Any) -> "TabletopWorld":
        """Rebuild a world of a setting from `to_json`.

        Raises:
            SnapshotError: the data does not fit the setting.
        """
        try:
            if data["task"] != setting.task:
                raise SnapshotError(f"snapshot: of task {data['task']!r}, not {setting.task!r}.")
            if data["physics"] != physics.name:
                # What leans in one cannot stand in the other.
                raise SnapshotError(
                    f"snapshot: of physics={data['physics']!r}, not {physics.name!r}."
                )
            state = State.from_json(setting.scene, data["state"])
            event = Event(*data["event"])
            sentence = data["sentence"]
        except (KeyError, TypeError) as error:
            raise SnapshotError(f"snapshot: its world is damaged ({error!r}).") from error
        if tuple(map(type, event)) != (str, int, str, int) or event.verb not in VERBS:
            raise SnapshotError(f"snapshot: {list(event)} is no event.")
        known = setting.scene.movable if event.verb in MOVING else (NOTHING,)
        if event.thing not in known:
            raise SnapshotError(f"snapshot: event {list(event)} names a thing it cannot be about.")
        if event.ticks != (event.verb != OPENING):
            raise SnapshotError(f"snapshot: event {list(event)} takes no such time.")
        if event.verb == PICK and event.thing != state.held:
            raise SnapshotError("snapshot: what it picked up last is not in the gripper.")
        if not isinstance(sentence, str):
            raise SnapshotError(f"snapshot: {sentence!r} is no sentence.")
        return TabletopWorld(setting, physics, sentence, state, event)


def task_of(setting_type: str, task_id: str, split: str) -> Task[TabletopWorld]:
    """Return the task that an episode plays. Nothing on a table is ever lost: it has walls."""
    return Task(task_id, setting_type, split, progress=attrgetter("progress"), lost=_never)


def _never(world: TabletopWorld) -> bool:
    return False
