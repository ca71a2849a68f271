"""A floor plan of one room of each family of generated households, drawn at build time.

The drawings go to `docs/floorplans/`, which is not under version control.
"""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from sphinx.application import Sphinx

from crossworld.envs.household.bodies import BODIES, box_of
from crossworld.envs.household.generation.families import SEEN, UNSEEN
from crossworld.envs.household.generation.generator import shell_of
from crossworld.envs.household.generation.layout import GRID, Shell

FOLDER = "floorplans"
LOW, MIDDLE, HIGH = "#d8b98a", "#8fb3c9", "#c7c7e2"
"""Colours of what stands on the floor, of what is built in, and of what hangs above heads."""

EYES = 1.3
"""Metres; what begins higher is drawn as hanging."""


def plan(shell: Shell) -> Figure:
    """Return a drawing of a room as seen from above; dots are where the agent stands and looks from."""
    (x0, z0), (x1, z1) = shell.low, shell.high
    figure = Figure(figsize=(0.9 * (x1 - x0) + 0.3, 0.9 * (z1 - z0) + 0.3))
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.96))
    axes.add_patch(Rectangle((x0, z0), x1 - x0, z1 - z0, facecolor="white", edgecolor="#444", lw=3))
    labelled: set[tuple[float, float]] = set()
    for piece in sorted(shell.furniture, key=lambda piece: piece.at[1]):
        a, low, b, c, _, d = box_of(piece.kind, piece.at, piece.seen_from[2])
        standing = BODIES[piece.kind].base == 0
        colour = HIGH if low > EYES else LOW if standing else MIDDLE
        axes.add_patch(
            Rectangle((a, b), c - a, d - b, facecolor=colour, edgecolor="#555", alpha=0.6)
        )
        spot = (round(piece.at[0], 1), round(piece.at[2], 1))
        if spot not in labelled:
            axes.text(*spot, piece.kind, fontsize=6.5, ha="center", va="center", color="#222")
            labelled.add(spot)
        i, j, *_ = piece.seen_from
        axes.plot(i * GRID, j * GRID, ".", color="#c0392b", markersize=4)
    axes.set_xlim(x0 - 0.1, x1 + 0.1)
    axes.set_ylim(z0 - 0.1, z1 + 0.1)
    axes.set_aspect("equal")
    axes.axis("off")
    return figure


def write_plans(folder: Path) -> None:
    """Write one drawing a family."""
    folder.mkdir(exist_ok=True)
    mpl.rcParams["svg.hashsalt"] = "floorplans"  # the same drawing, the same bytes
    for unseen, families in ((False, SEEN), (True, UNSEEN)):
        for room_type, choices in families.items():
            for number, family in enumerate(choices):
                figure = plan(shell_of(unseen, room_type, number))
                path = folder / f"{room_type}-{family.name}.svg"
                figure.savefig(path, metadata={"Date": None}, facecolor="white")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", lambda app: write_plans(Path(app.srcdir) / FOLDER))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
