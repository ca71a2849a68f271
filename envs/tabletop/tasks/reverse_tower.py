"""Turning a tower upside down."""

from itertools import pairwise

from crossworld.envs.tabletop.shapes import block, spot
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class ReverseTower(TabletopTask):
    """Take a tower down and build it on a spot, the other way round."""

    name = "reverse-tower"
    most = 4

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(4)
        target = table.add(spot(0.04), colours[3])
        tower = [table.add(block(), colours[0])]
        for colour in colours[1:3]:
            tower.append(table.add(block(), colour, on=tower[-1]))
        table.put(tower[-1], "on", target)
        for lower, upper in pairwise(reversed(tower)):
            table.put(upper, "on", lower)
