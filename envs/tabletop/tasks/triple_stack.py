"""Stacking all three blocks."""

from itertools import permutations

from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask
from crossworld.envs.tabletop.tasks.grasp import BASKET, BLOCK, COLOURS


class TripleStack(TabletopTask):
    """Stack three blocks in a basket in a given order; all six orders take turns.

    The third of the tasks of Di Palo et al. (2023, arXiv 2307.09668), section 4.
    """

    name = "triple-stack"
    workspace = BASKET
    most = 3

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        blocks = [table.add(BLOCK, colour) for colour in COLOURS]
        orders = list(permutations(blocks))
        low, middle, high = orders[table.number % len(orders)]
        table.put(middle, "on", low)
        table.put(high, "on", middle)
