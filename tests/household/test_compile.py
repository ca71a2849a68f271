"""Problems that the rules do not cover are refused by name, never misread."""

import pytest
from rooms import PLACE_MUG, QUIRKY

from crossworld.envs.core.errors import GameError
from crossworld.envs.household.authoring import problem_text
from crossworld.envs.household.compile import compile_game
from crossworld.envs.household.versions import VERSIONS

PROBLEM = problem_text(QUIRKY, PLACE_MUG)
TABLE = "SideTable_bar__plus_03_dot_00_bar__plus_00_dot_00_bar__plus_01_dot_00"
MUG = "Mug_bar__plus_01_dot_00_bar__plus_01_dot_10_bar__plus_01_dot_00"
START = "loc_bar_0_bar_0_bar_0_bar_30"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("(:domain alfred)", "(:domain blocks)", "'blocks'"),
        ("(:init", "(:init (glows mug)", "unknown predicate 'glows'"),
        ("(:init", f"(:init (inReceptacle {MUG})", "takes 2 arguments, has 1"),
        ("(:init", "(:init (pickupable ghost)", "'ghost' in pickupable must be declared"),
        ("(:init", f"(:init (openable {MUG})", "must be declared as 'receptacle'"),
        ("(:init", f"(:init (receptacleAtLocation {TABLE} {START})", "several locations"),
        ("(:init", f"(:init (receptacleType {TABLE} DeskType)", "several types"),
        ("(:init", f"(:init (objectType {MUG} CupType)", "several types"),
        (f"(receptacleType {TABLE} SideTableType)", "", "no types"),
        (f"(atLocation agent1 {START})", "", "0 agents"),
        ("(:init", "(:init (atLocation agent1 loc_bar_2_bar_2_bar_0_bar_30)", "starts in 2 places"),
        ("MugType)", "M\u00fcgType)", "declared"),
    ],
)
def test_refused(old: str, new: str, message: str) -> None:
    changed = PROBLEM.replace(old, new, 1)
    assert changed != PROBLEM
    with pytest.raises(GameError, match=message):
        compile_game(changed, "x", VERSIONS["2.1.2"])


def test_objects_without_a_type_take_part_in_numbering() -> None:
    """Two official games hold cracked eggs that are only pickupable."""
    egg = "Egg_bar__plus_00_dot_00_bar__plus_00_dot_00_bar__plus_00_dot_00_bar_EggCracked_0"
    changed = PROBLEM.replace("(:objects", f"(:objects {egg} - object").replace(
        "(:init", f"(:init (pickupable {egg})"
    )
    game = compile_game(changed, "x", VERSIONS["2.1.2"])
    assert {"egg 1", "egg 2"} <= set(game.object_names)


def test_held_and_opened_can_be_given() -> None:
    from crossworld.envs.household.facts import facts

    changed = PROBLEM.replace(
        f"(inReceptacle {MUG} ",
        f"(holdsAny agent1) (holds agent1 {MUG}) (wasInReceptacle {MUG} ",
        1,
    )
    game = compile_game(changed, "x", VERSIONS["2.1.2"])
    assert game.object_names[game.start.held].startswith("mug")
    assert any(atom.predicate == "holds" for atom in facts(game.start))
