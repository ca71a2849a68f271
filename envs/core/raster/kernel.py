"""The renderer proper, compiled by numba on the first render. Imported nowhere else.

A frame is drawn into its own output arrays: while it is made, `depth` holds 1 / depth, which is
linear in the image, and `segmentation` a number of the triangle seen. Only triangles that were
in front when they were drawn get a number; a last pass shades those, and turns both arrays into
what they are called.

Meshes stay in their own space: only corners of instances in view are transformed, straight to
the camera's frame, and the eye to the mesh's, where it meets the planes of triangles. Points are
rows, so a matrix m is nine numbers, row by row, and a point p becomes p m.

Coverage is exact: corners are rounded to 1 / 4096 of a pixel, and edge functions are integers
(Pineda 1988, "A Parallel Algorithm for Polygon Rasterization"), with the top-left rule for pixel
centres on an edge. Triangles that share an edge so leave no gap and share no pixel.

All in one file, because numba's cache notices changes of a function's own file only. No fastmath:
results must not depend on how a compiler reorders sums.
"""

import math
from typing import Any

import numpy as np
from numba import njit

BITS = 12
ONE = 1 << BITS
GUARD = 16.0
"""Triangles that leave the image are clipped only this many half-images from its middle."""

SMALL = 8
"""Triangles up to so many columns are tested pixel by pixel: quicker than solving for the ends."""

CORNERS = 20
"""Room for a clipped triangle: 8 corners, but 19 if rounding bent a sliver at every plane."""


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def snap(value: Any) -> Any:
    """Return a pixel coordinate as a fixed-point integer."""
    return math.floor(value * ONE + 0.5)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def narrow(edge: Any, step: Any, inverse: Any, first: Any, last: Any) -> Any:
    """Return the part of a row, from `first` to `last`, on the inner side of an edge.

    Args:
        edge: integer edge function at column 0 of the row; inside is where it is not negative.
        step: its change from column to column.
        inverse: 1 / step as a float, anything if step is 0.
        first: first column.
        last: last column; the row is empty if it is less than `first`.
    """
    if step > 0:
        if edge + step * first < 0:
            # The quotient is only an estimate; integers decide.
            k = int(min(-edge * inverse, last + 1.0))
            while k <= last and edge + step * k < 0:
                k += 1
            while k > first and edge + step * (k - 1) >= 0:
                k -= 1
            first = k
    elif step < 0:
        if edge + step * last < 0:
            k = int(max(-edge * inverse, first - 1.0))
            while k >= first and edge + step * k < 0:
                k -= 1
            while k < last and edge + step * (k + 1) >= 0:
                k += 1
            last = k
    elif edge < 0:
        last = first - 1
    return first, last


@njit(cache=True, nogil=True, inline="always")
def put(near: Any, ids: Any, ident: Any, x: Any, y: Any, w: Any, limits: Any) -> Any:
    """Draw a pixel of 1 / depth w if it is closer than what is there; return whether it is."""
    # A plane seen almost edge-on is steep: rounding must not leave the triangle.
    bounded = np.float32(min(max(w, limits[0]), limits[1]))
    if bounded > near[y, x]:
        near[y, x] = bounded
        ids[y, x] = ident
        return True
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def fill(near: Any, ids: Any, ident: Any, corners: Any, limits: Any, plane: Any) -> Any:
    """Draw a triangle where it is closer than what is there; return whether it is anywhere.

    Args:
        near: (size, size) float32, 1 / depth so far.
        ids: (size, size) int32, which triangle that is.
        ident: this triangle.
        corners: ax, ay, bx, by, cx, cy in fixed point, clockwise with row 0 at the top; pixel
            centres are at whole numbers.
        limits: least and greatest 1 / depth at its corners.
        plane: 1 / depth of its plane at pixel (0, 0), change per column, change per row.
    """
    (ax, ay, bx, by, cx, cy), (w0, wx, wy) = corners, plane
    size = near.shape[0]
    left = max((min(ax, bx, cx) + ONE - 1) >> BITS, 0)
    right = min(max(ax, bx, cx) >> BITS, size - 1)
    top = max((min(ay, by, cy) + ONE - 1) >> BITS, 0)
    bottom = min(max(ay, by, cy) >> BITS, size - 1)
    if left > right or top > bottom:
        return False
    if (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) <= 0:
        return False
    # Edge functions at column 0; on edges that are neither top nor left, 0 is outside.
    ux, uy = bx - ax, by - ay
    vx, vy = cx - bx, cy - by
    tx, ty = ax - cx, ay - cy
    line = top << BITS
    e0 = ux * (line - ay) + uy * ax - (0 if uy < 0 or (uy == 0 and ux > 0) else 1)
    e1 = vx * (line - by) + vy * bx - (0 if vy < 0 or (vy == 0 and vx > 0) else 1)
    e2 = tx * (line - cy) + ty * cx - (0 if ty < 0 or (ty == 0 and tx > 0) else 1)
    s0, s1, s2 = -uy << BITS, -vy << BITS, -ty << BITS
    seen = False
    if right - left < SMALL:
        for y in range(top, bottom + 1):
            start = w0 + wy * y
            d0, d1, d2 = e0 + s0 * left, e1 + s1 * left, e2 + s2 * left
            for x in range(left, right + 1):
                inside = (d0 | d1 | d2) >= 0
                if inside and put(near, ids, ident, x, y, start + wx * x, limits):
                    seen = True
                d0, d1, d2 = d0 + s0, d1 + s1, d2 + s2
            e0, e1, e2 = e0 + (ux << BITS), e1 + (vx << BITS), e2 + (tx << BITS)
        return seen
    i0 = 1.0 / s0 if s0 != 0 else 0.0
    i1 = 1.0 / s1 if s1 != 0 else 0.0
    i2 = 1.0 / s2 if s2 != 0 else 0.0
    for y in range(top, bottom + 1):
        start = w0 + wy * y
        first, last = narrow(e0, s0, i0, left, right)
        first, last = narrow(e1, s1, i1, first, last)
        first, last = narrow(e2, s2, i2, first, last)
        for x in range(first, last + 1):
            if put(near, ids, ident, x, y, start + wx * x, limits):
                seen = True
        e0, e1, e2 = e0 + (ux << BITS), e1 + (vx << BITS), e2 + (tx << BITS)
    return seen


@njit(cache=True, nogil=True, error_model="numpy")
def clip(source: Any, count: Any, target: Any, plane: Any) -> Any:
    """Keep the part of a convex polygon where px x + py y + pz z >= pd (Sutherland-Hodgman 1974).

    Cuts are computed from the inner to the outer corner, so that the two triangles at an edge
    get the same point.

    Args:
        source: (20, 3) float64 corners.
        count: how many of them count.
        target: the same, for the result.
        plane: px, py, pz and pd.

    Returns:
        How many corners the result has.
    """
    px, py, pz, pd = plane
    kept = 0
    for i in range(count):
        j = i + 1 if i + 1 < count else 0
        here = px * source[i, 0] + py * source[i, 1] + pz * source[i, 2] - pd
        there = px * source[j, 0] + py * source[j, 1] + pz * source[j, 2] - pd
        if here >= 0:
            target[kept] = source[i]
            kept += 1
            if there < 0:
                part = here / (here - there)
                for k in range(3):
                    target[kept, k] = source[i, k] + part * (source[j, k] - source[i, k])
                kept += 1
        elif there >= 0:
            part = there / (there - here)
            for k in range(3):
                target[kept, k] = source[j, k] + part * (source[i, k] - source[j, k])
            kept += 1
    return kept


@njit(cache=True, nogil=True, error_model="numpy")
def fill_clipped(near: Any, ids: Any, ident: Any, one: Any, two: Any, lens: Any, plane: Any) -> Any:
    """Clip the triangle in `one` (camera's frame, clockwise) and `fill` what is left of it."""
    nearest, reach, scale = lens
    count = clip(one, 3, two, (0.0, 0.0, 1.0, nearest))
    count = clip(two, count, one, (1.0, 0.0, reach, 0.0))
    count = clip(one, count, two, (-1.0, 0.0, reach, 0.0))
    count = clip(two, count, one, (0.0, 1.0, reach, 0.0))
    count = clip(one, count, two, (0.0, -1.0, reach, 0.0))
    if count < 3:
        return False
    middle = (near.shape[0] - 1) * 0.5
    # Cuts of astronomically long edges are inexact; what leaves the planes must not overflow.
    most = (GUARD + 1.0) * near.shape[0]
    low, high = np.inf, 0.0
    for k in range(count):
        inverse = 1.0 / max(two[k, 2], nearest)
        low, high = min(low, inverse), max(high, inverse)
        one[k, 0] = snap(min(max(middle + scale * two[k, 0] * inverse, -most), most))
        one[k, 1] = snap(min(max(middle - scale * two[k, 1] * inverse, -most), most))
    seen = False
    for k in range(1, count - 1):
        corners = (
            int(one[0, 0]), int(one[0, 1]), int(one[k, 0]), int(one[k, 1]),
            int(one[k + 1, 0]), int(one[k + 1, 1]),
        )  # fmt: skip
        seen |= fill(near, ids, ident, corners, (low, high), plane)
    return seen


@njit(cache=True, nogil=True, error_model="numpy")
def adjugate(m: Any) -> Any:
    """Return the inverse of a matrix times its determinant, and the determinant."""
    a, b, c, d, e, f, g, h, i = m
    p, q, r = e * i - f * h, f * g - d * i, d * h - e * g
    inverse = (p, c * h - b * i, b * f - c * e, q, a * i - c * g, c * d - a * f,
               r, b * g - a * h, a * e - b * d)  # fmt: skip
    return inverse, a * p + b * q + c * r


@njit(cache=True, nogil=True, error_model="numpy")
def times(m: Any, x: Any, y: Any, z: Any) -> Any:
    """Return the products of the rows of a matrix and a vector."""
    return (
        m[0] * x + m[1] * y + m[2] * z,
        m[3] * x + m[4] * y + m[5] * z,
        m[6] * x + m[7] * y + m[8] * z,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def linear(transform: Any) -> Any:
    """Return a (4, 3) transform without its last row, as nine numbers."""
    t = transform
    return (t[0, 0], t[0, 1], t[0, 2], t[1, 0], t[1, 1], t[1, 2], t[2, 0], t[2, 1], t[2, 2])


@njit(cache=True, nogil=True, error_model="numpy")
def first_fault(rows: Any, meshes: Any, limit: Any) -> Any:
    """Return the first row that may not be drawn and what is wrong, see `FAULTS`; else -1, 0.

    Args:
        rows: of `INSTANCE`.
        meshes: how many there are.
        limit: greatest number in a transform.
    """
    for i in range(rows.shape[0]):
        tint, t = rows[i].tint, rows[i].transform
        # Comparisons with NaN are false.
        tinted, finite = True, True
        for k in range(3):
            tinted &= (tint[k] >= 0.0) & (tint[k] <= 1.0)
            for j in range(4):
                finite &= abs(t[j, k]) <= limit
        if not 0 <= rows[i].mesh < meshes:
            return i, 1
        if not tinted:
            return i, 2
        if not finite or not adjugate(linear(t))[1] > 0.0:
            return i, 3
    return -1, 0


@njit(cache=True, nogil=True, error_model="numpy")
def along(t: Any, axis: Any, position: Any) -> Any:
    """Return a coordinate of a camera's frame as four numbers: of x, y, z of a mesh, and 1.

    Args:
        t: (4, 3) transform of the mesh.
        axis: of the camera, in the world.
        position: of the camera.
    """
    x, y, z = axis
    return (
        t[0, 0] * x + t[0, 1] * y + t[0, 2] * z,
        t[1, 0] * x + t[1, 1] * y + t[1, 2] * z,
        t[2, 0] * x + t[2, 1] * y + t[2, 2] * z,
        (t[3, 0] - position[0]) * x + (t[3, 1] - position[1]) * y + (t[3, 2] - position[2]) * z,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def beyond(across: Any, deep: Any, slope: Any, boxes: Any, mesh: Any) -> Any:
    """Return whether the box of a mesh is beyond one of two opposite sides of the image.

    Exact up to rounding, which hides nothing: pixel centres lie half a pixel inside.

    Args:
        across: the coordinate that the sides limit, see `along`.
        deep: depth.
        slope: of the sides.
        boxes: see `Packed`.
        mesh: its number.
    """
    u, v, w = boxes[mesh, 3], boxes[mesh, 4], boxes[mesh, 5]
    a, b, c, d = across
    e, f, g, h = deep[0] * slope, deep[1] * slope, deep[2] * slope, deep[3] * slope
    x, y, z = boxes[mesh, 0], boxes[mesh, 1], boxes[mesh, 2]
    p, q = x * a + y * b + z * c + d, x * e + y * f + z * g + h
    return (p - q > u * abs(a - e) + v * abs(b - f) + w * abs(c - g)) | (
        -p - q > u * abs(a + e) + v * abs(b + f) + w * abs(c + g)
    )


@njit(cache=True, nogil=True, error_model="numpy")
def from_camera(across: Any, rise: Any, deep: Any, scale: Any) -> Any:
    """Return what is needed to look at planes from the space of a mesh.

    Args:
        across: the first coordinate in the camera's frame, see `along`.
        rise: the second.
        deep: the third.
        scale: pixels per unit of slope.

    Returns:
        The eye in the space of the mesh; a matrix from a normal there to the change of
        1 / depth per column, per row, and its value at the middle of the image, but for a
        factor, -1 / the distance of the eye from the plane; and whether the world is
        right-handed, in which front faces appear counter-clockwise.
    """
    (a, d, g, x), (b, e, h, y), (c, f, i, z) = across, rise, deep
    (a, b, c, d, e, f, g, h, i), det = adjugate((a, b, c, d, e, f, g, h, i))
    eye = (
        -(x * a + y * d + z * g) / det,
        -(x * b + y * e + z * h) / det,
        -(x * c + y * f + z * i) / det,
    )
    u, v, w = 1.0 / (det * scale), -1.0 / (det * scale), 1.0 / det
    return eye, (a * u, b * u, c * u, d * v, e * v, f * v, g * w, h * w, i * w), det < 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def project(vertices: Any, span: Any, frame: Any, lens: Any, eye: Any, flat: Any) -> None:
    """Transform points to the camera's frame, and to pixels if they are in the guard band.

    Args:
        vertices: of all meshes.
        span: first and last (exclusive) of the mesh.
        frame: the three coordinates, see `along`.
        lens: near, slope of the guard band, pixels per unit of slope, middle of the image.
        eye: (n, 4) float64 for x, y, z and 1 / z; 0 if not in the guard band.
        flat: (n, 2) int64 for column and row, fixed-point.
    """
    nearest, reach, scale, middle = lens
    first, last = span
    (a, b, c, d), (e, f, g, h), (i, j, k, m) = frame
    for v in range(last - first):
        px, py, pz = vertices[first + v, 0], vertices[first + v, 1], vertices[first + v, 2]
        x = px * a + py * b + pz * c + d
        y = px * e + py * f + pz * g + h
        z = px * i + py * j + pz * k + m
        eye[v, 0], eye[v, 1], eye[v, 2], eye[v, 3] = x, y, z, 0.0
        if z >= nearest and abs(x) <= reach * z and abs(y) <= reach * z:
            inverse = 1.0 / z
            eye[v, 3] = inverse
            flat[v, 0] = snap(middle + scale * x * inverse)
            flat[v, 1] = snap(middle - scale * y * inverse)


@njit(cache=True, nogil=True, error_model="numpy")
def grown(array: Any) -> Any:
    """Return a copy of twice the length."""
    result = np.empty((2 * array.shape[0], array.shape[1]), array.dtype)
    result[: array.shape[0]] = array
    return result


@njit(cache=True, nogil=True, error_model="numpy")
def brightness(transform: Any, planes: Any, triangle: Any, light: Any) -> Any:
    """Return how bright a triangle of a transformed mesh is; `light` is that of `Light.row`."""
    # Under a transform normals change by its inverse, transposed.
    x, y, z = times(
        adjugate(linear(transform))[0],
        planes[triangle, 0], planes[triangle, 1], planes[triangle, 2],
    )  # fmt: skip
    facing = (x * light[0] + y * light[1] + z * light[2]) / math.sqrt(x * x + y * y + z * z)
    return light[3] + light[4] * max(facing, 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def finish(
    frame: Any, seen: Any, rows: Any, planes: Any, colours: Any, light: Any, ends: Any
) -> None:
    """Turn 1 / depth and numbers of triangles into depth, labels and colours.

    Args:
        frame: image, depth and segmentation.
        seen: (k, 2) int32, row and triangle behind each number.
        rows: of all scenes.
        planes: of all triangles.
        colours: of all triangles.
        light: see `Light.row`.
        ends: what the background is: depth, and three bytes.
    """
    image, near, ids = frame
    farthest, background = ends
    size, count = near.shape[0], seen.shape[0]
    labels = np.zeros(count, np.int32)
    lit = np.empty((count, 3), np.uint8)
    lit[0, 0], lit[0, 1], lit[0, 2] = background
    for number in range(1, count):
        i, t = seen[number, 0], seen[number, 1]
        tint = rows[i].tint
        m = brightness(rows[i].transform, planes, t, light)
        for k in range(3):
            lit[number, k] = np.uint8(np.rint(min(colours[t, k] * tint[k] * m, 1.0) * 255.0))
        labels[number] = rows[i].label
    nothing, far, unit = np.float32(1.0 / farthest), np.float32(farthest), np.float32(1.0)
    for y in range(size):
        for x in range(size):
            w = near[y, x]
            near[y, x] = far if w == nothing else min(unit / w, far)
        for x in range(size):
            number = ids[y, x]
            ids[y, x] = labels[number]
            for k in range(3):
                image[y, x, k] = lit[number, k]


@njit(cache=True, nogil=True, error_model="numpy")
def render_frames(
    vertices: Any,
    faces: Any,
    planes: Any,
    colours: Any,
    boxes: Any,
    spans: Any,
    rows: Any,
    starts: Any,
    cameras: Any,
    lights: Any,
    background: Any,
    limit: Any,
    image: Any,
    depth: Any,
    segmentation: Any,
) -> Any:
    """Render all frames of a batch, one after another, into image, depth and segmentation.

    The arrays from `vertices` to `spans` are those of `Packed`. `rows` are `INSTANCE`, of all
    frames end to end, `starts` (N + 1,) int64 where each frame's begin and the last one's end.
    `cameras` is (N, 15) float64, see `Camera.row`; `lights` (N, 5), see `Light.row`, `background`
    three bytes, `limit` the greatest number in a transform. The outputs have N as their first axis.

    Returns:
        What `first_fault` says of the rows; if it names one, nothing is drawn.
    """
    fault = first_fault(rows, spans.shape[0], limit)
    if fault[1] != 0:
        return fault
    most = 1
    for i in range(spans.shape[0]):
        most = max(most, spans[i, 1] - spans[i, 0])
    eye = np.empty((most, 4), np.float64)
    flat = np.empty((most, 2), np.int64)
    one = np.empty((CORNERS, 3), np.float64)
    two = np.empty((CORNERS, 3), np.float64)
    seen = np.empty((1024, 2), np.int32)
    size = depth.shape[1]
    middle = (size - 1) * 0.5
    for n in range(cameras.shape[0]):
        near, ids, camera = depth[n], segmentation[n], cameras[n]
        nearest, farthest, slope = camera[12], camera[13], camera[14]
        position = (camera[0], camera[1], camera[2])
        right, up = (camera[3], camera[4], camera[5]), (camera[6], camera[7], camera[8])
        forward = (camera[9], camera[10], camera[11])
        scale = size * 0.5 / slope
        reach = GUARD * slope
        near[:] = 1.0 / farthest
        ids[:] = 0
        count = 1
        for i in range(starts[n], starts[n + 1]):
            mesh, transform = rows[i].mesh, rows[i].transform
            deep = along(transform, forward, position)
            a, b, c, d = deep
            middle_z = boxes[mesh, 0] * a + boxes[mesh, 1] * b + boxes[mesh, 2] * c + d
            extent = boxes[mesh, 3] * abs(a) + boxes[mesh, 4] * abs(b) + boxes[mesh, 5] * abs(c)
            if middle_z + extent < nearest or middle_z - extent > farthest:
                continue
            across = along(transform, right, position)
            if beyond(across, deep, slope, boxes, mesh):
                continue
            rise = along(transform, up, position)
            if beyond(rise, deep, slope, boxes, mesh):
                continue
            project(
                vertices, (spans[mesh, 0], spans[mesh, 1]), (across, rise, deep),
                (nearest, reach, scale, middle), eye, flat,
            )  # fmt: skip
            (ex, ey, ez), to_plane, mirrored = from_camera(across, rise, deep, scale)
            for t in range(spans[mesh, 2], spans[mesh, 3]):
                px, py, pz = planes[t, 0], planes[t, 1], planes[t, 2]
                away = px * ex + py * ey + pz * ez - planes[t, 3]
                if not away > 0.0:
                    continue
                # The eye's distance from the plane, and the plane's normal, give 1 / depth
                # everywhere in the image without a division by the triangle's area.
                inverse = -1.0 / away
                wx, wy, w0 = times(to_plane, px, py, pz)
                wx, wy, w0 = wx * inverse, wy * inverse, w0 * inverse
                plane = (w0 - middle * (wx + wy), wx, wy)
                p, q, r = faces[t, 0], faces[t, 1], faces[t, 2]
                if mirrored:
                    q, r = r, q
                wp, wq, wr = eye[p, 3], eye[q, 3], eye[r, 3]
                if wp > 0.0 and wq > 0.0 and wr > 0.0:
                    corners = (
                        flat[p, 0], flat[p, 1], flat[q, 0], flat[q, 1], flat[r, 0], flat[r, 1],
                    )  # fmt: skip
                    limits = (min(wp, wq, wr), max(wp, wq, wr))
                    drawn = fill(near, ids, count, corners, limits, plane)
                else:
                    for j in range(3):
                        one[0, j], one[1, j], one[2, j] = eye[p, j], eye[q, j], eye[r, j]
                    lens = (nearest, reach, scale)
                    drawn = fill_clipped(near, ids, count, one, two, lens, plane)
                if drawn:
                    if count == seen.shape[0]:
                        seen = grown(seen)
                    seen[count, 0], seen[count, 1] = i, t
                    count += 1
        ends = (farthest, background)
        finish((image[n], near, ids), seen[:count], rows, planes, colours, lights[n], ends)
    return fault


@njit(cache=True, nogil=True, error_model="numpy")
def reduce_frames(
    fine: Any, fine_depth: Any, fine_ids: Any, image: Any, depth: Any, segmentation: Any
) -> None:
    """Make frames of fewer pixels: colours are means of blocks, all else is a block's first pixel."""
    count, size = depth.shape[0], depth.shape[1]
    samples = fine_depth.shape[1] // size
    area = samples * samples
    for n in range(count):
        for y in range(size):
            for x in range(size):
                depth[n, y, x] = fine_depth[n, y * samples, x * samples]
                segmentation[n, y, x] = fine_ids[n, y * samples, x * samples]
                for k in range(3):
                    total = area // 2
                    for j in range(samples):
                        for i in range(samples):
                            total += fine[n, y * samples + j, x * samples + i, k]
                    image[n, y, x, k] = total // area
