"""From a family of layouts to a furnished room: where each piece stands, and where it is seen from.

Pieces stand along four walls and in the middle; corners are kept clear, so no two bodies intersect.
The agent moves on the quarter-metre grid of the official location ids. Every receptacle gets a pose
in front of it that can be walked to; a room where one has none is discarded. Sums are `math.fsum`:
`sum` rounds differently from Python 3.12 on, and rooms must be the same everywhere.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crossworld.envs.core.dice import Dice
from crossworld.envs.household.authoring import Furniture, Item, Point, Pose
from crossworld.envs.household.bodies import BODIES
from crossworld.envs.household.generation.decor import DECOR, Hanging
from crossworld.envs.household.generation.families import Family
from crossworld.envs.household.generation.furniture import PIECES, Part, Piece
from crossworld.envs.household.generation.stock import APPLIANCES

GRID = 0.25
EYE = 1.65
"""Height of the camera: the simulator's is 0.75 above the agent's point, which is at 0.9."""

RADIUS = 0.20
"""What the agent keeps clear of furniture and walls."""

AISLE = 0.70
"""Free floor around what stands in the middle."""

NEAREST, FARTHEST, PREFERRED, SIDEWAYS = 0.30, 1.80, 0.85, 0.40
"""Horizontal distance at which a receptacle is seen, and how far it may be from straight ahead."""

NEARLY = 0.3
"""What looking 15 degrees too high counts, in metres too far away."""

SHARED = 0.7
"""How often receptacles that are best seen from one pose share it; else the next best is taken."""

SILL = 1.0
"""What is higher hides what hangs on the wall behind it, in metres."""

LOWEST = -30
"""The steepest look upwards, in degrees."""

DOOR = {"Cabinet": 0.9, "Drawer": 0.9, "Fridge": 1.0, "Microwave": 1.0, "Safe": 1.0}
"""How often a receptacle of a kind has a door; others have none."""

_PITCHES = ((1.303, 60), (0.767, 45), (0.414, 30), (0.132, 15), (-0.132, 0), (-0.414, -15))
"""Tangent of the angle down to a thing to the camera pitch for it, in degrees."""

Spot = tuple[int, int]
"""x and z in quarter metres."""


@dataclass(frozen=True, slots=True, eq=False)
class Shell:
    """A furnished room, nothing in it yet.

    Attributes:
        room_type: what kind of room it is.
        name: unique among all rooms.
        furniture: its receptacles.
        fixtures: what belongs to it and is in no receptacle.
        spots: where the agent can stand and walk.
        low, high: x and z of two opposite corners, in metres.
    """

    room_type: str
    name: str
    furniture: tuple[Furniture, ...]
    fixtures: tuple[Item, ...]
    spots: tuple[Spot, ...]
    low: tuple[float, float]
    high: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Box:
    """A rectangle of floor."""

    x0: float
    z0: float
    x1: float
    z1: float

    def near(self, other: "_Box", distance: float) -> bool:
        """Return whether two rectangles are closer than this."""
        return (
            self.x0 - distance < other.x1
            and other.x0 - distance < self.x1
            and self.z0 - distance < other.z1
            and other.z0 - distance < self.z1
        )


@dataclass(frozen=True, slots=True)
class _Placed:
    """A piece at a place: the wall that its back is turned to, and its left back corner there."""

    piece: Piece
    wall: int
    u: float
    v: float
    parts: tuple[Part, ...]


class _Floor:
    """A rectangle with four walls: 0 at the far z, then clockwise as seen from above."""

    def __init__(self, x0: float, z0: float, width: float, depth: float) -> None:
        self.x0, self.z0, self.x1, self.z1 = x0, z0, x0 + width, z0 + depth
        self.lengths = (width, depth, width, depth)

    def world(self, wall: int, u: float, v: float) -> tuple[float, float]:
        """Return x and z of a point `u` along a wall and `v` away from it."""
        if wall == 0:
            return self.x0 + u, self.z1 - v
        if wall == 1:
            return self.x1 - v, self.z1 - u
        if wall == 2:
            return self.x1 - u, self.z0 + v
        return self.x0 + v, self.z0 + u

    def box(self, placed: _Placed) -> _Box:
        """Return the footprint of a placed piece."""
        ax, az = self.world(placed.wall, placed.u, placed.v)
        bx, bz = self.world(
            placed.wall, placed.u + placed.piece.width, placed.v + placed.piece.depth
        )
        return _Box(min(ax, bx), min(az, bz), max(ax, bx), max(az, bz))


def furnish(room_type: str, name: str, family: Family, dice: Dice) -> Shell:
    """Return a room of a family; the same dice give the same room."""
    while True:
        shell = _attempt(room_type, name, family, dice)
        if shell is not None:
            return shell


def _attempt(room_type: str, name: str, family: Family, dice: Dice) -> Shell | None:
    walls = [_words(wall, dice) for wall in family.walls]
    if dice.chance(0.5):  # mirrored
        walls = [wall[::-1] for wall in walls[::-1]]
    turn = dice.below(4)
    walls = walls[turn:] + walls[:turn]
    middle = _words(family.middle, dice)
    floor = _floor(walls, middle, dice)
    placed = [piece for k in range(4) for piece in _along(floor, k, walls, dice)]
    boxes = [floor.box(p) for p in placed if p.piece.floor]
    for word in middle:
        for piece in _in_the_middle(floor, word, boxes, dice):
            placed.append(piece)
            boxes.append(floor.box(piece))
    equipped = _with_appliances(placed, APPLIANCES.get(room_type, ()), dice)
    if equipped is None:
        return None
    spots = _walkable(floor, boxes)
    furniture: list[Furniture] = []
    fixtures: list[Item] = []
    taken: set[Pose] = set()
    for piece in equipped:
        for part in piece.parts:
            x, z = floor.world(piece.wall, piece.u + part.u, piece.v + part.v)
            poses = _poses(x, part.y + _LOOK_AT.get(part.kind, 0.0), z, piece.wall, spots)
            if not poses:
                return None
            shared = dice.chance(SHARED)
            pose = next((pose for pose in poses if shared or pose not in taken), poses[0])
            taken.add(pose)
            at = (round(x, 2), part.y, round(z, 2))
            door = dice.chance(DOOR.get(part.kind, 0.0))
            furniture.append(Furniture(part.kind, at, pose, openable=door))
        for part in piece.piece.fixtures:
            x, z = floor.world(piece.wall, piece.u + part.u, piece.v + part.v)
            at = (round(x, 2), part.y, round(z, 2))
            seen_from = next(iter(_poses(x, part.y, z, piece.wall, spots)), None)
            fixtures.append(Item(part.kind, at, seen_from=seen_from))
    for kind, at, wall in _hangings(DECOR[room_type], floor, equipped, dice):
        fixtures.append(Item(kind, at, seen_from=next(iter(_poses(*at, wall, spots)), None)))
    return Shell(
        room_type, name, tuple(furniture), tuple(fixtures), tuple(sorted(spots)),
        (floor.x0, floor.z0), (floor.x1, floor.z1),
    )  # fmt: skip


_LOOK_AT = {"Fridge": 0.9, "DiningTable": 0.75, "Desk": 0.75, "Dresser": 0.95, "SideTable": 0.54,
            "TVStand": 0.54, "CoffeeTable": 0.42, "Bed": 0.5, "Sofa": 0.4, "ArmChair": 0.4,
            "Toilet": 0.6, "Cart": 0.6, "LaundryHamper": 0.5, "Safe": 0.3}  # fmt: skip
"""Height above its id at which a receptacle is looked at, where that is not its id's own."""


def _words(line: str, dice: Dice) -> list[str]:
    """Expand a line of a family: choices made, counts drawn."""
    names: list[str] = []
    for word in line.split():
        if word.endswith("?"):
            if dice.chance(0.5):
                names.append(dice.choice(word[:-1].split("|")))
            continue
        word, _, counts = word.partition("*")
        low, high = map(int, counts.split("-")) if counts else (1, 1)
        count = low + dice.below(high - low + 1)
        names += [dice.choice(word.split("|")) for _ in range(count)]
    return names


def _deepest(wall: Sequence[str]) -> float:
    return max((PIECES[name].depth for name in wall), default=0.0)


def _corners(walls: Sequence[Sequence[str]], k: int) -> tuple[float, float]:
    """Return what the neighbouring walls need of both ends of wall `k`."""
    left, right = _deepest(walls[k - 1]), _deepest(walls[(k + 1) % 4])
    return left + 0.3, right + 0.3


def _floor(walls: Sequence[Sequence[str]], middle: Sequence[str], dice: Dice) -> _Floor:
    """Return a floor that is large enough, on the quarter-metre grid."""
    span = max((max(PIECES[name].width, PIECES[name].depth) for name in middle), default=0.0)
    span += 2 * AISLE + 0.5 if middle else 1.25
    sides = []
    for axis in (0, 1):
        needs = [_deepest(walls[1 - axis]) + _deepest(walls[3 - axis]) + span]
        for k in (axis, axis + 2):
            names = walls[k]
            needs.append(
                math.fsum(PIECES[name].width for name in names)
                + 0.1 * max(len(names) - 1, 0)
                + math.fsum(_corners(walls, k))
            )
        sides.append(math.ceil(max(needs) / GRID) * GRID + GRID * dice.below(4))
    x0, z0 = (GRID * (dice.below(17) - 12) for _ in range(2))
    return _Floor(x0, z0, *sides)


def _along(floor: _Floor, k: int, walls: Sequence[Sequence[str]], dice: Dice) -> Iterator[_Placed]:
    """Place the pieces of one wall, with gaps of random width between them."""
    pieces = [PIECES[name] for name in walls[k]]
    left, right = _corners(walls, k)
    slack = floor.lengths[k] - left - right - math.fsum(piece.width for piece in pieces)
    cuts = sorted(dice.between(0, slack) for _ in pieces)
    used = left
    for piece, cut in zip(pieces, cuts, strict=True):
        yield _Placed(piece, k, round(used + cut, 2), 0.0, _built(piece, dice))
        used += piece.width


def _built(piece: Piece, dice: Dice) -> tuple[Part, ...]:
    """Fill a piece's bays."""
    parts = list(piece.parts)
    for bay in piece.bays:
        parts += dice.weighted([option.parts for option in bay], [option.weight for option in bay])
    return tuple(parts)


def _with_appliances(
    placed: Sequence[_Placed], kinds: Sequence[str], dice: Dice
) -> list[_Placed] | None:
    """Stand appliances on counters, at most one on each half; None if there are too few counters."""
    halves = [
        (i, part.u + side, part.v - 0.08, part.y)
        for i, p in enumerate(placed)
        for part in p.parts
        if part.kind == "CounterTop"
        for side in (-0.3, 0.3)
    ]
    if len(halves) < len(kinds):
        return None
    dice.shuffle(halves)
    with_them = list(placed)
    for kind, (i, u, v, y) in zip(kinds, halves, strict=False):
        with_them[i] = replace(with_them[i], parts=(*with_them[i].parts, Part(kind, u, v, y)))
    return with_them


def _in_the_middle(
    floor: _Floor, name: str, boxes: Sequence[_Box], dice: Dice
) -> Iterator[_Placed]:
    """Place a piece where there is room all around it, and chairs at a table; perhaps nowhere."""
    piece = PIECES[name]
    for _ in range(60):
        wall = dice.below(4)
        length, width = floor.lengths[wall], floor.lengths[1 - wall % 2]
        u = round(dice.between(0.5, length - 0.5 - piece.width), 2)
        v = round(dice.between(0.5, width - 0.5 - piece.depth), 2)
        placed = _Placed(piece, wall, u, v, _built(piece, dice))
        box = floor.box(placed)
        if not any(box.near(other, AISLE) for other in boxes):
            yield placed
            if name == "table":
                chair = PIECES["chair"]
                for du in (0.15, 0.80):  # at the long side that is not looked from
                    if dice.chance(0.7):
                        yield _Placed(chair, wall, u + du, v - chair.depth - 0.05, ())
            return


def _walkable(floor: _Floor, boxes: Sequence[_Box]) -> set[Spot]:
    """Return the largest connected set of grid points where the agent fits."""
    free = set()
    for i in range(round(floor.x0 / GRID), round(floor.x1 / GRID) + 1):
        for j in range(round(floor.z0 / GRID), round(floor.z1 / GRID) + 1):
            point = _Box(i * GRID, j * GRID, i * GRID, j * GRID)
            inside = (
                floor.x0 + RADIUS <= point.x0 <= floor.x1 - RADIUS
                and floor.z0 + RADIUS <= point.z0 <= floor.z1 - RADIUS
            )
            if inside and not any(point.near(box, RADIUS) for box in boxes):
                free.add((i, j))
    largest: set[Spot] = set()
    while free:
        region, edge = set(), [min(free)]
        free.discard(edge[0])
        while edge:
            i, j = edge.pop()
            region.add((i, j))
            for spot in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
                if spot in free:
                    free.discard(spot)
                    edge.append(spot)
        largest = max(largest, region, key=len)
    return largest


AHEAD = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""Heading to the direction it faces in x and z."""


def _poses(x: float, y: float, z: float, heading: int, spots: set[Spot]) -> list[Pose]:
    """Return the poses from which a point is seen about straight ahead, the best first."""
    dx, dz = AHEAD[heading]
    ci, cj = round(x / GRID), round(z / GRID)
    found = []
    for a in range(1, math.ceil(FARTHEST / GRID) + 1):
        for b in (0, 1, -1):
            i, j = ci - a * dx + b * dz, cj - a * dz + b * dx
            ahead = (x - i * GRID) * dx + (z - j * GRID) * dz
            beside = abs((x - i * GRID) * dz + (z - j * GRID) * dx)
            if (i, j) not in spots or not NEAREST <= ahead <= FARTHEST or beside > SIDEWAYS:
                continue
            slope = (EYE - y) / ahead
            pitch = next((degrees for tangent, degrees in _PITCHES if slope > tangent), LOWEST)
            cost = abs(ahead - PREFERRED) + 2 * beside
            found.append((cost, (i, j, heading, pitch)))
            nearly = pitch - 15 if pitch > LOWEST else pitch + 15
            found.append((cost + NEARLY, (i, j, heading, nearly)))
    return [pose for _, pose in sorted(found)]


def _hangings(
    wanted: Sequence[Hanging], floor: _Floor, placed: Sequence[_Placed], dice: Dice
) -> Iterator[tuple[str, Point, int]]:
    """Hang things on stretches of wall that nothing high covers, blinds at windows."""
    covered = [(p.wall, p.u, p.u + p.piece.width) for p in placed if p.v == 0 and _top(p) > SILL]
    windows: list[tuple[float, int]] = []
    for hanging in wanted:
        count = hanging.least + dice.below(hanging.most - hanging.least + 1)
        if hanging.at_windows:
            spots = windows[:count]
        else:
            spots = [*_free_stretches(hanging.width, count, floor, covered, dice)]
        if hanging.kind == "Window":
            windows = spots
        for middle, wall in spots:
            x, z = floor.world(wall, middle, 0.02)
            yield hanging.kind, (round(x, 2), hanging.y, round(z, 2)), wall


def _free_stretches(
    width: float, count: int, floor: _Floor, covered: list[tuple[int, float, float]], dice: Dice
) -> Iterator[tuple[float, int]]:
    """Yield the middles and walls of stretches that are free, and cover them."""
    for _ in range(20 * count):
        if not count:
            return
        wall = dice.below(4)
        u = round(dice.between(0.1, floor.lengths[wall] - 0.1 - width), 2)
        if not any(k == wall and u < b and a < u + width for k, a, b in covered):
            covered.append((wall, u, u + width))
            count -= 1
            yield u + width / 2, wall


def _top(placed: _Placed) -> float:
    """Return how high a piece is."""
    bodies = ((part.y, BODIES[part.kind]) for part in placed.parts)
    tops = [y + body.base + body.height for y, body in bodies]
    return max(tops + [part.y for part in placed.piece.fixtures], default=0.0)
