"""The state as facts, and the rules in PDDL.

| fact | meaning |
|---|---|
| `(on a b)`, `(in a b)` | a stands on b, is in b; of a pile: all of it |
| `(on-table a)` | it stands on nothing else and is in nothing |
| `(holding a)`, `(handempty)` | |
| `(clear a)` | it can be picked up as it is |
| `(left-of a b)`, `(behind a b)` | all of a is farther left, farther back than all of b |
| `(right-over a b)` | a lies over the outline b, turned as it is |
| `(region a r)` | a stands in this ninth of the table |
| `(movable a)` | it is not fixed |
| `(hidden a)` | no camera sees it: too few pixels at 64 x 64 |
| `(placed a)` | never stated: stands for a goal that is a place in numbers |
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from crossworld.envs.core.pddl import Action, Atom, Domain, parse, write_domain
from crossworld.envs.tabletop.relations import (
    REGIONS,
    entities,
    is_behind,
    is_fitted,
    is_left_of,
    region_of,
)
from crossworld.envs.tabletop.scene import Scene
from crossworld.envs.tabletop.state import NOTHING, State
from crossworld.envs.tabletop.visual.seen import hidden

PREDICATES: Mapping[str, tuple[str, ...]] = {
    "on": ("thing", "thing"),
    "in": ("thing", "thing"),
    "on-table": ("thing",),
    "holding": ("thing",),
    "handempty": (),
    "clear": ("thing",),
    "left-of": ("thing", "thing"),
    "behind": ("thing", "thing"),
    "right-over": ("thing", "thing"),
    "region": ("thing", "place"),
    "movable": ("thing",),
    "hidden": ("thing",),
    "placed": ("thing",),
}


def symbol(name: str) -> str:
    """Return a name as PDDL takes it."""
    return name.replace(" ", "-")


def spoken(word: str) -> str:
    """Return the name that a symbol stands for."""
    return word.replace("-", " ")


PLACES = tuple(symbol(region) for row in REGIONS for region in row)


def facts(state: State) -> frozenset[Atom]:
    """Return a state as facts."""
    return frozenset(_facts(state))


def _facts(state: State) -> Iterator[Atom]:
    scene = state.scene
    groups = entities(scene)
    lifted = set(state.lifted)
    if state.held == NOTHING:
        yield Atom("handempty", ())
    else:
        yield Atom("holding", (symbol(scene.names[state.held]),))
    for name in hidden(state):
        yield Atom("hidden", (symbol(name),))
    for name, things in groups.items():
        word, first = symbol(name), things[0]
        thing = scene.things[first]
        if not thing.fixed:
            yield Atom("movable", (word,))
            if not thing.pile and first != state.held and not state.burden(first):
                yield Atom("clear", (word,))
        if first == state.held:
            continue
        standing = False
        for other, others in groups.items():
            if other == name:
                continue
            for predicate, table in (("on", state.on), ("in", state.inside)):
                if all(table[a, others[0]] for a in things):
                    standing = True
                    yield Atom(predicate, (word, symbol(other)))
            if len(things) == 1 and is_fitted(state, first, others[0]):
                yield Atom("right-over", (word, symbol(other)))
        if not standing:
            yield Atom("on-table", (word,))
        if first in lifted:
            continue
        yield Atom("region", (word, symbol(region_of(state, things))))
        for other, others in groups.items():
            if other != name and len(things) == len(others) == 1:
                if is_left_of(state, first, others[0]):
                    yield Atom("left-of", (word, symbol(other)))
                if is_behind(state, first, others[0]):
                    yield Atom("behind", (word, symbol(other)))


_FORGET = """
  (forall (?y - thing) (and (not (on ?x ?y)) (not (in ?x ?y)) (not (right-over ?x ?y))
    (not (left-of ?x ?y)) (not (left-of ?y ?x)) (not (behind ?x ?y)) (not (behind ?y ?x))))
  (forall (?p - place) (not (region ?x ?p)))
"""
"""What is no longer known of a thing that has been picked up: where it goes is up to geometry."""

_ACTIONS = {
    "pick-up": (
        {"?x": "thing"},
        "(and (handempty) (movable ?x) (clear ?x))",
        f"""(and (holding ?x) (not (handempty)) (not (clear ?x)) (not (on-table ?x))
          (forall (?y - thing) (when (and (on ?x ?y) (movable ?y)) (clear ?y))) {_FORGET})""",
    ),
    "put-on-table": (
        {"?x": "thing"},
        "(holding ?x)",
        "(and (not (holding ?x)) (handempty) (clear ?x) (on-table ?x))",
    ),
    "put-on": (
        {"?x": "thing", "?y": "thing"},
        "(and (holding ?x) (not (= ?x ?y)))",
        """(and (not (holding ?x)) (handempty) (clear ?x) (on ?x ?y)
          (when (movable ?y) (not (clear ?y))))""",
    ),
    "put-in": (
        {"?x": "thing", "?y": "thing"},
        "(and (holding ?x) (not (= ?x ?y)))",
        "(and (not (holding ?x)) (handempty) (clear ?x) (in ?x ?y))",
    ),
    "put-left-of": (
        {"?x": "thing", "?y": "thing"},
        "(and (holding ?x) (not (= ?x ?y)))",
        "(and (not (holding ?x)) (handempty) (clear ?x) (on-table ?x) (left-of ?x ?y))",
    ),
    "put-behind": (
        {"?x": "thing", "?y": "thing"},
        "(and (holding ?x) (not (= ?x ?y)))",
        "(and (not (holding ?x)) (handempty) (clear ?x) (on-table ?x) (behind ?x ?y))",
    ),
    "sweep": (
        {"?x": "thing", "?y": "thing"},
        "(and (handempty) (movable ?x) (not (= ?x ?y)))",
        "(and (not (on-table ?x)) (on ?x ?y))",
    ),
    "put-right-over": (
        {"?x": "thing", "?y": "thing"},
        "(and (holding ?x) (not (= ?x ?y)))",
        "(and (not (holding ?x)) (handempty) (clear ?x) (on ?x ?y) (right-over ?x ?y))",
    ),
}


@lru_cache(maxsize=1)
def domain() -> str:
    """Return the rules of picking and placing as symbols know them: geometry is left out."""
    return write_domain(
        Domain(
            name="tabletop",
            requirements=(":adl",),
            types={"thing": "object", "place": "object"},
            predicates=PREDICATES,
            functions=[],
            actions={
                name: Action(name, parameters, parse(before), parse(after))
                for name, (parameters, before, after) in _ACTIONS.items()
            },
        )
    )


def declared(scene: Scene) -> dict[str, str]:
    """Return the objects of a scene's problems, with their types."""
    words = [symbol(name) for name in entities(scene)]
    return dict.fromkeys(words, "thing") | dict.fromkeys(PLACES, "place")
