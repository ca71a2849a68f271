"""Random play of the whole library, and hand-made tables, for the tests of this folder."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pytest

from crossworld.envs.tabletop.library import laid, library
from crossworld.envs.tabletop.physics.bullet import BulletPhysics
from crossworld.envs.tabletop.relations import entities
from crossworld.envs.tabletop.scene import Poses, Scene, Workspace, named, pose_of
from crossworld.envs.tabletop.shapes import Shape
from crossworld.envs.tabletop.state import NOTHING, State
from crossworld.envs.tabletop.world import TabletopWorld

STEPS = 9
SPLITS = ("train", "valid_unseen", "valid_seen")


class Moment(NamedTuple):
    """A world as it is after a command; `before` is the state in which it was given."""

    world: TabletopWorld
    command: str
    before: State


class Still:
    """Physics in which everything stays where it is let go: for what is about moves alone."""

    def settle(self, scene: Scene, poses: Poses, away: tuple[int, ...]) -> Poses:
        return poses

    def sweep(self, scene: Scene, poses: Poses, path: Any) -> Poses:
        return poses


def chosen(world: TabletopWorld, dice: np.random.Generator) -> str:
    """Return a command: one that is listed, the oracle's, or one in words that are not listed."""
    state = world.state
    loaded = [k for k in state.scene.movable if state.is_liftable(k) and state.riders(k)]
    if loaded and state.held == NOTHING and dice.random() < 0.2:
        return f"pick up the {state.scene.names[int(dice.choice(loaded))]}"
    kind = dice.random()
    if kind < 0.55:
        # First the verb: most commands are of one kind.
        listed = world.admissible_commands()
        verb = dice.choice(sorted({command.split()[0] for command in listed}))
        return str(dice.choice([command for command in listed if command.split()[0] == verb]))
    if kind < 0.75:
        return world.setting.goals.advise(world.state) or "look"
    names = list(entities(state.scene))
    thing, one, two = (str(dice.choice(names)) for _ in range(3))
    what = f"the {thing}" if state.held == NOTHING else "it"
    if kind < 0.85:
        side = dice.choice(["left of", "right of", "behind", "in front of"])
        return f"put {what} {side} the {one}"
    if kind < 0.95:
        space = state.scene.workspace
        x, y = dice.uniform(*space.x), dice.uniform(*space.y)
        return f"put {what} at {x:.3f} {y:.3f} turned {dice.integers(-180, 180)}"
    return f"put {what} on the {one} and the {two}"


@lru_cache(maxsize=8)
def played(number: int, steps: int) -> tuple[Moment, ...]:
    """Return the moments of an episode of every task of the library."""
    found = []
    for kind, task in enumerate(library().values()):
        split = SPLITS[(number + kind) % 3]
        dice = np.random.default_rng([number, kind])
        world = TabletopWorld(laid(task, split, number), BulletPhysics())
        found.append(Moment(kept(world), "", world.state))
        for _ in range(steps):
            before, command = world.state, chosen(world, dice)
            world.act(command)
            found.append(Moment(kept(world), command, before))
    return tuple(found)


def kept(world: TabletopWorld) -> TabletopWorld:
    """Return a copy of a world that stays as it is now."""
    return TabletopWorld(world.setting, BulletPhysics(), "", world.state, world.event)


@pytest.fixture(scope="session")
def moments() -> Sequence[Moment]:
    """An episode of every task."""
    return played(0, STEPS)


@pytest.fixture(scope="session")
def many_moments() -> Sequence[Moment]:
    """Five longer ones."""
    return [moment for number in range(1, 6) for moment in played(number, 2 * STEPS)]


@pytest.fixture(scope="session")
def fresh() -> Callable[[Moment], TabletopWorld]:
    """Return a function to a world at a moment, which may be played on."""
    return lambda moment: kept(moment.world)


@pytest.fixture(scope="session")
def still() -> Still:
    """Physics that moves nothing."""
    return Still()


Row = tuple[Shape, str, float, float, float, float]
"""Shape, colour, x, y, height of the lower side, yaw."""


@pytest.fixture(scope="session")
def table() -> Callable[..., State]:
    """Return a function from rows (see `Row`) to a state in which these things lie there."""

    def laid_out(*rows: Row, workspace: Workspace | None = None) -> State:
        things = named([(s, colour, s.role == "marker", "") for s, colour, *_ in rows])
        poses = [pose_of(x, y, low + s.size[2] / 2, yaw) for s, _, x, y, low, yaw in rows]
        return State.first(Scene(things, np.array(poses).reshape(-1, 7), workspace or Workspace()))

    return laid_out
