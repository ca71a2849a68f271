"""Stacking blocks in a given order."""

from itertools import pairwise

from crossworld.envs.tabletop.shapes import block
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class Tower(TabletopTask):
    """Stack four or five blocks in a given order.

    As triple-stack, higher, with colours of the palette and in a larger workspace.
    """

    name = "tower"
    most = 5

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        blocks = [table.add(block(), colour) for colour in table.colours(4 + table.number % 2)]
        for lower, upper in pairwise(blocks):
            table.put(upper, "on", lower)
