"""What PDDL symbols of the household tell: types, places and poses.

Source: `Mug_bar__plus_01_dot_20_bar__plus_00_dot_90_bar__minus_00_dot_75` is at (1.20, 0.90, -0.75);
`loc_bar_2_bar__minus_3_bar_1_bar_30` is the agent at x = 0.50 m, z = -0.75 m, a quarter turned
clockwise, looking 30 degrees down (ids of ALFRED's PDDL problems).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from crossworld.envs.household import thor_names
from crossworld.envs.household.catalogue import ADMITS, OBJECT_TYPES
from crossworld.envs.household.standing import GRID
from crossworld.envs.household.thor_names import Point, spell

KINDS: Mapping[str, str] = {f"{kind}type".lower(): kind for kind in (*ADMITS, *OBJECT_TYPES)}
"""Type symbol to the type as the catalogue spells it."""


class Pose(NamedTuple):
    """Where the agent stands: metres, and degrees clockwise from above (0 faces +z)."""

    x: float
    z: float
    yaw: float


@lru_cache(maxsize=65536)
def point_of(symbol: str) -> Point:
    """Return x, y and z in metres; the origin for a symbol that carries no place."""
    return thor_names.point_of(spell(symbol)) or (0.0, 0.0, 0.0)


@lru_cache(maxsize=16384)
def pose_of(location: str) -> Pose:
    """Return the agent's pose; that at the origin for a symbol that carries none."""
    try:
        x, z, turns = map(float, spell(location).split("|")[1:4])
    except ValueError:
        return Pose(0.0, 0.0, 0.0)
    return Pose(x * GRID, z * GRID, turns % 4 * 90)
