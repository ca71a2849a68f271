"""Taking towers apart and sorting what they were made of."""

from crossworld.envs.tabletop.shapes import block, zone
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class UnstackAndSort(TabletopTask):
    """Take two towers of mixed colours apart and put the blocks on the zones of their colours."""

    name = "unstack-and-sort"
    most = 8

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(2)
        zones = [table.add(zone(0.13, 0.13), colour) for colour in colours]
        blocks: list[list[int]] = [[], []]
        for tower in range(2):
            below = None
            for layer in range(3):
                kind = (tower + layer) % 2
                below = table.add(block(), colours[kind], on=below)
                blocks[kind].append(below)
        for group, home in zip(blocks, zones, strict=True):
            table.put(group, "on", home)
