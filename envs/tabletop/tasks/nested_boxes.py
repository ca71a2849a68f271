"""Boxes in boxes."""

from itertools import pairwise

from crossworld.envs.tabletop.shapes import block, box
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class NestedBoxes(TabletopTask):
    """Put a block in a small box, that in a larger one, and that in the largest.

    What is in a box goes where the box goes.
    """

    name = "nested-boxes"
    most = 4

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(4)
        at = 0.6, table.dice.between(-0.1, 0.1)
        nest = [table.add(box(0.15, 0.15, 0.05), colours[0], at=at)]
        for shape, colour in zip(
            (box(0.1, 0.1), box(0.06, 0.06, 0.04), block(0.03)), colours[1:], strict=True
        ):
            nest.append(table.add(shape, colour))
        for inner, outer in pairwise(reversed(nest)):
            table.put(inner, "in", outer)
