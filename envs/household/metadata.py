"""The household's state as a simulator's metadata, in AI2-THOR's schema.

The keys are those of AI2-THOR 3 to 5 at once, old names beside new ones, so that code written for any
of them finds its own. What nothing in this world does (break, fill, cook, get dirty) is said not to
happen. What the schema has no place for stands under one key of our own, see `docs/metadata.md`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, dist, radians, sin
from typing import Any

from crossworld.envs.core.pddl import Atom
from crossworld.envs.household import engine
from crossworld.envs.household.bodies import BODIES, box_of
from crossworld.envs.household.engine import Event
from crossworld.envs.household.facts import facts
from crossworld.envs.household.from_metadata import stated_facts
from crossworld.envs.household.game import Game
from crossworld.envs.household.standing import GRID, Pose
from crossworld.envs.household.state import State, bits
from crossworld.envs.household.thor_names import Point, kind_of, object_id, point_of, spell
from crossworld.envs.household.thor_records import OWN, read_scene

AGENT_HEIGHT = 0.9
"""Height of the agent's point above the floor, metres."""

ACTIONS: Mapping[str, str] = {
    engine.NOTHING: "",  # an event does not keep which action was not possible
    engine.OPENING: "Initialize",
    **dict.fromkeys(
        (engine.LOOK, engine.INVENTORY, engine.HELP, engine.EXAMINE, engine.EXAMINE_OBJECT), "Pass"
    ),
    engine.GO: "GotoLocation",
    engine.OPEN: "OpenObject",
    engine.CLOSE: "CloseObject",
    engine.TAKE: "PickupObject",
    engine.PLACE: "PutObject",
    engine.CLEAN: "CleanObject",
    engine.HEAT: "HeatObject",
    engine.COOL: "CoolObject",
    engine.USE: "ToggleObjectOn",
    engine.SLICE: "SliceObject",
}
"""Verb to the action that AI2-THOR, or ALFRED on top of it, has for it."""

_NEVER: Mapping[str, Any] = {
    "assetId": "",
    "breakable": False,
    "isBroken": False,
    "canFillWithLiquid": False,
    "isFilledWithLiquid": False,
    "fillLiquid": None,
    "dirtyable": False,
    "isDirty": False,
    "canBeUsedUp": False,
    "isUsedUp": False,
    "cookable": False,
    "isCooked": False,
    "moveable": False,
    "isMoving": False,
    "mass": 0.0,
    "salientMaterials": None,
    "controlledObjects": None,
    "objectOrientedBoundingBox": None,
}
_QUIET: Mapping[str, Any] = {
    "isSceneAtRest": True,
    "arm": None,
    "agentId": 0,
    "cameraOrthSize": 0.0,
    "collided": False,
    "colors": None,
    "colorBounds": None,
    "visibleRange": None,
    "currentTime": 0.0,
    "errorCode": None,
    "actionReturn": None,
    "actionIntReturn": 0,
    "actionFloatReturn": 0.0,
}
_EMPTY = (
    "thirdPartyCameras", "collidedObjects", "flatSurfacesOnGrid", "distances", "normals",
    "isOpenableGrid", "segmentedObjectIds", "objectIdsInBox", "actionStringsReturn",
    "actionFloatsReturn", "actionVector3sReturn",
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """What the visual side knows of a state.

    Attributes:
        boxes: PDDL symbol to least and greatest corner, in metres, of what is drawn of it; without
            what is not drawn, for example behind a closed door.
        yaws: PDDL symbol to degrees, clockwise from above.
        seen: PDDL symbol to left, top, right and bottom (the last two exclusive), in pixels, of what
            has pixels in the frame.
        camera: its place, yaw and pitch (positive down) and vertical field of view, in degrees.
        size: side of the image in pixels.
        room: least and greatest corner of the room.
    """

    boxes: Mapping[str, tuple[Point, Point]]
    yaws: Mapping[str, float]
    seen: Mapping[str, tuple[int, int, int, int]]
    camera: tuple[Point, float, float, float]
    size: int
    room: tuple[Point, Point]


def scene_metadata(state: State, event: Event, drawn: Drawn) -> dict[str, Any]:
    """Return the metadata of a state: JSON-able, and the caller's to keep.

    `metadata_to_facts` reads it back as exactly `facts(state)`.

    Args:
        state: where everything is.
        event: what has led to it.
        drawn: how it is drawn.
    """
    game = state.game
    agent = _Agent.of(state, drawn)
    symbols = (*game.receptacle_symbols, *game.object_symbols)
    seen = {symbol: object_id(symbol) for symbol in symbols if symbol in drawn.seen}
    metadata: dict[str, Any] = {
        "objects": list(_records(state, drawn, agent)),
        "agent": {
            "name": "agent",
            "position": _vector(agent.at),
            "rotation": _vector((0.0, agent.yaw, 0.0)),
            "cameraHorizon": agent.horizon,
            "isStanding": True,
            "inHighFrictionArea": False,
        },
        "inventoryObjects": [
            {"objectId": object_id(game.object_symbols[o]), "objectType": kind_of(_type(game, o))}
            for o in ([] if state.held < 0 else [state.held])
        ],
        **{key: _hand(state, drawn, agent) for key in ("hand", "heldObjectPose")},
        "sceneName": "household",
        "sceneBounds": _box(*drawn.room),
        "reachablePositions": [_vector(place) for place in _places(game)],
        "fov": float(drawn.camera[3]),
        "cameraPosition": _vector(drawn.camera[0]),
        "screenWidth": int(drawn.size),
        "screenHeight": int(drawn.size),
        "instanceDetections2D": {
            seen[symbol]: [int(edge) for edge in drawn.seen[symbol]] for symbol in seen
        },
        "lastAction": ACTIONS[event.verb],
        "lastActionSuccess": event.valid,
        "errorMessage": event.feedback,
        **_QUIET,
        **{key: [] for key in _EMPTY},
    }
    metadata[OWN] = {
        "places": {
            object_id(symbol): spell(game.location_symbols[place])
            for symbol, place in zip(game.receptacle_symbols, game.location_of, strict=True)
        }
    }
    stated = frozenset(stated_facts(read_scene(metadata)))
    true = facts(state)
    metadata[OWN] |= {"true": _table(true - stated), "false": _table(stated - true)}
    return metadata


def _table(atoms: Collection[Atom]) -> dict[str, list[list[str]]]:
    """Return facts by predicate, in AI2-THOR's spelling."""
    table: dict[str, list[list[str]]] = defaultdict(list)
    for predicate, symbols in sorted(atoms):
        table[predicate].append([spell(symbol) for symbol in symbols])
    return dict(table)


# Records


def _records(state: State, drawn: Drawn, agent: "_Agent") -> Iterator[dict[str, Any]]:
    game = state.game
    objects = [object_id(symbol) for symbol in game.object_symbols]
    receptacles = [object_id(symbol) for symbol in game.receptacle_symbols]
    parents: list[list[str]] = [[] for _ in objects]
    for r, contents in enumerate(state.contents):
        for o in bits(contents):
            parents[o].append(receptacles[r])
    for vessel, inside in game.inner.items():
        for o in inside:
            parents[o].append(objects[vessel])
    for r, symbol in enumerate(game.receptacle_symbols):
        kind = kind_of(game.receptacle_types[r])
        yield {
            **_record(symbol, game.receptacle_names[r], kind, _body(game, r), drawn, agent),
            "receptacle": True,
            "receptacleObjectIds": [objects[o] for o in bits(state.contents[r])],
            "parentReceptacles": None,
            "openable": bool(game.openable >> r & 1),
            "isOpen": bool(state.opened >> r & 1),
            "openness": float(state.opened >> r & 1),
            **dict.fromkeys(("canChangeTempToHot", "isHeatSource"), kind == "Microwave"),
            **dict.fromkeys(("canChangeTempToCold", "isColdSource"), kind == "Fridge"),
        }
    for o, symbol in enumerate(game.object_symbols):
        vessel = bool(game.flags["isReceptacleObject"] >> o & 1)
        heat = "Hot" if state.hot >> o & 1 else "Cold" if state.cool >> o & 1 else "RoomTemp"
        kind = kind_of(_type(game, o))
        yield {
            **_record(symbol, game.object_names[o], kind, None, drawn, agent),
            "receptacle": vessel,
            "receptacleObjectIds": [objects[i] for i in game.inner.get(o, ())] if vessel else None,
            "parentReceptacles": parents[o] or None,
            "pickupable": bool(game.flags["pickupable"] >> o & 1),
            "isPickedUp": state.held == o,
            "toggleable": bool(game.flags["toggleable"] >> o & 1),
            "isToggled": bool(state.toggled >> o & 1),
            "sliceable": bool(game.flags["sliceable"] >> o & 1),
            "isSliced": bool(state.sliced >> o & 1),
            **dict.fromkeys(("temperature", "ObjectTemperature"), heat),
        }


def _record(
    symbol: str,
    name: str,
    kind: str,
    body: tuple[Point, Point] | None,
    drawn: Drawn,
    agent: "_Agent",
) -> dict[str, Any]:
    """Return what objects and receptacles have in common; `body` is used where nothing is drawn."""
    point = point_of(object_id(symbol)) or (0.0, 0.0, 0.0)
    box = drawn.boxes.get(symbol)
    at = _foot(box) if box else point
    visible = symbol in drawn.seen
    return {
        "objectId": object_id(symbol),
        "objectType": kind,
        "name": name,
        "position": _vector(at),
        "rotation": _vector((0.0, drawn.yaws.get(symbol, 0.0), 0.0)),
        "axisAlignedBoundingBox": _box(*(box or body or (point, point))),
        "distance": dist(at, agent.at),
        "visible": visible,
        "isInteractable": visible,
        "obstructed": not visible,
        **dict.fromkeys(("openable", "isOpen", "toggleable", "isToggled"), False),
        **dict.fromkeys(("pickupable", "isPickedUp", "sliceable", "isSliced"), False),
        **dict.fromkeys(("canChangeTempToHot", "isHeatSource"), False),
        **dict.fromkeys(("canChangeTempToCold", "isColdSource"), False),
        "openness": 0.0,
        "temperature": "RoomTemp",
        "ObjectTemperature": "RoomTemp",
        **_NEVER,
    }


def _type(game: Game, o: int) -> str:
    """Return the type of an object; without one, what the end of its symbol calls it."""
    if game.object_types[o]:
        return game.object_types[o]
    parts = game.object_symbols[o].split("_bar_")
    return (parts[4] if len(parts) > 4 else parts[0]).rstrip("_0123456789")


def _body(game: Game, r: int) -> tuple[Point, Point] | None:
    """Return the box of a receptacle as the catalogue of bodies has it."""
    kind, symbol = kind_of(game.receptacle_types[r]), game.receptacle_symbols[r]
    point = point_of(object_id(symbol))
    if point is None or kind not in BODIES:
        return None
    pose = _pose(game.location_symbols[game.location_of[r]])
    box = box_of(kind, point, pose[2] if pose else 0)
    return box[:3], box[3:]


# The agent


@dataclass(frozen=True, slots=True)
class _Agent:
    """Where the agent is, and where it looks: degrees, horizon positive down."""

    at: Point
    yaw: float
    horizon: float

    @staticmethod
    def of(state: State, drawn: Drawn) -> "_Agent":
        pose = _pose(state.game.location_symbols[state.location])
        if pose is None:  # a place of some other name; the camera stands there
            (x, _, z), yaw, pitch, _ = drawn.camera
            return _Agent((float(x), AGENT_HEIGHT, float(z)), float(yaw), float(pitch))
        return _Agent(_standing(pose), pose[2] * 90.0, float(pose[3]))


def _pose(location: str) -> Pose | None:
    """Return the pose in a location's symbol, None if it has none."""
    try:
        x, z, turns, pitch = map(int, spell(location).split("|")[1:])
    except ValueError:
        return None
    return x, z, turns, pitch


def _standing(pose: Pose) -> Point:
    return pose[0] * GRID, AGENT_HEIGHT, pose[1] * GRID


def _places(game: Game) -> list[Point]:
    """Return the places that a `go to` leads to, sorted."""
    poses = (_pose(game.location_symbols[place]) for place in set(game.location_of))
    return sorted({_standing(pose) for pose in poses if pose})


def _hand(state: State, drawn: Drawn, agent: _Agent) -> dict[str, Any]:
    """Return the pose of what is in hand, of the camera if nothing is: in the world, to the agent."""
    symbol = state.game.object_symbols[state.held] if state.held >= 0 else ""
    box = drawn.boxes.get(symbol)
    at = _foot(box) if box else drawn.camera[0]
    yaw = drawn.yaws.get(symbol, agent.yaw)
    x, y, z = (float(a - b) for a, b in zip(at, agent.at, strict=True))
    turn = radians(agent.yaw)
    local = (x * cos(turn) - z * sin(turn), y, x * sin(turn) + z * cos(turn))
    return {
        "position": _vector(at),
        "rotation": _vector((0.0, yaw, 0.0)),
        "localPosition": _vector(local),
        "localRotation": _vector((0.0, (yaw - agent.yaw) % 360, 0.0)),
    }


# Vectors and boxes


def _foot(box: tuple[Point, Point]) -> Point:
    """Return the middle of a box's bottom."""
    least, greatest = box
    return (least[0] + greatest[0]) / 2, least[1], (least[2] + greatest[2]) / 2


def _vector(values: Sequence[float]) -> dict[str, float]:
    return {axis: float(value) for axis, value in zip("xyz", values, strict=True)}


def _box(least: Point, greatest: Point) -> dict[str, Any]:
    """Return a box as AI2-THOR writes it; the corners go from the greatest to the least."""
    sides = [(float(high), float(low)) for low, high in zip(least, greatest, strict=True)]
    return {
        "center": _vector([(low + high) / 2 for high, low in sides]),
        "size": _vector([high - low for high, low in sides]),
        "cornerPoints": [[x, y, z] for x in sides[0] for y in sides[1] for z in sides[2]],
    }
