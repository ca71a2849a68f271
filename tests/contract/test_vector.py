"""What every native vector environment must do: be `SyncVectorEnv`, only faster, and a little more."""

import inspect
import json
import pickle
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers.vector import DictInfoToList, RecordEpisodeStatistics
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sameness import same
from samples import sample_data

from crossworld import CrossworldError
from crossworld.envs.core.errors import SnapshotError
from crossworld.envs.core.vector import PairedVectorEnv
from crossworld.envs.household.corpus import ENVIRONMENT_VARIABLE
from crossworld.registration import ENVIRONMENTS

IDS = [environment.id for environment in ENVIRONMENTS if environment.vector_entry_point]
ALL_IDS = pytest.mark.parametrize("env_id", IDS)
CLASSES = {environment.vector_entry_point: environment.id for environment in ENVIRONMENTS}
EACH_CLASS = pytest.mark.parametrize("env_id", CLASSES.values())
"""One id of each class, for what takes long and cannot differ between the others."""
MODES = tuple(AutoresetMode)
HOSTILE = ("", "\n", "\0", "\ud800", "冷蔵庫 1", "go to " * 1000, "take from", "{o}", "look")
HEADINGS = (
    "## Description", "## Action Space", "## Observation Space", "## Rewards",
    "## Starting State", "## Episode End", "## Arguments", "## Version History",
)  # fmt: skip


@pytest.fixture(autouse=True)
def shipped_games(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play hand-made sample games, so that nothing depends on a machine's data."""
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, sample_data())


def native(env_id: str, num_envs: int, **kwargs: Any) -> Any:
    envs = gym.make_vec(env_id, num_envs=num_envs, **kwargs)
    assert isinstance(envs, PairedVectorEnv)
    return envs


def test_same_is_strict() -> None:
    assert same({"a": np.array([1.0])}, {"a": np.array([1.0])})
    assert not same({"a": np.array([1.0])}, {"a": np.array([1])})
    assert not same({"a": np.array([1.0])}, {"a": np.array([1.0]), "b": 0})
    assert not same(("x",), ["x"])


class Player:
    """Chooses actions and resets by chance, from what the infos say."""

    def __init__(self, seed: int, discrete: bool, expert: str | None) -> None:
        self.dice = np.random.default_rng(seed)
        self.discrete = discrete
        self.follows = expert is not None and seed % 2 == 0
        self.commands: list[list[str]] = []

    def told(self, infos: dict[str, Any]) -> None:
        known = infos["admissible_commands"].tolist()
        self.commands = [
            new if new is not None else old
            for new, old in zip(known, self.commands or known, strict=True)
        ]
        self.advice = infos["expert_action"].tolist()

    def actions(self) -> Any:
        chosen = [self.one(slot) for slot in range(len(self.commands))]
        return np.array(chosen) if self.discrete else tuple(chosen)

    def one(self, slot: int) -> Any:
        commands = self.commands[slot]
        if self.follows and self.advice[slot] in commands and self.dice.random() < 0.9:
            index = commands.index(self.advice[slot])
        else:
            index = int(self.dice.integers(len(commands) + 3))
        if self.discrete:
            return index
        return commands[index] if index < len(commands) else str(self.dice.choice(HOSTILE[2:]))

    def mask(self, ended: Any) -> Any:
        mask = ended | (self.dice.random(len(ended)) < 0.2)
        return mask if mask.any() else None


@EACH_CLASS
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**32),
    num_envs=st.integers(1, 4),
    mode=st.sampled_from(MODES),
    discrete=st.booleans(),
    limit=st.integers(1, 25),
    expert=st.sampled_from([None, "handcoded", "planner"]),
)
def test_equals_sync_vector_env_step_by_step(
    env_id: str,
    seed: int,
    num_envs: int,
    mode: AutoresetMode,
    discrete: bool,
    limit: int,
    expert: str | None,
) -> None:
    kwargs: dict[str, Any] = {
        "max_episode_steps": limit,
        "expert": expert,
        "action_mode": "discrete" if discrete else "text",
    }
    ours = native(env_id, num_envs, autoreset_mode=mode, **kwargs)
    theirs = SyncVectorEnv(
        [lambda: gym.make(env_id, **kwargs) for _ in range(num_envs)], autoreset_mode=mode
    )
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space
    player = Player(seed, discrete, expert)
    result: Any = ours.reset(seed=seed)
    assert same(result, theirs.reset(seed=seed))
    player.told(result[1])
    for _ in range(30):
        actions = player.actions()
        result = ours.step(actions)
        assert same(result, theirs.step(actions))
        assert result[0] in ours.observation_space
        player.told(result[4])
        mask = player.mask(result[2] | result[3])
        if mask is not None and (mode is AutoresetMode.DISABLED or player.dice.random() < 0.1):
            result = ours.reset(options={"reset_mask": mask})
            assert same(result, theirs.reset(options={"reset_mask": mask}))
            player.told(result[1])
    assert ours.np_random_seed == theirs.np_random_seed


@ALL_IDS
@pytest.mark.parametrize("mode", MODES)
def test_success_ends_an_episode_as_in_sync_vector_env(env_id: str, mode: AutoresetMode) -> None:
    ours = native(env_id, 3, autoreset_mode=mode, expert="planner")
    kwargs = {"expert": "planner"}
    theirs = SyncVectorEnv([lambda: gym.make(env_id, **kwargs)] * 3, autoreset_mode=mode)
    _, infos = ours.reset(seed=5)
    theirs.reset(seed=5)
    wins = 0.0
    for _ in range(60):
        actions = infos["expert_action"].tolist()
        result = ours.step(actions)
        assert same(result, theirs.step(actions))
        infos = result[4]
        wins += result[1].sum()
        ended = result[2] | result[3]
        if mode is AutoresetMode.DISABLED and ended.any():
            result = ours.reset(options={"reset_mask": ended})
            assert same(result, theirs.reset(options={"reset_mask": ended}))
            infos["expert_action"][ended] = result[1]["expert_action"][ended]
    assert wins > 3


@ALL_IDS
def test_is_the_default_and_the_others_still_work(env_id: str) -> None:
    assert native(env_id, 4).num_envs == 4
    envs = gym.make_vec(env_id, num_envs=2, vectorization_mode="sync")
    assert isinstance(envs, SyncVectorEnv)
    asynchronous = gym.make_vec(
        env_id, num_envs=2, vectorization_mode="async", vector_kwargs={"shared_memory": False}
    )
    observations, _ = envs.reset(seed=3)
    for other in (native(env_id, 2), asynchronous):
        assert same(other.reset(seed=3)[0], observations)
    asynchronous.close()


@ALL_IDS
@pytest.mark.parametrize("mode", MODES)
def test_spec_is_kept_and_metadata_say_how_it_resets(env_id: str, mode: AutoresetMode) -> None:
    envs = native(env_id, 2, autoreset_mode=mode.value, max_episode_steps=3)
    assert envs.metadata["autoreset_mode"] is mode
    again = gym.make_vec(gym.envs.registration.EnvSpec.from_json(envs.spec.to_json()))
    assert same(again.reset(seed=1), envs.reset(seed=1))
    assert again.metadata == envs.metadata


@ALL_IDS
def test_actions_come_as_any_sequence(env_id: str) -> None:
    envs = native(env_id, 3)
    envs.reset(seed=0)
    start = envs.snapshots()
    results = []
    for actions in (
        ("look", "inventory", "x"),
        ["look", "inventory", "x"],
        np.array(["look", "inventory", "x"]),
        np.array(["look", "inventory", "x"], dtype=object),
    ):
        envs.reset(options={"snapshot": start})
        results.append(envs.step(actions))
    assert all(same(result, results[0]) for result in results)
    discrete = native(env_id, 3, action_mode="discrete")
    discrete.reset(seed=0)
    assert discrete.step([0, 255, 10**12])[4]["action_valid"].tolist() == [True, False, False]


@ALL_IDS
def test_wrong_actions_are_clear_errors_and_nobody_acts(env_id: str) -> None:
    envs = native(env_id, 2)
    with pytest.raises(gym.error.ResetNeeded):
        envs.step(("look", "look"))
    envs.reset(seed=0)
    before = envs.snapshots()
    with pytest.raises(TypeError, match="takes a string"):
        envs.step(("look", 3))
    for listed in ("ab", b"ab", {"look", "help"}, {"look": 1, "help": 2}, iter("ab"), 2, None,
                   np.int64(2), np.array("look")):  # fmt: skip
        with pytest.raises(TypeError, match="one action per slot"):
            envs.step(listed)
    with pytest.raises(ValueError, match="3 actions for num_envs=2"):
        envs.step(("look",) * 3)
    assert envs.snapshots() == before


@ALL_IDS
def test_disabled_refuses_to_step_on(env_id: str) -> None:
    envs = native(env_id, 2, autoreset_mode=AutoresetMode.DISABLED, max_episode_steps=1)
    envs.reset(seed=0)
    envs.step(("look", "look"))
    with pytest.raises(gym.error.ResetNeeded, match=r"\[0, 1\]"):
        envs.step(("look", "look"))
    envs.reset(options={"reset_mask": np.array([True, False])})
    with pytest.raises(gym.error.ResetNeeded, match=r"\[1\]"):
        envs.step(("look", "look"))


@ALL_IDS
def test_wrong_options_are_clear_errors(env_id: str) -> None:
    envs = native(env_id, 4)
    mask = np.array([True, False, False, True])
    with pytest.raises(gym.error.ResetNeeded, match="cover all slots"):
        envs.reset(options={"reset_mask": mask})
    envs.reset(seed=0)
    snapshots = envs.snapshots()
    known = snapshots[0]["task_id"]
    for options, error, words in (
        ({"taskid": "x"}, ValueError, "unknown option"),
        ({"task_id": ["x"]}, ValueError, "1 entries for num_envs=4"),
        ({"task_id": 3}, TypeError, "one entry per slot"),
        ({"task_id": "no/such"}, CrossworldError, "ids look like"),
        ({"task_id": known, "snapshot": snapshots}, ValueError, "no other option"),
        ({"group_size": 3}, ValueError, "divides num_envs=4"),
        ({"group_size": 2, "task_id": known}, ValueError, "one or the other"),
        ({"group_size": 2, "snapshot": snapshots}, ValueError, "one or the other"),
        ({"reset_mask": [True] * 4}, TypeError, "numpy array"),
        ({"reset_mask": mask[:3]}, ValueError, "shape"),
        ({"reset_mask": mask.astype(int)}, TypeError, "dtype bool"),
        ({"reset_mask": np.zeros(4, bool)}, ValueError, "no slot"),
        ({"snapshot": [None, {}, None, None]}, CrossworldError, "missing"),
    ):
        with pytest.raises(error, match=words):
            envs.reset(options=options)
        assert envs.snapshots() == snapshots, "nothing has changed, streams included"
    with pytest.raises(ValueError, match="give one per slot"):
        envs.reset(seed=[1, 2])
    for seed in ("1234", 3.5, [1.7, 2.2, 3, 4], {1, 2, 3, 4}, {1: 2}, np.arange(4.0), [[1]] * 4):
        with pytest.raises(TypeError, match="an integer or a sequence"):
            envs.reset(seed=seed)
    with pytest.raises(gym.error.Error):
        envs.reset(seed=[1, 2, 3, -4])
    assert envs.snapshots() == snapshots
    for kwargs in ({"group_size": 3}, {"max_episode_steps": 0}, {"render_mode": "human"},
                   {"autoreset_mode": "no"}, {"expert": "no"}, {"action_mode": "no"}):  # fmt: skip
        with pytest.raises(ValueError):
            native(env_id, 4, **kwargs)


@ALL_IDS
def test_seeds_come_in_every_form(env_id: str) -> None:
    envs = native(env_id, 3)
    single = [gym.make(env_id).reset(seed=seed)[1]["task_id"] for seed in (4, 5, 6)]
    for seed in (4, np.int64(4), [4, 5, 6], np.arange(4, 7)):
        assert envs.reset(seed=seed)[1]["task_id"].tolist() == single
    assert envs.np_random_seed == (4, 5, 6)
    fresh = envs.reset(seed=[4, None, None])[1]["task_id"]
    assert fresh[0] == single[0]
    assert len({envs.reset()[1]["task_id"][0] for _ in range(20)}) > 1


@ALL_IDS
def test_slots_take_tasks_of_their_own(env_id: str) -> None:
    envs = native(env_id, 3)
    ids = [task.task_id for task in envs.tasks(envs.split)]
    assert envs.reset(options={"task_id": ids[0]})[1]["task_id"].tolist() == [ids[0]] * 3
    _, infos = envs.reset(seed=4, options={"task_id": [ids[1], None, ids[0]]})
    drawn = gym.make(env_id).reset(seed=5)[1]["task_id"]
    assert infos["task_id"].tolist() == [ids[1], drawn, ids[0]]
    assert len(envs.manifest_hash(envs.split)) == 64


@ALL_IDS
def test_the_option_group_size_groups_one_draw(env_id: str) -> None:
    envs = native(env_id, 6)
    alone = native(env_id, 6)
    tasks = set()
    for seed in range(8):
        _, infos = envs.reset(seed=seed, options={"group_size": 3})
        ids = infos["task_id"].tolist()
        single = alone.reset(seed=seed)[1]["task_id"].tolist()
        assert ids == [single[0]] * 3 + [single[3]] * 3
        tasks |= set(ids)
    assert len(tasks) > 1
    mask = np.array([False, True, True, True, False, True])
    before = envs.snapshots()
    _, infos = envs.reset(seed=9, options={"group_size": 3, "reset_mask": mask})
    single = alone.reset(seed=9)[1]["task_id"].tolist()
    assert infos["task_id"].tolist() == [None, single[1], single[1], single[3], None, single[3]]
    assert [envs.snapshot(i) for i in (0, 4)] == [before[0], before[4]]
    # The streams of the others are untouched: they draw next what they would have drawn first.
    followers = [2, 5]
    assert envs.reset()[1]["task_id"][followers].tolist() == [single[i] for i in followers]


@ALL_IDS
@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_the_argument_group_size_groups_for_good(env_id: str, mode: str) -> None:
    envs = native(env_id, 4, group_size=2, max_episode_steps=30, autoreset_mode=mode)
    _, infos = envs.reset(seed=7)
    singles = [gym.make(env_id) for _ in range(2)]
    expected = [
        [env.reset(seed=7 + i if k == 0 else None)[1]["task_id"] for k in range(60)]
        for i, env in enumerate(singles)
    ]
    played: list[list[str]] = [[task] for task in infos["task_id"]]
    dice = np.random.default_rng(0)
    for _ in range(90):
        result = envs.step(tuple(dice.choice(c) for c in infos["admissible_commands"]))
        infos = result[4]
        begun = infos["ticks"] == 0
        for slot in np.flatnonzero(begun):
            played[slot].append(infos["task_id"][slot])
    assert all(len(tasks) > 2 for tasks in played)
    for slot, tasks in enumerate(played):
        assert tasks == expected[slot // 2][: len(tasks)]


@ALL_IDS
def test_a_group_is_in_step_again_after_a_whole_reset(env_id: str) -> None:
    envs = native(env_id, 4, group_size=2, autoreset_mode="Disabled")
    envs.reset()
    for mask in ([True, False, False, False], [False, True, False, True]):
        envs.reset(options={"reset_mask": np.array(mask)})
    for _ in range(12):
        a, b, c, d = envs.reset()[1]["task_id"]
        assert (a, c) == (b, d)


@ALL_IDS
def test_snapshots_continue_and_fit_the_scalar_environment(env_id: str) -> None:
    envs = native(env_id, 3, expert="handcoded", max_episode_steps=12)
    other = native(env_id, 3, expert="handcoded", max_episode_steps=12)
    _, infos = envs.reset(seed=1)
    for step in range(9):
        # The second command changes something everywhere, and wins nowhere.
        second = tuple(commands[1] for commands in infos["admissible_commands"])
        result = envs.step(second if step < 2 else ("look",) * 3)
        infos = result[4]
    snapshots = envs.snapshots()
    observations, _ = other.reset(options={"snapshot": snapshots})
    assert same(observations, result[0])
    scalar = gym.make(env_id, expert="handcoded", max_episode_steps=12, max_steps=12)
    scalar.reset(options={"snapshot": snapshots[1]})
    assert scalar.unwrapped.snapshot() == snapshots[1]
    for step in range(3):
        ours = envs.step(("look",) * 3)
        assert same(ours, other.step(("look",) * 3))
        assert ours[3].tolist() == [step == 2] * 3, "the limit counts from the true start"
    # Some slots resume, the others begin anew; a single snapshot counts for all.
    _, infos = other.reset(seed=1, options={"snapshot": [None, snapshots[1], None]})
    assert [s["elapsed_steps"] for s in other.snapshots()] == [0, 9, 0]
    other.reset(options={"snapshot": snapshots[2]})
    assert other.snapshots() == (snapshots[2],) * 3


def broken(snapshot: dict[str, Any], part: str) -> dict[str, Any]:
    """Return a snapshot of which one part cannot be restored."""
    generator = snapshot["np_random"]
    damage: dict[str, Any] = {
        "expert": {"no such": "memory"},
        "elapsed_steps": 2**70,
        "np_random": {**generator, "state": {**generator["state"], "state": 2**200}},
        "world": {**snapshot["world"], "event": ["go", 0, -1, "", 0]},
    }
    return {**snapshot, part: damage[part]}


@ALL_IDS
@pytest.mark.parametrize("part", ["expert", "elapsed_steps", "np_random", "world"])
def test_a_refused_snapshot_changes_nothing(env_id: str, part: str) -> None:
    envs = native(env_id, 2, expert="handcoded", autoreset_mode="Disabled", max_episode_steps=2)
    envs.reset(seed=3)
    envs.step(("look", "look"))
    envs.step(("look", "look"))
    before = envs.snapshots()
    bad = [before[0], broken(before[1], part)]
    fresh = native(env_id, 2, expert="handcoded")
    scalar = gym.make(env_id, expert="handcoded").unwrapped
    scalar.reset(options={"snapshot": before[0]})
    for seed in (None, 8):
        for made in (envs, fresh):
            with pytest.raises(SnapshotError):
                made.reset(seed=seed, options={"snapshot": bad})
        with pytest.raises(SnapshotError):
            scalar.reset(seed=seed, options={"snapshot": bad[1]})
        assert scalar.snapshot() == before[0]
        assert envs.snapshots() == before
    with pytest.raises(SnapshotError):
        scalar.restore(bad[1])
    assert scalar.snapshot() == before[0]
    for made in (envs, fresh):
        with pytest.raises(gym.error.ResetNeeded):
            made.step(("look", "look"))
    envs.reset(options={"snapshot": [*before]})
    assert envs.snapshots() == before


@ALL_IDS
def test_what_an_expert_learns_stays_out_of_the_snapshot(env_id: str) -> None:
    envs = native(env_id, 2, expert="handcoded")
    envs.reset(seed=3)
    snapshot = envs.snapshot(0)
    kept = json.dumps(snapshot)
    _, infos = envs.reset(options={"snapshot": snapshot})
    for _ in range(6):
        _, _, _, _, infos = envs.step((infos["expert_action"][0], "look"))
    assert json.dumps(snapshot) == kept
    assert json.dumps(envs.snapshot(1)["expert"]) == json.dumps(snapshot["expert"])


@ALL_IDS
@pytest.mark.parametrize("mode", MODES)
def test_nothing_returned_is_used_again(env_id: str, mode: AutoresetMode) -> None:
    kwargs = {"max_episode_steps": 3, "autoreset_mode": mode}
    envs, twin = native(env_id, 3, **kwargs), native(env_id, 3, **kwargs)
    results = envs.reset(seed=2), twin.reset(seed=2)
    for step in range(9):
        assert same(*results)
        for part in results[0]:
            spoil(part)
        if mode is AutoresetMode.DISABLED and step % 4 == 3:
            masks = [{"reset_mask": np.array([True, True, step > 3])} for _ in range(2)]
            results = envs.reset(options=masks[0]), twin.reset(options=masks[1])
            assert same(*results)
            spoil(results[0][1])
            results = envs.reset(), twin.reset()
        else:
            results = envs.step(("look",) * 3), twin.step(("look",) * 3)


def spoil(part: Any) -> None:
    """Change everything that can be changed in a result."""
    if isinstance(part, dict):
        for value in part.values():
            spoil(value)
        part.clear()
    elif isinstance(part, np.ndarray):
        for value in part if part.dtype == object else ():
            spoil(value)
        part[...] = None if part.dtype == object else 1
    elif isinstance(part, list):
        part.clear()


@ALL_IDS
@pytest.mark.parametrize("mode", MODES)
def test_gymnasiums_vector_wrappers_work(env_id: str, mode: AutoresetMode) -> None:
    made = native(env_id, 2, max_episode_steps=4, autoreset_mode=mode)
    listed = DictInfoToList(made)
    _, infos = listed.reset(seed=0)
    assert isinstance(infos, list)
    assert infos[1]["admissible_commands"] == made.admissible_commands()[1]
    recorded = RecordEpisodeStatistics(made)
    recorded.reset(seed=0)
    for _ in range(4):
        _, _, _, truncations, infos = recorded.step(("look", "look"))
    assert truncations.all()
    assert infos["episode"]["l"].tolist() == [4, 4]
    recorded.reset(options={"reset_mask": np.array([True, False])})
    assert recorded.episode_lengths[0] == 0


@ALL_IDS
def test_pickles_in_mid_episode(env_id: str) -> None:
    envs = native(env_id, 2, expert="planner", max_episode_steps=5)
    envs.reset(seed=5)
    envs.step(("look", "look"))
    twin = pickle.loads(pickle.dumps(envs))
    for _ in range(8):
        assert same(envs.step(("look", "help")), twin.step(("look", "help")))


@ALL_IDS
def test_tells_of_its_slots(env_id: str) -> None:
    envs = native(env_id, 2, render_mode="ansi")
    for ask in (envs.render, envs.snapshots, envs.admissible_commands, envs.expert_action):
        with pytest.raises(gym.error.ResetNeeded):
            ask()
    observations, infos = envs.reset(seed=6)
    assert envs.admissible_commands() == tuple(infos["admissible_commands"])
    scalar = gym.make(env_id, render_mode="ansi")
    scalar.reset(seed=7)
    assert envs.render()[1] == scalar.render()
    assert envs.expert_action()[1] == scalar.unwrapped.expert_action()
    for name in ("facts", "pddl_domain", "pddl_problem", "statements", "true_statements"):
        assert envs.call(name)[1] == getattr(scalar.unwrapped, name)()
    assert envs.slot(1).holds(scalar.unwrapped.true_statements()[0])
    with pytest.raises(IndexError):
        envs.slot(2)
    assert envs.task_count(envs.split) == scalar.unwrapped.task_count(envs.split)
    assert observations["mission"][0] in envs.render()[0]


@ALL_IDS
def test_is_asked_as_sync_vector_env_is(env_id: str) -> None:
    for mode in (None, "ansi"):
        ours = native(env_id, 2, render_mode=mode)
        theirs: Any = gym.make_vec(
            env_id, num_envs=2, vectorization_mode="sync", render_mode=mode
        ).unwrapped
        for name in ("split", "render_mode", "metadata", "observation_space", "action_space"):
            assert same(ours.get_attr(name), theirs.get_attr(name)), name
        assert [spec.id for spec in ours.get_attr("spec")] == [env_id] * 2
        assert same(ours.call("tasks", "train", 0, 1), theirs.call("tasks", "train", 0, 1))
        asked = {"split": "train", "start": 1, "count": 2}
        assert same(ours.call("tasks", **asked), theirs.call("tasks", **asked))
        for name in ("task_count", "manifest_hash"):
            assert same(ours.call(name, "train"), theirs.call(name, split="train"))
        with pytest.raises(gym.error.ResetNeeded):
            ours.call("facts")
        same_task = {"task_id": ours.tasks("train", 0, 1)[0].task_id}
        ours.reset(seed=4, options=same_task)
        theirs.reset(seed=4, options=same_task)
        for name in ("render", "facts", "pddl_domain", "pddl_problem", "admissible_commands",
                     "statements", "true_statements", "expert_action", "snapshot",
                     "np_random_seed"):  # fmt: skip
            assert same(ours.call(name), theirs.call(name)), name
        said = ours.call("true_statements")[0][0]
        assert ours.call("holds", statement=said)[0]
        assert ours.call("np_random") == ours.np_random
        for name in ("step", "reset", "close", "no_such", "_playing"):
            with pytest.raises(AttributeError, match=name):
                ours.call(name)


@ALL_IDS
def test_docstring_has_the_headings_and_every_argument(env_id: str) -> None:
    made = type(native(env_id, 1))
    documented = inspect.getdoc(made) or ""
    assert [line for line in documented.splitlines() if line.startswith("## ")] == list(HEADINGS)
    scalar = set(inspect.signature(made.scalar).parameters)
    for name in scalar | {"num_envs", "autoreset_mode", "group_size", "max_episode_steps"}:
        assert f"| `{name}` |" in documented, f"argument {name} is not documented"
