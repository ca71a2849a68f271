"""Showing how far a run is: a bar on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from crossworld.benchmarks.records import Record
from crossworld.benchmarks.results import trials_of

LINE_SECONDS = 10.0
"""Without a terminal: time between two lines."""

NAME_WIDTH = 28
"""Characters for the names of agents."""


@contextmanager
def stages(console: Console, width: int) -> Iterator[Callable[..., None]]:
    """Show how far work is that has stages, a bar for each.

    Args:
        console: where to show it.
        width: characters for the names of stages.

    Yields:
        What is told of it: (stage, done, total, note="").
    """
    columns = (
        TextColumn(f"{{task.description:<{width}}}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        TimeElapsedColumn(),
        TextColumn("ETA", style="dim"),
        TimeRemainingColumn(compact=True),
    )
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=console) as progress:

        def watch(stage: str, done: int, total: int, note: str = "") -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage, total=total, note=note)
            progress.update(bars[stage], completed=done, total=total, note=note)

        yield watch


class Tally:
    """How far an agent is.

    Args:
        entered: the agent's settings, see `Plan.settings`.
    """

    def __init__(self, entered: Mapping[str, Any]) -> None:
        self.total = int(entered["episodes"])
        self.played = 0
        self._entered = entered
        self._tasks: dict[tuple[object, ...], bool] = {}

    def count(self, record: Record) -> None:
        """Count an episode; once a task is solved, its other trials are not played."""
        self.played += 1
        key = record.key
        task = key[:-1]
        self._tasks[task] = self._tasks.get(task, False) or record.success
        if record.success:
            self.total -= trials_of(self._entered, record.protocol) - 1 - key.trial

    @property
    def note(self) -> str:
        """Share of the tasks that are solved, "" before the first."""
        if not self._tasks:
            return ""
        return f"{sum(self._tasks.values()) / len(self._tasks):4.0%} solved"


def follow(
    records: Iterable[Record],
    earlier: Iterable[Record],
    entered: Iterable[Mapping[str, Any]],
    console: Console,
) -> Iterator[Record]:
    """Pass the records of a run on, and show them go by.

    Args:
        records: episodes as they end.
        earlier: episodes that were played before.
        entered: the settings of the agents, see `Plan.settings`.
        console: where to show it.
    """
    tallies = {agent["name"]: Tally(agent) for agent in entered}
    for record in earlier:
        tallies[record.agent].count(record)
    show = _bars if console.is_terminal else _lines
    return show(records, tallies, console)


def _bars(
    records: Iterable[Record], tallies: Mapping[str, Tally], console: Console
) -> Iterator[Record]:
    width = min(NAME_WIDTH, max(map(len, tallies)))
    with stages(console, width) as watch:
        for agent, tally in tallies.items():
            if tally.played:
                watch(agent, tally.played, tally.total, tally.note)
        for record in records:
            tally = tallies[record.agent]
            tally.count(record)
            watch(record.agent, tally.played, tally.total, tally.note)
            yield record


def _lines(
    records: Iterable[Record], tallies: Mapping[str, Tally], console: Console
) -> Iterator[Record]:
    last = time.monotonic()
    for record in records:
        tally = tallies[record.agent]
        tally.count(record)
        if tally.played == tally.total or time.monotonic() - last > LINE_SECONDS:
            last = time.monotonic()
            line = f"{record.agent}: {tally.played} of {tally.total} episodes, {tally.note}"
            console.print(line, markup=False, highlight=False)
        yield record
