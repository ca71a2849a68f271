"""Facts, text and statements: the same state three times, and what geometry says of it."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from crossworld.envs.core.pddl import Atom, parse, read_domain, read_problem, write_expression
from crossworld.envs.tabletop import shapes
from crossworld.envs.tabletop.facts import PLACES, PREDICATES, facts, spoken, symbol
from crossworld.envs.tabletop.library import laid, library
from crossworld.envs.tabletop.moves import lifted
from crossworld.envs.tabletop.physics.bullet import BulletPhysics
from crossworld.envs.tabletop.relations import entities
from crossworld.envs.tabletop.state import NOTHING, State
from crossworld.envs.tabletop.statements import true_statements
from crossworld.envs.tabletop.text import facts_to_text
from crossworld.envs.tabletop.visual.seen import hidden
from crossworld.envs.tabletop.world import TabletopWorld

TOUCH, NEAR, FAR = 0.006, 0.004, 0.008
"""What counts as touching, and what certainly does and does not: metres."""

Known = set[tuple[str, ...]]


def known_of(state: State) -> Known:
    return {(atom.predicate, *atom.args) for atom in facts(state)}


def holds(formula: Any, known: Known) -> bool:
    """Evaluate a formula of and, or, not over ground atoms."""
    head, *rest = formula
    if head == "and":
        return all(holds(part, known) for part in rest)
    if head == "or":
        return any(holds(part, known) for part in rest)
    if head == "not":
        (part,) = rest
        return not holds(part, known)
    return (head, *rest) in known


# Geometry of our own.


def turned(quaternion: Any) -> NDArray[np.float64]:
    """Return the matrix of a quaternion, by Rodrigues' formula."""
    axis, w = np.asarray(quaternion[:3]), float(quaternion[3])
    length = float(np.sqrt((axis**2).sum()))
    if length < 1e-12:
        return np.eye(3)
    x, y, z = axis / length
    angle = 2 * math.atan2(length, w)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * (cross @ cross)


def extent(state: State, thing: int) -> NDArray[np.float64]:
    """Return least and greatest x, y, z, as rows, of all points of a thing's parts."""
    pose, shape = state.poses[thing], state.scene.things[thing].shape
    frame = turned(pose[3:])
    lows, highs = [], []
    for part in shape.parts:
        yaw = math.radians(part.yaw)
        own = turned((0, 0, math.sin(yaw / 2), math.cos(yaw / 2)))
        axes, middle = frame @ own, pose[:3] + frame @ np.array(part.position)
        half = np.array(part.half)
        if part.kind == "ball":
            reach = half
        elif part.kind == "cylinder":
            flat = np.sqrt(np.maximum(1 - axes[:, 2] ** 2, 0))
            reach = half[0] * flat + half[2] * np.abs(axes[:, 2])
        else:
            reach = np.abs(axes) @ half
        lows.append(middle - reach)
        highs.append(middle + reach)
    return np.array([np.min(lows, axis=0), np.max(highs, axis=0)])


def is_upright(state: State, thing: int) -> bool:
    return float(turned(state.poses[thing, 3:])[2, 2]) > 0.9999


def is_plain(state: State, thing: int) -> bool:
    """Return whether a thing is one upright box or cylinder that others can stand on."""
    shape = state.scene.things[thing].shape
    return (
        is_upright(state, thing)
        and shape.role == "solid"
        and len(shape.parts) == 1
        and shape.parts[0].kind != "ball"
    )


def covers(state: State, thing: int, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which x, y are within the outline of a plain thing."""
    part = state.scene.things[thing].shape.parts[0]
    local = (points - state.poses[thing, :2]) @ turned(state.poses[thing, 3:])[:2, :2]
    if part.kind == "cylinder":
        return np.asarray((local**2).sum(axis=1) <= part.half[0] ** 2)
    return np.asarray((np.abs(local) <= np.array(part.half[:2])).all(axis=1))


def overlap(state: State, a: int, b: int) -> float:
    """Return the share of a's outline that is over b."""
    low, high = extent(state, a)
    axis = np.linspace(0.0, 1.0, 41)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    points = low[:2] + grid * (high - low)[:2]
    mine = covers(state, a, points)
    return float((mine & covers(state, b, points)).sum() / mine.sum())


def check_on(state: State) -> int:
    """Compare "on" with geometry, for upright boxes and cylinders; return how often it is true."""
    known, names, found = known_of(state), state.scene.names, 0
    things = [k for k in range(len(names)) if is_plain(state, k) and not state.scene.things[k].pile]
    boxes = {k: extent(state, k) for k in things}
    for a in things:
        if state.scene.things[a].fixed:
            continue
        for b in things:
            if a == b:
                continue
            said = ("on", symbol(names[a]), symbol(names[b])) in known
            gap, share = float(boxes[a][0, 2] - boxes[b][1, 2]), overlap(state, a, b)
            if a == state.held:
                assert not said
            elif abs(gap) < NEAR and share > 0.15:
                assert said, (names[a], names[b], gap, share)
                found += 1
            elif abs(gap) > FAR or share < 0.05:
                assert not said, (names[a], names[b], gap, share)
    return found


def check_in(state: State) -> int:
    """Compare "in" with geometry, for upright holders."""
    known, names, found = known_of(state), state.scene.names, 0
    for b, holder in enumerate(state.scene.things):
        area = holder.shape.area
        if holder.shape.role != "holder" or area is None or not is_upright(state, b):
            continue
        for a, thing in enumerate(state.scene.things):
            said = ("in", symbol(names[a]), symbol(names[b])) in known
            if a == b or a == state.held or thing.fixed or thing.pile:
                assert thing.pile or not said
                continue
            x, y = (turned(state.poses[b, 3:]).T @ (state.poses[a, :3] - state.poses[b, :3]))[:2]
            u, v = abs(x) / area.half[0], abs(y) / area.half[1]
            off = math.hypot(u, v) if area.round else max(u, v)
            low = extent(state, a)[0, 2] - state.poses[b, 2]
            if off < 0.98 and area.floor - NEAR < low < area.rim - 0.003:
                assert said, (names[a], names[b], off, low)
                found += 1
            elif off > 1.02 or low > area.rim or low < area.floor - FAR:
                assert not said, (names[a], names[b], off, low)
    return found


def check_sides(state: State) -> int:
    """Compare "left of" and "behind" with geometry, for what is not painted."""
    known, names, found = known_of(state), state.scene.names, 0
    things = [
        k for k, thing in enumerate(state.scene.things)
        if thing.shape.role != "marker" and not thing.pile
    ]  # fmt: skip
    boxes = {k: extent(state, k) for k in things}
    for a in things:
        for b in things:
            for predicate, axis in (("left-of", 1), ("behind", 0)):
                said = (predicate, symbol(names[a]), symbol(names[b])) in known
                gap = float(boxes[a][0, axis] - boxes[b][1, axis])
                if a == b or {a, b} & set(state.lifted) or gap < -1e-6:
                    assert not said, (predicate, names[a], names[b], gap)
                elif gap > 1e-6:
                    assert said, (predicate, names[a], names[b], gap)
                    found += 1
    return found


# Text and facts.


def check_text(world: TabletopWorld) -> None:
    known, text = facts(world.state), facts_to_text(facts(world.state))
    assert f"\n{text}" in world.text()
    assert ("Your task is to" in world.text()) == (world.event.verb == "opening")
    assert facts_to_text(sorted(known)[::-1]) == text
    lines = text.splitlines()
    assert lines[-1].startswith("The gripper holds ")
    # Before "you see" is where, after it what.
    where = [line.partition(" you see ")[0] for line in lines[:-1]]
    what = [line.partition(" you see ")[2] for line in lines[:-1]] + [
        lines[-1].partition(" holds ")[2]
    ]
    names, unseen = list(entities(world.state.scene)), hidden(world.state)
    for name in names:
        article = "" if name.endswith("beads") else "an? "
        listed = rf"\b{article}{name}(?= (?:at|in) the |,|\.| and )"
        said = len(re.findall(listed, "\n".join(what)))
        assert said == (name not in unseen), (name, text)
    for phrase in re.findall(r"the ([a-z ]+?(?: \d+)?)(?=,| and |$)", "\n".join(where), re.M):
        assert phrase in {*names, "table"}, phrase


def check_facts(state: State) -> None:
    known, scene = facts(state), state.scene
    words = {symbol(name) for name in entities(scene)}
    places = set(PLACES)
    for atom in known:
        kinds = PREDICATES[atom.predicate]
        assert len(kinds) == len(atom.args)
        assert all(
            arg in (words if kind == "thing" else places)
            for arg, kind in zip(atom.args, kinds, strict=True)
        )
    of: dict[str, list[Atom]] = {
        word: [a for a in known if a.args[:1] == (word,)] for word in words
    }
    hanging = {symbol(scene.names[k]) for k in state.lifted}
    held = "" if state.held == NOTHING else symbol(scene.names[state.held])
    assert (Atom("handempty", ()) in known) == (not held)
    for word, about in of.items():
        kinds = {atom.predicate for atom in about}
        if word == held:
            # What is held is nowhere.
            assert kinds == {"holding", "movable"}
            continue
        assert "holding" not in kinds
        assert ("on-table" in kinds) != bool(kinds & {"on", "in"})
        regions = [atom for atom in about if atom.predicate == "region"]
        assert len(regions) == (word not in hanging)
        if word in hanging:
            assert not kinds & {"left-of", "behind", "on-table"}
        if "right-over" in kinds:
            assert "on" in kinds
    for atom in known:
        if atom.predicate in ("left-of", "behind"):
            assert Atom(atom.predicate, atom.args[::-1]) not in known


def check_statements(world: TabletopWorld) -> None:
    known, true = known_of(world.state), true_statements(world.state)
    assert true == sorted(set(true)) == world.true_statements()
    assert set(true) <= world.statements()
    said = set(true)
    for sentence in world.statements():
        atom = meaning(world.state, sentence)
        assert (atom in known) == (sentence in said), (sentence, atom)


SENTENCES = (
    (r"the robot is grasping nothing", ("handempty",)),
    (r"the robot is grasping the (.+)", ("holding", 0)),
    (r"nothing is on the (.+)", ("clear", 0)),
    (r"the (.+?) (?:is|are) on the table", ("on-table", 0)),
    (r"the (.+?) is left of the (.+)", ("left-of", 0, 1)),
    (r"the (.+?) is right of the (.+)", ("left-of", 1, 0)),
    (r"the (.+?) is behind the (.+)", ("behind", 0, 1)),
    (r"the (.+?) is in front of the (.+)", ("behind", 1, 0)),
    (r"the (.+?) (?:is|are) ((?:at|in) the (?:(?:front|back|left|right|middle) ?)+)", ("region", 0, 1)),
    (r"the (.+?) is right over the (.+)", ("right-over", 0, 1)),
    (r"the (.+?) (?:is|are) on (?:top of )?the (.+)", ("on", 0, 1)),
    (r"the (.+?) (?:is|are) in the (.+)", ("in", 0, 1)),
)  # fmt: skip


def meaning(state: State, sentence: str) -> tuple[str, ...]:
    """Return the fact that a statement stands for."""
    for pattern, (predicate, *order) in SENTENCES:
        found = re.fullmatch(pattern, sentence)
        if found:
            words = [symbol(words) for words in found.groups()]
            if predicate == "on":
                target = state.scene.names.index(found[2])
                marker = state.scene.things[target].shape.role == "marker"
                assert marker != ("on top of" in sentence), sentence
            return (predicate, *(words[k] for k in order))
    raise AssertionError(f"{sentence!r} is no statement")


def check_pddl(world: TabletopWorld) -> bool:
    problem, domain = read_problem(world.pddl_problem()), read_domain(world.pddl_domain())
    assert problem.domain == domain.name == "tabletop"
    assert {tuple(fact) for fact in problem.init} == known_of(world.state)
    assert problem.objects == {
        **dict.fromkeys((symbol(name) for name in entities(world.state.scene)), "thing"),
        **dict.fromkeys(PLACES, "place"),
    }
    assert dict(domain.predicates) == dict(PREDICATES)
    goal = world.setting.goals.formula(world.state)
    assert problem.goal == parse(write_expression(goal))
    won = holds(problem.goal, known_of(world.state))
    assert won == (world.progress == 1), world.mission
    return won


def check_all(world: TabletopWorld) -> None:
    check_text(world)
    check_facts(world.state)
    check_statements(world)


def test_text_facts_statements_agree(moments: Any) -> None:
    for moment in moments[::2]:
        check_all(moment.world)


def test_facts_are_what_geometry_says(moments: Any) -> None:
    found = np.zeros(3, int)
    for moment in moments:
        state = moment.world.state
        found += (check_on(state), check_in(state), check_sides(state))
    assert (found > (50, 50, 1000)).all(), found


def test_pddl_is_read_back_and_its_goal_is_the_goal(moments: Any) -> None:
    won = sum(check_pddl(moment.world) for moment in moments)
    assert 10 < won < len(moments) / 2


@pytest.mark.parametrize("name", list(library()))
def test_goal_formula_holds_when_the_oracle_has_won(name: str) -> None:
    world = TabletopWorld(laid(library()[name], "valid_seen", 1), BulletPhysics())
    assert not check_pddl(world)
    for _ in range(20):
        command = world.setting.goals.advise(world.state)
        assert world.act(command).valid
        if check_pddl(world):
            break
    assert world.progress == 1
    assert world.setting.goals.advise(world.state) == ""
    check_all(world)
    check_on(world.state)
    check_in(world.state)


@pytest.mark.slow
def test_all_agree_in_many_games(many_moments: Any) -> None:
    for moment in many_moments[::2]:
        state = moment.world.state
        check_all(moment.world)
        check_on(state)
        check_in(state)
        check_sides(state)
        check_pddl(moment.world)


# By hand.


@given(gap=st.floats(0.0, 0.004), high=st.floats(0.0, 0.039), yaw=st.floats(-180, 180))
@settings(deadline=None, max_examples=30)
def test_beside_at_any_height_is_not_on(
    table: Callable[..., State], gap: float, high: float, yaw: float
) -> None:
    """The same x and y as two stacked blocks seen from above, but for the height."""
    angle = math.radians(yaw)
    x, y = 0.5 + (0.04 + gap) * math.cos(angle), (0.04 + gap) * math.sin(angle)
    state = table(
        (shapes.block(), "red", 0.5, 0.0, 0.0, yaw), (shapes.block(), "blue", x, y, high, yaw)
    )
    assert not state.on[1, 0]
    assert not state.on[0, 1]
    raised = table(
        (shapes.block(), "red", 0.5, 0.0, 0.0, yaw), (shapes.block(), "blue", 0.5, 0.0, 0.041, yaw)
    )
    assert raised.on[1].tolist() == [True, False, False]


@pytest.mark.parametrize("off", [0.03, 0.034])
def test_leaning_is_not_on(table: Any, off: float) -> None:
    """A plank that leans on a block touches it, and stands on the table."""
    state = table(
        (shapes.block(), "red", 0.5, 0.0, 0.0, 0.0),
        (shapes.block((0.02, 0.02, 0.12), "plank"), "blue", 0.5 + off + 0.04, 0.0, 0.0, 0.0),
    )
    poses = state.poses.copy()
    # Turned about y so that its upper end falls against the block.
    tilt = math.radians(-25)
    poses[1, 3:] = 0, math.sin(tilt / 2), 0, math.cos(tilt / 2)
    poses[1, 2] += 0.005
    poses = BulletPhysics().settle(state.scene, poses, ())
    leaning = State(state.scene, poses, state.cup)
    top = turned(poses[1, 3:])[:, 2]
    assert 0.2 < abs(top[2]) < 0.97, "it leans"
    assert leaning.on[1].tolist() == [False, False, True]
    assert ("on-table", "blue-plank") in known_of(leaning)
    assert leaning.is_liftable(0)


def test_held_is_nowhere_and_riders_hang_in_it(table: Any) -> None:
    state = table(
        (shapes.bowl(), "cyan", 0.5, 0.0, 0.0, 0.0), (shapes.ball(), "red", 0.5, 0.0, 0.006, 0.0),
        (shapes.zone(), "green", 0.5, 0.0, 0.0, 0.0),
    )  # fmt: skip
    assert known_of(state) >= {("in", "red-ball", "cyan-bowl"), ("on", "cyan-bowl", "green-zone")}
    known = known_of(lifted(state, 0))
    about = {fact[0] for fact in known if fact[1:2] == ("cyan-bowl",)}
    assert about == {"holding", "movable"}
    assert ("in", "red-ball", "cyan-bowl") in known
    assert {fact[0] for fact in known if fact[1:2] == ("red-ball",)} == {"in", "movable", "clear"}


def test_spoken_is_the_inverse_of_symbol(moments: Any) -> None:
    for moment in moments[::10]:
        for name in entities(moment.world.state.scene):
            assert spoken(symbol(name)) == name
            assert re.fullmatch(r"[a-z]+(-[a-z]+)+(-\d+)?", symbol(name))


def test_regions_are_told_as_the_viewer_sees_them(table: Any) -> None:
    for x, y, place in (
        (0.35, 0.15, "at-the-front-left"), (0.5, 0.0, "in-the-middle"),
        (0.65, -0.15, "at-the-back-right"), (0.5, -0.15, "at-the-right"),
    ):  # fmt: skip
        state = table((shapes.block(), "red", x, y, 0.0, 0.0))
        assert ("region", "red-block", place) in known_of(state)
