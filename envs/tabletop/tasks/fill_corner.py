"""Blocks in a corner."""

from crossworld.envs.tabletop.shapes import block, corner
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class FillCorner(TabletopTask):
    """Put the blocks of one colour in the corner between two rails.

    After CLIPort's align-box-corner, which asks for one box and an exact place.
    """

    name = "fill-corner"
    most = 6

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        what, where, other = table.colours(3)
        rails = table.add(corner(0.16), where, fixed=True)
        blocks = [table.add(block(), what) for _ in range(3)]
        for _ in range(2):
            table.add(block(), other)
        table.put(blocks, "in", rails)
