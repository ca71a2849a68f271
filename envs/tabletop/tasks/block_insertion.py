"""One letter onto its outline."""

from crossworld.envs.tabletop.shapes import LETTERS, letter, outline
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class BlockInsertion(TabletopTask):
    """Fit a letter onto its outline: right over it, turned as it is.

    In the manner of CLIPort's block-insertion, for all five letters and without walls.
    """

    name = "block-insertion"
    most = 3

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        kinds = sorted(LETTERS)
        noun = kinds[table.number % len(kinds)]
        other = table.dice.choice([kind for kind in kinds if kind != noun])
        what, where = table.colours(2)
        place = table.add(outline(noun), where)
        piece = table.add(letter(noun), what)
        table.add(outline(other), where)
        table.put(piece, "right over", place)
