"""`data verify`, `data info`, `data generate`, `data pack` and `data unpack`."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from crossworld.benchmarks.reports.words import readable
from crossworld.envs.core.errors import DataError
from crossworld.envs.core.task import TaskSpec
from crossworld.envs.household.alfworld import default_data
from crossworld.envs.household.corpus import Corpus, open_corpus
from crossworld.envs.household.files import StoredGame
from crossworld.envs.household.versions import grammar_version

Item = TypeVar("Item")


def verify(folder: Path | None) -> None:
    """Check every game and print each problem; leave with code 1 if there is any."""
    console = Console()
    corpus = _open(folder)
    checked = problems = 0
    for finding in _tracked(console, corpus.verify(), "checking", len(corpus)):
        checked += 1
        if finding.problem:
            problems += 1
            console.print(finding.problem, markup=False, highlight=False, soft_wrap=True)
    verdict = f"{problems} with a problem" if problems else "all sound"
    console.print(f"{corpus.root}: {checked} games, {verdict}.", highlight=False, soft_wrap=True)
    if problems:
        raise typer.Exit(1)


def info(folder: Path | None) -> None:
    """Show splits, games per task type, rooms, text version and manifest hash."""
    console = Console()
    corpus = _open(folder)
    tasks = {split: corpus.tasks(split, 0, len(corpus)) for split in corpus.splits}
    table = Table(box=SIMPLE_HEAD)
    table.add_column("")
    for split in tasks:
        table.add_column(split, justify="right")
    for kind in sorted({task.task_type for found in tasks.values() for task in found}):
        counts = (sum(task.task_type == kind for task in found) for found in tasks.values())
        table.add_row(readable(kind), *map(str, counts))
    table.add_section()
    table.add_row("games", *(str(len(found)) for found in tasks.values()), style="bold")
    table.add_row("rooms", *(_rooms(found) for found in tasks.values()))
    table.add_row("text version", *(_versions(corpus.games(split)) for split in tasks))
    console.print(str(corpus.root), style="bold", markup=False, highlight=False, soft_wrap=True)
    console.print(table)
    for split in tasks:
        line = f"manifest of {split}: {corpus.manifest_hash(split)}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def generate(out: Path, *, split: str, count: int, start: int) -> None:
    """Write generated games as a folder; what is there already stays."""
    from crossworld.envs.household.generation.export import write_games
    from crossworld.envs.household.generation.generator import GeneratedGames

    console = Console()
    GeneratedGames().count(split)  # a wrong split is told before anything is written
    written = 0
    games = write_games(out, split, range(start, start + count))
    for _, is_new in _tracked(console, games, "generating", count):
        written += is_new
    there = f" ({count - written} were there already)" if written < count else ""
    console.print(
        f"{out}: {written} games of {split} written{there}.", highlight=False, soft_wrap=True
    )


def pack(folder: Path | None, out: Path) -> None:
    """Write all games into one file; if any is damaged, name them all, write none, leave with 1."""
    from crossworld.envs.household.packing import Packer, check_target

    check_target(out)
    console = Console()
    corpus = _open(folder)
    packer = Packer()
    problems = 0
    for game in _tracked(console, corpus.stored, "packing", len(corpus)):
        try:
            packer.add(game)
        except DataError as error:
            problems += 1
            console.print(str(error), markup=False, highlight=False, soft_wrap=True)
    if problems:
        console.print(
            f"{corpus.root}: {problems} of {len(corpus)} games are damaged; nothing was written."
            " Restore or remove them first.",
            highlight=False,
            soft_wrap=True,
        )
        raise typer.Exit(1)
    with console.status("compressing, and reading it all back"):
        games = len(packer.write(out).games)
    size = out.stat().st_size
    console.print(
        f"{out}: {games:,} games, {size / 1e6:.2f} MB, {size / games:,.0f} bytes a game.",
        highlight=False,
        soft_wrap=True,
    )


def unpack(file: Path, out: Path) -> None:
    """Write the games of a pack as a tree of folders."""
    from crossworld.envs.household.pack import Pack
    from crossworld.envs.household.packing import unpack as write

    console = Console()
    games = Pack(file).games
    write(_tracked(console, games, "unpacking", len(games)), out)
    console.print(f"{out}: {len(games):,} games.", highlight=False, soft_wrap=True)


def _open(folder: Path | None) -> Corpus:
    return open_corpus(default_data() if folder is None else str(folder))


def _tracked(console: Console, items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    """Pass items on behind a progress bar, which only a terminal shows."""
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        yield from progress.track(items, total=total, description=what)


def _rooms(tasks: Iterable[TaskSpec]) -> str:
    return str(len({task.scene for task in tasks if task.scene}))


def _versions(games: Iterable[StoredGame]) -> str:
    """Return the text versions that the games speak, the most frequent first."""
    spoken = Counter(grammar_version(game.text().grammar) for game in games)
    return ", ".join(version for version, _ in spoken.most_common())
