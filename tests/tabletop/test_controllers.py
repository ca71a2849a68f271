"""Action modes: each does what the command says that its action was made from."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.envs.core.controllers import DiscreteController, TextController
from crossworld.envs.tabletop import shapes
from crossworld.envs.tabletop.controllers import PickPlaceController, PointController
from crossworld.envs.tabletop.goals import Goals, Related
from crossworld.envs.tabletop.moves import Pick, PickPlace, Place, Push
from crossworld.envs.tabletop.physics.bullet import BulletPhysics
from crossworld.envs.tabletop.state import NOTHING, State
from crossworld.envs.tabletop.table import Setting
from crossworld.envs.tabletop.world import TabletopWorld

ROUNDING = 1e-6
"""What float32 leaves of a position, metres."""

SHAKEN = 1e-3
"""What a micrometre can grow to where something tips or rolls: metres, and few may."""

UNIT = st.floats(-1, 1, width=32)


def world_of(state: State) -> TabletopWorld:
    setting = Setting("test", state.scene, Goals((Related((0,), "on", (0,)),), ("do something",)))
    return TabletopWorld(setting, BulletPhysics(), state=state)


def blocks(table: Any) -> TabletopWorld:
    return world_of(
        table(
            (shapes.block(), "red", 0.42, 0.1, 0.0, 15.0), (shapes.block(), "blue", 0.58, -0.1, 0.0, 80.0)
        )
    )  # fmt: skip


def beads(table: Any) -> TabletopWorld:
    state = table(
        *((shapes.bead(), "red", 0.4 + 0.02 * k, 0.02 * (k % 2), 0.0, 0.0) for k in range(4)),
        (shapes.zone(), "blue", 0.6, -0.1, 0.0, 0.0),
    )
    things = tuple(
        type(thing)("bead", thing.shape, thing.colour, False, "red beads") if k < 4 else thing
        for k, thing in enumerate(state.scene.things)
    )
    scene = type(state.scene)(things, state.scene.poses, state.scene.workspace)
    return world_of(State.first(scene))


def gap(one: State, other: State) -> float:
    """Return how far apart things are in two states at most, metres; infinite if one is held."""
    if one.held != other.held:
        return float("inf")
    return float(np.abs(one.poses[:, :3] - other.poses[:, :3]).max())


def check_mode(controller: Any, some: Any, fresh: Any, plays: Any) -> list[float]:
    """Carry out listed commands as actions and in words; return how far the outcomes differ."""
    found = []
    dice = np.random.default_rng(3)
    for moment in some:
        command = str(dice.choice(moment.world.admissible_commands()))
        one, other = fresh(moment), fresh(moment)
        try:
            action = controller.action(command, one)
        except ValueError as reason:
            assert not plays(command, moment.world), (command, reason)
            continue
        assert plays(command, moment.world), command
        assert action in controller.space
        one.act(controller.command(action, one))
        other.act(command)
        if isinstance(controller, PointController) and command.startswith("put the"):
            # Its first half: the thing is lifted.
            assert one.state.held == other.event.thing
            continue
        if isinstance(controller, PickPlaceController) and command.startswith("pick up"):
            # On the spot, unless the task is done in between.
            assert one.event.thing == other.event.thing
            assert one.state.held == NOTHING or one.progress == 1
            continue
        assert one.event.valid, (command, one.event.feedback)
        assert one.event.thing == other.event.thing
        found.append(gap(one.state, other.state))
    return found


def check_gaps(gaps: list[float], least: int) -> None:
    assert len(gaps) >= least
    assert np.mean(np.array(gaps) > ROUNDING) <= 0.1, sorted(gaps)[-8:]
    assert np.mean(np.array(gaps) > SHAKEN) <= 0.04, sorted(gaps)[-8:]


def test_text_and_discrete_actions_are_the_commands(moments: Any, fresh: Any) -> None:
    for controller in (TextController(), DiscreteController()):
        gaps = check_mode(controller, moments[::12], fresh, lambda command, world: True)
        assert max(gaps) == 0 and len(gaps) > 25


def test_pick_place_does_what_the_command_says(moments: Any, fresh: Any) -> None:
    def plays(command: str, world: TabletopWorld) -> bool:
        if world.state.scene.has_piles:
            return command.startswith(("sweep", "push"))
        return command.startswith("put the")

    some = [m for m in moments if m.world.state.held == NOTHING][::2]
    gaps = check_mode(
        PickPlaceController(), some, fresh, lambda c, w: plays(c, w) or c.startswith("pick")
    )
    check_gaps(gaps, 60)


def test_point_does_what_the_command_says(moments: Any, fresh: Any) -> None:
    def plays(command: str, world: TabletopWorld) -> bool:
        return command.startswith(("pick", "put"))

    gaps = check_mode(PointController(), moments[::2], fresh, plays)
    assert len(gaps) > 15
    # What is placed keeps its yaw: the middle of it may be elsewhere, if it is cut to the workspace.
    assert np.mean(np.array(gaps) < 0.02) > 0.8


def test_pick_place_lifts_what_is_picked_and_puts_it_back(table: Any) -> None:
    """A pick alone is a pick and place on the spot."""
    world = blocks(table)
    action = PickPlaceController().action("pick up the red block", world)
    np.testing.assert_array_equal(action[:3], action[3:])


def test_point_needs_two_steps(table: Any) -> None:
    world, controller = blocks(table), PointController()
    command = "put the red block on the blue block"
    first = controller.action(command, world)
    assert first[2] < 0
    world.act(controller.command(first, world))
    assert world.state.held == 0 and world.event.verb == "pick"
    second = controller.action("put it on the blue block", world)
    assert second[2] >= 0
    world.act(controller.command(second, world))
    assert world.state.held == NOTHING and world.state.on[0, 1]
    np.testing.assert_allclose(world.state.poses[0, :3], (0.58, -0.1, 0.06), atol=1e-3)


def test_pick_place_with_piles_sweeps(table: Any) -> None:
    world, controller = beads(table), PickPlaceController()
    action = controller.action("sweep the red beads onto the blue zone", world)
    assert isinstance(controller.command(action, world), Push)
    with pytest.raises(ValueError, match="neither picks nor places"):
        PointController().action("sweep the red beads onto the blue zone", world)
    start = world.state.poses.copy()
    world.act(controller.command(action, world))
    assert world.event.verb == "push"
    assert np.abs(world.state.poses[:4, :2] - start[:4, :2]).max() > 0.02
    blank = blocks(table)
    assert isinstance(controller.command([0.0] * 6, blank), PickPlace)


@given(numbers=st.lists(UNIT, min_size=6, max_size=6))
@settings(deadline=None, max_examples=50)
def test_numbers_span_the_workspace(table: Any, numbers: list[float]) -> None:
    """x from near to far, y from right to left, yaw by the difference."""
    world = blocks(table)
    move = PickPlaceController().command(np.array(numbers, np.float32), world)
    assert isinstance(move, PickPlace)
    a, b, c, d, e, f = numbers
    assert move.pick == pytest.approx((0.5 + 0.2 * a, 0.2 * b))
    assert move.place == pytest.approx((0.5 + 0.2 * d, 0.2 * e, 180 * (f - c)))
    point = PointController().command(np.array([a, b, c], np.float32), world)
    assert isinstance(point, Pick if c < 0 else Place)
    assert point[:2] == pytest.approx((0.5 + 0.2 * a, 0.2 * b))


@given(numbers=st.lists(st.floats(allow_nan=False, width=32), min_size=6, max_size=6))
@settings(deadline=None, max_examples=50)
def test_numbers_are_cut(table: Any, numbers: list[float]) -> None:
    world = blocks(table)
    inside = np.clip(np.array(numbers), -1, 1)
    for controller, count in ((PickPlaceController(), 6), (PointController(), 3)):
        given = np.array(numbers[:count], np.float32)
        assert controller.command(given, world) == controller.command(inside[:count], world)
        assert given.tobytes() == np.array(numbers[:count], np.float32).tobytes()


@pytest.mark.parametrize(
    ("controller", "count"), [(PickPlaceController(), 6), (PointController(), 3)]
)
def test_not_a_number_is_not_valid(table: Any, controller: Any, count: int) -> None:
    for place in range(count):
        world = blocks(table)
        state = world.state
        numbers = np.zeros(count, np.float32)
        numbers[place] = np.nan
        event = world.act(controller.command(numbers, world))
        assert not event.valid and event.feedback
        assert world.state is state


@pytest.mark.parametrize(
    ("controller", "count"), [(PickPlaceController(), 6), (PointController(), 3)]
)
def test_wrong_shapes_raise(table: Any, controller: Any, count: int) -> None:
    world = blocks(table)
    for wrong in (
        np.zeros(count + 1), np.zeros((1, count)), np.zeros(0), 0.5, "look", None, ["a"] * count, {},
        [[0.0], [1.0, 2.0]], object(),
    ):  # fmt: skip
        with pytest.raises(TypeError, match="takes"):
            controller.command(wrong, world)
    assert controller.space.shape == (count,) and controller.space.dtype == np.float32
    for command in ("no such command", "pick up the moon"):
        with pytest.raises(ValueError, match=command):
            controller.action(command, world)
    with pytest.raises(ValueError, match="look"):
        controller.action("look", world)


@pytest.mark.parametrize("mode", ["text", "discrete", "pick_place", "point"])
def test_environment_plays_the_oracle_in_every_mode(mode: str) -> None:
    env = gym.make(
        "crossworld/TabletopStack-v0", action_mode=mode, expert="planner", modalities=("text",)
    )
    inner: Any = env.unwrapped
    for seed in range(3):
        _, info = env.reset(seed=seed)
        steps, reward = 0, 0.0
        while not reward:
            _, reward, _, _, info = env.step(inner.action_of(info["expert_action"]))
            steps += 1
            assert steps <= 2
        assert steps == (2 if mode == "point" else 1)
        assert info["success"]
    env.close()
