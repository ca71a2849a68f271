"""Setting a place."""

from crossworld.envs.tabletop.shapes import block, bowl, cylinder
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class SetTable(TabletopTask):
    """Put a block left of a bowl, a plank right of it, and a cylinder behind it or in front of it."""

    name = "set-table"
    most = 4

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(4)
        at = table.dice.between(0.46, 0.54), table.dice.between(-0.04, 0.04)
        dish = table.add(bowl(0.05), colours[0], at=at, fixed=True)
        cup = table.add(cylinder(), colours[1])
        napkin = table.add(block(0.03), colours[2])
        spoon = table.add(block((0.08, 0.02, 0.015), "plank"), colours[3])
        table.put(napkin, "left of", dish)
        table.put(spoon, "right of", dish)
        table.put(cup, ("behind", "in front of")[table.number % 2], dish)
