"""Goals: what must hold, how much of it does, in which words, and what to do next about it.

A goal is plain data, so that it can be compared with what its words are read as (`wording.py`).
Things are given by their numbers in the scene.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Literal, Protocol

import numpy as np

from crossworld.envs.core.pddl import Expression
from crossworld.envs.tabletop.facts import symbol
from crossworld.envs.tabletop.relations import RELATIONS
from crossworld.envs.tabletop.scene import Scene
from crossworld.envs.tabletop.state import NOTHING, State

Which = Literal["any", "own", "all"]

PREDICATE = {
    "on": "on",
    "in": "in",
    "left of": "left-of",
    "right of": "left-of",
    "behind": "behind",
    "in front of": "behind",
    "right over": "right-over",
}
"""Relation to its fact; of "right of" and "in front of" the arguments are turned round."""

TURNED = ("right of", "in front of")


class Goal(Protocol):
    """One thing to be achieved."""

    def share(self, state: State) -> float:
        """Return how much of it holds, 0..1."""

    def formula(self, state: State) -> Expression:
        """Return it as a PDDL formula."""

    def advise(self, state: State) -> str:
        """Return a command that brings it nearer; it does not hold yet."""


@dataclass(frozen=True, slots=True)
class Held:
    """A thing is in the gripper."""

    thing: int

    def share(self, state: State) -> float:
        """Return 1 if it is held, else 0."""
        return float(state.held == self.thing)

    def formula(self, state: State) -> Expression:
        """Return it as a PDDL formula."""
        return ["holding", symbol(state.scene.names[self.thing])]

    def advise(self, state: State) -> str:
        """Return the next command towards it."""
        return freed(state, self.thing) or f"pick up the {state.scene.names[self.thing]}"


@dataclass(frozen=True, slots=True)
class Related:
    """Things stand in a relation to others.

    Attributes:
        things: what is to be moved.
        relation: a name of `RELATIONS`.
        targets: to what.
        which: each thing to "any" of the targets, to one of its "own", or to "all" of them.
    """

    things: tuple[int, ...]
    relation: str
    targets: tuple[int, ...]
    which: Which = "any"

    def share(self, state: State) -> float:
        """Return the share of the things that are where they should be."""
        if len(self.things) == len(self.targets) == 1:
            return float(RELATIONS[self.relation](state, self.things[0], self.targets[0]))
        return len(self._placed(state)) / len(self.things)

    def formula(self, state: State) -> Expression:
        """Return it as a PDDL formula."""
        names = state.scene.names
        predicate = PREDICATE[self.relation]

        def atom(thing: int, target: int) -> Expression:
            pair = [symbol(names[thing]), symbol(names[target])]
            return [predicate, *(reversed(pair) if self.relation in TURNED else pair)]

        connective = "and" if self.which == "all" else "or"
        parts: list[Expression] = [
            [connective, *(atom(thing, target) for target in self.targets)] for thing in self.things
        ]
        if self.which == "own":
            parts += [
                ["not", ["and", atom(a, target), atom(b, target)]]
                for target in self.targets
                for i, a in enumerate(self.things)
                for b in self.things[:i]
            ]
        return ["and", *parts]

    def advise(self, state: State) -> str:
        """Return the next command towards it."""
        placed = self._placed(state)
        left = [thing for thing in self.things if thing not in placed]
        thing = state.held if state.held in left else left[0]
        taken = set(placed.values())
        targets = (
            [t for t in self.targets if t not in taken] if self.which == "own" else self.targets
        )
        if self.which == "any":
            # Evenly, so that none gets crowded.
            targets = sorted(targets, key=list(placed.values()).count)
        goal = list(targets) if self.which == "all" else [targets[0]]
        before = freed(state, thing)
        if not before and self.relation in ("on", "right over"):
            before = cleared(state, goal, thing, {*self.things})
        if before:
            return before
        names = state.scene.names
        where = " and ".join(f"the {names[target]}" for target in goal)
        what = "it" if state.held == thing else f"the {names[thing]}"
        relation = "on" if self.relation == "right over" else self.relation
        return f"put {what} {relation} {where}"

    def _placed(self, state: State) -> dict[int, int]:
        """Return things that are where they should be, and the target of each."""
        true = partial(RELATIONS[self.relation], state)
        if self.which == "own":
            return matched(self.things, self.targets, true)
        found = {thing: [t for t in self.targets if true(thing, t)] for thing in self.things}
        needed = len(self.targets) if self.which == "all" else 1
        return {thing: targets[0] for thing, targets in found.items() if len(targets) >= needed}


@dataclass(frozen=True, slots=True)
class Gathered:
    """All pieces of a pile are on one of some painted places.

    Attributes:
        pile: its name.
        targets: the places.
    """

    pile: str
    targets: tuple[int, ...]

    def share(self, state: State) -> float:
        """Return the share of the pieces that are there."""
        pieces = self._pieces(state)
        return sum(any(state.on[piece, t] for t in self.targets) for piece in pieces) / len(pieces)

    def formula(self, state: State) -> Expression:
        """Return it as a PDDL formula."""
        names = state.scene.names
        places: list[Expression] = [
            ["on", symbol(self.pile), symbol(names[target])] for target in self.targets
        ]
        return ["or", *places]

    def advise(self, state: State) -> str:
        """Return the next command towards it."""
        if state.held != NOTHING:
            return "put it on the table"
        return f"sweep the {self.pile} onto the {state.scene.names[self.targets[0]]}"

    def _pieces(self, state: State) -> list[int]:
        return [i for i, thing in enumerate(state.scene.things) if thing.pile == self.pile]


@dataclass(frozen=True)
class Goals:
    """All goals of a task, in the order in which they are best reached.

    Attributes:
        goals: what must hold at once in the end.
        words: each as a sentence.
        weights: what each counts for; equal if empty.
    """

    goals: tuple[Goal, ...]
    words: tuple[str, ...]
    weights: tuple[float, ...] = field(default=())

    @cached_property
    def in_air(self) -> bool:
        """Whether a goal is to hold something."""
        return any(isinstance(goal, Held) for goal in self.goals)

    @property
    def mission(self) -> str:
        """The task as one sentence."""
        return ", then ".join(self.words)

    def shares(self, state: State) -> list[float]:
        """Return how much of each goal holds."""
        return [goal.share(state) for goal in self.goals]

    def start_shares(self, scene: Scene) -> list[float]:
        """Return how much of each goal holds before anything is done."""
        return self.shares(State.first(scene))

    def progress(self, state: State) -> float:
        """Return how much of the task is done: exactly 1 if every goal holds."""
        shares = self.shares(state)
        if min(shares) >= 1:
            return 1.0
        weights = self.weights or (1.0,) * len(shares)
        done = 0.0
        for share, weight in zip(shares, weights, strict=True):
            done += share * weight
        return min(done / math.fsum(weights), 1 - 1e-6)

    def advise(self, state: State) -> str:
        """Return the next command of the oracle, "" when everything is done."""
        for goal in self.goals:
            if goal.share(state) < 1:
                return goal.advise(state)
        return ""

    def formula(self, state: State) -> Expression:
        """Return them as one PDDL formula."""
        return ["and", *(goal.formula(state) for goal in self.goals)]


def freed(state: State, thing: int) -> str:
    """Return a command that has to come before a thing can be moved, "" if it can be."""
    if state.held == thing:
        return ""
    if state.held != NOTHING:
        return "put it on the table"
    return _unstacked(state, state.burden(thing))


def cleared(state: State, targets: list[int], thing: int, but: set[int]) -> str:
    """Return a command that takes off solid targets what lies on them, "" if nothing has to be.

    Args:
        state: where everything is.
        targets: what the thing is to lie on, all at once.
        thing: what is to lie there.
        but: things that stay.
    """
    burden: set[int] = set()
    for target in targets:
        if state.scene.things[target].shape.role != "solid":
            continue
        over = {int(b) for b in np.flatnonzero(state.on[:, target])} - {thing} - but
        if len(targets) > 1:
            # What spans one of them and its other neighbour leaves room beside it.
            over = {b for b in over if {*np.flatnonzero(state.on[b]).tolist()} <= {*targets}}
        for other in over:
            burden |= {other, *state.riders(other)}
    burden -= {thing} | but
    if not burden:
        return ""
    if state.held != NOTHING:
        return "put it on the table"
    return _unstacked(state, burden)


def _unstacked(state: State, burden: Collection[int]) -> str:
    """Return the command that puts the uppermost of some things on the table, "" for none.

    Of those that can be lifted, if there are any.
    """
    if not burden:
        return ""
    top = max(burden, key=lambda thing: (state.is_liftable(thing), state.poses[thing, 2], thing))
    return f"put the {state.scene.names[top]} on the table"


def matched(
    things: Sequence[int], targets: Sequence[int], fits: Callable[[int, int], bool]
) -> dict[int, int]:
    """Return a largest set of pairs of things and targets that fit, each used once."""
    pairs: dict[int, int] = {}  # target to thing

    def give(thing: int, tried: set[int]) -> bool:
        for target in targets:
            if target not in tried and fits(thing, target):
                tried.add(target)
                if target not in pairs or give(pairs[target], tried):
                    pairs[target] = thing
                    return True
        return False

    for thing in things:
        give(thing, set())
    return {thing: target for target, thing in pairs.items()}
