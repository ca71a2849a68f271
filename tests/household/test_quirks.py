"""The twenty quirks of upstream's text games, each kept on purpose."""

import re

import pytest
from rooms import PLACE_MUG, QUIRKY, Play, game_of

from crossworld.envs.household.catalogue import ADMITS
from crossworld.envs.household.goal import GoalSpec
from crossworld.envs.household.names import display_names
from crossworld.envs.household.text import NOTHING_HAPPENS


@pytest.fixture
def play() -> Play:
    return Play(game_of(QUIRKY))


def test_quirk_1_first_symbol_gets_the_highest_number() -> None:
    symbols = ("drawer_bar__minus_01", "drawer_bar__plus_01", "drawer_bar__plus_02", "agent1")
    names = display_names(symbols)
    assert [names[s] for s in symbols] == ["drawer 3", "drawer 2", "drawer 1", "agent1 "]


def test_quirk_1_things_never_seen_leave_gaps(play: Play) -> None:
    names = set(play.state.game.object_names)
    assert {"mug 1", "mug 2", "mug 3"} <= names
    seen = set(
        re.findall(
            r"mug \d",
            play.say("go to shelf 1")
            + play.say("go to sidetable 1", "examine sidetable 1")
            + play.say("examine shelf 2"),
        )
    )
    assert len(seen) == 2


def test_quirk_1_basins_are_a_class_of_their_own() -> None:
    names = display_names(("sink_bar__plus_01", "sink_bar__plus_01_bar_sinkbasin"))
    assert set(names.values()) == {"sink 1", "sinkbasin 1"}


def test_quirk_2_listings_by_symbol_and_commands_by_string(play: Play) -> None:
    assert "a shelf 2, a shelf 1," in play.text
    assert play.commands == sorted(play.commands)
    assert play.commands.index("go to shelf 1") < play.commands.index("go to shelf 2")


def test_quirk_3_only_the_held_object_can_be_examined(play: Play) -> None:
    play.say("go to shelf 2")
    assert play.say("examine mug 2") == NOTHING_HAPPENS
    play.say("take mug 2 from shelf 2")
    assert play.say("examine mug 2").startswith("This is a normal mug 2.")


def test_quirk_4_no_going_to_where_one_is(play: Play) -> None:
    play.say("go to shelf 1")
    assert not {"go to shelf 1", "go to shelf 2", "go to sidetable 1"} & set(play.commands)
    assert play.say("go to shelf 2") == NOTHING_HAPPENS
    assert "On the shelf 2" in play.say("examine shelf 2")


def test_quirk_5_look_before_the_first_move_sees_nothing(play: Play) -> None:
    assert play.say("look") == (
        "You are in the middle of a room. Looking quickly around you, you see nothing."
    )


def test_quirk_6_next_to_it_lists_what_was_moved_within_a_place(play: Play) -> None:
    play.say("go to shelf 2", "take mug 2 from shelf 2")
    assert play.say("look").endswith("Next to it, you see nothing.")
    play.say("move mug 2 to sidetable 1")
    assert play.say("look") == (
        "You are facing the shelf 2, shelf 1, and sidetable 1. Next to it, you see a mug 2."
    )
    play.say("take mug 2 from sidetable 1", "move mug 2 to shelf 1")
    assert play.say("look").endswith("Next to it, you see a mug 2, and a mug 2.")


def test_quirk_7_objects_in_several_receptacles_are_taken_from_one(play: Play) -> None:
    assert "a apple 1" in play.say("go to shelf 1")
    play.say("take apple 1 from shelf 1")
    assert "a apple 1" in play.say("examine sidetable 1")
    play.say("move apple 1 to sidetable 1")
    assert "take apple 1 from sidetable 1" in play.commands


def test_quirk_7_a_goal_can_hold_while_its_object_is_in_hand() -> None:
    play = Play(game_of(QUIRKY, GoalSpec("pick_and_place_simple", "AppleType", "SideTableType")))
    assert play.won
    play.say("go to shelf 1", "take apple 1 from shelf 1")
    assert play.won


def test_quirk_8_taking_forgets_the_present_place_only(play: Play) -> None:
    game = play.state.game
    apple = 1 << game.object_index["apple 1"]
    here, elsewhere = (game.location_of[game.receptacle_index[r]] for r in ("shelf 1", "drawer 1"))
    play.state.at[elsewhere] |= apple
    play.say("go to shelf 1", "take apple 1 from shelf 1")
    assert not play.state.at[here] & apple
    assert play.state.at[elsewhere] & apple


def test_quirk_9_use_works_through_doors_and_never_switches_off(play: Play) -> None:
    play.say("go to drawer 1")
    for _ in range(2):
        assert play.say("use desklamp 1") == "You turn on the desklamp 1."
        assert play.state.toggled


def test_quirk_10_appliances_stay_closed_and_heat_excludes_cool(play: Play) -> None:
    play.say("go to fridge 1", "open fridge 1", "take egg 1 from fridge 1", "close fridge 1")
    assert play.say("examine egg 1") == "This is a cold egg 1."
    assert play.say("heat egg 1 with microwave 1") == "You heat the egg 1 using the microwave 1."
    assert play.say("examine egg 1") == "This is a hot egg 1."
    play.say("cool egg 1 with fridge 1", "go to sinkbasin 1", "clean egg 1 with sinkbasin 1")
    assert play.say("examine egg 1") == "This is a cool and clean egg 1."
    assert play.say("clean egg 1 with sinkbasin 1") == "You clean the egg 1 using the sinkbasin 1."


def test_quirk_11_only_types_limit_what_fits(play: Play) -> None:
    play.say("go to drawer 1", "open drawer 1", "take knife 1 from drawer 1", "go to toaster 1")
    assert not [c for c in play.commands if c.startswith("move ")]
    assert ADMITS["Toaster"] == ()
    assert play.say("move knife 1 to toaster 1") == NOTHING_HAPPENS


def test_quirk_12_slicing_works_through_doors_and_again(play: Play) -> None:
    play.say("go to drawer 1", "open drawer 1", "take knife 1 from drawer 1", "go to fridge 1")
    assert "slice tomato 1 with knife 1" in play.commands
    for _ in range(2):
        assert (
            play.say("slice tomato 1 with knife 1") == "You sliced the tomato 1 with the knife 1."
        )


def test_quirk_13_receptacle_objects_hide_their_state(play: Play) -> None:
    play.say("go to sidetable 1", "take mug 1 from sidetable 1", "go to sinkbasin 1")
    play.say("clean mug 1 with sinkbasin 1")
    assert play.say("examine mug 1") == "This is a normal mug 1. In it, you see a apple 1."


def test_quirk_14_costs_have_no_visible_influence(play: Play) -> None:
    before = play.state.key()
    play.say("look", "inventory", "help")
    assert play.state.key() == before


def test_quirk_15_commands_match_exactly_but_for_outer_blanks(play: Play) -> None:
    for refused in ("Look", "look around", "go to  shelf 1", "go shelf 1", "go to the shelf 1"):
        assert play.say(refused) == NOTHING_HAPPENS
    assert play.say(" \t look \n") != NOTHING_HAPPENS


def test_quirk_16_a_look_task_can_be_lost_again() -> None:
    play = Play(
        game_of(QUIRKY, GoalSpec("look_at_obj_in_light", "KnifeType", lamp_type="DeskLampType"))
    )
    play.say("go to drawer 1", "open drawer 1", "take knife 1 from drawer 1", "use desklamp 1")
    assert play.won
    play.say("go to shelf 1")
    assert not play.won
    play.say("go to drawer 1")
    assert play.won


def test_quirk_17_commands_are_listed_once(play: Play) -> None:
    play.say("go to sidetable 1")
    assert len(play.commands) == len(set(play.commands))


def test_quirk_18_nothing_is_random() -> None:
    script = ("go to shelf 1", "take apple 1 from shelf 1", "go to fridge 1", "look", "inventory")
    first, second = (Play(game_of(QUIRKY)) for _ in range(2))
    assert [first.say(c) for c in script] == [second.say(c) for c in script]


def test_quirk_19_facts_are_the_state_and_nothing_of_the_planner(play: Play) -> None:
    from crossworld.envs.household.facts import facts

    assert not [atom for atom in facts(play.state) if "axiom" in atom.predicate]


def test_quirk_20_versions_word_things_differently() -> None:
    old, new = (Play(game_of(QUIRKY, PLACE_MUG, v)) for v in ("2.1.1", "2.1.2"))
    assert re.match(r"You arrive at loc \d+\. On the shelf 2, ", old.say("go to shelf 2"))
    assert new.say("go to shelf 2").startswith("You arrive at shelf 2. On the shelf 2, ")
    old.say("take mug 2 from shelf 2")
    new.say("take mug 2 from shelf 2")
    assert old.say("put mug 2 in/on shelf 1") == "You put the mug 2 in/on the shelf 1."
    assert new.say("move mug 2 to shelf 1") == "You move the mug 2 to the shelf 1."
    assert "help" in new.commands
    assert "help" not in old.commands
    assert old.say("help") == NOTHING_HAPPENS


def test_help_keeps_its_last_newline_only(play: Play) -> None:
    text = play.say("help")
    assert text.startswith("Available commands:\n")
    assert text.endswith("using a sharp object\n")


def test_holding_what_nothing_accepts_ends_hope() -> None:
    play = Play(game_of(QUIRKY, GoalSpec("pick_and_place_simple", "KnifeType", "SideTableType")))
    assert not play.state.game.goal.lost(play.state)
    play.say("go to shelf 1", "take teddybear 1 from shelf 1")
    assert play.state.game.goal.lost(play.state)
