"""Three blocks from left to right."""

from crossworld.envs.tabletop.shapes import block
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class Row(TabletopTask):
    """Put three blocks into a row from left to right; they begin in the opposite order."""

    name = "row"
    most = 3

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        dice = table.dice
        # In front of or behind each other as it comes; from left to right in bands.
        right, middle, left = (
            table.add(
                block(),
                colour,
                at=(dice.between(0.34, 0.66), y + dice.between(-0.02, 0.02)),
                yaw=dice.between(-45, 45),
            )
            for colour, y in zip(table.colours(3), (0.03, -0.06, -0.15), strict=True)
        )
        table.put(middle, "left of", right)
        table.put(left, "left of", middle)
