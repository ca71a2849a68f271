"""The results as tables on the terminal."""

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from crossworld.benchmarks.reports.compare import RunComparison
from crossworld.benchmarks.reports.pairs import Pair
from crossworld.benchmarks.reports.words import (
    gap,
    interval,
    number,
    p_value,
    percent,
    points,
    score_of,
    standing,
)
from crossworld.benchmarks.results import ALL, Row

RATES = 8
"""Rates of noise in one table: more would not fit beside the agents."""


def summary_table(title: str, rows: Sequence[Row]) -> RenderableType:
    """Return tables of all scores over all task types: one per task set, and what noise does to it.

    Args:
        title: what stands above.
        rows: see `results.aggregate`.
    """
    totals = [row for row in rows if row.task_type == ALL]
    places = dict.fromkeys((row.env, row.split) for row in totals)
    parts: list[RenderableType] = [Text(title, "bold")]
    for env, split in places:
        mine = [row for row in totals if (row.env, row.split) == (env, split)]
        clean = [row for row in mine if not row.noise]
        if clean:
            parts += [Text(f"\n{env}, {split}", "bold"), _scores(clean)]
        for modality in dict.fromkeys(row.noise.split()[0] for row in mine if row.noise):
            heading = Text(f"{env}, {split}: success in % by rate of noise on {modality}")
            parts += [heading, _noise(modality, mine)]
    return Stack(*parts)


def comparison_table(found: RunComparison) -> RenderableType:
    """Return tables of what two runs differ by, and below what is not the same."""
    parts: list[RenderableType] = [Text(f"{found.second} minus {found.first}", "bold")]
    for place in dict.fromkeys((pair.env, pair.split, pair.noise) for pair in found.pairs):
        there = [pair for pair in found.pairs if (pair.env, pair.split, pair.noise) == place]
        parts += [Text("\n" + ", ".join(filter(None, place))), _differences(there, found)]
    if not found.pairs:
        parts.append(Text("Nothing can be compared.", "red"))
    parts += [Text(reason) for reason in found.refused]
    if found.differing:
        parts += [Text("\nSettings that differ"), _settings(found)]
    return Stack(*parts)


def _scores(rows: Iterable[Row]) -> Table:
    table = _table()
    # Names fold where a terminal is narrow; numbers never do.
    table.add_column("agent\nscore; sees", overflow="fold")
    for heading in ("played", "success\n95 % interval", "steps", "invalid"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            _two_lines(row.agent, "; ".join(filter(None, _about(row))), "dim"),
            _two_lines(str(row.played), f"{row.errors} raised" if row.errors else "", "red"),
            _two_lines(percent(row.success), interval(row.low, row.high), "dim"),
            number(row.steps),
            percent(row.invalid_rate),
        )
    return table


def _noise(modality: str, rows: Sequence[Row]) -> Table:
    """Return success in percent by rate; some rates are left out where there are very many."""
    of_rate = {(row.agent, _rate(row)): row for row in rows if row.noise.startswith(modality)}
    agents = dict.fromkeys(agent for agent, _ in of_rate)
    of_rate |= {(row.agent, 0.0): row for row in rows if not row.noise and row.agent in agents}
    rates = sorted({rate for _, rate in of_rate})
    shown = [rates[i * (len(rates) - 1) // (RATES - 1)] for i in range(RATES)]
    rates = rates if len(rates) <= RATES else shown
    table = _table()
    table.add_column("agent", overflow="fold")
    for rate in rates:
        table.add_column(f"{rate:g}", justify="right", no_wrap=True)
    for agent in agents:
        there = [of_rate.get((agent, rate)) for rate in rates]
        table.add_row(
            Text(agent, "bold"),
            *("" if row is None else f"{100 * row.success:.0f}" for row in there),
        )
    return table


def _differences(pairs: Iterable[Pair], found: RunComparison) -> Table:
    table = _table()
    table.add_column("agent", overflow="fold")
    for heading in (found.first, found.second):
        table.add_column(heading, justify="right", overflow="fold")
    for heading in ("difference\n95 % interval", "better\n/ worse", "test"):
        table.add_column(heading, justify="right", no_wrap=True)
    for pair in pairs:
        between = pair.comparison
        table.add_row(
            _two_lines(pair.agent, pair.first_score, "dim"),
            percent(pair.second_success),
            percent(pair.first_success),
            _two_lines(points(between.difference), gap(between.low, between.high), "dim"),
            _two_lines(f"{between.b} / {between.c}", f"of {between.tasks}", "dim"),
            _two_lines(f"p {p_value(between.p_value)}", pair.test, "dim"),
        )
    return table


def _settings(found: RunComparison) -> Table:
    table = _table()
    for heading in ("setting", found.first, found.second):
        table.add_column(heading, overflow="fold")
    for differing in found.differing:
        table.add_row(*map(Text, differing))
    return table


def _table() -> Table:
    return Table(box=SIMPLE_HEAD)


def _two_lines(first: str, second: str, style: str) -> Text:
    return Text.assemble((first, "bold"), "\n", (second, style))


def _about(row: Row) -> tuple[str, str, str]:
    return score_of(row), row.sees, standing(row)


def _rate(row: Row) -> float:
    return float(row.noise.split()[1])
