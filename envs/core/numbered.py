"""Tasks that are made on demand: their id is a split and a number, and there is no last one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from crossworld.envs.core.errors import TaskNotFoundError

INDICES = 2**63 - 1
"""Any number below this is a task."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class NumberedTasks:
    """Which numbers are tasks.

    Attributes:
        splits: names of the splits, the default first.
        num_tasks: draw and list only the first so many tasks of each split; None for all.

    Raises:
        ValueError: `num_tasks` is no positive number.
    """

    splits: tuple[str, ...]
    num_tasks: int | None = None

    def __post_init__(self) -> None:
        given = self.num_tasks
        whole = isinstance(given, int) and not isinstance(given, bool)
        if given is not None and not (whole and 1 <= given <= INDICES):
            raise ValueError(f"num_tasks: {given!r} is no whole number from 1 on, nor None.")

    def count(self, split: str) -> int | None:
        """Return `num_tasks`.

        Raises:
            TaskNotFoundError: there is no such split.
        """
        if split not in self.splits:
            raise TaskNotFoundError(f"split {split!r} is not one of {', '.join(self.splits)}.")
        return self.num_tasks

    def draw(self, split: str, generator: np.random.Generator) -> int:
        """Return the number of a task of a split, drawn uniformly."""
        return int(generator.integers(self.count(split) or INDICES))

    def find(self, task_id: str, split: str) -> tuple[str, int]:
        """Return split and number of an id; `split` is only for the message.

        Raises:
            TaskNotFoundError: it is none.
        """
        name, _, number = str(task_id).partition("/")
        if name not in self.splits or not _NUMBER.fullmatch(number) or int(number) >= INDICES:
            raise TaskNotFoundError(
                f"task {str(task_id)[:80]!r} is none of the generated ones; their ids look like"
                f" '{split}/0', any number below 2**63 - 1."
            )
        return name, int(number)

    def listed(self, split: str, start: int, count: int) -> Iterable[int]:
        """Return up to `count` numbers of a split, from `start` on."""
        limit = self.count(split)
        return range(start, min(start + count, INDICES if limit is None else limit))
