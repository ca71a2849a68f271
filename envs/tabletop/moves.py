"""What the gripper does: pick, place, both at once, push. Positions in metres, turns in degrees.

A move is carried out on a state and gives another one, or raises `Impossible`; then nothing has
changed. The cup lifts a thing by the middle of its upper side and keeps it level, so a place is
where the thing's middle goes. What is in or on a bowl, box or pallet goes with it.
"""

import math
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.tabletop import kernel
from crossworld.envs.tabletop.scene import Floats, Poses, Scene
from crossworld.envs.tabletop.state import NOTHING, State, listed

SPATULA = (0.004, 0.04, 0.03)
"""Half extents of what things are pushed with, metres: it is swept along its first axis."""


class Impossible(Exception):
    """Why a move cannot be made, in words for the player."""


class Physics(Protocol):
    """How things come to rest; no method changes its arguments or remembers anything.

    Attributes:
        name: what `physics=` takes.
    """

    name: str

    def check(self, scene: Scene) -> None:
        """Raise ValueError if there is a thing that cannot be simulated."""

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
            after = lifted(state, grasped(state, move))
            poses = physics.settle(state.scene, after.poses, after.lifted)
            return State(state.scene, poses, after.cup, after.held), after.held
        case Place():
            if state.held == NOTHING:
                raise Impossible("The gripper holds nothing that could be put down.")
            return _let_go(state, state.held, kernel.dropped, move, physics), state.held
        case PickPlace(pick, place):
            thing = grasped(state, pick)
            after = _let_go(state, thing, kernel.moved, place, physics)
            return after, thing
        case Push():
            return _pushed(state, move, physics), NOTHING


def grasped(state: State, move: Pick) -> int:
    """Return the thing that a pick takes hold of.

    Raises:
        Impossible: there is none, or it cannot be picked up.
    """
    things = state.scene.things
    if state.held != NOTHING:
        raise Impossible(f"The gripper already holds the {things[state.held].name}.")
    thing = int(kernel.touched(*state.scene.packed, state.poses, move.x, move.y, NOTHING))
    if thing == NOTHING:
        raise Impossible("There is nothing to pick up at this place.")
    check_liftable(state, thing)
    return thing


def check_liftable(state: State, thing: int) -> None:
    """Raise `Impossible` if a thing cannot be picked up."""
    things = state.scene.things
    reached = state.grips[thing, 0]
    if reached == reached and not things[thing].pile:
        return  # the usual case, and a number only if there is no burden
    if things[thing].fixed:
        raise Impossible(f"The {things[thing].name} cannot be picked up.")
    if things[thing].pile:
        raise Impossible(f"The {things[thing].pile} are too small to be picked up; sweep them.")
    burden = state.burden(thing)
    if burden:
        over = listed(f"the {things[other].name}" for other in burden)
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


def _let_go(
    state: State, thing: int, way: Callable[..., Poses], place: Place, physics: Physics
) -> State:
    """Return the state after a thing has been let go; `way` is the kernel's way to get it there."""
    scene = state.scene
    group, turn = _mask(state, thing), math.radians(place.turn)
    poses = way(*scene.packed, state.poses, thing, group, place.x, place.y, turn)
    cup = float(poses[thing, 0]), float(poses[thing, 1])
    return State(scene, physics.settle(scene, poses, ()), cup)


def _mask(state: State, thing: int) -> NDArray[np.bool_]:
    """Return (n,) bool: a thing, and what is on or in it if it takes that along."""
    group = np.zeros(len(state.poses), np.bool_)
    group[thing] = True
    if state.scene.things[thing].shape.role != "solid":
        group |= state.over[:, thing]
    return group


def _pushed(state: State, move: Push, physics: Physics) -> State:
    if state.held != NOTHING:
        name = state.scene.things[state.held].name
        raise Impossible(f"The gripper cannot push while it holds the {name}.")
    path = np.array([move[:2], move[2:]])
    poses = physics.sweep(state.scene, state.poses, path)
    return State(state.scene, poses, (move.to_x, move.to_y))
