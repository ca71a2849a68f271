"""Metadata: JSON-able, and the same facts and text again."""

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.envs.core.errors import MetadataError
from crossworld.envs.tabletop import shapes
from crossworld.envs.tabletop.facts import facts
from crossworld.envs.tabletop.metadata import TABLE, metadata_to_facts, scene_metadata
from crossworld.envs.tabletop.moves import lifted
from crossworld.envs.tabletop.physics.bullet import BulletPhysics
from crossworld.envs.tabletop.relations import entities
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.text import OPENING, Event, facts_to_text
from crossworld.envs.tabletop.world import TabletopWorld

START = Event(OPENING, ticks=0)


def check(world: TabletopWorld) -> dict[str, Any]:
    metadata: dict[str, Any] = json.loads(json.dumps(world.scene_metadata(96), allow_nan=False))
    assert metadata == world.scene_metadata(96)
    known = metadata_to_facts(metadata)
    assert known == facts(world.state)
    assert facts_to_text(known) in world.text()
    return metadata


def check_links(world: TabletopWorld, metadata: dict[str, Any]) -> None:
    records = {record["objectId"]: record for record in metadata["objects"]}
    assert len(records) == len(metadata["objects"]) == 1 + len(entities(world.state.scene))
    for name, record in records.items():
        assert record["isPickedUp"] == (
            name in [o["objectId"] for o in metadata["inventoryObjects"]]
        )
        for parent in record["parentReceptacles"]:
            assert name in records[parent]["receptacleObjectIds"]
        for child in record["receptacleObjectIds"]:
            assert name in records[child]["parentReceptacles"]
        box, middle = record["axisAlignedBoundingBox"], record["position"]
        corners = np.array(box["cornerPoints"])
        assert corners.shape == (8, 3)
        assert len(np.unique(corners, axis=0)) == 8
        for k, axis in enumerate("xyz"):
            assert np.ptp(corners[:, k]) == pytest.approx(box["size"][axis], abs=1e-9)
            assert corners[:, k].min() + np.ptp(corners[:, k]) / 2 == pytest.approx(
                box["center"][axis]
            )
            assert name == TABLE or corners[:, k].min() < middle[axis] < corners[:, k].max()
    event = world.event
    assert metadata["lastActionSuccess"] == event.valid
    assert metadata["errorMessage"] == event.feedback
    assert metadata["screenWidth"] == 96


def test_facts_and_text_are_read_back(moments: Any) -> None:
    held = riding = 0
    for moment in moments:
        check_links(moment.world, check(moment.world))
        held += moment.world.state.held >= 0
        riding += len(moment.world.state.lifted) > 1
    assert held > 15 and riding > 0


@pytest.mark.slow
def test_facts_and_text_are_read_back_in_many_games(many_moments: Any) -> None:
    for moment in many_moments:
        check(moment.world)


def test_a_load_in_the_gripper_is_read_back(table: Any) -> None:
    state = table(
        (shapes.pallet(), "brown", 0.5, 0.0, 0.0, 30.0), (shapes.block(), "red", 0.48, 0.0, 0.02, 0.0),
        (shapes.block(), "blue", 0.48, 0.0, 0.06, 0.0), (shapes.bowl(), "cyan", 0.38, 0.12, 0.0, 0.0),
        (shapes.ball(), "pink", 0.38, 0.12, 0.006, 0.0), (shapes.zone(), "green", 0.6, -0.1, 0.0, 0.0),
    )  # fmt: skip
    for thing in (0, 3):
        hanging = lifted(state, thing)
        assert len(hanging.lifted) == 3 - (thing == 3)
        assert metadata_to_facts(scene_metadata(hanging, START, 64)) == facts(hanging)


@given(x=st.floats(-0.075, 0.075), y=st.floats(-0.075, 0.075), yaw=st.floats(0, 360))
@settings(deadline=None, max_examples=25)
def test_what_lies_on_a_rim_is_read_back(table: Any, x: float, y: float, yaw: float) -> None:
    """On or in is not told by boxes alone."""
    for holder in (shapes.bowl(), shapes.box(), shapes.corner()):
        low = holder.size[2] + 0.001
        state = table(
            (holder, "cyan", 0.5, 0.0, 0.0, yaw), (shapes.ball(), "red", 0.5 + x, y, low, 0.0)
        )
        settled = BulletPhysics().settle(state.scene, state.poses, ())
        for poses in (state.poses, settled):
            state = State(state.scene, poses, state.cup)
            assert metadata_to_facts(scene_metadata(state, START, 64)) == facts(state)


def test_metadata_is_the_callers_to_keep(moments: Any) -> None:
    world = moments[3].world
    first = world.scene_metadata(64)
    spoilt = world.scene_metadata(64)
    spoilt["objects"].clear()
    spoilt["agent"]["position"]["x"] = 7
    assert world.scene_metadata(64) == first


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to all parts of nested dictionaries and lists."""
    found = [at]
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, part in items:
        found += paths(part, (*at, key))
    return found


WRONG = (None, 7, "no such thing", [], {}, [None], {"x": None}, float("inf"), float("nan"), True)


@given(data=st.data())
@settings(deadline=None, max_examples=150)
def test_damaged_metadata_is_a_clear_error_or_none(moments: Any, data: Any) -> None:
    """Nothing else than `MetadataError` is ever raised, and no facts are made that are no atoms."""
    moment = moments[data.draw(st.integers(0, len(moments) - 1))]
    damaged = copy.deepcopy(moment.world.scene_metadata(64))
    place = data.draw(st.sampled_from(paths(damaged)[1:]))
    part = damaged
    for key in place[:-1]:
        part = part[key]
    if data.draw(st.booleans()):
        del part[place[-1]]
    else:
        part[place[-1]] = data.draw(st.sampled_from(WRONG))
    try:
        found = metadata_to_facts(damaged)
    except MetadataError:
        return
    assert all(isinstance(arg, str) for atom in found for arg in (atom.predicate, *atom.args))


@pytest.mark.parametrize("key", ["objects", "inventoryObjects", "sceneBounds"])
def test_what_facts_need_is_missed(moments: Any, key: str) -> None:
    for damage in (
        lambda m: m.pop(key),
        lambda m: m.update({key: 7}),
        lambda m: m.update({key: "x"}),
    ):
        metadata = moments[0].world.scene_metadata(64)
        damage(metadata)
        with pytest.raises(MetadataError, match="metadata"):
            metadata_to_facts(metadata)


@pytest.mark.parametrize(
    "key",
    [
        "name", "objectId", "position", "receptacle", "receptacleObjectIds", "parentReceptacles",
        "parentRelations", "pickupable", "moveable", "axisAlignedBoundingBox",
    ],
)  # fmt: skip
def test_what_facts_need_of_a_thing_is_missed(moments: Any, key: str) -> None:
    metadata = moments[0].world.scene_metadata(64)
    del metadata["objects"][1][key]
    with pytest.raises(MetadataError, match="metadata"):
        metadata_to_facts(metadata)


@pytest.mark.parametrize("wrong", [None, 7, "metadata", [], {}, {"objects": []}])
def test_no_metadata_at_all_is_a_clear_error(wrong: Any) -> None:
    with pytest.raises(MetadataError, match="metadata"):
        metadata_to_facts(wrong)


def test_values_that_only_look_right_are_a_clear_error(moments: Any) -> None:
    def endless(metadata: dict[str, Any]) -> None:
        metadata["objects"][1]["position"]["x"] = float("inf")

    def flat(metadata: dict[str, Any]) -> None:
        metadata["sceneBounds"]["cornerPoints"] = [[0.0, 0.0, 0.0]] * 8

    damages = (
        endless, flat, lambda m: m["objects"][1].update(name=7),
        lambda m: m["objects"][1].update(parentRelations=["under"]),
        lambda m: m["objects"][1].update(parentRelations=[]),
        lambda m: m["objects"][1].update(parentReceptacles=["no such thing"]),
    )  # fmt: skip
    for damage in damages:
        metadata = moments[0].world.scene_metadata(64)
        damage(metadata)
        with pytest.raises(MetadataError, match="metadata"):
            metadata_to_facts(metadata)
