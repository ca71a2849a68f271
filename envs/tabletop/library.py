"""Where tasks come from: the library by name, a class of your own, a file; and their numbers."""

import hashlib
import importlib
import importlib.util
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import numpy as np

from crossworld.envs.core.dice import Dice
from crossworld.envs.core.errors import TaskError, TaskNotFoundError
from crossworld.envs.core.numbered import NumberedTasks
from crossworld.envs.core.task import TaskSpec, manifest_hash
from crossworld.envs.tabletop import tasks as tasks_folder
from crossworld.envs.tabletop.colours import SEEN, UNSEEN
from crossworld.envs.tabletop.table import Setting, Table
from crossworld.envs.tabletop.task import TabletopTask

VERSION = 1
"""Of what is drawn for every task; part of every manifest hash."""

PALETTES = {"train": SEEN, "valid_seen": SEEN, "valid_unseen": UNSEEN}
"""Split to the colours of its things."""

ATTEMPTS = 50
"""Draws of a setting before a task is said to be impossible."""

MANIFEST = 24
"""Tasks that a manifest hash looks into."""

SETTINGS = 512
"""Settings kept per process; the least recently played goes first."""

Choice = str | type[TabletopTask] | TabletopTask
"""What `task=` takes: a name, "module:Class", the path of a Python file, a class or an object."""


@lru_cache(maxsize=1)
def library() -> Mapping[str, TabletopTask]:
    """Return the tasks of the folder `tasks/` by name, sorted."""
    modules = [
        importlib.import_module(f"{tasks_folder.__name__}.{module.name}")
        for module in iter_modules(tasks_folder.__path__)
    ]
    found = [task() for module in modules for task in _defined(module)]
    return {task.name: task for task in sorted(found, key=lambda task: task.name)}


def find_tasks(choice: Choice | Sequence[Choice] | None) -> tuple[TabletopTask, ...]:
    """Return the tasks that `task=` names; all of the library for None.

    Raises:
        TaskNotFoundError: there is no such task.
        TaskError: a file has none.
    """
    if choice is None:
        return tuple(library().values())
    if isinstance(choice, str | TabletopTask | type):
        return _found(choice)
    chosen = tuple(task for one in choice for task in _found(one))
    if not chosen:
        raise TaskNotFoundError("task: the list is empty; name at least one.")
    return chosen


def _found(choice: Choice) -> tuple[TabletopTask, ...]:
    if isinstance(choice, TabletopTask):
        return (choice,)
    if isinstance(choice, type) and issubclass(choice, TabletopTask):
        return (choice(),)
    name = str(choice)
    if name in library():
        return (library()[name],)
    if name.endswith(".py"):
        return tuple(task() for task in _defined(_loaded(Path(name))))
    module, colon, kind = name.partition(":")
    if colon:
        try:
            return _found(getattr(importlib.import_module(module), kind))
        except (ImportError, AttributeError) as error:
            raise TaskNotFoundError(f"task {name!r} cannot be imported ({error}).") from error
    raise TaskNotFoundError(
        f"task {name!r} is not one of {', '.join(library())}; nor does it name a .py file or a class"
        " as module:Class."
    )


def _loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"crossworld_task_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise TaskNotFoundError(f"task: there is no file {str(path)!r}.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not _defined(module):
        raise TaskError(f"task: {str(path)!r} defines no subclass of TabletopTask.")
    return module


def _defined(module: ModuleType) -> list[type[TabletopTask]]:
    """Return the tasks that a module defines itself, in its order."""
    return [
        kind
        for kind in vars(module).values()
        if inspect.isclass(kind)
        and issubclass(kind, TabletopTask)
        and not inspect.isabstract(kind)
        and kind.__module__ == module.__name__
    ]


@dataclass(frozen=True, slots=True)
class TabletopTasks:
    """A source of numbered settings; the tasks take turns with the numbers.

    Attributes:
        tasks: what is played.
        numbers: which numbers there are.
    """

    tasks: tuple[TabletopTask, ...]
    numbers: NumberedTasks

    def task(self, number: int) -> TabletopTask:
        """Return the task that a number belongs to."""
        return self.tasks[number % len(self.tasks)]

    def setting(self, split: str, number: int) -> Setting:
        """Return a setting, from the process's cache if it is there.

        Raises:
            TaskError: the task cannot be laid.
        """
        return laid(self.task(number), split, number // len(self.tasks))

    def tasks_of(self, split: str, start: int, count: int) -> list[TaskSpec]:
        """Return the descriptions of up to `count` settings from number `start` on."""
        return [self._spec(split, number) for number in self.numbers.listed(split, start, count)]

    def manifest_hash(self, split: str) -> str:
        """Return one hash over the versions, the split and its first settings."""
        self.numbers.count(split)
        described = [self._spec(split, number) for number in range(MANIFEST)]
        names = " ".join(f"{task.name}-{task.version}" for task in self.tasks)
        return manifest_hash(described, f"tabletop, version {VERSION}, {split}: {names}")

    def _spec(self, split: str, number: int) -> TaskSpec:
        setting = self.setting(split, number)
        digest = hashlib.sha256(repr((setting.scene.things, setting.goals)).encode())
        digest.update(np.round(setting.scene.poses, 9).tobytes())
        return TaskSpec(
            task_id=f"{split}/{number}",
            task_type=self.task(number).name,
            scene="table",
            sha256=digest.hexdigest(),
            split=split,
        )


@lru_cache(maxsize=SETTINGS)
def laid(task: TabletopTask, split: str, number: int) -> Setting:
    """Return setting `number` of a split of one task.

    Raises:
        TaskError: it cannot be laid, or its goals hold from the start.
    """
    reason = "a goal holds from the start"
    for attempt in range(ATTEMPTS):
        dice = Dice("tabletop", VERSION, task.name, task.version, split, number, attempt)
        table = Table(dice, PALETTES[split], task.workspace, number)
        try:
            task.lay(table)
            setting = table.setting(task.name)
        except TaskError as error:
            reason = str(error)
            continue
        if max(setting.goals.start_shares(setting.scene)) < 1:
            return setting
    raise TaskError(f"task {task.name!r}, number {number} of {split}: {reason}")
