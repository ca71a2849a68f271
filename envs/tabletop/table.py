"""`Table`: what a task lays things on, and says its goals to."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossworld.envs.core.dice import Dice
from crossworld.envs.core.errors import TaskError
from crossworld.envs.tabletop.goals import Gathered, Goal, Goals, Held, Related, Which
from crossworld.envs.tabletop.scene import Scene, Workspace, named, pose_of
from crossworld.envs.tabletop.shapes import Shape
from crossworld.envs.tabletop.wording import words_of

MARGIN = 0.012
"""Room between things that are laid at random, metres."""

TRIES = 200


@dataclass(frozen=True, slots=True)
class Setting:
    """A laid table.

    Attributes:
        task: name of the task that laid it.
        scene: the things.
        goals: what is to be done with them.
    """

    task: str
    scene: Scene
    goals: Goals


class Table:
    """Lays things one by one; each gets a number, by which goals name it.

    Args:
        dice: all draws come from it.
        palette: the names of colours that may be drawn.
        workspace: where things may lie.
        number: the task's number in its split, for variants that take turns.

    Attributes:
        dice, palette, number: as given.
    """

    def __init__(
        self, dice: Dice, palette: Sequence[str], workspace: Workspace, number: int
    ) -> None:
        self.dice = dice
        self.palette = tuple(palette)
        self.number = number
        self._workspace = workspace
        self._laid: list[tuple[Shape, str, bool, str]] = []
        self._poses: list[tuple[float, ...]] = []
        self._goals: list[tuple[Goal, str]] = []
        self._weights: list[float] = []

    def colours(self, count: int, but: Sequence[str] = ()) -> list[str]:
        """Return different colours of the palette in random order."""
        left = [colour for colour in self.palette if colour not in but]
        self.dice.shuffle(left)
        if count > len(left):
            raise TaskError(f"colours: {count} asked for, {len(left)} are left.")
        return left[:count]

    def add(
        self,
        shape: Shape,
        colour: str,
        *,
        at: tuple[float, float] | None = None,
        yaw: float | None = None,
        on: int | None = None,
        fixed: bool = False,
        pile: str = "",
    ) -> int:
        """Lay a thing and return its number.

        Args:
            shape: what it is made of; markers are always fixed.
            colour: a name of `COLOURS`.
            at: x, y of its middle, metres; at random if neither this nor `on` is given.
            yaw: degrees; at random if `at` is not given either, else 0.
            on: the thing that it stands on, middle over middle and turned as that.
            fixed: whether it stays where it is.
            pile: name of the pile that it is a piece of.

        Raises:
            TaskError: there is no room left.
        """
        below = 0.0
        if on is not None:
            x, y, z = self._poses[on][:3]
            at = (x, y)
            below = z + self._laid[on][0].size[2] / 2
            yaw = self._yaw(on) if yaw is None else yaw
        elif at is None:
            yaw = self.dice.between(-180, 180) if yaw is None else yaw
            at = self.free(shape.radius)
        self._laid.append((shape, colour, fixed or shape.role == "marker", pile))
        self._poses.append(pose_of(*at, below + shape.size[2] / 2, yaw or 0.0))
        return len(self._laid) - 1

    def free(self, radius: float, margin: float = MARGIN) -> tuple[float, float]:
        """Return a random x, y about which a circle is free.

        Raises:
            TaskError: there is none.
        """
        (x0, x1), (y0, y1) = self._workspace.x, self._workspace.y
        taken = [
            (pose[0], pose[1], laid[0].radius + radius + margin)
            for laid, pose in zip(self._laid, self._poses, strict=True)
        ]
        for _ in range(TRIES):
            x = self.dice.between(x0 + radius, x1 - radius)
            y = self.dice.between(y0 + radius, y1 - radius)
            if all((x - u) ** 2 + (y - v) ** 2 >= r * r for u, v, r in taken):
                return x, y
        steps = 40
        grid = [
            (
                x0 + radius + (x1 - x0 - 2 * radius) * i / steps,
                y0 + radius + (y1 - y0 - 2 * radius) * j / steps,
            )
            for i in range(steps + 1)
            for j in range(steps + 1)
        ]
        left = [
            (x, y)
            for x, y in grid
            if all((x - u) ** 2 + (y - v) ** 2 >= r * r for u, v, r in taken)
        ]
        if left:
            return self.dice.choice(left)
        raise TaskError(f"there is no room for a thing of radius {radius:.3f} m.")

    def goal(self, goal: Goal, words: str | None = None, weight: float = 1.0) -> None:
        """Set a goal, after all things are laid; its words are its own unless given."""
        self._goals.append((goal, words or ""))
        self._weights.append(weight)

    def put(
        self,
        things: int | Sequence[int],
        relation: str,
        targets: int | Sequence[int],
        which: Which = "any",
    ) -> None:
        """Set the goal that things stand in a relation to others; see `Related`."""
        self.goal(Related(_tuple(things), relation, _tuple(targets), which))

    def hold(self, thing: int) -> None:
        """Set the goal that a thing is in the gripper."""
        self.goal(Held(thing))

    def gather(self, pile: str, targets: int | Sequence[int]) -> None:
        """Set the goal that a pile is on a painted place."""
        self.goal(Gathered(pile, _tuple(targets)))

    def setting(self, task: str) -> Setting:
        """Return what has been laid and said for a task of this name.

        Raises:
            TaskError: nothing was.
        """
        if not self._laid or not self._goals:
            raise TaskError("a task needs at least one thing and one goal.")
        scene = Scene(
            named(self._laid), np.array(self._poses, np.float64).reshape(-1, 7), self._workspace
        )
        words = [said or words_of(scene, goal) for goal, said in self._goals]
        goals = Goals(tuple(goal for goal, _ in self._goals), tuple(words), tuple(self._weights))
        return Setting(task, scene, goals)

    def _yaw(self, thing: int) -> float:
        _, _, _, _, _, z, w = self._poses[thing]
        return math.degrees(2 * math.atan2(z, w))


def _tuple(things: int | Sequence[int]) -> tuple[int, ...]:
    return (things,) if isinstance(things, int) else tuple(things)
