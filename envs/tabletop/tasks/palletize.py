"""Loading a pallet."""

from crossworld.envs.tabletop.shapes import block, pallet
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class Palletize(TabletopTask):
    """Put six blocks on a pallet.

    In the manner of ravens' palletizing-boxes, in one layer.
    """

    name = "palletize"
    most = 7

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        load, under = table.colours(2)
        base = table.add(pallet(), under, fixed=True)
        blocks = [table.add(block(0.035), load) for _ in range(6)]
        table.put(blocks, "on", base)
