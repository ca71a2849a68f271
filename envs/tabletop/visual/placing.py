"""Where the rows of a scene are in a state, compiled by numba.

In a file of its own, because numba's cache notices changes of a function's own file only; no
fastmath, so that results do not depend on the compiler's mood.
"""

from typing import Any

import numpy as np
from numba import njit

THIN = 1e-4
"""What is left of the height of what a shadow is of."""


@njit(cache=True, nogil=True)
def place(
    local: Any, first: Any, cups: Any, poses: Any, cup: Any, held: Any, lift: Any, reach: Any,
    rows: Any,
) -> Any:  # fmt: skip
    """Write the transforms of rows: in this order, what stays, things, the cup, shadows.

    Args:
        local: (k, 4, 3) transforms of rows in the frame of their thing or of the cup, see
            `raster.pose`; of shadows only the height counts.
        first: (n + 1,) the first row of each thing, and the first of the cup.
        cups: how many rows the cup has.
        poses: (n, 7).
        cup: x and y of the suction cup.
        held: the thing that hangs from it, less than 0 for none.
        lift: least height of the cup when it is empty, or of the lower side of what it holds.
        reach: radius of the cup.
        rows: (k,) of `raster.INSTANCE`; rows that stay are not written.

    Returns:
        How many of the rows are seen.
    """
    x, y = cup
    top = lift
    turned = np.empty((3, 3))
    for i in range(len(first) - 1):
        a, b, c, d = poses[i, 3], poses[i, 4], poses[i, 5], poses[i, 6]
        # Rows are the turned axes: points are rows, too.
        turned[0, 0], turned[1, 0], turned[2, 0] = (
            1 - 2 * (b * b + c * c), 2 * (a * b - c * d), 2 * (a * c + b * d)
        )  # fmt: skip
        turned[0, 1], turned[1, 1], turned[2, 1] = (
            2 * (a * b + c * d), 1 - 2 * (a * a + c * c), 2 * (b * c - a * d)
        )  # fmt: skip
        turned[0, 2], turned[1, 2], turned[2, 2] = (
            2 * (a * c - b * d), 2 * (b * c + a * d), 1 - 2 * (a * a + b * b)
        )  # fmt: skip
        for r in range(first[i], first[i + 1]):
            t = rows[r].transform
            for j in range(4):
                u, v, w = local[r, j, 0], local[r, j, 1], local[r, j, 2]
                for k in range(3):
                    t[j, k] = u * turned[0, k] + v * turned[1, k] + w * turned[2, k]
            for k in range(3):
                t[3, k] += poses[i, k]
            # The cup is above all that is under it, whatever is held.
            if (
                abs(t[3, 0] - x) <= abs(t[0, 0]) + abs(t[1, 0]) + abs(t[2, 0]) + reach
                and abs(t[3, 1] - y) <= abs(t[0, 1]) + abs(t[1, 1]) + abs(t[2, 1]) + reach
            ):
                top = max(top, t[3, 2] + abs(t[0, 2]) + abs(t[1, 2]) + abs(t[2, 2]))
    count = first[-1] + cups
    for r in range(first[-1], count):
        t = rows[r].transform
        t[:] = local[r]
        t[3, 0] += x
        t[3, 1] += y
        t[3, 2] += top
    if held >= 0:
        for r in range(first[held], first[held + 1]):
            t = rows[count].transform
            t[:] = rows[r].transform
            for j in range(3):
                t[j, 2] *= THIN
            t[3, 2] = local[count, 3, 2]
            rows[count].mesh = rows[r].mesh
            count += 1
    return count
