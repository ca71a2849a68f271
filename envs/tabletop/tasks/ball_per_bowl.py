"""A ball in each bowl."""

from crossworld.envs.tabletop.shapes import ball, bowl
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class BallPerBowl(TabletopTask):
    """Put three balls in bowls, each in one of its own."""

    name = "ball-per-bowl"
    analytic = False
    most = 6

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        what, where = table.colours(2)
        bowls = [table.add(bowl(0.045), where, fixed=True) for _ in range(3)]
        balls = [table.add(ball(), what) for _ in bowls]
        table.put(balls, "in", bowls, "own")
