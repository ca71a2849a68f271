"""Commands: all that are possible are listed, and what is not possible changes nothing."""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from crossworld.envs.tabletop import language, shapes
from crossworld.envs.tabletop.goals import Goals, Related
from crossworld.envs.tabletop.moves import Impossible, Pick, PickPlace, Place, carried_out
from crossworld.envs.tabletop.physics.bullet import BulletPhysics
from crossworld.envs.tabletop.relations import RELATIONS, entities, yaw_of
from crossworld.envs.tabletop.scene import Scene
from crossworld.envs.tabletop.state import NOTHING, State
from crossworld.envs.tabletop.table import Setting
from crossworld.envs.tabletop.text import facts_to_text
from crossworld.envs.tabletop.world import TabletopWorld

HOSTILE = (
    "", " ", "\n", "\0", "\x08\x1b[2J", "look\0", "LOOK", "l" * 100_000, "put it " * 5_000, "push",
    "pick up", "pick up ", "pick up the ", "pick up the the", "put", "put it", "put it on",
    "put it on the", "put it at", "put it at nan 0", "put it at 1e9 0", "put it at 0.5 0 turned",
    "put the on the table", "put  on the table", "sweep the onto the", "push the left",
    "look look", "look.", "\ud800", "¡Ábrete, sésamo!", "冷蔵庫 1", "'; DROP TABLE games; --",
    "{o}", "%s", "../..", "pick up the block\nlook", "pick up the table", "put the table on it",
    "put it on it", "open the red block", "pick up everything", "pick up the gripper",
)  # fmt: skip


def blocks(table: Any, count: int = 3, workspace: Any = None) -> State:
    """Return red, green, blue blocks in a row, far apart."""
    colours = ("red", "green", "blue", "yellow")
    rows = [
        (shapes.block(), colours[k], 0.40 + 0.07 * k, 0.12 * (k - 1), 0.0, 0.0)
        for k in range(count)
    ]
    state: State = table(*rows, workspace=workspace)
    return state


def world_of(state: State, physics: Any = None) -> TabletopWorld:
    """Return a world with a task that does not matter."""
    setting = Setting("test", state.scene, Goals((Related((0,), "on", (0,)),), ("do something",)))
    return TabletopWorld(setting, physics or BulletPhysics(), state=state)


def after(state: State, *commands: str) -> State:
    world = world_of(state)
    for command in commands:
        assert world.act(command).valid, (command, world.event.feedback)
    return world.state


def phrases(state: State) -> Iterator[tuple[str, str]]:
    """Yield all commands of the listed kinds, and how the list words each if it is possible."""
    scene = state.scene
    names = list(entities(scene))
    roles = {name: scene.things[numbers[0]].shape.role for name, numbers in entities(scene).items()}
    wheres = [("on the table", "on the table")]
    for name in names:
        word = "in" if roles[name] == "holder" else "on"
        wheres += [(f"{where} the {name}", f"{word} the {name}") for where in ("on", "in")]
    for name in names:
        yield f"pick up the {name}", f"pick up the {name}"
        for where, listed in wheres:
            held = state.held != NOTHING and scene.names[state.held] == name
            yield f"put the {name} {where}", f"put {'it' if held else f'the {name}'} {listed}"
        for direction in language.DIRECTIONS:
            yield (f"push the {name} {direction}",) * 2
        for other in names:
            yield (f"sweep the {name} onto the {other}",) * 2
    yield from ((f"put it {where}", f"put it {listed}") for where, listed in wheres)
    yield "look", "look"


def outcome(state: State, command: str, physics: Any) -> tuple[State, int] | None:
    """Return the state after a command and what it moved; None if it is impossible."""
    try:
        move = language.read(state, command)
        return (state, NOTHING) if move is None else carried_out(state, move, physics)
    except Impossible as reason:
        assert re.fullmatch(r"[A-Z'\"].+[.]", str(reason), re.S), str(reason)
        return None


AWAY = {"left": (0, 1), "right": (0, -1), "back": (1, 0), "forward": (-1, 0)}
BESIDE = {"left of": (0, 1), "right of": (0, -1), "behind": (1, 0), "in front of": (-1, 0)}
"""Direction in x and y: x away from the viewer, y to the left."""

# What is listed.


def check_list(moment: Any, still: Any) -> None:
    state, listed = moment.world.state, moment.world.admissible_commands()
    assert listed == sorted(set(listed))
    assert listed is not moment.world.admissible_commands()
    possible = set()
    for command, canonical in phrases(state):
        found = outcome(state, command, still)
        if found is None:
            assert command not in listed, command
            continue
        possible.add(canonical)
        if command.startswith(("pick up", "put")):
            name = command.removeprefix("pick up the ").removeprefix("put the ")
            thing = state.scene.names[found[1]]
            assert command.startswith("put it") or name.startswith(thing), command
        if command.startswith("pick up"):
            assert found[0].held == found[1]
    assert possible == set(listed)


def test_what_is_possible_is_listed_and_the_other_way_round(moments: Any, still: Any) -> None:
    for moment in moments[::2]:
        check_list(moment, still)


@pytest.mark.slow
def test_what_is_possible_is_listed_in_many_games(many_moments: Any, still: Any) -> None:
    for moment in many_moments[::2]:
        check_list(moment, still)


def test_a_list_does_not_depend_on_what_was_listed_before(moments: Any) -> None:
    for moment in moments[::7]:
        state = moment.world.state
        listed = language.admissible(state)
        scene = Scene(state.scene.things, state.scene.poses, state.scene.workspace)
        assert language.admissible(State(scene, state.poses, state.cup, state.held)) == listed


# What is impossible.


def scene_text(world: TabletopWorld) -> str:
    text = facts_to_text(world.facts())
    assert text in world.text()
    return text


def check_refused(world: TabletopWorld, command: str) -> None:
    state, poses, text = world.state, world.state.poses.tobytes(), scene_text(world)
    progress = world.progress
    event = world.act(command)
    assert not event.valid, command[:80]
    assert event.feedback
    assert event.ticks == 1
    assert world.state is state
    assert state.poses.tobytes() == poses
    assert (scene_text(world), world.progress) == (text, progress)


def test_nonsense_changes_nothing(moments: Any, fresh: Any) -> None:
    for moment in moments[::40]:
        world = fresh(moment)
        for command in HOSTILE:
            check_refused(world, command)


def test_what_is_not_listed_changes_nothing(moments: Any, fresh: Any) -> None:
    dice = np.random.default_rng(0)
    for moment in moments[::3]:
        world = fresh(moment)
        listed = set(world.admissible_commands())
        others = [command for command, canonical in phrases(world.state) if canonical not in listed]
        for command in dice.choice(others, min(6, len(others)), replace=False):
            check_refused(world, str(command))


@given(text=st.text(max_size=60))
@settings(deadline=None, max_examples=50)
@example("put it at 9 9")
def test_any_text_is_refused(table: Callable[..., State], text: str) -> None:
    assume(text.strip() != "look")
    check_refused(world_of(blocks(table)), text)


MANGLED: Sequence[Callable[[str], str]] = (
    str.upper, str.title, lambda c: f"{c}.", lambda c: c.replace(" ", "  ", 1), lambda c: f"{c} now",
    lambda c: "  ".join(c.rsplit(" ", 1)), lambda c: c.replace(" ", "\t"), lambda c: f"please {c}",
    lambda c: c.replace("the ", "the the ", 1), lambda c: c[1:], lambda c: f"{c}\n{c}",
    lambda c: c.replace("red block", "block red"), lambda c: c.replace("red", "red red"),
)  # fmt: skip


@pytest.mark.parametrize("mangle", MANGLED)
@pytest.mark.parametrize(
    "command",
    [
        "pick up the red block", "put the red block on the green block", "push the red block left",
        "put the red block on the table", "put the red block left of the green block",
        "put the red block at 0.5 0.1 turned 30", "put the red block on the green block and the blue block",
    ],
)  # fmt: skip
def test_words_must_match_exactly(table: Any, command: str, mangle: Any) -> None:
    world = world_of(blocks(table))
    assert outcome(world.state, command, BulletPhysics()) is not None
    assert outcome(world.state, f" {command}\n", BulletPhysics()) is not None
    check_refused(world, mangle(command))


def test_looking_changes_nothing_and_is_valid(moments: Any, fresh: Any) -> None:
    for moment in moments[::30]:
        world = fresh(moment)
        assert world.act("look") == ("look", NOTHING, "", 1)
        assert world.state is moment.world.state


# Names.


def test_a_name_that_fits_several_is_asked_back(table: Any) -> None:
    rows = [("red", 0.40, 0.0), ("red", 0.50, 0.1), ("blue", 0.60, 0.0)]
    world = world_of(table(*((shapes.block(), c, x, y, 0.0, 0.0) for c, x, y in rows)))
    assert world.state.scene.names == ("red block 1", "red block 2", "blue block")
    for name in ("red block", "red"):
        check_refused(world, f"pick up the {name}")
        assert world.event.feedback.startswith(f"Which {name}?")
        assert "the red block 1 and the red block 2" in world.event.feedback
        assert "blue" not in world.event.feedback
    check_refused(world, "pick up the block")
    assert all(name in world.event.feedback for name in world.state.scene.names)
    check_refused(world, "pick up the green block")
    assert all(name in world.event.feedback for name in world.state.scene.names)
    for command, thing in (
        ("pick up the blue", 2), ("pick up blue block", 2), ("pick up the red block 2", 1),
        ("pick up the block 1", 0),
    ):  # fmt: skip
        assert after(world.state, command).held == thing


def test_what_is_held_is_it_or_its_name(table: Any) -> None:
    state = after(blocks(table), "pick up the red block")
    for where in ("on the table", "on the green block", "at 0.5 0.1", "left of the blue block"):
        one, other = (after(state, f"put {what} {where}") for what in ("it", "the red block"))
        assert one.poses.tobytes() == other.poses.tobytes()
        assert one.held == NOTHING
    for command, reason in (
        ("pick up the green block", "already holds the red block"),
        ("put the green block on the table", "already holds the red block"),
        ("put it on the red block", "is in the gripper"),
        ("push the green block left", "while it holds the red block"),
    ):
        world = world_of(state)
        check_refused(world, command)
        assert reason in world.event.feedback
    world = world_of(blocks(table))
    check_refused(world, "put it on the table")
    assert "holds nothing" in world.event.feedback


def test_why_a_thing_cannot_be_moved_is_told(table: Any) -> None:
    state = table(
        (shapes.block(), "red", 0.4, 0.0, 0.0, 0.0), (shapes.block(), "blue", 0.4, 0.0, 0.04, 0.0),
        (shapes.zone(), "green", 0.55, 0.1, 0.0, 0.0), (shapes.bowl(), "cyan", 0.6, -0.1, 0.0, 0.0),
    )  # fmt: skip
    for command, reason in (
        ("pick up the red block", "the blue block is on it"),
        ("put the red block on the table", "the blue block is on it"),
        ("pick up the green zone", "cannot be picked up"),
        ("push the green zone left", "cannot be pushed"),
        ("push the blue block left", "does not stand on the table"),
        ("put the blue block in the red block", "Nothing can be in"),
        ("put the blue block on the blue block", "is in the gripper"),
        ("sweep the blue block onto the green zone", "is no pile"),
        ("put the blue block at 0.9 0.0", "reaches x from 0.3 to 0.7"),
    ):
        world = world_of(state)
        check_refused(world, command)
        assert reason in world.event.feedback, command


# What commands do.

PLACES = {"x": st.floats(0.34, 0.66), "y": st.floats(-0.16, 0.16), "yaw": st.floats(-180, 180)}


@given(**PLACES, turn=st.floats(-180, 180), held=st.booleans(), own=st.floats(-180, 180))
@settings(deadline=None, max_examples=25)
def test_at_puts_it_there(
    table: Any, x: float, y: float, yaw: float, turn: float, held: bool, own: float
) -> None:
    assume(math.hypot(x - 0.5, y) > 0.09)
    state = table(
        (shapes.block((0.03, 0.06, 0.03)), "red", 0.5, 0.0, 0.0, own),
        (shapes.block(), "blue", *((0.6, 0.1) if x < 0.5 else (0.4, 0.1 * -np.sign(y))), 0.0, yaw),
    )
    assume(math.hypot(x - state.poses[1, 0], y - state.poses[1, 1]) > 0.09)
    what = "it" if held else "the red block"
    start = after(state, "pick up the red block") if held else state
    end = after(start, f"put {what} at {x:.4f} {y:.4f} turned {turn:.1f}")
    assert math.hypot(end.poses[0, 0] - x, end.poses[0, 1] - y) < 1e-3
    assert end.poses[0, 2] == pytest.approx(0.015, abs=1e-3)
    assert abs((yaw_of(end, 0) - turn + 180) % 360 - 180) < 1
    kept = after(start, f"put {what} at {x:.4f} {y:.4f}")
    assert abs((yaw_of(kept, 0) - own + 180) % 360 - 180) < 1
    assert end.poses[1].tobytes() == state.poses[1].tobytes()


@pytest.mark.parametrize("side", BESIDE)
@given(
    **PLACES, other=st.sampled_from([shapes.block(), shapes.bowl(), shapes.box(), shapes.zone()])
)
@settings(deadline=None, max_examples=8)
def test_beside_is_beside(
    table: Any, side: str, x: float, y: float, yaw: float, other: Any
) -> None:
    # Where there is room on that side.
    x, y = 0.5 + (x - 0.5) / 4, y / 4
    state = table(
        (other, "green", x, y, 0.0, yaw), (shapes.block(), "red", 0.33, -0.17, 0.0, 3 * yaw),
        (shapes.block(), "blue", 0.67, 0.17, 0.0, yaw),
    )  # fmt: skip
    end = after(state, f"put the red block {side} the green {other.noun}")
    assert RELATIONS[side](end, 1, 0)
    assert end.on[1, -1]
    assert not RELATIONS[side](end, 0, 1)
    (dx, dy), gap = BESIDE[side], end.poses[1, :2] - end.poses[0, :2]
    assert gap[0] * dx + gap[1] * dy > 0.02


def test_beside_in_random_play(many_or_few: Any, fresh: Any) -> None:
    """A full table may leave no room; then the thing lands where there is none."""
    dice = np.random.default_rng(1)
    tried = true = 0
    for moment in many_or_few:
        state = moment.world.state
        things = [
            k
            for k in state.scene.movable
            if state.is_liftable(k) and not state.scene.things[k].pile
        ]
        others = [k for k in range(len(state.scene.things)) if not state.scene.things[k].pile]
        if state.held != NOTHING or not things or len(others) < 2:
            continue
        thing = int(dice.choice(things))
        target = int(
            dice.choice([k for k in others if k != thing and k not in state.riders(thing)])
        )
        side = str(dice.choice(list(language.SIDES)))
        world = fresh(moment)
        names = state.scene.names
        world.act(f"put the {names[thing]} {side} the {names[target]}")
        assert world.event.valid
        tried += 1
        true += RELATIONS[side](world.state, thing, target)
    assert tried > 20
    assert true >= 0.8 * tried, (true, tried)


@pytest.fixture
def many_or_few(moments: Any) -> Any:
    return moments[::8]


@given(gap=st.floats(0.043, 0.07), angle=st.floats(-180, 180), yaw=st.floats(-180, 180))
@settings(deadline=None, max_examples=20)
def test_across_two(table: Any, gap: float, angle: float, yaw: float) -> None:
    dx, dy = (gap / 2 * f(math.radians(angle)) for f in (math.cos, math.sin))
    state = table(
        (shapes.block(), "red", 0.45 + dx, dy, 0.0, angle),
        (shapes.block(), "green", 0.45 - dx, -dy, 0.0, angle),
        (shapes.block((0.03, 0.12, 0.02), "plank"), "blue", 0.65, 0.12, 0.0, yaw),
    )
    end = after(state, "put the blue plank on the red block and the green block")
    assert end.on[2].tolist() == [True, True, False, False]
    assert end.poses[2, 2] == pytest.approx(0.05, abs=2e-3)
    np.testing.assert_allclose(end.poses[2, :2], (0.45, 0.0), atol=2e-3)


@pytest.mark.parametrize("direction", AWAY)
@given(x=st.floats(0.42, 0.58), y=st.floats(-0.08, 0.08), yaw=st.floats(-180, 180))
@settings(deadline=None, max_examples=6)
def test_push_moves_a_thing_eight_centimetres(
    table: Any, direction: str, x: float, y: float, yaw: float
) -> None:
    state = table((shapes.block(), "red", x, y, 0.0, yaw))
    end = after(state, f"push the red block {direction}")
    dx, dy = AWAY[direction]
    moved = end.poses[0, :3] - state.poses[0, :3]
    # A block that is turned turns until a side of it lies along the spatula.
    assert moved[0] * dx + moved[1] * dy == pytest.approx(language.PUSHED, abs=0.012)
    assert abs(moved[0] * dy + moved[1] * dx) < 0.02
    assert abs(moved[2]) < 1e-3


def test_sweeping_brings_a_pile_to_its_place(moments: Any, fresh: Any) -> None:
    swept = 0
    for moment in moments:
        scene = moment.world.state.scene
        if not scene.has_piles or moment.command or moment.world.event.verb != "opening":
            continue
        for command in moment.world.admissible_commands():
            if not command.startswith("sweep"):
                continue
            world = fresh(moment)
            pile, place = re.fullmatch(r"sweep the (.+) onto the (.+)", command).groups()
            pieces, target = list(entities(scene)[pile]), scene.names.index(place)
            before = world.state.on[pieces, target].sum()
            for _ in range(8):
                world.act(command)
            assert world.state.on[pieces, target].sum() > max(before, len(pieces) / 2)
            swept += 1
    assert swept >= 3


def test_fit_says_the_same_as_put_on(table: Any) -> None:
    state = table(
        (shapes.letter("tee"), "red", 0.4, 0.1, 0.0, 20.0),
        (shapes.outline("tee"), "gray", 0.55, -0.05, 0.0, 100.0),
    )
    ends = [
        after(state, command)
        for command in ("fit the red tee onto the gray tee outline", "put the red tee on the gray tee outline")
    ]  # fmt: skip
    assert ends[0].poses.tobytes() == ends[1].poses.tobytes()
    assert RELATIONS["right over"](ends[0], 0, 1)


def test_on_a_thing_is_in_the_middle_of_it_and_turned_alike(table: Any) -> None:
    for yaw, angle in itertools.product((0.0, 25.0, -70.0), (10.0, 170.0)):
        state = table(
            (shapes.block(), "red", 0.4, 0.1, 0.0, yaw),
            (shapes.block(), "blue", 0.55, 0.0, 0.0, angle),
        )
        end = after(state, "put the red block on the blue block")
        np.testing.assert_allclose(end.poses[0, :3], (0.55, 0.0, 0.06), atol=1e-3)
        assert abs((yaw_of(end, 0) - angle + 45) % 90 - 45) < 1
        assert isinstance(language.read(state, "put the red block on the blue block"), PickPlace)
        assert isinstance(language.read(state, "pick up the red block"), Pick)
        held = after(state, "pick up the red block")
        assert isinstance(language.read(held, "put it on the blue block"), Place)


def test_on_the_table_is_where_there_is_room(moments: Any, fresh: Any) -> None:
    tried = 0
    for moment in moments[::3]:
        for command in moment.world.admissible_commands():
            if command.startswith("put") and command.endswith("on the table"):
                world = fresh(moment)
                world.act(command)
                thing, state = world.event.thing, world.state
                tried += 1
                assert state.on[thing, -1], (state.scene.names[thing], command)
                break
    assert tried > 50
