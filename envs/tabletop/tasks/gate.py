"""A gate of columns and a lintel."""

from crossworld.envs.tabletop.rows import row
from crossworld.envs.tabletop.shapes import block, cylinder, spot
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class Gate(TabletopTask):
    """Build two columns on spots, two cylinders each, and put a plank across them."""

    name = "gate"
    most = 7

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(5)
        yaw = table.dice.between(-60, 60)
        places = row(table.free(0.08), yaw, 2, 0.09)
        spots = [table.add(spot(), colours[0], at=at, yaw=yaw) for at in places]
        lower = [table.add(cylinder(), colours[1]) for _ in spots]
        upper = [table.add(cylinder(), colour) for colour in colours[2:4]]
        lintel = table.add(block((0.14, 0.04, 0.012), "plank"), colours[4])
        table.put(lower, "on", spots, "own")
        table.put(upper, "on", lower, "own")
        table.put(lintel, "on", upper, "all")
