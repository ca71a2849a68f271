"""`to_cleanrl`: a vector of environments as the single-file scripts of CleanRL use it."""

import time
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector.utils import batch_space
from gymnasium.wrappers.vector import RecordEpisodeStatistics
from numpy.typing import NDArray

from crossworld.wrappers.adapters.base import Keys, WrapMany, array_envs, check_actions, known
from crossworld.wrappers.vector.base import VectorWrapper


def to_cleanrl(
    env: str,
    num_envs: int = 8,
    *,
    keys: Keys = "image",
    channels_first: bool = True,
    max_tokens: int = 64,
    seed: int | None = None,
    wrap: WrapMany | None = None,
    **kwargs: Any,
) -> "CleanRLEnvs":
    """Return a vector as CleanRL's scripts use it: one Box in, one action out, `SAME_STEP` autoreset.

    CleanRL is no library but scripts; this goes in place of their `gym.vector.SyncVectorEnv([make_env(...)
    ...])`. It is the native vector. What is observed:

    * `keys="image"` (any key with three dimensions): uint8 (3, S, S), or (S, S, 3) if not
      `channels_first`;
    * any other key, or several: float32 (n,), in the order of `gymnasium.spaces.flatten_space`, keys
      by name: each key's array in row-major order, so images by row, column, colour, values as they
      are. `envs.layout` says where each key is, and its shape. Texts are ids of words, 0 pads.

    Infos are arrays, as Gymnasium's since 1.0: of episodes that ended in a step `infos["episode"]` has
    "r", "l" and "t" (return, length, seconds), 0 elsewhere, and `infos["_episode"]` says which;
    `infos["action_mask"]`, int8 (num_envs, 256), is of the next action, after the autoreset too.
    Scripts written for Gymnasium 0.29 loop over `infos["final_info"]` and find nothing; write
    `if "episode" in infos:` instead.

    Args:
        env: an id of crossworld, such as "crossworld/Household-v0".
        num_envs: number of slots.
        keys: what is observed.
        channels_first: whether an image is (3, S, S), as PyTorch takes it.
        max_tokens: length that texts are padded or cut to, words.
        seed: of the first reset, unless that is given one: slot i gets `seed + i`. None for any.
        wrap: puts wrappers of `crossworld.wrappers.vector` around the vector, before texts become ids
            and keys are chosen.
        **kwargs: of `gym.make_vec`, such as `image_size`, `split`, `num_tasks`.

    Raises:
        AdapterError: there is no such id, or actions are text.
        ValueError: an argument is out of range, or a key is not there.

    Example:
        >>> from crossworld.wrappers.adapters.cleanrl import to_cleanrl
        >>> envs = to_cleanrl("crossworld/Household-v0", 2, image_size=64)
        >>> envs.reset(seed=0)[0].shape
        (2, 3, 64, 64)
    """
    chosen = [keys] if isinstance(keys, str) else keys
    known(env, "to_cleanrl")
    made = array_envs(env, num_envs, chosen, max_tokens=max_tokens, wrap=wrap, arguments=kwargs)
    check_actions(made.single_action_space, env, "to_cleanrl")
    shapes = {key: space.shape for key, space in made.single_observation_space.items()}
    image = keys if isinstance(keys, str) and len(shapes[keys]) == 3 else None
    return CleanRLEnvs(EpisodeStatistics(made), image, channels_first, seed)


class CleanRLEnvs(VectorWrapper):
    """Shows a Dict of arrays as one array.

    Args:
        env: a vector in mode `SAME_STEP` with a Dict of arrays.
        image: the key whose value alone is shown, None for all, flat.
        channels_first: whether an image is (C, H, W).
        seed: of the first reset, None for any.

    Attributes:
        layout: key to its columns in what is shown, and its shape; empty for an image.
    """

    def __init__(
        self, env: Any, image: str | None, channels_first: bool, seed: int | None = None
    ) -> None:
        super().__init__(env)
        below = env.single_observation_space
        self._image, self._seed = image, seed
        self._axes = (0, 3, 1, 2) if channels_first else (0, 1, 2, 3)
        self.layout = {} if image is not None else layout_of(below)
        bounds = (
            {key: getattr(space, end) for key, space in below.items()} for end in ("low", "high")
        )
        low, high = map(self._one, bounds)
        shown = gym.spaces.Box(low, high, dtype=low.dtype.type)
        self.single_observation_space = shown
        self.observation_space = batch_space(shown, env.num_envs)

    def reset(
        self, *, seed: Any = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[Any], dict[str, Any]]:
        """Start an episode in every slot; see the vector."""
        first, self._seed = self._seed, None
        observations, infos = self.env.reset(seed=first if seed is None else seed, options=options)
        return self._shown(observations), infos

    def step(
        self, actions: Any
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Carry out one action per slot; see the vector."""
        observations, rewards, terminations, truncations, infos = self.env.step(actions)
        if "final_obs" in infos:
            final = infos["final_obs"]
            for slot in np.flatnonzero(infos["_final_obs"]):
                final[slot] = self._one(final[slot])
        return self._shown(observations), rewards, terminations, truncations, infos

    def _shown(self, observations: dict[str, Any]) -> NDArray[Any]:
        """Return a batch of observations as one fresh array."""
        if self._image is not None:
            return np.ascontiguousarray(observations[self._image].transpose(self._axes))
        rows = [
            np.asarray(observations[key], np.float32).reshape(len(observations[key]), -1)
            for key in self.layout
        ]
        return np.concatenate(rows, axis=1)

    def _one(self, observation: dict[str, Any]) -> NDArray[Any]:
        """Return one observation as it would be in a batch."""
        batch = {key: value[None] for key, value in observation.items()}
        shown: NDArray[Any] = self._shown(batch)[0]
        return shown


def layout_of(space: gym.spaces.Dict) -> dict[str, tuple[slice, tuple[int, ...]]]:
    """Return where `gymnasium.spaces.flatten` puts each key of a Dict of Boxes, and its shape."""
    layout, start = {}, 0
    for key, one in space.items():
        shape = one.shape or ()
        stop = start + int(np.prod(shape))
        layout[key] = slice(start, stop), shape
        start = stop
    return layout


class EpisodeStatistics(RecordEpisodeStatistics):
    """Gymnasium's episode statistics, for mode `SAME_STEP`.

    Up to Gymnasium 1.3 they leave out the first step of every episode but a slot's first there
    (https://github.com/Farama-Foundation/Gymnasium/pull/1624); from 1.4 on this changes nothing.
    """

    def step(self, actions: Any) -> Any:
        """Carry out one action per slot; see the vector."""
        stepped = super().step(actions)
        ended = self.prev_dones
        self.episode_returns[ended] = 0.0
        self.episode_lengths[ended] = 0
        self.episode_start_times[ended] = time.perf_counter()
        self.prev_dones = np.zeros_like(ended)
        return stepped
