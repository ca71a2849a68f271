"""Batches as Gymnasium's own vector environments make them: observations, infos, actions."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
"""One value of the info per slot, stacked."""


def objects(values: Iterable[Any], count: int) -> Column:
    """Return an array of Python objects; a list among the values stays one value."""
    return np.fromiter(values, dtype=object, count=count)


def full_info(columns: dict[str, Column], count: int) -> dict[str, Any]:
    """Return the info in which every slot has every key: `key` and its mask `_key`."""
    info: dict[str, Any] = {}
    # Rows of one array are as independent of each other as arrays, and cheaper.
    for (key, column), mask in zip(
        columns.items(), np.ones((len(columns), count), np.bool_), strict=True
    ):
        info[key] = column
        info[f"_{key}"] = mask
    return info


def partial_info(columns: dict[str, Column], slots: list[int], count: int) -> dict[str, Any]:
    """Return the info that only `slots` have; the others are 0, False or None."""
    info: dict[str, Any] = {}
    for key, column in columns.items():
        blank = None if column.dtype == object else 0
        info[key] = np.full((count, *column.shape[1:]), blank, column.dtype)
        info[key][slots] = column
        info[f"_{key}"] = np.zeros(count, np.bool_)
        info[f"_{key}"][slots] = True
    return info


def final_info(
    observations: list[Any], columns: dict[str, Column], slots: list[int], count: int
) -> dict[str, Any]:
    """Return the entries of the slots that end and begin anew within one step."""
    info = partial_info({"final_obs": objects(observations, len(slots))}, slots, count)
    info["final_info"] = partial_info(columns, slots, count)
    info["_final_info"] = info["_final_obs"].copy()
    return info


def unbatched(actions: Any, count: int) -> Sequence[Any]:
    """Return one action per slot.

    Raises:
        TypeError: the actions are no sequence or array.
        ValueError: there are too many or too few.
    """
    if isinstance(actions, np.ndarray):
        actions = actions.tolist()
    if not isinstance(actions, list | tuple):
        listed = isinstance(actions, Sequence) and not isinstance(actions, str | bytes)
        if not listed and not (hasattr(actions, "__array__") and hasattr(actions, "__len__")):
            raise TypeError(
                "step: a sequence with one action per slot is needed, not"
                f" {type(actions).__name__}."
            )
        actions = list(actions)
    if len(actions) != count:
        raise ValueError(f"step: {len(actions)} actions for num_envs={count}; give one per slot.")
    checked: Sequence[Any] = actions
    return checked
