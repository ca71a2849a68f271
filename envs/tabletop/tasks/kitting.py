"""Letters onto their outlines."""

from crossworld.envs.tabletop.shapes import LETTERS, letter, outline
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class Kitting(TabletopTask):
    """Fit each of three letters onto its outline: right over it, turned as it is.

    In the manner of CLIPort's assembling-kits.
    """

    name = "kitting"
    most = 6

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        nouns = sorted(LETTERS)
        table.dice.shuffle(nouns)
        where, *colours = table.colours(4)
        places = [table.add(outline(noun), where) for noun in nouns[:3]]
        pieces = [
            table.add(letter(noun), colour) for noun, colour in zip(nouns, colours, strict=False)
        ]
        for piece, place in zip(pieces, places, strict=True):
            table.put(piece, "right over", place)
