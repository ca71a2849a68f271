"""Every wrapper and its vector twin: the same results, in every autoreset mode, in both worlds."""

import inspect
import pickle
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sameness import same

from crossworld import wrappers
from crossworld.wrappers import vector
from crossworld.wrappers.wrapper import RuleWrapper

HOUSEHOLD, TABLETOP = "crossworld/Household-v0", "crossworld/TabletopStack-v0"
LIST = {
    HOUSEHOLD: [
        "look", "inventory", "go to countertop", "go to cabinet 1", "go to cabinet 2", "open drawer",
        "open cabinet", "go to drawer", "take mug from countertop", "close drawer", "go to desk",
        "go to shelf 1", "go to bed 1", "take book from bed", "go to sinkbasin 1",
    ],
    TABLETOP: [
        "look", "pick up the red block", "put it on the blue block", "put it on the table",
        "push the green block left", "put the green block on the red block",
    ],
}  # fmt: skip
SEEN = {HOUSEHOLD: "you see a .*", TABLETOP: "the robot is grasping .*|.* is on top of .*"}
GOALS = {
    HOUSEHOLD: ["your hands are empty"],
    TABLETOP: ["the robot is grasping the red block", "the red block is on top of the blue block"],
}
REPLIES = (
    "",
    "<action>look</action>",
    "take it",
    "go to drawer",
    '{"action": "go to shelf 1"}',
    "\0",
)

# Name of the wrapper to the arguments it is tried with, per world where they differ.
TRIED: dict[str, list[dict[str, Any]]] = {
    "ImageCropNoise": [{"rate": 0.3}, {"rate": 1.0, "per_step_prob": 0.5}],
    "TextTokenNoise": [{"rate": 0.3}, {"rate": 1.0, "vocabulary": ["spam"]}],
    "CaptionObservation": [
        {"captioner": "oracle", "matching": SEEN},
        {"captioner": "noisy", "arguments": {"precision": 0.8, "recall": 0.7}, "key": "caption"},
    ],
    "PromptObservation": [{}, {"template": "vision", "history": 1, "admissible": False}],
    "TokenizeText": [{"max_tokens": 40, "mask": True}, {"keys": ["mission"]}],
    "EmbedText": [{"arguments": {"size": 32}}],
    "SelectKeys": [{"keys": "text"}, {"keys": ["image", "mission"]}],
    "ParseTextAction": [{}, {"ambiguous": "first"}],
    "DiscretizeTextAction": [{"commands": LIST}],
    "ActionMaskObservation": [{}],
    "GoalConditionReward": [{}, {"weight": 2.5}],
    "InvalidActionPenalty": [{"penalty": 0.5}],
    "SubgoalReward": [
        {"captioner": "oracle", "subgoals": GOALS},
        {
            "captioner": "noisy",
            "arguments": {"precision": 0.5, "recall": 0.5},
            "subgoals": GOALS,
            "ordered": False,
            "bonus": 0.25,
        },
    ],
}
CASES = [(name, number) for name, tried in TRIED.items() for number in range(len(tried))]


def arguments(env_id: str, name: str, number: int) -> dict[str, Any]:
    return {
        key: value[env_id] if isinstance(value, dict) and env_id in value else value
        for key, value in TRIED[name][number].items()
    }


def base(name: str, **kwargs: Any) -> dict[str, Any]:
    mode = "discrete" if name == "ActionMaskObservation" else "text"
    return {"action_mode": mode, "image_size": 48, "max_episode_steps": 6, **kwargs}


def scalar(env_id: str, name: str, number: int, **kwargs: Any) -> gym.Env[Any, Any]:
    env = gym.make(env_id, **base(name, **kwargs))
    made: gym.Env[Any, Any] = getattr(wrappers, name)(env, **arguments(env_id, name, number))
    return made


def chosen(dice: np.random.Generator, space: gym.Space[Any], commands: list[str]) -> Any:
    """Return an action: mostly one that is possible."""
    if isinstance(space, gym.spaces.Discrete):
        return np.int64(dice.integers(space.n))
    if dice.random() < 0.25:
        return str(dice.choice(REPLIES))
    return commands[dice.integers(len(commands))]


class Twins:
    """A twin over a vector, and a vector of wrapped environments, which must agree."""

    def __init__(
        self, env_id: str, name: str, number: int, count: int, mode: AutoresetMode, native: bool
    ) -> None:
        one = [lambda: gym.make(env_id, **base(name))] * count
        if native:
            envs: Any = gym.make_vec(env_id, num_envs=count, autoreset_mode=mode, **base(name))
        else:
            envs = SyncVectorEnv(one, autoreset_mode=mode)
        self.ours = getattr(vector, name)(envs, **arguments(env_id, name, number))
        self.theirs = SyncVectorEnv(
            [lambda: scalar(env_id, name, number)] * count, autoreset_mode=mode
        )

    def check(self, ours: Any, theirs: Any) -> Any:
        assert same(ours, theirs)
        assert ours[0] in self.ours.observation_space
        return ours


@pytest.mark.parametrize("env_id", [HOUSEHOLD, TABLETOP])
@pytest.mark.parametrize(("name", "number"), CASES)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**31),
    count=st.integers(1, 3),
    mode=st.sampled_from(tuple(AutoresetMode)),
    native=st.booleans(),
)
def test_a_twin_of_a_batch_equals_a_batch_of_twins(
    env_id: str, name: str, number: int, seed: int, count: int, mode: AutoresetMode, native: bool
) -> None:
    asks = name in ("CaptionObservation", "SubgoalReward")
    native = native or (asks and mode is AutoresetMode.SAME_STEP)
    twins = Twins(env_id, name, number, count, mode, native)
    assert twins.ours.observation_space == twins.theirs.observation_space
    assert twins.ours.action_space == twins.theirs.action_space
    dice = np.random.default_rng(seed)
    _, infos = twins.check(twins.ours.reset(seed=seed), twins.theirs.reset(seed=seed))
    commands = infos["admissible_commands"].tolist()
    for _ in range(14):
        actions: Any = [chosen(dice, twins.ours.single_action_space, known) for known in commands]
        actions = tuple(actions) if isinstance(actions[0], str) else np.array(actions)
        result = twins.check(twins.ours.step(actions), twins.theirs.step(actions))
        commands = result[4]["admissible_commands"].tolist()
        mask = result[2] | result[3]
        mask |= (dice.random(count) < 0.1) & (mode is AutoresetMode.DISABLED)
        if mode is AutoresetMode.DISABLED and mask.any():
            seeds = [int(s) if s % 2 else None for s in dice.integers(0, 1000, count)]
            fresh = [
                envs.reset(seed=list(seeds), options={"reset_mask": mask.copy()})
                for envs in (twins.ours, twins.theirs)
            ]
            _, infos = twins.check(*fresh)
            for slot in np.flatnonzero(mask):
                commands[slot] = infos["admissible_commands"][slot]
    twins.ours.close()
    twins.theirs.close()


@pytest.mark.parametrize("name", TRIED)
def test_twins_take_the_same_arguments(name: str) -> None:
    ours = inspect.signature(getattr(vector, name).__init__).parameters
    theirs = inspect.signature(getattr(wrappers, name).__init__).parameters
    assert {key: p.default for key, p in ours.items()} == {
        key: p.default for key, p in theirs.items()
    }


def test_every_wrapper_is_tried() -> None:
    made = {name for name in wrappers.__all__ if isinstance(getattr(wrappers, name), type)}
    rules = {name for name in made if issubclass(getattr(wrappers, name), RuleWrapper)}
    assert rules == set(TRIED)
    assert made - {"RecordAnimation"} == set(vector.__all__)


@pytest.mark.parametrize("env_id", [HOUSEHOLD, TABLETOP])
@pytest.mark.parametrize(("name", "number"), CASES)
def test_specs_make_the_same_environment_again(env_id: str, name: str, number: int) -> None:
    env = scalar(env_id, name, number)
    assert env.spec is not None
    again = gym.make(gym.envs.registration.EnvSpec.from_json(env.spec.to_json()))
    assert again.observation_space == env.observation_space
    assert same(again.reset(seed=5), env.reset(seed=5))


@pytest.mark.filterwarnings(
    "ignore:.*different from the unwrapped version", "ignore:.*Box observation space m.*infinity"
)
@pytest.mark.parametrize("env_id", [HOUSEHOLD, TABLETOP])
@pytest.mark.parametrize(("name", "number"), CASES)
def test_gymnasiums_checker_finds_nothing(env_id: str, name: str, number: int) -> None:
    check_env(scalar(env_id, name, number), skip_render_check=True)


@pytest.mark.parametrize("env_id", [HOUSEHOLD, TABLETOP])
@pytest.mark.parametrize(("name", "number"), CASES)
def test_goes_on_after_pickling_in_the_middle(env_id: str, name: str, number: int) -> None:
    env = scalar(env_id, name, number)
    _, info = env.reset(seed=3)
    dice = np.random.default_rng(3)
    for _ in range(2):
        action = chosen(dice, env.action_space, info["admissible_commands"])
        info = env.step(action)[4]
    again = pickle.loads(pickle.dumps(env))
    for _ in range(3):
        action = chosen(dice, env.action_space, info["admissible_commands"])
        ours, theirs = env.step(action), again.step(action)
        assert same(ours, theirs)
        info = ours[4]


@pytest.mark.parametrize("env_id", [HOUSEHOLD, TABLETOP])
@pytest.mark.parametrize(("name", "number"), CASES)
def test_never_changes_which_tasks_are_drawn(env_id: str, name: str, number: int) -> None:
    plain = gym.make(env_id, **base(name, modalities=("text",)))
    env = scalar(env_id, name, number)
    drawn = []
    for one in (plain, env):
        ids = [one.reset(seed=11)[1]["task_id"]]
        for _ in range(3):
            one.step("look" if isinstance(one.action_space, gym.spaces.Text) else 0)
            ids.append(one.reset()[1]["task_id"])
        drawn.append(ids)
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("env_id", [HOUSEHOLD, TABLETOP])
@pytest.mark.parametrize(
    "modalities",
    [("image",), ("text",), ("mission",), ("text", "mission"), ("image", "depth", "segmentation")],
)
@pytest.mark.parametrize(("name", "number"), CASES)
def test_works_or_says_what_is_missing(
    env_id: str, name: str, number: int, modalities: tuple[str, ...]
) -> None:
    env = gym.make(env_id, **base(name, modalities=modalities))
    try:
        env = getattr(wrappers, name)(env, **arguments(env_id, name, number))
    except ValueError as error:
        assert name in str(error)
        assert "observation has no" in str(error)
        return
    observation, info = env.reset(seed=1)
    assert observation in env.observation_space
    dice = np.random.default_rng(1)
    for _ in range(8):
        action = chosen(dice, env.action_space, info["admissible_commands"])
        observation, _, terminated, truncated, info = env.step(action)
        assert observation in env.observation_space
        if terminated or truncated:
            break


def test_a_rule_that_asks_refuses_a_vector_that_forgets() -> None:
    envs = SyncVectorEnv(
        [lambda: gym.make(HOUSEHOLD, **base(""))], autoreset_mode=AutoresetMode.SAME_STEP
    )
    with pytest.raises(ValueError, match="SAME_STEP has forgotten the last state"):
        vector.CaptionObservation(envs, "oracle")


def test_two_of_a_kind_do_not_draw_alike() -> None:
    env = gym.make(HOUSEHOLD, **base(""))
    lower = wrappers.ImageCropNoise(env, 0.5)
    upper = wrappers.ImageCropNoise(lower, 0.5)
    for wrapper in (lower, upper):
        wrapper.reset(seed=1)
    draws = [w._site.generators[0].random() for w in (lower, upper)]
    assert draws[0] != draws[1]


@pytest.mark.slow
def test_works_over_asynchronous_vectors() -> None:
    one = [lambda: gym.make(HOUSEHOLD, **base(""))] * 2
    results = []
    for envs in (AsyncVectorEnv(one, shared_memory=False), SyncVectorEnv(one)):
        wrapped: Any = vector.CaptionObservation(
            vector.TextTokenNoise(envs, 0.4), "oracle", key="c"
        )
        results.append([wrapped.reset(seed=5), wrapped.step(("look", "inventory"))])
        wrapped.close()
    assert same(*results)


@pytest.mark.slow
def test_refuses_shared_memory_that_does_not_pass_texts_on() -> None:
    envs = AsyncVectorEnv([lambda: gym.make(HOUSEHOLD, **base(""))])
    with pytest.raises(ValueError, match="shared_memory=False"):
        vector.TextTokenNoise(envs, 0.1)
    vector.ImageCropNoise(envs, 0.1).close()


def test_a_vector_gives_its_slots_their_own_options() -> None:
    one = wrappers.PromptObservation(gym.make(HOUSEHOLD, **base("")))
    one.reset(seed=0)
    one.step("look")
    snapshot = one.unwrapped.snapshot()
    envs = vector.PromptObservation(gym.make_vec(HOUSEHOLD, num_envs=2, **base("")))
    envs.reset(seed=4)
    seen = envs.reset(options={"snapshot": [snapshot, None]})[0]["prompt"]
    assert seen[0] == one.reset(options={"snapshot": snapshot})[0]["prompt"]
    prompts = envs.step(("inventory", "inventory"))[0]["prompt"]
    assert ["1 of 2 steps" in prompts[0], "1 of 1 steps" in prompts[1]] == [True, True]


@pytest.mark.parametrize("goals", [GOALS[TABLETOP], [GOALS[TABLETOP][:1], GOALS[TABLETOP][1:]]])
def test_subgoals_of_a_vector_are_one_list_or_one_a_slot(goals: list[Any]) -> None:
    envs = vector.SubgoalReward(gym.make_vec(TABLETOP, num_envs=2, **base("")), "oracle")
    envs.reset(seed=0, options={"subgoals": goals})
    rewards = envs.step(("pick up the red block",) * 2)[1]
    assert rewards.tolist() == ([1, 1] if isinstance(goals[0], str) else [1, 0])
