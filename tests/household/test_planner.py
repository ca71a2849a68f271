"""The planner finds shortest plans: compared with breadth-first search over everything."""

from collections import deque

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rooms import QUIRKY, Play, game_of, random_rooms

from crossworld.envs.household import engine
from crossworld.envs.household.experts.planner import PlannerExpert, plan
from crossworld.envs.household.goal import TASK_TYPES, GoalSpec
from crossworld.envs.household.state import State
from crossworld.envs.household.world import HouseholdWorld

GIVEN_UP = 6_000
"""States after which the exhaustive search gives up."""


def shortest(start: State) -> int | None:
    """Return the length of a shortest solution by exhaustive search over all commands."""
    goal = start.game.goal
    if goal.share(start) >= 1:
        return 0
    seen = {start.key()}
    queue = deque([(start, 0)])
    while queue:
        state, depth = queue.popleft()
        for command in engine.admissible_commands(state):
            if command.split()[0] in ("look", "inventory", "help", "examine", "slice"):
                continue  # they change nothing that a goal depends on
            after = state.copy()
            engine.act(after, command)
            if goal.share(after) >= 1:
                return depth + 1
            if after.key() not in seen:
                seen.add(after.key())
                queue.append((after, depth + 1))
        if len(seen) > GIVEN_UP:
            raise RuntimeError("too many states")
    return None


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(random_rooms(), st.data())
def test_plans_are_shortest_from_any_state(room_and_goal, data) -> None:
    play = Play(game_of(*room_and_goal))
    for _ in range(data.draw(st.integers(0, 6))):
        play.say(data.draw(st.sampled_from(play.commands)))
    commands = plan(play.state)
    try:
        expected = shortest(play.state)
    except RuntimeError:
        return
    if commands is None:
        assert expected is None
        return
    assert len(commands) == expected
    for command in commands:
        play.say(command)
        assert play.event.valid
    assert play.won


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(random_rooms(), st.data())
def test_lost_only_when_there_is_no_plan(room_and_goal, data) -> None:
    play = Play(game_of(*room_and_goal))
    hopeful = plan(play.state) is not None
    for _ in range(15):
        play.say(data.draw(st.sampled_from(play.commands)))
        lost = play.state.game.goal.lost(play.state)
        if hopeful:
            assert lost == (plan(play.state) is None)
        elif lost:
            assert plan(play.state) is None


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_plans_for_every_task_type(task_type: str) -> None:
    goals = {
        "pick_and_place_simple": GoalSpec(task_type, "KnifeType", "SideTableType"),
        "look_at_obj_in_light": GoalSpec(task_type, "MugType", lamp_type="DeskLampType"),
        "pick_two_obj_and_place": GoalSpec(task_type, "MugType", "SideTableType"),
    }
    goal = goals.get(task_type, GoalSpec(task_type, "AppleType", "FridgeType"))
    play = Play(game_of(QUIRKY, goal))
    commands = plan(play.state)
    assert commands
    play.say(*commands)
    assert play.won
    assert plan(play.state) == []


def test_expert_follows_its_plan_and_replans_when_left() -> None:
    game = game_of(QUIRKY, GoalSpec("pick_heat_then_place_in_recep", "AppleType", "FridgeType"))
    world = HouseholdWorld(game.start.copy())
    expert = PlannerExpert()
    expert.begin(world)
    for detour in ("look", "go to toaster 1", "dance"):
        expert.suggest(world)
        world.act(detour)
        expert.observe(detour, world)
    for _ in range(20):
        command = expert.suggest(world)
        if not command:
            break
        assert command == (plan(world.state) or [""])[0]
        world.act(command)
        expert.observe(command, world)
    assert world.progress == 1


def test_no_plan_when_hands_are_stuck() -> None:
    play = Play(game_of(QUIRKY, GoalSpec("pick_and_place_simple", "KnifeType", "SideTableType")))
    play.say("go to shelf 1", "take teddybear 1 from shelf 1")
    assert plan(play.state) is None
