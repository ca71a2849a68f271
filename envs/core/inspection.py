"""What can be asked of a world while it is played: the same of an environment and of a vector's slot."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Generic

from crossworld.envs.core.parts import W
from crossworld.envs.core.pddl import Atom


class Inspection(ABC, Generic[W]):
    """Questions about the episode under way. They raise ResetNeeded if there is none."""

    _image_size: int
    """Side of the images that the metadata speaks of, pixels."""

    @abstractmethod
    def _playing(self) -> W:
        """Return the world that is played."""

    @abstractmethod
    def expert_action(self) -> str:
        """Return the expert's next command; without `expert=`, the planner's."""

    @abstractmethod
    def snapshot(self) -> dict[str, Any]:
        """Return this moment, complete and JSON-able: state, last event, steps, generator."""

    def facts(self) -> frozenset[Atom]:
        """Return the state as facts."""
        return self._playing().facts()

    def pddl_domain(self) -> str:
        """Return the world's rules in PDDL."""
        return self._playing().pddl_domain()

    def pddl_problem(self) -> str:
        """Return the present state and the goal in PDDL; any planner can go on from it."""
        return self._playing().pddl_problem()

    def scene_metadata(self) -> dict[str, Any]:
        """Return the present scene as a simulator would report it, JSON-able."""
        return self._playing().scene_metadata(self._image_size)

    def segmentation_names(self) -> dict[int, str]:
        """Return what the text calls each id of the segmentation; 0, the background, has no name."""
        return self._playing().segmentation_names()

    def admissible_commands(self) -> list[str]:
        """Return all commands that are possible now, sorted."""
        return self._playing().admissible_commands()

    def possible_commands(self) -> list[str]:
        """Return all commands that can become possible in this scene, sorted.

        Every admissible command is among them, whatever happens; those that name places by numbers
        are not.
        """
        return self._playing().possible_commands()

    def statements(self) -> list[str]:
        """Return all statements (captions, sub-goals) that can be true in this task, sorted."""
        return sorted(self._playing().statements())

    def true_statements(self) -> list[str]:
        """Return the statements that are true now, sorted."""
        return self._playing().true_statements()

    def holds(self, statement: str) -> bool:
        """Return whether a statement is true now.

        Raises:
            ValueError: it is none of `statements()`, so it cannot be judged.
        """
        world = self._playing()
        if statement not in world.statements():
            near = get_close_matches(statement, world.statements(), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"{statement!r} is none of this world's statements().{hint}")
        return statement in world.true_statements()


class Slot(Inspection[W]):
    """One slot of a vector, at one moment.

    Args:
        world: the world that it plays.
        suggest: says the expert's next command.
        snapshot: takes its snapshot.
        image_size: side of its images, pixels.
    """

    def __init__(
        self,
        world: W,
        suggest: Callable[[W], str],
        snapshot: Callable[[], dict[str, Any]],
        image_size: int,
    ) -> None:
        self._world = world
        self._image_size = image_size
        self._suggest = suggest
        self._snapshot = snapshot

    def expert_action(self) -> str:
        """Return the expert's next command; without `expert=`, the planner's."""
        return self._suggest(self._world)

    def snapshot(self) -> dict[str, Any]:
        """Return this moment, as the scalar environment's `snapshot` does."""
        return self._snapshot()

    def _playing(self) -> W:
        return self._world
