"""Packing six things into a box."""

from crossworld.envs.tabletop.shapes import block, box, cylinder
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class PackBox(TabletopTask):
    """Put three blocks and three cylinders in a box, side by side.

    After CLIPort's packing-boxes, whose boxes fill theirs to the brim.
    """

    name = "pack-box"
    most = 7

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(4)
        crate = table.add(box(0.16, 0.16), colours[0], fixed=True)
        blocks = [table.add(block(), colour) for colour in colours[1:]]
        cylinders = [table.add(cylinder(), colour) for colour in colours[1:]]
        table.put(blocks, "in", crate)
        table.put(cylinders, "in", crate)
