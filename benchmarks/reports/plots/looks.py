"""How each agent looks in all plots of a report: colour, and marker and dash as a second channel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from crossworld.benchmarks.reports.plots.canvas import COLOURS, REFERENCE, SERIES

Dash: TypeAlias = str | tuple[int, tuple[float, ...]]

MARKERS = "osD^vPX"
"""Of contestants; they repeat after that, with another dash."""

FLOORS = "x+1234"
"""Of floors and ceilings, which are grey."""

DASHES: tuple[Dash, ...] = ("-", (0, (5, 2)), (0, (6, 2, 1, 2)))
DOTTED: Dash = (0, (1, 1.5))
_FLOOR_DASHES: tuple[Dash, ...] = (DOTTED, (0, (4, 2)), (0, (6, 2, 1, 2)))


@dataclass(frozen=True, slots=True)
class Look:
    """How an agent looks.

    Attributes:
        series: number of its colour, None for the grey of floors and ceilings.
        marker: of matplotlib.
        dash: of matplotlib.
        hollow: its marks are not filled: ceilings, and controls.
    """

    series: int | None
    marker: str
    dash: Dash
    hollow: bool = False

    @property
    def colour(self) -> str:
        """The colour, for matplotlib."""
        return REFERENCE if self.series is None else COLOURS[self.series]

    @property
    def variable(self) -> str:
        """The colour, for a page."""
        return "var(--reference)" if self.series is None else f"var(--series-{self.series})"

    @property
    def face(self) -> str:
        """What fills its marks, for matplotlib."""
        return "none" if self.hollow else self.colour


def looks(agents: Iterable[Mapping[str, Any]], controls: Mapping[str, str]) -> dict[str, Look]:
    """Return how each agent looks.

    Args:
        agents: their settings, see `Plan.settings`.
        controls: see `curves.controls_of`; a control looks like its agent, but hollow and dotted.
    """
    found: dict[str, Look] = {}
    principals = {control: agent for agent, control in controls.items()}
    contestants = references = 0
    for agent in agents:
        name = agent["name"]
        if name in principals:
            found[name] = replace(found[principals[name]], dash=DOTTED, hollow=True)
        elif agent["role"]:
            found[name] = Look(
                None,
                "o" if agent["role"] == "ceiling" else FLOORS[references % len(FLOORS)],
                "-" if agent["role"] == "ceiling" else _FLOOR_DASHES[references % 3],
                hollow=agent["role"] == "ceiling",
            )
            references += agent["role"] != "ceiling"
        else:
            found[name] = Look(
                contestants % SERIES,
                MARKERS[contestants % len(MARKERS)],
                DASHES[contestants // SERIES % len(DASHES)],
            )
            contestants += 1
    return found


def swatch(look: Look) -> str:
    """Return a look as a small picture for legends."""
    style = MarkerStyle(look.marker)
    shape = style.get_path().transformed(
        style.get_transform() + Affine2D().scale(6, -6).translate(14, 6)
    )
    dash = "" if isinstance(look.dash, str) else " ".join(f"{2 * part:g}" for part in look.dash[1])
    colour = look.variable
    fill = "var(--card)" if look.hollow or not style.is_filled() else colour
    return (
        '<svg class="swatch" viewBox="0 0 28 12" aria-hidden="true">'
        f'<path d="M0 6H28" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
        f'<path d="{_svg(shape)}" stroke="{colour}" stroke-width="1.5" fill="{fill}"/></svg>'
    )


_SEGMENTS: dict[int, str] = {
    int(Path.MOVETO): "M",
    int(Path.LINETO): "L",
    int(Path.CURVE3): "Q",
    int(Path.CURVE4): "C",
    int(Path.CLOSEPOLY): "Z",
}


def _svg(path: Path) -> str:
    return "".join(
        _SEGMENTS[int(code)]
        + ("" if code == Path.CLOSEPOLY else " ".join(f"{float(at):.2f}" for at in points))
        for points, code in path.iter_segments()
    )
