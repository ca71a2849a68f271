"""Metadata of a state: in AI2-THOR's schema, and read back as exactly the facts and the text."""

import json
import random
from collections.abc import Iterable
from dataclasses import replace
from math import dist
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from official import official_corpus
from rooms import PLACE_MUG, QUIRKY, Play, game_of, random_rooms

from crossworld.envs.core.pddl import Atom
from crossworld.envs.household import facts, files
from crossworld.envs.household.authoring import problem_text
from crossworld.envs.household.bodies import BODIES
from crossworld.envs.household.compile import compile_game
from crossworld.envs.household.engine import VERBS
from crossworld.envs.household.experts.handcoded import Handcoded
from crossworld.envs.household.experts.planner import plan
from crossworld.envs.household.from_facts import facts_to_game, facts_to_problem, facts_to_text
from crossworld.envs.household.from_metadata import metadata_to_facts
from crossworld.envs.household.game import Game
from crossworld.envs.household.games import compiled
from crossworld.envs.household.generation.generator import FAMILIES, GeneratedGame
from crossworld.envs.household.goal import GoalSpec
from crossworld.envs.household.metadata import ACTIONS, Drawn, scene_metadata
from crossworld.envs.household.thor_names import kind_of, object_id, point_of, spell, symbol_of
from crossworld.envs.household.versions import VERSIONS

QUICK = settings(deadline=None, max_examples=60)
SCHEMAS = Path(__file__).parents[2].parent / "shared" / "ai2thor"
MUG = "mug_bar__plus_01_dot_00_bar__plus_01_dot_10_bar__plus_01_dot_00"
FRIDGE = "fridge_bar__minus_01_dot_00_bar__plus_00_dot_00_bar__plus_01_dot_00"

generated = st.builds(GeneratedGame, st.sampled_from(list(FAMILIES)), st.integers(0, 2**63 - 1))


def symbols(game: Game) -> tuple[str, ...]:
    return (*game.receptacle_symbols, *game.object_symbols)


def drawing(game: Game, drawn: Iterable[str] | None = None) -> Drawn:
    """Ten centimetres of everything (or of some symbols), around the points in their ids."""
    boxes = {}
    for symbol in symbols(game) if drawn is None else drawn:
        x, y, z = point_of(object_id(symbol)) or (0.0, 0.0, 0.0)
        boxes[symbol] = ((x - 0.05, y, z - 0.05), (x + 0.05, y + 0.1, z + 0.05))
    return Drawn(
        boxes=boxes,
        yaws=dict.fromkeys(boxes, 90.0),
        seen={symbol: (1, 2, 30, 40) for symbol in list(boxes)[::2]},
        camera=((0.5, 1.5, 0.25), 180.0, 30.0, 60.0),
        size=300,
        room=((-5.0, 0.0, -5.0), (5.0, 2.5, 5.0)),
    )


def read_back(play: Play) -> dict[str, Any]:
    """Check that nothing is lost on the way, and return the metadata."""
    state, game = play.state, play.state.game
    metadata = json.loads(json.dumps(scene_metadata(state, play.event, drawing(game))))
    read = metadata_to_facts(metadata)
    assert read == facts.facts(state)
    spec, version = game.goal.spec, game.version.name
    assert facts_to_problem(read, spec) == facts.problem(state)
    assert facts_to_text(read, spec, state.sentence, play.event, version) == play.text
    return metadata


def play_through(game: Game, commands: Iterable[str]) -> None:
    play = Play(game)
    read_back(play)
    for command in commands:
        play.say(command)
        read_back(play)


# There and back


@QUICK
@given(random_rooms(), st.data(), st.sampled_from(list(VERSIONS)))
def test_nothing_is_lost_in_random_rooms(room_and_goal, data, version: str) -> None:
    play = Play(game_of(*room_and_goal, version=version))
    for _ in range(8):
        read_back(play)
        play.say(data.draw(st.sampled_from([*play.commands, "dance"])))


@settings(deadline=None, max_examples=15)
@given(generated, st.randoms(use_true_random=False))
def test_nothing_is_lost_in_generated_games(entry: GeneratedGame, dice: random.Random) -> None:
    play = Play(entry.load("auto"))
    for _ in range(12):
        read_back(play)
        play.say(dice.choice(play.commands))


def test_nothing_is_lost_on_the_way_of_experts() -> None:
    for index in range(4):
        game = GeneratedGame("valid_unseen", index).load("auto")
        play_through(game, plan(game.start) or [])
        play = Play(game)
        expert = Handcoded(play.text)
        for _ in range(20):
            command = expert.next_command()
            expert.update(command, play.say(command))
            read_back(play)


def test_nothing_is_lost_where_the_rules_are_odd() -> None:
    play_through(
        game_of(QUIRKY),
        ["go to shelf 1", "take apple 1 from shelf 2", "examine apple 1", "move apple 1 to shelf 1",
         "look", "take apple 1 from sidetable 1", "go to fridge 1", "cool apple 1 with fridge 1",
         "heat apple 1 with microwave 1", "inventory", "open fridge 1", "move apple 1 to fridge 1",
         "take egg 1 from fridge 1", "go to drawer 1", "use desklamp 1", "open drawer 1",
         "go to sinkbasin 1", "clean egg 1 with sinkbasin 1", "examine egg 1"],
    )  # fmt: skip


ODD_NAMES = {
    "agent1": "robot-1",
    "MugType": "Mug",  # no type of the catalogue's
    "loc_bar_2_bar_2_bar_0_bar_30": "kitchen.corner",
    "loc_bar_0_bar_0_bar_0_bar_30": "middle",
    MUG: "my|mug+1",
    "Knife_bar__plus_04_dot_00_bar__plus_00_dot_50_bar__plus_01_dot_10": "knife",
    "SideTable_bar__plus_03_dot_00_bar__plus_00_dot_00_bar__plus_01_dot_00": "=table_bar_7",
    "ShelfType": "RackType",
}


def test_nothing_is_lost_of_odd_names() -> None:
    text = problem_text(QUIRKY, PLACE_MUG).replace(MUG.replace("mug", "Mug", 1), MUG)
    egg = "egg_bar__plus_00_dot_00_bar__plus_00_dot_00_bar__plus_00_dot_00_bar_eggcracked_0"
    text = text.replace("(:objects", f"(:objects {egg} - object")
    text = text.replace("(:init", f"(:init (pickupable {egg}) (isHot {egg}) (isCool {egg})")
    for usual, odd in ODD_NAMES.items():
        assert usual in text
        text = text.replace(usual, odd)
    play = Play(compile_game(text, "x", VERSIONS["2.1.2"]))
    ids = {record["objectId"]: record for record in read_back(play)["objects"]}
    assert ids["Egg|+00.00|+00.00|+00.00|EggCracked_0"]["objectType"] == "EggCracked"
    assert {"=my|mug+1", "=knife", "==table_bar_7"} <= ids.keys()
    play.say("go to shelf 1")
    read_back(play)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="();")))
def test_spelling_can_be_undone(symbol: str) -> None:
    if symbol:
        assert symbol_of(spell(symbol.lower())) == symbol.lower()
        assert symbol_of(object_id(symbol.lower())) == symbol.lower()


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        (MUG, "Mug|+01.00|+01.10|+01.00"),
        ("sink_bar__minus_00_dot_90_bar__plus_00_dot_90_bar__plus_01_dot_00_bar_sinkbasin",
         "Sink|-00.90|+00.90|+01.00|SinkBasin"),
        ("tvstand_bar_1", "TVStand|1"),
        ("bread_bar_1_bar_breadsliced_10", "Bread|1|BreadSliced_10"),
        ("gizmo_bar_1", "Gizmo|1"),
        ("mug-1", "=mug-1"),
        ("loc_bar__minus_3_bar_2_bar_1_bar_30", "loc|-3|2|1|30"),
        ("houseplanttype", "HousePlantType"),
    ],
)  # fmt: skip
def test_names_are_ai2_thors(symbol: str, name: str) -> None:
    assert spell(symbol) == name
    assert kind_of("tvstandtype") == "TVStand"


# Official games


def test_nothing_is_lost_of_some_official_games() -> None:
    corpus = official_corpus()
    for split in corpus.splits:
        for folder in corpus.folders(split)[::40]:
            play_through(compiled(folder), files.read_game(folder.game_file).walkthrough)


@pytest.mark.slow
def test_nothing_is_lost_of_all_official_games() -> None:
    corpus = official_corpus()
    dice = random.Random(0)
    for split in corpus.splits:
        for folder in corpus.folders(split):
            play = Play(compiled(folder))
            for _ in range(5):
                read_back(play)
                play.say(dice.choice(play.commands))


@pytest.mark.slow
@pytest.mark.parametrize("split", list(FAMILIES))
def test_nothing_is_lost_of_many_generated_games(split: str) -> None:
    dice = random.Random(1)
    for index in range(60):
        play = Play(GeneratedGame(split, index).load("auto"))
        for _ in range(6):
            read_back(play)
            play.say(dice.choice(play.commands))


# What the records say


def records_of(play: Play, drawn: Drawn | None = None) -> dict[str, dict[str, Any]]:
    drawn = drawn or drawing(play.state.game)
    metadata = scene_metadata(play.state, play.event, drawn)
    return {symbol_of(record["objectId"]): record for record in metadata["objects"]}


@pytest.mark.parametrize("generation", ["early", "late"])
def test_metadata_fit_ai2_thors_own_schema(generation: str) -> None:
    path = SCHEMAS / f"metadata-schema-{generation}.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    jsonschema = pytest.importorskip("jsonschema")
    play = Play(game_of(QUIRKY))
    schema = jsonschema.Draft7Validator(json.loads(path.read_text("utf-8")))
    for command in ("look", "go to shelf 1", "take mug 1 from sidetable 1", "dance"):
        schema.validate(read_back(play))
        play.say(command)


def test_what_is_drawn_is_told() -> None:
    play = Play(game_of(QUIRKY))
    box = tuple(map(tuple, np.array([[1, 0.5, 2], [2, 1, 4]], np.float32)))
    drawn = Drawn(
        boxes={MUG: box},
        yaws={MUG: 45},
        seen={MUG: tuple(np.arange(4))},
        camera=((0, 1.5, 0), 0, 30, 60),
        size=np.int64(84),
        room=((-1, 0, -1), (1, 2, 3)),
    )
    metadata = json.loads(json.dumps(scene_metadata(play.state, play.event, drawn)))
    records = {symbol_of(record["objectId"]): record for record in metadata["objects"]}
    mug = records[MUG]
    assert mug["position"] == {"x": 1.5, "y": 0.5, "z": 3.0}
    assert mug["rotation"] == {"x": 0.0, "y": 45.0, "z": 0.0}
    assert mug["axisAlignedBoundingBox"]["size"] == {"x": 1.0, "y": 0.5, "z": 2.0}
    assert mug["axisAlignedBoundingBox"]["cornerPoints"][0] == [2.0, 1.0, 4.0]
    assert mug["axisAlignedBoundingBox"]["cornerPoints"][-1] == [1.0, 0.5, 2.0]
    assert round(mug["distance"], 6) == round(dist((0, 0.9, 0), (1.5, 0.5, 3)), 6)
    for name, record in records.items():
        visible = name == MUG
        assert record["visible"] == record["isInteractable"] == visible != record["obstructed"]
    assert metadata["instanceDetections2D"] == {mug["objectId"]: [0, 1, 2, 3]}
    assert metadata["screenWidth"] == metadata["screenHeight"] == 84
    assert metadata["fov"] == 60
    assert metadata["sceneBounds"]["center"] == {"x": 0.0, "y": 1.0, "z": 1.0}
    # What is not drawn has the place of its id; a receptacle the body of its kind.
    assert records[FRIDGE]["position"] == {"x": -1.0, "y": 0.0, "z": 1.0}
    assert records[FRIDGE]["axisAlignedBoundingBox"]["size"]["y"] == BODIES["Fridge"].height
    egg = next(record for record in records.values() if record["objectType"] == "Egg")
    assert set(egg["axisAlignedBoundingBox"]["size"].values()) == {0.0}


def test_states_are_told_under_old_and_new_keys() -> None:
    play = Play(game_of(QUIRKY))
    play.say("go to fridge 1", "open fridge 1", "take egg 1 from fridge 1")
    play.say("heat egg 1 with microwave 1")
    records = records_of(play)
    egg = next(record for record in records.values() if record["objectType"] == "Egg")
    assert egg["isPickedUp"] and egg["pickupable"] and egg["sliceable"] and not egg["isSliced"]
    assert egg["temperature"] == egg["ObjectTemperature"] == "Hot"
    assert egg["parentReceptacles"] is None
    fridge = records[FRIDGE]
    assert fridge["openable"] and fridge["isOpen"] and fridge["openness"] == 1.0
    assert fridge["isColdSource"] and fridge["canChangeTempToCold"] and not fridge["isHeatSource"]
    tomato = next(record for record in records.values() if record["objectType"] == "Tomato")
    assert fridge["receptacleObjectIds"] == [tomato["objectId"]]
    assert tomato["parentReceptacles"] == [fridge["objectId"]]
    metadata = scene_metadata(play.state, play.event, drawing(play.state.game))
    assert metadata["inventoryObjects"] == [{"objectId": egg["objectId"], "objectType": "Egg"}]
    assert metadata["hand"] == metadata["heldObjectPose"]
    assert metadata["hand"]["position"] == egg["position"]
    assert metadata["agent"]["position"] == {"x": -0.5, "y": 0.9, "z": 0.5}
    assert metadata["agent"]["cameraHorizon"] == 30
    assert {"x": 2.0, "y": 0.9, "z": 0.5} in metadata["reachablePositions"]
    play.say("use desklamp 1", "go to drawer 1", "use desklamp 1")
    lamp = next(r for r in records_of(play).values() if r["objectType"] == "DeskLamp")
    assert lamp["toggleable"] and lamp["isToggled"]


def test_the_hand_is_told_in_the_agents_frame() -> None:
    """For who faces +x, a metre along +x and half a metre along -z is ahead and to the right."""
    play = Play(game_of(replace(QUIRKY, start=(0, 0, 1, 30))))
    play.say("go to shelf 1", "take mug 2 from shelf 2")
    state = play.state
    state.location = state.game.start.location
    box = ((0.9, 1.0, -0.6), (1.1, 1.2, -0.4))
    drawn = Drawn({MUG: box}, {}, {}, ((0, 1.5, 0), 0, 30, 60), 64, ((0, 0, 0), (1, 1, 1)))
    local = scene_metadata(state, play.event, drawn)["hand"]["localPosition"]
    assert [round(local[axis], 6) for axis in "xyz"] == [0.5, 0.1, 1.0]


def test_a_bowl_and_a_table_are_told_apart() -> None:
    """A mug with an apple in it, both on a table; the apple is on a shelf too."""
    records = records_of(Play(game_of(QUIRKY)))
    apple = next(record for record in records.values() if record["objectType"] == "Apple")
    kinds = sorted(records[symbol_of(name)]["objectType"] for name in apple["parentReceptacles"])
    assert kinds == ["Mug", "Shelf", "SideTable"]


def test_actions_have_ai2_thors_names() -> None:
    assert ACTIONS.keys() == VERBS
    play = Play(game_of(QUIRKY))
    told = []
    for command in ("go to fridge 1", "open fridge 1", "take egg 1 from fridge 1", "dance"):
        play.say(command)
        metadata = scene_metadata(play.state, play.event, drawing(play.state.game))
        told.append((metadata["lastAction"], metadata["lastActionSuccess"]))
    assert told == [
        ("GotoLocation", True), ("OpenObject", True), ("PickupObject", True), ("", False),
    ]  # fmt: skip
    assert "'dance' is no command" in metadata["errorMessage"]


def test_metadata_are_the_callers_to_keep() -> None:
    play = Play(game_of(QUIRKY))
    drawn = drawing(play.state.game)
    first = scene_metadata(play.state, play.event, drawn)
    kept = json.dumps(first)
    first["objects"].clear()
    first["alfred"]["places"].clear()
    first["hand"]["position"].clear()
    first["distances"].append(1)
    second = scene_metadata(play.state, play.event, drawn)
    assert json.dumps(second) == kept
    assert second["distances"] is not second["normals"]


def headings(known: Iterable[Atom]) -> dict[str, str]:
    return {
        fact.args[0]: fact.args[1].split("_bar_")[3]
        for fact in known
        if fact.predicate == "receptacleAtLocation"
    }


def test_places_are_found_again_in_rooms_of_ours() -> None:
    """Without our own key, nearly all receptacles are used from the same side as in the game."""
    same = []
    for index in range(10):
        play = Play(GeneratedGame("train", index).load("auto"))
        metadata = scene_metadata(play.state, play.event, drawing(play.state.game, ()))
        del metadata["alfred"]
        true, found = headings(facts.facts(play.state)), headings(metadata_to_facts(metadata))
        same += [true[symbol] == found[symbol] for symbol in true]
    assert mean(same) > 0.95


@pytest.mark.parametrize("generation", ["early", "late"])
def test_our_metadata_without_our_key_are_still_a_game(generation: str) -> None:
    """What code that knows only AI2-THOR's keys of one version gets from us."""
    path = SCHEMAS / f"metadata-schema-{generation}.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    schema = json.loads(path.read_text("utf-8"))
    bare = schema["properties"]["objects"]["items"]["required"]
    play = Play(game_of(QUIRKY))
    play.say(
        "go to fridge 1", "open fridge 1", "take egg 1 from fridge 1", "cool egg 1 with fridge 1"
    )
    metadata = scene_metadata(play.state, play.event, drawing(play.state.game, ()))
    metadata = {key: metadata[key] for key in schema["required"]}
    metadata["objects"] = [{key: entry[key] for key in bare} for entry in metadata["objects"]]
    goal = GoalSpec("pick_cool_then_place_in_recep", "EggType", "SideTableType")
    game = facts_to_game(metadata_to_facts(metadata), goal, "cool some egg and put it in sidetable")
    again = Play(game)
    assert again.say("inventory") == "You are carrying: a egg 1."
    again.say(*(plan(again.state) or []))
    assert again.won
