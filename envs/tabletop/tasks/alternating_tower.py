"""Stacking blocks and planks in turn."""

from itertools import pairwise

from crossworld.envs.tabletop.shapes import block
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class AlternatingTower(TabletopTask):
    """Stack plank, block, plank and block on a block."""

    name = "alternating-tower"
    most = 5

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(5)
        slab = block((0.1, 0.04, 0.015), "plank")
        shapes = (block(), slab, block(), slab, block())
        # The lowest not at the edge, where no plank could lie across it.
        at = table.dice.between(0.4, 0.6), table.dice.between(-0.1, 0.1)
        layers = [table.add(shapes[0], colours[0], at=at, yaw=table.dice.between(-180, 180))]
        layers += [
            table.add(shape, colour) for shape, colour in zip(shapes[1:], colours[1:], strict=True)
        ]
        for lower, upper in pairwise(layers):
            table.put(upper, "on", lower)
