"""The renderer proper, compiled by numba on the first render. Imported nowhere else.

A frame is drawn into its own output arrays: while it is made, `depth` holds 1 / depth, which is
linear in the image, and `segmentation` the number of the triangle seen. A last pass turns both
into what they are called, and looks up colours; hidden surfaces are never shaded.

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

CORNERS = 20
"""Room for a clipped triangle: 8 corners, but 19 if rounding bent a sliver at every plane."""


@njit(cache=True, nogil=True, inline="always")
def snap(value: Any) -> Any:
    """Return a pixel coordinate as a fixed-point integer."""
    return math.floor(value * ONE + 0.5)


@njit(cache=True, nogil=True, inline="always")
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


@njit(cache=True, nogil=True)
def fill(near: Any, ids: Any, ident: Any, corners: Any, limits: Any, plane: Any) -> None:
    """Draw a triangle where it is closer than what is there.

    Args:
        near: (size, size) float32, 1 / depth so far.
        ids: (size, size) int32, which triangle that is.
        ident: this triangle.
        corners: ax, ay, bx, by, cx, cy in fixed point, clockwise with row 0 at the top; pixel
            centres are at whole numbers.
        limits: least and greatest 1 / depth at its corners.
        plane: 1 / depth of its plane at pixel (0, 0), change per column, change per row.
    """
    (ax, ay, bx, by, cx, cy), (low, high), (w0, wx, wy) = corners, limits, plane
    size = near.shape[0]
    left = max((min(ax, bx, cx) + ONE - 1) >> BITS, 0)
    right = min(max(ax, bx, cx) >> BITS, size - 1)
    top = max((min(ay, by, cy) + ONE - 1) >> BITS, 0)
    bottom = min(max(ay, by, cy) >> BITS, size - 1)
    if left > right or top > bottom:
        return
    if (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) <= 0:
        return
    # Edge functions at column 0; on edges that are neither top nor left, 0 is outside.
    ux, uy = bx - ax, by - ay
    vx, vy = cx - bx, cy - by
    tx, ty = ax - cx, ay - cy
    line = top << BITS
    e0 = ux * (line - ay) + uy * ax - (0 if uy < 0 or (uy == 0 and ux > 0) else 1)
    e1 = vx * (line - by) + vy * bx - (0 if vy < 0 or (vy == 0 and vx > 0) else 1)
    e2 = tx * (line - cy) + ty * cx - (0 if ty < 0 or (ty == 0 and tx > 0) else 1)
    s0, s1, s2 = -uy << BITS, -vy << BITS, -ty << BITS
    i0 = 1.0 / s0 if s0 != 0 else 0.0
    i1 = 1.0 / s1 if s1 != 0 else 0.0
    i2 = 1.0 / s2 if s2 != 0 else 0.0
    for y in range(top, bottom + 1):
        first, last = narrow(e0, s0, i0, left, right)
        first, last = narrow(e1, s1, i1, first, last)
        first, last = narrow(e2, s2, i2, first, last)
        start = w0 + wy * y
        for x in range(first, last + 1):
            # A plane seen almost edge-on is steep: rounding must not leave the triangle.
            w = np.float32(min(max(start + wx * x, low), high))
            if w > near[y, x]:
                near[y, x] = w
                ids[y, x] = ident
        e0 += ux << BITS
        e1 += vx << BITS
        e2 += tx << BITS


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def fill_clipped(
    near: Any, ids: Any, ident: Any, one: Any, two: Any, lens: Any, plane: Any
) -> None:
    """Clip the triangle in `one` (camera coordinates, clockwise) and draw what is left of it."""
    nearest, reach, scale = lens
    count = clip(one, 3, two, (0.0, 0.0, 1.0, nearest))
    count = clip(two, count, one, (1.0, 0.0, reach, 0.0))
    count = clip(one, count, two, (-1.0, 0.0, reach, 0.0))
    count = clip(two, count, one, (0.0, 1.0, reach, 0.0))
    count = clip(one, count, two, (0.0, -1.0, reach, 0.0))
    if count < 3:
        return
    middle = (near.shape[0] - 1) * 0.5
    low, high = 1.0 / two[0, 2], 1.0 / two[0, 2]
    for k in range(1, count):
        low, high = min(low, 1.0 / two[k, 2]), max(high, 1.0 / two[k, 2])
    for k in range(count):
        inverse = 1.0 / two[k, 2]
        one[k, 0] = snap(middle + scale * two[k, 0] * inverse)
        one[k, 1] = snap(middle - scale * two[k, 1] * inverse)
    for k in range(1, count - 1):
        corners = (
            int(one[0, 0]), int(one[0, 1]), int(one[k, 0]), int(one[k, 1]),
            int(one[k + 1, 0]), int(one[k + 1, 1]),
        )  # fmt: skip
        fill(near, ids, ident, corners, (low, high), plane)


@njit(cache=True, nogil=True)
def render_frames(
    points: Any,
    faces: Any,
    planes: Any,
    lit: Any,
    labels: Any,
    spheres: Any,
    spans: Any,
    visible: Any,
    backgrounds: Any,
    offsets: Any,
    which: Any,
    cameras: Any,
    image: Any,
    depth: Any,
    segmentation: Any,
) -> None:
    """Render all frames of a batch, one after another, into image, depth and segmentation.

    The arrays from `points` to `backgrounds` are those of `Scene`, of all scenes end to end.
    `offsets` is (n, 4) int64: first vertex, triangle and instance of each scene, and how many
    instances it has. `which` is (N,) int64, the scene of each frame, `cameras` (N, 15) float64,
    see `Camera.row`. The outputs have N as their first axis.
    """
    most = 1
    for i in range(spans.shape[0]):
        most = max(most, spans[i, 1] - spans[i, 0])
    eye = np.empty((most, 4), np.float64)
    flat = np.empty((most, 2), np.int64)
    one = np.empty((CORNERS, 3), np.float64)
    two = np.empty((CORNERS, 3), np.float64)
    size = depth.shape[1]
    middle = (size - 1) * 0.5
    for n in range(which.shape[0]):
        near, ids = depth[n], segmentation[n]
        vertex0, face0, instance0, instances = offsets[which[n]]
        ox, oy, oz = cameras[n, 0], cameras[n, 1], cameras[n, 2]
        rx, ry, rz = cameras[n, 3], cameras[n, 4], cameras[n, 5]
        ux, uy, uz = cameras[n, 6], cameras[n, 7], cameras[n, 8]
        fx, fy, fz = cameras[n, 9], cameras[n, 10], cameras[n, 11]
        nearest, farthest, slope = cameras[n, 12], cameras[n, 13], cameras[n, 14]
        # In a right-handed world front faces appear counter-clockwise.
        mirrored = (
            fx * (ry * uz - rz * uy) + fy * (rz * ux - rx * uz) + fz * (rx * uy - ry * ux)
        ) < 0
        scale = size * 0.5 / slope
        reach = GUARD * slope
        side = np.sqrt(1.0 + slope * slope)
        near[:] = 1.0 / farthest
        ids[:] = -1
        for i in range(instance0, instance0 + instances):
            if not visible[i]:
                continue
            dx, dy, dz = spheres[i, 0] - ox, spheres[i, 1] - oy, spheres[i, 2] - oz
            radius = spheres[i, 3]
            z = fx * dx + fy * dy + fz * dz
            if z + radius < nearest or z - radius > farthest:
                continue
            across, rise = rx * dx + ry * dy + rz * dz, ux * dx + uy * dy + uz * dz
            if max(abs(across), abs(rise)) > z * slope + radius * side:
                continue
            start = vertex0 + spans[i, 0]
            for v in range(spans[i, 1] - spans[i, 0]):
                dx = points[start + v, 0] - ox
                dy = points[start + v, 1] - oy
                dz = points[start + v, 2] - oz
                x = rx * dx + ry * dy + rz * dz
                y = ux * dx + uy * dy + uz * dz
                z = fx * dx + fy * dy + fz * dz
                eye[v, 0], eye[v, 1], eye[v, 2], eye[v, 3] = x, y, z, 0.0
                if z >= nearest and abs(x) <= reach * z and abs(y) <= reach * z:
                    inverse = 1.0 / z
                    eye[v, 3] = inverse
                    flat[v, 0] = snap(middle + scale * x * inverse)
                    flat[v, 1] = snap(middle - scale * y * inverse)
            for t in range(face0 + spans[i, 2], face0 + spans[i, 3]):
                px, py, pz = planes[t, 0], planes[t, 1], planes[t, 2]
                away = px * ox + py * oy + pz * oz - planes[t, 3]
                if away <= 0.0:
                    continue
                a, b, c = faces[t, 0], faces[t, 1], faces[t, 2]
                if mirrored:
                    b, c = c, b
                # The eye's distance from the plane, and the plane's normal, give 1 / depth
                # everywhere in the image without a division by the triangle's area.
                inverse = -1.0 / away
                wx = (rx * px + ry * py + rz * pz) * inverse / scale
                wy = -(ux * px + uy * py + uz * pz) * inverse / scale
                w0 = (fx * px + fy * py + fz * pz) * inverse - middle * (wx + wy)
                wa, wb, wc = eye[a, 3], eye[b, 3], eye[c, 3]
                if wa > 0.0 and wb > 0.0 and wc > 0.0:
                    corners = (
                        flat[a, 0], flat[a, 1], flat[b, 0], flat[b, 1], flat[c, 0], flat[c, 1],
                    )  # fmt: skip
                    fill(near, ids, t, corners, (min(wa, wb, wc), max(wa, wb, wc)), (w0, wx, wy))
                    continue
                for k in range(3):
                    one[0, k], one[1, k], one[2, k] = eye[a, k], eye[b, k], eye[c, k]
                fill_clipped(near, ids, t, one, two, (nearest, reach, scale), (w0, wx, wy))
        for y in range(size):
            for x in range(size):
                t = ids[y, x]
                if t < 0:
                    near[y, x] = farthest
                    ids[y, x] = 0
                    for k in range(3):
                        image[n, y, x, k] = backgrounds[which[n], k]
                else:
                    near[y, x] = min(1.0 / near[y, x], farthest)
                    ids[y, x] = labels[t]
                    for k in range(3):
                        image[n, y, x, k] = lit[t, k]
