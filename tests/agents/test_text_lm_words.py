"""The words of the small language model, and the demonstrations it learns from."""

import re
from collections.abc import Iterator
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from official import official_folder

from crossworld.agents.text_lm import demonstrations
from crossworld.agents.text_lm.settings import Settings
from crossworld.agents.text_lm.teacher import Teacher
from crossworld.envs.household.experts.handcoded import Handcoded
from crossworld.envs.household.versions import VERSIONS
from crossworld.envs.household.vocabulary import NUMBERS, VOCABULARY

pytest.importorskip("tokenizers")
pytest.importorskip("torch")
pytest.importorskip("transformers")

from crossworld.agents.text_lm.demonstrations import Demonstrator, slip
from crossworld.agents.text_lm.tokenizer import (
    DROPPED,
    PHRASES,
    SPECIAL,
    Encoder,
    name_parts,
    new_tokenizer,
    task_in,
    vocabulary,
)

ENV = "crossworld/Household-v0"
ENCODE = Encoder()


def played_texts(env: gym.Env[Any, Any], options: dict[str, Any], seed: int) -> Iterator[str]:
    """Yield all that is said and all that can be commanded in a random game."""
    dice = np.random.default_rng(seed)
    observation, info = env.reset(seed=seed, options=options)
    for _ in range(30):
        yield observation["text"]
        yield observation["mission"]
        yield from info["admissible_commands"]
        commands = info["admissible_commands"]
        observation, _, over, _, info = env.step(commands[int(dice.integers(len(commands)))])
        if over:
            return


# Words


@settings(max_examples=15)
@given(st.integers(0, 2**31), st.sampled_from(sorted(VERSIONS)))
def test_every_generated_text_is_known_and_commands_come_back(seed: int, version: str) -> None:
    env = gym.make(
        ENV, modalities=("text", "mission"), text_version=version, disable_env_checker=True
    ).unwrapped
    check_texts(env, {}, seed)


@pytest.mark.parametrize("split", ["train", "valid_seen"])
def test_every_official_text_is_known_and_commands_come_back(split: str) -> None:
    if (data := official_folder()) is None:
        pytest.skip("no official ALFWorld games: set ALFWORLD_DATA")
    env = Settings("crossworld/ALFWorld-v0", 1.0, data=str(data)).make_env(split)
    for seed in range(12):
        check_texts(env, {}, seed)


def check_texts(env: gym.Env[Any, Any], options: dict[str, Any], seed: int) -> None:
    for text in set(played_texts(env, options, seed)):
        tokens = ENCODE(text)
        assert ENCODE.unknown not in tokens, text
        if text[0].islower() and "\n" not in text and "." not in text:
            plain = re.sub(rf"\b({'|'.join(DROPPED)}) ", "", text)  # of missions
            assert ENCODE.text(tokens) == plain


@given(st.lists(st.sampled_from(VOCABULARY), max_size=30).map(" ".join))
def test_every_word_of_the_household_is_known(text: str) -> None:
    assert ENCODE.unknown not in ENCODE(text)


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    text = re.sub("|".join(SPECIAL), "", text)
    tokens = ENCODE(text)
    assert all(token == ENCODE.unknown or token >= len(SPECIAL) for token in tokens)
    words = ENCODE.text(tokens).replace("in/on", "in on").split()
    assert set(words) <= {word for phrase in vocabulary() for word in re.split(r"[ /]", phrase)}


def test_what_is_not_known_is_said_to_be_so() -> None:
    assert ENCODE("Xyzzy the mug 99!") == (
        ENCODE.unknown, vocabulary()["mug"], ENCODE.unknown,
    )  # fmt: skip
    assert str(NUMBERS - 1) in vocabulary() and str(NUMBERS) not in vocabulary()


def test_a_name_is_one_token_where_rooms_have_it() -> None:
    """And what it is made of says which kind and which number."""
    words = list(vocabulary())
    parts = name_parts()
    for (kind, number), token in zip(
        parts, range(len(words) - len(parts), len(words)), strict=True
    ):
        assert words[token] == f"{words[kind]} {words[number]}"
        assert ENCODE(f"the {words[token]}.") == (token,)
    assert ENCODE("mug 12") == (vocabulary()["mug"], vocabulary()["12"])
    assert ENCODE("cabinet 31") == (vocabulary()["cabinet"], vocabulary()["31"])


def test_what_has_just_been_named_is_not_read_again() -> None:
    short = "you arrive at shelf 2 you see mug 1"
    assert ENCODE("You arrive at shelf 2. On the shelf 2, you see a mug 1.") == ENCODE(short)
    assert ENCODE("On the shelf 2, you see a mug 1.") == ENCODE("on shelf 2 you see mug 1")
    opened = "You open the safe 1. The safe 1 is open. In it, you see a cd 1, and a mug 1."
    assert ENCODE(opened) == ENCODE("you open safe 1 is open in you see cd 1 mug 1")


def test_each_phrase_is_one_token() -> None:
    for phrase in PHRASES:
        assert ENCODE(phrase) == (vocabulary()[phrase],)
    assert ENCODE("You arrive at the bed 1.") == ENCODE("you arrive at bed 1")


def test_texts_are_remembered_but_not_for_ever() -> None:
    few = Encoder(most=3)
    for number in range(10):
        assert few(f"mug {number}") == ENCODE(f"mug {number}")
        assert len(few._known) <= 3


@settings(max_examples=20)
@given(st.integers(0, 500))
def test_the_chat_template_makes_what_is_trained_on(number: int) -> None:
    demonstrator = Demonstrator(Settings(ENV, 1.0))
    turns = demonstrator.episode(number)
    shown = demonstrator.demonstration(number)
    tokenizer = new_tokenizer(2048)
    messages = [{"role": "system", "content": "You are in a house."}]
    for turn in turns:
        messages.append({"role": "user", "content": turn.text})
        asked = tokenizer.apply_chat_template(messages, add_generation_prompt=True)["input_ids"]
        assert asked == shown.tokens[: len(asked)].tolist()
        messages.append({"role": "assistant", "content": turn.command})
    whole = tokenizer.apply_chat_template(messages)["input_ids"]
    assert whole == shown.tokens.tolist()
    said = [(turn, (*ENCODE(turn.command), ENCODE.end)) for turn in turns if turn.weight]
    assert shown.tokens[shown.weights > 0].tolist() == [token for _, said in said for token in said]
    counted = [turn.weight for turn, said in said for _ in said]
    assert shown.weights[shown.weights > 0].tolist() == counted


@pytest.mark.parametrize(
    ("texts", "task"),
    [
        (["You see a mug 1."], ""),
        (["Hello.\n\nYour task is to: put some mug on desk."], " put some mug on desk."),
        (["Your task is to: look.\nHint: look at the mug."], " look."),
        (["Your task is to: look. Example over.\nYour task is to: go to bed 1."], " go to bed 1."),
        (["Your task is to: look.", "Your task is to: clean some mug."], " clean some mug."),
        (["Your task is to: look.", "Nothing happens."], " look."),
    ],
)
def test_the_task_is_repeated_before_each_command(texts: list[str], task: str) -> None:
    tokenizer = new_tokenizer(2048)
    messages = []
    expected: list[int] = []
    known = ""
    for text in texts:
        messages.append({"role": "user", "content": text})
        known = task_in(text) or known
        expected += ENCODE.asked(text, known)
        asked = tokenizer.apply_chat_template(messages, add_generation_prompt=True)["input_ids"]
        assert asked == expected
        messages.append({"role": "assistant", "content": "look"})
        expected += [*ENCODE("look"), ENCODE.end]
    assert known == task


# Demonstrations


def test_a_number_decides_a_demonstration() -> None:
    one, other = (Demonstrator(Settings(ENV, 1.0, seed=4)) for _ in range(2))
    other.episode(7)
    for number in (0, 7, 3):
        assert one.episode(number) == other.episode(number)
    assert one.episode(0) != one.episode(1)
    assert one.episode(0) != Demonstrator(Settings(ENV, 1.0, seed=5)).episode(0)


def test_official_games_take_turns() -> None:
    if (data := official_folder()) is None:
        pytest.skip("no official ALFWorld games: set ALFWORLD_DATA")
    chosen = Settings("crossworld/ALFWorld-v0", 1.0, data=str(data))
    demonstrator = Demonstrator(chosen)
    demonstrator._task_ids = demonstrator._task_ids[:5]
    openings = [demonstrator.played(n)[0].text.partition("-= ")[2] for n in range(10)]
    assert len(set(openings[:5])) == 5
    assert set(openings[:5]) == set(openings[5:])


def test_batches_hold_each_demonstration_once() -> None:
    demonstrator = Demonstrator(Settings(ENV, 1.0))
    batches = demonstrator.batches(1, 3, 8)
    count = 3 * 8
    found = sorted(one.tokens.tolist() for batch in batches for one in batch)
    numbers = range(count, 2 * count)
    assert found == sorted(demonstrator.demonstration(n).tokens.tolist() for n in numbers)
    assert {len(batch) for batch in batches} == {8}


def test_some_are_with_slips_and_some_with_a_preface() -> None:
    demonstrator = Demonstrator(Settings(ENV, 1.0))
    episodes = [demonstrator.played(number) for number in range(120)]
    slipping = sum(not all(turn.weight for turn in turns) for turns in episodes)
    prefaced = sum(not turns[0].text.startswith("-= ") for turns in episodes)
    assert 25 < slipping < 70
    assert 3 < prefaced < 25
    assert all(len(turns) <= demonstrations.STEPS for turns in episodes)


@given(st.integers(0, 2**32), st.sampled_from(("go to bed 1", "take mug 2 from desk 1", "look")))
def test_slips_are_commands(seed: int, command: str) -> None:
    possible = ["go to desk 1", "inventory", "look"]
    found = slip(command, possible, np.random.default_rng(seed))
    pattern = re.sub(r"\d+", r"\\d+", command)
    assert found in possible or re.fullmatch(pattern, found)


def test_the_teacher_is_better_where_its_counts_are_from() -> None:
    rooms = Settings(ENV, 1.0).make_env("valid_unseen")

    def won(make: Any) -> int:
        count = 0
        for number in range(150):
            observation, info = rooms.reset(options={"task_id": f"valid_unseen/{number}"})
            rules = make(observation["text"])
            for _ in range(50):
                command = rules.next_command()
                observation, _, over, _, info = rooms.step(command)
                rules.update(command, observation["text"])
                if over:
                    break
            count += info["success"]
        return count

    assert won(lambda opening: Teacher(opening, "household")) > won(Handcoded) > 130
