"""Blocks along a line."""

from crossworld.envs.tabletop.shapes import block, line
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class BlocksOnLine(TabletopTask):
    """Put the blocks of one colour on a line; two of another colour lie about."""

    name = "blocks-on-line"
    most = 7

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        what, where, other = table.colours(3)
        at = table.dice.between(0.4, 0.6), 0.0
        mark = table.add(line(0.3), where, at=at, yaw=table.dice.between(-30, 30))
        blocks = [table.add(block(), what) for _ in range(3 + table.number % 2)]
        for _ in range(2):
            table.add(block(), other)
        table.put(blocks, "on", mark)
