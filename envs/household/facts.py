"""The household's state as facts and as a PDDL problem.

Facts keep the symbols of the game file, in lower case, and the domain's spelling of predicates.
What was taken from where is stated with the domain's own `wasInReceptacle`: the text's "next to it"
listing depends on it, so that facts determine the text.
"""

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from crossworld.envs.core.pddl import Atom, write_problem
from crossworld.envs.household.compile import STATE_BITS
from crossworld.envs.household.game import OBJECT_FLAGS, Game
from crossworld.envs.household.goal import write_goal
from crossworld.envs.household.state import State, bits


def facts(state: State) -> frozenset[Atom]:
    """Return every fact that holds in a state, static ones included."""
    return frozenset((*_static(state.game), *_dynamic(state)))


def problem(state: State) -> str:
    """Write a state and its goal as a PDDL problem in the domain of `domain()`."""
    game = state.game
    atoms = facts(state)
    kinds: dict[str, str] = {game.agent: "agent"}
    kinds |= dict.fromkeys(game.object_symbols, "object")
    kinds |= dict.fromkeys(game.receptacle_symbols, "receptacle")
    kinds |= dict.fromkeys(game.location_symbols, "location")
    spec = game.goal.spec
    rtypes = {*game.receptacle_types, *game.can_contain, spec.receptacle_type}
    otypes = {*game.object_types, *(t for types in game.can_contain.values() for t in types)}
    otypes |= {spec.object_type, spec.lamp_type}
    kinds |= dict.fromkeys(sorted(rtypes - {""}), "rtype")
    kinds |= dict.fromkeys(sorted(otypes - {""}), "otype")
    return write_problem(
        name="household",
        domain="alfred",
        objects=kinds,
        init=atoms,
        goal=write_goal(spec),
        metric="minimize (total-cost)",
    )


@lru_cache(maxsize=1)
def domain() -> str:
    """Return the household's rules in PDDL: this package's own text, upstream's predicates."""
    return (files("crossworld.envs.household") / "data" / "domain.pddl").read_text("utf-8")


def _static(game: Game) -> Iterator[Atom]:
    objects, receptacles = game.object_symbols, game.receptacle_symbols
    for symbol, kind in zip(objects, game.object_types, strict=True):
        if kind:
            yield Atom("objectType", (symbol, kind))
    for symbol, kind in zip(receptacles, game.receptacle_types, strict=True):
        yield Atom("receptacleType", (symbol, kind))
    for symbol, place in zip(receptacles, game.location_of, strict=True):
        yield Atom("receptacleAtLocation", (symbol, game.location_symbols[place]))
    for r in bits(game.openable):
        yield Atom("openable", (receptacles[r],))
    for flag in OBJECT_FLAGS:
        for o in bits(game.flags[flag]):
            yield Atom(flag, (objects[o],))
    for rtype, types in game.can_contain.items():
        for otype in types:
            yield Atom("canContain", (rtype, otype))
    for outer, inside in game.inner.items():
        for inner in inside:
            yield Atom("inReceptacleObject", (objects[inner], objects[outer]))
    for predicate, *args in game.other_facts:
        yield Atom(predicate, tuple(args))


def _dynamic(state: State) -> Iterator[Atom]:
    game = state.game
    objects, receptacles = game.object_symbols, game.receptacle_symbols
    locations = game.location_symbols
    yield Atom("atLocation", (game.agent, locations[state.location]))
    if state.held >= 0:
        yield Atom("holds", (game.agent, objects[state.held]))
        yield Atom("holdsAny", (game.agent,))
    for r in bits(state.opened):
        yield Atom("opened", (receptacles[r],))
    for r, contents in enumerate(state.contents):
        for o in bits(contents):
            yield Atom("inReceptacle", (objects[o], receptacles[r]))
    for place, recorded in enumerate(state.at):
        for o in bits(recorded):
            yield Atom("objectAtLocation", (objects[o], locations[place]))
    # Nothing else tells of a starting place that was left, and locations are numbered by the facts.
    for place in range(len(locations)):
        if place != state.location and not game.here[place] and not state.at[place]:
            yield Atom("examined", (locations[place],))
    for o, r in state.removed:
        yield Atom("wasInReceptacle", (objects[o], receptacles[r]))
    for bit, predicate in STATE_BITS.items():
        for o in bits(getattr(state, bit)):
            yield Atom(predicate, (objects[o],))
