import dataclasses
import time

import gymnasium as gym
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from official import official_corpus, official_folder

from crossworld.agents.baselines.expert_agents import HandcodedAgent
from crossworld.agents.language.act import ActAgent
from crossworld.agents.language.prompts import MEMORY_MARK, TRANSCRIPT_MARK
from crossworld.agents.language.react import ReActAgent
from crossworld.agents.language.scripted import ScriptedChatModel
from crossworld.agents.language.searching import Notes
from crossworld.agents.language.vision import VisionAgent
from crossworld.benchmarks.statistics import wilson
from crossworld.envs.household.experts import handcoded
from crossworld.envs.household.text import WELCOME
from crossworld.wrappers.chat.base import Message, Sampling

ROOM = f"""{WELCOME}

You are in the middle of a room. Looking quickly around you, you see a drawer 3, a drawer 2, \
a drawer 1, a fridge 1, and a shelf 1.

Your task is to: put some mug on shelf."""


def said(*texts, system="", **sampling):
    roles = ("user", "assistant")
    messages = [Message("system", system)]
    messages += [Message(roles[number % 2], text) for number, text in enumerate(texts)]
    return ScriptedChatModel().complete(messages, Sampling(**sampling)).text


def test_it_searches_in_the_order_of_the_opening_and_opens_what_is_closed():
    talk = [ROOM]
    for answer, command in [
        ("You arrive at drawer 3. The drawer 3 is closed.", "go to drawer 3"),
        ("You open the drawer 3. The drawer 3 is open. In it, you see a cup 1.", "open drawer 3"),
        ("You arrive at drawer 2. On the drawer 2, you see a mug 4.", "go to drawer 2"),
        ("You pick up the mug 4 from the drawer 2.", "take mug 4 from drawer 2"),
        ("You arrive at shelf 1. On the shelf 1, you see nothing.", "go to shelf 1"),
        ("Nothing happens.", "move mug 4 to shelf 1"),
    ]:
        assert said(*talk) == command
        talk += [command, answer]
    assert said(*talk) == "put mug 4 in/on shelf 1"


def test_it_shuffles_the_order_if_told_so():
    first = {said(ROOM, temperature=0.7, seed=seed) for seed in range(40)}
    assert first == {
        f"go to {name}" for name in ("drawer 3", "drawer 2", "drawer 1", "fridge 1", "shelf 1")
    }
    assert {said(ROOM, temperature=0.0, seed=seed) for seed in range(9)} == {"go to drawer 3"}


def test_it_knows_nothing_about_where_things_usually_are(monkeypatch):
    def asked(*_):
        raise AssertionError("asked where things usually are")

    monkeypatch.setattr(handcoded, "chance", asked)
    monkeypatch.setattr(handcoded, "mostly_closed", asked)
    env = gym.make("crossworld/Household-v0", modalities=("text", "mission"))
    for task in range(12):
        play(ReActAgent(temperature=task % 2), env, {"task_id": f"train/{task}"})


def test_it_goes_by_its_memories():
    system = f"{MEMORY_MARK}\n\nTrial 1:\nI ran out of steps. I found no mug in drawer 2, drawer 3."
    assert said(ROOM, system=system) == "go to drawer 1"
    assert said(ROOM, system=f"{system} I saw mug 1 in or on shelf 1.") == "go to shelf 1"
    assert said(ROOM, system="I found no mug in drawer 2, drawer 3.") == "go to drawer 3"


def test_its_reflections_say_what_was_seen():
    trial = (
        f"{MEMORY_MARK}\n\nTrial 1:\nI found no mug in drawer 3. I saw mug 2 in or on fridge 1.\n\n"
        f"{TRANSCRIPT_MARK}\n\n{ROOM}\n> think: Hm.\nOK.\n> go to drawer 2\nYou arrive at drawer 2."
        " On the drawer 2, you see a cup 1.\n> go to shelf 1\nNothing happens.\n> look\nYou see."
    )
    text = said(trial)
    assert Notes.of(text) == Notes({"mug": {"drawer 2", "drawer 3"}}, {"mug 2": "fridge 1"})


names = st.from_regex(r"[a-z]{1,6} [1-9][0-9]?", fullmatch=True)


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.sets(names, min_size=1)),
    st.dictionaries(names, names),
)
def test_notes_are_read_as_they_are_written(none, seen):
    notes = Notes(none, seen)
    assert Notes.of(notes.sentences()) == notes


TALK = st.lists(
    st.one_of(
        st.text(max_size=80),
        st.sampled_from(
            [ROOM, "go to drawer 2", "The drawer 2 is closed.", "OK.", "think: I begin with this: x.",
             f"{TRANSCRIPT_MARK} {ROOM}\n> go to shelf 1\nOn the shelf 1, you see a mug 1.",
             "You can now: go to shelf 1; take mug 1 from shelf 1", "On the shelf 1, you see a mug 1.",
             "What a camera makes out:\nyou see a shelf\n\nYour task is to: put a mug in shelf.",
             "you are at the shelf 1\nyou see a mug", "take mug 1 from shelf 1",
             "What a camera makes out:\nthe robot is grasping nothing\nthe cup is on the table"]
        ),
    ),
    max_size=8,
)  # fmt: skip


@settings(deadline=None)
@given(
    TALK,
    st.sampled_from(["", "think:", f"{MEMORY_MARK} I found no mug in shelf 1."]),
    st.integers(0, 3),
)
def test_it_is_a_pure_function_of_the_messages(talk, system, seed):
    lasting = ScriptedChatModel()
    roles = ("user", "assistant")
    messages = [Message("system", system)]
    messages += [Message(roles[number % 2], text) for number, text in enumerate(talk)]
    sampling = Sampling(temperature=float(seed), seed=seed)
    for end in (len(messages), 2, len(messages), 0):
        asked = [dataclasses.replace(message) for message in messages[:end]]
        answer = lasting.complete(asked, sampling)
        assert answer.text == ScriptedChatModel().complete(asked, sampling).text
        assert isinstance(answer.text, str) and answer.usage.calls == 1


def play(agent, env, options):
    observation, info = env.reset(options=options)
    agent.reset(observation, info)
    over, steps, spent = False, 0, 0.0
    while not over:
        started = time.process_time()
        command = agent.act(observation, info)
        spent += time.process_time() - started
        observation, reward, terminated, truncated, info = env.step(command)
        agent.observe(observation, float(reward), terminated, truncated, info)
        over = terminated or truncated
        steps += 1
    return bool(info["success"]), spent / steps


def shares(env, tasks, **agents):
    """Return the share of tasks that each agent wins."""
    found = {}
    for name, build in agents.items():
        runs = [play(build(), env, {"task_id": task}) for task in tasks]
        won = sum(success for success, _ in runs)
        found[name] = won / len(runs)
        low, high = wilson(won, len(runs))
        spent = 1000 * sum(seconds for _, seconds in runs) / len(runs)
        print(f"{name}: {won}/{len(runs)} [{low:.3f}, {high:.3f}], {spent:.2f} ms a step")
    return found


# Measured over 60 games: handcoded 57, act and react 54, act with a drawn order 46.
@pytest.mark.slow
def test_generated_households_are_won_less_often_than_by_who_knows_them():
    env = gym.make("crossworld/Household-v0", split="valid_unseen", modalities=("text", "mission"))
    found = shares(
        env,
        [f"valid_unseen/{number}" for number in range(60)],
        handcoded=HandcodedAgent,
        act=ActAgent,
        react=ReActAgent,
        drawn=lambda: ActAgent(temperature=0.7),
    )
    assert found["act"] == found["react"] >= 0.8
    assert 0.6 <= found["drawn"] < found["act"] < found["handcoded"]


# Measured over 70 games: handcoded 70, act 62, with a drawn order 69.
@pytest.mark.slow
def test_official_households():
    corpus = official_corpus()
    env = gym.make(
        "crossworld/ALFWorld-v0",
        data=str(official_folder()),
        split="valid_seen",
        modalities=("text", "mission"),
    )
    tasks = [task.task_id for task in env.unwrapped.tasks("valid_seen")][::2]
    assert len(corpus.folders("valid_seen")) >= len(tasks) > 30
    found = shares(env, tasks, handcoded=HandcodedAgent, act=ActAgent)
    assert 0.8 <= found["act"] < found["handcoded"]


@pytest.mark.slow
@pytest.mark.parametrize("listed", [False, True])
def test_what_is_possible_tells_where_things_are(listed):
    """Without words and a picture nothing can be won; the list of what is possible is enough."""

    def build():
        return VisionAgent(image_size=32, admissible=listed)

    env = build().wrap(gym.make("crossworld/Household-v0", **build().env_kwargs))
    won = shares(env, [f"train/{n}" for n in range(10)], listed=build)["listed"]
    assert won >= 0.5 if listed else won == 0


def test_an_episode_is_fast():
    env = gym.make("crossworld/Household-v0", split="valid_unseen", modalities=("text", "mission"))
    spent = [
        play(ReActAgent(temperature=0.7), env, {"task_id": f"valid_unseen/{n}"})[1]
        for n in range(6)
    ]
    assert min(spent) < 0.003
