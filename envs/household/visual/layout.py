"""Where things stand in a receptacle: a grid of equal cells, each large enough to be seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from crossworld.envs.household.visual.furniture import Level

THING = 0.20
"""Side of the square that every thing's mesh fits, metres; see `things`."""

THING_HEIGHT = 0.24

_STEP = 0.93
"""Cells are tried this much smaller until there are enough."""

_SMALLEST = 0.02

_CRAMPED = 0.18
"""Cells smaller than this are not worth keeping the front of appliances clear."""

Rectangle = tuple[float, float, float, float]
"""Least and greatest x, least and greatest z."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one thing: the middle of its foot in the receptacle's frame, and its scale."""

    x: float
    y: float
    z: float
    scale: float


def slots(
    levels: Sequence[Level], count: int, blocked: Sequence[Sequence[Rectangle]] = ((),)
) -> list[Slot]:
    """Return `count` places, those at the back first.

    Cells are as large as there is room for, up to the levels' own limit, and lie together in the
    middle of the front: so that a camera that sees all of them sees each of them large.

    Args:
        levels: surfaces at their true size, metres.
        count: how many are needed, at least 1.
        blocked: what else stands there; if too little room is left, the next of these counts.
    """
    for number, rectangles in enumerate(blocked):
        least = _CRAMPED if number + 1 < len(blocked) else _SMALLEST
        cell = max(level.cell for level in levels)
        while cell > least:
            found = _cells(levels, cell, rectangles)
            if len(found) >= count:
                nearest = sorted(found, key=lambda item: item[0])[:count]
                chosen = [slot for _, slot in nearest]
                return sorted(chosen, key=lambda slot: (-slot.z, slot.y, slot.x))
            cell *= _STEP
    # More things than a receptacle can show: they share places.
    every = [slot for _, slot in _cells(levels, _SMALLEST, ())]
    return [every[number % len(every)] for number in range(count)]


def _cells(
    levels: Sequence[Level], cell: float, blocked: Sequence[Rectangle]
) -> list[tuple[float, Slot]]:
    """Return all free cells, each with how far from the front's middle it is."""
    found = []
    for number, level in enumerate(levels):
        width, depth = level.right - level.left, level.back - level.front
        side = min(cell, level.cell)
        # What is narrower than a cell still has one.
        columns = max(int(width / side), 1)
        rows = 1 + max(int((depth - side) / (side * level.pitch)), 0)
        across = min(width / columns, side)
        scale = min(across / THING, min(depth, side) / THING, level.headroom / THING_HEIGHT)
        middle = (level.left + level.right) / 2
        for row in range(rows):
            z = level.front + min(depth, side) / 2 + side * level.pitch * row
            for column in range(columns):
                x = middle + across * (column - (columns - 1) / 2)
                half = across * 0.45
                if any(
                    x + half > a and x - half < b and z + half > c and z - half < d
                    for a, b, c, d in blocked
                ):
                    continue
                # Seen from above at a slant, depth looks shorter than width.
                reach = max(abs(x - middle), 0.8 * (z - level.front)) + 0.001 * number
                found.append((reach, Slot(x, level.y, z, scale)))
    return found
