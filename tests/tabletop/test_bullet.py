"""PyBullet as a pure function: equal arguments, equal bits; nothing leaves the table or enters it."""

import hashlib
import json
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crossworld.envs.tabletop import shapes
from crossworld.envs.tabletop.library import laid, library
from crossworld.envs.tabletop.moves import lifted
from crossworld.envs.tabletop.physics.bullet import KEPT, BulletPhysics
from crossworld.envs.tabletop.relations import entities
from crossworld.envs.tabletop.scene import WALL, Workspace
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.world import TabletopWorld

PHYSICS = BulletPhysics()

SUNK = 0.003
"""How deep contact lets things into each other, metres: the most is what the spatula presses."""

CASES = """
import hashlib, json
import numpy as np
from crossworld.envs.tabletop.library import laid, library
from crossworld.envs.tabletop.physics.bullet import BulletPhysics

def cases():
    found = []
    for name in ("nest-bowls", "sweep-pile", "serve-ball", "stack", "kitting", "wall", "pack-box"):
        for number in range(2):
            scene = laid(library()[name], "train", number).scene
            dice = np.random.default_rng(number)
            raised = scene.poses.copy()
            movable = list(scene.movable)
            raised[movable, 2] += dice.uniform(0, 0.03, len(movable))
            raised[movable, :2] += dice.uniform(-0.02, 0.02, (len(movable), 2))
            found.append((scene, raised, None))
            (x0, x1), (y0, y1) = scene.workspace.x, scene.workspace.y
            path = np.array([[x0 + 0.05, y0 + 0.05], [x1 - 0.1, y1 - 0.1]])
            found.append((scene, scene.poses, path))
    return found

def result(case):
    scene, poses, path = case
    physics = BulletPhysics()
    end = physics.settle(scene, poses, ()) if path is None else physics.sweep(scene, poses, path)
    return hashlib.sha256(end.tobytes()).hexdigest()

results = lambda: [result(case) for case in cases()]
"""


def test_equal_arguments_give_equal_bits_whatever_came_before() -> None:
    names: dict[str, Any] = {}
    exec(CASES, names)
    cases, result = names["cases"](), names["result"]
    before = [(poses.copy(), None if path is None else path.copy()) for _, poses, path in cases]
    first = [result(case) for case in cases]
    assert len(set(first)) == len(first)
    for seed in range(2):
        order = np.random.default_rng(seed).permutation(len(cases))
        for k in order:
            assert result(cases[k]) == first[k]
    for (_, poses, path), (old, old_path) in zip(cases, before, strict=True):
        assert poses.tobytes() == old.tobytes()
        assert path is None or path.tobytes() == old_path.tobytes()


@pytest.mark.slow
def test_another_process_gives_the_same_bits() -> None:
    names: dict[str, Any] = {}
    exec(CASES, names)
    code = CASES + "print(json.dumps(results()[::-1]))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    assert json.loads(ran.stdout) == names["results"]()[::-1], "and PyBullet prints nothing"


def test_episodes_do_not_depend_on_each_other() -> None:
    """Worlds that are played in turns end as those that are played one after the other."""

    def world(name: str) -> TabletopWorld:
        return TabletopWorld(laid(library()[name], "train", 3), BulletPhysics())

    def step(one: TabletopWorld, k: int) -> None:
        commands = one.admissible_commands()
        one.act(commands[(7 * k) % len(commands)])

    names = ("nest-bowls", "sweep-pile", "stack")
    alone = [world(name) for name in names]
    for one in alone:
        for k in range(5):
            step(one, k)
    turns = [world(name) for name in names]
    for k in range(5):
        for one in turns:
            step(one, k)
    assert [one.state.key() for one in alone] == [one.state.key() for one in turns]


# At rest.


def settled_again(state: State) -> tuple[float, float]:
    """Return how far anything goes if a state settles again: metres, and degrees."""
    poses = PHYSICS.settle(state.scene, state.poses, state.lifted)
    gone = np.abs(poses[:, :3] - state.poses[:, :3]).max()
    same = np.minimum(np.abs((poses[:, 3:] * state.poses[:, 3:]).sum(axis=1)), 1)
    return float(gone), float(np.degrees(2 * np.arccos(same)).max())


def test_the_library_begins_at_rest() -> None:
    for name, task in library().items():
        for split in ("train", "valid_unseen"):
            scene = laid(task, split, 4).scene
            assert PHYSICS.settle(scene, scene.poses, ()).tobytes() == scene.poses.tobytes(), name


def test_what_has_settled_rests(moments: Any) -> None:
    """All but what rocks or rolls so slowly that it is stopped: see `MOST_STEPS`."""
    moved = [settled_again(moment.world.state)[0] for moment in moments[::3]]
    assert np.mean(np.array(moved) > 0.003) < 0.05, sorted(moved)[-10:]
    assert np.mean(np.array(moved) == 0) > 0.8


def test_what_hardly_moves_stays_to_the_bit(table: Any) -> None:
    state = table(
        (shapes.block(), "red", 0.5, 0.0, 0.0, 33.0), (shapes.ball(), "blue", 0.6, 0.1, 0.0, 0.0),
        (shapes.bowl(), "cyan", 0.4, -0.1, 0.0, 10.0), (shapes.ball(), "pink", 0.4, -0.1, 0.006, 0.0),
    )  # fmt: skip
    poses = state.poses.copy()
    for _ in range(5):
        poses = PHYSICS.settle(state.scene, poses, ())
    assert poses.tobytes() == state.poses.tobytes()
    dropped = state.poses.copy()
    dropped[0, 2] += 0.02
    landed = PHYSICS.settle(state.scene, dropped, ())
    assert abs(landed[0, 2] - 0.02) < 1e-3 < dropped[0, 2] - landed[0, 2]
    assert landed[1:].tobytes() == state.poses[1:].tobytes()
    assert KEPT <= 1e-3


def test_what_is_away_is_not_there(table: Any) -> None:
    state = table(
        (shapes.block(), "red", 0.5, 0.0, 0.0, 0.0), (shapes.block(), "blue", 0.5, 0.0, 0.04, 0.0)
    )
    end = PHYSICS.settle(state.scene, state.poses, (0,))
    assert end[0].tobytes() == state.poses[0].tobytes()
    assert end[1, 2] == pytest.approx(0.02, abs=1e-3)


def test_fixed_things_and_painted_ones_never_move(moments: Any) -> None:
    seen = 0
    for moment in moments:
        for k, thing in enumerate(moment.before.scene.things):
            if thing.fixed:
                seen += 1
                assert moment.world.state.poses[k].tobytes() == moment.before.poses[k].tobytes()
    assert seen > 100


# Nothing leaves.


def check_inside(state: State) -> None:
    """Everything is between the walls, and above the table."""
    space, boxes = state.scene.workspace, state.boxes
    for k, (x0, x1, y0, y1, z0, _) in enumerate(boxes):
        name = state.scene.names[k]
        reach = WALL + SUNK
        assert x0 >= space.x[0] - reach and x1 <= space.x[1] + reach, (name, x0, x1)
        assert y0 >= space.y[0] - reach and y1 <= space.y[1] + reach, (name, y0, y1)
        assert z0 >= -SUNK, (name, z0)
        assert abs((state.poses[k, 3:] ** 2).sum() - 1) < 1e-9


def test_nothing_leaves_the_table_in_random_play(moments: Any) -> None:
    for moment in moments:
        check_inside(moment.world.state)


@pytest.mark.slow
def test_nothing_leaves_the_table_in_many_games(many_moments: Any) -> None:
    for moment in many_moments:
        check_inside(moment.world.state)


SHAPES = (
    shapes.block(), shapes.ball(), shapes.cylinder(), shapes.letter("ell"), shapes.bead(),
    shapes.bowl(), shapes.pallet(), shapes.block((0.03, 0.12, 0.02), "plank"),
)  # fmt: skip


@given(
    kinds=st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3),
    angle=st.floats(-180, 180), seed=st.integers(0, 99), small=st.booleans(),
)  # fmt: skip
@settings(deadline=None, max_examples=20, phases=[Phase.generate])
def test_nothing_is_swept_through_a_wall(
    table: Any, kinds: list[Any], angle: float, seed: int, small: bool
) -> None:
    """Whatever is swept, wherever to: also against the wall, and many times over."""
    space = Workspace((0.375, 0.625), (-0.125, 0.125), 0.15) if small else Workspace()
    dice = np.random.default_rng(seed)
    places = [(-0.05, -0.06), (0.06, 0.0), (-0.03, 0.06)]
    state = table(
        *(
            (kind, "red", 0.5 + x, y, 0.0, dice.uniform(0, 360))
            for kind, (x, y) in zip(kinds, places, strict=False)
        ),
        workspace=space,
    )
    poses = state.poses
    along = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
    for _ in range(3):
        start = np.array(poses[dice.integers(len(kinds)), :2]) - 0.08 * along
        low, high = np.array([space.x[0], space.y[0]]), np.array([space.x[1], space.y[1]])
        path = np.clip(np.stack([start, start + 0.4 * along]), low, high)
        poses = PHYSICS.sweep(state.scene, poses, path)
        check_inside(State(state.scene, poses, state.cup))


def test_balls_roll_and_stay(table: Any) -> None:
    """A ball that is let go on a slope of other things rolls away, and no farther than the walls."""
    rows = [(shapes.block(), "red", 0.5, 0.0, 0.0, 0.0)]
    for k in range(8):
        angle = 2 * math.pi * k / 8
        x, y = 0.5 + 0.032 * math.cos(angle), 0.032 * math.sin(angle)
        state = table(*rows, (shapes.ball(), "blue", x, y, 0.041, 0.0))
        end = State(state.scene, PHYSICS.settle(state.scene, state.poses, ()), state.cup)
        check_inside(end)
        assert end.on[1, -1]


def test_sweeping_moves_a_pile_towards_where_it_goes(moments: Any) -> None:
    scene = next(m.world.state.scene for m in moments if m.world.state.scene.has_piles)
    pile = next(pieces for pieces in entities(scene).values() if len(pieces) > 1)
    pieces = list(pile)
    middle = scene.poses[pieces, :2].mean(axis=0)
    for angle in (0.0, 1.5, 3.0):
        along = np.array([math.cos(angle), math.sin(angle)])
        path = np.stack([middle - 0.1 * along, middle + 0.03 * along])
        end = PHYSICS.sweep(scene, scene.poses, path)
        assert ((end[pieces, :2].mean(axis=0) - middle) * along).sum() > 0.01


def test_what_is_held_does_not_fall(moments: Any) -> None:
    for moment in moments[::6]:
        state = moment.world.state
        for thing in state.scene.movable[:2]:
            if state.held >= 0 or not state.is_liftable(thing):
                continue
            up = lifted(state, thing)
            end = PHYSICS.settle(state.scene, up.poses, up.lifted)
            assert end[list(up.lifted)].tobytes() == up.poses[list(up.lifted)].tobytes()


def test_results_are_fresh(table: Any) -> None:
    state = table((shapes.block(), "red", 0.5, 0.0, 0.0, 0.0))
    digest = hashlib.sha256(state.poses.tobytes()).hexdigest()
    PHYSICS.settle(state.scene, state.poses, ())[:] = 0
    assert hashlib.sha256(state.poses.tobytes()).hexdigest() == digest
