"""What a task is, to those who list, draw and record tasks."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class TaskSpec:
    """One task of an environment.

    Attributes:
        task_id: unique within a split, the same on every machine.
        task_type: the family it belongs to, for tables.
        scene: the room or scene it plays in, "" if unknown.
        sha256: hash of what defines it.
        split: the split that it was listed from.
    """

    task_id: str
    task_type: str
    scene: str
    sha256: str
    split: str


def manifest_hash(tasks: Iterable[TaskSpec], version: str) -> str:
    """Return one sha256 over the ids and hashes of these tasks and the generator's version."""
    digest = hashlib.sha256(version.encode())
    for task in tasks:
        digest.update(f"\n{task.task_id} {task.sha256}".encode())
    return digest.hexdigest()
