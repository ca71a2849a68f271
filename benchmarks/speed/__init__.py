"""`make speed`: the worlds beside their peers, and wrappers, in one run on this machine.

Rates on a shared machine are worth little; ratios within one run are what counts. Both sides play
the same commands on the same games; only `step` is timed. Times are CPU times of this process.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

import crossworld
from crossworld.benchmarks.speed.loading import (
    generating_rows,
    loading_rows,
    packing_rows,
    resetting_rows,
)
from crossworld.benchmarks.speed.picking import picking_rows
from crossworld.benchmarks.speed.rows import Row
from crossworld.benchmarks.speed.running import running_rows
from crossworld.benchmarks.speed.seeing import seeing_rows
from crossworld.benchmarks.speed.stepping import stepping_rows
from crossworld.benchmarks.speed.wrapping import wrapping_rows
from crossworld.envs.core.errors import CrossworldError
from crossworld.envs.household.alfworld import default_data
from crossworld.envs.household.corpus import open_corpus
from crossworld.envs.household.generation.export import write_games

GENERATED = 120
"""Games that are generated where there is no official data."""


def household() -> list[Row]:
    """Measure the household on official games, or on generated ones where there are none."""
    given = default_data()
    if given is not None:
        return _on_games(given)
    with TemporaryDirectory() as folder:
        for _ in write_games(Path(folder), "train", range(GENERATED)):
            pass
        return _on_games(folder)


def tabletop() -> list[Row]:
    """Measure picking and placing."""
    rows = picking_rows()
    _show("tabletop, picks and places per second, one core", rows)
    return rows


def wrappers() -> list[Row]:
    """Measure what wrappers cost."""
    rows = wrapping_rows()
    _show("wrappers, household, image and text at 128x128, one core", rows)
    return rows


def runner() -> list[Row]:
    """Measure what the benchmark's runner costs."""
    rows = running_rows()
    _show("benchmark runner, household, a free agent", rows)
    return rows


PARTS: Mapping[str, Callable[[], list[Row]]] = {
    "household": household,
    "tabletop": tabletop,
    "wrappers": wrappers,
    "runner": runner,
}
"""Name to what measures it, prints its tables and returns their rows."""


def main(part: str | None = None) -> list[Row]:
    """Measure one part, or all of them.

    Raises:
        CrossworldError: there is no such part.
    """
    if part is not None and part not in PARTS:
        raise CrossworldError(f"part {part!r} is not one of {', '.join(PARTS)}.")
    Console().print(f"crossworld {crossworld.__version__}")
    return [row for name in ([part] if part else PARTS) for row in PARTS[name]()]


def _on_games(data: str) -> list[Row]:
    corpus = open_corpus(data)
    folders = [f for split in corpus.splits for f in corpus.folders(split)]
    Console().print(f"{len(folders)} games in {corpus.root}")
    text = [
        *loading_rows(folders),
        *packing_rows(corpus),
        *generating_rows(),
        *stepping_rows(data, folders),
        *resetting_rows(data),
    ]
    _show("household, text modalities, one core", text)
    seen = seeing_rows(data, folders)
    _show("household, image and text, one core", seen)
    return [*text, *seen]


def _show(title: str, rows: list[Row]) -> None:
    table = Table("what", "measured", "target", "", title=title)
    for row in rows:
        verdict = {None: "", True: "[green]met[/]", False: "[red]not met[/]"}[row.met]
        table.add_row(row.what, row.measured, row.target, verdict)
    Console().print(table)
