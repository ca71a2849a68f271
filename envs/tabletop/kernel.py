"""Geometry of scenes, compiled by numba: what is under a point, what touches what, where things land.

Everything is made of vertical lines: through a convex part in any pose, a line is inside on one
interval. Things are sampled on a grid of such lines. All in one file, because numba's cache notices
changes of a function's own file only; no fastmath, so that results do not depend on the compiler's
mood.

Arguments that recur: `kinds, halves, offsets, turns, owners, roles, areas, movable, limits` are the
fields of `scene.Packed`; `centres` (m, 3) and `axes` (m, 3, 3; columns are the part's axes) say where
the parts are now, `reach` (m, 3) half the extents of their boxes in the world.
"""

import math
from typing import Any

import numpy as np
from numba import njit

TOUCH = 0.006
"""Gap up to which a thing counts as standing on another, metres."""

SHARE = 0.1
"""Least share of a thing's lower side that must touch what it stands on."""

GAP = 0.0005
"""Height above what is under it from which a thing is let go, metres."""

CUP, RINGS, AROUND = 0.03, 3, 12
"""How far from the middle of the suction cup a thing may be that it takes hold of, metres; the cup
looks for things on so many rings, at so many places each, nearest first."""

STEP, LEAST, MOST = 0.005, 6, 25
"""Spacing of the lines through a thing, and how many per side there are."""

SOLID, HOLDER, MARKER = 0, 1, 3


@njit(cache=True, error_model="numpy")
def rotation(pose: Any, out: Any) -> None:
    """Write the (3, 3) rotation of a pose; its columns are the turned axes."""
    x, y, z, w = pose[3], pose[4], pose[5], pose[6]
    out[0, 0], out[0, 1], out[0, 2] = (
        1 - 2 * (y * y + z * z),
        2 * (x * y - z * w),
        2 * (x * z + y * w),
    )
    out[1, 0], out[1, 1], out[1, 2] = (
        2 * (x * y + z * w),
        1 - 2 * (x * x + z * z),
        2 * (y * z - x * w),
    )
    out[2, 0], out[2, 1], out[2, 2] = (
        2 * (x * z - y * w),
        2 * (y * z + x * w),
        1 - 2 * (x * x + y * y),
    )


@njit(cache=True, error_model="numpy")
def world_parts(kinds: Any, halves: Any, offsets: Any, turns: Any, owners: Any, poses: Any) -> Any:
    """Return centres, axes and reach of all parts."""
    m = len(kinds)
    centres, axes, reach = np.empty((m, 3)), np.empty((m, 3, 3)), np.empty((m, 3))
    turned = np.empty((3, 3))
    last = -1
    for i in range(m):
        owner = owners[i]
        if owner != last:
            rotation(poses[owner], turned)
            last = owner
        c, s = turns[i]
        for k in range(3):
            a, b, z = turned[k]
            axes[i, k, 0], axes[i, k, 1], axes[i, k, 2] = a * c + b * s, b * c - a * s, z
            o = offsets[i]
            centres[i, k] = poses[owner, k] + a * o[0] + b * o[1] + z * o[2]
            h = halves[i]
            if kinds[i] == 2:
                reach[i, k] = h[0]
            elif kinds[i] == 1:
                flat = h[0] * math.sqrt(max(1 - z * z, 0.0))
                reach[i, k] = flat + abs(z) * h[2]
            else:
                reach[i, k] = (
                    abs(axes[i, k, 0]) * h[0]
                    + abs(axes[i, k, 1]) * h[1]
                    + abs(axes[i, k, 2]) * h[2]
                )
    return centres, axes, reach


@njit(cache=True, error_model="numpy")
def interval(i: Any, kinds: Any, halves: Any, centres: Any, axes: Any, x: Any, y: Any) -> Any:
    """Return where the vertical line at x, y enters and leaves part i; (1, 0) if it misses it.

    Arrays come whole: slices of them would take most of the time.
    """
    dx, dy, cz = x - centres[i, 0], y - centres[i, 1], centres[i, 2]
    radius = halves[i, 0]
    if kinds[i] == 2:
        left = radius * radius - dx * dx - dy * dy
        if left < 0:
            return 1.0, 0.0
        root = math.sqrt(left)
        return cz - root, cz + root
    low, high = -1e9, 1e9
    # In the part's own frame the line is o + t d, for t the height above the centre.
    for k in range(3):
        if kinds[i] == 1 and k < 2:
            continue
        o = axes[i, 0, k] * dx + axes[i, 1, k] * dy
        d, half = axes[i, 2, k], halves[i, k]
        if abs(d) < 1e-9:
            if abs(o) > half:
                return 1.0, 0.0
        else:
            a, b = (-half - o) / d, (half - o) / d
            low, high = max(low, min(a, b)), min(high, max(a, b))
    if kinds[i] == 1:
        ox = axes[i, 0, 0] * dx + axes[i, 1, 0] * dy
        oy = axes[i, 0, 1] * dx + axes[i, 1, 1] * dy
        ux, uy = axes[i, 2, 0], axes[i, 2, 1]
        a = ux * ux + uy * uy
        c = ox * ox + oy * oy - radius * radius
        if a < 1e-12:
            if c > 0:
                return 1.0, 0.0
        else:
            b = ox * ux + oy * uy
            root = b * b - a * c
            if root < 0:
                return 1.0, 0.0
            root = math.sqrt(root)
            low, high = max(low, (-b - root) / a), min(high, (-b + root) / a)
    if low > high:
        return 1.0, 0.0
    return cz + low, cz + high


@njit(cache=True, error_model="numpy")
def top_below(
    kinds: Any, halves: Any, owners: Any, centres: Any, axes: Any, reach: Any,
    x: Any, y: Any, skip: Any, ceiling: Any,
) -> Any:  # fmt: skip
    """Return the thing whose upper side is highest at x, y but not above `ceiling`, and that height.

    Things of `skip` (n,) are passed through; -1 and 0.0 stand for the table.
    """
    best, height = -1, 0.0
    for i in range(len(kinds)):
        if skip[owners[i]]:
            continue
        if abs(x - centres[i, 0]) > reach[i, 0] or abs(y - centres[i, 1]) > reach[i, 1]:
            continue
        if centres[i, 2] + reach[i, 2] <= height:
            continue
        low, high = interval(i, kinds, halves, centres, axes, x, y)
        if low <= high and height < high <= ceiling:
            best, height = owners[i], high
    return best, height


@njit(cache=True, error_model="numpy")
def box_about(owners: Any, centres: Any, reach: Any, thing: Any) -> Any:
    """Return least and greatest x, y and z of a thing."""
    x0 = y0 = z0 = 1e9
    x1 = y1 = z1 = -1e9
    for i in range(len(owners)):
        if owners[i] == thing:
            x0, x1 = min(x0, centres[i, 0] - reach[i, 0]), max(x1, centres[i, 0] + reach[i, 0])
            y0, y1 = min(y0, centres[i, 1] - reach[i, 1]), max(y1, centres[i, 1] + reach[i, 1])
            z0, z1 = min(z0, centres[i, 2] - reach[i, 2]), max(z1, centres[i, 2] + reach[i, 2])
    return x0, x1, y0, y1, z0, z1


@njit(cache=True, error_model="numpy")
def lines(low: Any, high: Any) -> Any:
    """Return how many lines cross an extent."""
    return min(max(math.ceil((high - low) / STEP), LEAST), MOST)


@njit(cache=True, error_model="numpy")
def nearby(
    owners: Any, centres: Any, reach: Any, thing: Any, skip: Any, box: Any, ceiling: Any
) -> Any:
    """Return the parts of a thing, and those of others that are partly under it.

    `skip` (n,) says which things are not there; what begins at `ceiling` or above is not under it.
    """
    own, others = np.empty(len(owners), np.int64), np.empty(len(owners), np.int64)
    i = j = 0
    for part in range(len(owners)):
        if owners[part] == thing:
            own[i] = part
            i += 1
        elif not (
            skip[owners[part]]
            or centres[part, 0] - reach[part, 0] > box[1]
            or centres[part, 0] + reach[part, 0] < box[0]
            or centres[part, 1] - reach[part, 1] > box[3]
            or centres[part, 1] + reach[part, 1] < box[2]
            or centres[part, 2] - reach[part, 2] >= ceiling
        ):
            others[j] = part
            j += 1
    return own[:i], others[:j]


@njit(cache=True, error_model="numpy")
def gaps(
    kinds: Any, halves: Any, owners: Any, centres: Any, axes: Any, reach: Any,
    thing: Any, skip: Any, box: Any, ceiling: Any, within: Any,
) -> Any:  # fmt: skip
    """Return what is under a thing, line by line, and how far.

    `skip` (n,) says which things are not there. What begins at `ceiling`, or reaches higher than
    `within` above the thing's lower side, is passed through.

    Returns:
        (k,) whose upper side it is, -1 for the table; (k,) metres from there up to the thing.
    """
    own, others = nearby(owners, centres, reach, thing, skip, box, ceiling)
    if len(others) == 0:
        return np.full(1, -1), np.full(1, box[4])
    x0, x1, y0, y1 = box[0], box[1], box[2], box[3]
    nx, ny = lines(x0, x1), lines(y0, y1)
    under, room = np.empty(nx * ny, np.int64), np.empty(nx * ny)
    count = 0
    # All in one function: a call with all of these arrays takes longer than a line.
    for row in range(nx):
        x = x0 + (row + 0.5) / nx * (x1 - x0)
        for column in range(ny):
            y = y0 + (column + 0.5) / ny * (y1 - y0)
            lowest = 1e9
            for k in range(len(own)):
                i = own[k]
                if abs(x - centres[i, 0]) <= reach[i, 0] and abs(y - centres[i, 1]) <= reach[i, 1]:
                    low, high = interval(i, kinds, halves, centres, axes, x, y)
                    if low <= high and low < lowest:
                        lowest = low
            if lowest > 1e8:
                continue
            best, height = -1, 0.0
            for k in range(len(others)):
                i = others[k]
                if (
                    abs(x - centres[i, 0]) <= reach[i, 0]
                    and abs(y - centres[i, 1]) <= reach[i, 1]
                    and centres[i, 2] + reach[i, 2] > height
                ):
                    low, high = interval(i, kinds, halves, centres, axes, x, y)
                    if low <= high and height < high <= lowest + within:
                        best, height = owners[i], high
            under[count], room[count] = best, lowest - height
            count += 1
    return under[:count], room[:count]


@njit(cache=True, error_model="numpy")
def landing(
    kinds: Any, halves: Any, owners: Any, centres: Any, axes: Any, reach: Any, thing: Any, skip: Any
) -> Any:
    """Return how far a thing has to be raised (lowered, if negative) to touch what is under it.

    `skip` (n,) says which things are not there.
    """
    box = box_about(owners, centres, reach, thing)
    _, room = gaps(kinds, halves, owners, centres, axes, reach, thing, skip, box, 1e9, 1e9)
    raised = -box[4]
    for k in range(len(room)):
        raised = max(raised, -room[k])
    return raised


@njit(cache=True, error_model="numpy")
def holds_point(area: Any, pose: Any, x: Any, y: Any) -> Any:
    """Return whether x, y is in the area of a thing."""
    # The frame's x axis in the plane; areas are of things that stand upright.
    c = 1 - 2 * (pose[4] ** 2 + pose[5] ** 2)
    s = 2 * (pose[3] * pose[4] + pose[5] * pose[6])
    dx, dy = x - pose[0], y - pose[1]
    u, v = (dx * c + dy * s), (dy * c - dx * s)
    a, b = area[0], area[1]
    if area[2] > 0:
        return (u / a) ** 2 + (v / b) ** 2 <= 1
    return abs(u) <= a and abs(v) <= b


@njit(cache=True, error_model="numpy")
def supports(
    kinds: Any, halves: Any, owners: Any, centres: Any, axes: Any, reach: Any, skip: Any,
    thing: Any, box: Any, on: Any,
) -> Any:  # fmt: skip
    """Write which things another one touches from above, the last entry for the table."""
    under, room = gaps(
        kinds, halves, owners, centres, axes, reach, thing, skip, box, box[5] - 0.001, TOUCH
    )
    touched = np.zeros(len(on))
    for k in range(len(under)):
        if room[k] <= TOUCH:
            touched[under[k]] += 1  # the table is -1, the last
    for b in range(len(on)):
        on[b] = touched[b] >= max(SHARE * len(under), 1)


@njit(cache=True, error_model="numpy")
def relations(
    kinds: Any, halves: Any, offsets: Any, turns: Any, owners: Any, roles: Any, areas: Any,
    movable: Any, limits: Any, poses: Any, held: Any,
) -> Any:  # fmt: skip
    """Return what stands on and in what, and what can be reached.

    `poses` is (n, 7); `held` is the thing in the gripper, which stands nowhere, -1 for none.

    Returns two arrays, since every one takes time:
        (n, 3 n + 2) bool. Columns 0..n: whether i stands on j, n for the table; then n: whether i is
        in j; then n: whether i is on or in j, or on or in something that is, and so on; the last:
        whether the cup can touch i.
        (n, 8) float64. Least and greatest x, y and z of i; the x, y nearest to its middle at which
        the cup can touch it, NaN for nowhere.
    """
    n = len(roles)
    centres, axes, reach = world_parts(kinds, halves, offsets, turns, owners, poses)
    flags, numbers = np.zeros((n, 3 * n + 2), np.bool_), np.full((n, 8), np.nan)
    on, inside = flags[:, : n + 1], flags[:, n + 1 : 2 * n + 1]
    boxes = numbers[:, :6]
    skip = np.zeros(n, np.bool_)
    for a in range(n):
        if roles[a] == MARKER:
            boxes[a] = areas[a, 5:]
        else:
            boxes[a] = box_about(owners, centres, reach, a)
    for a in range(n):
        if roles[a] == MARKER or not movable[a] or a == held:
            continue
        supports(kinds, halves, owners, centres, axes, reach, skip, a, boxes[a], on[a])
        x, y, z, z0 = poses[a, 0], poses[a, 1], poses[a, 2], boxes[a, 4]
        for b in range(n):
            if b == a:
                continue
            if roles[b] == HOLDER:
                floor, rim = poses[b, 2] + areas[b, 3], poses[b, 2] + areas[b, 4]
                if floor - TOUCH < z0 < rim - 0.001 and holds_point(areas[b], poses[b], x, y):
                    inside[a, b] = True
                    on[a, b] = False
                elif z < rim:
                    on[a, b] = False
            elif roles[b] == MARKER:
                on[a, b] = on[a, n] and holds_point(areas[b], poses[b], x, y)
            elif z < boxes[b, 5]:
                # What leans on something stands beside it.
                on[a, b] = False
    over = flags[:, 2 * n + 1 : 3 * n + 1]
    carried(on, inside, over)
    for a in range(n):
        # What has a burden is not looked at any closer, unless it can carry it.
        if movable[a] and (roles[a] != SOLID or not over[:, a].any()):
            x, y, found = grip(kinds, halves, owners, centres, axes, reach, poses, skip, a)
            if found:
                flags[a, 3 * n + 1] = True
                numbers[a, 6], numbers[a, 7] = x, y
    return flags, numbers


@njit(cache=True, error_model="numpy")
def carried(on: Any, inside: Any, over: Any) -> None:
    """Write (n, n) bool: whether i is on or in j, directly or by way of others."""
    n = len(over)
    for i in range(n):
        for j in range(n):
            over[i, j] = on[i, j] or inside[i, j]
    for k in range(n):
        for j in range(n):
            if over[k, j]:
                for i in range(n):
                    if over[i, k] and i != j:
                        over[i, j] = True


@njit(cache=True, error_model="numpy")
def touched(
    kinds: Any, halves: Any, offsets: Any, turns: Any, owners: Any, roles: Any, areas: Any,
    movable: Any, limits: Any, poses: Any, x: Any, y: Any, held: Any,
) -> Any:  # fmt: skip
    """Return the thing that the cup takes hold of at x, y: what is below it, or else the nearest.

    What is fixed counts only where nothing else is near; -1 is the table. What is held is passed
    through.
    """
    centres, axes, reach = world_parts(kinds, halves, offsets, turns, owners, poses)
    skip = np.zeros(len(roles), np.bool_)
    if held >= 0:
        skip[held] = True
    below = top_below(kinds, halves, owners, centres, axes, reach, x, y, skip, 1e9)[0]
    if below >= 0 and movable[below]:
        return below
    for ring in range(1, RINGS + 1):
        for k in range(AROUND):
            angle, far = 2 * math.pi * k / AROUND, CUP * ring / RINGS
            u, v = x + far * math.cos(angle), y + far * math.sin(angle)
            near = top_below(kinds, halves, owners, centres, axes, reach, u, v, skip, 1e9)[0]
            if near >= 0 and movable[near]:
                return near
    return below


@njit(cache=True, error_model="numpy")
def times(a: Any, b: Any, out: Any) -> None:
    """Write the product of two quaternions, the turn b and then the turn a, of length 1."""
    ax, ay, az, aw = a[0], a[1], a[2], a[3]
    bx, by, bz, bw = b[0], b[1], b[2], b[3]
    x = aw * bx + ax * bw + ay * bz - az * by
    y = aw * by - ax * bz + ay * bw + az * bx
    z = aw * bz + ax * by - ay * bx + az * bw
    w = aw * bw - ax * bx - ay * by - az * bz
    length = math.sqrt(x * x + y * y + z * z + w * w)
    out[0], out[1], out[2], out[3] = x / length, y / length, z / length, w / length


@njit(cache=True, error_model="numpy")
def carry(poses: Any, group: Any, thing: Any, turn: Any) -> None:
    """Turn a group of things about the middle of one of them, in place."""
    matrix = np.empty((3, 3))
    pose = np.zeros(7)
    pose[3:] = turn
    rotation(pose, matrix)
    x, y, z = poses[thing, 0], poses[thing, 1], poses[thing, 2]
    for i in range(len(poses)):
        if group[i]:
            a, b, c = poses[i, 0] - x, poses[i, 1] - y, poses[i, 2] - z
            poses[i, 0] = x + matrix[0, 0] * a + matrix[0, 1] * b + matrix[0, 2] * c
            poses[i, 1] = y + matrix[1, 0] * a + matrix[1, 1] * b + matrix[1, 2] * c
            poses[i, 2] = z + matrix[2, 0] * a + matrix[2, 1] * b + matrix[2, 2] * c
            times(turn, poses[i, 3:], poses[i, 3:])


@njit(cache=True, error_model="numpy")
def lifted(
    kinds: Any, halves: Any, offsets: Any, turns: Any, owners: Any, roles: Any, areas: Any,
    movable: Any, limits: Any, poses: Any, thing: Any, group: Any,
) -> Any:  # fmt: skip
    """Return poses with a group of things hanging in the air, one of them level.

    Level is the nearest turn at which one of the thing's axes is upright.
    """
    poses = poses.copy()
    matrix = np.empty((3, 3))
    rotation(poses[thing], matrix)
    axis = 0
    for k in range(1, 3):
        if abs(matrix[2, k]) > abs(matrix[2, axis]):
            axis = k
    sign = 1.0 if matrix[2, axis] > 0 else -1.0
    # The shortest way from that axis to (0, 0, 1).
    turn = np.array(
        (matrix[1, axis] * sign, -matrix[0, axis] * sign, 0.0, 1 + matrix[2, axis] * sign)
    )
    turn /= math.sqrt((turn * turn).sum())
    carry(poses, group, thing, turn)
    centres, _, reach = world_parts(kinds, halves, offsets, turns, owners, poses)
    raised = limits[4] - box_about(owners, centres, reach, thing)[4]
    for i in range(len(poses)):
        if group[i]:
            poses[i, 2] += raised
    return poses


@njit(cache=True, error_model="numpy")
def dropped(
    kinds: Any, halves: Any, offsets: Any, turns: Any, owners: Any, roles: Any, areas: Any,
    movable: Any, limits: Any, poses: Any, thing: Any, group: Any, x: Any, y: Any, turn: Any,
) -> Any:  # fmt: skip
    """Return poses with a group of things just above what is under them.

    `group` (n,) bool hangs in the air in `poses` (n, 7). The middle of `thing`, which is one of it,
    goes to x, y in metres, or as near as the workspace lets it, turned by `turn` radians about z.
    """
    poses = poses.copy()
    carry(poses, group, thing, np.array((0.0, 0.0, math.sin(turn / 2), math.cos(turn / 2))))
    centres, axes, reach = world_parts(kinds, halves, offsets, turns, owners, poses)
    x0, x1, y0, y1, _, _ = box_about(owners, centres, reach, thing)
    u, v = poses[thing, 0], poses[thing, 1]
    dx = min(max(x, limits[0] + u - x0), limits[1] + u - x1) - u
    dy = min(max(y, limits[2] + v - y0), limits[3] + v - y1) - v
    for i in range(len(kinds)):
        if owners[i] == thing:
            centres[i, 0] += dx
            centres[i, 1] += dy
    raised = landing(kinds, halves, owners, centres, axes, reach, thing, group) + GAP
    for i in range(len(poses)):
        if group[i]:
            poses[i, 0] += dx
            poses[i, 1] += dy
            poses[i, 2] += raised
    return poses


@njit(cache=True, error_model="numpy")
def grip(
    kinds: Any, halves: Any, owners: Any, centres: Any, axes: Any, reach: Any, poses: Any,
    skip: Any, thing: Any,
) -> Any:  # fmt: skip
    """Return the x, y nearest to a thing's middle at which it is uppermost, and whether there is."""
    x, y = poses[thing, 0], poses[thing, 1]
    if top_below(kinds, halves, owners, centres, axes, reach, x, y, skip, 1e9)[0] == thing:
        return x, y, True
    x0, x1, y0, y1, _, _ = box_about(owners, centres, reach, thing)
    far = max(x1 - x, x - x0, y1 - y, y - y0)
    x0, y0 = x, y
    ring, around, clear = 0.003, 24, 0.001
    found = False
    for i in range(1, int(1.42 * far / ring) + 1):
        for k in range(around):
            angle = 2 * math.pi * k / around
            u, v = x0 + i * ring * math.cos(angle), y0 + i * ring * math.sin(angle)
            if top_below(kinds, halves, owners, centres, axes, reach, u, v, skip, 1e9)[0] != thing:
                continue
            if not found:
                x, y, found = u, v, True
            # On its very edge, rounding to float32 would miss it.
            edge = False
            for du, dv in ((clear, 0.0), (-clear, 0.0), (0.0, clear), (0.0, -clear)):
                near = top_below(
                    kinds, halves, owners, centres, axes, reach, u + du, v + dv, skip, 1e9
                )
                edge = edge or near[0] != thing
            if not edge:
                return u, v, True
    return x, y, found


@njit(cache=True, error_model="numpy")
def lowest_spot(
    kinds: Any, halves: Any, offsets: Any, turns: Any, owners: Any, roles: Any, areas: Any,
    movable: Any, limits: Any, poses: Any, thing: Any, group: Any, target: Any, turn: Any,
) -> Any:  # fmt: skip
    """Return the x, y in the area of a target at which a thing comes to lie lowest.

    Of equally low ones the nearest to the middle. The arguments are those of `dropped`.
    """
    poses = poses.copy()
    carry(poses, group, thing, np.array((0.0, 0.0, math.sin(turn / 2), math.cos(turn / 2))))
    centres, axes, reach = world_parts(kinds, halves, offsets, turns, owners, poses)
    matrix = np.empty((3, 3))
    rotation(poses[target], matrix)
    # Extents of the thing along the target's axes: those of its box once both are turned back.
    back = math.atan2(matrix[1, 0], matrix[0, 0]) / -2
    straight = poses.copy()
    carry(straight, group, thing, np.array((0.0, 0.0, math.sin(back), math.cos(back))))
    middles, _, extents = world_parts(kinds, halves, offsets, turns, owners, straight)
    x0, x1, y0, y1, _, _ = box_about(owners, middles, extents, thing)
    half_x, half_y = (x1 - x0) / 2, (y1 - y0) / 2
    wide_u, wide_v = max(areas[target, 0] - half_x, 0.0), max(areas[target, 1] - half_y, 0.0)
    if areas[target, 2] > 0:
        corner = max(areas[target, 0] - math.sqrt(half_x * half_x + half_y * half_y), 0.0)
        wide_u = wide_v = corner
    count = 9
    best, bx, by = 1e9, poses[target, 0], poses[target, 1]
    shift_x, shift_y = poses[thing, 0], poses[thing, 1]
    base = centres.copy()
    for i in range(count):
        u = (2 * i / (count - 1) - 1) * wide_u
        for j in range(count):
            v = (2 * j / (count - 1) - 1) * wide_v
            if areas[target, 2] > 0 and u * u + v * v > wide_u * wide_u + 1e-9:
                continue
            x = poses[target, 0] + matrix[0, 0] * u + matrix[0, 1] * v
            y = poses[target, 1] + matrix[1, 0] * u + matrix[1, 1] * v
            far = math.sqrt(u * u + v * v)
            for k in range(len(owners)):
                if owners[k] == thing:
                    centres[k, 0] = base[k, 0] + x - shift_x
                    centres[k, 1] = base[k, 1] + y - shift_y
            raised = landing(kinds, halves, owners, centres, axes, reach, thing, group)
            cost = math.floor(raised / 0.002 + 0.5) + far
            if cost < best:
                best, bx, by = cost, x, y
    return bx, by


@njit(cache=True, error_model="numpy")
def free_spot(
    kinds: Any, halves: Any, offsets: Any, turns: Any, owners: Any, roles: Any, areas: Any,
    movable: Any, limits: Any, poses: Any, thing: Any, group: Any, boxes: Any,
) -> Any:  # fmt: skip
    """Return the x, y nearest to where a thing is at which it has room on the table.

    Painted places count as taken, if there is room elsewhere. If there is none at all, the middle.
    """
    half_x, half_y = (
        (boxes[thing, 1] - boxes[thing, 0]) / 2,
        (boxes[thing, 3] - boxes[thing, 2]) / 2,
    )
    x, y = poses[thing, 0], poses[thing, 1]
    bx, by = (limits[0] + limits[1]) / 2, (limits[2] + limits[3]) / 2
    gap, step = 0.012, 0.01
    for avoided in range(2):
        best = 1e9
        nx = int((limits[1] - limits[0] - 2 * half_x) / step) + 1
        ny = int((limits[3] - limits[2] - 2 * half_y) / step) + 1
        for i in range(nx):
            u = limits[0] + half_x + i * step
            for j in range(ny):
                v = limits[2] + half_y + j * step
                far = (u - x) ** 2 + (v - y) ** 2
                if far >= best:
                    continue
                free = True
                for k in range(len(roles)):
                    if group[k] or (avoided == 1 and roles[k] == MARKER):
                        continue
                    room = gap if roles[k] != MARKER else 0.0
                    if (
                        u + half_x + room > boxes[k, 0]
                        and u - half_x - room < boxes[k, 1]
                        and v + half_y + room > boxes[k, 2]
                        and v - half_y - room < boxes[k, 3]
                    ):
                        free = False
                        break
                if free:
                    best, bx, by = far, u, v
        if best < 1e8:
            break
    return bx, by


@njit(cache=True, error_model="numpy")
def moved(
    kinds: Any, halves: Any, offsets: Any, turns: Any, owners: Any, roles: Any, areas: Any,
    movable: Any, limits: Any, poses: Any, thing: Any, group: Any, x: Any, y: Any, turn: Any,
) -> Any:  # fmt: skip
    """Return poses with a group of things lifted and let go elsewhere: `lifted`, then `dropped`."""
    hanging = lifted(
        kinds, halves, offsets, turns, owners, roles, areas, movable, limits, poses, thing, group
    )
    return dropped(
        kinds, halves, offsets, turns, owners, roles, areas, movable, limits, hanging, thing, group,
        x, y, turn,
    )  # fmt: skip
