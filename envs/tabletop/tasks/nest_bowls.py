"""Bowls in bowls."""

from crossworld.envs.tabletop.shapes import bowl
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class NestBowls(TabletopTask):
    """Put three bowls into each other, the smaller in the larger."""

    name = "nest-bowls"
    most = 3

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(3)
        radii = (0.04, 0.054, 0.068)
        bowls = [
            table.add(bowl(radius), colour) for radius, colour in zip(radii, colours, strict=True)
        ]
        small, middle, large = bowls
        table.put(middle, "in", large)
        table.put(small, "in", middle)
