"""Stacking discs by size."""

from itertools import pairwise

from crossworld.envs.tabletop.shapes import cylinder
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class SizeTower(TabletopTask):
    """Stack four discs, each on the next larger one.

    The end of the towers of Hanoi, which CLIPort has as towers-of-hanoi; here the discs lie about.
    """

    name = "size-tower"
    most = 4

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        radii = (0.05, 0.04, 0.03, 0.02)
        discs = [
            table.add(cylinder(radius, 0.025, "disc"), colour)
            for radius, colour in zip(radii, table.colours(4), strict=True)
        ]
        for lower, upper in pairwise(discs):
            table.put(upper, "on", lower)
