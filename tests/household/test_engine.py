"""Properties of the rules, over random rooms and random play."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rooms import Play, game_of, random_rooms

from crossworld.envs.core.pddl import Atom
from crossworld.envs.household import engine, facts
from crossworld.envs.household.compile import compile_game
from crossworld.envs.household.state import State
from crossworld.envs.household.statements import EMPTY_HANDS
from crossworld.envs.household.text import describe
from crossworld.envs.household.versions import VERSIONS
from crossworld.envs.household.world import HouseholdWorld

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(random_rooms(), st.data())
def test_exactly_the_listed_commands_are_possible(room_and_goal, data) -> None:
    play = Play(game_of(*room_and_goal))
    game = play.state.game
    objects, receptacles = game.object_names, game.receptacle_names
    every = ["look", "inventory", "help", "", "jump"]
    every += [f"{verb} {r}" for verb in ("go to", "open", "close", "examine") for r in receptacles]
    every += [f"{verb} {o}" for verb in ("use", "examine") for o in objects]
    every += [f"take {o} from {r}" for o in objects for r in receptacles]
    every += [f"move {o} to {r}" for o in objects for r in receptacles]
    every += [
        f"{v} {o} with {r}" for v in ("clean", "heat", "cool") for o in objects for r in receptacles
    ]
    every += [f"slice {o} with {k}" for o in objects for k in objects]
    for _ in range(12):
        listed = play.commands
        assert listed == sorted(set(listed))
        possible = []
        for command in every:
            state = play.state.copy()
            before = state.key()
            event = engine.act(state, command)
            assert event.valid == (event.feedback == "")
            if event.valid:
                possible.append(command)
            else:
                assert state.key() == before, "what is not possible must change nothing"
        assert sorted(possible) == listed
        play.say(data.draw(st.sampled_from(listed)))


@QUICK
@given(random_rooms(), st.data())
def test_state_round_trips_through_json_and_pddl(room_and_goal, data) -> None:
    play = Play(game_of(*room_and_goal))
    game = play.state.game
    for _ in range(10):
        play.say(data.draw(st.sampled_from(play.commands)))
        assert State.from_json(game, play.state.to_json()).key() == play.state.key()
        written = facts.problem(play.state)
        again = compile_game(written, play.state.sentence, VERSIONS["2.1.2"])
        assert facts.facts(again.start) == facts.facts(play.state)
        assert facts.problem(again.start) == written
        twin = again.start.copy()
        for command in ("look", "inventory", *(f"examine {r}" for r in game.receptacle_names)):
            ours, theirs = play.state.copy(), twin.copy()
            assert describe(ours, engine.act(ours, command)) == describe(
                theirs, engine.act(theirs, command)
            )
        assert engine.admissible_commands(twin) == play.commands
        assert again.goal.share(twin) == game.goal.share(play.state)


@QUICK
@given(random_rooms(), st.text(max_size=80))
def test_any_text_is_answered(room_and_goal, command: str) -> None:
    play = Play(game_of(*room_and_goal))
    assert play.say(command)


@QUICK
@given(random_rooms(), st.data())
def test_facts_say_where_everything_is(room_and_goal, data) -> None:
    play = Play(game_of(*room_and_goal))
    game = play.state.game
    for _ in range(8):
        play.say(data.draw(st.sampled_from(play.commands)))
        atoms = facts.facts(play.state)
        held = {a.args[1] for a in atoms if a.predicate == "holds"}
        assert len(held) == (play.state.held >= 0)
        for r, symbol in enumerate(game.receptacle_symbols):
            opened = Atom("opened", (symbol,)) in atoms
            assert opened == bool(play.state.opened >> r & 1)


@QUICK
@given(random_rooms(), st.data())
def test_true_statements_are_among_the_possible_ones(room_and_goal, data) -> None:
    world = HouseholdWorld(game_of(*room_and_goal).start.copy())
    for _ in range(12):
        true = world.true_statements()
        assert set(true) <= world.statements()
        assert (EMPTY_HANDS in true) == (world.state.held < 0)
        world.act(data.draw(st.sampled_from(world.admissible_commands())))


def test_statements_follow_state_and_gaze() -> None:
    from rooms import QUIRKY

    world = HouseholdWorld(game_of(QUIRKY).start.copy())
    assert {"you see a fridge", "you see a microwave"} <= set(world.true_statements())
    world.act("go to fridge 1")
    before = set(world.true_statements())
    assert {"the fridge 1 is closed", "you are at the fridge 1", "you see a fridge"} <= before
    assert not {"you see a egg", "you see a microwave"} & before
    world.act("open fridge 1")
    assert {"you see a egg", "the egg 1 is in the fridge 1"} <= set(world.true_statements())
    world.act("take egg 1 from fridge 1")
    world.act("heat egg 1 with microwave 1")
    after = set(world.true_statements())
    assert {"you hold the egg 1", "you see a egg", "the egg 1 is hot"} <= after
    assert not {"the egg 1 is cool", "the egg 1 is in the fridge 1", EMPTY_HANDS} & after


def test_feedback_says_why() -> None:
    from rooms import QUIRKY

    play = Play(game_of(QUIRKY))
    reasons = {
        "take mug 2 from shelf 2": "You are not at the shelf 2: go there first.",
        "go to sofa 1": "There is no receptacle called 'sofa 1'.",
        "open shelf 1": "You are not at the shelf 1: go there first.",
        "heat mug 1 with microwave 1": "Your hands are empty: take an object first.",
        "dance": "'dance' is no command. Commands are listed as admissible.",
    }
    for command, reason in reasons.items():
        play.say(command)
        assert play.event.feedback == reason
    play.say("go to fridge 1", "take egg 1 from fridge 1")
    assert play.event.feedback == "The fridge 1 is closed: open it first."
    play.say("open fridge 1", "open fridge 1")
    assert play.event.feedback == "The fridge 1 is open already."
    play.say("take egg 1 from fridge 1", "take tomato 1 from fridge 1")
    assert play.event.feedback == "Your hands are full: you hold the egg 1."
    play.say("close fridge 1", "move egg 1 to fridge 1")
    assert play.event.feedback == "The fridge 1 is closed: open it first."
    play.say("clean egg 1 with fridge 1")
    assert play.event.feedback == "You cannot clean anything with the fridge 1."
    play.say("slice egg 1 with egg 1")
    assert play.event.feedback == "The egg 1 does not cut."


def test_feedback_tells_nothing_that_is_hidden() -> None:
    """The same refusal for what is not there and for what is out of sight."""
    from rooms import QUIRKY

    play = Play(game_of(QUIRKY))
    play.say("go to fridge 1", "take egg 1 from fridge 1")
    hidden = play.event.feedback
    play.say("take unicorn 7 from fridge 1")
    assert play.event.feedback == hidden
    for hidden_thing in ("egg 1", "knife 1"):  # behind this door, behind another
        play.say(f"use {hidden_thing}")
        refusal = play.event.feedback.replace(hidden_thing, "unicorn 7")
        play.say("use unicorn 7")
        assert play.event.feedback == refusal
    play.say("go to drawer 1", "open drawer 1", "take knife 1 from drawer 1", "go to fridge 1")
    play.state.at[play.state.location] |= 1 << play.state.game.object_index["teddybear 1"]
    play.say("slice teddybear 1 with knife 1")
    refusal = play.event.feedback.replace("teddybear 1", "unicorn 7")
    play.say("slice unicorn 7 with knife 1")
    assert play.event.feedback == refusal
