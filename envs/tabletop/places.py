"""Goals whose places are numbers: GenSim's and ravens' two metrics, with heights.

They have no words of their own: `Table.goal` needs some. Source of the rules: GenSim's `Task.reward`
(cliport/tasks/task.py of liruiw/GenSim), which compares x and y only; here z counts as well.
"""

from dataclasses import dataclass

import numpy as np

from crossworld.envs.core.pddl import Expression
from crossworld.envs.tabletop import kernel
from crossworld.envs.tabletop.facts import symbol
from crossworld.envs.tabletop.goals import freed, matched
from crossworld.envs.tabletop.relations import is_turned, yaw_of
from crossworld.envs.tabletop.state import State

HEIGHT = 0.01
"""How far a thing's middle may be above or below its place, metres."""

_GRID = np.array(np.meshgrid(*[np.linspace(-0.5, 0.5, 5)] * 3)).reshape(3, -1).T
"""Points of a box, in units of its extents, of which the share in a zone is taken."""


@dataclass(frozen=True, slots=True)
class Posed:
    """Things are at given places: the metric "pose".

    Attributes:
        things: what is to be moved.
        places: x, y, z (metres, of the middle) and yaw (degrees) each.
        matches: for each thing, which of the places it may take; all of them if empty.
        own: whether each place counts for one thing only (GenSim's `replace=False`).
        distance: how far off a thing may be in x and y, metres; GenSim's `pos_eps`.
        turn: how far off its yaw may be, degrees; GenSim's `rot_eps`. What a thing's `Shape.turn`
            calls the same is (GenSim's `symmetries`).
    """

    things: tuple[int, ...]
    places: tuple[tuple[float, float, float, float], ...]
    matches: tuple[tuple[bool, ...], ...] = ()
    own: bool = True
    distance: float = 0.01
    turn: float = 15.0

    def share(self, state: State) -> float:
        """Return the share of the things that are at a place."""
        return len(self._placed(state)) / len(self.things)

    def formula(self, state: State) -> Expression:
        """Return it as a PDDL formula: symbols know of no numbers, so it never holds for them."""
        return _placed_formula(state, self.things)

    def advise(self, state: State) -> str:
        """Return the next command towards it."""
        placed = self._placed(state)
        taken = set(placed.values()) if self.own else set()
        thing = next(thing for thing in self.things if thing not in placed)
        place = next(
            (p for p in range(len(self.places)) if p not in taken and self._may(thing, p)), 0
        )
        x, y, _, yaw = self.places[place]
        return (
            freed(state, thing) or f"put {_what(state, thing)} at {x:.4f} {y:.4f} turned {yaw:.1f}"
        )

    def _may(self, thing: int, place: int) -> bool:
        return not self.matches or self.matches[self.things.index(thing)][place]

    def _placed(self, state: State) -> dict[int, int]:
        """Return things that are at a place, and its number."""

        def fits(thing: int, place: int) -> bool:
            return self._may(thing, place) and self._is_at(state, thing, place)

        numbers = range(len(self.places))
        if self.own:
            return matched(self.things, numbers, fits)
        at = {thing: [p for p in numbers if fits(thing, p)] for thing in self.things}
        return {thing: places[0] for thing, places in at.items() if places}

    def _is_at(self, state: State, thing: int, place: int) -> bool:
        if thing in state.lifted:
            return False
        *middle, yaw = self.places[place]
        dx, dy, dz = (state.poses[thing, :3] - middle).tolist()
        if dx * dx + dy * dy > self.distance**2 or abs(dz) > HEIGHT:
            return False
        period = state.scene.things[thing].shape.turn
        return is_turned(yaw_of(state, thing) - yaw, period, self.turn)


@dataclass(frozen=True, slots=True)
class Zoned:
    """Things are in given boxes: the metric "zone".

    Attributes:
        things: what is to be moved.
        zones: x, y (metres, of the middle), yaw (degrees), width, depth and height (metres, from the
            table) each.
    """

    things: tuple[int, ...]
    zones: tuple[tuple[float, float, float, float, float, float], ...]

    def share(self, state: State) -> float:
        """Return the share of the things' points that are in a zone."""
        shares = [0.0 if t in state.lifted else self._inside(state, t) for t in self.things]
        total: float = np.array(shares).mean()
        return 1.0 if total > 1 - 1e-9 else float(total)

    def formula(self, state: State) -> Expression:
        """Return it as a PDDL formula: symbols know of no numbers, so it never holds for them."""
        return _placed_formula(state, self.things)

    def advise(self, state: State) -> str:
        """Return the next command towards it."""
        thing = min(self.things, key=lambda thing: (self._inside(state, thing), thing))
        x, y, yaw, *_ = self.zones[self.things.index(thing) % len(self.zones)]
        return (
            freed(state, thing) or f"put {_what(state, thing)} at {x:.4f} {y:.4f} turned {yaw:.1f}"
        )

    def _inside(self, state: State, thing: int) -> float:
        matrix = np.empty((3, 3))
        kernel.rotation(state.poses[thing], matrix)
        local = _GRID * state.scene.things[thing].shape.size
        points = (local[:, None, :] * matrix).sum(axis=2) + state.poses[thing, :3]
        inside = np.zeros(len(points), np.bool_)
        for x, y, yaw, width, depth, height in self.zones:
            c, s = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
            dx, dy = points[:, 0] - x, points[:, 1] - y
            inside |= (
                (np.abs(dx * c + dy * s) <= width / 2)
                & (np.abs(dy * c - dx * s) <= depth / 2)
                & (points[:, 2] <= height)
            )
        return float(inside.mean())


def _placed_formula(state: State, things: tuple[int, ...]) -> Expression:
    placed: list[Expression] = [["placed", symbol(state.scene.names[thing])] for thing in things]
    return ["and", *placed]


def _what(state: State, thing: int) -> str:
    return "it" if state.held == thing else f"the {state.scene.names[thing]}"
