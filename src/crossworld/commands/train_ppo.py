"""`train ppo`."""

from functools import partial
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from crossworld.agents.ppo.agent import model_file
from crossworld.agents.ppo.recipe import AGENTS, Played, Result, finished, learn
from crossworld.agents.ppo.settings import ALGORITHMS, Settings
from crossworld.agents.ppo.training import STATE_FILE
from crossworld.benchmarks.reports.words import readable
from crossworld.benchmarks.statistics import compare, wilson
from crossworld.commands.training import Training, say
from crossworld.wrappers.adapters.base import needed
from crossworld.wrappers.training import RESULT_FILE

FILES = (*map(model_file, ALGORITHMS), RESULT_FILE, STATE_FILE)
"""What trainings write into their folder."""

STAGE_WIDTH = 17
"""Characters for the names of its stages."""

ALGORITHM = "maskable-ppo"
ENV = "crossworld/Household-v0"
MINUTES = 6.0


def train_ppo(
    out: Path,
    *,
    algorithm: str = ALGORITHM,
    env: str = ENV,
    minutes: float = MINUTES,
    seed: int = 0,
    fresh: bool = False,
) -> None:
    """Train a policy to play an environment by reading its commands, and report.

    Args:
        out: folder for the model; a training that is under way there goes on.
        algorithm: a name of `settings.ALGORITHMS`.
        env: id of the environment.
        minutes: how much is learned, see `Algorithm.steps_a_minute`.
        seed: of weights, tasks and draws.
        fresh: discard a training that is in the folder.

    Raises:
        PPOError: an argument cannot be, or the folder holds a training with other settings.
        gymnasium.error.DependencyNotInstalled: PyTorch or the algorithm's library is missing.
        AdapterError: there is no such environment.
        TaskNotFoundError: it has no tasks to train on, or to judge on.
        OSError: the folder cannot be written to.
    """
    console = Console()
    settings = Settings(algorithm, env, minutes, seed)
    needed(settings.about.module, settings.about.library)
    training = Training(
        files=FILES,
        state=STATE_FILE,
        width=STAGE_WIDTH,
        finished=partial(finished, settings),
        learn=partial(learn, settings),
    )
    result = training.result(out, console, fresh=fresh)
    console.print(result_table(result))
    say(console, difference(result))
    say(console, f'Model: {out}. Use it with {AGENTS[algorithm].__name__}("{out}").')


def result_table(result: Result) -> Table:
    """Return games won per task type as a table for the terminal."""
    title = (
        f"{result.settings.algorithm} on {result.settings.env}: {len(result.games):,} games of"
        f" {result.split}, {result.steps:,} steps to learn from"
    )
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    table.add_column("task type")
    for heading in ("won", "games", "success", "95 %", "random"):
        table.add_column(heading, justify="right")
    kinds = sorted({game.task_type for game in result.games})
    for name, chosen in (*((readable(kind), {kind}) for kind in kinds), ("all", set(kinds))):
        won, games = _count(result.games, chosen)
        interval = wilson(won, games)
        between = f"{interval.low:.3f} to {interval.high:.3f}"
        floor = _count(result.floor, chosen)[0] / games
        table.add_row(name, str(won), str(games), f"{won / games:.3f}", between, f"{floor:.3f}")
    return table


def difference(result: Result) -> str:
    """Return in words how much better than random commands a policy is, paired by game."""
    ours, floor = ({game.task_id: [game.success] for game in games}
                   for games in (result.games, result.floor))  # fmt: skip
    found = compare(ours, floor)
    return (
        f"{found.difference:+.3f} against random commands (95 % {found.low:+.3f} to"
        f" {found.high:+.3f}, paired by game); {result.cpu_seconds / 60:.1f} CPU minutes."
    )


def _count(games: tuple[Played, ...], kinds: set[str]) -> tuple[int, int]:
    """Return games won and games played of some task types."""
    chosen = [game for game in games if game.task_type in kinds]
    return sum(game.success for game in chosen), len(chosen)
