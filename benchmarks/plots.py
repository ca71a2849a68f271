"""The report's plots, as SVG to stand inside HTML.

Colours are CSS variables, so one picture serves light and dark pages, and text stays text.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.records import Record
from crossworld.benchmarks.results import ALL, Row
from crossworld.benchmarks.words import percent, readable, standing

SERIES = 6
"""Colours of agents, `--series-0` and so on; they repeat after that."""

MARKERS = "osD^vP"
DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))

WIDTH = 5.4
"""Inches of 72 CSS pixels: fits half a desktop page, and a phone without becoming unreadable."""

# Matplotlib wants colours; these stand for the page's variables and are replaced in its output.
_VARIABLES = {
    "#000001": "var(--ink)",
    "#000002": "var(--muted)",
    "#000003": "var(--line)",
    **{f"#0000{16 + i:02x}": f"var(--series-{i})" for i in range(SERIES)},
}
_INK, _MUTED, _LINE, *_SERIES = _VARIABLES

_STYLE: Any = {  # matplotlib types the keys, but only in some releases
    "svg.fonttype": "none",
    "svg.hashsalt": "crossworld",
    "text.parse_math": False,
    "font.size": 11.5,
    "text.color": _INK,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _MUTED,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "grid.color": _LINE,
    "grid.linewidth": 0.8,
    "xtick.color": _LINE,
    "xtick.labelcolor": _MUTED,
    "ytick.color": _LINE,
    "ytick.labelcolor": _INK,
    "ytick.major.size": 0,
}


def success_by_agent(rows: Sequence[Row], colours: dict[str, int]) -> str:
    """Return bars of success with intervals; floors are pale, ceilings hollow."""
    rows = [row for row in rows if row.task_type == ALL]
    with _canvas("agents", 0.7 * len(rows) + 0.6) as (axes, picture):
        for place, row in enumerate(rows):
            colour = _SERIES[colours[row.agent]]
            hollow, pale = row.role == "ceiling", "floor" in row.role
            axes.barh(
                place,
                row.success,
                height=0.5,
                facecolor="none" if hollow else colour,
                edgecolor=colour,
                alpha=0.45 if pale else 1.0,
                linewidth=1.5,
            )
            _interval(axes, row, place, _INK)
            axes.annotate(
                percent(row.success),
                (max(row.high, row.success), place),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontweight="bold",
                annotation_clip=False,
            )
        labels = ["\n".join(filter(None, (r.agent, standing(r), r.protocol))) for r in rows]
        axes.set_yticks(range(len(rows)), labels)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        _share_axis(axes)
    return picture[0]


def success_by_type(rows: Sequence[Row], colours: dict[str, int]) -> str:
    """Return points of success with intervals, a band per task type."""
    rows = [row for row in rows if row.task_type != ALL]
    kinds = sorted({row.task_type for row in rows})
    band = 0.16 * len(colours) + 0.3
    with _canvas("types", band * len(kinds) + 0.6) as (axes, picture):
        for row in rows:
            index = list(colours).index(row.agent)
            spread = 0.7 * ((index + 0.5) / len(colours) - 0.5)
            place = kinds.index(row.task_type) + spread
            colour = _SERIES[colours[row.agent]]
            _interval(axes, row, place, colour)
            axes.plot(
                row.success,
                place,
                MARKERS[index % len(MARKERS)],
                color=colour,
                markerfacecolor="none" if row.role == "ceiling" else colour,
                markersize=5.5,
                clip_on=False,
            )
        for edge in range(1, len(kinds)):
            axes.axhline(edge - 0.5, color=_LINE, linewidth=0.8)
        axes.set_yticks(
            range(len(kinds)), [readable(kind).replace(" then ", "\nthen ") for kind in kinds]
        )
        axes.set_ylim(len(kinds) - 0.5, -0.5)
        _share_axis(axes)
    return picture[0]


def success_over_steps(
    records: Sequence[Record], rows: Sequence[Row], colours: dict[str, int]
) -> str:
    """Return the share of episodes solved within a number of steps, one line per agent."""
    with _canvas("steps", 3.6) as (axes, picture):
        longest = 1
        for index, row in enumerate(row for row in rows if row.task_type == ALL):
            limit = Protocol.parse(row.protocol).limit
            longest = max(longest, limit)
            ends = sorted(r.steps for r in records if r.agent == row.agent and r.success)
            shares = [(i + 1) / row.episodes for i in range(len(ends))]
            colour = _SERIES[colours[row.agent]]
            axes.step(
                [0, *ends, limit],
                [0.0, *shares, row.success],
                where="post",
                color=colour,
                linestyle=DASHES[index % len(DASHES)],
                linewidth=2,
                clip_on=False,
            )
            axes.plot(
                limit, row.success, MARKERS[index % len(MARKERS)], color=colour, clip_on=False
            )
        axes.set_xlim(0, longest)
        axes.set_xlabel("steps")
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100 %"])
        axes.tick_params(axis="y", labelcolor=_MUTED)
        axes.grid(axis="y")
    return picture[0]


def _interval(axes: Axes, row: Row, place: float, colour: str) -> None:
    axes.plot([row.low, row.high], [place, place], color=colour, linewidth=1.6, clip_on=False)


def _share_axis(axes: Axes) -> None:
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100 %"])
    axes.grid(axis="x")


@contextmanager
def _canvas(name: str, height: float) -> Iterator[tuple[Axes, list[str]]]:
    """Give axes to draw on; afterwards the list holds the picture."""
    picture: list[str] = []
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        yield figure.add_subplot(), picture
        text = io.StringIO()
        figure.savefig(text, format="svg", transparent=True)
    picture.append(_embeddable(name, text.getvalue()))


def _embeddable(name: str, svg: str) -> str:
    """Keep the drawing alone: no prologue, no metadata, ids that are unique within a page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    svg = re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    return svg.replace("<svg", '<svg aria-hidden="true"', 1).strip()
