"""What does not move in a room: floor, walls, and what stands or hangs there for good."""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from crossworld.envs.core.raster import Row, pose
from crossworld.envs.core.raster.mesh import Floats
from crossworld.envs.household.game import Game
from crossworld.envs.household.state import bits
from crossworld.envs.household.thor_names import Point
from crossworld.envs.household.visual.arrangement import Placed
from crossworld.envs.household.visual.ids import KINDS, Pose, point_of, pose_of
from crossworld.envs.household.visual.library import Shapes
from crossworld.envs.household.visual.numbering import object_label
from crossworld.envs.household.visual.things import VARIANTS
from crossworld.envs.household.visual.viewpoint import Box

HEIGHT = 2.6
"""Of walls, metres; more where something hangs higher."""

_MARGIN = 0.05

_AGENT = 0.25
"""Half the room that a person takes up, metres."""

_WALLS = ((0.0, 0, 1), (90.0, 1, 0), (180.0, 0, -1), (270.0, -1, 0))
"""Degrees that a wall's onlooker faces, and on which side in x and z it stands."""

_HUNG = frozenset({"Blinds", "Curtains", "LightSwitch", "Mirror", "Painting", "Poster", "Window"})
"""Kinds that hang on the nearest wall and face the room."""

_DRAWN_OTHERWISE = frozenset({"Bathtub"})
"""Kinds that are drawn as part of a receptacle."""

_AT_THE_BACK_OF = {"Sink": "SinkBasin"}
"""Kinds that share the place of a receptacle, whose back edge they stand at."""

_STYLES = (
    # floor, walls, furniture
    ((0.80, 0.66, 0.50), (0.93, 0.91, 0.86), (1.0, 1.0, 1.0)),
    ((0.70, 0.72, 0.74), (0.86, 0.91, 0.92), (0.92, 0.96, 1.0)),
    ((0.62, 0.50, 0.40), (0.95, 0.93, 0.90), (0.88, 0.84, 0.82)),
    ((0.86, 0.84, 0.80), (0.90, 0.93, 0.86), (1.0, 0.93, 0.84)),
    ((0.74, 0.62, 0.54), (0.94, 0.88, 0.84), (0.84, 0.90, 0.86)),
    ((0.66, 0.68, 0.64), (0.92, 0.92, 0.95), (0.95, 0.88, 0.92)),
)


def look_of(symbol: str) -> int:
    """Return a number that is the same for the same symbol everywhere, 0..2**32 - 1."""
    return zlib.crc32(symbol.encode())


def style_of(game: Game) -> tuple[Any, Any, Any]:
    """Return floor, wall and furniture colours; games in one room share them."""
    return _STYLES[look_of(" ".join(game.receptacle_symbols)) % len(_STYLES)]


def standing(game: Game) -> list[int]:
    """Return the objects that are in no receptacle and in no hand: they never move."""
    moving = 0 if game.start.held < 0 else 1 << game.start.held
    for contents in game.start.contents:
        moving |= contents
    for inside in game.inner.values():
        for o in inside:
            moving |= 1 << o
    return [o for o in range(len(game.object_symbols)) if not moving >> o & 1]


def extent(game: Game, placed: Sequence[Placed]) -> Box:
    """Return least and greatest corner of the room: all that is known to be in it, and walls."""
    points = [point_of(game.object_symbols[o]) for o in standing(game)]
    points += [(p.x - dx, 0.0, p.z - dz) for p in map(pose_of, game.location_symbols)
               for dx, dz in ((-_AGENT, -_AGENT), (_AGENT, _AGENT))]  # fmt: skip
    for place in placed:
        points += place.box
    low = [min(p[k] for p in points) - _MARGIN for k in range(3)]
    high = [max(p[k] for p in points) + _MARGIN for k in range(3)]
    return (low[0], 0.0, low[2]), (high[0], max(HEIGHT, high[1]), high[2])


def shell_rows(game: Game, room: Box, shapes: Shapes) -> Iterator[Row]:
    """Yield floor and walls; walls are seen from inside only."""
    floor, wall, _ = style_of(game)
    (x0, _, z0), (x1, top, z1) = room
    x, z, width, depth = (x0 + x1) / 2, (z0 + z1) / 2, x1 - x0, z1 - z0
    kind = look_of(game.receptacle_symbols[0]) % len(shapes.floors)
    yield shapes.floors[kind], 0, floor, pose((x, 0, z), scale=(width, 1, depth))
    for yaw, side_x, side_z in _WALLS:
        at = (x + side_x * width / 2, top / 2, z + side_z * depth / 2)
        across = depth if side_x else width
        yield shapes.wall, 0, wall, pose(at, yaw, scale=(across, top, 1))


def fixture_rows(game: Game, room: Box, placed: Sequence[Placed], shapes: Shapes) -> Iterator[Row]:
    """Yield what stands and hangs in the room without being in anything.

    Some games have things to carry that lie on a table by their place and are in nothing by their
    facts. The text never lists them, so that they are not drawn there.
    """
    seen_from = _viewers(game)
    hosts = {(place.kind, *_flat(place.at)): place for place in placed}
    boxes = [place.box for place in placed]
    for o in standing(game):
        symbol = game.object_symbols[o]
        kind = KINDS.get(game.object_types[o], "")
        if kind in _DRAWN_OTHERWISE or (kind not in shapes.fixtures and kind not in shapes.things):
            continue
        if game.flags["sliceable"] >> o & 1:
            continue  # see `loose_things`
        x, y, z = point_of(symbol)
        if game.flags["pickupable"] >> o & 1 and _lies_on_any(boxes, (x, y, z)):
            continue
        yaw = _wall_nearby(x, z, room) if kind in _HUNG else seen_from[o].yaw
        host = hosts.get((_AT_THE_BACK_OF.get(kind, ""), *_flat((x, y, z))))
        if host is not None:
            yaw = host.yaw
            x, y, z = host.world(0.0, 0.0, 0.5 * host.model.size[2] * host.scale[2])
        meshes = shapes.fixtures.get(kind) or shapes.things[kind]
        look = look_of(symbol)
        shade = 0.92 + 0.08 * (look >> 8 & 255) / 255
        mesh = meshes[look % VARIANTS]
        yield mesh, object_label(game, o), (shade, shade, shade), pose((x, y, z), yaw)


def loose_things(game: Game, placed: Sequence[Placed]) -> dict[int, Floats]:
    """Return where things stand that are in nothing and can be sliced there all the same."""
    boxes = [place.box for place in placed]
    return {
        o: pose(point_of(game.object_symbols[o]))
        for o in standing(game)
        if game.flags["sliceable"] >> o & 1
        and not _lies_on_any(boxes, point_of(game.object_symbols[o]))
    }


def _lies_on_any(boxes: Sequence[Box], point: Point) -> bool:
    """Return whether a point is in one of these boxes, or a little above."""
    x, y, z = point
    return any(
        low[0] <= x <= high[0] and low[2] <= z <= high[2] and low[1] - 0.1 <= y <= high[1] + 0.4
        for low, high in boxes
    )


def _flat(point: Point) -> tuple[float, float]:
    """Return x and z, rounded as ids are."""
    return round(point[0], 2), round(point[2], 2)


def _viewers(game: Game) -> dict[int, Pose]:
    """Return for each object the pose that it is recorded to be seen from."""
    start = pose_of(game.location_symbols[game.start.location])
    viewers = dict.fromkeys(range(len(game.object_symbols)), start)
    for place, recorded in enumerate(game.start.at):
        for o in bits(recorded):
            viewers[o] = pose_of(game.location_symbols[place])
    return viewers


def _wall_nearby(x: float, z: float, room: Box) -> float:
    """Return what who looks at the nearest wall faces, degrees."""
    (x0, _, z0), (x1, _, z1) = room
    distances = (z1 - z, x1 - x, z - z0, x - x0)
    return 90.0 * distances.index(min(distances))
