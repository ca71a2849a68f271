"""Sequences of random picks and places, played in two kinds of physics at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.tabletop.controllers import (
    NumbersController,
    PickPlaceController,
    PointController,
    to_unit,
)
from crossworld.envs.tabletop.library import laid, library
from crossworld.envs.tabletop.moves import Physics
from crossworld.envs.tabletop.physics.analytic import AnalyticPhysics
from crossworld.envs.tabletop.physics.bullet import BulletPhysics
from crossworld.envs.tabletop.table import Setting
from crossworld.envs.tabletop.world import TabletopWorld

LENGTH = 6
"""Picks and places of a sequence."""

NEAR, SPREAD = 0.7, 0.015
"""How often an aimed place is near something, and its standard deviation in x and in y, metres."""

SPLIT = "train"

Numbers = NDArray[np.float64]
"""(6,): pick x, y, yaw and place x, y, yaw, each from -1 to 1."""

Draw = Callable[[TabletopWorld, np.random.Generator], Numbers]


def uniform(world: TabletopWorld, dice: np.random.Generator) -> Numbers:
    """Return a pick and a place drawn uniformly from the action space."""
    return dice.uniform(-1, 1, 6)


def aimed(world: TabletopWorld, dice: np.random.Generator) -> Numbers:
    """Return a pick of one of the things, and a place that is mostly near another one or a spot."""
    numbers = dice.uniform(-1, 1, 6)
    scene, poses = world.setting.scene, world.state.poses
    thing = int(dice.choice(scene.movable))
    numbers[:2] = to_unit(poses[thing, :2], scene.workspace)
    others = [other for other in range(len(poses)) if other != thing]
    if dice.random() < NEAR and others:
        place = poses[int(dice.choice(others)), :2] + dice.normal(0, SPREAD, 2)
        numbers[3:5] = to_unit(place, scene.workspace)
    return np.clip(numbers, -1, 1)


DRAWS: Mapping[str, Draw] = {"uniform": uniform, "aimed": aimed}


class Mode(NamedTuple):
    """How a pick and a place are told to a world.

    Attributes:
        controller: of an action mode.
        actions: from `Numbers` to its actions.
    """

    controller: NumbersController
    actions: Callable[[Numbers], Sequence[Numbers]]


PICK_PLACE = Mode(PickPlaceController(), lambda numbers: [numbers])
POINT = Mode(
    PointController(),
    lambda numbers: [np.array([*numbers[:2], -1.0]), np.array([*numbers[3:5], 1.0])],
)

TASKS: Mapping[str, Mode] = {
    "grasp": POINT,
    "stack": PICK_PLACE,
    "triple-stack": PICK_PLACE,
    "tower": PICK_PLACE,
    "put-block-in-bowl": PICK_PLACE,
    "blocks-on-spots": PICK_PLACE,
    "deliver-pallet": PICK_PLACE,
}
"""Those that are played. With a goal in the air, a pick and place would end before the place."""


class Outcome(NamedTuple):
    """What a sequence came to, in both kinds of physics.

    Attributes:
        number: of the task.
        won: pick and place with which all goals held for the first time, 1 to `LENGTH`; 0 for never.
        moved: whether anything has been moved, in the first.
        shared: pairs of things of which one is on the other in the end, in both.
        found: such pairs in either.
    """

    number: int
    won: tuple[int, int]
    moved: bool
    shared: int
    found: int


@dataclass
class Tally:
    """What the sequences of a task came to.

    Attributes:
        task: its name.
        draw: a name of `DRAWS`.
        outcomes: of each sequence.
    """

    task: str
    draw: str
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def differing(self) -> list[Outcome]:
        """Sequences that succeed in one physics only."""
        return [one for one in self.outcomes if bool(one.won[0]) != bool(one.won[1])]


def backends() -> tuple[Physics, Physics]:
    """Return the physics that are compared."""
    return BulletPhysics(), AnalyticPhysics()


def compared(
    task: str,
    draw: str,
    numbers: Iterable[int],
    seed: int,
    physics: tuple[Physics, Physics] | None = None,
) -> Tally:
    """Play a sequence from each of some tasks.

    Args:
        task: a name of `TASKS`.
        draw: a name of `DRAWS`.
        numbers: of the tasks in their split.
        seed: of the draws.
        physics: what is compared; aimed actions look at the first. `backends()` for None.
    """
    tally = Tally(task, draw)
    for number in numbers:
        setting = laid(library()[task], SPLIT, number)
        dice = np.random.default_rng([seed, number])
        worlds = [TabletopWorld(setting, one) for one in physics or backends()]
        tally.outcomes.append(_outcome(number, setting, worlds, TASKS[task], DRAWS[draw], dice))
    return tally


def _outcome(
    number: int,
    setting: Setting,
    worlds: Sequence[TabletopWorld],
    mode: Mode,
    draw: Draw,
    dice: np.random.Generator,
) -> Outcome:
    won = [0, 0]
    for step in range(1, LENGTH + 1):
        for action in mode.actions(draw(worlds[0], dice)):
            for k, world in enumerate(worlds):
                world.act(mode.controller.command(action, world))
                if world.progress >= 1 and not won[k]:
                    won[k] = step
    one, other = (world.state.on[:, :-1] for world in worlds)
    moved = not np.array_equal(worlds[0].state.poses, setting.scene.poses)
    return Outcome(
        number, (won[0], won[1]), moved, int((one & other).sum()), int((one | other).sum())
    )
