"""The adapters of TorchRL, Tianshou and CleanRL: what they show, and that one can train on it."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import DependencyNotInstalled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossworld import wrappers
from crossworld.wrappers import vector
from crossworld.wrappers.adapters import to_cleanrl, to_tianshou, to_torchrl
from crossworld.wrappers.adapters.base import AdapterError

HOUSEHOLD, TABLETOP = "crossworld/Household-v0", "crossworld/TabletopStack-v0"
BOTH = ("image", "mission")
TOKENS, LIMIT = 12, 5
MADE: dict[str, dict[str, Any]] = {
    HOUSEHOLD: {"image_size": 64, "max_episode_steps": LIMIT, "num_tasks": 6},
    TABLETOP: {"image_size": 64, "max_episode_steps": LIMIT, "physics": "analytic"},
}
COMMANDS = ["look", "pick up the red block", "put it on the blue block"]
ADAPTERS: dict[str, Any] = {"torchrl": to_torchrl, "tianshou": to_tianshou, "cleanrl": to_cleanrl}
NEEDS = {"torchrl": "torchrl", "tianshou": "tianshou", "cleanrl": "gymnasium"}

pytestmark = [
    # TorchRL deprecates what its own modules do while they are imported.
    pytest.mark.filterwarnings("ignore:Creating .* which inherits from WeightUpdaterBase"),
]


def adapter(name: str) -> Any:
    pytest.importorskip(NEEDS[name])
    return ADAPTERS[name]


@pytest.fixture
def torch() -> Iterator[Any]:
    """Return PyTorch with one thread: the networks are small, more would wait for each other."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield torch
    torch.set_num_threads(before)


class Scalars:
    """Plain environments, wrapped by hand: what the adapters must agree with."""

    def __init__(self, env_id: str, keys: Sequence[str], count: int, seed: int) -> None:
        made = {"action_mode": "discrete", "modalities": keys, **MADE[env_id]}
        self.envs = [gym.make(env_id, **made) for _ in range(count)]
        texts = [key for key in keys if key in ("mission", "text")]
        if texts:
            self.envs = [wrappers.TokenizeText(env, texts, max_tokens=TOKENS) for env in self.envs]
        began = [env.reset(seed=seed + i) for i, env in enumerate(self.envs)]
        self.seen = [first for first, _ in began]
        self.masks = [info["action_mask"] for _, info in began]
        self.lasts: dict[int, Any] = {}

    def step(self, actions: Sequence[int]) -> tuple[list[float], list[bool], list[bool]]:
        """Act in all, and begin anew where an episode has ended."""
        self.lasts, rewards, ends, solved = {}, [], [], []
        for i, (env, action) in enumerate(zip(self.envs, actions, strict=True)):
            self.seen[i], reward, terminated, truncated, info = env.step(action)
            rewards.append(float(reward))
            ends.append(terminated or truncated)
            solved.append(info["success"])
            if ends[-1]:
                self.lasts[i] = self.seen[i]
                self.seen[i], info = env.reset()
            self.masks[i] = info["action_mask"]
        return rewards, ends, solved

    def drawn(self, dice: np.random.Generator) -> list[int]:
        """Return an action per environment, one in five of them impossible."""
        wild = dice.random(len(self.envs)) < 0.2
        return [
            int(dice.integers(len(mask) if w else mask.sum()))
            for w, mask in zip(wild, self.masks, strict=True)
        ]


def agree(ours: Any, theirs: Any) -> None:
    """Check that observations are equal, whatever holds the arrays."""
    assert set(ours.keys()) == set(theirs)
    for key, value in theirs.items():
        assert np.array_equal(np.asarray(ours[key]), value), key
        assert np.asarray(ours[key]).dtype == value.dtype


def games(test: Any) -> Any:
    """Draw a world, a number of environments, keys and a seed."""
    drawn = given(
        env_id=st.sampled_from([HOUSEHOLD, TABLETOP]),
        count=st.integers(1, 3),
        keys=st.sampled_from([BOTH, ("text",), ("mission", "segmentation")]),
        seed=st.integers(0, 2**31),
    )
    chosen = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
    return chosen(drawn(test))


@games
def test_torchrl_shows_what_plain_environments_show(
    torch: Any, env_id: str, count: int, keys: tuple[str, ...], seed: int
) -> None:
    make = adapter("torchrl")
    env = make(env_id, count, keys=keys, max_tokens=TOKENS, seed=seed, **MADE[env_id])
    plain = Scalars(env_id, keys, count, seed)
    dice, now = np.random.default_rng(seed), env.reset()
    for _ in range(2 * LIMIT + 2):
        rows = now.unsqueeze(0) if count == 1 else now
        for i in range(count):
            agree(rows[i].select(*keys), plain.seen[i])
            assert rows["action_mask"].dtype == torch.bool
            assert np.array_equal(rows["action_mask"][i], plain.masks[i].astype(bool))
        actions = plain.drawn(dice)
        rewards, ends, solved = plain.step(actions)
        now["action"] = torch.tensor(actions if count > 1 else actions[0])
        stepped, now = env.step_and_maybe_reset(now)
        after = stepped["next"]
        for i, last in plain.lasts.items():
            agree((after[i] if count > 1 else after).select(*keys), last)
        assert after["reward"].flatten().tolist() == rewards
        assert after["done"].flatten().tolist() == ends
        assert after["success"].flatten().tolist() == solved


@games
def test_tianshou_shows_what_plain_environments_show(
    env_id: str, count: int, keys: tuple[str, ...], seed: int
) -> None:
    make = adapter("tianshou")
    envs = make(env_id, count, keys=keys, max_tokens=TOKENS, seed=seed, **MADE[env_id])
    plain = Scalars(env_id, keys, count, seed)
    dice = np.random.default_rng(seed)
    shown = list(envs.reset()[0])
    for _ in range(2 * LIMIT + 2):
        for one, seen, mask in zip(shown, plain.seen, plain.masks, strict=True):
            agree(one["obs"], seen)
            assert one["mask"].dtype == np.bool_
            assert np.array_equal(one["mask"], mask.astype(bool))
            assert one in envs.observation_space[0]
        actions = plain.drawn(dice)
        rewards, ends, solved = plain.step(actions)
        after, paid, terminated, truncated, infos = envs.step(np.array(actions))
        assert paid.tolist() == rewards
        assert (terminated | truncated).tolist() == ends
        assert [info["success"] for info in infos] == solved
        shown = list(after)
        for i, last in plain.lasts.items():
            agree(shown[i]["obs"], last)
            shown[i] = envs.reset([i])[0][0]


@games
def test_cleanrl_shows_what_plain_environments_show(
    env_id: str, count: int, keys: tuple[str, ...], seed: int
) -> None:
    envs = to_cleanrl(env_id, count, keys=keys, max_tokens=TOKENS, seed=seed, **MADE[env_id])
    plain = Scalars(env_id, keys, count, seed)
    dice = np.random.default_rng(seed)
    below = gym.spaces.Dict({key: plain.envs[0].observation_space[key] for key in keys})  # type: ignore[index]

    def flat(seen: Any) -> Any:
        return np.asarray(gym.spaces.flatten(below, seen), np.float32)

    assert list(envs.layout) == list(below)
    paid, played = np.zeros(count), np.zeros(count, int)
    shown, infos = envs.reset()
    for _ in range(3 * LIMIT + 2):
        assert shown in envs.observation_space
        assert shown.dtype == np.float32
        for i, seen in enumerate(plain.seen):
            assert np.array_equal(shown[i], flat(seen))
            assert np.array_equal(infos["action_mask"][i], plain.masks[i])
            for key, (columns, shape) in envs.layout.items():
                assert np.array_equal(
                    shown[i][columns].reshape(shape), seen[key].astype(np.float32)
                )
        actions = plain.drawn(dice)
        rewards, ends, solved = plain.step(actions)
        shown, got, terminated, truncated, infos = envs.step(np.array(actions))
        assert got.tolist() == rewards
        assert (terminated | truncated).tolist() == ends
        paid, played = paid + rewards, played + 1
        assert ("episode" in infos) == any(ends)
        for i, last in plain.lasts.items():
            assert np.array_equal(infos["final_obs"][i], flat(last))
            assert infos["final_info"]["success"][i] == solved[i]
            assert infos["_episode"][i]
            assert infos["episode"]["r"][i] == paid[i]
            assert infos["episode"]["l"][i] == played[i]
            paid[i] = played[i] = 0


@pytest.mark.parametrize("env_id", [HOUSEHOLD, TABLETOP])
def test_cleanrl_shows_one_image_as_it_is(env_id: str) -> None:
    first = to_cleanrl(env_id, 2, **MADE[env_id])
    last = to_cleanrl(env_id, 2, channels_first=False, **MADE[env_id])
    assert first.single_observation_space == gym.spaces.Box(0, 255, (3, 64, 64), np.uint8)
    assert last.single_observation_space == gym.spaces.Box(0, 255, (64, 64, 3), np.uint8)
    assert isinstance(first.single_action_space, gym.spaces.Discrete)
    ours, _ = first.reset(seed=3)
    theirs, _ = last.reset(seed=3)
    for _ in range(LIMIT):
        assert ours in first.observation_space
        assert theirs in last.observation_space
        assert np.array_equal(ours.transpose(0, 2, 3, 1), theirs)
        ours, *_, infos = first.step(np.zeros(2, int))
        theirs, *_, others = last.step(np.zeros(2, int))
    assert np.array_equal(infos["final_obs"][0].transpose(1, 2, 0), others["final_obs"][0])


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("env_id", [HOUSEHOLD, TABLETOP])
def test_torchrl_finds_its_specs_true_and_draws_possible_actions(env_id: str, count: int) -> None:
    env = adapter("torchrl")(env_id, count, **MADE[env_id])
    pytest.importorskip("torchrl.envs.utils").check_env_specs(env)
    played = env.rollout(2 * LIMIT, break_when_any_done=False)
    assert played["action_mask"].gather(-1, played["action"].unsqueeze(-1)).all()
    assert played["next", "done"].any()


def test_torchrl_draws_possible_actions_where_only_some_environments_begin_anew() -> None:
    make = adapter("torchrl")
    pytest.importorskip("torch").manual_seed(0)
    env = make(TABLETOP, 4, keys="mission", seed=0, **MADE[TABLETOP])
    played = env.rollout(60, break_when_any_done=False)
    ended = played["next", "done"].squeeze(-1)
    assert (ended.any(0) & ~ended.all(0)).any()
    assert played["action_mask"].gather(-1, played["action"].unsqueeze(-1)).all()


def test_torchrl_takes_actions_in_numbers() -> None:
    env = adapter("torchrl")(TABLETOP, keys="state", action_mode="point", physics="analytic")
    pytest.importorskip("torchrl.envs.utils").check_env_specs(env)
    assert env.action_spec.shape == (3,)
    assert "action_mask" not in env.observation_spec.keys()  # noqa: SIM118  # not a dict


@pytest.mark.parametrize("name", ["tianshou", "cleanrl"])
def test_actions_in_numbers_pass(name: str) -> None:
    envs = adapter(name)(TABLETOP, 2, keys="state", action_mode="point", physics="analytic")
    shown, _ = envs.reset()
    assert shown.shape == (2, 43)
    assert envs.step(np.zeros((2, 3), np.float32))[0].shape == (2, 43)


def test_tianshou_shows_one_key_alone_and_goes_without_masks() -> None:
    make, arguments = adapter("tianshou"), MADE[TABLETOP]
    masked, bare = (
        make(TABLETOP, 2, keys="image", mask=m, seed=1, **arguments) for m in (True, False)
    )
    one, other = masked.reset()[0], bare.reset()[0]
    assert np.array_equal(one[0]["obs"], other[0])
    assert bare.observation_space[0].shape == other[0].shape == (64, 64, 3)
    assert len(masked.get_env_attr("tasks")) == 2


def test_tianshou_seeds_the_next_reset() -> None:
    envs = adapter("tianshou")(HOUSEHOLD, 2, keys="image", mask=False, **MADE[HOUSEHOLD])
    envs.seed(7)
    shown = envs.reset()[0]
    plain = Scalars(HOUSEHOLD, ("image",), 2, 7)
    for one, seen in zip(shown, plain.seen, strict=True):
        assert np.array_equal(one, seen["image"])


@pytest.mark.parametrize("name", ADAPTERS)
def test_wrappers_go_around_first(name: str) -> None:
    kind: Any = vector if name == "cleanrl" else wrappers
    envs = adapter(name)(
        TABLETOP,
        2,
        keys="mission",
        action_mode="text",
        wrap=lambda env: kind.DiscretizeTextAction(env, COMMANDS),
    )
    spaces = {
        "torchrl": lambda: envs.full_action_spec["action"].space.n,
        "tianshou": lambda: envs.action_space[0].n,
        "cleanrl": lambda: envs.single_action_space.n,
    }
    assert spaces[name]() == len(COMMANDS)


@pytest.mark.parametrize("name", ADAPTERS)
def test_errors_say_what_to_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make = adapter(name)
    with pytest.raises(AdapterError, match="DiscretizeTextAction"):
        make(TABLETOP, 1, action_mode="text")
    with pytest.raises(AdapterError, match="crossworld/Household-v0"):
        make("crossworld/Nowhere-v0")
    with pytest.raises(ValueError, match="num_envs"):
        make(TABLETOP, 0)
    if name != "cleanrl":
        monkeypatch.setitem(sys.modules, f"{name}.env" + "s" * (name == "torchrl"), None)
        with pytest.raises(DependencyNotInstalled, match="pip install"):
            make(TABLETOP, 1)


def reader(outputs: int) -> Any:
    """Return a small network from images (..., 64, 64, 3) and missions (..., 12) to (..., n)."""
    torch = pytest.importorskip("torch")

    class Reader(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.words = torch.nn.Embedding(512, 16)
            self.out = torch.nn.Linear(8 * 8 * 3 + 16, outputs)

        def forward(self, image: Any, mission: Any) -> Any:
            thin = image[..., ::8, ::8, :].flatten(-3) / 255.0
            return self.out(torch.cat([thin, self.words(mission.long()).mean(-2)], -1))

    return Reader()


def weights(*modules: Any) -> list[Any]:
    return [weight.detach().clone() for module in modules for weight in module.parameters()]


def moved(before: list[Any], *modules: Any) -> bool:
    return all(
        not np.array_equal(one, other) and bool(other.isfinite().all())
        for one, other in zip(before, weights(*modules), strict=True)
    )


@pytest.mark.slow
def test_torchrl_trains_ppo_with_masks(torch: Any) -> None:
    make = adapter("torchrl")
    collectors = pytest.importorskip("torchrl.collectors")
    modules = pytest.importorskip("torchrl.modules")
    objectives = pytest.importorskip("torchrl.objectives")
    module = pytest.importorskip("tensordict.nn").TensorDictModule
    torch.manual_seed(0)
    env = make(TABLETOP, 4, max_tokens=TOKENS, seed=0, **MADE[TABLETOP])
    net, judge = reader(256), reader(1)
    actor = modules.ProbabilisticActor(
        module(net, list(BOTH), ["logits"]),
        in_keys={"logits": "logits", "mask": "action_mask"},
        distribution_class=modules.MaskedCategorical,
        return_log_prob=True,
    )
    value = modules.ValueOperator(judge, list(BOTH))
    loss_of = objectives.ClipPPOLoss(actor, value)
    advantage = pytest.importorskip("torchrl.objectives.value").GAE(
        gamma=0.9, lmbda=0.9, value_network=value
    )
    optimizer = torch.optim.Adam(loss_of.parameters(), 1e-3)
    before = weights(net, judge)
    collector = collectors.Collector(
        env, actor, frames_per_batch=128, total_frames=384, auto_register_policy_transforms=True
    )
    for batch in collector:
        assert batch["action_mask"].gather(-1, batch["action"].unsqueeze(-1)).all()
        assert batch["next", "done"].any()
        advantage(batch)
        for _ in range(2):
            losses = loss_of(batch)
            loss = losses["loss_objective"] + losses["loss_critic"] + losses["loss_entropy"]
            assert loss.isfinite()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    collector.shutdown()
    assert moved(before, net, judge)


@pytest.mark.slow
def test_tianshou_trains_dqn_with_masks(torch: Any) -> None:
    make = adapter("tianshou")
    dqn = pytest.importorskip("tianshou.algorithm.modelfree.dqn")
    data, trainer = pytest.importorskip("tianshou.data"), pytest.importorskip("tianshou.trainer")
    adam = pytest.importorskip("tianshou.algorithm.optim").AdamOptimizerFactory
    torch.manual_seed(0)
    envs = make(TABLETOP, 4, max_tokens=TOKENS, seed=0, **MADE[TABLETOP])
    net = reader(256)

    class Values(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, obs: Any, state: Any = None, info: Any = None) -> tuple[Any, Any]:
            return self.net(torch.as_tensor(obs.image), torch.as_tensor(obs.mission)), state

    policy = dqn.DiscreteQLearningPolicy(
        model=Values(), action_space=envs.action_space[0], eps_training=0.5
    )
    algorithm = dqn.DQN(policy=policy, optim=adam(lr=1e-3), gamma=0.9, target_update_freq=20)
    buffer = data.VectorReplayBuffer(1000, len(envs))
    before, losses = weights(net), []
    params = trainer.OffPolicyTrainerParams(
        training_collector=data.Collector(algorithm, envs, buffer, exploration_noise=True),
        max_epochs=1,
        epoch_num_steps=320,
        collection_step_num_env_steps=32,
        batch_size=32,
        update_step_num_gradient_steps_per_sample=0.2,
        show_progress=False,
    )
    update = algorithm.update

    def watched(*args: Any, **kwargs: Any) -> Any:
        losses.append(update(*args, **kwargs))
        return losses[-1]

    algorithm.update = watched
    algorithm.run_training(params)
    played = buffer[:]
    assert len(played) == 320
    assert played.obs.mask[np.arange(320), played.act].all()
    assert played.info.action_valid.all()
    assert len(losses) > 20
    assert all(np.isfinite(stats.loss) for stats in losses)
    assert moved(before, net)


@pytest.mark.slow
def test_a_loop_in_the_manner_of_cleanrl_trains_with_masks(torch: Any) -> None:
    torch.manual_seed(0)
    envs: Any = to_cleanrl(TABLETOP, 8, keys=BOTH, max_tokens=TOKENS, **MADE[TABLETOP])
    net, judge = reader(256), reader(1)
    optimizer = torch.optim.Adam([*net.parameters(), *judge.parameters()], 1e-3)
    before = weights(net, judge)
    (image, shape), (mission, _) = envs.layout["image"], envs.layout["mission"]
    obs, infos = envs.reset(seed=0)
    episodes = 0
    for _ in range(8):
        losses = []
        for _ in range(LIMIT):
            seen = torch.tensor(obs)
            parts = seen[:, image].unflatten(1, shape), seen[:, mission]
            masks = torch.tensor(infos["action_mask"])
            policy = torch.distributions.Categorical(
                logits=net(*parts).masked_fill(masks == 0, -1e9)
            )
            actions = policy.sample()
            obs, rewards, _, _, infos = envs.step(actions.numpy())
            assert masks.gather(1, actions[:, None]).all()
            gains = torch.tensor(rewards).float() - judge(*parts).squeeze(-1)
            losses.append(gains.square() - policy.log_prob(actions) * gains.detach())
            episodes += int(infos.get("_episode", np.zeros(1)).sum())
        loss = torch.cat(losses).mean()
        assert loss.isfinite()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert episodes >= 8 * 8
    assert moved(before, net, judge)
