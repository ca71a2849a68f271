"""Episodes as Minari data sets: recorded while they are played, and loaded back as they were."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Generic, SupportsFloat, TypeVar

import gymnasium as gym
import numpy as np
from gymnasium.utils import RecordConstructorArgs
from numpy.typing import NDArray

from crossworld.wrappers.dataset_files import DatasetWriter, EpisodeLog
from crossworld.wrappers.dataset_head import (
    LISTS,
    DatasetError,
    dataset_folder,
    library,
    read_metadata,
    storable_spec,
)

ObsType = TypeVar("ObsType")
ActType = TypeVar("ActType")

INFOS = (
    "task_id", "task_type", "split", "success", "goal_conditions", "action_valid", "feedback", "ticks",
    "expert_action", "admissible_commands",
)  # fmt: skip
"""The info entries that are recorded; see `StepInfo`. What an environment does not tell is left out."""


class RecordMinari(
    gym.Wrapper[ObsType, ActType, ObsType, ActType],
    Generic[ObsType, ActType],
    RecordConstructorArgs,
):
    """Records every finished episode into a Minari data set, which grows while it is played.

    What is recorded is what this wrapper returns, so with the noise, captions and rewards of the
    wrappers below it: observations (images byte for byte, packed without loss; texts), actions,
    rewards, terminations, truncations and the chosen infos; as episode attributes its length
    (`total_steps`), the seed and plain options of its reset, and `success` at its end. The data
    set names the environment with the wrappers below this one, so `recover_environment()` makes one
    with the same observations; if that is not possible, a warning says why.

    An episode counts once it is written. A killed run loses those since the last flush, and what is on
    disk can be read at any time, also while it grows. A data set that exists is continued. An episode
    that is not over at `reset` or `close` is dropped: its last step would have to be marked as an
    end which the environment never told of. The episode that is being played is kept in memory.

    Args:
        env: the environment; any whose spaces Minari can store (Box, Discrete, MultiBinary,
            MultiDiscrete, Text, Dict, Tuple).
        dataset_id: `name-v0` or `namespace/name-v0`; a namespace has two characters or more.
        root: folder of data sets, made if it is not there; by default Minari's own
            (`$MINARI_DATASETS_PATH` or `~/.minari/datasets`).
        infos: the info entries to record: strings, numbers, arrays of one shape, or lists of strings
            without line breaks.
        metadata: more entries for the data set's metadata, JSON-able, such as `algorithm_name`,
            `author`, `description`. A data set that is continued must have the same ones.
        flush_every: finished episodes that are written at a time, at least 1.

    Raises:
        DatasetError: the name is of another form; a space cannot be stored; the data set that exists
            has other spaces, environment or metadata, was not recorded by this wrapper or is being
            recorded by another one; an info is of no kind that can be recorded.
        ValueError: `flush_every` is below 1.
        DependencyNotInstalled: Minari or h5py is missing.

    Source: Minari's data set format, https://minari.farama.org/content/dataset_standards/.
    """

    def __init__(
        self,
        env: gym.Env[ObsType, ActType],
        dataset_id: str,
        *,
        root: str | os.PathLike[str] | None = None,
        infos: Sequence[str] = INFOS,
        metadata: Mapping[str, Any] | None = None,
        flush_every: int = 1,
    ) -> None:
        RecordConstructorArgs.__init__(
            self,
            dataset_id=dataset_id,
            root=None if root is None else os.fspath(root),
            infos=list(infos),
            metadata=dict(metadata or {}),
            flush_every=flush_every,
        )
        super().__init__(env)
        self._infos = tuple(infos)
        self._log: EpisodeLog | None = None
        self._writer = DatasetWriter(
            dataset_id,
            root,
            spaces=(self.observation_space, self.action_space),
            spec=storable_spec(env.spec),
            metadata=metadata or {},
            flush_every=flush_every,
        )

    @property
    def episode_count(self) -> int:
        """Episodes of the data set, those of earlier runs and those not flushed yet included."""
        return self._writer.episode_count

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[ObsType, dict[str, Any]]:
        """Start an episode; an unfinished one is dropped.

        Raises:
            DatasetError: an info is of no kind that can be recorded.
        """
        self._log = None
        observation, info = super().reset(seed=seed, options=options)
        self._log = EpisodeLog.begin(self._infos, observation, info, seed, options)
        return observation, info

    def step(self, action: ActType) -> tuple[ObsType, SupportsFloat, bool, bool, dict[str, Any]]:
        """Step, and write the episode if it is over; see the environment.

        Raises:
            DatasetError: an info is missing, or of no kind that can be recorded.
        """
        taken = deepcopy(action)
        result = observation, reward, terminated, truncated, info = super().step(action)
        if self._log is not None:
            self._log.step(taken, observation, float(reward), terminated, truncated, info)
            if terminated or truncated:
                log, self._log = self._log, None
                self._writer.append(log)
        return result

    def close(self) -> None:
        """Write the finished episodes that are not written yet, and close the environment."""
        self._log = None
        try:
            self._writer.close()
        finally:
            super().close()


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode of n steps, as it was recorded.

    Attributes:
        number: which one of the data set it is, from 0.
        observations: n + 1 of them, the one of reset first: nested like the observation space, with an
            array of shape `(n + 1, ...)` for numbers, a list of n + 1 strings for texts.
        actions: n of them, likewise; `actions[i]` was taken at observation i.
        rewards: float64 `(n,)`.
        terminations, truncations: bool `(n,)`.
        infos: for each recorded key n + 1 values, that of reset first: an array for numbers, a list
            for strings, a list of lists for lists of strings.
        seed: of the reset, None if none was given.
        options: the plain ones (strings and numbers) of the reset. From seed and options on, the
            same actions lead to the same episode.
    """

    number: int
    observations: Any
    actions: Any
    rewards: NDArray[np.float64]
    terminations: NDArray[np.bool_]
    truncations: NDArray[np.bool_]
    infos: dict[str, Any]
    seed: int | None
    options: dict[str, Any]

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.rewards)


def load_dataset(dataset_id: str, root: str | os.PathLike[str] | None = None) -> Any:
    """Return a data set as a `minari.MinariDataset`; like `minari.load_dataset`, with a folder.

    Args:
        dataset_id: see `RecordMinari`.
        root: likewise.

    Raises:
        DatasetError: it does not exist or cannot be read, or the name is of another form.
        DependencyNotInstalled: Minari or h5py is missing.
    """
    data = dataset_folder(dataset_id, root) / "data"
    read_metadata(data)
    library("h5py")
    return library("minari").MinariDataset(data)


def load_episodes(
    dataset_id: str,
    root: str | os.PathLike[str] | None = None,
    numbers: Iterable[int] | None = None,
) -> Iterator[Episode]:
    """Return the episodes of a data set, read one by one, with infos as the environment told them.

    Args:
        dataset_id: see `RecordMinari`.
        root: likewise.
        numbers: which ones, from 0; by default all, in the order of their recording.

    Raises:
        DatasetError: the data set does not exist or cannot be read, it has no such episode, or the name
            is of another form.
        DependencyNotInstalled: Minari or h5py is missing.
    """
    dataset = load_dataset(dataset_id, root)
    count = dataset.total_episodes
    chosen = list(range(count) if numbers is None else numbers)
    for number in chosen:
        if not 0 <= number < count:
            raise DatasetError(
                f"data set {dataset_id!r} has {count} episodes, and no number {number}."
            )
    return _episodes(dataset, chosen)


def _episodes(dataset: Any, numbers: Iterable[int]) -> Iterator[Episode]:
    lists = frozenset(dataset.storage.metadata.get(LISTS, ()))
    for number in numbers:
        # Asked for one by one: Minari keeps the file open between those asked for at once.
        (episode,) = dataset.iterate_episodes([number])
        (about,) = dataset.storage.get_episode_metadata([number])
        yield Episode(
            number,
            episode.observations,
            episode.actions,
            episode.rewards,
            episode.terminations,
            episode.truncations,
            {key: _told(column, key in lists) for key, column in (episode.infos or {}).items()},
            about.get("seed"),
            {key: _plain(value) for key, value in about.get("options", {}).items()},
        )


def _told(column: Any, is_list: bool) -> Any:
    """Return the values of an info as they were told; Minari gives strings as bytes."""
    if not isinstance(column, np.ndarray) or column.dtype.kind not in "SO":
        return column
    texts = [text.decode("utf-8") for text in column]
    return [text.split("\n") if text else [] for text in texts] if is_list else texts


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
