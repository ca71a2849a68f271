"""Relations between things: on, in, left of, behind; and where on the table a thing is.

Things are told by the viewer of `image`: left is greater y, behind is greater x.
"""

from collections.abc import Callable, Mapping

import numpy as np

from crossworld.envs.tabletop.scene import Scene
from crossworld.envs.tabletop.state import State

REGIONS = (
    ("at the front right", "at the front", "at the front left"),
    ("at the right", "in the middle", "at the left"),
    ("at the back right", "at the back", "at the back left"),
)
"""Thirds of the workspace from front to back, and in each from right to left."""

FIT_DISTANCE, FIT_TURN = 0.01, 15.0
"""How far from its outline a thing may be to fit: metres and degrees; GenSim's `pos_eps` and
`rot_eps`."""


def is_on(state: State, a: int, b: int) -> bool:
    """Return whether a stands on b: touches its upper side with its own lower side, and is above."""
    return bool(state.on[a, b])


def is_in(state: State, a: int, b: int) -> bool:
    """Return whether a is between the walls of b, its lower side below the rim."""
    return bool(state.inside[a, b])


def is_left_of(state: State, a: int, b: int) -> bool:
    """Return whether all of a is farther left than all of b."""
    return _apart(state, a, b) and bool(state.boxes[a, 2] >= state.boxes[b, 3])


def is_behind(state: State, a: int, b: int) -> bool:
    """Return whether all of a is farther back than all of b."""
    return _apart(state, a, b) and bool(state.boxes[a, 0] >= state.boxes[b, 1])


def is_fitted(state: State, a: int, b: int) -> bool:
    """Return whether a lies right over its outline b, turned as that is."""
    things = state.scene.things
    if things[b].shape.noun != f"{things[a].shape.noun} outline" or not state.on[a, b]:
        return False
    gap = state.poses[a, :2] - state.poses[b, :2]
    if float((gap**2).sum()) > FIT_DISTANCE**2:
        return False
    off = yaw_of(state, a) - yaw_of(state, b)
    return is_turned(off, state.scene.things[b].shape.turn, FIT_TURN)


def is_turned(off: float, period: float, allowed: float) -> bool:
    """Return whether a turn is none but for what is allowed, for a thing of this `Shape.turn`."""
    if period == 0:
        return True
    return abs((off + period / 2) % period - period / 2) <= allowed


RELATIONS: Mapping[str, Callable[[State, int, int], bool]] = {
    "on": is_on,
    "in": is_in,
    "left of": is_left_of,
    "right of": lambda state, a, b: is_left_of(state, b, a),
    "behind": is_behind,
    "in front of": lambda state, a, b: is_behind(state, b, a),
    "right over": is_fitted,
}
"""Word to whether it is true of two things."""


def yaw_of(state: State, thing: int) -> float:
    """Return how far a thing is turned about z, degrees."""
    x, y, z, w = state.poses[thing, 3:].tolist()
    return float(np.degrees(np.arctan2(2 * (x * y + z * w), 1 - 2 * (y * y + z * z))))


def region_of(state: State, things: tuple[int, ...]) -> str:
    """Return in which ninth of the workspace the middle of some things is."""
    x, y = state.poses[list(things), :2].mean(axis=0).tolist()
    space = state.scene.workspace
    return region_at(x, y, space.x, space.y)


def region_at(
    x: float, y: float, x_range: tuple[float, float], y_range: tuple[float, float]
) -> str:
    """Return in which ninth of a rectangle a point is."""
    return REGIONS[_third(x, x_range)][_third(y, y_range)]


def _third(at: float, extent: tuple[float, float]) -> int:
    share = (at - extent[0]) / (extent[1] - extent[0])
    return min(max(int(share * 3), 0), 2)


def _apart(state: State, a: int, b: int) -> bool:
    return not {a, b} & set(state.lifted)


def entities(scene: Scene) -> dict[str, tuple[int, ...]]:
    """Return what the text tells apart: each thing by its name, each pile as one."""
    found: dict[str, tuple[int, ...]] = {}
    for number, name in enumerate(scene.names):
        found[name] = (*found.get(name, ()), number)
    return found
