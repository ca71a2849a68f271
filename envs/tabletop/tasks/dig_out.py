"""Getting at the lowest block of a tower."""

from crossworld.envs.tabletop.shapes import block
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class DigOut(TabletopTask):
    """Pick up the lowest block of a tower; another block stands free."""

    name = "dig-out"
    most = 4

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(4)
        low = below = table.add(block(), colours[0])
        for colour in colours[1:3]:
            below = table.add(block(), colour, on=below)
        table.add(block(), colours[3])
        table.hold(low)
