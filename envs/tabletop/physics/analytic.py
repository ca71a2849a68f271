"""Quick physics for upright boxes and cylinders, a pure function: from poses to poses at rest.

Things fall straight, stand if their centre of mass is above what supports them, and else slide off
it; they never tilt. No time passes, so it is some thousand times as fast as a simulation.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.tabletop.moves import SPATULA
from crossworld.envs.tabletop.physics import analytic_kernel as kernel
from crossworld.envs.tabletop.scene import CASTS, WALL, Cast, Floats, Poses, Scene
from crossworld.envs.tabletop.shapes import Part, Shape

Ints = NDArray[np.int64]

SIDES = 24
"""Of the polygon that stands for a circle, of the same area."""


class AnalyticPhysics:
    """See the module. Has no state of its own."""

    name = "analytic"

    @staticmethod
    def check(scene: Scene) -> None:
        """Raise an error if there is a thing that cannot be simulated.

        Raises:
            ValueError: a movable thing is a ball.
        """
        for thing in scene.things:
            if not thing.fixed and any(part.kind == "ball" for part in thing.shape.parts):
                raise ValueError(
                    f'The {thing.name} is a ball, and physics="analytic" knows nothing that rolls;'
                    ' use physics="bullet".'
                )

    def settle(self, scene: Scene, poses: Poses, away: tuple[int, ...]) -> Poses:
        """Return where everything comes to rest if it is let go at these poses.

        What does not need to move keeps its pose bit for bit; so does everything if there is no room
        for all of it. What tips can end up to `WALL` beyond the workspace, as in PyBullet.

        Args:
            scene: the things; see `check`.
            poses: (n, 7) float64, metres, everything upright.
            away: things that hang in the gripper: they stay there, and nothing stands on them.

        Returns:
            (n, 7) float64, a new array.
        """
        solids = _solids(scene.cast)
        there = solids.there
        if away:
            there = there.copy()
            there[list(away)] = False
        result: Poses = kernel.settle(*solids.fields, poses, there)
        return result

    def sweep(self, scene: Scene, poses: Poses, path: Floats) -> Poses:
        """Return where everything rests after the spatula has gone from one point to another.

        Args:
            scene: the things; see `check`.
            poses: (n, 7) float64, metres, everything upright.
            path: (2, 2) float64, from and to, x and y, metres.

        Returns:
            (n, 7) float64, a new array.
        """
        (x, y), (dx, dy) = path[0].tolist(), (path[1] - path[0]).tolist()
        length = math.sqrt(dx * dx + dy * dy)
        dx, dy = (dx / length, dy / length) if length > 0 else (1.0, 0.0)
        # Half the angle, without a sine.
        cos = math.sqrt((1 + dx) / 2)
        sin = math.copysign(math.sqrt((1 - dx) / 2), dy)
        solids = _with_spatula(scene.cast)
        pose = (x, y, SPATULA[2] + 0.001, 0.0, 0.0, sin, cos)
        all_poses = np.concatenate([poses, [pose]])
        result = kernel.sweep(*solids.fields, all_poses, solids.there, length, dx, dy)
        kept: Poses = result[:-1].copy()
        return kept


class _Solids(NamedTuple):
    """What the kernel knows of a scene: the first fields of `kernel.World`, and what is solid."""

    fields: tuple[Floats, Ints, Floats, Ints, Floats, Ints, Floats]
    there: NDArray[np.bool_]


@lru_cache(CASTS)
def _solids(cast: Cast) -> _Solids:
    return _packed(cast, [(thing.shape, thing.fixed) for thing in cast.things])


@lru_cache(CASTS)
def _with_spatula(cast: Cast) -> _Solids:
    spatula = Shape(
        "spatula", (Part("box", SPATULA),), (2 * SPATULA[0], 2 * SPATULA[1], 2 * SPATULA[2])
    )
    return _packed(cast, [*((t.shape, t.fixed) for t in cast.things), (spatula, True)])


def _packed(cast: Cast, things: list[tuple[Shape, bool]]) -> _Solids:
    solid = [shape.role != "marker" for shape, _ in things]
    parts = [
        shape.parts if is_solid else () for (shape, _), is_solid in zip(things, solid, strict=True)
    ]
    outlines = [_outline(part) for owned in parts for part in owned]
    counts = np.array([len(outline) for outline in outlines], np.int64)
    corners = np.zeros((len(outlines), max(counts, default=1), 2))
    for row, outline in zip(corners, outlines, strict=True):
        row[: len(outline)] = outline
    spans = [
        (part.position[2] - part.half[2], part.position[2] + part.half[2])
        for owned in parts
        for part in owned
    ]
    flags = [
        (not fixed) * is_solid * kernel.MOVABLE + (shape.role == "holder") * kernel.HOLDER
        for (shape, fixed), is_solid in zip(things, solid, strict=True)
    ]
    (x0, x1), (y0, y1) = cast.workspace.x, cast.workspace.y
    fields = (
        corners,
        counts,
        np.array(spans, np.float64).reshape(-1, 2),
        np.cumsum([0, *map(len, parts)]).astype(np.int64),
        np.array([shape.mass for shape, _ in things], np.float64),
        np.array(flags, np.int64),
        np.array([x0 - WALL, x1 + WALL, y0 - WALL, y1 + WALL], np.float64),
    )
    return _Solids(fields, np.array(solid, np.bool_))


def _outline(part: Part) -> list[tuple[float, float]]:
    """Return the corners of a part seen from above, counter-clockwise, in the frame of its thing."""
    u, v, _ = part.half
    if part.kind == "box":
        corners = [(u, v), (-u, v), (-u, -v), (u, -v)]
    else:
        step = 2 * math.pi / SIDES
        radius = u * math.sqrt(step / math.sin(step))
        corners = [(radius * math.cos(k * step), radius * math.sin(k * step)) for k in range(SIDES)]
    angle = math.radians(part.yaw)
    c, s = math.cos(angle), math.sin(angle)
    x, y, _ = part.position
    return [(x + c * a - s * b, y + s * a + c * b) for a, b in corners]
