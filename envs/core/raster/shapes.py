"""Meshes made in code. All but `quad` are closed and wound outwards; y is up."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossworld.envs.core.raster.mesh import Mesh

WHITE = (1.0, 1.0, 1.0)
Faces = list[tuple[int, int, int]]


def _mesh(vertices: ArrayLike, faces: Faces, colour: ArrayLike) -> Mesh:
    return Mesh(
        np.asarray(vertices, np.float32),
        np.array(faces, np.int32).reshape(-1, 3),
        np.asarray(colour, np.float32),
    )


def quad(
    width: float, height: float, colour: ArrayLike = WHITE, double_sided: bool = False
) -> Mesh:
    """Return an upright rectangle about the origin that faces -z: a wall before heading 0."""
    x, y = width / 2, height / 2
    faces = [(0, 1, 2), (0, 2, 3)]
    if double_sided:
        faces += [(2, 1, 0), (3, 2, 0)]
    return _mesh([(-x, -y, 0), (-x, y, 0), (x, y, 0), (x, -y, 0)], faces, colour)


def box(size: ArrayLike, colour: ArrayLike = WHITE) -> Mesh:
    """Return a box about the origin; size is its (x, y, z) extent, metres. 12 triangles."""
    x, y, z = (float(extent) for extent in np.broadcast_to(np.asarray(size, np.float64), (3,)))
    corners = [(-x / 2, -z / 2), (x / 2, -z / 2), (x / 2, z / 2), (-x / 2, z / 2)]
    return prism(corners, y, colour)


def prism(polygon: Sequence[ArrayLike], height: float, colour: ArrayLike = WHITE) -> Mesh:
    """Return an upright prism: (k, 2) corners (x, z) of a simple polygon, y from -h/2 to h/2."""
    flat = np.array(polygon, np.float64)
    if flat.ndim != 2 or flat.shape[1] != 2 or len(flat) < 3:
        raise ValueError(f"a polygon is three or more (x, z) corners, not {polygon!r}.")
    x, z = flat.T
    if float((x * np.roll(z, -1) - z * np.roll(x, -1)).sum()) < 0:
        flat = flat[::-1]
    n = len(flat)
    vertices = [(px, y, pz) for y in (-height / 2, height / 2) for px, pz in flat]
    faces: Faces = []
    for a, b, c in _ears(flat):
        faces += [(a, b, c), (c + n, b + n, a + n)]
    for k in range(n):
        after = (k + 1) % n
        faces += [(k, k + n, after + n), (k, after + n, after)]
    return _mesh(vertices, faces, colour)


def _turn(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> float:
    """Return twice the signed area of a flat triangle."""
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def _ears(flat: NDArray[np.float64]) -> Faces:
    """Triangulate a simple polygon of positive area by cutting ears (quadratic or so; small n)."""
    left = list(range(len(flat)))
    faces: Faces = []
    while len(left) > 3:
        for i, b in enumerate(left):
            a, c = left[i - 1], left[(i + 1) % len(left)]
            if _turn(flat[a], flat[b], flat[c]) <= 0:
                continue
            if any(
                _turn(flat[a], flat[b], flat[p]) >= 0
                and _turn(flat[b], flat[c], flat[p]) >= 0
                and _turn(flat[c], flat[a], flat[p]) >= 0
                for p in left
                if p not in (a, b, c)
            ):
                continue
            faces.append((a, b, c))
            del left[i]
            break
        else:
            break
    a, b, c = left[:3]
    if len(left) > 3 or _turn(flat[a], flat[b], flat[c]) <= 0:
        raise ValueError("the polygon crosses or touches itself, or has no area.")
    faces.append((a, b, c))
    return faces


def lathe(profile: Sequence[tuple[float, float]], sides: int, colour: ArrayLike = WHITE) -> Mesh:
    """Return what turns about the y axis.

    Args:
        profile: (radius, y) from the bottom over the outside to the top, and for a vessel on
            down its inside. Only the ends may have radius 0, a point on the axis; an end off the
            axis is closed with a disc.
        sides: how many, 3 or more.
        colour: one, or one per triangle.
    """
    if sides < 3:
        raise ValueError(f"a round shape needs at least 3 sides, not {sides}.")
    if any(radius <= 0 for radius, _ in profile[1:-1]) or min(r for r, _ in profile) < 0:
        raise ValueError(f"only the ends of a profile may lie on the axis: {profile!r}.")
    turns = [2 * math.pi * k / sides for k in range(sides)]
    rings = [(r, y) for r, y in profile if r > 0]
    vertices = [(r * math.cos(a), y, r * math.sin(a)) for r, y in rings for a in turns]
    bottom, top, last = len(vertices), len(vertices) + 1, (len(rings) - 1) * sides
    vertices += [(0.0, profile[0][1], 0.0), (0.0, profile[-1][1], 0.0)]
    faces: Faces = []
    for k in range(sides):
        after = (k + 1) % sides
        faces += [(bottom, k, after), (top, last + after, last + k)]
        for low in range(0, last, sides):
            high = low + sides
            faces += [(low + k, high + k, high + after), (low + k, high + after, low + after)]
    return _mesh(vertices, faces, colour)


def cylinder(radius: float, height: float, sides: int = 12, colour: ArrayLike = WHITE) -> Mesh:
    """Return an upright cylinder about the origin. 4 triangles per side."""
    return lathe([(radius, -height / 2), (radius, height / 2)], sides, colour)


def cone(
    radius: float, height: float, sides: int = 12, colour: ArrayLike = WHITE, top: float = 0
) -> Mesh:
    """Return an upright cone about the origin, or a cut one if the radius of its top is not 0."""
    return lathe([(radius, -height / 2), (top, height / 2)], sides, colour)


def sphere(radius: float, sides: int = 10, colour: ArrayLike = WHITE) -> Mesh:
    """Return a low-polygon sphere about the origin: `sides` meridians, half as many bands."""
    bands = max(sides // 2, 2)
    angles = [math.pi * k / bands for k in range(1, bands)]
    middle = [(radius * math.sin(a), -radius * math.cos(a)) for a in angles]
    return lathe([(0, -radius), *middle, (0, radius)], sides, colour)


def tube(
    radius: float,
    thickness: float,
    arc: float = 180,
    segments: int = 6,
    sides: int = 5,
    colour: ArrayLike = WHITE,
) -> Mesh:
    """Return part of a torus in the xy plane, such as a handle; the full one if arc is 360.

    Args:
        radius: of the arc, metres.
        thickness: radius of the tube itself, less than `radius`.
        arc: degrees, from the x axis towards the y axis.
        segments: along the arc.
        sides: around the tube, 3 or more.
        colour: one, or one per triangle.
    """
    if not 0 < arc <= 360 or segments < (3 if arc == 360 else 1) or sides < 3:
        raise ValueError(f"no tube has arc={arc}, segments={segments} and sides={sides}.")
    closed = arc == 360
    count = segments if closed else segments + 1
    around = [2 * math.pi * k / sides for k in range(sides)]
    vertices: list[tuple[float, float, float]] = []
    for i in range(count):
        along = math.radians(arc * i / segments)
        for a in around:
            out = radius + thickness * math.cos(a)
            vertices.append((out * math.cos(along), out * math.sin(along), thickness * math.sin(a)))
    faces: Faces = []
    for i in range(segments):
        low, high = i * sides, (i + 1) % count * sides
        for k in range(sides):
            after = (k + 1) % sides
            faces += [(low + k, high + k, high + after), (low + k, high + after, low + after)]
    if not closed:
        last = segments * sides
        for k in range(1, sides - 1):
            faces += [(0, k, k + 1), (last, last + k + 1, last + k)]
    return _mesh(vertices, faces, colour)
