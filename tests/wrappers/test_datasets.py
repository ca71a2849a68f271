"""Recording Minari data sets: what is loaded is what was returned, whatever happens in between."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import DependencyNotInstalled
from gymnasium.utils import RecordConstructorArgs
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from hypothesis import given, settings
from hypothesis import strategies as st

minari = pytest.importorskip("minari")
pytest.importorskip("h5py")

from crossworld.agents import Agent  # noqa: E402
from crossworld.commands.record import RecordingError, record  # noqa: E402
from crossworld.wrappers.dataset_head import DatasetError  # noqa: E402
from crossworld.wrappers.datasets import (  # noqa: E402
    INFOS,
    RecordMinari,
    load_dataset,
    load_episodes,
)
from crossworld.wrappers.vector.datasets import RecordMinari as RecordVector  # noqa: E402

HOUSEHOLD, STACK = "crossworld/Household-v0", "crossworld/TabletopStack-v0"
KWARGS = {
    HOUSEHOLD: {"image_size": 64, "expert": "planner", "max_episode_steps": 4},
    STACK: {"image_size": 64, "physics": "analytic", "max_episode_steps": 3},
}
ID = "test/episodes-v0"


def make(env_id, **kwargs):
    return gym.make(env_id, **{**KWARGS[env_id], **kwargs})


def played(env, choose, seed=None, options=None):
    """Play an episode; return what the environment returned."""
    observation, info = env.reset(seed=seed, options=options)
    told = {"observations": [observation], "infos": [info], "actions": [], "outcomes": []}
    over = False
    while not over:
        action = choose(info)
        observation, *outcome, info = env.step(action)
        told["observations"].append(observation)
        told["infos"].append(info)
        told["actions"].append(action)
        told["outcomes"].append(outcome)
        over = outcome[1] or outcome[2]
    return {**told, "seed": seed, "options": options or {}}


def check(episode, told, infos=INFOS):
    """Check that an episode was loaded as it was played."""
    assert len(episode) == len(told["actions"])
    same(episode.observations, told["observations"])
    same(episode.actions, told["actions"])
    rewards, terminations, truncations = zip(*told["outcomes"], strict=True)
    assert episode.rewards.dtype == np.float64 and episode.rewards.tolist() == list(rewards)
    assert episode.terminations.dtype == np.bool_
    assert episode.terminations.tolist() == list(terminations)
    assert episode.truncations.tolist() == list(truncations)
    assert episode.infos.keys() == set(infos)
    for key in infos:
        values = episode.infos[key]
        values = values.tolist() if isinstance(values, np.ndarray) else values
        assert values == [info[key] for info in told["infos"]]
        assert type(values[0]) is type(told["infos"][0][key])
    assert (episode.seed, episode.options) == (told["seed"], told["options"])


def same(loaded, values):
    if isinstance(loaded, dict):
        assert loaded.keys() == values[0].keys()
        for key, column in loaded.items():
            same(column, [value[key] for value in values])
    elif isinstance(loaded, list):
        assert loaded == values
    else:
        expected = np.stack(values)
        assert (loaded.dtype, loaded.shape) == (expected.dtype, expected.shape)
        assert loaded.tobytes() == expected.tobytes()


def essence(episode):
    """Return all of an episode but its number, as something that can be counted."""

    def frozen(value):
        if isinstance(value, dict):
            return tuple((key, frozen(value[key])) for key in sorted(value))
        if isinstance(value, list | tuple):
            return tuple(map(frozen, value))
        if isinstance(value, np.ndarray):
            return str(value.dtype), value.shape, value.tobytes()
        return value

    fields = type(episode).__dataclass_fields__
    return tuple(frozen(getattr(episode, name)) for name in fields if name != "number")


def essences(root, dataset_id=ID):
    return [essence(episode) for episode in load_episodes(dataset_id, root)]


class Chooser:
    """Draws an admissible command, or its index; now and then what cannot be done."""

    def __init__(self, seed, mode="text"):
        self.rng = np.random.default_rng(seed)
        self.mode = mode

    def __call__(self, info):
        index = int(self.rng.integers(len(info["admissible_commands"]) + 1))
        if self.mode == "discrete":
            return index
        return [*info["admissible_commands"], "dance"][index]


class Tiny(gym.Env):
    """A counter whose observations are nested, and reused."""

    observation_space = gym.spaces.Dict(
        {
            "pair": gym.spaces.Tuple((gym.spaces.Discrete(9), gym.spaces.Box(-1, 1, (2, 2)))),
            "bits": gym.spaces.MultiBinary(3),
            "picture": gym.spaces.Box(0, 255, (40, 40, 3), np.uint8),
            "text": gym.spaces.Text(99),
        }
    )
    action_space = gym.spaces.Tuple((gym.spaces.Discrete(2), gym.spaces.Text(99)))

    def __init__(self, length=3, info=None):
        self.length = length
        self.info = info or {"task_id": "a", "success": False, "admissible_commands": []}
        self.box, self.picture = np.zeros((2, 2), np.float32), np.zeros((40, 40, 3), np.uint8)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.now = 0
        return self.seen(), dict(self.info)

    def step(self, action):
        self.now += 1
        return self.seen(), self.now / 3, self.now == self.length, False, dict(self.info)

    def seen(self):
        self.box[:] = self.np_random.uniform(-1, 1, (2, 2))
        self.picture[:] = self.np_random.integers(256, size=(40, 40, 3))
        bits = np.array([1, 0, self.now % 2], np.int8)
        texts = ["", "né\n", "x" * 99]
        text = texts[self.now % 3]
        return {"pair": (self.now, self.box), "bits": bits, "picture": self.picture, "text": text}


gym.register("Tiny-v0", entry_point=f"{__name__}:Tiny")


class Shouting(gym.ObservationWrapper, RecordConstructorArgs):
    """Shows texts in capitals, and images in negative."""

    def __init__(self, env, mark=""):
        RecordConstructorArgs.__init__(self, mark=mark)
        super().__init__(env)
        self.mark = mark

    def observation(self, observation):
        text = observation["text"].upper() + self.mark
        return {**observation, "text": text, "image": 255 - observation["image"]}


class Unrecorded(gym.Wrapper):
    """Does nothing, and does not tell how to make it again."""


def tiny_actions(info):
    return (1, "ok")


# What is loaded is what was returned.


@pytest.mark.parametrize("mode", ["text", "discrete"])
@pytest.mark.parametrize("env_id", [HOUSEHOLD, STACK])
@settings(max_examples=6, deadline=None)
@given(
    plays=st.lists(st.tuples(st.integers(0, 2**64), st.booleans()), min_size=1, max_size=4),
    chooser=st.integers(0, 2**32),
    flush_every=st.integers(1, 3),
)
def test_what_is_loaded_is_what_was_returned(
    tmp_path_factory, env_id, mode, plays, chooser, flush_every
):
    root = tmp_path_factory.mktemp("root")
    choose = Chooser(chooser, mode)
    with RecordMinari(
        make(env_id, action_mode=mode), ID, root=root, flush_every=flush_every
    ) as env:
        told = [
            played(env, choose, seed, {"task_id": f"valid_seen/{seed % 99}"} if named else None)
            for seed, named in plays
        ]
        assert env.episode_count == len(plays)
    episodes = list(load_episodes(ID, root))
    assert [episode.number for episode in episodes] == list(range(len(plays)))
    for episode, one in zip(episodes, told, strict=True):
        check(episode, one)


@settings(max_examples=20, deadline=None)
@given(actions=st.lists(st.text(max_size=30), min_size=4, max_size=4))
def test_any_text_can_be_an_action(tmp_path_factory, actions):
    root = tmp_path_factory.mktemp("root")
    with RecordMinari(make(HOUSEHOLD), ID, root=root) as env:
        rest = iter(actions)
        played(env, lambda info: next(rest), seed=1)
    (episode,) = load_episodes(ID, root)
    assert episode.actions == [text.replace("\0", "\\x00") for text in actions]


@pytest.mark.filterwarnings("ignore:The data set will not")
def test_halves_of_characters_are_escaped(tmp_path):
    with RecordMinari(Tiny(1), ID, root=tmp_path) as env:
        env.reset()
        env.step((0, "a\ud800b"))
    (episode,) = load_episodes(ID, tmp_path)
    assert episode.actions[1] == ["a\\ud800b"]


def test_it_is_what_minari_stores(tmp_path, monkeypatch):
    env = gym.make("Tiny-v0", disable_env_checker=True)
    with RecordMinari(env, ID, root=tmp_path) as recorder:
        for seed in (3, 2**70):
            played(recorder, tiny_actions, seed)
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    told = [played(gym.make("Tiny-v0", disable_env_checker=True), tiny_actions, s) for s in (3, 7)]
    ours = minari.load_dataset(ID)
    assert (len(ours), ours.total_steps) == (2, 6)
    assert ours.observation_space == Tiny.observation_space
    assert ours.action_space == Tiny.action_space
    assert [one["seed"] for one in ours.storage.get_episode_metadata([0, 1])] == [3, 2**70]
    assert list(minari.list_local_datasets()) == [ID]
    # Minari writes the first again, from what it has read, and appends it to ours.
    first = ours[0]
    buffer = minari.data_collector.EpisodeBuffer(
        observations=first.observations,
        actions=first.actions,
        rewards=first.rewards,
        terminations=first.terminations,
        truncations=first.truncations,
        infos=first.infos,
    )
    ours.update_dataset_from_buffer([buffer])
    one, two, three = load_episodes(ID)
    assert essence(one)[:-3] == essence(three)[:-3] and essence(one)[:-3] != essence(two)[:-3]
    assert essence(one)[-3] == essence(three)[-3]
    assert told[0]["observations"][2]["text"] == one.observations["text"][2]
    with RecordMinari(env, ID) as recorder:
        played(recorder, tiny_actions, 7)
        assert recorder.episode_count == 4
    assert essence(next(load_episodes(ID, numbers=[3]))) != essence(one)


def test_observations_may_be_reused(tmp_path):
    env = gym.make("Tiny-v0", disable_env_checker=True)
    with RecordMinari(env, ID, root=tmp_path) as recorder:
        played(recorder, tiny_actions, 0)
    (episode,) = load_episodes(ID, tmp_path)
    pictures = episode.observations["picture"]
    assert len({picture.tobytes() for picture in pictures}) == len(pictures) == 4


@pytest.mark.parametrize("env_id", [HOUSEHOLD, STACK])
def test_the_recovered_environment_plays_the_same(tmp_path, env_id):
    with RecordMinari(Shouting(make(env_id), mark="!"), ID, root=tmp_path) as env:
        for seed in range(2):
            played(env, Chooser(seed), seed, {"task_id": f"valid_unseen/{seed}"})
    with load_dataset(ID, tmp_path).recover_environment() as env:
        for episode in load_episodes(ID, tmp_path):
            assert episode.observations["text"][0].endswith("!")
            rest = iter(episode.actions)
            told = played(env, lambda info, rest=rest: next(rest), episode.seed, episode.options)
            check(episode, told)


def test_pictures_are_packed(tmp_path):
    env = gym.make(HOUSEHOLD, image_size=128, expert="planner", disable_env_checker=True)
    with RecordMinari(env, ID, root=tmp_path) as env:
        played(env, lambda info: info["expert_action"], 0)
    (episode,) = load_episodes(ID, tmp_path)
    parts = list((tmp_path / ID).rglob("parts/*"))
    assert sum(p.stat().st_size for p in parts) < episode.observations["image"].nbytes / 3


# What is not recorded.


def test_unfinished_episodes_are_dropped(tmp_path):
    with RecordMinari(make(STACK), ID, root=tmp_path) as env:
        env.reset(seed=0)
        env.step("dance")
        told = played(env, Chooser(1), 5)
        env.step("dance")  # after the end: nobody has asked for it
        env.reset()
        env.step("dance")
    (episode,) = load_episodes(ID, tmp_path)
    check(episode, told)


def test_without_an_episode_there_is_no_data_set(tmp_path):
    with RecordMinari(make(STACK), ID, root=tmp_path) as env:
        env.reset()
    with pytest.raises(DatasetError, match="holds no data set"):
        load_episodes(ID, tmp_path)


@pytest.mark.filterwarnings("ignore:The data set will not")
@pytest.mark.parametrize(
    ("info", "message"),
    [
        ({"task_id": {"a": 1}}, "is a dict"),
        ({"task_id": None}, "is a NoneType"),
        ({"task_id": ["a\nb"]}, "without line breaks"),
        ({"task_id": [""]}, "non-empty"),
        ({"task_id": [1]}, "holds 1"),
    ],
)
def test_infos_of_other_kinds_are_refused(tmp_path, info, message):
    with RecordMinari(Tiny(info=info), ID, root=tmp_path) as env:
        with pytest.raises(DatasetError, match=message):
            env.reset()
        assert RecordMinari(Tiny(info=info), "b-v0", root=tmp_path, infos=()).reset()


@pytest.mark.filterwarnings("ignore:The data set will not")
def test_an_info_must_stay(tmp_path):
    with RecordMinari(Tiny(), ID, root=tmp_path) as env:
        env.reset()
        del env.unwrapped.info["success"]
        with pytest.raises(DatasetError, match="no 'success' after step 1"):
            env.step((0, ""))


@pytest.mark.filterwarnings("ignore:The data set will not")
def test_other_infos_can_be_chosen(tmp_path):
    told = {"captions": ["a", "b c"], "pose": np.arange(3.0), "task_id": "x", "none": []}
    with RecordMinari(Tiny(info=told), ID, root=tmp_path, infos=list(told)) as env:
        played(env, tiny_actions)
    (episode,) = load_episodes(ID, tmp_path)
    assert episode.infos["captions"] == [["a", "b c"]] * 4
    assert episode.infos["none"] == [[]] * 4
    assert episode.infos["task_id"] == ["x"] * 4
    assert (episode.infos["pose"] == [[0.0, 1.0, 2.0]] * 4).all()


# Going on.


def test_a_data_set_is_continued(tmp_path):
    for start in (0, 2):
        with RecordMinari(make(STACK), ID, root=tmp_path / "a", flush_every=start + 1) as env:
            assert env.episode_count == start
            for seed in (start, start + 1):
                played(env, Chooser(seed), seed)
    with RecordMinari(make(STACK), ID, root=tmp_path / "b") as env:
        for seed in range(4):
            played(env, Chooser(seed), seed)
    assert essences(tmp_path / "a") == essences(tmp_path / "b")


def test_flushes(tmp_path):
    with RecordMinari(make(STACK), ID, root=tmp_path, flush_every=2) as env:
        for count, on_disk in ((1, 0), (2, 2), (3, 2)):
            played(env, Chooser(0), count)
            assert env.episode_count == count
            if on_disk:
                assert len(essences(tmp_path)) == on_disk  # readable while it grows
    assert len(essences(tmp_path)) == 3


@pytest.mark.parametrize(
    ("kwargs", "more", "message"),
    [
        ({"image_size": 32}, {}, r"observation image: .*\(64, 64, 3\).* there, .*\(32, 32, 3\)"),
        ({"action_mode": "discrete"}, {}, "action: Text.* there, Discrete"),
        ({"split": "valid_seen"}, {}, "split=: None there, valid_seen now"),
        ({"max_episode_steps": 9}, {}, "max_episode_steps: 3 there, 9 now"),
        ({}, {"metadata": {"author": "b"}}, "author: None there, b now"),
    ],
)
def test_episodes_of_something_else_are_refused(tmp_path, kwargs, more, message):
    with RecordMinari(make(STACK), ID, root=tmp_path) as env:
        played(env, Chooser(0))
    with pytest.raises(DatasetError, match=message):
        RecordMinari(make(STACK, **kwargs), ID, root=tmp_path, **more)
    with RecordMinari(make(STACK, frame_cache=3, render_mode="ansi"), ID, root=tmp_path) as env:
        assert env.episode_count == 1  # the failure gave the folder free; these do not matter


def test_wrappers_are_part_of_the_environment(tmp_path):
    with RecordMinari(make(STACK), ID, root=tmp_path) as env:
        played(env, Chooser(0))
    with pytest.raises(DatasetError, match=r"additional_wrappers: .* there, .*Shouting"):
        RecordMinari(Shouting(make(STACK)), ID, root=tmp_path)


def test_only_one_can_record(tmp_path):
    first = RecordMinari(make(STACK), ID, root=tmp_path)
    with pytest.raises(DatasetError, match="something else is recording here"):
        RecordMinari(make(STACK), ID, root=tmp_path)
    first.close()
    RecordMinari(make(STACK), ID, root=tmp_path).close()


def test_data_sets_of_others_and_damaged_ones_are_left_alone(tmp_path):
    with RecordMinari(make(STACK), ID, root=tmp_path) as env:
        played(env, Chooser(0))
    metadata = tmp_path / ID / "data" / "metadata.json"
    head = json.loads(metadata.read_text())
    del head["crossworld_version"]
    metadata.write_text(json.dumps(head))
    with pytest.raises(DatasetError, match="was not recorded by RecordMinari"):
        RecordMinari(make(STACK), ID, root=tmp_path)
    metadata.write_text("{")
    with pytest.raises(DatasetError, match="can be read"):
        RecordMinari(make(STACK), ID, root=tmp_path)
    with pytest.raises(DatasetError, match="can be read"):
        load_episodes(ID, tmp_path)


@pytest.mark.parametrize(
    "name", ["name", "t/x-v0", "a b-v0", "", "../x-v0", "/x-v0", "x-v", "x-v1/"]
)
def test_names_of_other_forms_are_refused(tmp_path, name):
    with pytest.raises(DatasetError, match="write NAME-vN"):
        RecordMinari(make(STACK), name, root=tmp_path)
    with pytest.raises(DatasetError, match="write NAME-vN"):
        load_episodes(name, tmp_path)


def test_bad_arguments(tmp_path):
    with pytest.raises(ValueError, match="flush_every 0"):
        RecordMinari(make(STACK), ID, root=tmp_path, flush_every=0)
    with pytest.raises(DatasetError, match="not JSON-able"):
        RecordMinari(make(STACK), ID, root=tmp_path, metadata={"a": {1}})
    with pytest.raises(DatasetError, match="total_steps cannot be given"):
        RecordMinari(make(STACK), ID, root=tmp_path, metadata={"total_steps": 1})
    with RecordMinari(make(STACK), ID, root=tmp_path) as env:
        played(env, Chooser(0))
    with pytest.raises(DatasetError, match="has 1 episodes, and no number 1"):
        load_episodes(ID, tmp_path, numbers=[0, 1])


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(DependencyNotInstalled, match=r"crossworld\[agents\]"):
        RecordMinari(make(STACK), ID, root=tmp_path)


def test_the_spec_makes_the_wrapper_again(tmp_path):
    env = RecordMinari(make(STACK), ID, root=tmp_path, infos=("success",))
    played(env, Chooser(0))
    spec = env.spec
    env.close()
    with gym.make(gym.envs.registration.EnvSpec.from_json(spec.to_json())) as again:
        assert isinstance(again, RecordMinari) and again.episode_count == 1
        played(again, Chooser(1))
    assert [set(episode.infos) for episode in load_episodes(ID, tmp_path)] == [{"success"}] * 2


@pytest.mark.parametrize(
    ("env", "message"),
    [
        (lambda: Tiny(), "not made with gym.make"),
        (lambda: Unrecorded(make(STACK)), "Unrecorded does not record its arguments"),
        (lambda: gym.make("Tiny-v0", info={"f": print}), "not JSON-able"),
    ],
)
def test_an_environment_that_cannot_be_recovered_is_told(tmp_path, env, message):
    with pytest.warns(UserWarning, match=message):
        RecordMinari(env(), ID, root=tmp_path).close()


# Vectors.


def vector(env_id, num_envs, mode, native):
    kwargs = dict(KWARGS[env_id])
    if native:
        return gym.make_vec(env_id, num_envs=num_envs, autoreset_mode=mode, **kwargs)
    return SyncVectorEnv([lambda: gym.make(env_id, **kwargs)] * num_envs, autoreset_mode=mode)


@pytest.mark.parametrize("native", [True, False], ids=["native", "sync"])
@pytest.mark.parametrize("mode", AutoresetMode)
@pytest.mark.parametrize("env_id", [HOUSEHOLD, STACK])
def test_a_vector_records_what_its_slots_would(tmp_path, env_id, mode, native):
    slots = 3
    choosers = [Chooser(slot) for slot in range(slots)]
    finished = [0] * slots
    envs = RecordVector(vector(env_id, slots, mode, native), ID, root=tmp_path / "many")
    with closing(envs):
        _, infos = envs.reset(seed=[1, 2, 3])
        envs.step(
            [choose(one) for choose, one in zip(choosers, commands(infos, slots), strict=True)]
        )
        # The first episodes stay unfinished: dropped.
        choosers = [Chooser(slot) for slot in range(slots)]
        _, infos = envs.reset(seed=[7, 8, 9], options={"task_id": "valid_seen/3"})
        ended = np.zeros(slots, bool)
        for _ in range(14):
            resets = ended if mode is AutoresetMode.NEXT_STEP else np.zeros(slots, bool)
            actions = [
                "" if resetting else choose(one)
                for choose, one, resetting in zip(
                    choosers, commands(infos, slots), resets, strict=True
                )
            ]
            _, _, terminated, truncated, infos = envs.step(actions)
            ended = terminated | truncated
            finished = [count + bool(over) for count, over in zip(finished, ended, strict=True)]
            if mode is AutoresetMode.DISABLED and ended.any():
                _, partial = envs.reset(options={"reset_mask": ended})
                key = "admissible_commands"
                infos[key] = np.where(ended, partial[key], infos[key])
        assert envs.episode_count == sum(finished)
    for slot, (seed, count) in enumerate(zip([7, 8, 9], finished, strict=True)):
        choose = Chooser(slot)
        with RecordMinari(make(env_id), ID, root=tmp_path / "one") as env:
            for number in range(count):
                first = {"seed": seed, "options": {"task_id": "valid_seen/3"}}
                played(env, choose, **(first if number == 0 else {}))
    many, one = essences(tmp_path / "many"), essences(tmp_path / "one")
    assert min(finished) > 1 and Counter(many) == Counter(one)
    recovered = load_dataset(ID, tmp_path / "many").recover_environment()
    with RecordMinari(recovered, ID, root=tmp_path / "one") as env:
        assert env.episode_count == sum(finished)  # it is the same environment


def commands(infos, slots):
    return [{"admissible_commands": infos["admissible_commands"][slot]} for slot in range(slots)]


def test_groups_know_their_seeds(tmp_path):
    envs = gym.make_vec(STACK, num_envs=4, group_size=2, **KWARGS[STACK])
    with closing(RecordVector(envs, ID, root=tmp_path)) as envs:
        envs.reset(seed=5)
        for _ in range(3):
            envs.step(["dance"] * 4)
    assert [episode.seed for episode in load_episodes(ID, tmp_path)] == [5, 5, 6, 6]


def test_a_vector_that_cannot_record_stays_as_it_is(tmp_path):
    envs = gym.make_vec(STACK, num_envs=2, **KWARGS[STACK])
    with pytest.raises(DatasetError, match="write NAME-vN"):
        RecordVector(envs, "x", root=tmp_path)
    assert not envs.closed


def test_a_wrapped_vector_needs_a_spec(tmp_path):
    def wrapped():
        made = gym.make_vec(STACK, num_envs=2, **KWARGS[STACK])
        return gym.wrappers.vector.RecordEpisodeStatistics(made)

    with pytest.warns(UserWarning, match="RecordEpisodeStatistics stands around the vector"):
        RecordVector(wrapped(), ID, root=tmp_path).close()
    spec = make(STACK).spec
    with closing(RecordVector(wrapped(), ID, root=tmp_path, env_spec=spec)) as envs:
        envs.reset()
        for _ in range(3):
            envs.step(["dance"] * 2)
    assert load_dataset(ID, tmp_path).recover_environment().spec.kwargs == spec.kwargs


# Kills.

KILLED = """
import os, signal, sys
from pathlib import Path
import gymnasium as gym
from crossworld.wrappers.datasets import RecordMinari

class Dice(gym.Env):
    observation_space, action_space = gym.spaces.Discrete(99), gym.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.np_random.integers(99), {"task_id": str(seed)}

    def step(self, action):
        draw = self.np_random.integers(99)
        return draw, 0.0, draw > 50, False, {"task_id": str(draw)}

moves, last = 0, int(sys.argv[2])
def killing(move):
    def moved(self, target):
        global moves
        moves += 1
        if moves == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return move(self, target)
    return moved
Path.replace, Path.rename = killing(Path.replace), killing(Path.rename)
with RecordMinari(Dice(), "test/episodes-v0", root=sys.argv[1], flush_every=2) as env:
    while env.episode_count < 6:
        env.reset(seed=env.episode_count)
        while not env.step(1)[2]:
            pass
"""


def run(script, *arguments, **kwargs):
    return subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)], **kwargs)


@pytest.mark.slow
def test_a_kill_at_any_move_loses_one_flush_at_most(tmp_path):
    whole = tmp_path / "whole"
    assert run(KILLED, whole, 0).wait() == 0
    expected = essences(whole)
    assert len(expected) == 6
    for move in range(1, 9):  # part, main, metadata and folder; part, main, metadata; part
        root = tmp_path / str(move)
        assert run(KILLED, root, move).wait() == -signal.SIGKILL
        written = 0 if move <= 4 else 2 if move <= 7 else 4
        assert (essences(root) if written else []) == expected[:written]
        assert run(KILLED, root, 0).wait() == 0
        assert essences(root) == expected


RECORDING = """
import sys
from pathlib import Path
from crossworld.commands.record import record

record("crossworld/Household-v0", "test/episodes-v0", agent="random", episodes=12, image_size=64,
       out_root=Path(sys.argv[1]))
"""


@pytest.mark.slow
def test_a_killed_recording_goes_on(tmp_path):
    process = run(RECORDING, tmp_path / "killed", stdout=subprocess.DEVNULL)
    metadata = tmp_path / "killed" / ID / "data" / "metadata.json"
    deadline = time.monotonic() + 100
    while not metadata.exists() or json.loads(metadata.read_text())["total_episodes"] < 3:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    there = essences(tmp_path / "killed")
    assert 3 <= len(there) < 12
    for root in ("killed", "whole"):
        record(
            HOUSEHOLD,
            ID,
            agent="random",
            episodes=12,
            image_size=64,
            out_root=tmp_path / root,
        )
    whole = essences(tmp_path / "whole")
    assert len(whole) == 12 and there == whole[: len(there)]
    assert essences(tmp_path / "killed") == whole


# The command.


def recorded(root, episodes=3, env=STACK, agent="planner", **kwargs):
    kwargs = {"image_size": 64, "split": "valid_seen", **kwargs}
    record(env, ID, agent=agent, episodes=episodes, out_root=Path(root), **kwargs)


def test_more_episodes_go_on_where_fewer_ended(tmp_path, capsys):
    recorded(tmp_path / "a", 2)
    assert "already" not in capsys.readouterr().out
    recorded(tmp_path / "a", 4)
    out = capsys.readouterr().out
    assert f"{ID} holds 2 episodes already" in out
    assert "4 (100%)" in out and f"load_episodes({ID!r}, root={str(tmp_path / 'a')!r})" in out
    recorded(tmp_path / "b", 4)
    assert essences(tmp_path / "a") == essences(tmp_path / "b")
    episodes = list(load_episodes(ID, tmp_path / "a"))
    assert [one.infos["task_id"][0] for one in episodes] == [f"valid_seen/{i}" for i in range(4)]
    assert all(one.actions == one.infos["expert_action"][:-1] for one in episodes)
    assert load_dataset(ID, tmp_path / "a").storage.metadata["algorithm_name"] == "planner"


gym.register(
    "Few-v0",
    entry_point="crossworld.envs.tabletop.env:TabletopEnv",
    max_episode_steps=5,
    kwargs={"task": "stack", "num_tasks": 3, "physics": "analytic"},
)


def test_a_list_of_tasks_is_played_round_and_round(tmp_path):
    for root, counts in (("a", (2, 7)), ("b", (7,))):
        for count in counts:
            recorded(tmp_path / root, count, env="Few-v0")
    assert essences(tmp_path / "a") == essences(tmp_path / "b")
    tasks = [episode.infos["task_id"][0] for episode in load_episodes(ID, tmp_path / "b")]
    assert len({*tasks[:3]}) == 3 and tasks[3:6] == tasks[:3] and tasks[6] == tasks[0]
    seeds = [episode.seed for episode in load_episodes(ID, tmp_path / "b")]
    assert len({*seeds}) == 7


@pytest.mark.parametrize("mode", ["discrete", "pick_place"])
def test_commands_become_actions(tmp_path, mode):
    recorded(tmp_path, 2, action_mode=mode)
    for episode in load_episodes(ID, tmp_path):
        assert isinstance(episode.actions, np.ndarray) and episode.infos["success"][-1]
        if mode == "discrete":
            listed = episode.infos["admissible_commands"]
            done = [those[i] for those, i in zip(listed, episode.actions, strict=False)]
            assert done == episode.infos["expert_action"][:-1]


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"agent": "plannr"}, "did you mean 'planner'"),
        ({"env": "crossworld/TabletopStak-v0"}, "Did you mean: `TabletopStack`"),
        ({"env": "CartPole-v1"}, "cannot be made with"),
        ({"split": "tset"}, "tset"),
        ({"episodes": 0}, "episodes 0"),
        ({"data": Path("x")}, "leave out --data"),
        ({"image_size": 1}, "image_size|1"),
    ],
)
def test_mistakes_are_named(tmp_path, kwargs, message):
    with pytest.raises(Exception, match=message):
        recorded(tmp_path, **kwargs)
    assert not list(tmp_path.rglob("metadata.json"))


def test_other_settings_are_refused(tmp_path):
    recorded(tmp_path, 1)
    for kwargs in ({"seed": 1}, {"agent": "handcoded"}, {"split": "train"}):
        with pytest.raises(DatasetError, match="holds something else"):
            recorded(tmp_path, 2, **kwargs)


def test_agents_get_the_wrappers_that_they_need(tmp_path):
    recorded(tmp_path, 2, env=HOUSEHOLD, agent="caption")
    with gym.make(HOUSEHOLD, modalities=("image", "mission"), image_size=64) as env:
        for episode in load_episodes(ID, tmp_path):
            # What is recorded is the environment's own, so it can be played again without the agent.
            observations = [env.reset(seed=episode.seed, options=episode.options)[0]]
            observations += [env.step(action)[0] for action in episode.actions]
            same(episode.observations, observations)


class Hinted(gym.Wrapper):
    """Shows the first command that is possible."""

    def __init__(self, env):
        super().__init__(env)
        shown = self.observation_space.spaces
        self.observation_space = gym.spaces.Dict({**shown, "hint": gym.spaces.Text(99)})

    def reset(self, **given):
        observation, info = self.env.reset(**given)
        return {**observation, "hint": info["admissible_commands"][0]}, info

    def step(self, action):
        observation, *outcome, info = self.env.step(action)
        return {**observation, "hint": info["admissible_commands"][0]}, *outcome, info


class Follows(Agent):
    """An agent that cannot play without a wrapper."""

    reads = frozenset({"hint"})

    def wrap(self, env):
        return Hinted(env)

    def act(self, observation, info):
        return observation["hint"]


@pytest.mark.parametrize("mode", ["text", "discrete"])
def test_wrappers_of_agents_are_not_recorded(tmp_path, mode):
    recorded(tmp_path, 1, agent=f"{__name__}:Follows", action_mode=mode)
    (episode,) = load_episodes(ID, tmp_path)
    assert "hint" not in episode.observations
    listed = [commands[0] for commands in episode.infos["admissible_commands"][:-1]]
    assert list(episode.actions) == (listed if mode == "text" else [0] * len(episode))
    assert not load_dataset(ID, tmp_path).env_spec.additional_wrappers


class Fails(Agent):
    """An agent that raises in some episodes."""

    reads = frozenset({"text", "admissible_commands"})
    made = 0

    def __init__(self):
        Fails.made += 1

    def reset(self, observation, info):
        assert observation.keys() | info.keys() == self.reads

    def act(self, observation, info):
        if Fails.made == 4:
            raise RuntimeError("out of ideas")
        return info["admissible_commands"][0]


def test_a_failing_agent_stops_the_recording(tmp_path):
    Fails.made = 0
    agent = f"{__name__}:Fails"
    with pytest.raises(RecordingError, match=r"(?s)failed in episode 2 .*out of ideas"):
        recorded(tmp_path, 4, agent=agent)
    assert len(essences(tmp_path)) == 2
    recorded(tmp_path, 4, agent=agent)
    assert len(essences(tmp_path)) == 4
