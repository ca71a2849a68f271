"""A bridge with a load."""

from crossworld.envs.tabletop.rows import row
from crossworld.envs.tabletop.shapes import block
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class Bridge(TabletopTask):
    """Put a plank across two pillars, and a block on the plank."""

    name = "bridge"
    most = 4

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(4)
        yaw = table.dice.between(-60, 60)
        places = row(table.free(0.09), yaw, 2, 0.1)
        pillar = block((0.035, 0.035, 0.06), "pillar")
        pillars = [
            table.add(pillar, colour, at=at, yaw=yaw)
            for at, colour in zip(places, colours, strict=False)
        ]
        plank = table.add(block((0.15, 0.04, 0.012), "plank"), colours[2])
        load = table.add(block(), colours[3])
        table.put(plank, "on", pillars, "all")
        table.put(load, "on", plank)
