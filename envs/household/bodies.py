"""How large each kind of receptacle is, and where in it things stand: metres.

One size a kind, so that whoever knows an object's id knows its body: official ids carry a place but
no size. The sizes are ours, near those of common furniture.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Body:
    """A box.

    Attributes:
        width: left to right, seen from the front.
        height: of the part that takes up room: of a table only its top, as drawers go below.
        depth: front to back.
        base: its lowest point, above the y of the id.
        levels: where contents stand, above the y of the id.
    """

    width: float
    height: float
    depth: float
    base: float
    levels: tuple[float, ...]


_TABLE = """
kind               width height depth   base  levels
ArmChair            0.80  0.42  0.75   0.00   0.44
BathtubBasin        1.60  0.35  0.70  -0.25  -0.10
Bed                 1.60  0.50  1.95   0.00   0.52
Cabinet             0.56  0.56  0.34  -0.28  -0.26  0.02
Cart                0.50  0.80  0.40   0.00   0.82
CoffeeMachine       0.24  0.34  0.30   0.00   0.06
CoffeeTable         1.00  0.04  0.60   0.38   0.43
CounterTop          1.20  0.04  0.60  -0.04   0.01
Desk                1.20  0.04  0.60   0.71   0.76
DiningTable         1.40  0.04  0.90   0.71   0.76
Drawer              0.50  0.16  0.40  -0.08  -0.06
Dresser             1.20  0.04  0.50   0.91   0.96
Fridge              0.76  1.75  0.70   0.00   0.45  0.85  1.25
GarbageCan          0.34  0.45  0.34   0.00   0.10
HandTowelHolder     0.20  0.25  0.08  -0.20  -0.10
LaundryHamper       0.45  0.60  0.40   0.00   0.30
Microwave           0.48  0.28  0.36   0.00   0.05
Ottoman             0.60  0.42  0.60   0.00   0.44
Safe                0.42  0.45  0.40   0.00   0.10
Shelf               0.80  0.03  0.26  -0.03   0.01
SideTable           0.50  0.04  0.45   0.50   0.55
SinkBasin           0.50  0.22  0.42  -0.20  -0.15
Sofa                1.90  0.42  0.85   0.00   0.44
StoveBurner         0.22  0.03  0.22  -0.03   0.01
TVStand             1.40  0.04  0.45   0.50   0.55
Toaster             0.30  0.20  0.20   0.00   0.21
Toilet              0.42  0.80  0.65   0.00   0.82
ToiletPaperHanger   0.16  0.14  0.10  -0.07  -0.02
TowelHolder         0.60  0.50  0.08  -0.45  -0.20
"""


def _read(table: str) -> dict[str, Body]:
    bodies = {}
    for line in table.strip().splitlines()[1:]:
        kind, *numbers = line.split()
        width, height, depth, base, *levels = map(float, numbers)
        bodies[kind] = Body(width, height, depth, base, tuple(levels))
    return bodies


BODIES: Mapping[str, Body] = _read(_TABLE)
"""Receptacle type to its body."""

Box = tuple[float, float, float, float, float, float]
"""Least x, y, z and greatest x, y, z."""


def box_of(kind: str, at: tuple[float, float, float], heading: int) -> Box:
    """Return the body of a receptacle at a place.

    Args:
        kind: its type.
        at: x, y, z of its id.
        heading: quarter turns of the agent that faces its front: 0 looks along +z, 1 along +x.
    """
    body = BODIES[kind]
    across, along = (body.depth, body.width) if heading % 2 else (body.width, body.depth)
    x, y, z = at
    low = y + body.base
    return x - across / 2, low, z - along / 2, x + across / 2, low + body.height, z + along / 2
