"""Random draws that are the same on every machine and in every version of Python and NumPy.

Python promises that `random.Random(seed).random()` never changes; neither its other methods nor
NumPy's distributions come with such a promise (NEP 19), so everything here is built on it alone.
Nor does `sum` add floats as it did before Python 3.12: `math.fsum` does.
"""

import hashlib
import math
import random
from collections.abc import MutableSequence, Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """A stream of draws that depends only on the words it was made from."""

    def __init__(self, *words: object) -> None:
        key = "\0".join(map(str, words)).encode()
        self._random = random.Random(int.from_bytes(hashlib.sha256(key).digest(), "big")).random

    def chance(self, probability: float) -> bool:
        """Return True with this probability."""
        return self._random() < probability

    def between(self, low: float, high: float) -> float:
        """Return a number in [low, high)."""
        return low + (high - low) * self._random()

    def below(self, count: int) -> int:
        """Return an integer in 0..count-1."""
        return int(self._random() * count)

    def choice(self, items: Sequence[Item]) -> Item:
        """Return one of the items, all equally likely."""
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[Item], weights: Sequence[float]) -> Item:
        """Return one of the items, likely as its weight; the weights must not all be zero."""
        left = self._random() * math.fsum(weights)
        chosen = None
        for item, weight in zip(items, weights, strict=True):
            if weight > 0:
                chosen = item
                left -= weight
                if left < 0:
                    break
        if chosen is None:
            raise ValueError("weighted: no item has a positive weight.")
        return chosen

    def shuffle(self, items: MutableSequence[Item]) -> None:
        """Put the items into random order, in place."""
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]
