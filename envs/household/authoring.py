"""Writing games: a room described in Python becomes a `game.tw-pddl` file in the official format.

The domain and grammar are this package's own texts; the real alfworld plays such files too.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from crossworld.envs.core.errors import GameError
from crossworld.envs.core.pddl import Atom, Problem, parse, write_problem
from crossworld.envs.household import facts
from crossworld.envs.household.catalogue import ADMITS, OBJECT_TYPES
from crossworld.envs.household.compile import compile_problem
from crossworld.envs.household.experts.planner import plan
from crossworld.envs.household.goal import GoalSpec, write_goal
from crossworld.envs.household.versions import VERSIONS

_PLACEHOLDER = "TASK SENTENCE"
_BASINS = {"SinkBasin": "Sink", "BathtubBasin": "Bathtub"}

Point = tuple[float, float, float]
Pose = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Furniture:
    """A receptacle.

    Attributes:
        kind: its type, a key of `catalogue.ADMITS`.
        at: x, y (up), z in metres.
        seen_from: the agent's pose at it: x and z in quarter metres, quarter turns clockwise, camera
            pitch in degrees.
        openable: whether it has a door.
    """

    kind: str
    at: Point
    seen_from: Pose
    openable: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An object.

    Attributes:
        kind: its type, a key of `catalogue.OBJECT_TYPES`.
        at: x, y (up), z in metres.
        inside: numbers of the furniture that it is in; usually one, none for what stands in the room.
        holds: numbers of the items statically inside it.
        cool: whether it starts cool.
        seen_from: the agent's pose at it; None stands for that at the first furniture it is in, or
            else the agent's first pose.
    """

    kind: str
    at: Point
    inside: tuple[int, ...] = ()
    holds: tuple[int, ...] = ()
    cool: bool = False
    seen_from: Pose | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A room with everything in it.

    Attributes:
        start: the agent's first pose.
        furniture, items: what is in it.
        admits: receptacle type to the object types that can be placed in it.
    """

    start: Pose
    furniture: tuple[Furniture, ...]
    items: tuple[Item, ...]
    admits: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: ADMITS)


def write_game(room: Room, goal: GoalSpec, sentence: str) -> dict[str, Any]:
    """Return the content of a `game.tw-pddl` file.

    `goal` names types as the catalogue does, with "Type" at the end (`MugType`).

    Raises:
        GameError: the goal cannot be reached in this room.
    """
    game = compile_problem(problem_of(room, goal), sentence, VERSIONS["wheel"])
    walkthrough = plan(game.start)
    if walkthrough is None:
        raise GameError(f"{sentence!r} cannot be done in this room; check what admits what.")
    return {
        "pddl_domain": facts.domain(),
        "grammar": _grammar().replace(_PLACEHOLDER, json.dumps(sentence)[1:-1]),
        "pddl_problem": problem_text(room, goal),
        "solvable": True,
        "walkthrough": walkthrough,
    }


def write_game_text(room: Room, goal: GoalSpec, sentence: str) -> str:
    """Return a `game.tw-pddl` file's text: one line of JSON, as upstream writes it."""
    return json.dumps(write_game(room, goal, sentence))


def problem_text(room: Room, goal: GoalSpec) -> str:
    """Return a room and a goal as the text of a PDDL problem, in upstream's spelling.

    Raises:
        ValueError: two things of a kind are at the same place.
    """
    objects, init = _declared(room)
    return write_problem(
        name="household",
        domain="alfred",
        objects=objects,
        init=init,
        goal=write_goal(goal),
        metric="minimize (total-cost)",
    )


def problem_of(room: Room, goal: GoalSpec) -> Problem:
    """Return what `read_problem(problem_text(room, goal))` returns, sooner, its facts unsorted."""
    objects, init = _declared(room)
    return Problem(
        name="household",
        domain="alfred",
        objects={symbol.lower(): kind for symbol, kind in objects.items()},
        init=[[atom.predicate.lower(), *map(str.lower, atom.args)] for atom in init],
        goal=parse(write_goal(goal)),
    )


def _declared(room: Room) -> tuple[dict[str, str], list[Atom]]:
    """Return a room's symbols with their types, and its facts."""
    furniture = [_furniture_symbol(f) for f in room.furniture]
    items = [_symbol(item.kind, item.at) for item in room.items]
    twice = [symbol for symbol, n in Counter(furniture + items).items() if n > 1]
    if twice:
        raise ValueError(f"room: two things are called {twice[0]!r}; move one of them.")
    poses = {room.start, *(f.seen_from for f in room.furniture)}
    poses |= {_seen_from(item, room) for item in room.items}
    kinds = {"agent1": "agent"}
    kinds |= dict.fromkeys(items, "object") | dict.fromkeys(furniture, "receptacle")
    kinds |= dict.fromkeys(sorted(map(_location, poses)), "location")
    kinds |= _TYPES
    return kinds, list(_atoms(room, furniture, items))


_TYPES = {f"{kind}Type": "rtype" for kind in sorted(ADMITS)}
_TYPES |= {f"{kind}Type": "otype" for kind in sorted(OBJECT_TYPES)}


def _atoms(room: Room, furniture: list[str], items: list[str]) -> Iterator[Atom]:
    yield Atom("atLocation", ("agent1", _location(room.start)))
    present = {item.kind for item in room.items}
    for kind in sorted({f.kind for f in room.furniture}):
        for admitted in room.admits[kind]:
            if admitted in present:
                yield Atom("canContain", (f"{kind}Type", f"{admitted}Type"))
    for symbol, piece in zip(furniture, room.furniture, strict=True):
        yield Atom("receptacleType", (symbol, f"{piece.kind}Type"))
        yield Atom("receptacleAtLocation", (symbol, _location(piece.seen_from)))
        if piece.openable:
            yield Atom("openable", (symbol,))
    for symbol, item in zip(items, room.items, strict=True):
        yield Atom("objectType", (symbol, f"{item.kind}Type"))
        for predicate in OBJECT_TYPES[item.kind]:
            yield Atom(predicate, (symbol,))
        for number in item.inside:
            yield Atom("inReceptacle", (symbol, furniture[number]))
        yield Atom("objectAtLocation", (symbol, _location(_seen_from(item, room))))
        for number in item.holds:
            yield Atom("inReceptacleObject", (items[number], symbol))
        if item.cool:
            yield Atom("isCool", (symbol,))


def _seen_from(item: Item, room: Room) -> Pose:
    if item.seen_from is not None:
        return item.seen_from
    return room.furniture[item.inside[0]].seen_from if item.inside else room.start


def _furniture_symbol(piece: Furniture) -> str:
    outer = _BASINS.get(piece.kind)
    if outer is None:
        return _symbol(piece.kind, piece.at)
    return f"{_symbol(outer, piece.at)}_bar_{piece.kind}"


def _symbol(kind: str, at: Point) -> str:
    """Encode a type and a place as upstream does: `Mug_bar__plus_01_dot_20_bar_...`."""
    return "_bar_".join((kind, *map(_coordinate, at)))


@lru_cache(maxsize=4096)
def _coordinate(value: float) -> str:
    sign = "_minus_" if value < 0 else "_plus_"
    return f"{sign}{abs(value):05.2f}".replace(".", "_dot_")


@lru_cache(maxsize=4096)
def _location(pose: Pose) -> str:
    return "_bar_".join(("loc", *(f"_minus_{-v}" if v < 0 else str(v) for v in pose)))


@lru_cache(maxsize=1)
def _grammar() -> str:
    return (files("crossworld.envs.household") / "data" / "grammar.twl2").read_text("utf-8")
