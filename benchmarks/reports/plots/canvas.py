"""What all plots share: size, style, and how a figure becomes SVG for a page."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

SERIES = 7
"""Colours of contestants, `--series-0` and so on in the page's style; they repeat after that."""

WIDTH = 5.4
"""Inches of 72 CSS pixels: fits half a desktop page, and a phone without becoming unreadable."""

NARROW = 4.3
"""Inches of plots of which three stand side by side."""

SMALL = 9.5
"""Size of secondary text, points; the other text has 11."""

MARGIN = 1.95
"""Inches at the right of line plots, for the names of lines."""

# Matplotlib wants colours; these stand for the page's variables and are replaced in its output.
_VARIABLES = {
    "#000001": "var(--ink)",
    "#000002": "var(--muted)",
    "#000003": "var(--line)",
    "#000004": "var(--reference)",
    "#000005": "var(--card)",
    **{f"#0000{16 + i:02x}": f"var(--series-{i})" for i in range(SERIES)},
}
INK, MUTED, LINE, REFERENCE, CARD, *COLOURS = _VARIABLES

_STYLE: Any = {  # matplotlib types the keys, but only in some releases
    "svg.fonttype": "none",
    "svg.hashsalt": "crossworld",
    "text.parse_math": False,
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.color": LINE,
    "ytick.labelcolor": INK,
    "ytick.major.size": 0,
}
_SHARES = ([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100 %"])


@contextmanager
def rows_canvas(name: str, height: float, width: float = WIDTH) -> Iterator[tuple[Axes, list[str]]]:
    """Give axes whose labels of rows take the room that they need.

    Args:
        name: unlike that of any other plot of the page.
        height: inches.
        width: inches.

    Yields:
        The axes, and a list that holds the picture afterwards.
    """
    with _canvas(name, (width, height), layout="constrained") as (figure, picture):
        yield figure.add_subplot(), picture


@contextmanager
def lines_canvas(name: str, height: float) -> Iterator[tuple[Axes, list[str]]]:
    """Give axes with a share from 0 to 1 upwards, and room for names at the right.

    Args:
        name: unlike that of any other plot of the page.
        height: inches.

    Yields:
        The axes, and a list that holds the picture afterwards.
    """
    with _canvas(name, (WIDTH, height)) as (figure, picture):
        left, below, above = 0.55, 0.55, 0.12
        axes = figure.add_axes(
            (
                left / WIDTH,
                below / height,
                (WIDTH - left - MARGIN) / WIDTH,
                (height - below - above) / height,
            )
        )
        axes.set_ylim(0, 1)
        axes.set_yticks(*_SHARES)
        axes.tick_params(axis="y", labelcolor=MUTED)
        axes.grid(axis="y")
        yield axes, picture


def share_axis(axes: Axes) -> None:
    """Have a share run from 0 to 1 to the right."""
    axes.set_xlim(0, 1)
    axes.set_xticks(*_SHARES)
    axes.grid(axis="x")


@contextmanager
def _canvas(
    name: str, size: tuple[float, float], **options: Any
) -> Iterator[tuple[Figure, list[str]]]:
    picture: list[str] = []
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=size, **options)
        yield figure, picture
        text = io.StringIO()
        figure.savefig(text, format="svg", transparent=True)
    picture.append(_embeddable(name, text.getvalue()))


def _embeddable(name: str, svg: str) -> str:
    """Keep the drawing alone: no prologue, no metadata, ids that are unique within a page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    svg = re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"\n\s*", "\n", svg)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    return svg.replace("<svg", '<svg aria-hidden="true"', 1).strip()
