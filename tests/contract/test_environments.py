"""What every registered environment must do, whatever its world."""

import hashlib
import inspect
import json
import pickle
import platform
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import sample_data

from crossworld import CrossworldError
from crossworld.envs.core.info import StepInfo
from crossworld.envs.core.spaces import CHARSET, MAX_LENGTH
from crossworld.envs.household.corpus import ENVIRONMENT_VARIABLE
from crossworld.registration import ENVIRONMENTS

IDS = [environment.id for environment in ENVIRONMENTS]
ALL_IDS = pytest.mark.parametrize("env_id", IDS)
CLASSES = {environment.entry_point: environment.id for environment in ENVIRONMENTS}
EACH_CLASS = pytest.mark.parametrize("env_id", CLASSES.values())
"""One id of each class, for what takes long and cannot differ between the others."""

# Any change of dynamics, text, reward, info or of the order of random draws must show here, and is a
# new -vN of the environment.
GOLDEN = {
    "crossworld/Household-v0": "0885e11855490819e2d55b4b1fd6ccd309d08ab359e88c2c469167014577f03e",
    "crossworld/ALFWorld-v0": "b6c2a152d12caec5beb81f732b076232e7425f5aefd8808166ee5050e0638fa9",
    "crossworld/TabletopGrasp-v0": "4ad27b01708611c6d9753ea58e63a166b28626f2f9d7432f0afa0093a3773569",
    "crossworld/TabletopStack-v0": "84edf8bfd824d07903944d9d7f332c829ab93e69896e835b530623c744ec7701",
    "crossworld/TabletopTripleStack-v0": "6bdb0b634d2e70d8709f357d2222f5cb74712b6dac826afb0fdf5e7988d338c8",
    "crossworld/Tabletop-v0": "c3d36d6ca3d08ab0090ead79d6b9691c16dedaf26b3b370ccf6384d73f4e5f3f",
}

# The same for images. Where floating-point functions of the system's library differ in the last bit,
# single pixels may; so they are compared where these were made only.
GOLDEN_IMAGES = {
    "crossworld/Household-v0": "61f24b6bc87f21fd104790876dd43897843757e664e7f4cffb7884bc4bd31243",
    "crossworld/ALFWorld-v0": "8a120c277986f22b1ee73766561527e3288e97dec07285b06778e39fe771efaf",
    "crossworld/TabletopGrasp-v0": "abb4c3b2ac37ae001bf15786663203a122dbb632e37deb334ebe5081a8d12a7e",
    "crossworld/TabletopStack-v0": "15c7b07127b1fb59957af3a24d22b90cc106e794b0b76cde4106dac2c1062942",
    "crossworld/TabletopTripleStack-v0": "4d9310fe38b487aa54efbfba193762a5cfa2bae532d2f70dc2c330eeec7ca0fb",
    "crossworld/Tabletop-v0": "6a139d8751c78f451d539068a68cf08757a4c3b5fe472ee8d5a7268959be6fbc",
}
MADE_ON = ("Linux", "x86_64", "glibc")

HEADINGS = (
    "## Description", "## Action Space", "## Observation Space", "## Rewards",
    "## Starting State", "## Episode End", "## Arguments", "## Vectors", "## Version History",
)  # fmt: skip

HOSTILE = (
    "", " ", "\n", "\0", "\x08\x1b[2J", "look\0", "LOOK", "l" * 1_000_000, "go to " * 50_000,
    "take from", "take  from ", "go to", "go to ", "examine", "use ", "slice with", "move to",
    "\ud800", "¡Ábrete, sésamo!", "冷蔵庫 1", "🥔", "'; DROP TABLE games; --", "{o}", "%s", "../..",
    "go to fridge 1\nlook", "help me", "inventory 1", "open open open",
)  # fmt: skip


@pytest.fixture(autouse=True)
def shipped_games(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play hand-made sample games, so that nothing depends on a machine's data."""
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, sample_data())


@pytest.fixture(params=IDS)
def env(request: pytest.FixtureRequest) -> Iterator[gym.Env[Any, Any]]:
    made = gym.make(request.param)
    yield made
    made.close()


def play(env: gym.Env[Any, Any], seed: int, steps: int) -> list[Any]:
    """Return everything that `steps` random admissible steps give, JSON-able."""
    chooser = np.random.default_rng(seed)
    observation, info = env.reset(seed=seed)
    log: list[Any] = [plain(observation), plain(info)]
    for _ in range(steps):
        action = info["admissible_commands"][chooser.integers(len(info["admissible_commands"]))]
        observation, reward, terminated, truncated, info = env.step(action)
        log.append([plain(observation), reward, terminated, truncated, plain(info)])
        if terminated or truncated:
            observation, info = env.reset()
            log.append([plain(observation), plain(info)])
    return log


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return an observation or info, JSON-able: arrays as lists, images as hashes."""
    return {k: as_list(v) if isinstance(v, np.ndarray) else v for k, v in values.items()}


def as_list(array: Any) -> Any:
    if array.ndim < 2:
        return array.tolist()
    return [str(array.dtype), array.shape, hashlib.sha256(array.tobytes()).hexdigest()]


@ALL_IDS
def test_gymnasium_checker_has_no_complaint(env_id: str) -> None:
    check_env(gym.make(env_id).unwrapped)  # warnings are errors in this suite


@ALL_IDS
def test_module_prefix_registers(env_id: str) -> None:
    gym.make(f"crossworld:{env_id}").close()


def test_same_seed_same_everything(env: gym.Env[Any, Any]) -> None:
    assert play(env, 3, 120) == play(env, 3, 120)


def test_other_seed_other_tasks(env: gym.Env[Any, Any]) -> None:
    drawn = {env.reset(seed=seed)[1]["task_id"] for seed in range(40)}
    assert len(drawn) > 1


@ALL_IDS
def test_golden_trajectory(env_id: str) -> None:
    log = play(gym.make(env_id, modalities=("text", "mission")), 7, 400)
    digest = hashlib.sha256(json.dumps(log, sort_keys=True).encode()).hexdigest()
    assert digest == GOLDEN[env_id], "the environment has changed: that is a new -vN, or a defect"


@pytest.mark.skipif(
    (platform.system(), platform.machine(), platform.libc_ver()[0]) != MADE_ON,
    reason=f"golden images were made on {' '.join(MADE_ON)}",
)
@ALL_IDS
def test_golden_images(env_id: str) -> None:
    # Not depth: its last bits depend on the compiler's version.
    log = play(gym.make(env_id, modalities=("image", "segmentation")), 7, 100)
    digest = hashlib.sha256(json.dumps(log, sort_keys=True).encode()).hexdigest()
    assert digest == GOLDEN_IMAGES[env_id], "images have changed: a new -vN, or a defect"


def test_info_has_the_same_keys_and_types_always(env: gym.Env[Any, Any]) -> None:
    _, info = env.reset(seed=0)
    kinds = {key: type(value) for key, value in info.items()}
    assert set(kinds) == set(StepInfo.__annotations__)
    for action in ("look", "no such command", info["admissible_commands"][0]):
        _, _, _, _, info = env.step(action)
        assert {key: type(value) for key, value in info.items()} == kinds
        assert info["action_mask"].dtype == np.int8
        assert info["action_mask"].shape == (256,)
        assert info["action_mask"].sum() == len(info["admissible_commands"])
        assert info["admissible_commands"] == sorted(set(info["admissible_commands"]))
        assert 0 <= info["goal_conditions"] <= 1


def test_hostile_text_changes_nothing_and_never_raises(env: gym.Env[Any, Any]) -> None:
    env.reset(seed=1)
    facts = env.unwrapped.facts()
    for action in HOSTILE:
        observation, reward, terminated, _, info = env.step(action)
        assert observation in env.observation_space
        assert not info["action_valid"]
        assert info["feedback"]
        assert (reward, terminated) == (0.0, False)
    assert env.unwrapped.facts() == facts


@EACH_CLASS
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**63),
    actions=st.lists(st.one_of(st.text(max_size=40), st.integers(0, 99)), max_size=12),
)
def test_any_seed_any_text_any_snapshot(env_id: str, seed: int, actions: list[Any]) -> None:
    env = gym.make(env_id)
    observation, info = env.reset(seed=seed)
    for action in actions:
        assert observation in env.observation_space
        commands = info["admissible_commands"]
        command = commands[action % len(commands)] if isinstance(action, int) else action
        observation, _, _, _, info = env.step(command)
    snapshot = json.loads(json.dumps(env.unwrapped.snapshot()))
    again, _ = gym.make(env_id).reset(options={"snapshot": snapshot})
    assert plain(again) == plain(observation)


def test_wrong_kind_of_action_is_a_clear_error(env: gym.Env[Any, Any]) -> None:
    env.reset(seed=1)
    with pytest.raises(TypeError, match="takes a string"):
        env.unwrapped.step(3)


def test_observed_text_fits_its_space(env: gym.Env[Any, Any]) -> None:
    for space in env.observation_space.spaces.values():
        if isinstance(space, gym.spaces.Text):
            assert space.max_length == MAX_LENGTH
            assert space.min_length == 0
            assert set(space.characters) == set(CHARSET)


def test_nothing_returned_is_used_again(env: gym.Env[Any, Any]) -> None:
    _, info = env.reset(seed=2)
    info["admissible_commands"].clear()
    info["action_mask"][:] = 0
    observation, _, _, _, after = env.step("look")
    assert after["admissible_commands"]
    assert after["action_mask"].any()
    observation.clear()
    assert env.step("look")[0]


def test_unknown_reset_option_raises(env: gym.Env[Any, Any]) -> None:
    with pytest.raises(ValueError, match="unknown option"):
        env.reset(options={"taskid": "x"})


def test_step_before_reset_raises(env: gym.Env[Any, Any]) -> None:
    with pytest.raises(gym.error.ResetNeeded):
        env.unwrapped.step("look")


def test_pickles_in_mid_episode(env: gym.Env[Any, Any]) -> None:
    env.reset(seed=5)
    for _ in range(4):
        env.step("look")
    twin = pickle.loads(pickle.dumps(env))
    ours, theirs = play_on(env), play_on(twin)
    assert ours == theirs


def play_on(env: gym.Env[Any, Any], steps: int = 30) -> list[Any]:
    """Play on from where the environment is, always by the same rule."""
    log: list[Any] = []
    commands = env.unwrapped.admissible_commands()
    for i in range(steps):
        observation, reward, terminated, truncated, info = env.step(commands[i % len(commands)])
        commands = info["admissible_commands"]
        log.append([plain(observation), reward, terminated, truncated, plain(info)])
    return log


@ALL_IDS
def test_spec_round_trip_in_json(env_id: str) -> None:
    env = gym.make(env_id, action_mode="discrete", split="train")
    assert env.spec is not None
    again = gym.make(EnvSpec.from_json(env.spec.to_json()))
    assert plain(env.reset(seed=9)[0]) == plain(again.reset(seed=9)[0])
    assert again.action_space == env.action_space


@pytest.mark.parametrize("mode", ["sync", "async"])
@ALL_IDS
def test_vectorises(env_id: str, mode: str) -> None:
    # Gymnasium's shared memory never refreshes text: see the environments' docstrings.
    kwargs = {"shared_memory": False} if mode == "async" else {}
    envs = gym.make_vec(env_id, num_envs=2, vectorization_mode=mode, vector_kwargs=kwargs)
    observations, infos = envs.reset(seed=[1, 2])
    single = gym.make(env_id)
    assert observations["text"][0] == single.reset(seed=1)[0]["text"]
    for _ in range(3):
        observations, rewards, _, _, infos = envs.step(("look", "ünïcode \0"))
    assert observations["text"][0] == single.step("look")[0]["text"]
    assert infos["action_valid"].tolist() == [True, False]
    assert rewards.tolist() == [0.0, 0.0]
    envs.close()


@ALL_IDS
def test_vectorises_with_same_step_autoreset(env_id: str) -> None:
    envs = gym.make_vec(
        env_id,
        num_envs=2,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": AutoresetMode.SAME_STEP},
        max_episode_steps=3,
    )
    envs.reset(seed=0)
    for _ in range(3):
        _, _, _, truncated, infos = envs.step(("look", "look"))
    assert truncated.all()
    assert "final_obs" in infos
    envs.close()


@pytest.mark.slow
@ALL_IDS
def test_works_in_spawned_workers(env_id: str) -> None:
    envs = gym.make_vec(
        f"crossworld:{env_id}",
        num_envs=2,
        vectorization_mode="async",
        vector_kwargs={"context": "spawn", "shared_memory": False},
    )
    observations, _ = envs.reset(seed=4)
    assert len(observations["text"]) == 2
    envs.close()


def test_step_limit_truncates(env: gym.Env[Any, Any]) -> None:
    assert env.spec is not None
    limit = env.spec.max_episode_steps
    assert limit is not None
    env.reset(seed=0)
    outcomes = [env.step("look")[3] for _ in range(limit)]
    assert outcomes == [False] * (limit - 1) + [True]


@pytest.mark.parametrize("wrong", [0, -2, 2.5, True, "9"])
@ALL_IDS
def test_step_limit_of_our_own_is_a_positive_number(env_id: str, wrong: Any) -> None:
    with pytest.raises(ValueError, match="no positive whole number"):
        gym.make(env_id, max_steps=wrong)


@ALL_IDS
def test_step_limit_counts_on_after_a_snapshot(env_id: str) -> None:
    changed = {"max_episode_steps": 10, "max_steps": 10}
    for kwargs, limit in (({}, gym.spec(env_id).max_episode_steps), (changed, 10)):
        env = gym.make(env_id, **kwargs)
        env.reset(seed=0)
        for _ in range(limit - 4):
            env.step("look")
        other = gym.make(env_id, **kwargs)
        other.reset(options={"snapshot": env.unwrapped.snapshot()})
        assert [other.step("look")[3] for _ in range(4)] == [False, False, False, True]
        other.reset()
        assert not other.step("look")[3]


@ALL_IDS
@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_longer_limit_outlasts_a_snapshot(env_id: str, steps: int) -> None:
    """Without `max_steps`, the id's limit cuts off only what could have been played under it."""
    registered = gym.spec(env_id).max_episode_steps
    assert registered is not None
    env = gym.make(env_id, max_episode_steps=2 * registered)
    env.reset(seed=0)
    for _ in range(registered + steps):
        env.step("look")
    env.reset(options={"snapshot": env.unwrapped.snapshot()})
    played = [env.step("look")[3] for _ in range(2 * registered)]
    assert played.index(True) == (0 if steps < 0 else 2 * registered - 1)


def test_snapshot_continues_identically(env: gym.Env[Any, Any]) -> None:
    for seed in range(5):
        _, info = env.reset(seed=seed)
        for i in range(seed * 3):
            commands = info["admissible_commands"]
            _, _, _, _, info = env.step(commands[(7 * i) % len(commands)])
        before = json.loads(json.dumps(env.unwrapped.snapshot()))
        original = play_on(env)
        draws = env.reset()[1]["task_id"]
        observation, _ = env.reset(options={"snapshot": before})
        assert env.unwrapped.snapshot() == before
        assert plain(env.unwrapped.restore(before)) == plain(observation)
        assert play_on(env) == original
        assert env.reset()[1]["task_id"] == draws, "the generator is part of a snapshot"


def test_snapshot_continues_in_another_process(env: gym.Env[Any, Any]) -> None:
    assert env.spec is not None
    env.reset(seed=11)
    for _ in range(3):
        env.step(env.unwrapped.admissible_commands()[0])
    snapshot = env.unwrapped.snapshot()
    code = (
        "import hashlib, json, sys; import gymnasium as gym\n"
        f"env = gym.make('crossworld:{env.spec.id}').unwrapped\n"
        "observation, _ = env.reset(options={'snapshot': json.load(sys.stdin)})\n"
        "seen = lambda o: [o['text'], hashlib.sha256(o['image'].tobytes()).hexdigest()]\n"
        "print(json.dumps([seen(observation), seen(env.step('look')[0])]))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(snapshot), capture_output=True, text=True, check=True,
    )  # fmt: skip
    ours = env.unwrapped.restore(snapshot), env.step("look")[0]
    assert json.loads(ran.stdout) == [
        [o["text"], hashlib.sha256(o["image"].tobytes()).hexdigest()] for o in ours
    ]


@pytest.mark.parametrize(
    "damage",
    [
        lambda s: s.pop("world"),
        lambda s: s.update(format=99),
        lambda s: s.update(env="OtherEnv"),
        lambda s: s.update(task_id="no/such"),
        lambda s: s.update(np_random={"bit_generator": "nonsense"}),
        lambda s: s.update(elapsed_steps=-1),
        lambda s: s.update(elapsed_steps=True),
        lambda s: s.update(elapsed_steps=2**62),
        lambda s: s.update(succeeded=[]),
        lambda s: s.update(task_id=["task"]),
        lambda s: s["np_random"]["state"].update(state=-1),
        lambda s: s["np_random"]["state"].update(state=2**200),
        lambda s: s.update(world={}),
        lambda s: s["world"].update(event=["go", 0, -1, "", 0]),
        lambda s: s["world"].update(event=["look", "a", "b", 3, 4]),
        lambda s: s["world"].update(event=[["look"], -1, -1, "", 1]),
        lambda s: s["world"].update(event=["take", -1, -1, "", 0]),
        lambda s: s["world"].update(event=["look", -1, -1, "", "x"]),
        lambda s: s["world"].update(event=["look", -1, -1, "", 2]),
        lambda s: s["world"].update(event=["slice", 0, 10**6, "", 1]),
    ],
)
def test_damaged_snapshot_is_a_clear_error(env: gym.Env[Any, Any], damage: Any) -> None:
    env.reset(seed=0)
    snapshot = env.unwrapped.snapshot()
    damage(snapshot)
    with pytest.raises(CrossworldError, match=r"snapshot|task"):
        env.reset(options={"snapshot": snapshot})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([-1, 0, 1, 2, 2**62, 2**63, 2**64, 2**128, 2**200, "look", "take", "go"])
    | st.integers()
    | st.floats()
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (container, key) of everything in JSON-able data."""
    for key in data if isinstance(data, dict) else range(len(data)):
        yield data, key
        if isinstance(data[key], dict | list):
            yield from places(data[key])


@EACH_CLASS
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(chosen=st.integers(0, 10**6), value=JSON, seed=st.integers(0, 9), vector=st.booleans())
def test_any_change_of_a_snapshot_is_refused_or_played(
    env_id: str, chosen: int, value: Any, seed: int, vector: bool
) -> None:
    played = gym.make(env_id, expert="handcoded").unwrapped
    _, info = played.reset(seed=seed)
    for _ in range(seed):
        _, _, _, _, info = played.step(info["expert_action"] or "look")
    snapshot = json.loads(json.dumps(played.snapshot()))
    found = list(places(snapshot))
    container, key = found[chosen % len(found)]
    container[key] = value
    env: Any = gym.make_vec(env_id, expert="handcoded") if vector else played
    try:
        env.reset(options={"snapshot": snapshot})
    except CrossworldError:
        return
    (commands,) = env.admissible_commands() if vector else (env.admissible_commands(),)
    for command in ("look", "inventory", *commands, "help"):
        env.step([command] if vector else command)
    again = json.loads(json.dumps(env.snapshot(0) if vector else env.snapshot()))
    env.reset(options={"snapshot": again})


def test_discrete_actions_are_the_sorted_commands(env: gym.Env[Any, Any]) -> None:
    assert env.spec is not None
    discrete = gym.make(env.spec.id, action_mode="discrete")
    _, info = env.reset(seed=3)
    discrete.reset(seed=3)
    for i in range(30):
        index = (5 * i) % len(info["admissible_commands"])
        expected = env.step(info["admissible_commands"][index])
        got = discrete.step(np.int64(index))
        assert plain(got[0]) == plain(expected[0])
        info = got[4]
    for beyond in (len(info["admissible_commands"]), 255, 256, -1, 10**12):
        assert not discrete.unwrapped.step(beyond)[4]["action_valid"]
    with pytest.raises(TypeError, match="takes an integer"):
        discrete.unwrapped.step("look")


def test_tasks_are_listed_hashed_and_found(env: gym.Env[Any, Any]) -> None:
    base: Any = env.unwrapped
    tasks = base.tasks(base.split, count=30)
    assert len({task.task_id for task in tasks}) == len(tasks)
    if base.task_count(base.split) is None:
        assert [task.task_id for task in tasks] == [f"{base.split}/{i}" for i in range(30)]
    else:
        assert tasks == sorted(tasks)
    assert base.tasks(base.split, start=1, count=2) == tasks[1:3]
    assert len(base.manifest_hash(base.split)) == 64
    with pytest.raises(ValueError, match="neither can be negative"):
        base.tasks(base.split, -1)
    for task in tasks[:3]:
        _, info = env.reset(options={"task_id": task.task_id})
        assert (info["task_id"], info["task_type"]) == (task.task_id, task.task_type)
    with pytest.raises(CrossworldError, match="ids look like"):
        env.reset(options={"task_id": "no such task"})


def test_every_method_of_the_contract_is_reachable(env: gym.Env[Any, Any]) -> None:
    env.reset(seed=0)
    for name in ("facts", "pddl_domain", "pddl_problem", "admissible_commands", "expert_action",
                 "snapshot"):  # fmt: skip
        assert env.get_wrapper_attr(name)()


def test_statements_are_judged_exactly(env: gym.Env[Any, Any]) -> None:
    base: Any = env.unwrapped
    env.reset(seed=0)
    possible = base.statements()
    assert possible == sorted(set(possible))
    for i in range(10):
        commands = base.admissible_commands()
        env.step(commands[(3 * i) % len(commands)])
        true = set(base.true_statements())
        for statement in possible[::17]:
            assert base.holds(statement) == (statement in true)
    with pytest.raises(ValueError, match="none of this world's"):
        base.holds("the moon is on the table")


@ALL_IDS
def test_renders_as_text(env_id: str) -> None:
    env = gym.make(env_id, render_mode="ansi")
    observation, _ = env.reset(seed=0)
    assert observation["mission"] in str(env.render())


@ALL_IDS
def test_docstring_has_gymnasiums_headings(env_id: str) -> None:
    documented = inspect.getdoc(type(gym.make(env_id).unwrapped)) or ""
    found = [line for line in documented.splitlines() if line.startswith("## ")]
    assert found == list(HEADINGS)


@ALL_IDS
def test_docstring_lists_every_argument(env_id: str) -> None:
    made = type(gym.make(env_id).unwrapped)
    documented = inspect.getdoc(made) or ""
    for name in list(inspect.signature(made).parameters):
        assert f"| `{name}` |" in documented, f"argument {name} is not documented"
