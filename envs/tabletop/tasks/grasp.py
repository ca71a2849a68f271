"""Picking up one of three blocks."""

from crossworld.envs.tabletop.scene import Workspace
from crossworld.envs.tabletop.shapes import block
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask

BASKET = Workspace(x=(0.375, 0.625), y=(-0.125, 0.125), lift=0.16)
COLOURS = ("red", "green", "blue")


class Grasp(TabletopTask):
    """Pick up the red block, which lies in a basket with a green and a blue one.

    The first of the tasks of Di Palo et al. (2023, arXiv 2307.09668), section 4.
    """

    name = "grasp"
    workspace = BASKET
    most = 3

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        red, *_ = (table.add(block(), colour) for colour in COLOURS)
        table.hold(red)
