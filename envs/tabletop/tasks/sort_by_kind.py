"""Sorting blocks and balls by what they are."""

from crossworld.envs.tabletop.shapes import ball, block, bowl, box
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class SortByKind(TabletopTask):
    """Put the blocks in the box and the balls in the bowl, whatever their colours."""

    name = "sort-by-kind"
    analytic = False
    most = 8

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(5)
        crate = table.add(box(0.14, 0.14), colours[3], fixed=True)
        basin = table.add(bowl(0.065), colours[4], fixed=True)
        blocks = [table.add(block(0.035), colour) for colour in colours[:3]]
        balls = [table.add(ball(0.018), colour) for colour in colours[:3]]
        table.put(blocks, "in", crate)
        table.put(balls, "in", basin)
