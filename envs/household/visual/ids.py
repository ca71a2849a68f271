"""What PDDL symbols of the household tell: types, places and poses.

Source: `Mug_bar__plus_01_dot_20_bar__plus_00_dot_90_bar__minus_00_dot_75` is at (1.20, 0.90, -0.75);
`loc_bar_2_bar__minus_3_bar_1_bar_30` is the agent at x = 0.50 m, z = -0.75 m, a quarter turned
clockwise, looking 30 degrees down (ids of ALFRED's PDDL problems).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from crossworld.envs.household.catalogue import ADMITS, OBJECT_TYPES

Point = tuple[float, float, float]

GRID = 0.25
"""Metres of one step of the agent."""


class Pose(NamedTuple):
    """Where the agent stands: metres, and degrees clockwise from above (0 faces +z)."""

    x: float
    z: float
    yaw: float


ORIGIN = Pose(0.0, 0.0, 0.0)

_SIGNS = (("_minus_", "-"), ("_plus_", ""), ("_dot_", "."))

KINDS: Mapping[str, str] = {f"{kind}type".lower(): kind for kind in (*ADMITS, *OBJECT_TYPES)}
"""Type symbol to the type as the catalogue spells it."""


@lru_cache(maxsize=65536)
def point_of(symbol: str) -> Point:
    """Return x, y and z in metres; the origin for a symbol that carries no place."""
    numbers = _numbers(symbol)
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) >= 3 else (0.0, 0.0, 0.0)


@lru_cache(maxsize=16384)
def pose_of(location: str) -> Pose:
    """Return the agent's pose; `ORIGIN` for a symbol that carries none."""
    numbers = _numbers(location)
    if len(numbers) < 3:
        return ORIGIN
    return Pose(numbers[0] * GRID, numbers[1] * GRID, numbers[2] % 4 * 90)


def _numbers(symbol: str) -> list[float]:
    """Return the leading numbers among the parts of a symbol."""
    numbers = []
    for part in symbol.split("_bar_")[1:]:
        for word, sign in _SIGNS:
            part = part.replace(word, sign)
        try:
            numbers.append(float(part))
        except ValueError:
            break
    return numbers
