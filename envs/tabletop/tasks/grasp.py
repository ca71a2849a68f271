"""Picking up one of three blocks."""

from crossworld.envs.tabletop.scene import Workspace
from crossworld.envs.tabletop.shapes import block
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask

BASKET = Workspace(x=(0.36, 0.64), y=(-0.14, 0.14), lift=0.14)
BLOCK = block(0.03)
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
        red, *_ = (table.add(BLOCK, colour) for colour in COLOURS)
        table.hold(red)
