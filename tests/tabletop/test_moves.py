"""The gripper: what is held hangs level, takes its load along, and is put down inside."""

import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.envs.core.errors import SnapshotError
from crossworld.envs.tabletop import shapes
from crossworld.envs.tabletop.moves import (
    Impossible,
    Pick,
    PickPlace,
    Place,
    Push,
    carried_out,
    lifted,
)
from crossworld.envs.tabletop.physics.bullet import BulletPhysics
from crossworld.envs.tabletop.state import NOTHING, State

PHYSICS = BulletPhysics()

CUP = 0.03
"""Reach of the suction cup, metres."""

ALL = settings(deadline=None, max_examples=25)


def relative(poses: Any, thing: int, other: int) -> Any:
    """Return the pose of a thing as another one sees it: seven numbers."""
    x, y, z, w = poses[other, 3:]
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    frame = np.eye(3) + 2 * w * cross + 2 * cross @ cross
    gap = frame.T @ (poses[thing, :3] - poses[other, :3])
    a, b, c, d = poses[thing, 3:]
    # The product of the other's turn, turned back, and the thing's.
    turn = np.array([
        w * a - x * d - y * c + z * b, w * b + x * c - y * d - z * a,
        w * c - x * b + y * a - z * d, w * d + x * a + y * b + z * c,
    ])  # fmt: skip
    return np.concatenate([gap, turn * np.sign(turn[np.abs(turn).argmax()])])


def loaded(table: Any, holder: Any, yaw: float) -> State:
    low = holder.size[2] if holder.noun == "pallet" else 0.006
    return State(
        *(lambda s: (s.scene, s.poses, s.cup))(
            table(
                (holder, "cyan", 0.5, 0.0, 0.0, yaw), (shapes.block(0.03), "red", 0.5, 0.0, low, 10.0),
                (shapes.block(0.03), "blue", 0.5, 0.0, low + 0.03, 50.0),
                (shapes.block(), "green", 0.38, -0.12, 0.0, 0.0),
            )
        )
    )  # fmt: skip


@pytest.mark.parametrize("holder", [shapes.bowl(), shapes.box(), shapes.pallet()])
@given(
    yaw=st.floats(-180, 180),
    x=st.floats(0.3, 0.7),
    y=st.floats(-0.2, 0.2),
    turn=st.floats(-180, 180),
)
@settings(deadline=None, max_examples=8)
def test_a_load_goes_along(
    table: Any, holder: Any, yaw: float, x: float, y: float, turn: float
) -> None:
    state = loaded(table, holder, yaw)
    held, thing = carried_out(state, Pick(0.5, 0.045), PHYSICS)
    if thing != 0:
        held, thing = carried_out(state, Pick(0.5 + holder.size[0] / 2 - 0.003, 0.0), PHYSICS)
    assert thing == held.held == 0
    assert set(held.lifted) == {0, 1, 2}
    for rider in (1, 2):
        np.testing.assert_allclose(
            relative(held.poses, rider, 0), relative(state.poses, rider, 0), atol=1e-9
        )
    bottom = held.boxes[0, 4]
    assert bottom == pytest.approx(state.scene.workspace.lift)
    if abs(x - 0.38) > 0.12 or abs(y + 0.12) > 0.12:
        end, _ = carried_out(held, Place(x, y, turn), PHYSICS)
        for rider in (1, 2):
            gap = relative(end.poses, rider, 0) - relative(state.poses, rider, 0)
            assert np.abs(gap[:3]).max() < 0.01
        assert end.held == NOTHING


def test_what_hangs_stays_as_it_is_while_the_rest_settles(moments: Any) -> None:
    """Also over time: poses of what is held change only by picking and placing."""
    steps = 0
    for moment in moments:
        before, after = moment.before, moment.world.state
        if before.held != NOTHING and after.held == before.held:
            steps += 1
            for thing in before.lifted:
                assert before.poses[thing].tobytes() == after.poses[thing].tobytes()
    assert steps > 0


@ALL
@given(
    x=st.floats(-1, 2), y=st.floats(-2, 2), turn=st.floats(-720, 720),
    kind=st.sampled_from([shapes.block(), shapes.bowl(), shapes.box(), shapes.letter("tee"), shapes.ball()]),
)  # fmt: skip
def test_a_place_is_cut_to_the_workspace(
    table: Any, x: float, y: float, turn: float, kind: Any
) -> None:
    state = lifted(table((kind, "red", 0.5, 0.0, 0.0, 0.0)), 0)
    end, _ = carried_out(state, Place(x, y, turn), PHYSICS)
    space, box = state.scene.workspace, end.boxes[0]
    room = 0.02 if kind.noun == "ball" else 0.001
    assert box[0] >= space.x[0] - room and box[1] <= space.x[1] + room
    assert box[2] >= space.y[0] - room and box[3] <= space.y[1] + room
    half_x, half_y = (box[1] - box[0]) / 2, (box[3] - box[2]) / 2
    if space.x[0] + half_x < x < space.x[1] - half_x and kind.noun not in ("tee", "ball"):
        assert end.poses[0, 0] == pytest.approx(x, abs=1e-3)
    if space.y[0] + half_y < y < space.y[1] - half_y and kind.noun not in ("tee", "ball"):
        assert end.poses[0, 1] == pytest.approx(y, abs=1e-3)


MOVES = st.one_of(
    st.builds(Pick, st.floats(0.3, 0.7), st.floats(-0.2, 0.2)),
    st.builds(Place, st.floats(0.3, 0.7), st.floats(-0.2, 0.2), st.floats(-180, 180)),
    st.builds(
        PickPlace,
        st.builds(Pick, st.floats(0.3, 0.7), st.floats(-0.2, 0.2)),
        st.builds(Place, st.floats(0.3, 0.7), st.floats(-0.2, 0.2), st.floats(-180, 180)),
    ),
    st.builds(
        Push, st.floats(0.35, 0.65), st.floats(-0.15, 0.15), st.floats(0.4, 0.6), st.floats(-0.1, 0.1)
    ),
)  # fmt: skip


@given(index=st.integers(0, 10**6), move=MOVES)
@settings(deadline=None, max_examples=60)
def test_a_move_is_a_pure_function(moments: Any, index: int, move: Any) -> None:
    state = moments[index % len(moments)].world.state
    before = state.poses.tobytes(), state.cup, state.held
    outcomes = []
    for _ in range(2):
        try:
            after, thing = carried_out(
                State(state.scene, state.poses, state.cup, state.held), move, PHYSICS
            )
            outcomes.append((after.key(), thing))
            assert np.isfinite(after.poses).all()
            if isinstance(move, PickPlace | Place | Push):
                assert after.held == NOTHING
        except Impossible as reason:
            outcomes.append(str(reason))
    assert outcomes[0] == outcomes[1]
    assert before == (state.poses.tobytes(), state.cup, state.held)


@ALL
@given(dx=st.floats(-0.08, 0.08), dy=st.floats(-0.08, 0.08))
def test_the_cup_takes_what_is_near(table: Any, dx: float, dy: float) -> None:
    state = table((shapes.cylinder(), "red", 0.5, 0.0, 0.0, 0.0))
    far = float(np.hypot(dx, dy)) - 0.02
    try:
        after, thing = carried_out(state, Pick(0.5 + dx, dy), PHYSICS)
    except Impossible:
        assert far > 0.5 * CUP
    else:
        assert thing == 0 and far < CUP + 1e-9
        np.testing.assert_allclose(after.poses[0, :2], state.poses[0, :2], atol=1e-9)


def test_the_cup_takes_what_is_uppermost(table: Any) -> None:
    state = table(
        (shapes.block(), "red", 0.5, 0.0, 0.0, 0.0), (shapes.block(), "blue", 0.5, 0.0, 0.04, 0.0),
        (shapes.zone(), "green", 0.5, 0.0, 0.0, 0.0),
    )  # fmt: skip
    assert carried_out(state, Pick(0.5, 0.0), PHYSICS)[1] == 1
    with pytest.raises(Impossible, match="nothing to pick up"):
        carried_out(state, Pick(0.6, 0.15), PHYSICS)
    with pytest.raises(Impossible, match="nothing to pick up"):
        carried_out(state, Pick(0.55, 0.05), PHYSICS)


def test_if_the_place_is_impossible_nothing_is_picked(table: Any) -> None:
    state = table((shapes.block(), "red", 0.5, 0.0, 0.0, 0.0))
    with pytest.raises(Impossible):
        carried_out(state, PickPlace(Pick(0.6, 0.1), Place(0.5, 0.1)), PHYSICS)
    with pytest.raises(Impossible):
        carried_out(state, Place(0.5, 0.1), PHYSICS)
    held, _ = carried_out(state, Pick(0.5, 0.0), PHYSICS)
    for move in (
        Pick(0.5, 0.0),
        PickPlace(Pick(0.5, 0.0), Place(0.5, 0.1)),
        Push(0.4, 0.0, 0.5, 0.0),
    ):
        with pytest.raises(Impossible, match="holds"):
            carried_out(held, move, PHYSICS)


def test_a_tipped_thing_hangs_level(table: Any) -> None:
    state = table((shapes.block((0.03, 0.05, 0.08), "pillar"), "red", 0.5, 0.0, 0.0, 20.0))
    for axis, angle in itertools.product(range(3), (0.3, 1.2, 1.6, 2.9, -0.6)):
        poses = state.poses.copy()
        half = np.zeros(3)
        half[axis] = np.sin(angle / 2)
        poses[0, 3:] = *half, np.cos(angle / 2)
        up = lifted(State(state.scene, poses, state.cup), 0)
        size = np.sort(np.ptp(up.boxes[0].reshape(3, 2), axis=1))[-1]
        heights = [0.03, 0.05, 0.08]
        assert min(abs(np.ptp(up.boxes[0, 4:]) - one) for one in heights) < 1e-6, size
        assert up.boxes[0, 4] == pytest.approx(0.2)


# States as JSON.


def test_a_state_comes_back_from_json_to_the_bit(moments: Any) -> None:
    for moment in moments:
        state = moment.world.state
        again = State.from_json(state.scene, json.loads(json.dumps(state.to_json())))
        assert again.key() == state.key()
        assert again.symbols() == state.symbols()
        assert again.poses.dtype == np.float64 and again.poses.shape == state.poses.shape


def test_play_goes_on_from_json_to_the_bit(moments: Any, fresh: Any) -> None:
    for moment in moments[::25]:
        one, other = fresh(moment), fresh(moment)
        other = type(one).from_json(one.setting, PHYSICS, json.loads(json.dumps(one.to_json())))
        assert other.text() == one.text() and other.progress == one.progress
        for k in range(2):
            commands = one.admissible_commands()
            assert commands == other.admissible_commands()
            for world in (one, other):
                world.act(commands[(5 * k + 1) % len(commands)])
            assert one.state.key() == other.state.key()


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("poses"), lambda d: d.pop("cup"), lambda d: d.pop("held"),
        lambda d: d.update(held=99), lambda d: d.update(held=True), lambda d: d.update(held="0"),
        lambda d: d.update(cup=[0.5]), lambda d: d.update(cup=[0.5, None]), lambda d: d.update(poses=[]),
        lambda d: d["poses"].pop(), lambda d: d["poses"][0].pop(), lambda d: d["poses"][0].__setitem__(0, "x"),
        lambda d: d["poses"][0].__setitem__(0, float("nan")), lambda d: d["poses"][0].__setitem__(0, 1e300),
        lambda d: d["poses"][0].__setitem__(6, 0.5), lambda d: d["poses"].__setitem__(0, [0] * 7),
        lambda d: d.update(poses=7), lambda d: d["poses"].__setitem__(0, 7),
    ],
)  # fmt: skip
def test_a_damaged_state_is_a_clear_error(moments: Any, damage: Any) -> None:
    state = moments[0].world.state
    data = json.loads(json.dumps(state.to_json()))
    damage(data)
    with pytest.raises(SnapshotError, match="snapshot"):
        State.from_json(state.scene, data)
    for wrong in (None, 7, [], "state", {}):
        with pytest.raises(SnapshotError, match="snapshot"):
            State.from_json(state.scene, wrong)
