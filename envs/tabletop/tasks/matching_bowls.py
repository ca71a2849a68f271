"""Putting each cylinder in the bowl of its colour."""

from crossworld.envs.tabletop.shapes import bowl, cylinder
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class MatchingBowls(TabletopTask):
    """Put each of three cylinders in the bowl of its own colour."""

    name = "matching-bowls"
    most = 6

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(3)
        bowls = [table.add(bowl(0.05), colour, fixed=True) for colour in colours]
        cylinders = [table.add(cylinder(), colour) for colour in colours]
        for one, home in zip(cylinders, bowls, strict=True):
            table.put(one, "in", home)
