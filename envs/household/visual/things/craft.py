"""How the meshes of things are put together: lofts, rods, cut-outs, patches."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossworld.envs.core.raster.mesh import Mesh, merge, pose
from crossworld.envs.core.raster.shapes import prism

Colour = tuple[float, float, float]
Points = NDArray[np.float64]
Paint = Colour | Sequence[Colour]
"""One colour, or several that take turns."""

WHITE: Colour = (1.0, 1.0, 1.0)
BLACK: Colour = (0.08, 0.08, 0.09)

FOOTPRINT = 0.20
"""Side of the square that a thing stands in, metres."""
HEIGHT = 0.24
"""Of the highest thing, metres."""


def ring(
    sides: int,
    radius: float,
    y: float,
    depth: float | None = None,
    x: float = 0,
    z: float = 0,
) -> Points:
    """Return (sides, 3) points of a level ellipse.

    The first edge faces the viewer (-z), the others follow to the right.

    Args:
        sides: how many.
        radius: along x, metres; the point (x, y, z) if 0.
        y: height of the ring.
        depth: radius along z; `radius` if None.
        x: of the centre.
        z: of the centre.
    """
    turns = -math.pi / 2 + 2 * math.pi * (np.arange(sides) - 0.5) / sides
    deep = radius if depth is None else depth
    return np.stack(
        [x + radius * np.cos(turns), np.full(sides, float(y)), z + deep * np.sin(turns)], axis=1
    )


def loft(rings: Sequence[ArrayLike], paint: Sequence[Paint]) -> Mesh:
    """Return the closed skin over rings of equally many points, in order, wound outwards.

    Args:
        rings: (n, 3) each; a ring whose points are all the same is a tip. The first and the last
            must be convex, since they are closed by a fan.
        paint: of the first cap, of each band, of the last cap: one more than rings.
    """
    stack = np.array(rings, np.float64)
    count, n = stack.shape[:2]
    if len(paint) != count + 1:
        raise ValueError(f"{count} rings need {count + 1} paints, not {len(paint)}.")
    faces: list[tuple[int, int, int]] = []
    colours: list[Colour] = []
    last = (count - 1) * n
    for k in range(1, n - 1):
        faces += [(0, k, k + 1), (last, last + k + 1, last + k)]
        colours += [_turn(paint[0], k - 1), _turn(paint[-1], k - 1)]
    for band in range(count - 1):
        for k in range(n):
            low, high, after = band * n + k, (band + 1) * n + k, (k + 1) % n - k
            faces += [(low, high, high + after), (low, high + after, low + after)]
            colours += [_turn(paint[band + 1], k)] * 2
    points, corners = stack.reshape(-1, 3), np.array(faces, np.int32)
    a, b, c = points[corners.T]
    solid = np.abs(np.cross(b - a, c - a)).max(axis=1) > 1e-9
    mesh = Mesh(points.astype(np.float32), corners[solid], np.array(colours, np.float32)[solid])
    return mesh if mesh.volume() > 0 else mesh.flipped()


def _turn(paint: Paint, index: int) -> Colour:
    """Return the colour of the index-th face."""
    several = np.reshape(np.asarray(paint, np.float64), (-1, 3))
    r, g, b = several[index % len(several)]
    return float(r), float(g), float(b)


def rod(
    path: Sequence[ArrayLike], radius: float | Sequence[float], paint: Paint, sides: int = 4
) -> Mesh:
    """Return a bent rod along (k, 3) points; of one radius, or of one at each point.

    `paint` takes turns along the rod. 2 * sides * k - 4 triangles.
    """
    line = np.array(path, np.float64)
    radii = np.broadcast_to(np.asarray(radius, np.float64), (len(line),))
    along = np.gradient(line, axis=0)
    turns = 2 * math.pi * (np.arange(sides) + 0.5) / sides
    rings = []
    for point, r, tangent in zip(line, radii, along, strict=True):
        # A rod in one upright plane keeps its sides straight if one axis is across that plane.
        across = np.array((0, 0, 1.0) if abs(tangent[2]) < abs(tangent[0]) else (1.0, 0, 0))
        if abs(tangent[1]) > 1e-9 and abs(tangent[0]) + abs(tangent[2]) < 1e-9:
            across = np.array((0, 0, 1.0))
        first = np.cross(tangent, across)
        first /= np.linalg.norm(first)
        second = np.cross(first, tangent)
        second /= np.linalg.norm(second)
        rings.append(point + r * (np.outer(np.cos(turns), first) + np.outer(np.sin(turns), second)))
    bands = [_turn(paint, k) for k in range(len(line) - 1)]
    return loft(rings, [bands[0], *bands, bands[-1]])


def cutout(
    polygon: Sequence[ArrayLike], height: float, top: Colour, side: Colour, bevel: float = 0
) -> Mesh:
    """Return a flat thing lying on y = 0: (k, 2) corners (x, z), in another colour at the edge.

    Args:
        polygon: corners of the upper face; need not be convex.
        height: metres.
        top: colour of the upper face.
        side: colour of the edge.
        bevel: by how much the lower face stands out all round, so that the edge is seen, metres.
    """
    solid = prism(polygon, height)
    n = len(polygon)
    points = solid.vertices.astype(np.float64)
    points[:, 1] += height / 2
    flat = points[:n][:, [0, 2]]
    before, after = flat - np.roll(flat, 1, axis=0), np.roll(flat, -1, axis=0) - flat
    normals = [
        np.stack([edge[:, 1], -edge[:, 0]], axis=1) / np.linalg.norm(edge, axis=1, keepdims=True)
        for edge in (before, after)
    ]
    mitre = normals[0] + normals[1]
    stretch = np.maximum((mitre * normals[0]).sum(axis=1, keepdims=True), 0.5)
    points[:n][:, [0, 2]] = flat + bevel * mitre / stretch
    caps = 2 * (n - 2)
    colours = np.array([side, top] * (n - 2) + [side] * (len(solid.triangles) - caps))
    return Mesh(points.astype(np.float32), solid.triangles, colours)


def patch(points: Sequence[ArrayLike], colour: Colour, towards: ArrayLike = (0, 1, 0)) -> Mesh:
    """Return a flat polygon, a fan about its first corner, seen from where `towards` points."""
    corners = np.array(points, np.float64)
    faces = np.array([(0, k, k + 1) for k in range(1, len(corners) - 1)], np.int32)
    normal = np.cross(corners, np.roll(corners, -1, axis=0)).sum(axis=0)
    mesh = Mesh(corners.astype(np.float32), faces, np.array(colour, np.float32))
    return mesh if float(normal @ np.asarray(towards, np.float64)) > 0 else mesh.flipped()


def settle(parts: Sequence[Mesh], yaw: float = 0, pitch: float = 0, scale: ArrayLike = 1) -> Mesh:
    """Return the parts as one mesh, turned, standing centred on y = 0.

    What is larger than `FOOTPRINT` and `HEIGHT` allow is shrunk.
    """
    whole = merge(parts).moved(pose(yaw=yaw, pitch=pitch, scale=scale))
    low, high = whole.vertices.min(axis=0), whole.vertices.max(axis=0)
    # A little play, since vertices are rounded to float32.
    room = np.array((FOOTPRINT, HEIGHT, FOOTPRINT)) - 1e-6
    fit = min(1.0, float((room / np.maximum(high - low, 1e-9)).min()))
    x, _, z = (low + high) / 2 * fit
    return whole.moved(pose((-x, -low[1] * fit, -z), scale=fit))
