"""Places in a row, for tasks that lay things side by side."""

import math


def row(
    middle: tuple[float, float], yaw: float, count: int, pitch: float
) -> list[tuple[float, float]]:
    """Return places on a straight line, from left to right as the viewer of `image` sees them.

    Args:
        middle: x, y of the middle of the row, metres.
        yaw: how far the row is turned, degrees; at 0 it is along y.
        count: number of places.
        pitch: metres from one to the next.
    """
    x, y = middle
    along = math.radians(yaw)
    steps = [pitch * ((count - 1) / 2 - k) for k in range(count)]
    return [(x - step * math.sin(along), y + step * math.cos(along)) for step in steps]
