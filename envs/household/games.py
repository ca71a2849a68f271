"""Where games come from: what an environment asks of files on disk, a pack, or a generator."""

from functools import lru_cache
from typing import Protocol

import numpy as np

from crossworld.envs.core.task import TaskSpec
from crossworld.envs.household.game import Game

GAME_CACHE = 1024
"""Compiled games that one process keeps; the least recently played goes first."""


class Entry(Protocol):
    """One game that can be loaded. Hashable."""

    @property
    def task_id(self) -> str:
        """Unique within a split."""

    @property
    def split(self) -> str:
        """The split it belongs to."""

    def load(self, text_version: str) -> Game:
        """Return the compiled game; `text_version` is "auto" or a name of `VERSIONS`.

        Raises:
            DataError: its data is damaged.
            GameError: it is whole but not a game that can be played exactly.
        """

    def instructions(self) -> tuple[str, ...]:
        """Return the free-form sentences that its task can also be told with.

        Raises:
            DataError: it has none.
        """

    def __hash__(self) -> int:
        """Entries are keys of caches."""


class Games(Protocol):
    """A source of games, in splits."""

    @property
    def default_split(self) -> str:
        """The split that is played if none is named."""

    def count(self, split: str) -> int | None:
        """Return the number of games of a split, None where they are made on demand.

        Raises:
            TaskNotFoundError: there is no such split, or nothing in it can be played.
        """

    def draw(self, split: str, generator: np.random.Generator) -> Entry:
        """Return a game of a split, drawn uniformly."""

    def find(self, task_id: str, split: str) -> Entry:
        """Return a game by its id, from `split` if it is there, else from any other split.

        Raises:
            TaskNotFoundError: there is no such game.
        """

    def tasks(self, split: str, start: int = 0, count: int = 1000) -> list[TaskSpec]:
        """Return the descriptions of `count` games of a split, from number `start` on."""

    def manifest_hash(self, split: str) -> str:
        """Return one hash over what a split consists of."""


@lru_cache(maxsize=GAME_CACHE)
def compiled(entry: Entry, text_version: str = "auto") -> Game:
    """Return a compiled game, from the process's cache if it is there; errors as `Entry.load`."""
    return entry.load(text_version)
