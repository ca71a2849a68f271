"""A native vector as Stable-Baselines3 knows vectors. Needs Stable-Baselines3: `sb3.py` loads it."""

import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import gymnasium as gym
import numpy as np
import torch
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor, NatureCNN
from stable_baselines3.common.vec_env.base_vec_env import VecEnv

from crossworld.envs.core.inspection import Slot
from crossworld.envs.core.vector import SHARED, PairedVectorEnv

MASKS: Final = "action_masks"
"""What `sb3_contrib` asks an environment for."""

Indices = int | Iterable[int] | None
Rows = list[dict[str, Any]]


class PairedVecEnv(VecEnv):  # type: ignore[misc, unused-ignore]  # untyped where it is missing
    """A vector of crossworld, and vector wrappers around it, as a `VecEnv`.

    What it returns is what `DummyVecEnv` returns over the scalar environments in a `Monitor`. An info
    is the environment's, and

    * `is_success`: bool, a copy of `success`;
    * `TimeLimit.truncated`: bool, whether the step limit alone ended the episode;
    * `terminal_observation`: the last observation, where an episode ends;
    * `episode`: there, too: `r` sum of rewards, `l` number of steps, `t` seconds since the vector was
      made, as `Monitor` reports them.

    Attributes and methods are those of one slot (`facts`, `admissible_commands`, `snapshot`, ...) and
    what all slots share (`tasks`, `vocabulary`, ...); where actions are discrete also
    `action_masks()`, bool (n,). Slots have no attributes that could be set.

    Args:
        envs: a native vector in mode `SAME_STEP`, or vector wrappers around one.

    Raises:
        ValueError: it is none.
    """

    def __init__(self, envs: gym.vector.VectorEnv[Any, Any, Any]) -> None:
        native = envs.unwrapped
        if not isinstance(native, PairedVectorEnv):
            raise ValueError(
                f"PairedVecEnv: {type(native).__name__} is no native vector of crossworld; make one"
                " with gym.make_vec(id, ...)."
            )
        if native.metadata["autoreset_mode"] is not AutoresetMode.SAME_STEP:
            raise ValueError(
                f"PairedVecEnv: autoreset_mode is {native.metadata['autoreset_mode'].name}; Stable-"
                "Baselines3 begins episodes in the step that ends one: give AutoresetMode.SAME_STEP."
            )
        self._envs: Any = envs
        self._native = native
        self._actions: Any = None
        self._masks: NDArray[np.bool_] | None = None
        self._returns = np.zeros(envs.num_envs)
        self._lengths = np.zeros(envs.num_envs, np.int64)
        self._begun = time.time()
        super().__init__(envs.num_envs, envs.single_observation_space, envs.single_action_space)

    def reset(self) -> Any:
        """Start an episode in every slot, with what `seed` and `set_options` said, once."""
        seeds: list[int | None] = self._seeds
        observations, infos = self._envs.reset(
            seed=None if set(seeds) == {None} else seeds, options=_columns(self._options)
        )
        self._returns[:] = self._lengths[:] = 0
        self.reset_infos = _rows(infos, self.num_envs)
        self._note(infos)
        self._reset_seeds()
        self._reset_options()
        return observations

    def step_async(self, actions: NDArray[Any]) -> None:
        """Keep the actions of the next step."""
        self._actions = actions

    def step_wait(self) -> tuple[Any, NDArray[np.float32], NDArray[np.bool_], Rows]:
        """Carry them out.

        Returns:
            Observations, rewards float32 (num_envs,), whether episodes ended bool (num_envs,), infos.
        """
        observations, rewards, terminated, truncated, infos = self._envs.step(self._actions)
        dones = terminated | truncated
        self._returns += rewards
        self._lengths += 1
        rows = _rows(infos, self.num_envs)
        for slot in np.flatnonzero(dones).tolist():
            self.reset_infos[slot] = rows[slot]
            rows[slot] = self._last(slot, infos)
        cut = (truncated & ~terminated).tolist()
        for row, limited in zip(rows, cut, strict=True):
            row["is_success"] = row["success"]
            row["TimeLimit.truncated"] = limited
        self._returns[dones] = self._lengths[dones] = 0
        self._note(infos)
        return observations, rewards.astype(np.float32), dones, rows

    def close(self) -> None:
        """Close the vector."""
        self._envs.close()

    def get_images(self) -> Sequence[NDArray[np.uint8] | None]:
        """Return what people see of each slot, uint8 (H, W, 3); None without "rgb_array"."""
        if self.render_mode != "rgb_array":
            warnings.warn(
                f"render_mode is {self.render_mode!r}; give render_mode='rgb_array' for images.",
                stacklevel=2,
            )
            return [None] * self.num_envs
        images: Sequence[NDArray[np.uint8]] = self._envs.render()
        return images

    def get_attr(self, attr_name: str, indices: Indices = None) -> list[Any]:
        """Return an attribute of slots; methods are bound to theirs.

        Raises:
            AttributeError: there is none of this name.
        """
        return [self._attribute(attr_name, slot) for slot in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Indices = None) -> None:
        """Refuse.

        Raises:
            AttributeError: always.
        """
        raise AttributeError(
            f"set_attr({attr_name!r}): slots have no attributes that could be set; give it as an"
            " argument of to_sb3, or as a reset option by set_options."
        )

    def env_method(
        self, method_name: str, *args: Any, indices: Indices = None, **kwargs: Any
    ) -> list[Any]:
        """Return what a method of slots answers.

        Raises:
            AttributeError: there is none of this name.
            ResetNeeded: it is about an episode, and `reset` was not called.
        """
        return [method(*args, **kwargs) for method in self.get_attr(method_name, indices)]

    def env_is_wrapped(self, wrapper_class: type[Any], indices: Indices = None) -> list[bool]:
        """Return whether slots are wrapped so; of a scalar wrapper, whether its vector twin is there.

        `Monitor` counts as there: infos have its `episode`.
        """
        names, layer = {Monitor.__name__}, self._envs
        while isinstance(layer, gym.vector.VectorWrapper):
            names.add(type(layer).__name__)
            layer = layer.env
        return [wrapper_class.__name__ in names for _ in self._get_indices(indices)]

    def _attribute(self, name: str, slot: int) -> Any:
        own = {
            "observation_space": self.observation_space,
            "action_space": self.action_space,
            "render_mode": self._envs.render_mode,
        }
        if name in own:
            return own[name]
        if name == MASKS and isinstance(self._envs.single_action_space, gym.spaces.Discrete):
            return partial(self._mask, slot)
        if name in SHARED:
            answer = getattr(self._native, name)
            return answer if callable(answer) else self._native.call(name)[slot]
        if name in ("np_random", "np_random_seed"):
            return getattr(self._native, name)[slot]
        if name == "render":
            return partial(self._rendered, slot)
        if name.startswith("_") or not callable(getattr(Slot, name, None)):
            raise AttributeError(f"a slot of {type(self._native).__name__} has no {name!r}.")
        return partial(self._ask, slot, name)

    def _ask(self, slot: int, name: str, *args: Any, **kwargs: Any) -> Any:
        answer: Callable[..., Any] = getattr(self._native.slot(slot), name)
        return answer(*args, **kwargs)

    def _rendered(self, slot: int) -> Any:
        shown = self._envs.render()
        return None if shown is None else shown[slot]

    def _mask(self, slot: int) -> NDArray[np.bool_]:
        if self._masks is None:
            raise ResetNeeded("action_masks: no episode has begun; call reset() first.")
        mask: NDArray[np.bool_] = self._masks[slot].copy()
        return mask

    def _note(self, infos: Mapping[str, Any]) -> None:
        """Keep the masks of the states that are shown now."""
        masks = infos.get("action_mask")
        self._masks = None if masks is None else masks.astype(np.bool_)

    def _last(self, slot: int, infos: Mapping[str, Any]) -> dict[str, Any]:
        """Return the info of a step that ended an episode."""
        told = infos["final_info"]
        row = {
            key: _plain(column[slot])
            for key, column in told.items()
            if not key.startswith("_") and told[f"_{key}"][slot]
        }
        row["terminal_observation"] = infos["final_obs"][slot]
        row["episode"] = {
            "r": round(float(self._returns[slot]), 6),
            "l": int(self._lengths[slot]),
            "t": round(time.time() - self._begun, 6),
        }
        return row


class TokenExtractor(BaseFeaturesExtractor):  # type: ignore[misc, unused-ignore]
    """Features of images, tokenised texts and numbers side by side, for `MultiInputPolicy`.

    Stable-Baselines3 by itself takes ids for quantities. Here a text is the mean of its words'
    embeddings, its words two by two included, so that "the red block on the blue one" and "the blue
    block on the red one" differ; 0 is padding and does not count. Images go through `NatureCNN`, other
    boxes are passed on flat.

        PPO("MultiInputPolicy", envs, policy_kwargs={"features_extractor_class": TokenExtractor})

    Args:
        observation_space: a Dict, images with channels first.
        image_features: number of features of an image.
        text_features: of a text.
    """

    def __init__(
        self, observation_space: gym.spaces.Dict, image_features: int = 256, text_features: int = 64
    ) -> None:
        parts: dict[str, torch.nn.Module] = {}
        sizes = []
        for key, space in observation_space.spaces.items():
            shape: tuple[int, ...] = space.shape or ()
            if len(shape) == 3:
                parts[key], size = NatureCNN(space, image_features), image_features
            elif len(shape) == 1 and space.dtype == np.int32:
                words: Any = space
                parts[key], size = _Words(int(words.high.max()) + 1, text_features), text_features
            else:
                parts[key], size = torch.nn.Flatten(), gym.spaces.flatdim(space)
            sizes.append(size)
        super().__init__(observation_space, sum(sizes))
        self.parts = torch.nn.ModuleDict(parts)

    def forward(self, observations: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return float32 (batch, features_dim)."""
        return torch.cat([part(observations[key]) for key, part in self.parts.items()], dim=1)


class _Words(torch.nn.Module):
    """From ids, as floats, to the mean embedding of words and of pairs of neighbours."""

    def __init__(self, count: int, features: int) -> None:
        super().__init__()
        self.first = torch.nn.Embedding(count, features, padding_idx=0)
        self.second = torch.nn.Embedding(count, features, padding_idx=0)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        ids = ids.long()
        there = (ids > 0).unsqueeze(-1)
        pairs = self.first(ids[:, :-1]) + self.second(ids[:, 1:])
        summed = (torch.relu(pairs) * there[:, :-1]).sum(1)
        mean: torch.Tensor = summed / there.sum(1).clamp(min=1)
        return mean


def _rows(infos: Mapping[str, Any], count: int) -> Rows:
    """Return the info of each slot, as one environment gives it."""
    rows: Rows = [{} for _ in range(count)]
    for key, column in infos.items():
        if key.startswith("_") or key in ("final_obs", "final_info"):
            continue
        # Lists of an object array stay what they are; rows of an array are the slot's own.
        values = column.tolist() if column.ndim == 1 else column
        for row, value, there in zip(rows, values, infos[f"_{key}"], strict=True):
            if there:
                row[key] = value
    return rows


def _columns(options: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]] | None:
    """Return reset options as vectors take them: per name, what each slot is given."""
    names = sorted({name for given in options for name in given})
    return {name: [given.get(name) for given in options] for name in names} or None


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
