"""From facts to a problem, a game and a text; that nothing is lost is in `test_metadata.py`."""

import pytest
from rooms import PLACE_MUG, QUIRKY, Play, game_of

from crossworld.envs.core.errors import GameError, PddlSyntaxError
from crossworld.envs.core.pddl import Atom
from crossworld.envs.household import facts
from crossworld.envs.household.from_facts import facts_to_game, facts_to_problem, facts_to_text
from crossworld.envs.household.goal import write_goal

MUG = "mug_bar__plus_01_dot_00_bar__plus_01_dot_10_bar__plus_01_dot_00"


def test_a_goal_can_be_given_as_pddl_in_any_case() -> None:
    play = Play(game_of(QUIRKY))
    held = facts.facts(play.state)
    assert facts_to_problem(held, write_goal(PLACE_MUG)) == facts.problem(play.state)
    assert facts_to_problem(held, PLACE_MUG) == facts.problem(play.state)


def test_a_game_from_facts_can_be_played_on() -> None:
    play = Play(game_of(QUIRKY))
    play.say("go to shelf 1", "take mug 2 from shelf 2")
    game = facts_to_game(facts.facts(play.state), PLACE_MUG, "put a mug in shelf", "2.1.2")
    again = Play(game)
    assert again.commands == play.commands
    assert not again.won
    again.say("move mug 2 to shelf 1")
    assert again.text == "You move the mug 2 to the shelf 1."
    assert again.won


def test_the_opening_is_told_without_an_event() -> None:
    play = Play(game_of(QUIRKY))
    told = facts_to_text(facts.facts(play.state), PLACE_MUG, "put a mug in shelf")
    assert told == play.text


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        (Atom("glows", (MUG,)), r"\(glows mug.*no fact of the household's"),
        (Atom("pickupable", (MUG, MUG)), "no fact of the household's"),
        (Atom("openable", (MUG,)), "is used as"),
    ],
)
def test_wrong_facts_are_refused(fact: Atom, message: str) -> None:
    held = facts.facts(game_of(QUIRKY).start)
    with pytest.raises(GameError, match=message):
        facts_to_problem([*held, fact], PLACE_MUG)


def test_wrong_goals_and_versions_are_refused() -> None:
    held = facts.facts(game_of(QUIRKY).start)
    with pytest.raises(GameError, match="none of the six"):
        facts_to_problem(held, "(exists (?o - object) (pickupable ?o))")
    with pytest.raises(PddlSyntaxError):
        facts_to_problem(held, "(exists")
    with pytest.raises(ValueError, match=r"'3\.0' is none of 2\.1\.1"):
        facts_to_text(held, PLACE_MUG, "x", text_version="3.0")
