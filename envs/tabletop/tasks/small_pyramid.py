"""A pyramid of three blocks."""

from crossworld.envs.tabletop.rows import row
from crossworld.envs.tabletop.shapes import block, spot
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask

PITCH = 0.044
"""From block to block, metres: a little more than a block is wide."""


class SmallPyramid(TabletopTask):
    """Put two blocks on spots side by side and a third across both.

    In the manner of CLIPort's stack-block-pyramid, one layer lower.
    """

    name = "small-pyramid"
    most = 5

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(3)
        yaw = table.dice.between(-45, 45)
        places = row(table.free(0.06), yaw, 2, PITCH)
        spots = [
            table.add(spot(0.02), colour, at=at, yaw=yaw)
            for at, colour in zip(places, colours, strict=False)
        ]
        left, right, top = (table.add(block(), colour) for colour in colours)
        table.put(left, "on", spots[0])
        table.put(right, "on", spots[1])
        table.put(top, "on", (left, right), "all")
