"""Where an agent stands to use a receptacle, for metadata that do not say.

ALFRED binds every receptacle to one pose: a place on a grid of quarter metres, a quarter turn, and a
camera pitch. Here the pose is half a metre in front of the receptacle's box, looking at its middle.
"""

from collections.abc import Iterator, Sequence
from math import atan2, degrees, hypot

from crossworld.envs.household.thor_names import Point

Pose = tuple[int, int, int, int]
"""x and z in quarter metres, quarter turns clockwise (0 looks along +z), pitch in degrees (down)."""

GRID = 0.25
"""Metres between places to stand."""
REACH = 0.5
"""Metres between the agent and what it uses."""
LOWEST, HIGHEST, PITCH = -30, 60, 15
"""Degrees: range and step of the pitch."""


def location(pose: Pose) -> str:
    """Return the name of a pose: `loc|-3|5|1|45`."""
    return "|".join(("loc", *map(str, pose)))


def agent_pose(at: Point, yaw: float, horizon: float) -> Pose:
    """Return the pose of an agent; angles in degrees."""
    pitch = (round(horizon) + 180) % 360 - 180  # some versions say 330 for -30
    return (round(at[0] / GRID), round(at[2] / GRID), round(yaw / 90) % 4, pitch)


def pose_before(
    least: Point, greatest: Point, eye: float, middle: Point, standing: Sequence[Point]
) -> Pose:
    """Return a pose in front of a box.

    Of the places that can be reached, the one that is nearest to half a metre from the box and to
    its middle line. If none are given, of the places before its four sides the one nearest to the
    middle of the room.

    Args:
        least: lowest corner of the box.
        greatest: the opposite one.
        eye: height of the camera.
        middle: of the room.
        standing: places that the agent can reach; may be empty.
    """
    x, y, z = ((low + high) / 2 for low, high in zip(least, greatest, strict=True))

    def from_middle(cell: tuple[int, int]) -> float:
        return hypot(cell[0] * GRID - middle[0], cell[1] * GRID - middle[2])

    def misplaced(cell: tuple[int, int]) -> float:
        at_x, at_z = cell[0] * GRID, cell[1] * GRID
        beside = max(least[0] - at_x, at_x - greatest[0], 0.0)
        ahead = max(least[2] - at_z, at_z - greatest[2], 0.0)
        aside = min(abs(at_x - x), abs(at_z - z))
        return abs(hypot(beside, ahead) - REACH) + aside

    if standing:
        reachable = {(round(place[0] / GRID), round(place[2] / GRID)) for place in standing}
        cell = min(reachable, key=lambda cell: (round(misplaced(cell), 3), cell))
    else:
        sides = _sides(least, greatest)
        cell = min(sides, key=lambda cell: (round(from_middle(cell), 3), cell))
    right, forward = x - cell[0] * GRID, z - cell[1] * GRID
    heading = round(degrees(atan2(right, forward)) / 90) % 4
    pitch = PITCH * round(degrees(atan2(eye - y, hypot(right, forward))) / PITCH)
    return *cell, heading, min(max(pitch, LOWEST), HIGHEST)


def _sides(least: Point, greatest: Point) -> Iterator[tuple[int, int]]:
    """Yield the cells that are `REACH` before the middles of the four sides, rounded outwards."""
    x, z = ((least[i] + greatest[i]) / 2 / GRID for i in (0, 2))
    step = REACH / GRID
    yield _up(greatest[0] / GRID + step), round(z)
    yield -_up(-least[0] / GRID + step), round(z)
    yield round(x), _up(greatest[2] / GRID + step)
    yield round(x), -_up(-least[2] / GRID + step)


def _up(value: float) -> int:
    """Round up, but not for the sake of a millimetre."""
    return -int(-(value - 0.004) // 1)
