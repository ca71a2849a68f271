"""Builders for meshes of household things, and how three variants of a kind are made.

Things are drawn in units of about a centimetre; `fitted` and `hung` bring them to metres.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from crossworld.envs.core.raster.mesh import Floats, Mesh, merge, pose
from crossworld.envs.core.raster.shapes import box, lathe, prism

Colour = tuple[float, float, float]
Point = tuple[float, float, float]
Draw = Callable[..., Mesh]
Maker = Callable[[int], Mesh]

BLACK = (0.05, 0.05, 0.06)
DARK = (0.17, 0.17, 0.19)
GREY = (0.55, 0.56, 0.58)
SILVER = (0.85, 0.87, 0.9)
PAPER = (1.0, 1.0, 0.97)

SKIN = 0.2
"""How far a pattern floats before the surface below it, in drawing units."""

STRETCHES = ((1.0, 1.0, 1.0), (1.08, 0.95, 1.0), (0.94, 1.06, 1.04))
"""Proportions of the variants: factors along x, y and z."""


def rgb(code: str) -> Colour:
    """Return the colour of six hexadecimal digits."""
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def variants(draw: Draw, *palettes: str, fit: Callable[[Mesh], Mesh] | None = None) -> Maker:
    """Return the function from variant number to mesh of a kind.

    Args:
        draw: takes the colours of a palette, returns the thing in drawing units.
        palettes: one per variant: its colours as hexadecimal digits, between spaces.
        fit: brings the drawing to metres; `fitted` if None.
    """
    colours = [[rgb(code) for code in palette.split()] for palette in palettes]

    def make(variant: int) -> Mesh:
        if not 0 <= variant < len(colours):
            raise ValueError(f"a variant is 0 to {len(colours) - 1}, not {variant!r}.")
        drawn = draw(*colours[variant]).moved(pose(scale=STRETCHES[variant]))
        return (fit or fitted)(drawn)

    return make


def resized(make: Maker, fit: Callable[[Mesh], Mesh]) -> Maker:
    """Return the function from variant to the same mesh in another fit."""
    return lambda variant: fit(make(variant))


def extent(mesh: Mesh) -> tuple[Floats, Floats]:
    """Return the least and greatest (3,) corner of a mesh."""
    points = mesh.vertices.astype(np.float64)
    return points.min(axis=0), points.max(axis=0)


def fitted(mesh: Mesh, size: Point = (0.199, 0.219, 0.199)) -> Mesh:
    """Return a mesh on y = 0, centred in x and z, as large as a (3,) size in metres allows."""
    low, high = extent(mesh)
    factor = float((np.array(size) / (high - low)).min())
    middle = (low + high) / 2 * factor
    return mesh.moved(pose((-middle[0], -low[1] * factor, -middle[2]), scale=factor))


def natural(height: float) -> Callable[[Mesh], Mesh]:
    """Return the fit for what stands on the floor, so many metres high."""
    return lambda mesh: fitted(mesh, (math.inf, height, math.inf))


def boxed(width: float, height: float, depth: float) -> Callable[[Mesh], Mesh]:
    """Return the fit for what stands on the floor and fills a box of that size exactly."""

    def fit(mesh: Mesh) -> Mesh:
        low, high = extent(mesh)
        factors = np.array((width, height, depth)) / (high - low)
        shift = -(low + high) / 2 * factors
        shift[1] = -low[1] * factors[1]
        return mesh.moved(pose(shift, scale=factors))

    return fit


def as_drawn(mesh: Mesh) -> Mesh:
    """Return a mesh from centimetres to metres; its origin stays."""
    return mesh.moved(pose(scale=0.01))


def hung(width: float, height: float, depth: float = 0.06) -> Callable[[Mesh], Mesh]:
    """Return the fit for what hangs on a wall: exactly that size, its back at z = 0.02."""

    def fit(mesh: Mesh) -> Mesh:
        low, high = extent(mesh)
        factors = np.array((width, height, depth)) / (high - low)
        shift = -(low + high) / 2 * factors
        shift[2] = 0.02 - high[2] * factors[2]
        return mesh.moved(pose(shift, scale=factors))

    return fit


def put(
    mesh: Mesh,
    at: Point = (0, 0, 0),
    yaw: float = 0,
    pitch: float = 0,
    roll: float = 0,
    scale: float | Point = 1,
) -> Mesh:
    """Return a mesh moved as `pose` says."""
    return mesh.moved(pose(at, yaw, pitch, roll, scale))


def block(size: Point, at: Point, colour: Colour) -> Mesh:
    """Return a box with its middle at a place."""
    return put(box(size, colour), at)


def ellipse(x: float, y: float, sides: int, start: float = 0) -> list[tuple[float, float]]:
    """Return the corners of a polygon in an ellipse of half axes x, y; start in degrees."""
    turns = [math.radians(start + 360 * k / sides) for k in range(sides)]
    return [(x * math.cos(t), y * math.sin(t)) for t in turns]


def slab(polygon: Sequence[tuple[float, float]], depth: float, colour: Colour) -> Mesh:
    """Return an upright plate: a polygon (x, y), its front at z = 0, its back at z = depth."""
    flat = prism([(x, -y) for x, y in polygon], depth, colour)
    return put(flat, (0, 0, depth / 2), pitch=90)


def patch(x: float, y: float, width: float, height: float, colour: Colour) -> Mesh:
    """Return a rectangle about (x, y) that faces -z, SKIN before z = 0."""
    return put(mosaic(["#"], {"#": colour}, width, height), (x, y, 0))


def mosaic(rows: Sequence[str], palette: Mapping[str, Colour], width: float, height: float) -> Mesh:
    """Return a pattern of rectangles about the origin that faces -z, SKIN before z = 0.

    Args:
        rows: from the top, one letter a cell; equal neighbours become one rectangle.
        palette: letter to colour; a cell of any other letter stays open.
        width: of the whole pattern.
        height: of the whole pattern.
    """
    across, down = width / len(rows[0]), height / len(rows)
    left = {
        (i, j): letter
        for i, row in enumerate(rows)
        for j, letter in enumerate(row)
        if letter in palette
    }
    corners: list[Point] = []
    colours: list[Colour] = []
    while left:
        i, j = min(left)
        letter = left[i, j]
        last = j
        while left.get((i, last + 1)) == letter:
            last += 1
        low = i
        while all(left.get((low + 1, k)) == letter for k in range(j, last + 1)):
            low += 1
        for cell in [(a, b) for a in range(i, low + 1) for b in range(j, last + 1)]:
            del left[cell]
        x0, x1 = j * across - width / 2, (last + 1) * across - width / 2
        y0, y1 = height / 2 - (low + 1) * down, height / 2 - i * down
        corners += [(x0, y0, -SKIN), (x0, y1, -SKIN), (x1, y1, -SKIN), (x1, y0, -SKIN)]
        colours += [palette[letter]] * 2
    faces = [(k + a, k + b, k + c) for k in range(0, len(corners), 4) for a, b, c in _QUAD]
    return Mesh(
        np.array(corners, np.float32), np.array(faces, np.int32), np.array(colours, np.float32)
    )


_QUAD = ((0, 1, 2), (0, 2, 3))


def sheet(polygon: Sequence[tuple[float, float]], colour: Colour) -> Mesh:
    """Return a flat polygon (x, y) that faces -z at z = 0, a fan about its first corner.

    Corners run against the clock; all must be seen from the first.
    """
    points = [(x, y, 0.0) for x, y in polygon]
    faces = [(0, k + 1, k) for k in range(1, len(points) - 1)]
    return Mesh(
        np.array(points, np.float32), np.array(faces, np.int32), np.array(colour, np.float32)
    )


def star(points: int, outer: float, inner: float, colour: Colour) -> Mesh:
    """Return a flat star about the origin that faces -z at z = 0."""
    around = ellipse(1, 1, 2 * points, 90)
    tips = [(x * r, y * r) for (x, y), r in zip(around, (outer, inner) * points, strict=True)]
    return sheet([(0.0, 0.0), *tips, tips[0]], colour)


def banded(profile: Sequence[tuple[float, float]], sides: int, colours: Sequence[Colour]) -> Mesh:
    """Return a lathed thing with one colour for its bottom, each band upwards, and its top.

    Neither end of the profile may lie on the axis: one more colour than points.
    """
    bottom, *bands, top = colours
    side = [bottom, top, *(colour for colour in bands for _ in range(2))]
    return lathe(profile, sides, np.array(side * sides))


def sectors(radius: float, colours: Sequence[Colour], inner: float = 0) -> Mesh:
    """Return a disc that faces -z, SKIN before z = 0, one colour a sector, clockwise from +y.

    It has a hole of radius `inner`; without one it is a fan of half as many triangles.
    """
    count = len(colours)
    turns = [2 * math.pi * k / count for k in range(count)]
    corners = [(r * math.sin(t), r * math.cos(t), -SKIN) for r in (radius, inner) for t in turns]
    faces: list[tuple[int, int, int]] = []
    paint: list[Colour] = []
    for k, colour in enumerate(colours):
        after = (k + 1) % count
        pair = [(k, after, count + k), (after, count + after, count + k)]
        faces += pair if inner > 0 else pair[:1]
        paint += [colour, colour] if inner > 0 else [colour]
    return Mesh(
        np.array(corners, np.float32), np.array(faces, np.int32), np.array(paint, np.float32)
    )


def ring(
    outer: Sequence[tuple[float, float]],
    inner: Sequence[tuple[float, float]],
    depth: float,
    colour: Colour,
) -> Mesh:
    """Return an upright closed band between two polygons (x, y) of as many corners each.

    Corners run against the clock as in `ellipse`; the front is at z = 0, the back at z = depth.
    """
    sides = len(outer)
    stack = ((outer, 0.0), (outer, depth), (inner, depth), (inner, 0.0))
    vertices = [(x, y, z) for polygon, z in stack for x, y in polygon]
    faces = []
    for a in range(4):
        low, high = a * sides, (a + 1) % 4 * sides
        for k in range(sides):
            after = (k + 1) % sides
            faces += [(low + k, high + after, high + k), (low + k, low + after, high + after)]
    return Mesh(
        np.array(vertices, np.float32), np.array(faces, np.int32), np.array(colour, np.float32)
    )


def bar(
    start: Point,
    end: Point,
    radius: float,
    colour: Colour,
    tip: float | None = None,
    sides: int = 4,
) -> Mesh:
    """Return a rod from start to end; its radius at the end is `tip` (`radius` if None).

    A tip of 0 makes it a cone. The first corner points up where the rod lies.
    """
    a, b = np.array(start, np.float64), np.array(end, np.float64)
    along = (b - a) / math.sqrt(float(((b - a) ** 2).sum()))
    guide = np.array((0.0, 1.0, 0.0)) if abs(along[1]) < 0.9 else np.array((0.0, 0.0, -1.0))
    side = np.cross(along, guide)
    side /= math.sqrt(float((side**2).sum()))
    up = np.cross(side, along)
    turns = [2 * math.pi * (k + 0.5) / sides for k in range(sides)]
    round_ = np.array([math.cos(t) * up + math.sin(t) * side for t in turns])
    top = radius if tip is None else tip
    faces: list[tuple[int, int, int]] = []
    if top > 0:
        vertices = np.concatenate([a + radius * round_, b + top * round_])
        for k in range(sides):
            after = (k + 1) % sides
            faces += [(k, after, sides + after), (k, sides + after, sides + k)]
        faces += [(sides, sides + k, sides + k + 1) for k in range(1, sides - 1)]
    else:
        vertices = np.concatenate([a + radius * round_, [b]])
        faces += [(k, (k + 1) % sides, sides) for k in range(sides)]
    faces += [(0, k + 1, k) for k in range(1, sides - 1)]
    return Mesh(
        vertices.astype(np.float32), np.array(faces, np.int32), np.array(colour, np.float32)
    )


def propped(mesh: Mesh, tilt: float, colour: Colour) -> Mesh:
    """Return an upright plate laid on a wedge, so that its face is seen from before and above.

    Args:
        mesh: faces -z.
        tilt: degrees of the face from lying flat.
        colour: of the wedge.
    """
    low, high = extent(mesh)
    height, back = float(high[1] - low[1]), float(high[2])
    upright = put(mesh, (0, -float(low[1]), -back))
    cos, sin = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    profile = [(0.0, 0.0), (height * cos, 0.0), (height * cos, height * sin)]
    width = 0.4 * float(high[0] - low[0])
    wedge = put(slab(profile, width, colour), (width / 2, 0, 0), yaw=-90)
    middle = float(low[0] + high[0]) / 2
    return merge([put(upright, pitch=90 - tilt), put(wedge, (middle, 0, 0))])
