"""`train clip`."""

from pathlib import Path

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from crossworld.benchmarks.progress import stages
from crossworld.wrappers.captioners.clip.architecture import CONFIG_FILE, WEIGHTS_FILE
from crossworld.wrappers.captioners.clip.calibration import CALIBRATION_FILE
from crossworld.wrappers.captioners.clip.libraries import torch_and_open_clip
from crossworld.wrappers.captioners.clip.recipe import (
    RESULT_FILE,
    Result,
    default_pattern,
    finished,
    learn,
    visit,
)
from crossworld.wrappers.captioners.clip.training import STATE_FILE, Settings

FILES = (CONFIG_FILE, WEIGHTS_FILE, CALIBRATION_FILE, RESULT_FILE, STATE_FILE)
"""What a training writes into its folder."""

PAIRS = 30_000
MINUTES = 20.0

STOPPED = 130
"""Exit code of a command that the user interrupted."""


def train_clip(
    env: str,
    out: Path,
    *,
    pairs: int = PAIRS,
    minutes: float = MINUTES,
    pattern: str | None = None,
    seed: int = 0,
    fresh: bool = False,
) -> None:
    """Train a small CLIP on what an environment shows and says, and report.

    Args:
        env: id of the environment.
        out: folder for the model; a training that is under way there goes on.
        pairs: images to train on, each with the statements that are true of it.
        minutes: how long at most, on two cores; see `training.IMAGES_A_MINUTE`.
        pattern: regular expression of the statements to learn, None for the usual ones.
        seed: of weights, tasks, play and draws.
        fresh: discard a training that is in the folder.

    Raises:
        CaptionerError: an argument cannot be, or the folder holds a training with other settings.
        gymnasium.error.DependencyNotInstalled: PyTorch or open_clip is missing.
        OSError: the folder cannot be written to.
    """
    console = Console()
    torch_and_open_clip()
    settings = Settings(env, pattern or default_pattern(env), pairs, minutes, seed)
    if fresh:
        clear(out)
    if (result := finished(settings, out)) is not None:
        _say(console, f"{out} holds this training already, finished (--fresh discards it).")
    else:
        result = _train(settings, out, console)
    console.print(result_table(result))
    _say(console, f'Model: {out}. Use it with ClipCaptioner("{out}").')


def clear(folder: Path) -> None:
    """Remove a training from a folder, if there is one, and nothing else.

    Raises:
        OSError: a file cannot be removed.
    """
    for name in FILES:
        (folder / name).unlink(missing_ok=True)


def result_table(result: Result) -> Table:
    """Return precision and recall as a table for the terminal."""
    title = (
        f"{result.settings.env}: {result.held_out:,} images of held-out rooms,"
        f" {result.images:,} to train on"
    )
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    table.add_column("thresholds")
    for heading in ("precision", "recall"):
        table.add_column(heading, justify="right")
    table.add_row("one a statement", *(f"{value:.3f}" for value in result.own))
    table.add_row("one for all", *(f"{value:.3f}" for value in result.common))
    table.add_row("best at precision 0.9", "0.900", f"{result.recall_at:.3f}")
    return table


def _train(settings: Settings, out: Path, console: Console) -> Result:
    """Train, and show how far it is."""
    if (out / STATE_FILE).exists():
        _say(console, f"{out} holds a training under way; it goes on (--fresh discards it).")
    try:
        with stages(console, 16) as watch:
            return learn(settings, visit(settings, watch), out, watch)
    except KeyboardInterrupt:
        _say(console, "Stopped; the same command goes on.")
        raise typer.Exit(STOPPED) from None


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
