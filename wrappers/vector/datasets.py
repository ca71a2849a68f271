"""Episodes of many slots as one Minari data set."""

import os
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import iterate
from numpy.typing import NDArray

from crossworld.wrappers.dataset_files import DatasetWriter, EpisodeLog
from crossworld.wrappers.dataset_head import storable_spec
from crossworld.wrappers.datasets import INFOS
from crossworld.wrappers.vector.base import VectorWrapper

Stepped = tuple[Any, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]

OF_A_VECTOR = ("num_envs", "vectorization_mode", "vector_kwargs", "autoreset_mode", "group_size")
"""Arguments of `gym.make_vec` that one environment does not have."""


class RecordMinari(VectorWrapper):
    """Records the finished episodes of all slots into one Minari data set.

    Each episode is what the scalar `RecordMinari` records of an environment that plays like the slot;
    they come in the order in which they end, those that end at one step in the order of slots. Works
    over native vectors and Gymnasium's `SyncVectorEnv` and `AsyncVectorEnv`, in all autoreset modes.
    What autoresets begin has no seed.

    Args:
        env: the vector.
        dataset_id: see the scalar wrapper, as `root`, `infos`, `metadata` and `flush_every`.
        root: likewise.
        infos: likewise.
        metadata: likewise.
        flush_every: likewise.
        env_spec: what `recover_environment()` makes. By default told from the vector: from
            `gym.make_vec`, or the first environment of a `SyncVectorEnv`. To be given where vector
            wrappers stand below this one, as only their scalar twins can be part of a spec; without it,
            the data set does not know its environment then, and a warning says so.

    Raises:
        DatasetError, ValueError, DependencyNotInstalled: see the scalar wrapper.
    """

    def __init__(
        self,
        env: VectorEnv[Any, Any, NDArray[Any]],
        dataset_id: str,
        *,
        root: str | os.PathLike[str] | None = None,
        infos: Sequence[str] = INFOS,
        metadata: Mapping[str, Any] | None = None,
        flush_every: int = 1,
        env_spec: EnvSpec | None = None,
    ) -> None:
        self._infos = tuple(infos)
        self._mode = AutoresetMode(env.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP))
        self._logs: list[EpisodeLog | None] = [None] * env.num_envs
        spec, why = (env_spec, "") if env_spec is not None else _spec_of_one(env)
        self._writer = DatasetWriter(
            dataset_id,
            root,
            spaces=(env.single_observation_space, env.single_action_space),
            spec=storable_spec(spec, why),
            metadata=metadata or {},
            flush_every=flush_every,
        )
        # Last: a vector wrapper that has its vector closes itself when it is deleted.
        super().__init__(env)

    @property
    def episode_count(self) -> int:
        """Episodes of the data set, those of earlier runs and those not flushed yet included."""
        return self._writer.episode_count

    def reset(
        self, *, seed: Any = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start an episode in every slot, or in those of `reset_mask`; unfinished ones are dropped.

        Raises:
            DatasetError: an info is of no kind that can be recorded.
        """
        given = dict(options or {})
        # A copy goes on: SyncVectorEnv takes the mask out of what it is given.
        observations, infos = self.env.reset(seed=seed, options=dict(given) or None)
        mask = given.pop("reset_mask", None)
        seeds = self._seeds(seed)
        for slot in range(self.num_envs) if mask is None else np.flatnonzero(mask).tolist():
            self._logs[slot] = EpisodeLog.begin(
                self._infos,
                self._observed(observations, slot),
                self._told(infos, slot),
                seeds[slot],
                {key: self._option(value, slot) for key, value in given.items()},
            )
        return observations, infos

    def step(self, actions: Any) -> Stepped:
        """Carry out one action per slot, and write the episodes that are over; see the vector.

        Raises:
            DatasetError: an info is missing, or of no kind that can be recorded.
        """
        taken = deepcopy(self._listed(actions))
        result = observations, rewards, terminations, truncations, infos = self.env.step(actions)
        for slot, log in enumerate(self._logs):
            now = self._observed(observations, slot), self._told(infos, slot)
            if log is None:  # it ended at the step before, and this one was its reset
                self._logs[slot] = EpisodeLog.begin(self._infos, *now)
                continue
            ended = bool(terminations[slot] or truncations[slot])
            at_once = ended and self._mode is AutoresetMode.SAME_STEP
            seen, told = self._last(infos, slot) if at_once else now
            outcome = float(rewards[slot]), bool(terminations[slot]), bool(truncations[slot])
            log.step(taken[slot], seen, *outcome, told)
            if ended:
                self._writer.append(log)
                self._logs[slot] = EpisodeLog.begin(self._infos, *now) if at_once else None
        return result

    def close(self, **kwargs: Any) -> None:
        """Write the finished episodes that are not written yet, and close the vector."""
        self._logs = [None] * self.num_envs
        try:
            self._writer.close()
        finally:
            super().close(**kwargs)

    def _observed(self, observations: Any, slot: int) -> Any:
        return _part(self.single_observation_space, observations, slot)

    def _told(self, infos: Mapping[str, Any], slot: int) -> dict[str, Any]:
        everyone = np.ones(self.num_envs, np.bool_)
        return {
            key: infos[key][slot]
            for key in self._infos
            if key in infos and infos.get(f"_{key}", everyone)[slot]
        }

    def _last(self, infos: Mapping[str, Any], slot: int) -> tuple[Any, dict[str, Any]]:
        """Return the last observation and info of an episode that was followed at once by another."""
        return infos["final_obs"][slot], self._told(infos["final_info"], slot)

    def _seeds(self, seed: Any) -> list[int | None]:
        """Return what each slot was seeded with; the vector knows about its groups."""
        if seed is None:
            return [None] * self.num_envs
        single = isinstance(seed, int | np.integer)
        given = [seed] * self.num_envs if single else list(seed)
        used: Any = self.env.unwrapped.np_random_seed
        return [None if one is None else int(used[slot]) for slot, one in enumerate(given)]

    def _option(self, value: Any, slot: int) -> Any:
        """Return a slot's reset option: one value counts for all, a sequence holds one for each."""
        per_slot = isinstance(value, list | tuple | np.ndarray) and len(value) == self.num_envs
        return value[slot] if per_slot else value

    def _listed(self, actions: Any) -> list[Any]:
        nested = isinstance(self.single_action_space, gym.spaces.Dict | gym.spaces.Tuple)
        return list(iterate(self.action_space, actions) if nested else actions)


def _part(space: gym.Space[Any], values: Any, slot: int) -> Any:
    """Return one slot's part of a batch."""
    if isinstance(space, gym.spaces.Dict):
        return {key: _part(subspace, values[key], slot) for key, subspace in space.items()}
    if isinstance(space, gym.spaces.Tuple):
        return tuple(_part(part, value, slot) for part, value in zip(space, values, strict=True))
    return values[slot]


def _spec_of_one(envs: VectorEnv[Any, Any, NDArray[Any]]) -> tuple[EnvSpec | None, str]:
    """Return the spec of an environment that equals a slot, or None and why there is none."""
    if isinstance(envs, gym.vector.VectorWrapper):
        return None, f"{type(envs).__name__} stands around the vector; give env_spec="
    members = getattr(envs, "envs", None)
    if members:
        return members[0].spec, "its environments were not made with gym.make"
    if envs.spec is None:
        return None, "the vector was not made with gym.make_vec; give env_spec="
    spec = deepcopy(envs.spec)
    spec.kwargs = {key: value for key, value in spec.kwargs.items() if key not in OF_A_VECTOR}
    if spec.kwargs.pop("wrappers", None):
        return None, "wrappers= of gym.make_vec cannot be told; give env_spec="
    spec.max_episode_steps = spec.kwargs.pop("max_episode_steps", spec.max_episode_steps)
    return spec, ""
