"""Snapshots: everything an environment needs to go on from a moment, as a JSON-able dictionary."""

import warnings
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, TypedDict, cast

import numpy as np

from crossworld.envs.core.errors import SnapshotError
from crossworld.envs.core.parts import Expert, Task, W

FORMAT = 2

NO_LIMIT = 2**62
"""A step that no episode reaches."""


class Snapshot(TypedDict):
    """One moment of an environment.

    Keys:
        format: version of this layout.
        env: name of the environment's class.
        split, task_id: which task.
        world: state and last event.
        elapsed_steps: steps since reset.
        succeeded: whether the reward has been paid.
        np_random: state of the environment's generator.
        expert: what the expert remembers; None without one.
    """

    format: int
    env: str
    split: str
    task_id: str
    world: dict[str, Any]
    elapsed_steps: int
    succeeded: bool
    np_random: dict[str, Any]
    expert: Any


def take_snapshot(
    env: str,
    world: W,
    task: Task[W],
    expert: Expert[W] | None,
    *,
    elapsed_steps: int,
    succeeded: bool,
    generator: np.random.Generator,
) -> dict[str, Any]:
    """Return this moment of an episode that the environment class `env` plays."""
    snapshot = Snapshot(
        format=FORMAT,
        env=env,
        split=task.split,
        task_id=task.task_id,
        world=world.to_json(),
        elapsed_steps=elapsed_steps,
        succeeded=succeeded,
        np_random=generator_state(generator),
        expert=None if expert is None else expert.to_json(),
    )
    return dict(snapshot)


def check_snapshot(snapshot: Any, env: str, generator: np.random.Generator) -> Snapshot:
    """Return a snapshot if it has the right layout and belongs to this environment.

    `generator` stays as it is, and is one that the snapshot's `np_random` fits.

    Raises:
        SnapshotError: it does not.
    """
    if not isinstance(snapshot, Mapping):
        raise SnapshotError(f"snapshot: a dictionary is needed, not {type(snapshot).__name__}.")
    missing = sorted(Snapshot.__annotations__.keys() - snapshot.keys())
    if missing:
        raise SnapshotError(f"snapshot: {', '.join(missing)} missing; take it with snapshot().")
    if snapshot["format"] != FORMAT:
        raise SnapshotError(
            f"snapshot: format {snapshot['format']!r}; this version reads {FORMAT}."
        )
    if snapshot["env"] != env:
        raise SnapshotError(f"snapshot: taken from {snapshot['env']}, not from {env}.")
    elapsed = snapshot["elapsed_steps"]
    for key, fits in (
        ("split", isinstance(snapshot["split"], str)),
        ("task_id", isinstance(snapshot["task_id"], str)),
        ("elapsed_steps", type(elapsed) is int and 0 <= elapsed < NO_LIMIT),
        ("succeeded", isinstance(snapshot["succeeded"], bool)),
    ):
        if not fits:
            raise SnapshotError(f"snapshot: {key} is {snapshot[key]!r}.")
    restore_generator(deepcopy(generator), snapshot["np_random"])
    return cast(Snapshot, dict(snapshot))


def generator_state(generator: np.random.Generator) -> dict[str, Any]:
    """Return a generator's state, JSON-able."""
    return dict(generator.bit_generator.state)


def restore_generator(generator: np.random.Generator, state: Any) -> None:
    """Set a generator to a saved state.

    Raises:
        SnapshotError: the state is not one of this kind of generator.
    """
    try:
        with warnings.catch_warnings():
            # NumPy 1 wraps numbers that are out of range, and only warns.
            warnings.simplefilter("error", DeprecationWarning)
            generator.bit_generator.state = state
    except (TypeError, ValueError, KeyError, OverflowError, DeprecationWarning) as error:
        raise SnapshotError(f"snapshot: np_random cannot be restored ({error}).") from error


def restored_expert(expert: Expert[W], snapshot: Snapshot, world: W) -> Expert[W]:
    """Return a copy of an expert that knows what it knew at a snapshot, whose world is `world`.

    Raises:
        SnapshotError: it cannot make sense of it.
    """
    restored = deepcopy(expert)
    try:
        # A copy, too: what it learns from now on is not to be written into the snapshot.
        restored.restore(deepcopy(snapshot["expert"]), world)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SnapshotError(f"snapshot: expert memory {error!r} does not fit.") from error
    return restored
