"""A wall of blocks."""

from crossworld.envs.tabletop.rows import row
from crossworld.envs.tabletop.shapes import block
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask

PITCH = 0.044
"""From block to block, metres: a little more than a block is wide."""


class Wall(TabletopTask):
    """Put three blocks on a row of three, each on one of its own, and three more on these."""

    name = "wall"
    most = 9

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        low, middle, high = table.colours(3)
        yaw = table.dice.between(-45, 45)
        places = row(table.free(0.08), yaw, 3, PITCH)
        lowest = [table.add(block(), low, at=at, yaw=yaw) for at in places]
        second = [table.add(block(), middle) for _ in lowest]
        third = [table.add(block(), high) for _ in lowest]
        table.put(second, "on", lowest, "own")
        table.put(third, "on", second, "own")
