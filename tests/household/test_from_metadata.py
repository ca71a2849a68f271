"""Metadata of other simulators: every rule of docs/metadata.md, every version's keys, and play."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rooms import Play

from crossworld.envs.core.errors import GameError, MetadataError
from crossworld.envs.core.pddl import Atom
from crossworld.envs.household.experts.planner import plan
from crossworld.envs.household.from_facts import facts_to_game, facts_to_text
from crossworld.envs.household.from_metadata import metadata_to_facts
from crossworld.envs.household.goal import GoalSpec
from crossworld.envs.household.thor_names import symbol_of

FOLDER = Path(__file__).parents[2].parent / "shared" / "ai2thor"
HEAT_MUG = GoalSpec("pick_heat_then_place_in_recep", "MugType", "CabinetType")
SENTENCE = "heat some mug and put it in cabinet"

TABLE = "CounterTop|+00.00|+00.90|+02.00"
SINK = "Sink|+01.00|+00.90|+02.00"
BASIN = f"{SINK}|SinkBasin"
CABINET = "Cabinet|-01.00|+01.80|+02.00"
FRIDGE = "Fridge|+02.00|+00.00|+00.00"
MICROWAVE = "Microwave|-01.00|+01.00|+02.00"
MUG = "Mug|+00.10|+00.95|+02.00"
BOWL = "Bowl|-00.20|+00.95|+02.00"


def record(object_id: str, **fields: Any) -> dict[str, Any]:
    """An object record with as little as there can be: id, type and place."""
    parts = object_id.split("|")
    at = dict(zip("xyz", map(float, parts[1:4]), strict=True))
    kind = parts[4].partition("_")[0] if len(parts) > 4 else parts[0]
    return {"objectId": object_id, "objectType": kind, "position": at, **fields}


def vector(x: float, y: float, z: float) -> dict[str, float]:
    return {"x": x, "y": y, "z": z}


def box(center: tuple[float, float, float], size: tuple[float, float, float]) -> dict[str, Any]:
    return {"axisAlignedBoundingBox": {"center": vector(*center), "size": vector(*size)}}


def scene(*objects: dict[str, Any], **fields: Any) -> dict[str, Any]:
    agent = {"position": vector(0, 0.9, 0), "rotation": vector(0, 0, 0), "cameraHorizon": 30.0}
    return {"objects": list(objects), "agent": agent, **fields}


def read(*objects: dict[str, Any], **fields: Any) -> dict[str, set[tuple[str, ...]]]:
    """Facts by predicate, in AI2-THOR's spelling of ids."""
    known = {symbol_of(entry["objectId"]): entry["objectId"] for entry in objects}
    table: dict[str, set[tuple[str, ...]]] = {}
    for predicate, args in metadata_to_facts(scene(*objects, **fields)):
        table.setdefault(predicate, set()).add(tuple(known.get(arg, arg) for arg in args))
    return table


# Rules: what is what


def test_types_that_hold_in_alfred_are_receptacles() -> None:
    table = read(
        record(TABLE, receptacle=True),
        record(BASIN, receptacle=True),
        record(SINK, receptacle=True),
        record("Chair|+00.00|+00.00|+00.00", receptacle=True),
        record(BOWL, receptacle=True),
    )
    assert table["receptacleType"] == {(TABLE, "countertoptype"), (BASIN, "sinkbasintype")}
    assert table["objectType"] == {
        (SINK, "sinktype"), ("Chair|+00.00|+00.00|+00.00", "chairtype"), (BOWL, "bowltype"),
    }  # fmt: skip
    assert table["isReceptacleObject"] == {(BOWL,)}


def test_what_alfred_lacks_is_a_bystander() -> None:
    foil = "AluminumFoil|+00.00|+00.95|+02.00"
    table = read(
        record(TABLE, receptacleObjectIds=[foil, "Floor|+00.00|+00.00|+00.00"]),
        record(foil, pickupable=True, sliceable=True, toggleable=True),
        record("Floor|+00.00|+00.00|+00.00", receptacle=True, receptacleObjectIds=[foil]),
    )
    assert table["inReceptacle"] == {(foil, TABLE), ("Floor|+00.00|+00.00|+00.00", TABLE)}
    assert not table.keys() & {"pickupable", "sliceable", "toggleable", "objectType"}


def test_affordances() -> None:
    """Some from the record, some from the catalogue, some only where both agree."""
    lamp, laptop, apple = "DeskLamp|1|1|1", "Laptop|1|1|1", "Apple|1|1|1"
    table = read(
        record(lamp, toggleable=True, isToggled=True),
        record("DeskLamp|2|1|1"),
        record(laptop, toggleable=True, isToggled=True, pickupable=True),
        record(apple, sliceable=True, isSliced=True),
    )
    assert table["toggleable"] == table["isToggled"] == {(lamp,)}
    assert table["pickupable"] == {(laptop,)}
    assert table["sliceable"] == table["isSliced"] == {(apple,)}
    assert table["heatable"] == table["coolable"] == table["cleanable"] == {(apple,)}


def test_slices_are_sliced_objects_of_their_kind() -> None:
    slices = "Bread|+00.00|+00.95|+02.00|BreadSliced_1"
    table = read(record(slices, pickupable=True), record(TABLE, receptacleObjectIds=[slices]))
    assert table["objectType"] == {(slices, "breadtype")}
    assert table["isSliced"] == table["pickupable"] == table["heatable"] == {(slices,)}
    assert table["canContain"] == {("countertoptype", "breadtype")}
    cracked = "Egg|+00.00|+00.95|+02.00|EggCracked_0"
    assert "objectType" not in read(record(cracked))


def test_doors_are_those_that_alfred_opens() -> None:
    hamper = "LaundryHamper|0|0|0"
    table = read(
        record(CABINET, openable=True, isOpen=True),
        record("Cabinet|1|1|1", openable=False, isOpen=True),
        record(FRIDGE, openable=True),
        record(hamper, openable=True, isOpen=True),
        record("Box|0|0|0", openable=True, isOpen=True),
    )
    assert table["openable"] == {(CABINET,), (FRIDGE,)}
    assert table["opened"] == {(CABINET,)}


def test_what_fits_is_the_catalogues_of_the_types_that_are_there() -> None:
    table = read(record(FRIDGE), record("Toaster|0|0|0"), record(MUG), record("Book|0|0|0"))
    assert table["canContain"] == {("fridgetype", "mugtype")}


# Rules: what is where


@pytest.mark.parametrize("side", ["parentReceptacles", "parentReceptacle", "receptacleObjectIds"])
def test_either_record_says_what_is_inside(side: str) -> None:
    mug, table = record(MUG), record(TABLE)
    if side == "receptacleObjectIds":
        table[side] = [MUG]
    else:
        mug[side] = [TABLE] if side.endswith("s") else TABLE
    assert read(mug, table)["inReceptacle"] == {(MUG, TABLE)}


def test_null_and_missing_lists_are_empty() -> None:
    nulls = dict.fromkeys(("parentReceptacles", "receptacleObjectIds", "isOpen", "openable"))
    assert read(record(MUG, **nulls), record(TABLE)) == read(record(MUG), record(TABLE))


def test_things_are_nowhere_where_alfred_has_no_receptacle() -> None:
    chair = "Chair|0|0|0"
    table = read(record(MUG, parentReceptacles=["Floor|0|0|0", chair]), record(chair))
    assert not table.keys() & {"inReceptacle", "inReceptacleObject", "objectAtLocation"}


def test_a_receptacle_is_in_no_other() -> None:
    table = read(record(MICROWAVE, parentReceptacles=[TABLE]), record(TABLE))
    assert "inReceptacle" not in table


def test_what_is_in_a_sink_is_in_its_basin() -> None:
    table = read(record(MUG, parentReceptacles=[SINK]), record(SINK), record(BASIN))
    assert table["inReceptacle"] == {(MUG, BASIN)}
    assert "inReceptacle" not in read(record(MUG, parentReceptacles=[SINK]), record(SINK))


def test_what_is_in_a_bowl_is_where_the_bowl_is() -> None:
    cup = "Cup|0|1|0"
    inside = record(MUG, parentReceptacles=[cup])
    around = record(cup, parentReceptacles=[BOWL])
    table = read(inside, around, record(BOWL, parentReceptacles=[TABLE]), record(TABLE))
    assert table["inReceptacleObject"] == {(MUG, cup), (cup, BOWL)}
    assert table["inReceptacle"] == {(MUG, TABLE), (cup, TABLE), (BOWL, TABLE)}
    circle = record(cup, parentReceptacles=[MUG])
    assert "inReceptacle" not in read(inside, circle)
    held = record(MUG, parentReceptacles=[BOWL], isPickedUp=True)
    table = read(held, record(BOWL, parentReceptacles=[TABLE]), record(TABLE))
    assert table["inReceptacle"] == {(BOWL, TABLE)}


def test_an_object_is_recorded_where_its_receptacles_are() -> None:
    table = read(
        record(MUG, parentReceptacles=[TABLE, FRIDGE]), record(TABLE), record(FRIDGE), record(BOWL)
    )
    places = dict(table["receptacleAtLocation"])
    assert table["objectAtLocation"] == {(MUG, places[TABLE]), (MUG, places[FRIDGE])}


@pytest.mark.parametrize(
    "said",
    [
        {"inventoryObjects": [{"objectId": MUG, "objectType": "Mug"}]},
        {"inventoryObjects": None},
    ],
)
def test_what_is_held(said: dict[str, Any]) -> None:
    table = read(record(MUG, isPickedUp=said["inventoryObjects"] is None), record(TABLE), **said)
    assert table["holds"] == {("agent1", MUG)}
    assert table["holdsAny"] == {("agent1",)}


# Rules: states


@pytest.mark.parametrize("key", ["temperature", "ObjectTemperature"])
def test_temperatures(key: str) -> None:
    table = read(record(MUG, **{key: "Hot"}), record(BOWL, **{key: "Cold"}))
    assert table["isHot"] == {(MUG,)}
    assert table["isCool"] == {(BOWL,)}
    assert read(record(MUG, **{key: "RoomTemp"})) == read(record(MUG))


def test_what_alfred_does_not_know_is_ignored() -> None:
    odd = {"isDirty": True, "isBroken": True, "isUsedUp": True, "isFilledWithLiquid": True,
           "isCooked": True, "fillLiquid": "water", "brandNewKey": [1]}  # fmt: skip
    assert read(record(MUG, **odd)) == read(record(MUG))
    assert "isClean" not in read(record(MUG, isDirty=False))


# Rules: places


@pytest.mark.parametrize(
    ("agent", "place"),
    [
        ({}, "loc_bar_0_bar_0_bar_0_bar_30"),
        ({"position": vector(-0.76, 0.9, 1.24)}, "loc_bar__minus_3_bar_5_bar_0_bar_30"),
        ({"rotation": vector(0, 270.00003, 0)}, "loc_bar_0_bar_0_bar_3_bar_30"),
        ({"rotation": vector(0, 359.99, 0)}, "loc_bar_0_bar_0_bar_0_bar_30"),
        ({"cameraHorizon": 330}, "loc_bar_0_bar_0_bar_0_bar__minus_30"),
        ({"cameraHorizon": None}, "loc_bar_0_bar_0_bar_0_bar_0"),
    ],
)
def test_the_agents_place(agent: dict[str, Any], place: str) -> None:
    metadata = scene(record(TABLE))
    metadata["agent"].update(agent)
    assert Atom("atLocation", ("agent1", place)) in metadata_to_facts(metadata)


def place_of(facts: Mapping[str, set[tuple[str, ...]]], name: str) -> str:
    return dict(facts["receptacleAtLocation"])[name].replace("_bar_", "|").replace("_minus_", "-")


def test_receptacles_are_used_from_half_a_metre() -> None:
    """The table's front is at z = 1.7 and its middle at x = 0: the agent stands at z = 1.0 or 1.25."""
    body = box((0, 0.45, 2), (1.2, 0.9, 0.6))
    table = record(TABLE, **body)
    middle = {"sceneBounds": {"center": vector(0, 1.2, 0)}}
    assert place_of(read(table, **middle), TABLE) == "loc|0|4|0|45"
    spots = [vector(-0.5, 0.9, 1.25), vector(0, 0.9, 1.25), vector(0, 0.9, 0), vector(2, 0.9, 2)]
    assert place_of(read(table, reachablePositions=spots), TABLE) == "loc|0|5|0|60"
    assert place_of(read(table, actionReturn=spots), TABLE) == "loc|0|5|0|60"
    assert place_of(read(table, actionReturn=[1, 2], **middle), TABLE) == "loc|0|4|0|45"
    west = [vector(-1.25, 0.9, 2)]
    assert place_of(read(table, reachablePositions=west), TABLE).startswith("loc|-5|8|1|")
    north, east = [vector(0, 0.9, 3)], [vector(1.25, 0.9, 2)]
    assert place_of(read(table, reachablePositions=north), TABLE).startswith("loc|0|12|2|")
    assert place_of(read(table, reachablePositions=east), TABLE).startswith("loc|5|8|3|")
    high = record("Shelf|0|2.5|2", **box((0, 2.5, 2), (1, 0.1, 0.5)))
    shelf = read(high, cameraPosition=vector(0, 1.5, 0), **middle)
    assert place_of(shelf, "Shelf|0|2.5|2") == "loc|0|5|0|-30"


def test_opening_a_door_moves_no_place() -> None:
    closed = record(CABINET, openable=True, **box((-1, 1.8, 2), (0.5, 0.5, 0.3)))
    opened = record(CABINET, openable=True, isOpen=True, **box((-1, 1.8, 1.6), (0.5, 0.5, 1.1)))
    opened["position"] = vector(-1, 1.8, 1.2)
    assert read(closed)["receptacleAtLocation"] == read(opened)["receptacleAtLocation"]


def test_places_can_be_given() -> None:
    given = {TABLE: "loc|1|2|3|0", "Shelf|1|1|1": "loc|0|0|0|0"}
    table = read(record(TABLE), record(FRIDGE), alfred={"places": given})
    assert place_of(table, TABLE) == "loc|1|2|3|0"
    assert len(table["receptacleAtLocation"]) == 2
    assert place_of(table, FRIDGE) == place_of(read(record(TABLE), record(FRIDGE)), FRIDGE)


# Wrong input


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.pop("objects"), "'objects' is missing; pass the whole"),
        (lambda m: m.update(objects=7), "'objects' cannot be read"),
        (lambda m: m.update(objects=["Mug"]), "object 'Mug': must be a record"),
        (lambda m: m.pop("agent"), "'agent' is missing"),
        (lambda m: m["agent"].pop("position"), "agent: 'position' is missing"),
        (lambda m: m["agent"].update(rotation={"x": 0}), "must have x, y and z"),
        (lambda m: m["agent"].update(cameraHorizon=float("nan")), "must be a finite number"),
        (lambda m: m["objects"][0].pop("objectId"), "'objectId' is missing"),
        (lambda m: m["objects"][0].update(objectId="Mug"), "'Mug' is no objectId"),
        (lambda m: m["objects"][0].update(objectId="Mug|(x)"), r"'Mug\|\(x\)' is no id"),
        (lambda m: m["objects"][0].update(objectId="=a b"), "'=a b' is no id"),
        (lambda m: m["objects"][0].update(isOpen=1), r"object 'Mug.*'isOpen'.*true or false"),
        (lambda m: m["objects"][0].update(objectType=3), "'objectType' cannot be read"),
        (lambda m: m["objects"][0].update(parentReceptacles=["a b"]), "'a b' is no id"),
        (lambda m: m["objects"][0].update(position=3), "'position' cannot be read"),
        (lambda m: m["objects"].append(record(MUG)), "two objects are called"),
        (lambda m: m.update(inventoryObjects=[{"objectId": "Pen|1|1|1"}]), "held, but is no obj"),
        (lambda m: m.update(inventoryObjects=[3]), "'inventoryObjects' cannot be read"),
        (lambda m: m.update(alfred=[1]), "'alfred' cannot be read"),
        (lambda m: m.update(alfred={"places": [1]}), "'places' of our own key is damaged"),
        (lambda m: m.update(alfred={"true": {"glows": [["a"]]}}), "'true' of our own key"),
        (lambda m: m.update(alfred={"false": {"openable": [[3]]}}), "'false' of our own key"),
        (lambda m: m.update(alfred={"false": {"openable": [["a", "b"]]}}), "'false' of our own"),
    ],
)
def test_wrong_metadata_are_refused(change: Any, message: str) -> None:
    metadata = scene(record(MUG), record(TABLE))
    change(metadata)
    with pytest.raises(MetadataError, match=message):
        metadata_to_facts(metadata)


# Play


KITCHEN = (
    record(TABLE, **box((0, 0.45, 2), (1.2, 0.9, 0.6))),
    record(CABINET, openable=True),
    record(MICROWAVE, openable=True),
    record(MUG, pickupable=True, parentReceptacles=[TABLE]),
    record("Knife|+00.30|+00.95|+02.00", pickupable=True, parentReceptacles=[TABLE]),
)


def check_play(metadata: dict[str, Any]) -> None:
    facts = metadata_to_facts(metadata)
    game = facts_to_game(facts, HEAT_MUG, SENTENCE)
    commands = plan(game.start)
    assert commands
    play = Play(game)
    play.say(*commands)
    assert play.won


def test_a_foreign_kitchen_can_be_played() -> None:
    metadata = scene(*KITCHEN)
    check_play(metadata)
    told = facts_to_text(metadata_to_facts(metadata), HEAT_MUG, SENTENCE)
    assert "you see a cabinet 1, a countertop 1, and a microwave 1." in told


def test_an_agent_that_is_sent_to_a_place_is_there() -> None:
    metadata = scene(*KITCHEN)
    place = place_of(read(*KITCHEN), TABLE)
    x, z, turns, pitch = map(int, place.split("|")[1:])
    metadata["agent"] = {
        "position": vector(x / 4, 0.9, z / 4),
        "rotation": vector(0, turns * 90, 0),
        "cameraHorizon": pitch,
    }
    game = facts_to_game(metadata_to_facts(metadata), HEAT_MUG, SENTENCE)
    assert "take mug 1 from countertop 1" in Play(game).commands


def test_two_things_in_hand_are_no_game() -> None:
    held = [record(MUG, isPickedUp=True), record(BOWL, isPickedUp=True), record(TABLE)]
    with pytest.raises(GameError, match="2 objects in hand"):
        facts_to_game(metadata_to_facts(scene(*held)), HEAT_MUG, SENTENCE)


def test_the_recording_of_a_kitchen() -> None:
    """A chair on the floor and a faucet; with a kitchen around them it is a game."""
    path = FOLDER / "metadata-excerpt.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    metadata = json.loads(path.read_text("utf-8"))
    read_alone = metadata_to_facts(metadata)
    assert {str(fact) for fact in read_alone} == {
        "(atLocation agent1 loc_bar_0_bar__minus_5_bar_1_bar_0)",
        "(objectType chair_bar__minus_01_dot_85_bar__plus_00_dot_00_bar__minus_00_dot_96"
        " chairtype)",
    }
    metadata["objects"][1]["parentReceptacles"] = [TABLE]
    metadata["objects"] += KITCHEN
    check_play(metadata)
    play = Play(facts_to_game(metadata_to_facts(metadata), HEAT_MUG, SENTENCE))
    told = play.say("go to countertop 1")
    assert told.endswith("On the countertop 1, you see a faucet 1, a knife 1, and a mug 1.")


def example(schema: Mapping[str, Any]) -> Any:
    """The least value that a schema allows, with every key that it names."""
    if "anyOf" in schema:
        return example(schema["anyOf"][0])
    kind = schema["type"]
    kind = kind if isinstance(kind, str) else kind[-1]
    if kind == "object":
        return {key: example(value) for key, value in schema.get("properties", {}).items()}
    return {"array": [], "string": "", "boolean": False, "number": 0.0, "integer": 0}.get(kind)


@pytest.mark.parametrize("generation", ["early", "late"])
def test_records_of_every_schema_can_be_played(generation: str) -> None:
    path = FOLDER / f"metadata-schema-{generation}.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    schema = json.loads(path.read_text("utf-8"))
    metadata = example(schema)
    bare = schema["properties"]["objects"]["items"]
    metadata["objects"] = [example(bare) | entry for entry in KITCHEN]
    check_play(metadata)
