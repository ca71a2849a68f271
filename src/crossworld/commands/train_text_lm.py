"""`train text-lm`."""

from functools import partial
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from crossworld.agents.text_lm.model import MODEL_FILES
from crossworld.agents.text_lm.recipe import Result, finished, learn
from crossworld.agents.text_lm.settings import Settings, weights_hash
from crossworld.agents.text_lm.training import STATE_FILE
from crossworld.benchmarks.reports.words import readable
from crossworld.benchmarks.statistics import wilson
from crossworld.commands.training import Training, say
from crossworld.wrappers.chat.local import torch_and_transformers
from crossworld.wrappers.training import RESULT_FILE

FILES = (*MODEL_FILES, RESULT_FILE, STATE_FILE)
"""What a training writes into its folder."""

STAGE_WIDTH = 14
"""Characters for the names of its stages."""

ENV = "crossworld/Household-v0"
MINUTES = 45.0


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
    training = Training(
        files=FILES,
        state=STATE_FILE,
        width=STAGE_WIDTH,
        finished=partial(finished, settings),
        learn=lambda folder, watch: learn(settings, folder, watch, start=start),
    )
    result = training.result(out, console, fresh=fresh)
    console.print(result_table(result))
    say(console, f'Model: {out}. Use it with LocalChatModel("{out}"), or transformers serve.')


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
