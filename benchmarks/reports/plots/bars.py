"""Plots with a line of the page for each agent, so that any number of agents stays readable."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from crossworld.benchmarks.reports.plots.canvas import (
    INK,
    MUTED,
    NARROW,
    SMALL,
    rows_canvas,
    share_axis,
)
from crossworld.benchmarks.reports.plots.looks import Look
from crossworld.benchmarks.reports.plots.marks import bar, interval, upright
from crossworld.benchmarks.reports.words import percent, points, score_of, short
from crossworld.benchmarks.results import Row
from crossworld.benchmarks.statistics import Comparison, Estimate


class Spent(NamedTuple):
    """What an agent costs, and how it is written."""

    agent: str
    value: Estimate
    text: str


class Gap(NamedTuple):
    """Two that are compared: what stands at the row, whose look it has, by how much they differ."""

    label: str
    look: Look
    comparison: Comparison


def success_by_agent(
    name: str, rows: Sequence[Row], held: Sequence[Row], looks: Mapping[str, Look]
) -> str:
    """Return bars of success with intervals; ceilings and controls are hollow.

    Args:
        name: unlike that of any other plot of the page; so everywhere.
        rows: one for each bar.
        held: floors and ceilings, drawn as lines.
        looks: of the agents.
    """
    with rows_canvas(name, 0.47 * len(rows) + 0.9) as (axes, picture):
        for place, row in enumerate(rows):
            bar(axes, row.success, place, looks[row.agent])
            interval(axes, row.low, row.high, place, INK)
            _value(axes, max(row.high, row.success), place, percent(row.success))
        labels = [
            f"{row.agent}\n{', '.join(filter(None, (score_of(row), row.role)))}" for row in rows
        ]
        _rows(axes, labels)
        share_axis(axes)
        upright(axes, held)
    return picture[0]


def success_of_type(
    name: str, rows: Sequence[Row], held: Sequence[Row], looks: Mapping[str, Look]
) -> str:
    """Return points of success with intervals, for one task type."""
    with rows_canvas(name, 0.26 * len(rows) + 0.75, NARROW) as (axes, picture):
        for place, row in enumerate(rows):
            look = looks[row.agent]
            interval(axes, row.low, row.high, place, look.colour)
            axes.plot(
                row.success,
                place,
                look.marker,
                color=look.colour,
                markerfacecolor=look.face,
                markersize=6,
                clip_on=False,
            )
        _rows(axes, [row.agent for row in rows])
        share_axis(axes)
        upright(axes, held)
    return picture[0]


def cost_by_agent(name: str, bars: Sequence[Spent], unit: str, looks: Mapping[str, Look]) -> str:
    """Return bars of what a task played costs, with intervals."""
    with rows_canvas(name, 0.34 * len(bars) + 0.75) as (axes, picture):
        for place, spent in enumerate(bars):
            bar(axes, spent.value.value, place, looks[spent.agent])
            interval(axes, spent.value.low, spent.value.high, place, INK)
            _value(axes, spent.value.high, place, spent.text)
        _rows(axes, [spent.agent for spent in bars])
        axes.set_xlim(0, 1.02 * max(spent.value.high for spent in bars) or 1)
        axes.locator_params(axis="x", nbins=4)
        axes.xaxis.set_major_formatter(lambda at, _: short(at))
        axes.set_xlabel(unit)
        axes.grid(axis="x")
    return picture[0]


def differences(name: str, gaps: Sequence[Gap], unit: str) -> str:
    """Return differences in percentage points with intervals, around a line at none."""
    with rows_canvas(name, 0.5 * len(gaps) + 0.85) as (axes, picture):
        for place, (_, look, found) in enumerate(gaps):
            interval(axes, 100 * found.low, 100 * found.high, place, look.colour)
            axes.plot(
                100 * found.difference,
                place,
                look.marker,
                color=look.colour,
                markerfacecolor=look.face,
                markersize=6.5,
                clip_on=False,
            )
            _value(axes, 100 * found.high, place, points(found.difference))
        _rows(axes, [gap.label for gap in gaps])
        axes.axvline(0, color=MUTED, linewidth=1.2, zorder=0.9)
        edge = max(10.0, *(100 * abs(end) for gap in gaps for end in gap.comparison[1:3]))
        axes.set_xlim(-1.05 * edge, 1.05 * edge)
        axes.locator_params(axis="x", nbins=5)
        axes.set_xlabel(unit)
        axes.grid(axis="x")
    return picture[0]


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    # Under a name stands something that is less important, and there is no way to style half a label.
    if any("\n" in label for label in labels):
        axes.tick_params(axis="y", labelsize=SMALL + 0.5)


def _value(axes: Axes, right: float, place: float, text: str) -> None:
    axes.annotate(
        text,
        (right, place),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontweight="bold",
        annotation_clip=False,
    )
