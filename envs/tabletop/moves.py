"""What the gripper does: pick, place, both at once, push. Positions in metres, turns in degrees.

A move is carried out on a state and gives another one, or raises `Impossible`; then nothing has
changed. The cup lifts a thing by the middle of its upper side and keeps it level, so a place is
where the thing's middle goes. What is in or on a bowl, box or pallet goes with it.
"""

import math
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.tabletop import kernel
from crossworld.envs.tabletop.scene import Floats, Poses, Scene
from crossworld.envs.tabletop.state import NOTHING, State, listed

CUP = 0.03
"""How far from the middle of the suction cup a thing may be that it takes hold of, metres."""

_AROUND = [
    (ring * math.cos(k * math.pi / 6), ring * math.sin(k * math.pi / 6))
    for ring in (1 / 3, 2 / 3, 1)
    for k in range(12)
]
"""Where the cup looks for things, nearest first, in units of `CUP`."""


class Impossible(Exception):
    """Why a move cannot be made, in words for the player."""


class Physics(Protocol):
    """How things come to rest; no method changes its arguments or remembers anything."""

    def settle(self, scene: Scene, poses: Poses, away: tuple[int, ...]) -> Poses:
        """Return where everything rests that is let go at these poses, but for what is `away`."""

    def sweep(self, scene: Scene, poses: Poses, path: Floats) -> Poses:
        """Return where everything rests after the spatula has gone along a (2, 2) path."""


class Pick(NamedTuple):
    """Take hold of what is at x, y."""

    x: float
    y: float


class Place(NamedTuple):
    """Let go of what is held, with its middle at x, y, turned by `turn`."""

    x: float
    y: float
    turn: float = 0.0


class PickPlace(NamedTuple):
    """Pick and place in one step; if either is impossible, neither is done."""

    pick: Pick
    place: Place


class Push(NamedTuple):
    """Sweep the spatula along the table, from x, y to to_x, to_y."""

    x: float
    y: float
    to_x: float
    to_y: float


Move = Pick | Place | PickPlace | Push


def carried_out(state: State, move: Move, physics: Physics) -> tuple[State, int]:
    """Return the state after a move, and the thing that it moved (`NOTHING` for none or many).

    Raises:
        Impossible: it cannot be made.
    """
    match move:
        case Pick():
            after = _picked(state, move)
            poses = physics.settle(state.scene, after.poses, after.lifted)
            return State(state.scene, poses, after.cup, after.held), after.held
        case Place():
            return _placed(state, move, physics), state.held
        case PickPlace():
            lifted = _picked(state, move.pick)
            return _placed(lifted, move.place, physics), lifted.held
        case Push():
            return _pushed(state, move, physics), NOTHING


def under_cup(state: State, x: float, y: float) -> int:
    """Return the thing that the cup takes hold of at x, y: what is below it, or else the nearest."""
    found = _top(state, x, y)
    if found != NOTHING and not state.scene.things[found].fixed:
        return found
    for dx, dy in _AROUND:
        near = _top(state, x + CUP * dx, y + CUP * dy)
        if near != NOTHING and not state.scene.things[near].fixed:
            return near
    return found


def _top(state: State, x: float, y: float) -> int:
    packed = state.scene.packed
    return int(kernel.uppermost(*packed, state.poses, x, y, state.held))


def _picked(state: State, move: Pick) -> State:
    """Return the state with a thing lifted, before the others have settled."""
    things = state.scene.things
    if state.held != NOTHING:
        raise Impossible(f"The gripper already holds the {things[state.held].name}.")
    thing = under_cup(state, move.x, move.y)
    if thing == NOTHING:
        raise Impossible("There is nothing to pick up at this place.")
    check_liftable(state, thing)
    return lifted(state, thing)


def check_liftable(state: State, thing: int) -> None:
    """Raise `Impossible` if a thing cannot be picked up."""
    things = state.scene.things
    if things[thing].fixed:
        raise Impossible(f"The {things[thing].name} cannot be picked up.")
    if things[thing].pile:
        raise Impossible(f"The {things[thing].pile} are too small to be picked up; sweep them.")
    burden = state.burden(thing)
    if burden:
        over = listed(f"the {things[other].name}" for other in sorted(burden))
        raise Impossible(
            f"The {things[thing].name} cannot be picked up: {over}"
            f" {'is' if len(burden) == 1 else 'are'} on it."
        )


def lifted(state: State, thing: int) -> State:
    """Return the state with a thing, and what is on or in it, hanging level from the cup."""
    scene = state.scene
    group = _mask(state, thing)
    poses = kernel.lifted(*scene.packed, state.poses, thing, group)
    return State(scene, poses, (float(poses[thing, 0]), float(poses[thing, 1])), thing)


def _placed(state: State, move: Place, physics: Physics) -> State:
    if state.held == NOTHING:
        raise Impossible("The gripper holds nothing that could be put down.")
    scene, held = state.scene, state.held
    group = _mask(state, held)
    turn = math.radians(move.turn)
    poses = kernel.dropped(*scene.packed, state.poses, held, group, move.x, move.y, turn)
    cup = float(poses[held, 0]), float(poses[held, 1])
    return State(scene, physics.settle(scene, poses, ()), cup)


def _mask(state: State, thing: int) -> NDArray[np.bool_]:
    """Return (n,) bool: a thing, and what is on or in it."""
    group = np.zeros(len(state.poses), np.bool_)
    group[[thing, *state.riders[thing]]] = True
    return group


def _pushed(state: State, move: Push, physics: Physics) -> State:
    if state.held != NOTHING:
        name = state.scene.things[state.held].name
        raise Impossible(f"The gripper cannot push while it holds the {name}.")
    path = np.array([move[:2], move[2:]])
    poses = physics.sweep(state.scene, state.poses, path)
    return State(state.scene, poses, (move.to_x, move.to_y))
