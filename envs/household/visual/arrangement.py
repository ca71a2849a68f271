"""Where each receptacle of a game stands and how large it is.

Official ids tell a place and a pose to see it from, but no size, and rooms drawn with one size a
kind would be full of intersections. So neighbours that would intersect are made smaller, along the
axis on which they are farthest apart; appliances are put on the tops that they stand in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import cos, radians, sin

from crossworld.envs.household.game import Game
from crossworld.envs.household.thor_names import Point
from crossworld.envs.household.visual.furniture import Model, models
from crossworld.envs.household.visual.ids import KINDS, Pose, point_of, pose_of

_TOPS = frozenset(
    {"CoffeeTable", "CounterTop", "Desk", "DiningTable", "Dresser", "SideTable", "TVStand"}
)
"""Kinds that are a top at the height of the surface; below it there is room for others."""

_SEATS = frozenset({"ArmChair", "Bed", "Ottoman", "Sofa"})

_ON_TOPS = frozenset({"CoffeeMachine", "Microwave", "Safe", "SinkBasin", "StoveBurner", "Toaster"})

_BASE = {
    "Cabinet": -0.28, "CoffeeMachine": 0.0, "Drawer": -0.08, "GarbageCan": 0.0,
    "HandTowelHolder": -0.20, "Microwave": 0.0, "Safe": 0.0, "Shelf": -0.03, "SinkBasin": 0.0,
    "StoveBurner": -0.03, "Toaster": 0.0, "ToiletPaperHanger": -0.09, "TowelHolder": -0.42,
}  # fmt: skip
"""Kind to its lowest point above the y of its id. All others stand on the floor."""

_LOW, _HIGH = 0.4, 1.3
"""Ids of tops and seats between these heights name the surface; below, the foot."""

_LEAST = 0.35
"""Nothing is made smaller than this share of its usual size: what is closer than that belongs in
each other, as a basin in a counter."""

_GAP = 0.97
"""Neighbours fill this share of the distance between them."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A receptacle in the room.

    Attributes:
        kind: its type, as the catalogue spells it.
        model: what it looks like at its usual size.
        at: x, y, z of the middle of its underside, metres.
        yaw: degrees, clockwise from above; its front faces who looks along this direction.
        scale: factors of the model's width, height and depth.
        viewer: the pose that it is looked at from.
    """

    kind: str
    model: Model
    at: Point
    yaw: float
    scale: tuple[float, float, float]
    viewer: Pose

    @property
    def box(self) -> tuple[Point, Point]:
        """Least and greatest corner in the world."""
        width, height, depth = (n * s for n, s in zip(self.model.size, self.scale, strict=True))
        across, along = (depth, width) if self.yaw % 180 else (width, depth)
        x, y, z = self.at
        return (
            (x - across / 2, y, z - along / 2),
            (x + across / 2, y + height, z + along / 2),
        )

    def world(self, x: float, y: float, z: float) -> Point:
        """Return a point of the receptacle's own frame (in metres, unscaled) in the world."""
        c, s = cos(radians(self.yaw)), sin(radians(self.yaw))
        return self.at[0] + x * c + z * s, self.at[1] + y, self.at[2] - x * s + z * c

    def local(self, x: float, z: float) -> tuple[float, float]:
        """Return x and z of a point of the world in the receptacle's own frame."""
        c, s = cos(radians(self.yaw)), sin(radians(self.yaw))
        dx, dz = x - self.at[0], z - self.at[2]
        return dx * c - dz * s, dx * s + dz * c


@dataclass(slots=True)
class _Body:
    """What a receptacle takes up while sizes are negotiated: centre and extent, in the world."""

    kind: str
    centre: list[float]
    extent: list[float]
    least: list[float]


def arrange(game: Game) -> tuple[Placed, ...]:
    """Return all receptacles of a game, in its order."""
    kinds = [KINDS.get(kind, "SideTable") for kind in game.receptacle_types]
    points = [point_of(symbol) for symbol in game.receptacle_symbols]
    viewers = [pose_of(game.location_symbols[place]) for place in game.location_of]
    surfaces = [_surface(kind, y) for kind, (_, y, _) in zip(kinds, points, strict=True)]
    bodies = [
        _body(kind, point, surface, viewer.yaw)
        for kind, point, surface, viewer in zip(kinds, points, surfaces, viewers, strict=True)
    ]
    _lift(bodies)
    _shrink(bodies)
    return tuple(
        _placed(body, surface, viewer)
        for body, surface, viewer in zip(bodies, surfaces, viewers, strict=True)
    )


def _surface(kind: str, y: float) -> float:
    """Return how high a piece of floor furniture is, 0 for what does not stand on the floor."""
    if kind in _BASE:
        return 0.0
    height = models()[kind].size[1]
    level = models()[kind].levels[0].y
    return height * y / level if kind in _TOPS | _SEATS and _LOW < y < _HIGH else height


def _body(kind: str, point: Point, height: float, yaw: float) -> _Body:
    width, usual, depth = models()[kind].size
    x, y, z = point
    across, along = (depth, width) if yaw % 180 else (width, depth)
    if kind in _TOPS:
        size, low = 0.05, height - 0.05
    elif kind in _BASE:
        size, low = usual, y + _BASE[kind]
        if kind in ("SinkBasin", "StoveBurner") and y < _LOW:
            low = models()["CounterTop"].size[1]
    else:
        size, low = height, 0.0
    extent = [across, size, along]
    return _Body(kind, [x, max(low, 0.0) + size / 2, z], extent, [_LEAST * n for n in extent])


def _lift(bodies: Sequence[_Body]) -> None:
    """Put appliances on the tops that they are in."""
    tops = [body for body in bodies if body.kind in _TOPS]
    for body in bodies:
        if body.kind not in _ON_TOPS:
            continue
        low = body.centre[1] - body.extent[1] / 2
        for top in tops:
            surface = top.centre[1] + top.extent[1] / 2
            beside = any(
                abs(body.centre[k] - top.centre[k]) > (body.extent[k] + top.extent[k]) / 2
                for k in (0, 2)
            )
            if not beside and surface - low > -0.25 and surface - low < 0.25:
                low = surface
        body.centre[1] = low + body.extent[1] / 2


def _shrink(bodies: Sequence[_Body]) -> None:
    """Make neighbours that intersect smaller, the closest first."""
    pairs = []
    for one, two in combinations(bodies, 2):
        ratios = [
            2 * abs(one.centre[k] - two.centre[k]) / (one.extent[k] + two.extent[k])
            for k in range(3)
        ]
        if max(ratios) < 1:
            pairs.append((max(ratios), one, two))
    for _, one, two in sorted(pairs, key=lambda pair: pair[0]):
        distances = [abs(one.centre[k] - two.centre[k]) for k in range(3)]
        sums = [(one.extent[k] + two.extent[k]) / 2 for k in range(3)]
        shares = [d / s for d, s in zip(distances, sums, strict=True)]
        if max(shares) >= 1 or max(shares) < _LEAST:
            continue
        k = shares.index(max(shares))
        for body in (one, two):
            body.extent[k] = max(body.extent[k] * shares[k] * _GAP, body.least[k])


def _placed(body: _Body, height: float, viewer: Pose) -> Placed:
    model = models()[body.kind]
    width, usual, depth = model.size
    across, size, along = body.extent
    if viewer.yaw % 180:
        across, along = along, across
    x, middle, z = body.centre
    if body.kind in _TOPS or body.kind not in _BASE:
        foot, rise = 0.0, height / usual
    else:
        foot, rise = middle - size / 2, size / usual
    scale = (across / width, rise, along / depth)
    return Placed(body.kind, model, (x, foot, z), viewer.yaw, scale, viewer)
