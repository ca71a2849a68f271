"""Carrying a ball in a bowl."""

from crossworld.envs.tabletop.shapes import ball, bowl, zone
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class ServeBall(TabletopTask):
    """Put a ball in a bowl, then the bowl on a zone; another bowl and another ball lie about.

    What is in a bowl goes where the bowl goes.
    """

    name = "serve-ball"
    analytic = False
    most = 5

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        served, bowled, place, other = table.colours(4)
        target = table.add(zone(0.13, 0.13), place)
        dish = table.add(bowl(0.05), bowled)
        table.add(bowl(0.05), other)
        marble = table.add(ball(), served)
        table.add(ball(), other)
        table.put(marble, "in", dish)
        table.put(dish, "on", target)
