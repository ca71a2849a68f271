"""The options of `reset`: those of one environment, and how a vector hands them to its slots."""

import operator
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

VECTOR_OPTIONS = frozenset({"reset_mask", "group_size"})
"""Options that only a vector has."""


def check_options(options: Mapping[str, Any], known: AbstractSet[str]) -> None:
    """Check the reset options of one environment.

    Raises:
        ValueError: one is unknown, or there is another one beside a snapshot.
    """
    _check_names(options, known)
    if options.get("snapshot") is not None and len(options) > 1:
        raise ValueError("reset: a snapshot brings its own task; give no other option.")


def chosen(what: str, name: str, table: Mapping[str, Any] | Sequence[str]) -> str:
    """Return a name that is in the table.

    Raises:
        ValueError: it is not.
    """
    if name not in table:
        raise ValueError(f"{what}: {name!r} is not one of {', '.join(table)}.")
    return name


@dataclass(frozen=True, slots=True)
class VectorReset:
    """What a reset of a vector asks for.

    Attributes:
        slots: the slots to be reset, ascending.
        options: per slot of the vector, the options of one environment.
        group_size: consecutive slots that share a draw at this reset.
    """

    slots: list[int]
    options: list[dict[str, Any]]
    group_size: int


def read_vector_options(
    options: Mapping[str, Any] | None, num_envs: int, known: AbstractSet[str]
) -> VectorReset:
    """Read the reset options of a vector of environments that know the options `known`.

    A string or a mapping counts for every slot; a sequence holds one entry per slot, None for
    "not given".

    Raises:
        ValueError: an option is unknown, of the wrong length, or does not go with another one.
        TypeError: one is of the wrong type.
    """
    chosen = dict(options or {})
    _check_names(chosen, known | VECTOR_OPTIONS)
    mask = chosen.pop("reset_mask", None)
    slots = list(range(num_envs)) if mask is None else _masked(mask, num_envs)
    group_size = check_group_size(chosen.pop("group_size", 1), num_envs)
    columns = {name: _per_slot(name, value, num_envs) for name, value in chosen.items()}
    per_slot = [
        {name: column[slot] for name, column in columns.items() if column[slot] is not None}
        for slot in range(num_envs)
    ]
    for slot in slots:
        check_options(per_slot[slot], known)
        if group_size > 1 and per_slot[slot].keys() & {"task_id", "snapshot"}:
            raise ValueError(
                "reset: group_size says how tasks are drawn, task_id and snapshot which ones are"
                " played; give one or the other."
            )
    return VectorReset(slots, per_slot, group_size)


def check_group_size(group_size: Any, num_envs: int) -> int:
    """Return a group size that divides the vector; raises ValueError for any other."""
    if not isinstance(group_size, int | np.integer) or group_size < 1 or num_envs % group_size:
        raise ValueError(
            f"group_size: {group_size!r} is no positive number that divides num_envs={num_envs}."
        )
    return int(group_size)


def read_seeds(seed: Any, num_envs: int, group_size: int) -> list[int | None]:
    """Return one seed per slot: `seed`, `seed + 1`, ... per group, or those of a sequence.

    Raises:
        ValueError: a sequence is of the wrong length.
        TypeError: a seed is no integer.
    """
    if seed is None:
        return [None] * num_envs
    try:
        if not isinstance(seed, Sequence | np.ndarray):
            first = operator.index(seed)
            return [first + slot // group_size for slot in range(num_envs)]
        seeds = [None if one is None else operator.index(one) for one in seed]
    except TypeError as error:
        raise TypeError(
            "reset: seed is an integer or a sequence with one integer or None per slot, not"
            f" {seed!r}."
        ) from error
    if len(seeds) != num_envs:
        raise ValueError(f"reset: {len(seeds)} seeds for num_envs={num_envs}; give one per slot.")
    return seeds


def _check_names(options: Mapping[str, Any], known: AbstractSet[str]) -> None:
    unknown = sorted(options.keys() - known)
    if unknown:
        raise ValueError(
            f"reset: unknown option(s) {', '.join(map(repr, unknown))}; known are"
            f" {', '.join(sorted(known))}."
        )


def _masked(mask: NDArray[np.bool_], num_envs: int) -> list[int]:
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
        kind = mask.dtype if isinstance(mask, np.ndarray) else type(mask).__name__
        raise TypeError(f"reset_mask: a numpy array of dtype bool is needed, not {kind}.")
    if mask.shape != (num_envs,):
        raise ValueError(f"reset_mask: shape {mask.shape}; ({num_envs},) is needed.")
    slots: list[int] = np.flatnonzero(mask).tolist()
    if not slots:
        raise ValueError("reset_mask: no slot is True; nothing would be reset.")
    return slots


def _per_slot(name: str, value: Any, num_envs: int) -> Sequence[Any]:
    if value is None or isinstance(value, str | Mapping):
        return [value] * num_envs
    if not isinstance(value, Sequence | np.ndarray):
        raise TypeError(
            f"reset: {name} is one value for all slots or a sequence with one entry per slot, not"
            f" {type(value).__name__}."
        )
    if len(value) != num_envs:
        raise ValueError(f"reset: {name} has {len(value)} entries for num_envs={num_envs}.")
    return list(value)
