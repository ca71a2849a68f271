"""What language models write, and what is made of it."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.wrappers import DiscretizeTextAction, ParseTextAction, collect_commands
from crossworld.wrappers.matching import canonical, lowest, meant, omits, plain
from crossworld.wrappers.replies import read_reply

HOUSEHOLD, TABLETOP = "crossworld/Household-v0", "crossworld/TabletopStack-v0"
POSSIBLE = [
    "close fridge 1", "examine shelf 2", "go to drawer 1", "go to drawer 12", "go to drawer 2",
    "go to peppershaker 1", "heat egg 1 with microwave 1", "inventory", "look",
    "move pen 1 to desk 1", "take mug 1 from shelf 2", "take mug 2 from shelf 2", "use desklamp 1",
]  # fmt: skip
KNOWN = {"open", "close", "fridge", "drawer", "mug", "cup", "saltshaker", "peppershaker", "shelf"}


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("go to drawer 1", "go to drawer 1"),
        ("Go to the drawer 12.", "go to drawer 12"),
        ("walk over to drawer 2", "go to drawer 2"),
        ("put pen 1 in/on desk 1", "move pen 1 to desk 1"),
        ("Place the pen on the desk", "move pen 1 to desk 1"),
        ("grab the mug 2", "take mug 2 from shelf 2"),
        ("heat the egg in the microwave", "heat egg 1 with microwave 1"),
        ("turn on the desk lamp", "use desklamp 1"),
        ("turn the desklamp 1 on", "use desklamp 1"),
        ("look around", "look"),
        ("go to pepper shaker 1", "go to peppershaker 1"),
        ("go to drawr 2", "go to drawer 2"),
        ("close the frige", "close fridge 1"),
        ("`look`", "look"),
    ],
)
def test_other_words_for_the_same(said: str, command: str) -> None:
    assert meant(said, POSSIBLE, KNOWN).command == command


@pytest.mark.parametrize(
    "said",
    [
        "go to drawer 10",  # the substring match of peers makes it drawer 1
        "go to drawer 3",
        "open fridge 1",  # near "close fridge 1"
        "take cup 1 from shelf 2",
        "go to saltshaker 1",
        "take mug 12 from shelf 2",
        "take mug 1 from shelf 22",
        "go to drawer 1 and open it",
        "heat egg 1 with microwave 2",
        "fly", "", "1", "...", "\0", "go to", "the",
    ],
)  # fmt: skip
def test_what_is_not_possible_is_never_taken_for_something_else(said: str) -> None:
    found = meant(said, POSSIBLE, KNOWN)
    assert found.command == ""
    assert not found.ambiguous


@pytest.mark.parametrize(
    ("said", "several"),
    [
        ("go to drawer", ["go to drawer 1", "go to drawer 12", "go to drawer 2"]),
        ("take mug", ["take mug 1 from shelf 2", "take mug 2 from shelf 2"]),
    ],
)
def test_several_are_named(said: str, several: list[str]) -> None:
    found = meant(said, POSSIBLE)
    assert (found.command, list(found.candidates), found.ambiguous) == ("", several, True)


def test_lowest_counts_and_does_not_spell() -> None:
    assert lowest(["go to drawer 12", "go to drawer 2"]) == "go to drawer 2"


NAMES = st.sampled_from(["mug", "drawer", "pen", "sidetable"])
NUMBERS = st.integers(1, 30)


@given(verb=st.sampled_from(["go to", "open", "use"]), name=NAMES, here=NUMBERS, said=NUMBERS)
def test_a_number_that_is_given_must_fit(verb: str, name: str, here: int, said: int) -> None:
    found = meant(f"{verb} {name} {said}", [f"{verb} {name} {here}"])
    assert bool(found.command) == (here == said)


@settings(max_examples=300)
@given(st.text(max_size=60), st.lists(st.sampled_from(POSSIBLE), unique=True))
def test_any_text_gives_a_possible_command_or_none(text: str, possible: list[str]) -> None:
    found = meant(text, possible, KNOWN)
    assert found.command == "" or found.command in possible
    assert set(found.candidates) <= set(possible)
    assert found.command == "" or not found.candidates


@given(st.sampled_from(POSSIBLE))
def test_every_possible_command_means_itself(command: str) -> None:
    assert meant(command, POSSIBLE).command == command
    assert meant(f"  {command.upper()}! ", POSSIBLE).command == command
    assert canonical(canonical(plain(command))) == canonical(plain(command))


def test_omits_is_about_numbers_only() -> None:
    assert omits("take mug from shelf 2", "take mug 1 from shelf 2")
    assert not omits("take mug 2 from shelf", "take mug 1 from shelf 2")
    assert not omits("take from shelf 2", "take mug 1 from shelf 2")


@pytest.mark.parametrize(
    ("reply", "lines"),
    [
        ("<think>go to bed 1?</think> <action>look</action>", ("look",)),
        ("<ACTION>\n look \n</ACTION>", ("look",)),
        ("<action>go to shelf 1", ("go to shelf 1",)),
        ('Sure: {"thoughts": "a {b}", "action": "look"} done', ("look",)),
        ('```json\n{"command": "look"}\n```', ("look",)),
        ("Thought: hm\nAction: look\n", ("look",)),
        ("Action 2: look", ("look",)),
        ("> look", ("look",)),
        ("look", ("look",)),
        ("```\nlook\n```", ("look",)),
        ("one\ntwo", ("one", "two")),
        ("<action>look</action><action>look</action>", ("look",)),
        ('{"action": {"name": 1}}', ('{"action": {"name": 1}}',)),
    ],
)
def test_where_the_command_is(reply: str, lines: tuple[str, ...]) -> None:
    assert read_reply(reply) == (lines, "")


@pytest.mark.parametrize(
    "reply", ["", " \n ", "<action></action>", "<action>a</action><action>b</action>", "> a\n> b"]
)
def test_a_reply_without_a_command_or_with_two_says_so(reply: str) -> None:
    lines, problem = read_reply(reply)
    assert bool(lines) == (not problem)
    assert problem or lines == ("<action></action>",)


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_reading_is_total(reply: str) -> None:
    lines, problem = read_reply(reply)
    assert bool(lines) != bool(problem)


@pytest.mark.parametrize("env_id", [HOUSEHOLD, TABLETOP])
@settings(max_examples=40, deadline=None)
@given(replies=st.lists(st.text(max_size=80), max_size=5), seed=st.integers(0, 100))
def test_any_reply_is_answered_and_only_commands_are_carried_out(
    env_id: str, replies: list[str], seed: int
) -> None:
    env = ParseTextAction(gym.make(env_id, modalities=("text",)))
    _, info = env.reset(seed=seed)
    assert info["command"] == ""
    for reply in replies:
        possible = info["admissible_commands"]
        _, _, _, _, info = env.step(reply)
        assert info["action_valid"] == (info["command"].strip() in possible)
        assert info["action_valid"] or info["feedback"]


def test_refuses_what_is_ambiguous_and_names_it() -> None:
    env = ParseTextAction(gym.make(HOUSEHOLD, modalities=("text",)))
    observation, info = env.reset(seed=0)
    facts = env.unwrapped.facts()
    observation, _, _, _, info = env.step("<action>go to cabinet</action>")
    assert (info["action_valid"], info["command"]) == (False, "")
    assert "could mean 'go to cabinet 1', 'go to cabinet 10'" in info["feedback"]
    assert env.unwrapped.facts() == facts
    assert observation["text"] == "Nothing happens."


def test_first_takes_the_lowest_number_that_is_possible_now() -> None:
    env = ParseTextAction(gym.make(HOUSEHOLD, modalities=("text",)), ambiguous="first")
    env.reset(seed=0)
    said = [env.step(reply)[4]["command"] for reply in ("go to cabinet", "go to cabinet")]
    assert said == ["go to cabinet 1", "go to cabinet 2"]  # at cabinet 1 one cannot go to it
    assert env.step("take")[4]["action_valid"] is False


def test_near_commands_and_the_worlds_own_reason_are_told() -> None:
    env = ParseTextAction(gym.make(HOUSEHOLD, modalities=("text",)))
    env.reset(seed=0)
    info = env.step("go to cabinet 99")[4]
    assert "There is no receptacle called 'cabinet 99'" in info["feedback"]
    assert "'go to cabinet 9'" in info["feedback"]


def test_what_the_world_accepts_without_listing_it_works() -> None:
    env = ParseTextAction(gym.make(TABLETOP, modalities=("text",)))
    env.reset(seed=0)
    env.step("Pick up the red block.")
    info = env.step("put it left of the blue block")[4]
    assert (info["action_valid"], info["command"]) == (True, "put it left of the blue block")


def test_wrong_arguments_say_what_to_do() -> None:
    with pytest.raises(ValueError, match="ambiguous='guess'"):
        ParseTextAction(gym.make(HOUSEHOLD), ambiguous="guess")
    for wrap in (ParseTextAction, lambda env: DiscretizeTextAction(env, ["look"])):
        with pytest.raises(ValueError, match='action_mode="text"'):
            wrap(gym.make(HOUSEHOLD, action_mode="discrete"))
    for commands in ([], "look", ["look", "look"]):
        with pytest.raises(ValueError, match="DiscretizeTextAction"):
            DiscretizeTextAction(gym.make(HOUSEHOLD), commands)
    env = ParseTextAction(gym.make(HOUSEHOLD))
    env.reset(seed=0)
    with pytest.raises(TypeError, match="a string, not 3"):
        env.step(3)


@pytest.mark.parametrize("numbers", [True, False])
@pytest.mark.parametrize("env_id", [HOUSEHOLD, TABLETOP])
def test_a_number_always_means_the_same(env_id: str, numbers: bool) -> None:
    plain_env = gym.make(env_id, modalities=("text",))
    ids = [task.task_id for task in plain_env.unwrapped.tasks("train", count=3)]
    commands = collect_commands(plain_env, ids, numbers)
    env: Any = DiscretizeTextAction(plain_env, commands)
    dice = np.random.default_rng(0)
    for task_id in ids:
        _, info = env.reset(options={"task_id": task_id})
        for _ in range(15):
            mask, possible = info["action_mask"], info["admissible_commands"]
            shorter = {command: meaning(command, numbers) for command in possible}
            assert {commands[i] for i in mask.nonzero()[0]} == set(shorter.values())
            number = (
                dice.integers(len(commands))
                if dice.random() < 0.3
                else dice.choice(mask.nonzero()[0])
            )
            info = env.step(number)[4]
            assert info["action_valid"] == bool(mask[number])
            if mask[number]:
                fitting = [c for c, short in shorter.items() if short == commands[number]]
                assert info["command"] == lowest(fitting)
            else:
                assert f"{commands[number]!r} is not possible now" in info["feedback"]


def meaning(command: str, numbers: bool) -> str:
    words = command.split()
    return " ".join(word for word in words if numbers or not word.isdigit())
