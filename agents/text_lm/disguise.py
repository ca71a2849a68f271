"""Other names and numbers for the things of an episode, the same ones from its first word to its last.

A room of the training families has one basin, so that "basin 1" can be learned by heart; a held-out one has
two. Where the same furniture has other numbers in every episode, and sometimes other names, only who reads
what stands there finds the right one.
"""

import re
from collections.abc import Callable

import numpy as np

from crossworld.agents.text_lm.tokenizer import KINDS, NUMBERS
from crossworld.envs.household.catalogue import ADMITS

_SKIPPED = 4
"""Numbers that are left out of a kind's, fewer than this."""

_KEPT = ("sinkbasin", "fridge", "microwave", "desklamp", "floorlamp")
"""Kinds that the task does not name though it needs them: these can only be known by name."""

_FURNITURE = sorted({name.lower() for name in ADMITS} - {*_KEPT})
_THINGS = sorted({*KINDS} - {*_FURNITURE, *_KEPT})

_NAME = re.compile(rf"\b({'|'.join(KINDS)})(?: ([0-9]+))?\b")

Disguise = Callable[[str], str]
"""Says a text or a command in other names and numbers."""


def renumbered(texts: list[str], dice: np.random.Generator) -> Disguise:
    """Return a disguise that leaves some numbers out, of things and furniture, and keeps their order.

    Args:
        texts: all that is said in an episode.
        dice: for the draws.
    """
    highest: dict[str, int] = {}
    for text in texts:
        for kind, number in _NAME.findall(text):
            highest[kind] = max(highest.get(kind, 0), int(number or 0))
    skipped: dict[str, list[int]] = {}
    for kind in sorted(highest):
        room = NUMBERS[kind][-1] - highest[kind]
        count = int(dice.integers(_SKIPPED))
        if highest[kind] and count <= room:
            skipped[kind] = dice.integers(1, highest[kind] + 1, count).tolist()

    def say(found: re.Match[str]) -> str:
        kind, number = found[1], found[2]
        if number is None or kind not in skipped:
            return found[0]
        return f"{kind} {int(number) + sum(place <= int(number) for place in skipped[kind])}"

    return lambda text: _NAME.sub(say, text)


def renamed(dice: np.random.Generator) -> Disguise:
    """Return a disguise that calls furniture by names of other furniture, and things by those of things."""
    names = {name: name for name in _KEPT}
    for kinds in (_FURNITURE, _THINGS):
        names |= {
            kind: kinds[n] for kind, n in zip(kinds, dice.permutation(len(kinds)), strict=True)
        }
    return lambda text: _NAME.sub(lambda found: names[found[1]] + found[0][len(found[1]) :], text)
