"""Putting blocks of one colour in bowls of another."""

from crossworld.envs.tabletop.shapes import block, bowl
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class PutBlockInBowl(TabletopTask):
    """Put the blocks of one colour in the bowls of another one; other blocks and a bowl lie about.

    In the manner of CLIPort's put-block-in-bowl.
    """

    name = "put-block-in-bowl"
    most = 7

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        what, where, other = table.colours(3)
        bowls = [table.add(bowl(0.05), where, fixed=True) for _ in range(2)]
        table.add(bowl(0.05), other, fixed=True)
        blocks = [table.add(block(0.035), what) for _ in range(1 + table.number % 2)]
        for colour in (where, other):
            table.add(block(0.035), colour)
        table.put(blocks, "in", bowls)
