"""Plots of success over something: steps, trials, noise, tokens."""

from collections.abc import Mapping, Sequence
from itertools import count
from math import log10
from typing import NamedTuple

from matplotlib.axes import Axes

from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.records import Record
from crossworld.benchmarks.reports.plots.canvas import lines_canvas
from crossworld.benchmarks.reports.plots.looks import Look
from crossworld.benchmarks.reports.plots.marks import (
    Named,
    curve,
    level,
    name_ends,
    needed_height,
)
from crossworld.benchmarks.reports.words import short
from crossworld.benchmarks.results import Group, Row
from crossworld.benchmarks.statistics import Estimate


class Line(NamedTuple):
    """A curve with its intervals."""

    agent: str
    x: Sequence[float]
    points: Sequence[tuple[float, float, float]]


class Spot(NamedTuple):
    """What an agent costs, and what it reaches with it."""

    agent: str
    cost: Estimate
    success: tuple[float, float, float]


def success_over_steps(
    name: str,
    records: Mapping[Group, Sequence[Record]],
    rows: Sequence[Row],
    looks: Mapping[str, Look],
) -> str:
    """Return the share of episodes solved within a number of steps, one line per agent.

    Args:
        name: unlike that of any other plot of the page; so everywhere.
        records: of each group.
        rows: one for each line; of groups that play each task once.
        looks: of the agents.
    """
    with lines_canvas(name, needed_height(len(rows))) as (axes, picture):
        longest = max(Protocol.parse(row.protocol).limit for row in rows)
        for row in rows:
            look = looks[row.agent]
            limit = Protocol.parse(row.protocol).limit
            ends = sorted(record.steps for record in records[row.group] if record.success)
            shares = [(i + 1) / row.episodes for i in range(len(ends))]
            axes.step(
                [0, *ends, limit],
                [0.0, *shares, row.success],
                where="post",
                color=look.colour,
                linestyle=look.dash,
                linewidth=1.8,
                clip_on=False,
            )
            _marker(axes, limit, row.success, look)
        axes.set_xlim(0, longest)
        axes.set_xlabel("steps")
        name_ends(axes, [Named(r.agent, r.success, looks[r.agent].colour) for r in rows])
    return picture[0]


def success_over_trials(
    name: str,
    lines: Sequence[Line],
    unit: str,
    held: Sequence[Row],
    looks: Mapping[str, Look],
) -> str:
    """Return cumulative success by trial, or by round."""
    most = max(len(line.x) for line in lines)
    with lines_canvas(name, needed_height(len(lines) + len(held))) as (axes, picture):
        named = _curves(axes, lines, looks, width=most - 1) + level(axes, held)
        axes.set_xlim(0.85, most + 0.15)
        axes.set_xticks(range(1, most + 1) if most <= 12 else range(1, most + 1, most // 6))
        axes.set_xlabel(unit)
        name_ends(axes, named)
    return picture[0]


def success_over_noise(
    name: str,
    lines: Sequence[Line],
    modality: str,
    held: Sequence[Row],
    looks: Mapping[str, Look],
) -> str:
    """Return success over the rate of noise on one modality."""
    rates = sorted({rate for line in lines for rate in line.x})
    width = rates[-1] - rates[0]
    with lines_canvas(name, needed_height(len(lines) + len(held))) as (axes, picture):
        named = _curves(axes, lines, looks, width) + level(axes, held)
        axes.set_xlim(rates[0] - 0.04 * width, rates[-1] + 0.04 * width)
        ticks = _apart(rates, width / 7)
        axes.set_xticks(ticks, [f"{rate:g}" for rate in ticks])
        axes.set_xlabel(f"rate of noise on {modality}")
        name_ends(axes, named)
    return picture[0]


def success_over_tokens(
    name: str, spots: Sequence[Spot], held: Sequence[Row], looks: Mapping[str, Look]
) -> str:
    """Return what agents with language models reach, over the tokens of a task played."""
    with lines_canvas(name, needed_height(len(spots) + len(held))) as (axes, picture):
        axes.set_xscale("log")
        least = min(spot.cost.low or spot.cost.value for spot in spots)
        most = max(spot.cost.high for spot in spots)
        for spot in spots:
            look = looks[spot.agent]
            value, low, high = spot.success
            cost = spot.cost
            axes.plot([cost.low, cost.high], [value, value], color=look.colour, linewidth=1.2)
            axes.plot([cost.value] * 2, [low, high], color=look.colour, linewidth=1.2)
            _marker(axes, cost.value, value, look)
        axes.set_xlim(least / 1.3, most * 1.3)
        axes.set_xlabel("tokens of a task played")
        _token_ticks(axes, least / 1.3, most * 1.3)
        named = [Named(s.agent, s.success[0], looks[s.agent].colour) for s in spots]
        name_ends(axes, named + level(axes, held))
    return picture[0]


def _curves(
    axes: Axes, lines: Sequence[Line], looks: Mapping[str, Look], width: float
) -> list[Named]:
    """Draw curves side by side, over a range of this width; return their names."""
    step = 0.06 * width / max(len(lines) - 1, 1)
    for number, line in zip(count(), lines):
        shift = step * (number - (len(lines) - 1) / 2)
        curve(axes, line.x, line.points, looks[line.agent], shift)
    return [Named(line.agent, line.points[-1][0], looks[line.agent].colour) for line in lines]


def _marker(axes: Axes, x: float, y: float, look: Look) -> None:
    axes.plot(
        x,
        y,
        look.marker,
        color=look.colour,
        markerfacecolor=look.face,
        markersize=6,
        clip_on=False,
    )


def _apart(places: Sequence[float], gap: float) -> list[float]:
    """Return the places that leave room for their labels."""
    kept = [places[0]]
    for place in places[1:]:
        if place - kept[-1] >= gap:
            kept.append(place)
    return kept


def _token_ticks(axes: Axes, least: float, most: float) -> None:
    decades = range(int(log10(least)) - 1, int(log10(most)) + 2)
    at = [n * 10.0**d for d in decades for n in (1, 2, 5) if least <= n * 10.0**d <= most]
    if len(at) > 5:
        at = [place for place in at if f"{place:e}".startswith("1")]
    axes.set_xticks(at, [short(place) for place in at])
    axes.set_xticks([], minor=True)
