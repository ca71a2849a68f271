"""Prompts: what is in them, how long they get, and templates of one's own."""

from pathlib import Path

import gymnasium as gym
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.wrappers import ParseTextAction, PromptObservation
from crossworld.wrappers.prompts import PROMPT_LENGTH

HOUSEHOLD, TABLETOP = "crossworld/Household-v0", "crossworld/TabletopStack-v0"


def test_holds_task_text_and_what_is_possible() -> None:
    env = PromptObservation(gym.make(HOUSEHOLD))
    observation, info = env.reset(seed=0)
    prompt = observation["prompt"]
    assert prompt.startswith(f"Your task: {observation['mission']}\n")
    assert observation["text"] in prompt
    listed = prompt.partition("You can now: ")[2].partition("\n")[0].split("; ")
    assert listed == [c for c in info["admissible_commands"] if c != "help"]


@settings(max_examples=20, deadline=None)
@given(history=st.integers(0, 4), steps=st.integers(0, 7))
def test_remembers_the_last_turns_and_counts_all(history: int, steps: int) -> None:
    env = PromptObservation(gym.make(HOUSEHOLD), history=history)
    observation, info = env.reset(seed=3)
    turns = []
    for number in range(steps):
        command = [c for c in info["admissible_commands"] if c.startswith("go")][number]
        observation, _, _, _, info = env.step(command)
        turns.append(f"> {command}\n{observation['text']}\n")
    prompt = observation["prompt"]
    kept = turns[max(0, steps - history) :] if history else []
    assert [turn in prompt for turn in turns] == [turn in kept for turn in turns]
    if kept:
        assert f"Your last {len(kept)} of {steps} steps" in prompt
        assert "Looking quickly around you" in prompt


def test_a_new_episode_forgets() -> None:
    env = PromptObservation(gym.make(HOUSEHOLD))
    first = env.reset(seed=0)[0]["prompt"]
    env.step("inventory")
    assert env.reset(seed=0)[0]["prompt"] == first


def test_above_a_parser_it_remembers_the_command_and_not_the_chatter() -> None:
    env = PromptObservation(ParseTextAction(gym.make(HOUSEHOLD)))
    env.reset(seed=0)
    prompt = env.step("I wonder... <action>check inventory</action>")[0]["prompt"]
    assert "> inventory\n" in prompt
    assert "wonder" not in prompt


def test_the_vision_template_has_a_slot_per_image_and_no_text() -> None:
    env = gym.make(TABLETOP, modalities=("image", "image_side", "text", "mission"))
    env = PromptObservation(env, "vision", image_slot="[IMG]")
    observation, _ = env.reset(seed=0)
    assert observation["prompt"].count("[IMG]") == 2
    assert observation["text"] not in observation["prompt"]
    prompt = env.step("nonsense")[0]["prompt"]
    assert "> nonsense  (not possible)" in prompt


def test_counts_on_from_a_snapshot() -> None:
    env = PromptObservation(gym.make(HOUSEHOLD))
    env.reset(seed=0)
    for _ in range(3):
        env.step("look")
    snapshot = env.unwrapped.snapshot()
    env.reset(seed=5)
    env.reset(options={"snapshot": snapshot})
    assert "Your last 1 of 4 steps" in env.step("inventory")[0]["prompt"]


def test_a_long_prompt_loses_its_oldest_turns_and_nothing_else(tmp_path: Path) -> None:
    template = tmp_path / "long.jinja"
    template.write_text(
        "{{ mission }}{% for turn in turns %}{{ turn.action * 800 }}{% endfor %}END", "utf-8"
    )
    env = PromptObservation(gym.make(HOUSEHOLD, max_episode_steps=None), str(template), history=9)
    env.reset(seed=0)
    for number in range(9):
        prompt = env.step(f"say{number}")[0]["prompt"]
        assert prompt in env.observation_space["prompt"]
        assert prompt.endswith(f"{f'say{number}' * 800}END")
    assert "say0" not in prompt
    assert len(prompt) <= PROMPT_LENGTH


def test_wrong_templates_say_what_and_where(tmp_path: Path) -> None:
    env = gym.make(HOUSEHOLD)
    with pytest.raises(ValueError, match="neither 'text' nor 'vision' nor a file"):
        PromptObservation(env, "txt")
    broken = tmp_path / "broken.jinja"
    broken.write_text("line one\n{% for %}", "utf-8")
    with pytest.raises(ValueError, match="line 2"):
        PromptObservation(env, str(broken))
    with pytest.raises(ValueError, match="history=-1"):
        PromptObservation(env, history=-1)
    with pytest.raises(ValueError, match="no 'mission'"):
        PromptObservation(gym.make(HOUSEHOLD, modalities=("text",)))
