"""Loading a pallet and bringing it to its place."""

from crossworld.envs.tabletop.shapes import cylinder, pallet, zone
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class DeliverPallet(TabletopTask):
    """Put two cylinders on a pallet, then the pallet on a zone.

    What stands on a pallet goes where the pallet goes.
    """

    name = "deliver-pallet"
    most = 4

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        load, under, place = table.colours(3)
        target = table.add(zone(0.15, 0.15), place)
        base = table.add(pallet(0.12, 0.12), under)
        cylinders = [table.add(cylinder(), load) for _ in range(2)]
        table.put(cylinders, "on", base)
        table.put(base, "on", target)
