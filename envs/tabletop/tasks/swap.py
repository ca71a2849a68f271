"""Two blocks that change places."""

from crossworld.envs.tabletop.shapes import block
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class Swap(TabletopTask):
    """Put each of two blocks on the stand of its own colour, where the other one is."""

    name = "swap"
    most = 4

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(2)
        stand = block((0.06, 0.06, 0.02), "stand")
        stands = [table.add(stand, colour, fixed=True) for colour in colours]
        blocks = [
            table.add(block(), colour, on=under)
            for colour, under in zip(colours, reversed(stands), strict=True)
        ]
        for one, home in zip(blocks, stands, strict=True):
            table.put(one, "on", home)
