"""What is measured: the outcomes of episodes, task by task."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

Outcomes: TypeAlias = Mapping[str, Iterable[float]]
"""Task id to the outcomes of its episodes: success as a bool, or any finite number."""


def by_task(outcomes: Outcomes) -> dict[str, Array]:
    """Return tasks and the outcomes of each sorted, so that no result depends on their order.

    Raises:
        ValueError: no task, a task without an episode, or an outcome that is not a finite number.
    """
    if not outcomes:
        raise ValueError("no tasks: need at least one task with an episode")
    read = {task: np.asarray(list(outcomes[task]), dtype=np.float64) for task in sorted(outcomes)}
    for task, played in read.items():
        if played.ndim != 1 or not played.size or not np.isfinite(played).all():
            raise ValueError(f"task {task!r}: need a finite number per episode, found {played}")
    return {task: np.sort(played) for task, played in read.items()}


def means(tasks: Mapping[str, Array]) -> Array:
    """Return the mean of each task, shape (tasks,)."""
    return np.array([played.mean() for played in tasks.values()])


def require_same_tasks(first: Iterable[str], second: Iterable[str], names: str) -> None:
    """Refuse to compare what was played on different tasks.

    Args:
        first: task ids.
        second: task ids.
        names: what they belong to, for the message.

    Raises:
        ValueError: a task is in one of them only.
    """
    if alone := sorted(set(first) ^ set(second)):
        raise ValueError(
            f"{names} need the same tasks; {len(alone)} are in one only, such as {alone[:3]}"
        )
