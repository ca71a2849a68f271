"""The handcoded expert reads text only, and gets there from anywhere."""

import random

import pytest
from rooms import QUIRKY, Play, game_of
from samples import SAMPLES

from crossworld.envs.household.authoring import problem_text
from crossworld.envs.household.compile import compile_game
from crossworld.envs.household.experts.handcoded import Handcoded
from crossworld.envs.household.goal import TASK_TYPES, GoalSpec
from crossworld.envs.household.versions import VERSIONS


def solve(play: Play, expert: Handcoded, limit: int = 100) -> int:
    """Let the expert play to success, return its steps."""
    for step in range(limit):
        if play.won:
            return step
        command = expert.next_command()
        expert.update(command, play.say(command))
    pytest.fail(f"not done after {limit} steps: {play.state.sentence!r}")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.task)
def test_solves_the_shipped_games(sample, version: str) -> None:
    problem = problem_text(sample.room, sample.goal)
    play = Play(compile_game(problem, sample.sentence, VERSIONS[version]))
    assert solve(play, Handcoded(play.text)) <= 50


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.task)
def test_goes_on_after_a_student_has_wandered(sample, seed: int) -> None:
    play = Play(
        compile_game(problem_text(sample.room, sample.goal), sample.sentence, VERSIONS["wheel"])
    )
    expert = Handcoded(play.text)
    chooser = random.Random(seed)
    for _ in range(15):
        commands = [c for c in play.commands if "teddybear" not in c]
        command = chooser.choice([*commands, "dance"])
        expert.update(command, play.say(command))
    solve(play, expert)


def test_sees_nothing_but_text() -> None:
    """Two games that read the same so far get the same commands."""
    game = game_of(QUIRKY, GoalSpec("pick_and_place_simple", "KnifeType", "SideTableType"))
    play = Play(game)
    play.state.sentence = "put a knife in sidetable"
    expert, twin = Handcoded(play.text), Handcoded(play.text)
    for _ in range(10):
        command = expert.next_command()
        assert command == twin.next_command()
        text = play.say(command)
        expert.update(command, text)
        twin.update(command, text)


@pytest.mark.parametrize("opening", ["", "no task here", "Your task is to: sing."])
def test_what_it_does_not_understand_it_looks_at(opening: str) -> None:
    expert = Handcoded(opening)
    assert expert.next_command() == "look"
    expert.update("look", "You are on the moon.")
    assert expert.next_command() == "look"


def test_every_official_task_type_has_a_sentence() -> None:
    assert {s.goal.task_type for s in SAMPLES} == set(TASK_TYPES)
    for sample in SAMPLES:
        assert Handcoded(f"Your task is to: {sample.sentence}.").memory.kind
