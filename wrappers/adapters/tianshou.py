"""`to_tianshou`: Tianshou."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np

from crossworld.wrappers.adapters.base import (
    MASK,
    Keys,
    WrapOne,
    array_env,
    check_actions,
    known,
    needed,
)

TOLD = ("task_id", "task_type", "success", "goal_conditions", "action_valid", "ticks")
"""Info keys that are passed on. Tianshou's buffers stack infos, which lists of any length cannot be."""


def to_tianshou(
    env: str,
    num_envs: int = 8,
    *,
    keys: Keys = ("image", "mission"),
    max_tokens: int = 64,
    mask: bool = True,
    seed: int | None = None,
    wrap: WrapOne | None = None,
    **kwargs: Any,
) -> Any:
    """Return a `DummyVectorEnv` of Tianshou 2.

    Observations are arrays: images uint8 (S, S, 3), texts int32 (max_tokens,), ids of words, 0 pads.
    With a mask they are `{"obs": ..., "mask": bool (n,)}`, the form that Tianshou documents for
    `DiscreteQLearningPolicy.forward`. In Tianshou 2.0.1 these honour it by themselves:

    * `DQN`, `QRDQN`, `C51`, `RainbowDQN`, `IQN` and `FQF`: greedy actions and those of epsilon. `DQN`
      takes the maximum of its targets over all actions if `is_double=False`, and so does not there;
    * `BDQN` for epsilon alone, and `MARLRandomDiscreteMaskedOffPolicyAlgorithm`.

    Others (`PPO`, `A2C`, `Reinforce`, `DiscreteSAC`, ...) pass the whole observation to the actor: its
    network must put the mask into the logits itself, and read `obs.obs`. `Collector.collect(random=True)`
    ignores masks everywhere.

    Infos are `task_id`, `task_type`, `success`, `goal_conditions`, `action_valid`, `ticks`. `envs.action_space[0]` and
    `envs.observation_space[0]` are what policies are made with; `envs.get_env_attr("tasks")` and its
    like reach the environment.

    Args:
        env: an id of crossworld, such as "crossworld/Household-v0".
        num_envs: number of environments.
        keys: what is observed. One key: its array. Several: a dict of arrays, `Batch` to networks.
        max_tokens: length that texts are padded or cut to, words.
        mask: whether discrete actions are masked. Actions in numbers never are.
        seed: of the first reset: environment i gets `seed + i`. None for any. (`envs.seed(s)` does the
            same for the reset that follows it.)
        wrap: puts wrappers around each environment, before texts become ids and keys are chosen.
        **kwargs: of `gym.make`, such as `image_size`, `split`, `num_tasks`.

    Raises:
        DependencyNotInstalled: Tianshou is not installed.
        AdapterError: there is no such id, or actions are text.
        ValueError: an argument is out of range, or a key is not there.

    Example:
        >>> from crossworld.wrappers.adapters.tianshou import to_tianshou
        >>> envs = to_tianshou("crossworld/Household-v0", 2, keys="image", image_size=64)
        >>> envs.reset()[0][0]["obs"].shape
        (64, 64, 3)
    """
    library = needed("tianshou.env", "tianshou")
    if num_envs < 1:
        raise ValueError(f"to_tianshou: num_envs={num_envs!r}; give at least 1.")
    known(env, "to_tianshou")
    made = partial(_one, env, keys, max_tokens, mask, wrap, kwargs)
    envs = library.DummyVectorEnv([made] * num_envs)
    if seed is not None:
        envs.seed(seed)
    return envs


def _one(
    env: str,
    keys: Keys,
    max_tokens: int,
    mask: bool,
    wrap: WrapOne | None,
    arguments: Mapping[str, Any],
) -> "TianshouEnv":
    """Return one environment."""
    chosen = [keys] if isinstance(keys, str) else keys
    made = array_env(env, chosen, mask=mask, max_tokens=max_tokens, wrap=wrap, arguments=arguments)
    check_actions(made.action_space, env, "to_tianshou")
    return TianshouEnv(made, keys if isinstance(keys, str) else None)


class TianshouEnv(gym.Env[Any, Any]):
    """One environment as Tianshou's workers and collectors take it.

    It is no `gym.Wrapper`: workers read spaces from `env.unwrapped`, which must then be this.

    Args:
        env: an environment with a Dict of arrays, `action_mask` among them or not.
        only: the key whose value alone is observed, None for a Dict.
    """

    def __init__(self, env: gym.Env[Any, Any], only: str | None = None) -> None:
        self.env = env
        self._only = only
        self._seed: int | None = None
        spaces = dict(env.observation_space.items())  # type: ignore[attr-defined]
        mask = spaces.pop(MASK, None)
        self._masked = mask is not None
        shown = gym.spaces.Dict(spaces) if only is None else spaces[only]
        if mask is not None:
            masks = gym.spaces.Box(0, 1, mask.shape, np.bool_)  # type: ignore[arg-type]
            shown = gym.spaces.Dict({"obs": shown, "mask": masks})
        self.observation_space = shown
        self.action_space = env.action_space
        self.metadata, self.render_mode, self.spec = env.metadata, env.render_mode, env.spec

    def seed(self, seed: int | None = None) -> list[int | None]:
        """Seed the next reset. Without this, workers would reset at once, and lose a task."""
        self._seed = seed
        return [seed]

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start an episode; see the environment."""
        first, self._seed = self._seed, None
        observation, info = self.env.reset(seed=first if seed is None else seed, options=options)
        return self._shown(observation), {key: info[key] for key in TOLD}

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Carry out one action; see the environment."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        told = {key: info[key] for key in TOLD}
        return self._shown(observation), reward, terminated, truncated, told

    def render(self) -> Any:
        """Return the present moment for people; see the environment."""
        return self.env.render()

    def close(self) -> None:
        """Close the environment."""
        self.env.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "env":
            raise AttributeError(name)
        return self.env.get_wrapper_attr(name)

    def _shown(self, observation: dict[str, Any]) -> Any:
        seen = {key: value for key, value in observation.items() if key != MASK}
        shown = seen if self._only is None else seen[self._only]
        return {"obs": shown, "mask": observation[MASK].astype(np.bool_)} if self._masked else shown
