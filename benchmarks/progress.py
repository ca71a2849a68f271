"""Showing how far a run is: a bar on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

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

LINE_SECONDS = 10.0
"""Without a terminal: time between two lines on the same agent."""


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
            progress.update(bars[stage], completed=done, note=note)

        yield watch


def follow(
    records: Iterable[Record], earlier: Iterable[Record], per_agent: int, console: Console
) -> Iterator[Record]:
    """Pass the records of a run on, and show them go by.

    Args:
        records: episodes as they end, agent by agent.
        earlier: episodes that were played before.
        per_agent: how many episodes an agent has to play.
        console: where to show it.
    """
    counts: dict[str, tuple[int, int]] = {}
    for record in earlier:
        _count(counts, record)
    show = _bars if console.is_terminal else _lines
    return show(records, counts, per_agent, console)


def _bars(
    records: Iterable[Record], counts: dict[str, tuple[int, int]], total: int, console: Console
) -> Iterator[Record]:
    columns = (
        TextColumn("{task.description:<14}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[won]}", markup=False),
        TimeElapsedColumn(),
        TextColumn("ETA", style="dim"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console) as progress:
        bars = {
            agent: progress.add_task(agent, total=total, completed=played, won=_share(won, played))
            for agent, (played, won) in counts.items()
        }
        for record in records:
            played, won = _count(counts, record)
            if record.agent not in bars:
                bars[record.agent] = progress.add_task(record.agent, total=total, won="")
            progress.update(bars[record.agent], completed=played, won=_share(won, played))
            yield record


def _lines(
    records: Iterable[Record], counts: dict[str, tuple[int, int]], total: int, console: Console
) -> Iterator[Record]:
    last = time.monotonic()
    for record in records:
        played, won = _count(counts, record)
        if played == total or time.monotonic() - last > LINE_SECONDS:
            last = time.monotonic()
            line = f"{record.agent}: {played} of {total} episodes, {_share(won, played)}"
            console.print(line, markup=False, highlight=False)
        yield record


def _count(counts: dict[str, tuple[int, int]], record: Record) -> tuple[int, int]:
    played, won = counts.get(record.agent, (0, 0))
    counts[record.agent] = played + 1, won + record.success
    return counts[record.agent]


def _share(won: int, played: int) -> str:
    return f"{won / played:4.0%} solved" if played else ""
