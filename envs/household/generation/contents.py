"""Filling a furnished room: everyday things where people leave them, what the task is about anywhere.

What a task is about may be in any receptacle that admits it: were it where its kind is expected, a
script could fetch it blind. Several of a kind keep together for the same reason: numbers follow
coordinates, so scattered ones would tell a script which number is at which end of the room.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from crossworld.envs.core.dice import Dice
from crossworld.envs.household.authoring import Furniture, Item, Point, Room
from crossworld.envs.household.bodies import BODIES, box_of
from crossworld.envs.household.generation.layout import Shell
from crossworld.envs.household.generation.stock import (
    ALWAYS_ON,
    APPLIANCES,
    CROWDED,
    KEPT,
    STOCK,
    VESSELS,
)

CELL = 0.13
"""Distance between two things in a receptacle, in metres."""

NESTED, INSIDE = 0.15, 0.02
"""How often a bowl or the like holds something that could be beside it, and how much higher that is."""


class Filling:
    """The contents of a room in the making."""

    def __init__(self, shell: Shell, dice: Dice) -> None:
        self.shell = shell
        self.dice = dice
        self._items: list[Item] = []
        self._cells = list(map(list, _cells(shell)))

    def space(self, place: int) -> int:
        """Return how many more things fit into a receptacle."""
        return len(self._cells[place])

    def put(self, kind: str, place: int, *, cool: bool = False) -> None:
        """Put a thing into a receptacle; if that is full, nothing happens."""
        cells = self._cells[place]
        if cells:
            at = cells.pop(self.dice.below(len(cells)))
            self._items.append(Item(kind, at, (place,), cool=cool))

    def stock(self, but: Sequence[str]) -> None:
        """Scatter everyday things, except of the kinds that the task is about."""
        dice = self.dice
        for line in STOCK[self.shell.room_type]:
            if line.kind in but or not dice.chance(line.share):
                continue
            homes, weights = _homes(self.shell, line.kind)
            for _ in range(line.least + dice.below(line.most - line.least + 1)):
                if homes:
                    self.put(line.kind, dice.weighted(homes, weights))

    def room(self) -> Room:
        """Return the room, with the agent's first pose in it."""
        shell = self.shell
        items = (*shell.fixtures, *self._nested())
        seen = {piece.seen_from for piece in shell.furniture}
        seen |= {item.seen_from for item in items if item.seen_from is not None}
        while True:
            start = (*self.dice.choice(shell.spots), self.dice.below(4), 30)
            if start not in seen:
                return Room(start, shell.furniture, items, KEPT)

    def _nested(self) -> Iterator[Item]:
        """Yield the items, some of them inside others of the same receptacle."""
        items = self._items
        inside: dict[int, int] = {}
        for outer, vessel in enumerate(items):
            fitting = [
                i
                for i, item in enumerate(items)
                if item.inside == vessel.inside
                and item.kind in VESSELS.get(vessel.kind, ())
                and i not in inside.values()
            ]
            if fitting and self.dice.chance(NESTED):
                inside[outer] = self.dice.choice(fitting)
        held = {inner: items[outer].at for outer, inner in inside.items()}
        offset = len(self.shell.fixtures)
        for i, item in enumerate(items):
            x, y, z = held.get(i, item.at)
            at = (x, round(y + INSIDE, 2), z) if i in held else item.at
            holds = (offset + inside[i],) if i in inside else ()
            yield Item(item.kind, at, item.inside, holds, item.cool)


@lru_cache(maxsize=65536)
def _homes(shell: Shell, kind: str) -> tuple[list[int], list[float]]:
    """Return the receptacles where people leave such a thing, and how often."""
    on = ALWAYS_ON.get(kind)
    homes = {
        i: CROWDED[piece.kind]
        for i, piece in enumerate(shell.furniture)
        if piece.kind in CROWDED and (kind in KEPT[piece.kind] if on is None else piece.kind in on)
    }
    return list(homes), list(homes.values())


@lru_cache(maxsize=2048)
def _cells(shell: Shell) -> list[list[Point]]:
    """Return per receptacle the points where things can stand."""
    appliances = {kind for kinds in APPLIANCES.values() for kind in kinds}
    on_counters = [piece for piece in shell.furniture if piece.kind in appliances]
    return [
        [
            cell
            for cell in _grid(piece)
            if piece.kind != "CounterTop" or not any(_within(cell, other) for other in on_counters)
        ]
        for piece in shell.furniture
    ]


def _grid(piece: Furniture) -> Iterator[Point]:
    body = BODIES[piece.kind]
    turned = piece.seen_from[2] % 2
    across, along = (body.depth, body.width) if turned else (body.width, body.depth)
    x, y, z = piece.at
    for level in body.levels:
        for dx in _ticks(across):
            for dz in _ticks(along):
                yield round(x + dx, 2), round(y + level, 2), round(z + dz, 2)


def _ticks(length: float) -> list[float]:
    count = max(1, int(length / CELL))
    return [(i - (count - 1) / 2) * CELL for i in range(count)]


def _within(point: Point, piece: Furniture) -> bool:
    x0, y0, z0, x1, y1, z1 = box_of(piece.kind, piece.at, piece.seen_from[2])
    x, y, z = point
    return x0 <= x <= x1 and y0 <= y <= y1 and z0 <= z <= z1
