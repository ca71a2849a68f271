"""A block on each spot."""

from crossworld.envs.tabletop.rows import row
from crossworld.envs.tabletop.shapes import block, spot
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class BlocksOnSpots(TabletopTask):
    """Put four blocks on four spots in a row, each on one of its own."""

    name = "blocks-on-spots"
    most = 8

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        what, where = table.colours(2)
        yaw = table.dice.between(-60, 60)
        spots = [
            table.add(spot(), where, at=at, yaw=yaw) for at in row(table.free(0.13), yaw, 4, 0.065)
        ]
        blocks = [table.add(block(), what) for _ in spots]
        table.put(blocks, "on", spots, "own")
