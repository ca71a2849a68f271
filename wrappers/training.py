"""What trainings of small models share."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from crossworld.envs.core.atomic import write_all_or_nothing

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Result = TypeVar("Result")

RESULT_FILE = "result.json"
"""What a finished training found; that it is there says that the training is finished."""


class Watch(Protocol):
    """Is told how far a training is."""

    def __call__(self, stage: str, done: int, total: int, note: str = "", /) -> None:
        """Hear how much of a stage is done, and a few words on it."""


def unwatched(stage: str, done: int, total: int, note: str = "") -> None:
    """Hear it, and tell nobody."""


def bfloat16() -> bool:
    """Return whether this processor multiplies short floats; nearly twice as fast, and exact enough."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return "bf16" in lines.read()
    except OSError:
        return False


def differing(found: Mapping[str, Any], settings: "DataclassInstance") -> str:
    """Return in words how the settings of a training that is there differ from those asked for."""
    wanted = asdict(settings)
    names = [name for name in wanted if found.get(name) != wanted[name]]
    parts = [f"{name} {found.get(name)!r}, not {wanted[name]!r}" for name in names]
    return (
        f"a training with {' and '.join(parts)} is there already; give the same settings to go on,"
        " another folder, or --fresh to discard it."
    )


def read_result(
    folder: Path,
    settings: "DataclassInstance",
    build: Callable[[dict[str, Any]], Result],
    error: type[Exception],
) -> Result | None:
    """Return what a training in a folder found, None if it is not finished or was never begun.

    Args:
        folder: where it was trained.
        settings: what should have been trained; the result's are as JSON has them.
        build: makes the result of what `write_result` has written, these settings among it.
        error: is raised if the folder is of a training with other settings, or damaged.
    """
    path = folder / RESULT_FILE
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if found["settings"] == asdict(settings):
            return build(found | {"settings": settings})
        why = differing(found["settings"], settings)
    except FileNotFoundError:
        return None
    except (ValueError, AttributeError, KeyError, TypeError) as cause:
        raise error(f"{path} is damaged ({cause!r}); begin anew with --fresh.") from cause
    raise error(f"{folder}: {why}")


def write_result(folder: Path, result: "DataclassInstance") -> None:
    """Write what a training found, settings included; so it is finished.

    Raises:
        OSError: it cannot be written.
    """
    text = json.dumps(asdict(result), indent=2) + "\n"
    write_all_or_nothing(folder / RESULT_FILE, lambda path: path.write_text(text, "utf-8"))
