"""The state in the shape of AI2-THOR's metadata, and facts read back from that.

Frame: AI2-THOR's, which is left-handed, with x to the right, y up and z forward: (x, y, z) there is
(-y, z, x) of the table. Only keys that mean something on a table are there, and one more:
`parentRelations` says of each of `parentReceptacles` whether the thing is "on" or "in" it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from crossworld.envs.core.errors import MetadataError
from crossworld.envs.core.pddl import Atom
from crossworld.envs.tabletop.facts import symbol
from crossworld.envs.tabletop.relations import (
    FIT_DISTANCE,
    FIT_TURN,
    entities,
    is_turned,
    region_at,
    yaw_of,
)
from crossworld.envs.tabletop.shapes import LETTERS, letter
from crossworld.envs.tabletop.state import NOTHING, State
from crossworld.envs.tabletop.text import FAIL, LOOK, MOVE, OPENING, PICK, PUSH, PUT, Event
from crossworld.envs.tabletop.visual.seen import hidden

ACTIONS = {
    OPENING: "Initialize",
    LOOK: "Pass",
    PICK: "PickupObject",
    PUT: "PutObject",
    MOVE: "PutObject",
    PUSH: "PushObject",
    FAIL: "",
}
"""Verb to the action that AI2-THOR has for it."""

TABLE = "Table|+00.00|+00.00|+00.00"

RELATIONS = ("on", "in")


def scene_metadata(state: State, event: Event, image_size: int) -> dict[str, Any]:
    """Return the metadata of a state: JSON-able, and the caller's to keep."""
    scene = state.scene
    groups = entities(scene)
    ids = {name: _id(name, state, pieces) for name, pieces in groups.items()}
    parents = {name: _parents(state, name, groups) for name in groups}
    objects = [_table(state, [ids[name] for name in groups if TABLE in _ids(parents[name], ids)])]
    for name, pieces in groups.items():
        inside = [ids[other] for other in groups if name in parents[other]]
        objects.append(_record(state, name, pieces, ids, parents[name], inside))
    held = [] if state.held == NOTHING else [scene.names[state.held]]
    x, y = state.cup
    space = scene.workspace
    return {
        "objects": objects,
        "inventoryObjects": [
            {"objectId": ids[name], "objectType": _type(scene.things[state.held].shape.noun)}
            for name in held
        ],
        "agent": {"name": "gripper", "position": _point(x, y, space.lift), "rotation": _turn(0.0)},
        "sceneName": "Tabletop",
        "sceneBounds": _box((*space.x, *space.y, 0.0, space.lift)),
        "lastAction": ACTIONS[event.verb],
        "lastActionSuccess": event.valid,
        "errorMessage": event.feedback,
        "screenWidth": image_size,
        "screenHeight": image_size,
        "isSceneAtRest": True,
    }


def metadata_to_facts(metadata: Mapping[str, Any]) -> frozenset[Atom]:
    """Return the facts that a table's metadata states: exactly `facts(state)` of what it was made of.

    Raises:
        MetadataError: something is missing or of the wrong kind.
    """
    try:
        return frozenset(_stated(metadata))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise MetadataError(f"metadata: it is none of a table ({error!r}).") from error


def _stated(metadata: Mapping[str, Any]) -> Iterator[Atom]:
    records = {record["objectId"]: record for record in metadata["objects"]}
    records.pop(TABLE)
    bounds = _corners(metadata["sceneBounds"])
    held = [record["objectId"] for record in metadata["inventoryObjects"]]
    lifted = {*held}
    while more := {i for i, r in records.items() if lifted & {*r["parentReceptacles"]}} - lifted:
        lifted |= more
    if not held:
        yield Atom("handempty", ())
    for name, record in records.items():
        word = symbol(record["name"])
        if not record["visible"]:
            yield Atom("hidden", (word,))
        if name in held:
            yield Atom("holding", (word,))
        if record["moveable"]:
            yield Atom("movable", (word,))
            free = record["receptacle"] or not record["receptacleObjectIds"]
            if record["pickupable"] and name not in held and free:
                yield Atom("clear", (word,))
        if name in held:
            continue
        if TABLE in record["parentReceptacles"]:
            yield Atom("on-table", (word,))
        parents = zip(record["parentReceptacles"], record["parentRelations"], strict=True)
        for other, relation in parents:
            if relation not in RELATIONS:
                raise ValueError(f"{relation!r} is no relation")
            if other != TABLE:
                target = records[other]
                pair = word, symbol(target["name"])
                yield Atom(relation, pair)
                if _is_fitted(record, target):
                    yield Atom("right-over", pair)
        if name in lifted:
            continue
        x, y = _centre(record)
        place = region_at(x, y, (bounds[0], bounds[1]), (bounds[2], bounds[3]))
        yield Atom("region", (word, symbol(place)))
        if record["moveable"] and not record["pickupable"]:
            continue  # a pile is nowhere beside anything
        a = _corners(record["axisAlignedBoundingBox"])
        for other, target in records.items():
            if other in (name, *lifted) or (target["moveable"] and not target["pickupable"]):
                continue
            b = _corners(target["axisAlignedBoundingBox"])
            if a[2] >= b[3]:
                yield Atom("left-of", (word, symbol(target["name"])))
            if a[0] >= b[1]:
                yield Atom("behind", (word, symbol(target["name"])))


def _is_fitted(record: Mapping[str, Any], target: Mapping[str, Any]) -> bool:
    noun = str(record["name"]).split()[1]
    if target["objectType"] != _type(f"{noun} outline") or noun not in LETTERS:
        return False
    (x, y), (u, v) = _centre(record), _centre(target)
    if (x - u) * (x - u) + (y - v) * (y - v) > FIT_DISTANCE**2:
        return False
    off = target["rotation"]["y"] - record["rotation"]["y"]
    return is_turned(off, letter(noun).turn, FIT_TURN)


def _parents(state: State, name: str, groups: Mapping[str, tuple[int, ...]]) -> dict[str, str]:
    """Return what a thing is on or in, and which; the table, without a name, if nothing else."""
    pieces = groups[name]
    if pieces[0] == state.held:
        return {}
    found = {
        other: relation
        for other, others in groups.items()
        if other != name
        for relation, table in zip(RELATIONS, (state.on, state.inside), strict=True)
        if all(table[piece, others[0]] for piece in pieces)
    }
    return found or {"": "on"}


def _ids(names: Iterable[str], ids: Mapping[str, str]) -> list[str]:
    return [ids[name] if name else TABLE for name in names]


def _record(
    state: State,
    name: str,
    pieces: tuple[int, ...],
    ids: Mapping[str, str],
    parents: Mapping[str, str],
    inside: list[str],
) -> dict[str, Any]:
    thing = state.scene.things[pieces[0]]
    boxes = state.boxes[list(pieces)]
    low, high = boxes[:, ::2].min(axis=0).tolist(), boxes[:, 1::2].max(axis=0).tolist()
    x, y, z = state.poses[list(pieces), :3].mean(axis=0).tolist()
    return {
        "name": name,
        "objectId": ids[name],
        "objectType": _type(thing.shape.noun),
        "color": thing.colour,
        "position": _point(x, y, z),
        "rotation": _turn(yaw_of(state, pieces[0])),
        "visible": name not in hidden(state),
        "receptacle": thing.shape.role != "solid",
        "receptacleObjectIds": inside,
        "parentReceptacles": _ids(parents, ids),
        "parentRelations": [*parents.values()],
        "pickupable": not thing.fixed and not thing.pile,
        "moveable": not thing.fixed,
        "isPickedUp": pieces[0] == state.held,
        "mass": thing.shape.mass * len(pieces),
        "axisAlignedBoundingBox": _box((low[0], high[0], low[1], high[1], low[2], high[2])),
    }


def _table(state: State, on_it: list[str]) -> dict[str, Any]:
    space = state.scene.workspace
    return {
        "name": "table",
        "objectId": TABLE,
        "objectType": "Table",
        "color": "",
        "position": _point(*space.middle, 0.0),
        "rotation": _turn(0.0),
        "visible": True,
        "receptacle": True,
        "receptacleObjectIds": on_it,
        "parentReceptacles": [],
        "parentRelations": [],
        "pickupable": False,
        "moveable": False,
        "isPickedUp": False,
        "mass": 0.0,
        "axisAlignedBoundingBox": _box((*space.x, *space.y, -0.1, 0.0)),
    }


def _id(name: str, state: State, pieces: tuple[int, ...]) -> str:
    x, y, z = state.scene.poses[list(pieces), :3].mean(axis=0).tolist()
    spelled = "".join(word.capitalize() for word in name.split())
    return f"{spelled}|{-y:+06.2f}|{z:+06.2f}|{x:+06.2f}"


def _type(noun: str) -> str:
    return "".join(word.capitalize() for word in noun.split())


def _point(x: float, y: float, z: float) -> dict[str, float]:
    return {"x": -float(y), "y": float(z), "z": float(x)}


def _turn(yaw: float) -> dict[str, float]:
    return {"x": 0.0, "y": -yaw, "z": 0.0}


def _box(extents: tuple[float, ...]) -> dict[str, Any]:
    """Return AI2-THOR's record of a box from least and greatest x, y and z."""
    x0, x1, y0, y1, z0, z1 = extents
    corners = [
        [-float(y), float(z), float(x)] for x in (x1, x0) for z in (z1, z0) for y in (y0, y1)
    ]
    return {
        "cornerPoints": corners,
        "center": _point((x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2),
        "size": {"x": float(y1 - y0), "y": float(z1 - z0), "z": float(x1 - x0)},
    }


def _corners(box: Mapping[str, Any]) -> tuple[float, ...]:
    """Return least and greatest x, y and z of a box, in the table's frame."""
    points = np.array(box["cornerPoints"], np.float64)
    low, high = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return low[2], high[2], -high[0], -low[0], low[1], high[1]


def _centre(record: Mapping[str, Any]) -> tuple[float, float]:
    position = record["position"]
    return position["z"], -position["x"]
