"""What things are made of: shapes as convex parts, in metres and kilograms.

A shape's frame is right-handed with z up; its origin is in the middle of its box (of a letter and its
outline: at the centre of mass). Turns are about z,
in degrees, counter-clockwise from above.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

Vector = tuple[float, float, float]
PartKind = Literal["box", "cylinder", "ball"]
Role = Literal["solid", "holder", "carrier", "marker"]

DENSITY = 800.0
"""Of everything, kg / m^3: wood."""

FLAT = 0.001
"""Thickness of a marker."""


@dataclass(frozen=True, slots=True)
class Part:
    """A convex piece of a shape.

    Attributes:
        kind: "box", "cylinder" (upright) or "ball".
        half: half extents; of a cylinder (radius, radius, half height), of a ball three radii.
        position: of its middle.
        yaw: degrees.
    """

    kind: PartKind
    half: Vector
    position: Vector = (0.0, 0.0, 0.0)
    yaw: float = 0.0


@dataclass(frozen=True, slots=True)
class Area:
    """Where on or in a thing others can be: a rectangle or ellipse about its middle.

    Attributes:
        half: half extents in x and y.
        round: whether it is an ellipse.
        floor: height above the thing's middle of what things stand on.
        rim: height up to which a thing standing there is in it; at `floor` for none.
    """

    half: tuple[float, float]
    round: bool
    floor: float
    rim: float


@dataclass(frozen=True, slots=True)
class Shape:
    """What a thing is made of.

    Attributes:
        noun: what it is called, "block".
        parts: convex pieces; together they are what collides and, if `drawn` is empty, what is seen.
        size: extents of its box.
        role: "solid" (things stand on it), "holder" (things are in it), "carrier" (things stand on
            it, and go where it goes), "marker" (painted on the table).
        area: where others can be in or on a holder, carrier or marker; None for solids.
        turn: degrees after which it looks the same: 360 for never, 0 for always.
        drawn: pieces that are seen, if not the parts.
        look: a mesh of the library that is seen instead of pieces; "" for none.
    """

    noun: str
    parts: tuple[Part, ...]
    size: Vector
    role: Role = "solid"
    area: Area | None = None
    turn: float = 360.0
    drawn: tuple[Part, ...] = ()
    look: str = ""

    @property
    def mass(self) -> float:
        """Mass in kilograms."""
        return DENSITY * math.fsum(map(_volume, self.parts))

    @property
    def radius(self) -> float:
        """Radius of the upright cylinder about it, metres."""
        reach = 0.0
        for part in self.parts:
            x, y, _ = part.position
            corner = (
                part.half[0]
                if part.kind != "box"
                else math.sqrt(part.half[0] ** 2 + part.half[1] ** 2)
            )
            reach = max(reach, math.sqrt(x * x + y * y) + corner)
        return reach


def _volume(part: Part) -> float:
    x, y, z = part.half
    return {"box": 8.0, "cylinder": 2 * math.pi, "ball": 4 / 3 * math.pi}[part.kind] * x * y * z


def block(size: float | Vector = 0.04, noun: str = "block") -> Shape:
    """Return a cuboid; one number makes a cube."""
    x, y, z = (size, size, size) if isinstance(size, int | float) else size
    return Shape(
        noun, (Part("box", (x / 2, y / 2, z / 2)),), (x, y, z), turn=90.0 if x == y else 180.0
    )


def cylinder(radius: float = 0.02, height: float = 0.04, noun: str = "cylinder") -> Shape:
    """Return an upright cylinder."""
    part = Part("cylinder", (radius, radius, height / 2))
    return Shape(noun, (part,), (2 * radius, 2 * radius, height), turn=0.0)


def ball(radius: float = 0.021) -> Shape:
    """Return a ball."""
    return Shape("ball", (Part("ball", (radius,) * 3),), (2 * radius,) * 3, turn=0.0)


def bowl(radius: float = 0.06, height: float = 0.036) -> Shape:
    """Return a round bowl; its wall is a ring of boards."""
    wall, sides = 0.006, 12
    inner = radius - wall
    parts = [Part("cylinder", (radius, radius, wall / 2), (0.0, 0.0, (wall - height) / 2))]
    for number in range(sides):
        angle = 2 * math.pi * number / sides
        middle = (
            (radius - wall / 2) * math.cos(angle),
            (radius - wall / 2) * math.sin(angle),
            wall / 2,
        )
        half = (wall / 2, radius * math.tan(math.pi / sides), (height - wall) / 2)
        parts.append(Part("box", half, middle, math.degrees(angle)))
    return Shape(
        "bowl",
        tuple(parts),
        (2 * radius, 2 * radius, height),
        "holder",
        Area((inner, inner), True, wall - height / 2, height / 2),
        turn=0.0,
        look="bowl",
    )


def box(width: float = 0.12, depth: float = 0.12, height: float = 0.045) -> Shape:
    """Return a box without a lid."""
    wall = 0.006
    x, y, z = width / 2, depth / 2, (height - wall) / 2
    parts = (
        Part("box", (x, y, wall / 2), (0.0, 0.0, (wall - height) / 2)),
        Part("box", (wall / 2, y, z), (wall / 2 - x, 0.0, wall / 2)),
        Part("box", (wall / 2, y, z), (x - wall / 2, 0.0, wall / 2)),
        Part("box", (x - wall, wall / 2, z), (0.0, wall / 2 - y, wall / 2)),
        Part("box", (x - wall, wall / 2, z), (0.0, y - wall / 2, wall / 2)),
    )
    return Shape(
        "box",
        parts,
        (width, depth, height),
        "holder",
        Area((x - wall, y - wall), False, wall - height / 2, height / 2),
        turn=90.0 if width == depth else 180.0,
    )


def pallet(width: float = 0.13, depth: float = 0.13) -> Shape:
    """Return a low pallet of boards."""
    board, runner = 0.008, 0.012
    height = board + runner
    x, y = width / 2, depth / 2
    top, low = runner / 2, -board / 2
    slats, gap = 5, 0.006
    slat = (width - (slats - 1) * gap) / slats
    boards = tuple(
        Part("box", (slat / 2, y, board / 2), (slat / 2 - x + k * (slat + gap), 0.0, top))
        for k in range(slats)
    )
    runners = tuple(
        Part("box", (x, 0.008, runner / 2), (0.0, at, low)) for at in (0.008 - y, 0.0, y - 0.008)
    )
    return Shape(
        "pallet",
        (Part("box", (x, y, height / 2)),),
        (width, depth, height),
        "carrier",
        Area((x, y), False, height / 2, height / 2),
        turn=90.0 if width == depth else 180.0,
        drawn=boards + runners,
    )


def zone(width: float = 0.12, depth: float = 0.12, noun: str = "zone") -> Shape:
    """Return a rectangle that is painted on the table."""
    return Shape(
        noun,
        (Part("box", (width / 2, depth / 2, FLAT / 2)),),
        (width, depth, FLAT),
        "marker",
        Area((width / 2, depth / 2), False, FLAT / 2, FLAT / 2),
        turn=90.0 if width == depth else 180.0,
    )


def spot(radius: float = 0.025) -> Shape:
    """Return a disc that is painted on the table."""
    return Shape(
        "spot",
        (Part("cylinder", (radius, radius, FLAT / 2)),),
        (2 * radius, 2 * radius, FLAT),
        "marker",
        Area((radius, radius), True, FLAT / 2, FLAT / 2),
        turn=0.0,
    )


def line(length: float = 0.3, width: float = 0.012) -> Shape:
    """Return a line along y that is painted on the table."""
    return zone(width, length, "line")


def corner(length: float = 0.1) -> Shape:
    """Return two low rails at a right angle; its area is what lies between them."""
    rail, height = 0.01, 0.015
    h = length / 2
    parts = (
        Part("box", (h, rail / 2, height / 2), (0.0, h - rail / 2, 0.0)),
        Part("box", (rail / 2, h - rail / 2, height / 2), (h - rail / 2, -rail / 2, 0.0)),
    )
    return Shape(
        "corner",
        parts,
        (length, length, height),
        "holder",
        Area((h - rail, h - rail), False, -height / 2, height / 2),
    )


LETTERS: dict[str, tuple[str, ...]] = {
    "ell": ("x ", "x ", "xx"),
    "tee": ("xxx", " x "),
    "cross": (" x ", "xxx", " x "),
    "zed": ("xx ", " xx"),
    "arch": ("xxx", "x x"),
}
"""Flat shapes as cells, rows from back to front."""

_LETTER_TURNS = {"cross": 90.0, "zed": 180.0}


def letter(noun: str, cell: float = 0.025, height: float = 0.03) -> Shape:
    """Return a shape of `LETTERS`, that tall."""
    parts, size = _cells(noun, cell, height)
    return Shape(noun, parts, size, turn=_LETTER_TURNS.get(noun, 360.0))


def outline(noun: str, cell: float = 0.025) -> Shape:
    """Return the place of a shape of `LETTERS`, painted on the table."""
    margin = 0.004
    parts, (width, depth, _) = _cells(noun, cell, FLAT, margin)
    area = Area((width / 2, depth / 2), False, FLAT / 2, FLAT / 2)
    turn = _LETTER_TURNS.get(noun, 360.0)
    return Shape(f"{noun} outline", parts, (width, depth, FLAT), "marker", area, turn=turn)


def _cells(
    noun: str, cell: float, height: float, margin: float = 0.0
) -> tuple[tuple[Part, ...], Vector]:
    rows = LETTERS[noun]
    depth, width = len(rows), len(rows[0])
    parts = []
    for i, row in enumerate(rows):
        x = ((depth - 1) / 2 - i) * cell
        # One part per run of cells, so that no seams are seen.
        start = None
        for j, mark in enumerate([*row, " "]):
            if mark == "x" and start is None:
                start = j
            elif mark != "x" and start is not None:
                y = ((width - 1) / 2 - (start + j - 1) / 2) * cell
                half = (cell / 2 + margin, (j - start) * cell / 2 + margin, height / 2)
                parts.append(Part("box", half, (x, y, 0.0)))
                start = None
    # About the centre of mass, which is where physics turns it.
    weights = [part.half[0] * part.half[1] for part in parts]
    x, y = (
        math.fsum(w * part.position[k] for w, part in zip(weights, parts, strict=True))
        / math.fsum(weights)
        for k in range(2)
    )
    parts = [
        replace(part, position=(part.position[0] - x, part.position[1] - y, 0.0)) for part in parts
    ]
    return tuple(parts), (depth * cell + 2 * margin, width * cell + 2 * margin, height)


def bead(size: float = 0.012) -> Shape:
    """Return one of many small cubes, which are swept rather than picked up."""
    return block(size, "bead")
