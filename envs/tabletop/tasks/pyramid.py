"""A pyramid of six blocks."""

from crossworld.envs.tabletop.rows import row
from crossworld.envs.tabletop.shapes import block
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask

PITCH = 0.044
"""From block to block, metres: a little more than a block is wide."""


class Pyramid(TabletopTask):
    """Put two blocks on a row of three, each across two of them, and a third across these.

    In the manner of CLIPort's stack-block-pyramid; its lowest layer is there already.
    """

    name = "pyramid"
    most = 6

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(6)
        yaw = table.dice.between(-45, 45)
        places = row(table.free(0.08), yaw, 3, PITCH)
        left, middle, right = (
            table.add(block(), colour, at=at, yaw=yaw)
            for at, colour in zip(places, colours, strict=False)
        )
        one, two, top = (table.add(block(), colour) for colour in colours[3:])
        table.put(one, "on", (left, middle), "all")
        table.put(two, "on", (middle, right), "all")
        table.put(top, "on", (one, two), "all")
