"""The closed vocabularies and the possible commands: nothing that is said or done is outside them."""

import gymnasium as gym
import numpy as np
import pytest
from samples import sample_data

from crossworld.envs.core.words import words_of

IDS = ["crossworld/Household-v0", "crossworld/ALFWorld-v0", "crossworld/Tabletop-v0"]


@pytest.mark.parametrize("env_id", IDS)
@pytest.mark.parametrize("split", ["train", "valid_unseen"])
def test_texts_missions_and_commands_are_in_them(
    env_id: str, split: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALFWORLD_DATA", sample_data())
    env = gym.make(env_id, modalities=("text", "mission"))
    known = set(env.unwrapped.vocabulary())
    assert env.unwrapped.vocabulary() == sorted(known)
    dice = np.random.default_rng(0)
    tasks = env.unwrapped.tasks(split if env_id != IDS[1] else "train", count=60)
    for task in tasks:
        observation, info = env.reset(options={"task_id": task.task_id})
        possible = set(env.unwrapped.possible_commands())
        assert env.unwrapped.possible_commands() == sorted(possible)
        assert set(words_of(observation["mission"])) <= known
        for _ in range(12):
            commands = info["admissible_commands"]
            assert set(commands) <= possible
            said = {word for text in (observation["text"], *commands) for word in words_of(text)}
            assert said <= known
            # "take", "pick up" and "put" lead to states that others do not reach.
            telling = [c for c in commands if not c.startswith(("go", "look", "push", "examine"))]
            pool = telling if telling and dice.random() < 0.6 else commands
            observation, _, over, _, info = env.step(pool[dice.integers(len(pool))])
            if over:
                break


@pytest.mark.parametrize("env_id", IDS[::2])
def test_all_tasks_of_the_library_speak_it(env_id: str) -> None:
    env = gym.make(env_id, modalities=("text", "mission"))
    known = set(env.unwrapped.vocabulary())
    for seed in range(150):
        observation, info = env.reset(seed=seed)
        texts = (observation["text"], observation["mission"], *info["admissible_commands"])
        assert {word for text in texts for word in words_of(text)} <= known
