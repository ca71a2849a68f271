"""Clearing the table into a box."""

from crossworld.envs.tabletop.shapes import LETTERS, ball, block, box, cylinder, letter
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class ClearTable(TabletopTask):
    """Put everything that lies on the table in the box: a block, a cylinder, a ball, a letter.

    After CLIPort's packing-shapes, which packs one thing of several.
    """

    name = "clear-table"
    analytic = False
    most = 5

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(5)
        at = 0.59, table.dice.between(-0.09, 0.09)
        crate = table.add(box(0.18, 0.18), colours[0], at=at, fixed=True)
        # The letter first, while there is most room.
        shapes = (letter(table.dice.choice(sorted(LETTERS))), block(), cylinder(), ball())
        things = [
            table.add(shape, colour) for shape, colour in zip(shapes, colours[1:], strict=True)
        ]
        table.put(things, "in", crate)
