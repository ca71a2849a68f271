"""Goals: six shapes, whatever their nesting, order or variable names; nothing else."""

import pytest
from rooms import QUIRKY, Play, game_of

from crossworld.envs.core.errors import GameError
from crossworld.envs.core.pddl import parse
from crossworld.envs.household.goal import TASK_TYPES, GoalSpec, read_goal, write_goal


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_written_goals_are_read_back(task_type: str) -> None:
    look = task_type == "look_at_obj_in_light"
    spec = GoalSpec(task_type, "mugtype", *(("", "desklamptype") if look else ("shelftype",)))
    assert read_goal(parse(write_goal(spec))) == spec


def test_names_order_and_nesting_do_not_matter() -> None:
    formula = parse(
        "(and (exists (?q - receptacle) (and (receptacleType ?q ShelfType) (exists (?a - object)"
        " (and (and (objectType ?a MugType)) (exists (?b - object) (and (not (= ?b ?a))"
        " (inReceptacle ?b ?q) (objectType ?b MugType) (receptacleType ?q ShelfType)))"
        " (inReceptacle ?a ?q))))))"
    )
    assert read_goal(formula) == GoalSpec("pick_two_obj_and_place", "mugtype", "shelftype")


@pytest.mark.parametrize(
    "formula",
    [
        "(or (holds ?a ?o))",
        "(forall (?o - object) (holds ?a ?o))",
        "(not (holds ?a ?o))",
        "(and)",
        "(exists (?o - object ?r - receptacle) (and (inReceptacle ?o ?r) (objectType ?o MugType)))",
        # two objects in two different receptacles
        "(exists (?o - object ?p - object ?r - receptacle ?s - receptacle) (and (inReceptacle ?o ?r)"
        " (inReceptacle ?p ?s) (not (= ?o ?p)) (objectType ?o MugType) (objectType ?p MugType)"
        " (receptacleType ?r ShelfType)))",
        # two kinds of object
        "(exists (?o - object ?p - object ?r - receptacle) (and (inReceptacle ?o ?r)"
        " (inReceptacle ?p ?r) (not (= ?o ?p)) (objectType ?o MugType) (objectType ?p CupType)"
        " (receptacleType ?r ShelfType)))",
        # a named thing instead of a variable
        "(exists (?r - receptacle) (and (inReceptacle mug1 ?r) (objectType mug1 MugType)"
        " (receptacleType ?r ShelfType)))",
    ],
)
def test_other_goals_are_refused(formula: str) -> None:
    with pytest.raises(GameError, match="goal"):
        read_goal(parse(formula))


def test_share_counts_conditions() -> None:
    play = Play(
        game_of(QUIRKY, GoalSpec("pick_heat_then_place_in_recep", "EggType", "SideTableType"))
    )
    goal = play.state.game.goal
    assert goal.share(play.state) == 0
    play.say(
        "go to fridge 1", "open fridge 1", "take egg 1 from fridge 1", "heat egg 1 with microwave 1"
    )
    assert goal.share(play.state) == 0.5
    play.say("go to shelf 1", "move egg 1 to sidetable 1")
    assert goal.share(play.state) == 1


def test_share_of_two_objects_counts_one_receptacle() -> None:
    play = Play(game_of(QUIRKY, GoalSpec("pick_two_obj_and_place", "MugType", "ShelfType")))
    goal = play.state.game.goal
    assert goal.share(play.state) == 0.5
    play.say("go to shelf 1", "take mug 1 from sidetable 1", "move mug 1 to shelf 1")
    assert goal.share(play.state) == 0.5, "one on each shelf is not two on one"
    play.say("take mug 1 from shelf 1", "move mug 1 to shelf 2")
    assert goal.share(play.state) == 1
