"""Sorting blocks into painted zones."""

from crossworld.envs.tabletop.shapes import block, zone
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class SortByColour(TabletopTask):
    """Put the blocks on the zones of their colours.

    There are three colours, with two blocks each.
    """

    name = "sort-by-colour"
    most = 9

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(3)
        zones = [table.add(zone(0.12, 0.12), colour) for colour in colours]
        blocks = [[table.add(block(0.035), colour) for _ in range(2)] for colour in colours]
        for group, home in zip(blocks, zones, strict=True):
            table.put(group, "on", home)
