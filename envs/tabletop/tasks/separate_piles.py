"""Sweeping two piles into two zones."""

from crossworld.envs.tabletop.shapes import zone
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask
from crossworld.envs.tabletop.tasks.sweep_pile import heap


class SeparatePiles(TabletopTask):
    """Sweep two piles of beads onto two zones, each onto its own.

    After CLIPort's separating-piles, which has one pile, and a second zone to be left alone.
    """

    name = "separate-piles"
    analytic = False
    most = 18

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        colours = table.colours(2)
        sides = [0.11, -0.11]
        table.dice.shuffle(sides)
        zones = [
            table.add(zone(), colour, at=(0.6, side), yaw=table.dice.between(-20, 20))
            for colour, side in zip(colours, sides, strict=True)
        ]
        table.dice.shuffle(sides)
        piles = [
            heap(
                table,
                colour,
                8,
                (table.dice.between(0.36, 0.42), side + table.dice.between(-0.03, 0.03)),
            )
            for colour, side in zip(colours, sides, strict=True)
        ]
        for pile, target in zip(piles, zones, strict=True):
            table.gather(pile, target)
