"""The parts that an environment is composed of: world, view, controller, task, expert."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import gymnasium as gym

from crossworld.envs.core.pddl import Atom


class Event(Protocol):
    """What the last command did. Immutable; worlds add what their views need."""

    @property
    def valid(self) -> bool:
        """Whether the command was possible."""

    @property
    def feedback(self) -> str:
        """Why it was not; "" otherwise."""

    @property
    def ticks(self) -> int:
        """World time it took."""


class World(Protocol):
    """Dynamics and scene of one episode. Knows no reward.

    Attributes:
        event: the last event; right after construction, the opening.
        mission: the goal in words, as the scene's text puts it.
    """

    event: Any
    mission: str

    def act(self, command: Any) -> Event:
        """Carry out a command; one that is not possible changes nothing but `event`.

        A string is a command in words; worlds may know others, which their controllers make.
        """

    def text(self) -> str:
        """Return what the parallel text world says now, whole and as it is."""

    def admissible_commands(self) -> list[str]:
        """Return all commands that are possible now, sorted; a fresh list."""

    def possible_commands(self) -> list[str]:
        """Return all commands that can become possible in this scene, sorted; a fresh list.

        Those with numbers for places, of which there is no end, are left out.
        """

    def facts(self) -> frozenset[Atom]:
        """Return the state as facts, independent of the last event."""

    def pddl_domain(self) -> str:
        """Return the rules in PDDL."""

    def pddl_problem(self) -> str:
        """Return the state and the goal in PDDL."""

    def statements(self) -> frozenset[str]:
        """Return all statements that can be true in this world."""

    def true_statements(self) -> list[str]:
        """Return the statements that are true now, sorted."""

    def scene_metadata(self, image_size: int) -> dict[str, Any]:
        """Return the scene as a simulator would report it with images of this size, JSON-able."""

    def segmentation_names(self) -> dict[int, str]:
        """Return what the text calls each id of the segmentation but 0."""

    def to_json(self) -> dict[str, Any]:
        """Return state and last event, JSON-able and complete."""


W = TypeVar("W", bound=World)
W_contra = TypeVar("W_contra", bound=World, contravariant=True)


class View(Protocol[W_contra]):
    """One modality: a pure function of (state, last event) into a space."""

    @property
    def space(self) -> gym.Space[Any]:
        """The space of what `render` returns."""

    def render(self, world: W_contra) -> Any:
        """Return a fresh observation."""

    def render_batch(self, worlds: Sequence[W_contra]) -> Any:
        """Return a fresh observation of several worlds, as their batched space holds it."""


class Controller(Protocol[W_contra]):
    """One action mode: owns the action space and turns an action into a command."""

    @property
    def space(self) -> gym.Space[Any]:
        """The action space."""

    def command(self, action: Any, world: W_contra) -> Any:
        """Return the command that an action stands for, as the world's `act` takes it."""

    def commands(self, actions: Sequence[Any], worlds: Sequence[W_contra]) -> list[Any]:
        """Return the commands of several actions, one per world."""

    def action(self, command: str, world: W_contra) -> Any:
        """Return the action that carries out a command in words, or its first part.

        Raises:
            ValueError: none does.
        """


class Expert(Protocol[W_contra]):
    """Proposes a command at any state; may remember what it has seen."""

    def begin(self, world: W_contra) -> None:
        """Start with a world as it is now."""

    def observe(self, command: Any, world: W_contra) -> None:
        """Take note of a command and what the world says after it."""

    def suggest(self, world: W_contra) -> str:
        """Return the next command, "" if there is none."""

    def to_json(self) -> Any:
        """Return what it remembers, JSON-able."""

    def restore(self, memory: Any, world: W_contra) -> None:
        """Remember what `to_json` returned."""


@dataclass(frozen=True, slots=True)
class Task(Generic[W]):
    """A task being played: what the info reports of it, and what counts as success.

    Attributes:
        task_id, task_type, split: as in `TaskSpec`.
        progress: share of the goal's conditions that hold; 1.0 is success.
        lost: whether success has become impossible.
    """

    task_id: str
    task_type: str
    split: str
    progress: Callable[[W], float]
    lost: Callable[[W], bool]
