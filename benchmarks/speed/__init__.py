"""`make speed`: the household beside the real ALFWorld, in one run on this machine.

Rates on a shared machine are worth little; ratios within one run are what counts. Both sides play
the same commands on the same games; only `step` is timed. Times are CPU times of this process.
"""

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
from crossworld.benchmarks.speed.rows import Row
from crossworld.benchmarks.speed.seeing import seeing_rows
from crossworld.benchmarks.speed.stepping import stepping_rows
from crossworld.envs.household.alfworld import default_data
from crossworld.envs.household.corpus import open_corpus
from crossworld.envs.household.generation.export import write_games

GENERATED = 120
"""Games that are generated where there is no official data."""


def main(data: str | None = None) -> list[Row]:
    """Measure everything, print the table and return its rows."""
    given = data or default_data()
    if given is not None:
        return _measure(given)
    with TemporaryDirectory() as folder:
        for _ in write_games(Path(folder), "train", range(GENERATED)):
            pass
        return _measure(folder)


def _measure(data: str) -> list[Row]:
    console = Console()
    corpus = open_corpus(data)
    folders = [f for split in corpus.splits for f in corpus.folders(split)]
    console.print(f"crossworld {crossworld.__version__}, {len(folders)} games in {corpus.root}")
    text = [
        *loading_rows(folders),
        *packing_rows(corpus),
        *generating_rows(),
        *stepping_rows(data, folders),
        *resetting_rows(data),
    ]
    _show(console, "household, text modalities, one core", text)
    seen = seeing_rows(data, folders)
    _show(console, "household, image and text, one core", seen)
    return [*text, *seen]


def _show(console: Console, title: str, rows: list[Row]) -> None:
    table = Table("what", "measured", "target", "", title=title)
    for row in rows:
        verdict = {None: "", True: "[green]met[/]", False: "[red]not met[/]"}[row.met]
        table.add_row(row.what, row.measured, row.target, verdict)
    console.print(table)
