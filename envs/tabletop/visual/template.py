"""The rows of a scene: all about them that does not depend on the state, made once."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossworld.envs.core.raster import INSTANCE, Camera, Row, Rows, pack
from crossworld.envs.tabletop.colours import COLOURS
from crossworld.envs.tabletop.scene import CASTS, WALL, Cast, Floats, Thing, Workspace
from crossworld.envs.tabletop.shapes import Vector
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.visual.cameras import BOTTOM, RIM, RIM_HEIGHT, VIEWS, camera
from crossworld.envs.tabletop.visual.library import shapes
from crossworld.envs.tabletop.visual.numbering import labels
from crossworld.envs.tabletop.visual.placing import place

WOOD, RIM_WOOD = (0.88, 0.80, 0.68), (0.66, 0.52, 0.37)
RUBBER, STEEL = (0.20, 0.20, 0.23), (0.42, 0.43, 0.47)
SHADOW = (0.64, 0.57, 0.48)

BORDER = 0.0035
"""Width of the darker border of a marker, metres; less than what `shapes.outline` adds to a cell."""

ABOVE = 0.0001
"""Height of a marker's inside above its border, and of the next marker above that, metres."""

OPAQUE, DARK = 0.5, 0.8
"""How much of its colour the inside of a marker has, the rest being wood; brightness of its border."""

CUP_RADIUS, CUP_HEIGHT, STEM_RADIUS, STEM_LENGTH = 0.01, 0.008, 0.0035, 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A scene to be drawn.

    Attributes:
        rows: (k,) of `INSTANCE` as bytes, with the transforms of what stays.
        local: see `placing.place`; so are `first`, `cups` and `lift`.
        cameras: name of a view to its camera.
    """

    rows: NDArray[np.uint8]
    local: Floats
    first: NDArray[np.int64]
    cups: int
    lift: float
    cameras: dict[str, Camera]

    def instances(self, state: State) -> Rows:
        """Return all that is drawn of a state of this scene, as fresh rows."""
        # Floats: for whole numbers the kernel would be compiled once more.
        cup = float(state.cup[0]), float(state.cup[1])
        # Copied as bytes: numpy copies structured rows field by field.
        rows: Rows = self.rows.copy().view(INSTANCE)
        count = place(
            self.local, self.first, self.cups, state.poses, cup, state.held, self.lift,
            CUP_RADIUS, rows,
        )  # fmt: skip
        return rows[:count]


@lru_cache(maxsize=CASTS)
def template(cast: Cast) -> Template:
    """Return the rows of a cast, from the process's cache if they are there."""
    table = [*_tray(cast.workspace)]
    numbers = labels(cast).tolist()
    markers = 0
    things: list[list[Row]] = []
    for thing, label in zip(cast.things, numbers, strict=True):
        if thing.shape.role == "marker":
            things.append([*_painted(thing, label, 2 * markers * ABOVE)])
            markers += 1
        else:
            things.append([*_solid(thing, label)])
    cup = [*_cup()]
    shadows = [_row("box", 0, SHADOW, (1, 1, 1), (0, 0, ABOVE))] * max(map(len, things), default=0)
    rows = pack([*table, *(row for some in things for row in some), *cup, *shadows])
    return Template(
        rows.view(np.uint8),
        rows["transform"].copy(),
        np.cumsum([len(table), *map(len, things)], dtype=np.int64),
        len(cup),
        float(cast.workspace.lift),
        {view: camera(cast.workspace, view) for view in VIEWS},
    )


def _row(
    kind: str, label: int, tint: ArrayLike, half: Vector, position: Vector, yaw: float = 0.0
) -> Row:
    """Return a row of the mesh of a kind of part."""
    return shapes().parts[kind], label, tint, _stretched(half, position, yaw)


def _stretched(half: Vector, position: Vector, yaw: float = 0.0) -> Floats:
    """Return the transform that gives a unit mesh its half extents and its place."""
    c, s = math.cos(math.radians(yaw)), math.sin(math.radians(yaw))
    x, y, z = half
    return np.array([(c * x, s * x, 0.0), (-s * y, c * y, 0.0), (0.0, 0.0, z), position])


def _tray(workspace: Workspace) -> Iterator[Row]:
    """Yield the table: boards, and a rim where the walls are that nothing leaves it through."""
    x, y = workspace.middle
    dx = (workspace.x[1] - workspace.x[0]) / 2 + WALL
    dy = (workspace.y[1] - workspace.y[0]) / 2 + WALL
    thick, high, z = RIM / 2, (RIM_HEIGHT - BOTTOM) / 2, (RIM_HEIGHT + BOTTOM) / 2
    yield shapes().planks, 0, WOOD, _stretched((dx, dy, -BOTTOM / 2), (x, y, BOTTOM / 2))
    for side in (-1, 1):
        middle = x + side * (dx + thick), y, z
        yield _row("box", 0, RIM_WOOD, (thick, dy + RIM, high), middle)
        middle = x, y + side * (dy + thick), z
        yield _row("box", 0, RIM_WOOD, (dx, thick, high), middle)


def _solid(thing: Thing, label: int) -> Iterator[Row]:
    """Yield what stands on the table."""
    shape, tint = thing.shape, COLOURS[thing.colour]
    if shape.look:
        x, y, z = shape.size
        half = _stretched((x / 2, y / 2, z / 2), (0.0, 0.0, 0.0))
        yield shapes().looks[shape.look], label, tint, half
        return
    for part in shape.drawn or shape.parts:
        yield _row(part.kind, label, tint, part.half, part.position, part.yaw)


def _painted(thing: Thing, label: int, raised: float) -> Iterator[Row]:
    """Yield what is painted on the table: thinly, so that a block of its colour is seen on it."""
    colour = np.array(COLOURS[thing.colour])
    dark, pale = DARK * colour, OPAQUE * colour + (1 - OPAQUE) * np.array(WOOD)
    for part in thing.shape.drawn or thing.shape.parts:
        (x, y, z), (u, v, w) = part.half, part.position
        yield _row(part.kind, label, dark, part.half, (u, v, w + raised), part.yaw)
        inside = x - BORDER, y - BORDER, z
        yield _row(part.kind, label, pale, inside, (u, v, w + raised + ABOVE), part.yaw)


def _cup() -> Iterator[Row]:
    """Yield the suction cup and its stem, above the middle of its lower side."""
    h, s = CUP_HEIGHT / 2, STEM_LENGTH / 2
    yield _row("cylinder", 0, RUBBER, (CUP_RADIUS, CUP_RADIUS, h), (0, 0, h))
    yield _row("cylinder", 0, STEEL, (STEM_RADIUS, STEM_RADIUS, s), (0, 0, CUP_HEIGHT + s))
