"""AI2-THOR's metadata, of any of its versions from 2.1 to 5.0, as records of what facts depend on.

Keys were renamed, added and dropped between versions, and lists may be null: every field is read
through one table of the names that it has had.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, NamedTuple

from crossworld.envs.core.errors import MetadataError
from crossworld.envs.household.thor_names import (
    Point,
    catalogue_kind,
    is_id,
    point_of,
    spell,
    symbol_of,
)

OWN = "alfred"
"""Our own key at the top level of metadata: what records have no place for."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What facts depend on in one object record.

    Attributes:
        symbol: its PDDL symbol.
        kind: its type, in the catalogue's spelling where the catalogue has it.
        point: the place in its id, which stays when it moves; None if there is none.
        yaw: degrees, clockwise from above.
        least, greatest: corners of its box; its position, twice, where it has none.
        parents, contents: symbols of what it is in, and of what is in it.
        temperature: "Hot", "Cold" or "RoomTemp".
    """

    symbol: str
    kind: str
    point: Point | None
    yaw: float
    least: Point
    greatest: Point
    parents: tuple[str, ...]
    contents: tuple[str, ...]
    temperature: str
    pickupable: bool
    openable: bool
    opened: bool
    toggleable: bool
    toggled: bool
    sliceable: bool
    sliced: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """What facts depend on in metadata.

    Attributes:
        things: by symbol.
        agent: where the agent is.
        yaw, horizon: where it looks, in degrees; horizon positive down.
        eye: height of its camera.
        middle: of the room; None if it is not said.
        standing: places that the agent can reach, empty if it is not said.
        own: the content of our own key, None in metadata of other simulators.
    """

    things: Mapping[str, Thing]
    agent: Point
    yaw: float
    horizon: float
    eye: float
    middle: Point | None
    standing: tuple[Point, ...]
    own: Mapping[str, Any] | None


class _Field(NamedTuple):
    """How a field is read: the keys that it has had, newest first, and what it is if all lack.

    Without `default` it must be there. A key whose value is null counts as absent.
    """

    keys: tuple[str, ...]
    read: Callable[[Any], Any]
    default: Any = ...


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("must be a string")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise TypeError("must be a finite number")
    return float(value)


def _point(value: Any) -> Point:
    try:
        return _number(value["x"]), _number(value["y"]), _number(value["z"])
    except KeyError as error:
        raise TypeError("must have x, y and z") from error


def _box(value: Any) -> tuple[Point, Point]:
    (x, y, z), (width, height, depth) = _point(value["center"]), _point(value["size"])
    return (
        (x - width / 2, y - height / 2, z - depth / 2),
        (x + width / 2, y + height / 2, z + depth / 2),
    )


def _middle(value: Any) -> Point:
    return _point(value["center"])


def _ids(value: Any) -> tuple[str, ...]:
    # The oldest records have one string, empty for none.
    names = [value] if isinstance(value, str) and value else value or []
    return tuple(symbol_of(_text(name)) for name in names)


def _held(value: Any) -> frozenset[str]:
    return frozenset(symbol_of(_text(entry["objectId"])) for entry in value)


def _points(value: Any) -> tuple[Point, ...]:
    # `actionReturn` is whatever the last action returned.
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return ()
    return tuple(map(_point, value)) if all("x" in entry for entry in value) else ()


_THING: Mapping[str, _Field] = {
    "id": _Field(("objectId",), _text),
    "kind": _Field(("objectType",), _text, ""),
    "position": _Field(("position",), _point),
    "rotation": _Field(("rotation",), _point, (0.0, 0.0, 0.0)),
    "box": _Field(("axisAlignedBoundingBox",), _box, None),
    "parents": _Field(("parentReceptacles", "parentReceptacle"), _ids, ()),
    "contents": _Field(("receptacleObjectIds",), _ids, ()),
    "temperature": _Field(("temperature", "ObjectTemperature"), _text, "RoomTemp"),
    "pickupable": _Field(("pickupable",), _flag, False),
    "openable": _Field(("openable",), _flag, False),
    "opened": _Field(("isOpen",), _flag, False),
    "toggleable": _Field(("toggleable",), _flag, False),
    "toggled": _Field(("isToggled",), _flag, False),
    "sliceable": _Field(("sliceable",), _flag, False),
    "sliced": _Field(("isSliced",), _flag, False),
    "held": _Field(("isPickedUp",), _flag, False),
}
_AGENT: Mapping[str, _Field] = {
    "position": _Field(("position",), _point),
    "rotation": _Field(("rotation",), _point),
    "horizon": _Field(("cameraHorizon",), _number, 0.0),
}
_SCENE: Mapping[str, _Field] = {
    "objects": _Field(("objects",), list),
    "agent": _Field(("agent",), dict),
    "held": _Field(("inventoryObjects",), _held, frozenset()),
    "camera": _Field(("cameraPosition",), _point, None),
    "bounds": _Field(("sceneBounds",), _middle, None),
    "standing": _Field(("reachablePositions",), _points, ()),
    "returned": _Field(("actionReturn",), _points, ()),
    "own": _Field((OWN,), dict, None),
}
_EYE = 0.675
"""Metres from the agent's point to its camera, where the metadata do not say."""


def read_scene(metadata: Mapping[str, Any]) -> Scene:
    """Read metadata of any version.

    Raises:
        MetadataError: objects or agent are missing, or a field is not what AI2-THOR has there.
    """
    scene = _read(metadata, _SCENE, "metadata")
    agent = _read(scene["agent"], _AGENT, "metadata: agent")
    things: dict[str, Thing] = {}
    for record in scene["objects"]:
        thing = _thing(record, scene["held"])
        if things.setdefault(thing.symbol, thing) is not thing:
            raise MetadataError(f"metadata: two objects are called {record['objectId']!r}.")
    unknown = scene["held"] - things.keys()
    if unknown:
        raise MetadataError(f"metadata: {spell(min(unknown))!r} is held, but is no object.")
    place = agent["position"]
    return Scene(
        things=things,
        agent=place,
        yaw=agent["rotation"][1],
        horizon=agent["horizon"],
        eye=scene["camera"][1] if scene["camera"] else place[1] + _EYE,
        middle=scene["bounds"],
        standing=scene["standing"] or scene["returned"],
        own=scene["own"],
    )


def _thing(record: Any, held: frozenset[str]) -> Thing:
    name = record.get("objectId") if isinstance(record, dict) else record
    fields = _read(record, _THING, f"metadata: object {name!r}")
    name = fields.pop("id")
    symbol = symbol_of(name)
    if not is_id(name):
        raise MetadataError(f"metadata: {name!r} is no objectId: it has no '|' after the type.")
    kind = fields.pop("kind") or name.partition("|")[0]
    position = fields.pop("position")
    least, greatest = fields.pop("box") or (position, position)
    fields["held"] |= symbol in held
    fields["yaw"] = fields.pop("rotation")[1]
    fields["kind"] = catalogue_kind(kind)
    return Thing(symbol, point=point_of(name), least=least, greatest=greatest, **fields)


def _read(record: Any, table: Mapping[str, _Field], where: str) -> dict[str, Any]:
    if not isinstance(record, Mapping):
        raise MetadataError(f"{where}: must be a record of keys and values, is {record!r:.80}.")
    values = {}
    for name, field in table.items():
        key = next((key for key in field.keys if record.get(key) is not None), None)
        if key is None:
            if field.default is ...:
                raise MetadataError(
                    f"{where}: {field.keys[0]!r} is missing; pass the whole `event.metadata`."
                )
            values[name] = field.default
            continue
        try:
            values[name] = field.read(record[key])
        except (TypeError, KeyError, ValueError) as error:
            raise MetadataError(f"{where}: {key!r} cannot be read ({error}).") from error
    return values
