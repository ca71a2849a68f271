"""`train text-lm`."""

from pathlib import Path

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from crossworld.agents.text_lm.model import MODEL_FILES
from crossworld.agents.text_lm.recipe import RESULT_FILE, Result, finished, learn
from crossworld.agents.text_lm.settings import Settings, weights_hash
from crossworld.agents.text_lm.training import STATE_FILE
from crossworld.benchmarks.progress import stages
from crossworld.benchmarks.reports.words import readable
from crossworld.benchmarks.statistics import wilson
from crossworld.wrappers.chat.local import torch_and_transformers

FILES = (*MODEL_FILES, RESULT_FILE, STATE_FILE)
"""What a training writes into its folder."""

ENV = "crossworld/Household-v0"
MINUTES = 45.0

STOPPED = 130
"""Exit code of a command that the user interrupted."""


def train_text_lm(
    out: Path,
    *,
    minutes: float = MINUTES,
    env: str = ENV,
    seed: int = 0,
    start: Path | None = None,
    data: Path | None = None,
    fresh: bool = False,
) -> None:
    """Train a small language model to play a household from text, and report.

    Args:
        out: folder for the model; a training that is under way there goes on.
        minutes: how much is learned, on two cores; see `settings.DEMONSTRATIONS_A_MINUTE`.
        env: id of the environment.
        seed: of weights, tasks and slips.
        start: folder of the model to begin with, None for random weights.
        data: folder or pack of games, for environments that read them.
        fresh: discard a training that is in the folder.

    Raises:
        TextModelError: an argument cannot be, or the folder holds a training with other settings.
        gymnasium.error.DependencyNotInstalled: PyTorch or transformers is missing.
        DataError: there are no games.
        OSError: the folder cannot be written to.
    """
    console = Console()
    torch_and_transformers()
    settings = Settings(env, minutes, seed, weights_hash(start), str(data or ""))
    if fresh:
        clear(out)
    if (result := finished(settings, out)) is not None:
        _say(console, f"{out} holds this training already, finished (--fresh discards it).")
    else:
        result = _train(settings, out, start, console)
    console.print(result_table(result))
    _say(console, f'Model: {out}. Use it with LocalChatModel("{out}"), or transformers serve.')


def clear(folder: Path) -> None:
    """Remove a training from a folder, if there is one, and nothing else.

    Raises:
        OSError: a file cannot be removed.
    """
    for name in FILES:
        (folder / name).unlink(missing_ok=True)


def result_table(result: Result) -> Table:
    """Return games won per task type as a table for the terminal."""
    title = (
        f"{result.settings.env}: {result.games:,} games of {result.split},"
        f" {result.demonstrations:,} demonstrations to learn from"
    )
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    table.add_column("task type")
    for heading in ("won", "games", "pass@1/50", "95 %"):
        table.add_column(heading, justify="right")
    rows = {readable(kind): counts for kind, counts in result.by_type.items()}
    for name, (won, games) in (rows | {"all": (result.won, result.games)}).items():
        interval = wilson(won, games)
        between = f"{interval.low:.3f} to {interval.high:.3f}"
        table.add_row(name, str(won), str(games), f"{won / games:.3f}", between)
    return table


def _train(settings: Settings, out: Path, start: Path | None, console: Console) -> Result:
    """Train, and show how far it is."""
    if (out / STATE_FILE).exists():
        _say(console, f"{out} holds a training under way; it goes on (--fresh discards it).")
    try:
        with stages(console, 14) as watch:
            return learn(settings, out, watch, start=start)
    except KeyboardInterrupt:
        _say(console, "Stopped; the same command goes on.")
        raise typer.Exit(STOPPED) from None


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
