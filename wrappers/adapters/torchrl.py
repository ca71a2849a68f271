"""`to_torchrl`: TorchRL."""

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

SUCCESS = "success"


def to_torchrl(
    env: str,
    num_envs: int = 1,
    *,
    keys: Keys = ("image", "mission"),
    max_tokens: int = 64,
    mask: bool = True,
    device: Any = "cpu",
    seed: int | None = None,
    wrap: WrapOne | None = None,
    **kwargs: Any,
) -> Any:
    """Return an environment of TorchRL: a `GymWrapper`, or a `SerialEnv` of them.

    Batch size is `[]` for one environment, `[num_envs]` for more. Entries of its TensorDict:

    * each of `keys`: images uint8 (S, S, 3), as TorchRL's `ToTensorImage` takes them; texts int32
      (max_tokens,), ids of words, 0 pads. TorchRL calls the key `state` `observation`;
    * `action_mask`, bool (n,): which actions are possible. The transform `ActionMask` applies it to
      `rand_action`; for a policy give it to the distribution: `ProbabilisticActor(...,
      in_keys={"logits": "logits", "mask": "action_mask"}, distribution_class=MaskedCategorical)`;
    * `success`, bool (1,), of the info: whether the goal holds;
    * `action`, int64 (): discrete actions are `Categorical`, not one-hot, as `MaskedCategorical` draws
      them; actions in numbers are a `Bounded`, float32, and have no mask.

    For processes, `ParallelEnv(8, partial(to_torchrl, env), create_env_kwargs=[{"seed": i} for i in
    range(8)])`; masks are then in the observation alone, and `rand_action` does not know them.

    Args:
        env: an id of crossworld, such as "crossworld/Household-v0".
        num_envs: number of environments.
        keys: what is observed, one key or several; both give entries of these names.
        max_tokens: length that texts are padded or cut to, words.
        mask: whether discrete actions have `action_mask`.
        device: where tensors are put. The environments themselves stay on the CPU.
        seed: of the first reset: environment i gets `seed + i`. None for any. (TorchRL's `set_seed`
            resets too, so that the reset after it draws the second task of the stream.)
        wrap: puts wrappers around each environment, before texts become ids and keys are chosen.
        **kwargs: of `gym.make`, such as `image_size`, `split`, `num_tasks`.

    Raises:
        DependencyNotInstalled: TorchRL is not installed.
        AdapterError: there is no such id, or actions are text.
        ValueError: an argument is out of range, or a key is not there.

    Example:
        >>> from crossworld.wrappers.adapters.torchrl import to_torchrl
        >>> env = to_torchrl("crossworld/Household-v0", keys="image", image_size=64)
        >>> env.reset()["image"].shape
        torch.Size([64, 64, 3])
    """
    envs = needed("torchrl.envs", "torchrl")
    if num_envs < 1:
        raise ValueError(f"to_torchrl: num_envs={num_envs!r}; give at least 1.")
    known(env, "to_torchrl")
    make = partial(_wrapped, env, keys, max_tokens, mask, device, wrap, kwargs)
    seeds = [None if seed is None else seed + i for i in range(num_envs)]
    if num_envs == 1:
        made = make(seeds[0])
    else:
        given = [{"seed": one} for one in seeds]
        made = envs.SerialEnv(num_envs, make, create_env_kwargs=given, device=device)
    if MASK not in made.observation_spec.keys():  # noqa: SIM118  # a Composite is no dict
        return made
    torch = needed("torch", "torch")
    cast = envs.DTypeCastTransform(torch.int8, torch.bool, in_keys=[MASK])
    return envs.TransformedEnv(made, envs.Compose(cast, _action_mask()))


def _action_mask() -> Any:
    """Return TorchRL's `ActionMask`, right where only some environments are reset.

    Its own (0.14) takes the masks of a reset for those of all environments, but a `SerialEnv` fills
    in only those that were reset: the others would draw actions from a mask of long ago.
    """
    torch, envs = needed("torch", "torch"), needed("torchrl.envs", "torchrl")

    class ActionMask(envs.ActionMask):  # type: ignore[misc, name-defined]
        def _reset(self, tensordict: Any, tensordict_reset: Any) -> Any:
            begun, before = tensordict.get("_reset", None), self.action_spec.mask
            if begun is None or before is None:
                return super()._reset(tensordict, tensordict_reset)
            masks = torch.where(begun, tensordict_reset[MASK], before)
            super()._reset(tensordict, tensordict_reset.copy().set(MASK, masks))
            return tensordict_reset

    return ActionMask()


def _wrapped(
    env: str,
    keys: Keys,
    max_tokens: int,
    mask: bool,
    device: Any,
    wrap: WrapOne | None,
    arguments: Mapping[str, Any],
    seed: int | None,
) -> Any:
    """Return one environment as a `GymWrapper`."""
    envs, data = needed("torchrl.envs", "torchrl"), needed("torchrl.data", "torchrl")
    chosen = [keys] if isinstance(keys, str) else keys
    made = array_env(env, chosen, mask=mask, max_tokens=max_tokens, wrap=wrap, arguments=arguments)
    check_actions(made.action_space, env, "to_torchrl")
    wrapped = envs.GymWrapper(
        TorchRLEnv(made, seed), categorical_action_encoding=True, device=device
    )
    told = data.Binary(1, dtype=needed("torch", "torch").bool, device=device)
    spec = data.Composite({SUCCESS: told}, shape=[], device=device)
    return wrapped.set_info_dict_reader(envs.default_info_dict_reader([SUCCESS], spec=spec))


class TorchRLEnv(gym.Wrapper[Any, Any, Any, Any]):
    """What `GymWrapper` is put around: `success` is an array, which is what readers of infos take.

    Args:
        env: an environment with a Dict of arrays.
        seed: of the first reset, None for any.
    """

    def __init__(self, env: gym.Env[Any, Any], seed: int | None = None) -> None:
        super().__init__(env)
        self._seed = seed

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start an episode; see the environment."""
        first, self._seed = self._seed, None
        observation, info = self.env.reset(seed=first if seed is None else seed, options=options)
        return observation, _told(info)

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Carry out one action; see the environment."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        return observation, reward, terminated, truncated, _told(info)


def _told(info: dict[str, Any]) -> dict[str, Any]:
    return {**info, SUCCESS: np.array([info[SUCCESS]])}
