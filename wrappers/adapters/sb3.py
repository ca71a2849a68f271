"""`to_sb3`: Stable-Baselines3, and `MaskablePPO` of sb3-contrib."""

from typing import Any

import gymnasium as gym

from crossworld.wrappers.adapters.base import (
    AdapterError,
    Keys,
    WrapMany,
    array_envs,
    check_actions,
    known,
    needed,
)

SMALLEST = 36
"""Side of the smallest image that the convolutions of Stable-Baselines3's `NatureCNN` can read, pixels."""

LIBRARY = "stable-baselines3"


def to_sb3(
    env: str,
    num_envs: int = 8,
    *,
    keys: Keys = ("image", "mission"),
    seed: int | None = None,
    max_tokens: int = 64,
    wrap: WrapMany | None = None,
    **kwargs: Any,
) -> Any:
    """Return an environment as Stable-Baselines3 trains on it.

    It is a `VecEnv` over the native vector: what `DummyVecEnv` returns over the scalar environments,
    without an environment per slot. Infos have `is_success` (Stable-Baselines3 logs its mean as
    `rollout/success_rate`) and the `episode` of a `Monitor` as well; see
    `crossworld.wrappers.adapters.vec_env.PairedVecEnv`.

    Actions are discrete unless `action_mode=` says otherwise, and which are possible is what
    `env_method("action_masks")` says: `sb3_contrib.MaskablePPO` works as it is. What number i means
    in `action_mode="discrete"` changes with the state; with `action_mode="text"` and
    `wrap=lambda envs: DiscretizeTextAction(envs, commands)` it does not.

    Args:
        env: an id of crossworld, such as "crossworld/Household-v0".
        num_envs: number of slots.
        keys: what is observed. One key: a Box, for `CnnPolicy` (images) or `MlpPolicy`. Several: a
            Dict, for `MultiInputPolicy`. Texts are ids of words, int32 (max_tokens,);
            `vec_env.TokenExtractor` embeds them.
        seed: of the first reset: slot i gets `seed + i`. None for any.
        max_tokens: length that texts are padded or cut to, words.
        wrap: puts wrappers of `crossworld.wrappers.vector` around the vector, before texts become ids
            and keys are chosen.
        **kwargs: of `gym.make_vec`, such as `image_size`, `split`, `num_tasks`, `render_mode`.

    Raises:
        DependencyNotInstalled: Stable-Baselines3 is not installed.
        AdapterError: there is no such id, actions are text, or images are too small.
        ValueError: an argument is out of range, or a key is not there.

    Example:
        >>> from crossworld.wrappers.adapters.sb3 import to_sb3
        >>> envs = to_sb3("crossworld/Household-v0", 2, keys="image", image_size=64)
        >>> envs.reset().shape
        (2, 64, 64, 3)
    """
    needed("stable_baselines3", LIBRARY)
    from crossworld.wrappers.adapters.vec_env import PairedVecEnv

    made = array_envs(
        known(env, "to_sb3"), num_envs, keys, max_tokens=max_tokens, wrap=wrap, arguments=kwargs
    )
    check_actions(made.single_action_space, env, "to_sb3")
    _check_images(env, keys, made.single_observation_space)
    envs = PairedVecEnv(made)
    if seed is not None:
        envs.seed(seed)
    return envs


def _check_images(env: str, keys: Keys, space: gym.Space[Any]) -> None:
    spaces = {keys: space} if isinstance(keys, str) else dict(space.items())  # type: ignore[attr-defined]
    for key, one in spaces.items():
        shape = one.shape or ()
        if len(shape) == 3 and min(shape[:2]) < SMALLEST:
            raise AdapterError(
                f"to_sb3: {key!r} of {env} is {shape[0]} x {shape[1]} pixels; Stable-Baselines3's"
                f" networks need {SMALLEST} or more: give image_size={SMALLEST} at least."
            )
