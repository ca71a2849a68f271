"""From a simulator's metadata to facts: ours, or AI2-THOR's of any version.

Every rule is stated in `docs/metadata.md`. What AI2-THOR's records cannot say (where a receptacle is
used from, what was cleaned) follows a rule as well; our own metadata state under one key of their own
where the rules are wrong, so that the facts come out exactly.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from statistics import fmean
from typing import Any

from crossworld.envs.core.errors import MetadataError
from crossworld.envs.core.pddl import Atom
from crossworld.envs.household.bodies import box_of
from crossworld.envs.household.catalogue import ADMITS, OBJECT_TYPES
from crossworld.envs.household.compile import PREDICATES
from crossworld.envs.household.standing import agent_pose, location, pose_before
from crossworld.envs.household.thor_names import BASINS, Point, symbol_of, type_of
from crossworld.envs.household.thor_records import Scene, Thing, read_scene

AGENT = "agent1"
"""The agent's symbol in every official game."""

DOORS = frozenset({"Cabinet", "Drawer", "Fridge", "Microwave", "Safe"})
"""Receptacle types that ALFRED opens; AI2-THOR opens more."""

_BY_CATALOGUE = ("cleanable", "heatable", "coolable", "isReceptacleObject")
_BY_BOTH = ("toggleable", "sliceable")
_TEMPERATURES: Mapping[str, str] = {"Hot": "isHot", "Cold": "isCool"}


def metadata_to_facts(metadata: Mapping[str, Any]) -> frozenset[Atom]:
    """Return the facts that a simulator's metadata state.

    Args:
        metadata: `event.metadata` of AI2-THOR 2.1 to 5.0, or an environment's `scene_metadata()`,
            with or without a detour through JSON.

    Raises:
        MetadataError: it is neither.
    """
    scene = read_scene(metadata)
    stated = frozenset(stated_facts(scene))
    if scene.own is None:
        return stated
    return stated - _own_facts(scene.own, "false") | _own_facts(scene.own, "true")


def stated_facts(scene: Scene) -> Iterator[Atom]:
    """Yield what records and rules say, without corrections."""
    pose = agent_pose(scene.agent, scene.yaw, scene.horizon)
    yield Atom("atLocation", (AGENT, symbol_of(location(pose))))
    places = _places(scene)
    for receptacle, place in places.items():
        yield Atom("receptacleAtLocation", (receptacle, place))
    for thing in scene.things.values():
        yield from _receptacle(thing) if thing.kind in ADMITS else _object(thing)
    yield from _admissions(scene.things.values())
    inside, vessels = _containment(scene)
    for symbol, receptacles in inside.items():
        for receptacle in receptacles:
            yield Atom("inReceptacle", (symbol, receptacle))
            if receptacle in places:
                yield Atom("objectAtLocation", (symbol, places[receptacle]))
    for symbol, around in vessels.items():
        for vessel in around:
            yield Atom("inReceptacleObject", (symbol, vessel))


def _object_kind(thing: Thing) -> str:
    """Return the object type that a thing counts as, "" for one that ALFRED lacks."""
    kind = thing.kind.removesuffix("Sliced")
    return kind if kind in OBJECT_TYPES else ""


def _places(scene: Scene) -> dict[str, str]:
    """Return the location of every receptacle: as our own key has it, or else before its body."""
    given = (scene.own or {}).get("places", {})
    if not isinstance(given, dict) or not all(isinstance(place, str) for place in given.values()):
        raise _damaged("places")
    places = {symbol_of(name): symbol_of(place) for name, place in given.items()}
    places = {symbol: place for symbol, place in places.items() if symbol in scene.things}
    bodies = {
        thing.symbol: _body(thing)
        for thing in scene.things.values()
        if thing.kind in ADMITS and thing.symbol not in places
    }
    if bodies:
        middle = scene.middle or _middle(bodies.values())
        for symbol, body in bodies.items():
            pose = pose_before(*body, scene.eye, middle, scene.standing)
            places[symbol] = symbol_of(location(pose))
    return places


def _body(thing: Thing) -> tuple[Point, Point]:
    """Return the box of a receptacle, the same whether it is open or not."""
    if thing.kind in DOORS and thing.point is not None:
        box = box_of(thing.kind, thing.point, round(thing.yaw / 90))
        return box[:3], box[3:]
    return thing.least, thing.greatest


def _middle(boxes: Collection[tuple[Point, Point]]) -> Point:
    x, y, z = (fmean(corner[axis] for box in boxes for corner in box) for axis in range(3))
    return x, y, z


def _receptacle(thing: Thing) -> Iterator[Atom]:
    yield Atom("receptacleType", (thing.symbol, type_of(thing.kind)))
    if thing.openable and thing.kind in DOORS:
        yield Atom("openable", (thing.symbol,))
        if thing.opened:
            yield Atom("opened", (thing.symbol,))


def _object(thing: Thing) -> Iterator[Atom]:
    symbol = thing.symbol
    if thing.held:
        yield Atom("holds", (AGENT, symbol))
        yield Atom("holdsAny", (AGENT,))
    if predicate := _TEMPERATURES.get(thing.temperature):
        yield Atom(predicate, (symbol,))
    kind = _object_kind(thing)
    if not kind:
        return
    properties = OBJECT_TYPES[kind]
    yield Atom("objectType", (symbol, type_of(kind)))
    if thing.pickupable:
        yield Atom("pickupable", (symbol,))
    for predicate in _BY_CATALOGUE:
        if predicate in properties:
            yield Atom(predicate, (symbol,))
    for predicate in _BY_BOTH:
        if predicate in properties and getattr(thing, predicate):
            yield Atom(predicate, (symbol,))
    if thing.toggled and "toggleable" in properties:
        yield Atom("isToggled", (symbol,))
    if "sliceable" in properties and (thing.sliced or thing.kind != kind):
        yield Atom("isSliced", (symbol,))


def _admissions(things: Collection[Thing]) -> Iterator[Atom]:
    """Yield what fits where, of the types that are there."""
    kinds = set(map(_object_kind, things))
    for receptacle in {thing.kind for thing in things} & ADMITS.keys():
        for kind in kinds.intersection(ADMITS[receptacle]):
            yield Atom("canContain", (type_of(receptacle), type_of(kind)))


def _containment(scene: Scene) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return what is in which receptacles, and what is in which receptacle objects."""
    things = scene.things
    inside: dict[str, set[str]] = defaultdict(set)
    vessels: dict[str, set[str]] = defaultdict(set)
    for inner, outer in _pairs(scene):
        around = things[outer]
        basin = f"{outer}_bar_{BASINS.get(around.kind, '').lower()}"
        if around.kind in ADMITS:
            inside[inner].add(outer)
        elif "isReceptacleObject" in OBJECT_TYPES.get(around.kind, ()):
            vessels[inner].add(outer)
        elif basin in things:
            inside[inner].add(basin)
    # What stands in a bowl stands where the bowl stands. Bowls nest; their depth ends the search.
    for _ in range(len(vessels)):
        lifted: dict[str, set[str]] = {
            inner: set().union(*(inside.get(vessel, ()) for vessel in around))
            for inner, around in vessels.items()
            if not inside.get(inner) and not things[inner].held
        }
        if not any(lifted.values()):
            break
        inside.update({inner: places for inner, places in lifted.items() if places})
    return inside, vessels


def _pairs(scene: Scene) -> Iterator[tuple[str, str]]:
    """Yield objects and what they are in, from whichever of the two records says so."""
    things = scene.things
    for thing in things.values():
        pairs = [(thing.symbol, outer) for outer in thing.parents]
        pairs += [(inner, thing.symbol) for inner in thing.contents]
        for inner, outer in pairs:
            if inner in things and outer in things and things[inner].kind not in ADMITS:
                yield inner, outer


def _own_facts(own: Mapping[str, Any], key: str) -> frozenset[Atom]:
    """Return the facts of one part of our own key."""
    try:
        facts = frozenset(
            Atom(predicate, tuple(map(symbol_of, names)))
            for predicate, rows in own.get(key, {}).items()
            for names in rows
        )
    except (AttributeError, TypeError) as error:
        raise _damaged(key) from error
    if any(len(PREDICATES.get(fact.predicate, ())) != len(fact.args) for fact in facts):
        raise _damaged(key)
    return facts


def _damaged(key: str) -> MetadataError:
    return MetadataError(
        f"metadata: {key!r} of our own key is damaged; take the metadata from scene_metadata()."
    )
