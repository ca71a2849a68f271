"""What several plots draw: intervals, names at the ends of lines, floors and ceilings as lines."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from crossworld.benchmarks.reports.plots.canvas import MUTED, REFERENCE, SMALL
from crossworld.benchmarks.reports.plots.looks import DOTTED, Dash, Look
from crossworld.benchmarks.results import Row

LONGEST = 25
"""Characters of a name at the end of a line; the legend has all of it."""

_LINE_POINTS = 12.5
_CHARACTER_POINTS = 5.2

DASHES: dict[str, Dash] = {"floor": DOTTED, "blind floor": (0, (4, 2)), "ceiling": "-"}
"""Of the lines of floors and ceilings, by role."""


class Named(NamedTuple):
    """A line that gets its name at its end."""

    name: str
    at: float
    colour: str


def upright(axes: Axes, held: Sequence[Row]) -> None:
    """Draw floors and ceilings as upright lines, with their names above, none upon another.

    Args:
        axes: with a share from 0 to 1 to the right.
        held: the highest of each role.
    """
    width = axes.figure.bbox.width / axes.figure.dpi * 72 * 0.55
    taken: list[tuple[int, float, float]] = []
    for row in sorted(held, key=lambda row: row.success):
        axes.axvline(
            row.success, color=REFERENCE, linestyle=DASHES[row.role], linewidth=1.2, zorder=0.9
        )
        half = (len(row.role) + 1) * _CHARACTER_POINTS / width / 2
        middle = min(max(row.success, half / 2), 1.0)
        level = 0
        while any(
            at == level and left < middle + half and middle - half < right
            for at, left, right in taken
        ):
            level += 1
        taken.append((level, middle - half, middle + half))
        axes.annotate(
            row.role,
            (middle, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3 + _LINE_POINTS * level),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=MUTED,
            fontsize=SMALL,
            annotation_clip=False,
        )


def level(axes: Axes, held: Sequence[Row]) -> list[Named]:
    """Draw floors and ceilings as level lines with bands; return their names."""
    for row in held:
        axes.axhline(
            row.success, color=REFERENCE, linestyle=DASHES[row.role], linewidth=1.2, zorder=0.9
        )
        axes.axhspan(row.low, row.high, color=REFERENCE, alpha=0.07, linewidth=0, zorder=0.8)
    return [Named(f"{row.role}, {row.protocol}", row.success, REFERENCE) for row in held]


def name_ends(axes: Axes, named: Sequence[Named]) -> None:
    """Write names at the right of lines, as near to their ends as leaves them readable."""
    height = axes.bbox.height / axes.figure.dpi * 72
    lines = sorted(named, key=lambda line: line.at)
    places = spread([line.at for line in lines], _LINE_POINTS / height)
    for line, place in zip(lines, places, strict=True):
        axes.annotate(
            _shortened(line.name),
            (1, line.at),
            xycoords="axes fraction",
            xytext=(1.07, place),
            textcoords="axes fraction",
            va="center",
            fontsize=SMALL,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": line.colour,
                "linewidth": 1.2,
                "shrinkA": 1,
                "shrinkB": 4,
                "relpos": (0, 0.5),
            },
        )


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Return places that are at least a gap apart, and as near as may be to those wanted.

    Neighbours that are too near become a block around the mean of what they want; the blocks are
    kept within 0 to 1 if they fit.

    Args:
        wanted: rising places in [0, 1].
        gap: the least distance.
    """
    blocks: list[list[float]] = []
    for place in wanted:
        blocks.append([place])
        while len(blocks) > 1 and _start(blocks[-2], gap) + len(blocks[-2]) * gap > _start(
            blocks[-1], gap
        ):
            last = blocks.pop()
            blocks[-1] += last
    return [_start(block, gap) + gap * i for block in blocks for i in range(len(block))]


def needed_height(names: int) -> float:
    """Return how many inches a plot with so many names at its right needs."""
    return max(3.4, 0.7 + 1.04 * names * _LINE_POINTS / 72)


def interval(axes: Axes, low: float, high: float, place: float, colour: str) -> None:
    """Draw a level interval."""
    axes.plot([low, high], [place, place], color=colour, linewidth=1.6, clip_on=False)


def bar(axes: Axes, value: float, place: float, look: Look) -> None:
    """Draw a bar that is pale enough for an interval upon it."""
    if not look.hollow:
        axes.barh(place, value, height=0.5, facecolor=look.colour, alpha=0.4)
    axes.barh(place, value, height=0.5, facecolor="none", edgecolor=look.colour, linewidth=1.5)


def curve(
    axes: Axes,
    x: Sequence[float],
    points: Sequence[tuple[float, float, float]],
    look: Look,
    shift: float,
) -> None:
    """Draw a line through estimates, with their intervals moved aside so that none hides another."""
    at = [place + shift for place in x]
    for place, (_, low, high) in zip(at, points, strict=True):
        axes.plot(
            [place, place], [low, high], color=look.colour, linewidth=1.1, alpha=0.6, clip_on=False
        )
    axes.plot(
        at,
        [value for value, _, _ in points],
        color=look.colour,
        linestyle=look.dash,
        marker=look.marker,
        markerfacecolor="none" if look.hollow else look.colour,
        markersize=5.5,
        linewidth=1.8,
        clip_on=False,
    )


def _start(block: Sequence[float], gap: float) -> float:
    length = gap * (len(block) - 1)
    start = sum(block) / len(block) - length / 2
    return max(0.0, min(start, 1.0 - length))


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
