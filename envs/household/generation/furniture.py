"""Pieces of furniture: what stands along a wall or in the middle, and which receptacles it has.

A piece is described from its left back corner, seen from the front: `u` to the right, `v` away from
the wall, `y` up, in metres. Its bays are places where one of several things can be built in.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """Something at a place of a piece: a receptacle, or an object that stays where it is."""

    kind: str
    u: float
    v: float
    y: float


@dataclass(frozen=True, slots=True)
class Option:
    """One way to fill a bay, as likely as its weight among the others."""

    weight: float
    parts: tuple[Part, ...] = ()


Bay = tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of furniture.

    Attributes:
        width, depth: of its footprint.
        floor: whether it stands on the floor, in the way of people.
        parts: its receptacles.
        fixtures: objects that belong to it.
        bays: what varies.
    """

    width: float
    depth: float
    floor: bool = True
    parts: tuple[Part, ...] = ()
    fixtures: tuple[Part, ...] = ()
    bays: tuple[Bay, ...] = ()


def _column(kind: str, u: float, v: float, *heights: float) -> tuple[Part, ...]:
    return tuple(Part(kind, u, v, y) for y in heights)


def _under(u: float, v: float = 0.40) -> Bay:
    """Return what can be below a counter."""
    return (
        Option(0.50, (Part("Cabinet", u, v + 0.03, 0.45),)),
        Option(0.20, _column("Drawer", u, v, 0.75, 0.55, 0.35)),
        Option(0.15, (Part("Drawer", u, v, 0.76), Part("Cabinet", u, v + 0.03, 0.36))),
        Option(0.15, _column("Drawer", u, v, 0.70, 0.40)),
    )


def _over(u: float) -> Bay:
    """Return what can be above a counter."""
    return (Option(0.8, (Part("Cabinet", u, 0.17, 1.75),)), Option(0.2))


def _some(*options: tuple[Part, ...]) -> Bay:
    """Return a bay with equally likely options."""
    return tuple(Option(1.0, parts) for parts in options)


_BURNERS = tuple(Part("StoveBurner", u, v, 0.93) for u in (0.2, 0.55) for v in (0.17, 0.43))
_KNOBS = tuple(Part("StoveKnob", u, 0.58, 0.80) for u in (0.15, 0.3, 0.45, 0.6))

PIECES: Mapping[str, Piece] = {
    # Kitchens
    "counter": Piece(
        1.20, 0.60,
        parts=(Part("CounterTop", 0.6, 0.3, 0.92),),
        bays=(_under(0.3), _under(0.9), _over(0.3), _over(0.9)),
    ),
    "island": Piece(
        1.20, 0.60,
        parts=(Part("CounterTop", 0.6, 0.3, 0.92),),
        bays=(_under(0.3), _under(0.9)),
    ),
    "sink": Piece(
        0.80, 0.60,
        parts=(Part("SinkBasin", 0.4, 0.3, 0.90), Part("Cabinet", 0.4, 0.43, 0.36)),
        fixtures=(Part("Sink", 0.4, 0.3, 0.90),),
    ),
    "stove": Piece(
        0.75, 0.62, parts=_BURNERS, fixtures=_KNOBS,
        bays=(_some(_column("Cabinet", 0.375, 0.17, 1.85), ()),),
    ),
    "fridge": Piece(
        0.80, 0.72, parts=(Part("Fridge", 0.4, 0.36, 0.0),),
        bays=(_some(_column("Cabinet", 0.4, 0.20, 2.10), ()),),
    ),
    "pantry": Piece(
        0.60, 0.45,
        bays=(_some(_column("Cabinet", 0.3, 0.26, 0.35, 0.95, 1.55),
                    _column("Cabinet", 0.3, 0.26, 0.35, 0.95, 1.55, 2.15)),),
    ),
    "garbage": Piece(0.40, 0.40, parts=(Part("GarbageCan", 0.2, 0.2, 0.0),)),
    "table": Piece(1.40, 0.90, parts=(Part("DiningTable", 0.7, 0.45, 0.0),)),
    "chair": Piece(0.45, 0.45, fixtures=(Part("Chair", 0.225, 0.225, 0.0),)),
    # Storage
    "shelves": Piece(
        0.85, 0.28, floor=False,
        bays=(_some(_column("Shelf", 0.42, 0.14, 1.20, 1.55),
                    _column("Shelf", 0.42, 0.14, 1.05, 1.40, 1.75)),),
    ),
    "bookcase": Piece(
        0.85, 0.30,
        bays=(_some(_column("Shelf", 0.42, 0.15, 0.40, 0.80, 1.20, 1.60),
                    _column("Shelf", 0.42, 0.15, 0.35, 0.70, 1.05, 1.40, 1.75),
                    _column("Shelf", 0.42, 0.15, 1.10, 1.45)
                    + _column("Cabinet", 0.42, 0.17, 0.55)),),
    ),
    "wardrobe": Piece(
        0.60, 0.45,
        bays=(_some(_column("Cabinet", 0.3, 0.26, 0.80, 1.40) + _column("Drawer", 0.3, 0.24, 0.35),
                    _column("Cabinet", 0.3, 0.26, 0.35, 0.95, 1.55)),),
    ),
    "chest": Piece(
        0.60, 0.45,
        bays=(_some(_column("Drawer", 0.3, 0.23, 0.25, 0.45, 0.65, 0.85),
                    _column("Drawer", 0.3, 0.23, 0.20, 0.40, 0.60, 0.80, 1.00),
                    _column("Drawer", 0.3, 0.23, 0.25, 0.50, 0.75)),),
    ),
    "dresser": Piece(
        1.20, 0.50, parts=(Part("Dresser", 0.6, 0.25, 0.0),),
        bays=tuple(_some(_column("Drawer", u, 0.28, 0.25, 0.50, 0.75),
                         _column("Drawer", u, 0.28, 0.30, 0.65)) for u in (0.3, 0.9)),
    ),
    "sideboard": Piece(
        1.40, 0.45, parts=(Part("TVStand", 0.7, 0.225, 0.0),),
        bays=tuple(_some(_column("Drawer", u, 0.24, 0.20, 0.40), _column("Drawer", u, 0.24, 0.35))
                   for u in (0.3, 1.1)),
    ),
    # Seats, beds, tables
    "bed": Piece(1.60, 2.00, parts=(Part("Bed", 0.8, 1.0, 0.0),)),
    "nightstand": Piece(
        0.50, 0.45, parts=(Part("SideTable", 0.25, 0.225, 0.0),),
        bays=(_some(_column("Drawer", 0.25, 0.24, 0.20, 0.40), _column("Drawer", 0.25, 0.24, 0.35)),),
    ),
    "sidetable": Piece(0.50, 0.45, parts=(Part("SideTable", 0.25, 0.225, 0.0),)),
    "desk": Piece(
        1.20, 0.60, parts=(Part("Desk", 0.6, 0.3, 0.0),),
        bays=(_some(_column("Drawer", 0.92, 0.38, 0.20, 0.40, 0.60),
                    _column("Drawer", 0.92, 0.38, 0.35, 0.60)),
              _some(_column("Shelf", 0.6, 0.14, 1.25, 1.60), ())),
    ),
    "armchair": Piece(0.85, 0.80, parts=(Part("ArmChair", 0.425, 0.4, 0.0),)),
    "sofa": Piece(1.95, 0.90, parts=(Part("Sofa", 0.975, 0.45, 0.0),)),
    "ottoman": Piece(0.65, 0.65, parts=(Part("Ottoman", 0.325, 0.325, 0.0),)),
    "coffeetable": Piece(1.00, 0.60, parts=(Part("CoffeeTable", 0.5, 0.3, 0.0),)),
    "tvstand": Piece(
        1.40, 0.50, parts=(Part("TVStand", 0.7, 0.25, 0.0),),
        fixtures=(Part("Television", 0.7, 0.12, 0.70),),
    ),
    "safe": Piece(0.45, 0.45, parts=(Part("Safe", 0.225, 0.225, 0.0),)),
    "lamp": Piece(0.40, 0.40, fixtures=(Part("FloorLamp", 0.2, 0.2, 0.0),)),
    "plant": Piece(0.40, 0.40, fixtures=(Part("HousePlant", 0.2, 0.2, 0.0),)),
    # Bathrooms
    "vanity": Piece(
        1.20, 0.60,
        parts=(Part("CounterTop", 0.6, 0.3, 0.92),),
        fixtures=(Part("Mirror", 0.6, 0.02, 1.30),),
        bays=(_under(0.3), _under(0.9), _over(0.3), _over(0.9)),
    ),
    "toilet": Piece(
        0.80, 0.70,
        parts=(Part("Toilet", 0.25, 0.33, 0.0), Part("ToiletPaperHanger", 0.65, 0.06, 0.75)),
        bays=(_some(_column("Cabinet", 0.3, 0.17, 1.55), _column("Shelf", 0.4, 0.14, 1.20, 1.55), ()),),
    ),
    "bathtub": Piece(
        1.70, 0.75, parts=(Part("BathtubBasin", 0.85, 0.375, 0.30),),
        fixtures=(Part("Bathtub", 0.85, 0.375, 0.30),),
    ),
    "shower": Piece(
        0.90, 0.90,
        fixtures=(Part("ShowerDoor", 0.45, 0.90, 1.00), Part("ShowerGlass", 0.88, 0.45, 1.20)),
    ),
    "towel": Piece(0.65, 0.10, floor=False, parts=(Part("TowelHolder", 0.325, 0.05, 1.40),)),
    "handtowel": Piece(0.30, 0.10, floor=False, parts=(Part("HandTowelHolder", 0.15, 0.05, 1.55),)),
    "linen": Piece(
        0.60, 0.45,
        bays=(_some(_column("Cabinet", 0.3, 0.26, 0.35, 0.95, 1.55),
                    _column("Cabinet", 0.3, 0.26, 1.20, 1.80)
                    + _column("Drawer", 0.3, 0.24, 0.25, 0.50, 0.75)),),
    ),
    "hamper": Piece(
        0.50, 0.45, parts=(Part("LaundryHamper", 0.25, 0.22, 0.0),),
        fixtures=(Part("LaundryHamperLid", 0.25, 0.22, 0.62),),
    ),
    "cart": Piece(0.55, 0.45, parts=(Part("Cart", 0.275, 0.22, 0.0),)),
}  # fmt: skip
"""Name to piece."""
