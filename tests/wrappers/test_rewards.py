"""Rewards beside success."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.wrappers import GoalConditionReward, InvalidActionPenalty, SubgoalReward
from crossworld.wrappers.captioners import Caption

HOUSEHOLD, STACK = "crossworld/Household-v0", "crossworld/TabletopStack-v0"
RED, BLUE = "the robot is grasping the red block", "the robot is grasping the blue block"


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), weight=st.floats(-3, 3))
def test_progress_sums_up_to_the_difference_of_end_and_start(seed: int, weight: float) -> None:
    plain = gym.make(HOUSEHOLD, modalities=("text",), expert="planner")
    env = GoalConditionReward(plain, weight)
    _, info = env.reset(seed=seed)
    start, dice, total, own = info["goal_conditions"], np.random.default_rng(seed), 0.0, 0.0
    over = False
    while not over:
        commands = info["admissible_commands"]
        command = info["expert_action"] if dice.random() < 0.8 else str(dice.choice(commands))
        _, reward, terminated, truncated, info = env.step(command)
        total += reward
        own += float(terminated and info["success"])
        over = terminated or truncated
    assert total == pytest.approx(own + weight * (info["goal_conditions"] - start))


def test_a_loop_of_progress_pays_nothing() -> None:
    env = GoalConditionReward(gym.make(STACK, modalities=("text",)))
    env.reset(seed=0)
    total = 0.0
    for _ in range(4):
        total += env.step("pick up the red block")[1]
        total += env.step("put it on the table")[1]
    assert total == pytest.approx(0)


def test_an_impossible_action_costs() -> None:
    env = InvalidActionPenalty(gym.make(HOUSEHOLD, modalities=("text",)), 0.25)
    env.reset(seed=0)
    assert [env.step(command)[1] for command in ("fly", "look", "open moon 1")] == [-0.25, 0, -0.25]


@pytest.mark.parametrize("wrap", [GoalConditionReward, InvalidActionPenalty])
@pytest.mark.parametrize("number", [float("nan"), float("inf"), "1", True])
def test_numbers_are_finite(wrap: Any, number: Any) -> None:
    with pytest.raises(ValueError, match="finite"):
        wrap(gym.make(HOUSEHOLD), number)


def test_a_penalty_is_no_reward() -> None:
    with pytest.raises(ValueError, match="would be a reward"):
        InvalidActionPenalty(gym.make(HOUSEHOLD), -1.0)


def stack(**kwargs: Any) -> gym.Env[Any, Any]:
    return SubgoalReward(gym.make(STACK), "oracle", **kwargs)


def test_each_subgoal_pays_once() -> None:
    env = stack(subgoals=[RED], bonus=0.5)
    _, info = env.reset(seed=0)
    assert info["subgoals_reached"] == 0
    paid = []
    for command in ("pick up the red block", "put it on the table") * 2:
        _, reward, _, _, info = env.step(command)
        paid.append(reward)
    assert paid == [0.5, 0, 0, 0]
    assert info["subgoals_reached"] == 1
    assert env.reset(seed=1)[1]["subgoals_reached"] == 0


@pytest.mark.parametrize(("ordered", "paid"), [(True, [0, 0, 1, 0, 1]), (False, [1, 0, 1, 0, 0])])
def test_order_counts_if_it_is_asked_for(ordered: bool, paid: list[float]) -> None:
    env = stack(subgoals=[RED, BLUE], ordered=ordered)
    env.reset(seed=0)
    commands = [
        "pick up the blue block", "put it on the table", "pick up the red block",
        "put it on the table", "pick up the blue block",
    ]  # fmt: skip
    assert [env.step(command)[1] for command in commands] == paid


def test_subgoals_can_come_with_a_reset() -> None:
    env = stack()
    env.reset(seed=0, options={"subgoals": [BLUE]})
    assert env.step("pick up the blue block")[1] == 1.0
    with pytest.raises(ValueError, match="no sub-goals"):
        env.reset(seed=0)
    with pytest.raises(ValueError, match="give a list"):
        env.reset(seed=0, options={"subgoals": BLUE})


def test_what_cannot_be_true_is_refused_with_near_ones() -> None:
    env = stack(subgoals=["the robot is grasping the red blok"])
    with pytest.raises(ValueError, match="'the robot is grasping the red block'"):
        env.reset(seed=0)


def test_the_threshold_decides() -> None:
    class Unsure:
        def caption(self, images: Any) -> Any:
            return [[Caption(RED, 0.7)] for _ in images]

    for threshold, reached in ((0.6, 1), (0.7, 0), (0.8, 0), (None, 1)):
        env = SubgoalReward(gym.make(STACK), Unsure(), threshold, [RED])
        assert env.reset(seed=0)[1]["subgoals_reached"] == reached
        # What is seen at once is reached at once, and pays nothing.
        assert env.step("look")[1] == 0
