"""Minari data sets on disk: episodes are appended so that a kill at any moment loses no written one.

The layout is Minari's (HDF5, see its "Dataset Standards"), so every reader of Minari's reads it. Minari
itself writes all episodes into one file, which a kill in the middle of a write leaves unreadable; here:

    <root>/<dataset id>/data/parts/000007.hdf5    the episodes of one flush, from number 7 on
                             main_data.hdf5       links to them, as `episode_7`
                             metadata.json        how many of them count; spaces, environment

Each file is written beside its place and moved there, in this order, so that at any moment the data set
can be read, and holds the episodes up to the last flush.
"""

import fcntl
import json
import os
import shutil
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec
from numpy.typing import NDArray

from crossworld.wrappers.dataset_head import (
    LISTS,
    METADATA,
    OURS,
    DatasetError,
    dataset_folder,
    header,
    identity,
    library,
    read_metadata,
    with_metadata,
)

CHUNK_BYTES = 2**20
"""About as much of an array is packed at a time."""
SMALL_BYTES = 2**11
"""Smaller arrays are not packed: the index of the packed pieces would be larger than they are."""

MAIN, PARTS = "main_data.hdf5", "parts"


@dataclass(slots=True)
class EpisodeLog:
    """An episode of n steps while it is recorded.

    Attributes:
        observations: n + 1 of them.
        infos: for each key n + 1 values; lists of strings as one string.
        lists: the keys whose values were lists.
        seed: of the reset, None if none was given.
        options: the plain ones (strings and numbers) of the reset.
        actions, rewards, terminations, truncations: n of each.
    """

    observations: list[Any]
    infos: dict[str, list[Any]]
    lists: set[str]
    seed: int | None
    options: dict[str, Any]
    actions: list[Any] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)
    terminations: list[bool] = field(default_factory=list)
    truncations: list[bool] = field(default_factory=list)

    @classmethod
    def begin(
        cls,
        keys: Iterable[str],
        observation: Any,
        info: Mapping[str, Any],
        seed: int | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> "EpisodeLog":
        """Return the log of an episode that has just begun.

        Raises:
            DatasetError: an info is of no kind that can be recorded.
        """
        plain = {
            key: value
            for key, value in (options or {}).items()
            if isinstance(value, str | int | float | np.generic)
        }
        log = cls(
            [deepcopy(observation)], {key: [] for key in keys if key in info}, set(), seed, plain
        )
        log._tell(info)
        return log

    def step(
        self,
        action: Any,
        observation: Any,
        reward: float,
        terminated: bool,
        truncated: bool,
        info: Mapping[str, Any],
    ) -> None:
        """Take in a step. Observation and info are copied, as some environments reuse them.

        Raises:
            DatasetError: an info is missing, or of no kind that can be recorded.
        """
        self._tell(info)
        self.actions.append(action)
        self.observations.append(deepcopy(observation))
        self.rewards.append(reward)
        self.terminations.append(bool(terminated))
        self.truncations.append(bool(truncated))

    def _tell(self, info: Mapping[str, Any]) -> None:
        for key, values in self.infos.items():
            if key not in info:
                raise DatasetError(
                    f"info has no {key!r} after step {len(self.actions) + 1}, but had it at reset;"
                    " name in infos= what is always there."
                )
            value = info[key]
            if isinstance(value, list | tuple):
                self.lists.add(key)
                value = _lines(key, value)
            elif not isinstance(value, str | int | float | np.generic | np.ndarray):
                raise DatasetError(
                    f"info {key!r} is a {type(value).__name__}, which cannot be recorded; leave it"
                    " out of infos=."
                )
            values.append(deepcopy(value))


class DatasetWriter:
    """Appends finished episodes to a data set, new or not; no second one can while it is open.

    Args:
        dataset_id: see `RecordMinari`.
        root: likewise.
        spaces: of observations and of actions.
        spec: the environment; None if it cannot be made from a spec.
        metadata: see `RecordMinari`.
        flush_every: likewise.

    Raises:
        DatasetError, ValueError, DependencyNotInstalled: see `RecordMinari`.
    """

    def __init__(
        self,
        dataset_id: str,
        root: str | os.PathLike[str] | None,
        *,
        spaces: tuple[gym.Space[Any], gym.Space[Any]],
        spec: EnvSpec | None,
        metadata: Mapping[str, Any],
        flush_every: int,
    ) -> None:
        if flush_every < 1:
            raise ValueError(f"flush_every {flush_every!r}: give a number from 1 on.")
        self._h5py = library("h5py")
        self._spaces = spaces
        self._flush_every = flush_every
        self._waiting: list[EpisodeLog] = []
        folder = dataset_folder(dataset_id, root)
        self._data = folder / "data"
        wanted = with_metadata(header(dataset_id, spaces, spec), metadata)
        folder.mkdir(parents=True, exist_ok=True)
        self._unlock = weakref.finalize(self, os.close, _lock(folder))
        try:
            self._head = self._continued(wanted, metadata) if self._data.exists() else wanted
        except BaseException:
            self._unlock()
            raise
        self._bytes = sum(file.stat().st_size for file in self._data.rglob("*"))

    @property
    def episode_count(self) -> int:
        """Episodes written and to be written."""
        return int(self._head["total_episodes"]) + len(self._waiting)

    def append(self, log: EpisodeLog) -> None:
        """Take in a finished episode, and write if enough have come together."""
        self._waiting.append(log)
        if len(self._waiting) >= self._flush_every:
            self.flush()

    def flush(self) -> None:
        """Write all finished episodes."""
        logs, self._waiting = self._waiting, []
        if not logs:
            return
        data = self._data if self._data.exists() else _emptied(self._data.with_name(".data"))
        (data / PARTS).mkdir(exist_ok=True)
        first = int(self._head["total_episodes"])
        part = data / PARTS / f"{first:06d}.hdf5"
        with _replacing(part) as draft, self._h5py.File(draft, "w", libver="latest") as file:
            for number, log in enumerate(logs, first):
                self._write(file.create_group(f"episode_{number}"), number, log)
        with _replacing(data / MAIN, kept=True) as draft:
            self._link(draft, range(first, first + len(logs)), f"{PARTS}/{part.name}")
        self._bytes += part.stat().st_size
        self._head["total_episodes"] += len(logs)
        self._head["total_steps"] += sum(len(log.rewards) for log in logs)
        self._head["dataset_size"] = round(self._bytes / 1e6, 1)  # MB, as Minari has it
        self._head[LISTS] = sorted({*self._head[LISTS]}.union(*(log.lists for log in logs)))
        with _replacing(data / METADATA) as draft:
            draft.write_text(json.dumps(self._head), "utf-8")
        if data != self._data:
            data.rename(self._data)

    def close(self) -> None:
        """Write what waits, and let others record."""
        try:
            if self._unlock.alive:
                self.flush()
        finally:
            self._unlock()

    def _continued(self, wanted: dict[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Return the metadata of the data set that exists, if what is wanted fits it."""
        head = read_metadata(self._data)
        where = f"data set {wanted['dataset_id']!r} in {self._data.parent}"
        if OURS not in head:
            raise DatasetError(f"{where} was not recorded by RecordMinari; give another name.")
        found, now = identity(head, metadata), identity(wanted, metadata)
        differing = [key for key in {**found, **now} if found.get(key) != now.get(key)]
        if differing:
            lines = "\n".join(
                f"  {key}: {found.get(key)} there, {now.get(key)} now" for key in differing
            )
            raise DatasetError(
                f"{where} holds something else, and episodes must not be mixed:\n{lines}\nGive"
                " another name or version, or remove that folder."
            )
        return head

    def _link(self, main: Path, numbers: range, part: str) -> None:
        """Add links to episodes; those that a killed run left beyond the counted ones go."""
        with self._h5py.File(main, "a", track_order=True) as file:
            number = numbers.start
            while f"episode_{number}" in file:
                del file[f"episode_{number}"]
                number += 1
            for number in numbers:
                file[f"episode_{number}"] = self._h5py.ExternalLink(part, f"episode_{number}")

    def _write(self, group: Any, number: int, log: EpisodeLog) -> None:
        observation_space, action_space = self._spaces
        self._write_space(group, "observations", observation_space, log.observations)
        self._write_space(group, "actions", action_space, log.actions)
        self._write_array(group, "rewards", np.array(log.rewards, np.float64))
        self._write_array(group, "terminations", np.array(log.terminations, np.bool_))
        self._write_array(group, "truncations", np.array(log.truncations, np.bool_))
        told = group.create_group("infos")
        for key, values in log.infos.items():
            self._write_array(told, key, self._column(values))
        group.attrs["id"] = number
        group.attrs["total_steps"] = len(log.rewards)
        for key, value in log.options.items():
            group.attrs[f"options/{key}"] = value
        if log.seed is not None:
            # HDF5 has no integers beyond 64 bits.
            group.attrs["seed"] = log.seed if log.seed < 2**63 else str(log.seed)
        if "success" in log.infos:
            group.attrs["success"] = bool(log.infos["success"][-1])

    def _write_space(self, group: Any, name: str, space: gym.Space[Any], values: list[Any]) -> None:
        if isinstance(space, gym.spaces.Dict):
            inner = group.create_group(name)
            for key, subspace in space.items():
                self._write_space(inner, key, subspace, [value[key] for value in values])
        elif isinstance(space, gym.spaces.Tuple):
            inner = group.create_group(name)
            for i, subspace in enumerate(space):
                self._write_space(inner, f"_index_{i}", subspace, [value[i] for value in values])
        else:
            self._write_array(group, name, self._column(values))

    def _write_array(self, group: Any, name: str, array: NDArray[Any]) -> None:
        packed: dict[str, Any] = {}
        if array.nbytes >= SMALL_BYTES:
            rows = min(max(CHUNK_BYTES * len(array) // array.nbytes, 1), len(array))
            packed = {"chunks": (rows, *array.shape[1:]), "compression": "gzip"}
        group.create_dataset(name, data=array, **packed)

    def _column(self, values: list[Any]) -> NDArray[Any]:
        if not isinstance(values[0], str):
            return np.asarray(values)
        # Of one length, unlike Minari's: only these are packed, and texts repeat themselves.
        texts = [_storable(text) for text in values]
        length = max(1, *map(len, texts))
        return np.array(texts, self._h5py.string_dtype("utf-8", length))


def _lines(key: str, texts: Sequence[Any]) -> str:
    """Return a list of strings as one string."""
    for text in texts:
        if not isinstance(text, str) or not text or "\n" in text:
            raise DatasetError(
                f"info {key!r} holds {text!r}; of lists, only those of non-empty strings without"
                " line breaks can be recorded. Leave it out of infos=."
            )
    return "\n".join(texts)


def _storable(text: str) -> bytes:
    """Return a text as UTF-8; escaped are only NULs and halves of characters, which HDF5 lacks."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace")


def _lock(folder: Path) -> int:
    """Take the folder for this process, until the file is closed or the process ends."""
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise DatasetError(
            f"{folder}: something else is recording here; close that, or give another name. Of several"
            " environments, record the vector (crossworld.wrappers.vector.RecordMinari)."
        ) from None
    return lock


def _emptied(folder: Path) -> Path:
    """Return a folder that is new; a killed run may have left one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


@contextmanager
def _replacing(path: Path, *, kept: bool = False) -> Iterator[Path]:
    """Give a draft, with what the file holds already if `kept`, and put it in the file's place."""
    draft = path.with_name(f".{path.name}")
    draft.unlink(missing_ok=True)
    if kept and path.exists():
        shutil.copyfile(path, draft)
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
