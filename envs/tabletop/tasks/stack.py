"""Stacking one of three blocks on another."""

from itertools import permutations

from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask
from crossworld.envs.tabletop.tasks.grasp import BASKET, BLOCK, COLOURS


class Stack(TabletopTask):
    """Put one of three blocks in a basket on another one; all six ordered pairs take turns.

    The second of the tasks of Di Palo et al. (2023, arXiv 2307.09668), section 4.
    """

    name = "stack"
    workspace = BASKET
    most = 3

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        blocks = [table.add(BLOCK, colour) for colour in COLOURS]
        pairs = list(permutations(blocks, 2))
        upper, lower = pairs[table.number % len(pairs)]
        table.put(upper, "on", lower)
