"""What the `train` commands share: a training begins, goes on or is done already, and can be stopped."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import typer
from rich.console import Console

from crossworld.benchmarks.progress import stages
from crossworld.wrappers.training import Watch

Result = TypeVar("Result")

STOPPED = 130
"""Exit code of a command that the user interrupted."""


@dataclass(frozen=True, slots=True)
class Training(Generic[Result]):
    """A training with its settings.

    Attributes:
        files: names of what it writes into its folder.
        state: the one of them that is there while it is under way.
        width: characters for the names of its stages.
        finished: returns what the training in a folder found, None if it is not finished.
        learn: trains into a folder, or goes on with what is there, and returns what it found.
    """

    files: tuple[str, ...]
    state: str
    width: int
    finished: Callable[[Path], Result | None]
    learn: Callable[[Path, Watch], Result]

    def result(self, out: Path, console: Console, *, fresh: bool) -> Result:
        """Return what the training finds, or has found; say which, and show how far it is.

        Args:
            out: its folder.
            console: where to show it.
            fresh: discard a training that is in the folder.

        Raises:
            typer.Exit: the user stopped it.
            CrossworldError: the folder holds a training with other settings, or is damaged; and what
                `learn` raises.
            OSError: the folder cannot be written to.
        """
        if fresh:
            clear(out, self.files)
        if (known := self.finished(out)) is not None:
            say(console, f"{out} holds this training already, finished (--fresh discards it).")
            return known
        if (out / self.state).exists():
            say(console, f"{out} holds a training under way; it goes on (--fresh discards it).")
        try:
            with stages(console, self.width) as watch:
                return self.learn(out, watch)
        except KeyboardInterrupt:
            say(console, "Stopped; the same command goes on.")
            raise typer.Exit(STOPPED) from None


def clear(folder: Path, files: Iterable[str]) -> None:
    """Remove a training from a folder, if there is one, and nothing else.

    Args:
        folder: where it is.
        files: names of what it writes.

    Raises:
        OSError: a file cannot be removed.
    """
    for name in files:
        (folder / name).unlink(missing_ok=True)


def say(console: Console, text: str) -> None:
    """Print a text as it stands, however long its lines are."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
