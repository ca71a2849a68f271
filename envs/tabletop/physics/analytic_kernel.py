"""Upright bodies that fall, tip and are pushed, compiled by numba.

Every part is a prism: a convex polygon, counter-clockwise, between two heights. Nothing tilts, so all
questions are about polygons in the plane and about heights, and are answered exactly. All in one
file, because numba's cache notices changes of a function's own file only; no fastmath.

`p` and `q` are parts, `i` and `j` things. Functions that move things change `world.poses`, always
followed by `put`, so that nothing is known but what the poses say: what rests is found at rest again.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

EPS = 1e-6
"""Metres that polygons may overlap, or a thing hang over what it stands on."""

CLEAR = 1e-5
"""Distance kept from what a thing is moved away from, metres."""

LEVEL = 0.0015
"""Tops that differ by less support a thing together, metres."""

MARGIN, LOADED = 0.0002, 0.001
"""How far within its support a centre of mass must be, metres: for a load as heavy as the support, in
proportion for others, and at least so far for what bears others; fitted to PyBullet."""

THROW, THROWN = 0.93, 0.8
"""Half heights that a thing tumbles ahead, with a face and by how much more with a corner; fitted to
PyBullet."""

ROUNDS, TRIES = 400, 6
"""Changes until everything is given up, and of one thing until it is put to a free place."""

RING, RINGS = 0.01, 60
"""Distance of the circles on which free places are looked for, metres, and how many there are."""

NEST, NESTS = 0.004, 15
"""The same within a holder."""

MOVABLE, HOLDER = 1, 2
"""Bits of `World.flags`."""

MOST = 512
"""Corners of contacts of one thing."""

_ANGLES = np.arange(16) * (2 * math.pi / 16)
_AROUND = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1).round(12)
_SIDEWAYS = np.array(((1.0, 0.0), (0.8, 0.6), (0.8, -0.6), (0.0, 1.0), (0.0, -1.0), (-1.0, 0.0)))


class World(NamedTuple):
    """Things and where they are: m parts of n things.

    Attributes:
        corners: (m, v, 2) of parts, in the frame of their thing.
        counts: (m,) corners that a part has.
        spans: (m, 2) heights from and to, in that frame.
        first: (n + 1,) part with which a thing begins.
        masses: (n,) kilograms.
        flags: (n,) bits `MOVABLE`, `HOLDER`.
        limits: (4,) x from, x to, y from, y to.
        poses: (n, 7).
        there: (n,) bool, False for what hangs in the gripper.
        now: (m, v, 2) corners in the world.
        bounds: (m, 4) least and greatest x and y of parts.
        boxes: (n, 6) least and greatest x, y and z of things.
        changes: (n,) how often a thing has been pushed or has tipped.
        mask: (n,) bool, all False but within a function.
        points, hulls, room: (MOST, 2), (MOST + 2, 2) and (2, 64, 2) for polygons on the way.
    """

    corners: Any
    counts: Any
    spans: Any
    first: Any
    masses: Any
    flags: Any
    limits: Any
    poses: Any
    there: Any
    now: Any
    bounds: Any
    boxes: Any
    changes: Any
    mask: Any
    points: Any
    hulls: Any
    room: Any


@njit(cache=True)
def put(world: Any, i: Any) -> None:
    """Find where the parts of a thing are."""
    x, y, z, a, b, c, d = world.poses[i]
    cos, sin = 1 - 2 * (b * b + c * c), 2 * (a * b + c * d)
    box = world.boxes[i]
    box[0] = box[2] = box[4] = 1e9
    box[1] = box[3] = box[5] = -1e9
    for p in range(world.first[i], world.first[i + 1]):
        x0 = y0 = 1e9
        x1 = y1 = -1e9
        for k in range(world.counts[p]):
            u, v = world.corners[p, k, 0], world.corners[p, k, 1]
            s, t = x + cos * u - sin * v, y + sin * u + cos * v
            world.now[p, k, 0], world.now[p, k, 1] = s, t
            x0, x1, y0, y1 = min(x0, s), max(x1, s), min(y0, t), max(y1, t)
        bound = world.bounds[p]
        bound[0], bound[1], bound[2], bound[3] = x0, x1, y0, y1
        box[0], box[1] = min(box[0], x0), max(box[1], x1)
        box[2], box[3] = min(box[2], y0), max(box[3], y1)
        box[4] = min(box[4], z + world.spans[p, 0])
        box[5] = max(box[5], z + world.spans[p, 1])


@njit(cache=True)
def apart(a: Any, b: Any) -> Any:
    """Return whether two rectangles do not overlap."""
    return a[1] - b[0] <= EPS or b[1] - a[0] <= EPS or a[3] - b[2] <= EPS or b[3] - a[2] <= EPS


@njit(cache=True)
def depth(world: Any, p: Any, q: Any) -> Any:
    """Return how far p has to go to leave q by the shortest way, and which way; 0 if they are apart."""
    least, nx, ny = 1e9, 0.0, 0.0
    for side in range(2):
        a, b = (q, p) if side == 0 else (p, q)
        edges, others = world.now[a], world.now[b]
        count, number = world.counts[a], world.counts[b]
        for k in range(count):
            x, y = edges[k]
            u, v = edges[k + 1 if k + 1 < count else 0]
            length = math.sqrt((u - x) * (u - x) + (v - y) * (v - y))
            dx, dy = (v - y) / length, (x - u) / length
            low = 1e9
            for other in range(number):
                low = min(low, dx * (others[other, 0] - x) + dy * (others[other, 1] - y))
            if -low <= EPS:
                return 0.0, 0.0, 0.0
            if -low < least:
                sign = 1.0 if side == 0 else -1.0
                least, nx, ny = -low, sign * dx, sign * dy
    return least, nx, ny


@njit(cache=True)
def passage(world: Any, p: Any, q: Any, dx: Any, dy: Any) -> Any:
    """Return from where to where p overlaps q if it goes along dx, dy; (1, 0) if it never does."""
    enter, leave = -1e9, 1e9
    for side in range(2):
        a, b, sign = (q, p, 1.0) if side == 0 else (p, q, -1.0)
        edges, others = world.now[a], world.now[b]
        count, number = world.counts[a], world.counts[b]
        for k in range(count):
            x, y = edges[k]
            u, v = edges[k + 1 if k + 1 < count else 0]
            length = math.sqrt((u - x) * (u - x) + (v - y) * (v - y))
            nx, ny = (v - y) / length, (x - u) / length
            low = 1e9
            for other in range(number):
                low = min(low, nx * (others[other, 0] - x) + ny * (others[other, 1] - y))
            speed = sign * (nx * dx + ny * dy)
            # They overlap across this edge while low + t * speed < 0.
            if abs(speed) < 1e-9:
                if low >= -EPS:
                    return 1.0, 0.0
            elif speed > 0:
                leave = min(leave, -low / speed)
            else:
                enter = max(enter, -low / speed)
    if enter >= leave:
        return 1.0, 0.0
    return enter, leave


@njit(cache=True)
def gap(world: Any, i: Any) -> Any:
    """Return how far a thing can fall; negative if it is sunk into what it stands on."""
    box = world.boxes[i]
    least = box[4]
    z = world.poses[i, 2]
    for j in range(len(world.masses)):
        if j == i or not world.there[j] or apart(box, world.boxes[j]):
            continue
        under = world.poses[j, 2]
        for p in range(world.first[i], world.first[i + 1]):
            low = z + world.spans[p, 0]
            for q in range(world.first[j], world.first[j + 1]):
                fall = low - (under + world.spans[q, 1])
                if fall < -LEVEL or fall >= least or apart(world.bounds[p], world.bounds[q]):
                    continue
                if depth(world, p, q)[0] > 0:
                    least = fall
    return least


@njit(cache=True)
def touches(world: Any, p: Any, q: Any, i: Any, j: Any) -> Any:
    """Return whether part p of i stands on part q of j."""
    fall = world.poses[i, 2] + world.spans[p, 0] - (world.poses[j, 2] + world.spans[q, 1])
    if abs(fall) > LEVEL or apart(world.bounds[p], world.bounds[q]):
        return False
    return depth(world, p, q)[0] > 0


@njit(cache=True)
def stands_on(world: Any, i: Any, j: Any) -> Any:
    """Return whether a thing stands on another."""
    if apart(world.boxes[i], world.boxes[j]):
        return False
    for p in range(world.first[i], world.first[i + 1]):
        for q in range(world.first[j], world.first[j + 1]):
            if touches(world, p, q, i, j):
                return True
    return False


@njit(cache=True)
def pile(world: Any, i: Any) -> Any:
    """Return (n,) bool: a thing, and what stands on it, and on that, and so on."""
    n = len(world.masses)
    group = np.zeros(n, np.bool_)
    group[i] = True
    grown = True
    while grown:
        grown = False
        for j in range(n):
            if group[j] or not world.there[j] or not world.flags[j] & MOVABLE:
                continue
            for k in range(n):
                if group[k] and stands_on(world, j, k):
                    group[j] = grown = True
                    break
    return group


@njit(cache=True)
def fits(world: Any, i: Any, dx: Any, dy: Any) -> Any:
    """Return whether a thing is within the limits, or comes no further out, if it goes that far."""
    box, limits = world.boxes[i], world.limits
    return (
        (dx >= 0 or box[0] + dx >= limits[0])
        and (dx <= 0 or box[1] + dx <= limits[1])
        and (dy >= 0 or box[2] + dy >= limits[2])
        and (dy <= 0 or box[3] + dy <= limits[3])
    )


@njit(cache=True)
def shift(world: Any, i: Any, dx: Any, dy: Any) -> None:
    """Move a thing, to within the limits."""
    box, limits = world.boxes[i], world.limits
    dx = min(max(dx, limits[0] - box[0]), limits[1] - box[1])
    dy = min(max(dy, limits[2] - box[2]), limits[3] - box[3])
    world.poses[i, 0] += dx
    world.poses[i, 1] += dy
    put(world, i)


@njit(cache=True)
def clashes(world: Any, i: Any, group: Any, depth_of: Any) -> Any:
    """Return the deepest overlap of a thing with others beside it: with which, how far, which way."""
    box = world.boxes[i]
    found, most, nx, ny = -1, 0.0, 0.0, 0.0
    for j in range(len(world.masses)):
        if group[j] or not world.there[j] or apart(box, world.boxes[j]):
            continue
        other = world.boxes[j]
        if box[4] > other[5] - depth_of or other[4] > box[5] - depth_of:
            continue
        for p in range(world.first[i], world.first[i + 1]):
            low, high = world.poses[i, 2] + world.spans[p, 0], world.poses[i, 2] + world.spans[p, 1]
            for q in range(world.first[j], world.first[j + 1]):
                under, over = (
                    world.poses[j, 2] + world.spans[q, 0], world.poses[j, 2] + world.spans[q, 1],
                )  # fmt: skip
                if low > over - depth_of or under > high - depth_of:
                    continue
                if not apart(world.bounds[p], world.bounds[q]):
                    far, x, y = depth(world, p, q)
                    if far > most:
                        found, most, nx, ny = j, far, x, y
    return found, most, nx, ny


@njit(cache=True)
def yields(world: Any, i: Any, j: Any) -> Any:
    """Return whether i gives way to j, and not j to i."""
    if not world.flags[j] & MOVABLE:
        return True
    loose_i = world.changes[i] > 0 or gap(world, i) > EPS
    loose_j = world.changes[j] > 0 or gap(world, j) > EPS
    if loose_i != loose_j:
        return loose_i
    if world.masses[i] != world.masses[j]:
        return world.masses[i] < world.masses[j]
    return i > j


@njit(cache=True)
def part_from(world: Any, i: Any) -> Any:
    """Resolve one overlap of a thing with what is beside it; return whether there was one."""
    world.mask[i] = True
    j, far, nx, ny = clashes(world, i, world.mask, LEVEL)
    world.mask[i] = False
    if j < 0:
        return False
    if not yields(world, i, j):
        i, j, nx, ny = j, i, -nx, -ny
    dx, dy = nx * (far + CLEAR), ny * (far + CLEAR)
    if not fits(world, i, dx, dy) and world.flags[j] & MOVABLE:
        i, dx, dy = j, -dx, -dy
    world.changes[i] += 1
    # Parts of the two may be level where they overlap, but neither stands on the other.
    world.there[j] = False
    group = pile(world, i)
    world.there[j] = True
    if world.changes[i] > TRIES or not fits(world, i, dx, dy):
        relocate(world, i, group)
        return True
    for k in range(len(group)):
        if group[k]:
            shift(world, k, dx, dy)
    return True


@njit(cache=True)
def relocate(world: Any, i: Any, group: Any) -> None:
    """Put a thing, with what is in it, on the nearest free place of the table, if there is one.

    Args:
        world: the things.
        i: the thing.
        group: (n,) bool, it and what is on it; may be changed.
    """
    n = len(world.masses)
    if not world.flags[i] & HOLDER:
        group[:] = False
        group[i] = True
    x, y, z = world.poses[i, 0], world.poses[i, 1], world.poses[i, 2]
    drop = world.boxes[i, 4]
    for ring in range(1, RINGS):
        for k in range(len(_AROUND)):
            dx, dy = ring * RING * _AROUND[k, 0], ring * RING * _AROUND[k, 1]
            world.poses[i, 0], world.poses[i, 1] = x, y
            put(world, i)
            box, limits = world.boxes[i], world.limits
            if box[0] + dx < limits[0] or box[1] + dx > limits[1]:
                continue
            if box[2] + dy < limits[2] or box[3] + dy > limits[3]:
                continue
            world.poses[i, 0], world.poses[i, 1] = x + dx, y + dy
            put(world, i)
            if clashes(world, i, group, -1e3)[0] < 0:
                for j in range(n):
                    if group[j]:
                        if j != i:
                            world.poses[j, 0] += dx
                            world.poses[j, 1] += dy
                        world.poses[j, 2] -= drop
                        put(world, j)
                return
    world.poses[i, 0], world.poses[i, 1], world.poses[i, 2] = x, y, z
    put(world, i)
    world.changes[i] = 10 * ROUNDS


@njit(cache=True)
def shared(world: Any, p: Any, q: Any, start: Any) -> Any:
    """Write the corners of the overlap of p and q to `points` from `start`; return where it ends."""
    count = world.counts[p]
    a, b = world.room[0], world.room[1]
    a[:count] = world.now[p, :count]
    sides = world.counts[q]
    for k in range(sides):
        x, y = world.now[q, k]
        u, v = world.now[q, k + 1 if k + 1 < sides else 0]
        dx, dy = u - x, v - y
        number = 0
        for m in range(count):
            ax, ay = a[m]
            bx, by = a[m + 1 if m + 1 < count else 0]
            inner = dx * (ay - y) - dy * (ax - x)
            outer = dx * (by - y) - dy * (bx - x)
            if inner >= 0:
                b[number] = a[m]
                number += 1
            if (inner > 0) != (outer > 0) and inner != outer:
                t = inner / (inner - outer)
                b[number, 0], b[number, 1] = ax + t * (bx - ax), ay + t * (by - ay)
                number += 1
        a, b, count = b, a, number
    count = min(count, MOST - start)
    world.points[start : start + count] = a[:count]
    return start + count


@njit(cache=True)
def hull(points: Any, count: Any, out: Any) -> Any:
    """Write the convex hull of points, counter-clockwise, sorting them; return how many corners."""
    for k in range(1, count):
        x, y = points[k]
        m = k
        while m > 0 and (points[m - 1, 0] > x or (points[m - 1, 0] == x and points[m - 1, 1] > y)):
            points[m] = points[m - 1]
            m -= 1
        points[m, 0], points[m, 1] = x, y
    number = 0
    for half in range(2):
        base = number
        for step in range(count):
            x, y = points[step if half == 0 else count - 1 - step]
            while number >= base + 2:
                ax, ay = out[number - 2]
                bx, by = out[number - 1]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                number -= 1
            out[number, 0], out[number, 1] = x, y
            number += 1
        number -= 1
    return number


@njit(cache=True)
def inset(corners: Any, count: Any, x: Any, y: Any) -> Any:
    """Return how far a point is inside a convex polygon, the way out, and its nearest point in it."""
    inside = count > 2
    least, nx, ny, qx, qy = 1e9, 1.0, 0.0, x, y
    for k in range(count):
        ax, ay = corners[k]
        bx, by = corners[k + 1 if k + 1 < count else 0]
        dx, dy = bx - ax, by - ay
        square = dx * dx + dy * dy
        t = min(max(((x - ax) * dx + (y - ay) * dy) / square, 0.0), 1.0) if square > 0 else 0.0
        u, v = ax + t * dx, ay + t * dy
        far = math.sqrt((x - u) * (x - u) + (y - v) * (y - v))
        inside = inside and dx * (y - ay) - dy * (x - ax) >= 0
        if far < least:
            least, qx, qy = far, u, v
            if square > 0:
                nx, ny = dy / math.sqrt(square), -dx / math.sqrt(square)
    if inside:
        return least, nx, ny, x, y
    if least > EPS:
        nx, ny = (x - qx) / least, (y - qy) / least
    return -least, nx, ny, qx, qy


@njit(cache=True)
def hand_down(world: Any, loads: Any, ends: Any, i: Any, x: Any, y: Any) -> None:
    """Add what a thing bears to what it stands on, at the contacts' points nearest to x, y.

    Args:
        world: its `points` are the contacts.
        loads: (n, 3) mass and its moments of what each thing bears.
        ends: (n,) where the points of contacts with each thing end.
        i: the thing.
        x: of the centre of mass of all that it bears.
        y: the same.
    """
    n = len(world.masses)
    shares = np.zeros((n, 3))
    start, total = 0, 0.0
    for j in range(n):
        if ends[j] > start:
            count = hull(world.points[start : ends[j]], ends[j] - start, world.hulls)
            far, _, _, u, v = inset(world.hulls, count, x, y)
            if far >= 0:
                for k in range(3):
                    loads[j, k] += loads[i, k]
                return
            shares[j, 0], shares[j, 1], shares[j, 2] = -1 / min(far, -EPS), u, v
            total += shares[j, 0]
            start = ends[j]
    # Of two supports on either side this is the law of the lever.
    for j in range(n):
        part = loads[i, 0] * shares[j, 0] / total
        loads[j, 0] += part
        loads[j, 1] += part * shares[j, 1]
        loads[j, 2] += part * shares[j, 2]


@njit(cache=True)
def topple(world: Any, order: Any, number: Any) -> Any:
    """Find the uppermost thing whose load is not above its support, tip it; return whether one is."""
    n = len(world.masses)
    # What is on the table stands: what it bears is above it, or it would have tipped before.
    if number == 0 or world.boxes[order[number - 1], 4] <= LEVEL:
        return False
    loads, ends = np.empty((n, 3)), np.empty(n, np.int64)
    for i in range(n):
        mass = world.masses[i]
        loads[i, 0], loads[i, 1] = mass, mass * world.poses[i, 0]
        loads[i, 2] = mass * world.poses[i, 1]
    for k in range(number - 1, -1, -1):
        i = order[k]
        if world.boxes[i, 4] <= LEVEL:
            break
        count, below, last, several = 0, 0.0, -1, False
        for j in range(n):
            before = count
            if j != i and world.there[j] and not apart(world.boxes[i], world.boxes[j]):
                for p in range(world.first[i], world.first[i + 1]):
                    for q in range(world.first[j], world.first[j + 1]):
                        if touches(world, p, q, i, j):
                            count = shared(world, p, q, count)
            ends[j] = count
            if count > before:
                last, several = j, last >= 0
                below += world.masses[j] if world.flags[j] & MOVABLE else 1e9
        x, y = loads[i, 1] / loads[i, 0], loads[i, 2] / loads[i, 0]
        if several:
            hand_down(world, loads, ends, i, x, y)
        elif last >= 0:
            for c in range(3):
                loads[last, c] += loads[i, c]
        corners = hull(world.points, count, world.hulls)
        far, dx, dy, _, _ = inset(world.hulls, corners, x, y)
        bears = loads[i, 0] > world.masses[i]
        if far < max(MARGIN * loads[i, 0] / max(below, EPS), LOADED if bears else 0.0):
            tip(world, i, dx, dy)
            return True
    return False


@njit(cache=True)
def way_off(world: Any, i: Any, j: Any, dx: Any, dy: Any) -> Any:
    """Return how far a thing has to go along dx, dy to leave what it stands on of another."""
    far = 0.0
    if not apart(world.boxes[i], world.boxes[j]):
        for p in range(world.first[i], world.first[i + 1]):
            for q in range(world.first[j], world.first[j + 1]):
                if touches(world, p, q, i, j):
                    far = max(far, passage(world, p, q, dx, dy)[1] + CLEAR)
    return far


@njit(cache=True)
def align(world: Any, i: Any, dx: Any, dy: Any) -> Any:
    """Turn a cuboid as it lands that has tumbled along dx, dy: on a face, level with the edge.

    Returns:
        How far it rolls sideways, to the left of its way, and the share of its half width by which
        its foremost corner was off the middle of a face: 0 for a face ahead, 1 for a corner ahead.
    """
    p = world.first[i]
    if world.first[i + 1] - p != 1 or world.counts[p] != 4:
        return 0.0, 0.0
    most, aside = -1e9, 0.0
    x, y, _, a, b, c, d = world.poses[i]
    for k in range(4):
        u, v = world.now[p, k, 0] - x, world.now[p, k, 1] - y
        if u * dx + v * dy > most:
            most, aside = u * dx + v * dy, dx * v - dy * u
    cos, sin = 1 - 2 * (b * b + c * c), 2 * (a * b + c * d)
    u, v = cos * dx + sin * dy, cos * dy - sin * dx
    if min(abs(u), abs(v)) < EPS:
        return 0.0, 0.0
    if abs(u) >= abs(v):
        half = world.corners[p, 0, 1]
        cos, sin = (dx, dy) if u > 0 else (-dx, -dy)
    else:
        half = world.corners[p, 0, 0]
        cos, sin = (dy, -dx) if v > 0 else (-dy, dx)
    pose = world.poses[i]
    pose[3] = pose[4] = 0.0
    pose[5] = math.copysign(math.sqrt(max(1 - cos, 0.0) / 2), sin)
    pose[6] = math.sqrt(max(1 + cos, 0.0) / 2)
    put(world, i)
    rest = half - min(abs(aside), half)
    return -math.copysign(rest, aside), rest / half


@njit(cache=True)
def home(world: Any, i: Any) -> Any:
    """Return the part that is the floor of the holder above which a thing's middle is, -1 for none."""
    for j in range(len(world.masses)):
        if j == i or not world.there[j] or not world.flags[j] & HOLDER:
            continue
        floor = world.first[j]
        for q in range(floor, world.first[j + 1]):
            if world.spans[q, 1] < world.spans[floor, 1]:
                floor = q
        if world.boxes[i, 4] < world.poses[j, 2] + world.spans[floor, 1] - LEVEL:
            continue
        count = world.counts[floor]
        x, y = world.poses[i, 0], world.poses[i, 1]
        if inset(world.now[floor], count, x, y)[0] > 0:
            return floor, world.poses[j, 2] + world.spans[floor, 1]
    return -1, 0.0


@njit(cache=True)
def nest(world: Any, i: Any, dx: Any, dy: Any) -> Any:
    """Put a thing that tumbles in a holder on the floor, nearest to where it would land.

    Returns:
        Whether it is in a holder, and has room there.
    """
    floor, height = home(world, i)
    if floor < 0:
        return False
    n = len(world.masses)
    alone, other = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    alone[i] = True
    x, y, z = world.poses[i, 0], world.poses[i, 1], world.poses[i, 2]
    # What is there already is pushed aside only if there is no room without.
    for push in range(2):
        for ring in range(NESTS):
            for k in range(len(_AROUND) if ring > 0 else 1):
                world.poses[i, 0] = x + dx + ring * NEST * _AROUND[k, 0]
                world.poses[i, 1] = y + dy + ring * NEST * _AROUND[k, 1]
                world.poses[i, 2] = z + height - world.boxes[i, 4]
                put(world, i)
                count = world.counts[floor]
                if inset(world.now[floor], count, world.poses[i, 0], world.poses[i, 1])[0] > 0:
                    j, far, nx, ny = clashes(world, i, alone, EPS)
                    if j < 0:
                        return True
                    if push and world.flags[j] == MOVABLE:
                        other[j] = True
                        if pile(world, j).sum() == 1:
                            u, v = -nx * (far + CLEAR), -ny * (far + CLEAR)
                            shift(world, j, u, v)
                            if (
                                clashes(world, j, other, EPS)[0] < 0
                                and clashes(world, i, alone, EPS)[0] < 0
                            ):
                                return True
                            shift(world, j, -u, -v)
                        other[j] = False
                world.poses[i, 0], world.poses[i, 1], world.poses[i, 2] = x, y, z
                put(world, i)
    return False


@njit(cache=True)
def tip(world: Any, i: Any, dx: Any, dy: Any) -> None:
    """Move a thing off what it stands on, along dx, dy if there is room, and what is on it further."""
    n = len(world.masses)
    world.changes[i] += 1
    group = pile(world, i)
    if world.changes[i] > TRIES:
        relocate(world, i, group)
        return
    hollow = world.flags[i] & HOLDER
    roll, corner = align(world, i, dx, dy)
    half = (world.boxes[i, 5] - world.boxes[i, 4]) / 2
    best, gx, gy = 1e9, 0.0, 0.0
    for k in range(len(_SIDEWAYS)):
        c, s = _SIDEWAYS[k]
        u, v = c * dx - s * dy, s * dx + c * dy
        far = 0.0
        for j in range(n):
            if j != i and world.there[j] and not group[j]:
                far = max(far, way_off(world, i, j, u, v))
        if k == 0:
            far = max(far, half * (THROW + THROWN * corner + 0.25 * max(1 - far / half, 0.0)))
        x, y = world.poses[i, 0], world.poses[i, 1]
        side = roll if k == 0 else 0.0
        u, v = far * u - side * v, far * v + side * u
        if k > 0 and not fits(world, i, u, v):
            continue
        world.poses[i, 0], world.poses[i, 1] = x + u, y + v
        put(world, i)
        # Rather sideways than against something, or back and forth between two things.
        price = k + 100.0 * (clashes(world, i, group, LEVEL)[0] >= 0)
        price += 10.0 * (world.changes[i] > 1 and gap(world, i) < LEVEL)
        world.poses[i, 0], world.poses[i, 1] = x, y
        put(world, i)
        if price < best:
            best, gx, gy = price, u, v
        if k == 0 and not hollow and nest(world, i, u, v):
            return
        if price == k:
            break
    if best > 1e8:
        relocate(world, i, group)
        return
    for j in range(n):
        if group[j] and (hollow or j == i):
            shift(world, j, gx, gy)
    if hollow:
        return
    # What was on it is thrown beyond it.
    length = max(math.sqrt(gx * gx + gy * gy), EPS)
    u, v = gx / length, gy / length
    for j in range(n):
        if group[j] and j != i:
            far = max(way_off(world, j, i, u, v), length)
            world.changes[j] += 1
            shift(world, j, far * u, far * v)


@njit(cache=True)
def descend(world: Any, order: Any, number: Any) -> Any:
    """Part things that overlap and let them fall, the lowest first; return whether any has moved."""
    moved = False
    boxes = world.boxes
    for k in range(number):
        i = order[k]
        # Calls cost more than these comparisons, and most things are far from all others.
        near = beside = False
        for j in range(len(boxes)):
            if j == i or not world.there[j]:
                continue
            if boxes[i, 1] - boxes[j, 0] <= EPS or boxes[j, 1] - boxes[i, 0] <= EPS:
                continue
            if boxes[i, 3] - boxes[j, 2] <= EPS or boxes[j, 3] - boxes[i, 2] <= EPS:
                continue
            near = True
            if boxes[i, 4] <= boxes[j, 5] - LEVEL and boxes[j, 4] <= boxes[i, 5] - LEVEL:
                beside = True
        if beside and part_from(world, i):
            return True
        fall = gap(world, i) if near else boxes[i, 4]
        if abs(fall) > EPS:
            world.poses[i, 2] -= fall
            put(world, i)
            moved = True
    return moved


@njit(cache=True)
def arranged(
    corners: Any, counts: Any, spans: Any, first: Any, masses: Any, flags: Any, limits: Any,
    poses: Any, there: Any,
) -> Any:  # fmt: skip
    """Return the world of these things at a copy of these poses."""
    n, m, v = len(masses), len(counts), corners.shape[1]
    world = World(
        corners, counts, spans, first, masses, flags, limits, poses.copy(), there.copy(),
        np.empty((m, v, 2)), np.empty((m, 4)), np.empty((n, 6)), np.zeros(n, np.int64),
        np.zeros(n, np.bool_), np.empty((MOST, 2)), np.empty((MOST + 2, 2)), np.empty((2, 64, 2)),
    )  # fmt: skip
    for i in range(n):
        put(world, i)
    return world


@njit(cache=True)
def rest(world: Any) -> Any:
    """Let everything come to rest, in place; return whether there is a way."""
    n = len(world.masses)
    order = np.empty(n, np.int64)
    for _ in range(ROUNDS):
        number = 0
        for i in range(n):
            if world.there[i] and world.flags[i] & MOVABLE:
                k = number
                while k > 0 and world.boxes[order[k - 1], 4] > world.boxes[i, 4]:
                    order[k] = order[k - 1]
                    k -= 1
                order[k] = i
                number += 1
        if descend(world, order, number) or topple(world, order, number):
            if world.changes.max() > ROUNDS:
                return False
            continue
        return True
    return False


@njit(cache=True)
def settle(
    corners: Any, counts: Any, spans: Any, first: Any, masses: Any, flags: Any, limits: Any,
    poses: Any, there: Any,
) -> Any:  # fmt: skip
    """Return poses at rest; where there is no room for that, the poses as they are.

    The arguments are fields of `World`.
    """
    world = arranged(corners, counts, spans, first, masses, flags, limits, poses, there)
    return world.poses if rest(world) else poses.copy()


@njit(cache=True)
def sweep(
    corners: Any, counts: Any, spans: Any, first: Any, masses: Any, flags: Any, limits: Any,
    poses: Any, there: Any, distance: Any, dx: Any, dy: Any,
) -> Any:  # fmt: skip
    """Return poses at rest after the last thing has gone a distance along dx, dy, pushing others.

    The other arguments are fields of `World`. The pose of the last thing is at the start of its way.
    """
    world = arranged(corners, counts, spans, first, masses, flags, limits, poses, there)
    n = len(masses)
    tool = n - 1
    gone, most, gaps, rides = (
        np.zeros(n), np.full(n, 1e9), np.full((n, n), 1e9), np.zeros((n, n), np.bool_),
    )  # fmt: skip
    for i in range(n):
        box = world.boxes[i]
        if dx > 0:
            most[i] = min(most[i], max(limits[1] - box[1], 0.0) / dx)
        if dx < 0:
            most[i] = min(most[i], min(limits[0] - box[0], 0.0) / dx)
        if dy > 0:
            most[i] = min(most[i], max(limits[3] - box[3], 0.0) / dy)
        if dy < 0:
            most[i] = min(most[i], min(limits[2] - box[2], 0.0) / dy)
        if not flags[i] & MOVABLE:
            most[i] = 0.0
        for j in range(n):
            if j in (i, tool) or not there[i] or not there[j]:
                continue
            if flags[j] & MOVABLE and i != tool:
                rides[j, i] = stands_on(world, j, i)
            other = world.boxes[j]
            if box[4] > other[5] - LEVEL or other[4] > box[5] - LEVEL:
                continue
            for p in range(first[i], first[i + 1]):
                low, high = world.poses[i, 2] + spans[p, 0], world.poses[i, 2] + spans[p, 1]
                for q in range(first[j], first[j + 1]):
                    under, over = world.poses[j, 2] + spans[q, 0], world.poses[j, 2] + spans[q, 1]
                    if low < over - LEVEL and under < high - LEVEL:
                        enter, leave = passage(world, p, q, dx, dy)
                        # What is behind the tool's middle when it comes down stays behind it.
                        if enter < leave and leave > 0 and (enter > 0 or -enter < leave):
                            gaps[i, j] = min(gaps[i, j], enter)
    most[tool], gone[tool] = 1e9, distance
    for _ in range(n):
        for i in range(n):
            for j in range(n):
                if i != tool and gaps[i, j] < 1e8:
                    most[i] = min(most[i], max(gaps[i, j], 0.0) + most[j])
    for _ in range(n):
        for i in range(n):
            for j in range(n):
                if j == tool or not flags[j] & MOVABLE:
                    continue
                if gaps[i, j] < 1e8 and gone[i] > 0:
                    gone[j] = max(gone[j], min(gone[i] - gaps[i, j] + CLEAR, most[j]))
                if rides[j, i]:
                    gone[j] = max(gone[j], min(gone[i], most[j]))
    world.there[tool] = False
    for i in range(n - 1):
        world.poses[i, 0] += gone[i] * dx
        world.poses[i, 1] += gone[i] * dy
        put(world, i)
    return world.poses if rest(world) else poses.copy()
