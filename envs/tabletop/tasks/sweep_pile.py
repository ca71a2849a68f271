"""Sweeping beads into a zone."""

from crossworld.envs.tabletop.shapes import bead, zone
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask

SPACING, LOOSE = 0.021, 0.0015
"""Of beads in a pile, and how far off each is at most, metres."""


class SweepPile(TabletopTask):
    """Sweep a pile of beads onto a zone, stroke by stroke.

    In the manner of CLIPort's sweeping-piles.
    """

    name = "sweep-pile"
    analytic = False
    most = 17

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        what, where = table.colours(2)
        target = table.add(zone(), where)
        pile = heap(table, what, 12 + table.number % 5, table.free(3 * SPACING))
        table.gather(pile, target)


def heap(table: Table, colour: str, count: int, middle: tuple[float, float]) -> str:
    """Lay a pile of up to 16 beads of a colour about a place, and return its name."""
    name, dice = f"{colour} beads", table.dice
    x, y = middle
    for k in range(count):
        i, j = divmod(k, 4)
        u = x + (i - 1.5) * SPACING + dice.between(-LOOSE, LOOSE)
        v = y + (j - 1.5) * SPACING + dice.between(-LOOSE, LOOSE)
        table.add(bead(), colour, at=(u, v), yaw=dice.between(-180, 180), pile=name)
    return name
