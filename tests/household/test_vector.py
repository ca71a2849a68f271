"""The native vector environment over games that the shipped ones do not stand for."""

import json
import shutil
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from samples import sample_data

from crossworld.envs.household.vector import ALFWorldVectorEnv

SENTENCES = ("do it", "do the thing", "get it done")


@pytest.fixture(scope="module")
def told_by_people(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sample games, with human instructions."""
    root = tmp_path_factory.mktemp("games") / "games"
    shutil.copytree(sample_data(), root)
    annotations = {"turk_annotations": {"anns": [{"task_desc": text} for text in SENTENCES]}}
    for game in root.rglob("game.tw-pddl"):
        Path(game.parent, "traj_data.json").write_text(json.dumps(annotations))
    return str(root)


def test_slots_are_told_as_scalar_environments_are(told_by_people: str) -> None:
    kwargs = {"data": told_by_people, "instruction": "human"}
    envs = gym.make_vec("crossworld/ALFWorld-v0", num_envs=3, **kwargs)
    single = [gym.make("crossworld/ALFWorld-v0", **kwargs) for _ in range(3)]
    for seed in (0, None, None, 5):
        ours = envs.reset(seed=seed)[0]["mission"]
        seeds = [None] * 3 if seed is None else [seed, seed + 1, seed + 2]
        theirs = [env.reset(seed=s)[0]["mission"] for env, s in zip(single, seeds, strict=True)]
        assert list(ours) == theirs


def test_groups_are_told_in_the_same_words(told_by_people: str) -> None:
    grouped = ALFWorldVectorEnv(6, data=told_by_people, instruction="human", group_size=3)
    plain = ALFWorldVectorEnv(6, data=told_by_people, instruction="human")
    said = set()
    for _ in range(10):
        for observations, _ in (
            grouped.reset(),
            plain.reset(options={"group_size": 3}),
        ):
            a, b = observations["mission"][:3], observations["mission"][3:]
            assert len(set(a)) == len(set(b)) == 1
            said |= {a[0], b[0]}
    assert said == set(SENTENCES)


def test_a_way_of_telling_may_be_chosen_per_slot(told_by_people: str) -> None:
    envs = ALFWorldVectorEnv(3, data=told_by_people)
    observations, _ = envs.reset(seed=0, options={"instruction": ["human", None, "template"]})
    assert [text in SENTENCES for text in observations["mission"]] == [True, False, False]
    with pytest.raises(ValueError, match="instruction"):
        envs.reset(options={"instruction": "no"})


def test_a_step_limit_may_be_absent() -> None:
    for limit in (None, -1):
        envs = ALFWorldVectorEnv(2, data=sample_data(), max_episode_steps=limit)
        envs.reset(seed=0)
        assert not any(envs.step(("look", "look"))[3].any() for _ in range(60))
    lower = ALFWorldVectorEnv(2, data=sample_data(), max_episode_steps=9, max_steps=2)
    lower.reset(seed=0)
    assert [lower.step(("look", "look"))[3].tolist() for _ in range(2)] == [[False] * 2, [True] * 2]


def test_many_slots_hold_their_own_games() -> None:
    envs = ALFWorldVectorEnv(40, data=sample_data(), group_size=1)
    _, infos = envs.reset(seed=0)
    dice = np.random.default_rng(0)
    for _ in range(30):
        observations, _, _, _, infos = envs.step(
            [dice.choice(commands) for commands in infos["admissible_commands"]]
        )
    assert len(set(infos["task_id"])) > 3
    assert observations in envs.observation_space
    assert infos["action_mask"].sum(axis=1).tolist() == list(map(len, envs.admissible_commands()))
