"""Stable-Baselines3's view of the native vectors: the same as over the scalar environments, and it learns."""

import warnings
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sameness import same

pytest.importorskip("stable_baselines3")
pytest.importorskip("sb3_contrib")

from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.evaluation import evaluate_policy as evaluate_masked
from sb3_contrib.common.maskable.utils import get_action_masks, is_masking_supported
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import (
    DummyVecEnv,
    VecCheckNan,
    VecFrameStack,
    VecNormalize,
    VecTransposeImage,
)

from crossworld import wrappers
from crossworld.wrappers import vector
from crossworld.wrappers.adapters.base import AdapterError, array_env
from crossworld.wrappers.adapters.sb3 import to_sb3
from crossworld.wrappers.adapters.vec_env import PairedVecEnv, TokenExtractor

HOUSEHOLD, STACK = "crossworld/Household-v0", "crossworld/TabletopStack-v0"
GRASP = "crossworld/TabletopGrasp-v0"
COMMANDS = {
    HOUSEHOLD: ["go to drawer 1", "go to cabinet 1", "go to shelf 1", "open drawer", "look"],
    STACK: ["look", "pick up the red block", "put it on the blue block", "put it on the table"],
}
SMALL: dict[str, Any] = {"image_size": 36, "max_episode_steps": 5}

Wrap = Callable[[Any, Any, str], Any]

# The same wrappers from either module: of environments, and of vectors.
WRAPS: dict[str, tuple[Wrap | None, dict[str, Any]]] = {
    "plain": (None, {}),
    "noise and progress": (
        lambda module, env, env_id: module.GoalConditionReward(
            module.ImageCropNoise(env, 0.3), 2.0
        ),
        {"modalities": ("image", "text", "mission")},
    ),
    "own commands": (
        lambda module, env, env_id: module.DiscretizeTextAction(env, COMMANDS[env_id]),
        {"action_mode": "text", "modalities": ("image", "text", "mission")},
    ),
}


class Successes(gym.Wrapper[Any, Any, Any, Any]):
    """What the adapter adds to the infos of steps."""

    def step(self, action: Any) -> Any:
        *result, info = self.env.step(action)
        return *result, {**info, "is_success": info["success"]}


def pair(env_id: str, count: int, keys: Any, name: str, **kwargs: Any) -> tuple[Any, Any]:
    """Return our vector, and theirs over the scalar environments."""
    wrap, more = WRAPS[name]
    arguments = {**SMALL, **more, **kwargs}

    def one() -> Any:
        env = array_env(
            env_id,
            keys,
            mask=False,
            max_tokens=12,
            wrap=wrap and (lambda env: wrap(wrappers, env, env_id)),
            arguments=arguments,
        )
        return Monitor(Successes(env))

    ours = to_sb3(
        env_id,
        count,
        keys=keys,
        max_tokens=12,
        wrap=wrap and (lambda envs: wrap(vector, envs, env_id)),
        **arguments,
    )
    return ours, DummyVecEnv([one] * count)


def untimed(infos: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return infos without the time of day."""
    for info in infos:
        if "episode" in info:
            info["episode"] = {key: info["episode"][key] for key in ("r", "l")}
    return infos


def ordered(value: Any) -> Any:
    """Return observations as plain dicts: theirs may be an OrderedDict."""
    return dict(value) if isinstance(value, dict) else value


@pytest.mark.parametrize("env_id", [HOUSEHOLD, STACK])
@pytest.mark.parametrize("name", WRAPS)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**31),
    count=st.integers(1, 3),
    keys=st.sampled_from(["image", "mission", ("image", "mission"), ("text", "image")]),
)
def test_equals_a_dummy_vector_of_environments(
    env_id: str, name: str, seed: int, count: int, keys: Any
) -> None:
    if name == "noise and progress" and keys == "mission":
        keys = "image"
    ours, theirs = pair(env_id, count, keys, name)
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space
    assert ours.seed(seed) == theirs.seed(seed)
    dice = np.random.default_rng(seed)
    assert same(ordered(ours.reset()), ordered(theirs.reset()))
    assert same(ours.reset_infos, theirs.reset_infos)
    infos = ours.reset_infos
    for step in range(13):
        for envs in (ours, theirs):
            assert envs.env_method("admissible_commands") == ours.env_method("admissible_commands")
        actions = np.array(
            [
                dice.choice(np.flatnonzero(mask)) if mask.any() and dice.random() < 0.8
                else dice.integers(len(mask))
                for mask in get_action_masks(ours)
            ]
        )  # fmt: skip
        our, their = ours.step(actions), theirs.step(actions)
        assert same(ordered(our[0]), ordered(their[0]))
        assert same(our[1:3], their[1:3])
        infos = untimed(our[3])
        assert same(infos, untimed(their[3]))
        assert same(ours.reset_infos, theirs.reset_infos)
        assert all(
            ("terminal_observation" in info) == done
            for info, done in zip(infos, our[2], strict=True)
        )
        present = [
            fresh if done else info
            for fresh, done, info in zip(ours.reset_infos, our[2], infos, strict=True)
        ]
        shown = np.stack([info["action_mask"] for info in present]).astype(bool)
        assert np.array_equal(get_action_masks(ours), shown)
        if step == 8:
            assert same(ordered(ours.reset()), ordered(theirs.reset()))
    ours.close()
    theirs.close()


@pytest.mark.parametrize("mode", ["point", "pick_place"])
def test_numbers_as_actions_pass(mode: str) -> None:
    ours, theirs = pair(GRASP, 2, ("state",), "plain", action_mode=mode, physics="analytic")
    for envs in (ours, theirs):
        envs.seed(4)
        envs.reset()
    dice = np.random.default_rng(4)
    assert not is_masking_supported(ours)
    for _ in range(12):
        actions = dice.uniform(-1, 1, (2, *ours.action_space.shape)).astype(np.float32)
        our, their = ours.step(actions), theirs.step(actions)
        assert same([ordered(our[0]), *our[1:3]], [ordered(their[0]), *their[1:3]])
        assert same(untimed(our[3]), untimed(their[3]))


def test_success_is_counted_and_not_the_step_limit() -> None:
    envs = to_sb3(HOUSEHOLD, 1, keys="image", num_tasks=1, image_size=36, expert="planner", seed=0)
    envs.reset()
    info = envs.reset_infos[0]
    done = False
    while not done:
        action = info["admissible_commands"].index(info["expert_action"])
        _, rewards, (done,), (info,) = envs.step(np.array([action]))
    assert (rewards[0], info["is_success"], info["TimeLimit.truncated"]) == (1.0, True, False)
    assert (info["episode"]["r"], info["episode"]["l"]) == (1.0, 5)
    assert envs.reset_infos[0]["success"] is False


def test_options_and_seeds_count_once() -> None:
    envs = to_sb3(HOUSEHOLD, 2, keys="image", image_size=36)
    envs.set_options([{"task_id": "train/3"}, {}])
    envs.seed(5)
    envs.reset()
    first = [info["task_id"] for info in envs.reset_infos]
    plain = gym.make(HOUSEHOLD, modalities=("mission",))
    assert first == ["train/3", plain.reset(seed=6)[1]["task_id"]]
    envs.reset()
    assert "train/3" not in [info["task_id"] for info in envs.reset_infos]
    envs.set_options({"task_id": "train/8"})
    envs.reset()
    assert {info["task_id"] for info in envs.reset_infos} == {"train/8"}
    envs.set_options({"tasks": "train/8"})
    with pytest.raises(ValueError, match="unknown option"):
        envs.reset()


def test_seed_of_the_function_is_the_first_resets() -> None:
    one, other = (to_sb3(HOUSEHOLD, 2, keys="image", image_size=36, seed=9) for _ in range(2))
    assert np.array_equal(one.reset(), other.reset())
    assert one.get_attr("np_random_seed") == [9, 10]


def test_slots_answer_what_environments_answer() -> None:
    ours, theirs = pair(HOUSEHOLD, 3, ("image", "mission"), "plain", render_mode="rgb_array")
    with pytest.raises(ResetNeeded):
        ours.env_method("facts")
    for envs in (ours, theirs):
        envs.seed(2)
        envs.reset()
    for name in ("facts", "true_statements", "snapshot", "vocabulary", "expert_action"):
        for indices in (None, 1, [0, 2]):
            assert ours.env_method(name, indices=indices) == theirs.env_method(
                name, indices=indices
            )
    assert ours.env_method("tasks", "train", 3, 2) == theirs.env_method("tasks", "train", 3, 2)
    statement = ours.env_method("true_statements", indices=0)[0][0]
    assert ours.env_method("holds", statement, indices=0) == [True]
    for name in ("split", "np_random_seed", "observation_space", "action_space", "render_mode"):
        assert ours.get_attr(name) == theirs.get_attr(name)
    assert same(ours.get_attr("np_random")[1].random(), theirs.get_attr("np_random")[1].random())
    assert ours.has_attr("facts")
    assert not ours.has_attr("secrets")
    assert not ours.has_attr("_worlds")
    with pytest.raises(AttributeError, match="slots have no attributes"):
        ours.set_attr("split", "train")


def test_shows_what_people_see() -> None:
    # The vector's step limit is on the picture, the scalar environment's is Gymnasium's own affair.
    ours, theirs = pair(
        HOUSEHOLD, 3, "image", "plain", render_mode="rgb_array", max_episode_steps=-1
    )
    for envs in (ours, theirs):
        envs.seed(2)
        envs.reset()
    assert same(list(ours.get_images()), list(theirs.get_images()))
    assert same(ours.render(), theirs.render())
    assert same(ours.env_method("render", indices=1), theirs.env_method("render", indices=1))
    blind = to_sb3(HOUSEHOLD, 2, keys="image", image_size=36, seed=0)
    with pytest.warns(UserWarning, match="render_mode='rgb_array'"):
        assert blind.get_images() == [None, None]


def test_says_how_it_is_wrapped() -> None:
    envs = to_sb3(HOUSEHOLD, 2, keys="image", wrap=vector.GoalConditionReward)
    assert envs.env_is_wrapped(Monitor) == [True, True]
    assert envs.env_is_wrapped(wrappers.GoalConditionReward, indices=0) == [True]
    assert envs.env_is_wrapped(vector.GoalConditionReward, indices=[0]) == [True]
    assert envs.env_is_wrapped(wrappers.InvalidActionPenalty) == [False, False]


def test_works_below_the_librarys_own_wrappers() -> None:
    envs = to_sb3(HOUSEHOLD, 2, keys="image", image_size=36, seed=3)
    wrapped = VecNormalize(VecTransposeImage(VecFrameStack(VecCheckNan(envs), 2)), norm_obs=False)
    assert wrapped.reset().shape == (2, 6, 36, 36)
    assert is_masking_supported(wrapped)
    assert np.array_equal(get_action_masks(wrapped), get_action_masks(envs))
    assert get_action_masks(wrapped).dtype == np.bool_
    for _ in range(60):
        masks = get_action_masks(wrapped)
        _, _, dones, infos = wrapped.step(masks.argmax(1))
        for done, info in zip(dones, infos, strict=True):
            assert not done or info["terminal_observation"].shape == (6, 36, 36)


@pytest.mark.parametrize(
    ("env_id", "arguments", "error", "message"),
    [
        (
            "crossworld/Houshold-v0",
            {},
            AdapterError,
            "is no id of crossworld; it has .*crossworld/Household-v0",
        ),
        ("CartPole-v1", {}, AdapterError, "is no id of crossworld"),
        (HOUSEHOLD, {"action_mode": "text"}, AdapterError, "are text.*DiscretizeTextAction"),
        (HOUSEHOLD, {"image_size": 35}, AdapterError, "35 x 35 pixels.*36 or more"),
        (HOUSEHOLD, {"keys": ("image", "smell")}, ValueError, "smell"),
        (HOUSEHOLD, {"num_envs": 0}, ValueError, "at least one"),
    ],
)
def test_says_what_is_wrong(
    env_id: str, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        to_sb3(env_id, **arguments)


def test_takes_native_vectors_that_begin_anew_in_the_same_step() -> None:
    with pytest.raises(ValueError, match=r"NEXT_STEP.*SAME_STEP"):
        PairedVecEnv(gym.make_vec(HOUSEHOLD, num_envs=1, modalities=("image",)))
    with pytest.raises(ValueError, match="SyncVectorEnv is no native vector"):
        PairedVecEnv(gym.vector.SyncVectorEnv([lambda: gym.make(HOUSEHOLD)]))


def test_masks_need_an_episode() -> None:
    envs = to_sb3(HOUSEHOLD, 1, keys="image")
    assert is_masking_supported(envs)
    with pytest.raises(ResetNeeded, match="call reset"):
        get_action_masks(envs)


class Watch(BaseCallback):
    """Notes which actions were possible."""

    def __init__(self) -> None:
        super().__init__()
        self.valid: list[bool] = []

    def _on_step(self) -> bool:
        self.valid.extend(info["action_valid"] for info in self.locals["infos"])
        return True


def trained(model: Any, steps: int) -> Watch:
    """Train, and check that it moved and stayed finite."""
    import torch

    torch.set_num_threads(1)  # more would wait for each other where tests run side by side
    before = [weight.detach().clone() for weight in model.policy.parameters()]
    watch = Watch()
    with warnings.catch_warnings():
        # Of the library: it is still written for an older torch or NumPy.
        warnings.simplefilter("ignore", DeprecationWarning)
        model.learn(steps, callback=watch)
    assert np.isfinite(model.logger.name_to_value["train/loss"])
    after = list(model.policy.parameters())
    assert any((old != new).any() for old, new in zip(before, after, strict=True))
    assert all(weight.isfinite().all() for weight in after)
    assert model.ep_info_buffer
    assert model.ep_success_buffer
    return watch


@pytest.mark.slow
@pytest.mark.parametrize("extractor", [None, TokenExtractor])
def test_ppo_trains_on_image_and_mission(extractor: Any) -> None:
    envs = to_sb3(STACK, 4, image_size=36, max_tokens=16, seed=0, physics="analytic")
    more = {"features_extractor_class": extractor} if extractor else {}
    model = PPO(
        "MultiInputPolicy", envs, n_steps=32, batch_size=64, n_epochs=2, seed=0, device="cpu",
        policy_kwargs=more,
    )  # fmt: skip
    trained(model, 256)
    mean, _ = evaluate_policy(model, envs, n_eval_episodes=4)
    assert 0.0 <= mean <= 1.0


@pytest.mark.slow
def test_maskable_ppo_never_does_what_is_not_possible() -> None:
    envs = to_sb3(HOUSEHOLD, 4, keys="image", image_size=36, seed=0)
    model = MaskablePPO(
        "CnnPolicy", envs, n_steps=32, batch_size=64, n_epochs=2, seed=0, device="cpu"
    )
    watch = trained(model, 256)
    assert len(watch.valid) == 256
    assert all(watch.valid)
    mean, _ = evaluate_masked(model, envs, n_eval_episodes=4)
    assert 0.0 <= mean <= 1.0


def test_words_and_their_order_are_told_apart() -> None:
    import torch

    spaces = {
        "image": gym.spaces.Box(0, 255, (3, 36, 36), np.uint8),
        "mission": gym.spaces.Box(0, 20, (6,), np.int32),
        "state": gym.spaces.Box(-1, 1, (2, 3), np.float32),
    }
    torch.manual_seed(0)
    extractor = TokenExtractor(gym.spaces.Dict(spaces), image_features=8, text_features=4)

    def features(*ids: int) -> Any:
        padded = [*ids, *[0] * (6 - len(ids))]
        return extractor(
            {
                "image": torch.zeros(1, 3, 36, 36),
                "mission": torch.tensor([padded]).float(),
                "state": torch.zeros(1, 2, 3),
            }
        )

    assert features(1, 2, 3).shape == (1, 8 + 4 + 6)
    assert not torch.allclose(features(3, 2, 1), features(1, 2, 3))
    assert torch.isfinite(features()).all()
