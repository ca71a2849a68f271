"""`train clip`."""

from functools import partial
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from crossworld.commands.training import Training, say
from crossworld.wrappers.captioners.clip.architecture import CONFIG_FILE, WEIGHTS_FILE
from crossworld.wrappers.captioners.clip.calibration import CALIBRATION_FILE
from crossworld.wrappers.captioners.clip.libraries import torch_and_open_clip
from crossworld.wrappers.captioners.clip.recipe import (
    Result,
    default_pattern,
    finished,
    learn,
    visit,
)
from crossworld.wrappers.captioners.clip.training import STATE_FILE, Settings
from crossworld.wrappers.training import RESULT_FILE

FILES = (CONFIG_FILE, WEIGHTS_FILE, CALIBRATION_FILE, RESULT_FILE, STATE_FILE)
"""What a training writes into its folder."""

STAGE_WIDTH = 16
"""Characters for the names of its stages."""

PAIRS = 30_000
MINUTES = 20.0


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
    training = Training(
        files=FILES,
        state=STATE_FILE,
        width=STAGE_WIDTH,
        finished=partial(finished, settings),
        learn=lambda folder, watch: learn(settings, visit(settings, watch), folder, watch),
    )
    result = training.result(out, console, fresh=fresh)
    console.print(result_table(result))
    say(console, f'Model: {out}. Use it with ClipCaptioner("{out}").')


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
