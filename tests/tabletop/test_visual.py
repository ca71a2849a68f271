"""Frames of the table: everything is seen, where it is, as what it is; in any process the same."""

import hashlib
import math
import subprocess
import sys
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.envs.core.raster import Camera, Frame
from crossworld.envs.tabletop import shapes
from crossworld.envs.tabletop.colours import COLOURS
from crossworld.envs.tabletop.moves import lifted
from crossworld.envs.tabletop.physics.bullet import BulletPhysics
from crossworld.envs.tabletop.scene import Scene, Thing, Workspace, named, pose_of
from crossworld.envs.tabletop.shapes import Shape
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.visual import tiny
from crossworld.envs.tabletop.visual.cameras import camera
from crossworld.envs.tabletop.visual.frames import BACKGROUND, draw, draw_one, draw_views
from crossworld.envs.tabletop.visual.numbering import label_names, labels
from crossworld.envs.tabletop.visual.placing import THIN
from crossworld.envs.tabletop.visual.template import template

BOTH = ("front", "side")
BASKET = Workspace((0.375, 0.625), (-0.125, 0.125), 0.15)

SHAPES = (
    shapes.block(), shapes.cylinder(), shapes.ball(), shapes.bowl(), shapes.box(), shapes.pallet(),
    shapes.zone(), shapes.spot(), shapes.line(), shapes.corner(), shapes.bead(),
    *(shapes.letter(noun) for noun in shapes.LETTERS),
    *(shapes.outline(noun) for noun in shapes.LETTERS),
)  # fmt: skip

Placed = tuple[Shape, str, float, float, float, float]
"""Shape, colour, x, y, height of the lower side, yaw."""


def scene_of(placed: list[Placed], workspace: Workspace | None = None) -> Scene:
    things = named([(s, colour, s.role == "marker", "") for s, colour, *_ in placed])
    poses = [pose_of(x, y, low + s.size[2] / 2, yaw) for s, _, x, y, low, yaw in placed]
    return Scene(things, np.array(poses).reshape(-1, 7), workspace or Workspace())


def state_of(placed: list[Placed], workspace: Workspace | None = None) -> State:
    return State.first(scene_of(placed, workspace))


def arrangement(dice: np.random.Generator, workspace: Workspace, count: int) -> State:
    """Return things at rest: bowls and boxes with content, towers, single things; maybe one held."""
    placed: list[Placed] = []
    taken: list[tuple[float, float, float]] = []

    def free(radius: float) -> tuple[float, float] | None:
        for _ in range(300):
            x = dice.uniform(workspace.x[0] + radius, workspace.x[1] - radius)
            y = dice.uniform(workspace.y[0] + radius, workspace.y[1] - radius)
            if all((x - u) ** 2 + (y - v) ** 2 > (radius + r + 0.002) ** 2 for u, v, r in taken):
                taken.append((x, y, radius))
                return x, y
        return None

    def pile(some: list[Shape]) -> None:
        spot = free(some[0].radius)
        low = 0.0005
        for number, shape in enumerate(some if spot else ()):
            x, y = spot + dice.uniform(-0.005, 0.005, 2) * (number > 0)
            placed.append((shape, str(dice.choice(list(COLOURS))), x, y, low, dice.uniform(0, 360)))
            low += (shape.size[2] if shape.area is None else 0.02) + 0.001

    small = [shapes.block(), shapes.ball(), shapes.cylinder(), shapes.letter("ell")]
    if count > 3:
        for holder in (shapes.bowl(), shapes.box(), shapes.pallet()):
            if dice.random() < 0.6:
                pile([holder, *(small[k] for k in dice.integers(0, 3, dice.integers(0, 3)))])
    for _ in range(20):
        if len(placed) >= count:
            break
        kind = small[dice.integers(len(small))] if count > 3 else shapes.block()
        height = int(dice.integers(1, 5)) if kind.noun == "block" else 1
        pile([kind] * min(height, count - len(placed)))
    scene = scene_of(placed, workspace)
    state = State(scene, BulletPhysics().settle(scene, scene.poses, ()), workspace.middle)
    if dice.random() < 0.5:
        state = lifted(state, int(dice.choice([k for k in scene.movable if not state.burden(k)])))
    return state


def arrangements(seed: int, count: int) -> list[State]:
    dice = np.random.default_rng(seed)
    return [arrangement(dice, Workspace(), 10) for _ in range(count)] + [
        arrangement(dice, BASKET, 3) for _ in range(count)
    ]


def pixels(states: list[State], size: int) -> list[Any]:
    """Return the (2, n) numbers of pixels of the things of each state, in both views."""
    frames = draw_views(states, BOTH, size)
    return [
        np.array(
            [
                [int((frame.segmentation[k] == label).sum()) for label in labels(state.scene)]
                for frame in frames
            ]
        )
        for k, state in enumerate(states)
    ]


def seen_at(eye: Camera, point: tuple[float, float, float], size: int) -> tuple[int, int, float]:
    """Return row, column and depth at which a camera sees a point."""
    across, rise, deep = ((point - eye.position) * eye.axes).sum(axis=1)
    scale = size / 2 / math.tan(math.radians(eye.fov) / 2)
    middle = (size - 1) / 2
    column, row = middle + scale * across / deep, middle - scale * rise / deep
    return round(row), round(column), deep


def same(one: Frame, other: Frame) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


# What is seen.


@pytest.mark.parametrize(("size", "least", "missed"), [(128, 12, 0), (64, 6, 2)])
def test_everything_is_seen_from_the_front_or_the_side(size: int, least: int, missed: int) -> None:
    """A flat block under another one may have fewer pixels in a small image: 1 thing in 1000."""
    states = arrangements(3, 40)
    counts = pixels(states, size)
    best = np.concatenate([count.max(axis=0) for count in counts])
    assert len(best) > 450
    assert (best < least).sum() <= missed
    assert best.min() >= least / 3


def test_what_is_held_is_seen_from_both_sides() -> None:
    states = [state for state in arrangements(4, 30) if state.held >= 0]
    assert len(states) > 15
    for size, least in ((128, 12), (64, 6)):
        for state, count in zip(states, pixels(states, size), strict=True):
            assert count[:, state.held].min() >= least


@pytest.mark.parametrize("workspace", [Workspace(), BASKET])
@pytest.mark.parametrize("view", BOTH)
def test_all_of_the_table_and_of_what_is_held_is_in_the_image(
    workspace: Workspace, view: str
) -> None:
    size = 200
    edge = np.zeros((size, size), bool)
    edge[[0, -1]] = edge[:, [0, -1]] = True
    empty = draw_one(state_of([], workspace), view, size)
    there = empty.depth < camera(workspace, view).far
    assert not (there & edge).any()
    for x in (workspace.x[0] + 0.02, workspace.x[1] - 0.02):
        for y in (workspace.y[0] + 0.02, workspace.y[1] - 0.02):
            state = lifted(state_of([(shapes.block(), "red", x, y, 0.0, 0.0)], workspace), 0)
            frame = draw_one(state, view, size)
            assert (frame.segmentation == 1).any()
            assert not ((frame.segmentation == 1) & edge).any()
            there |= frame.depth < camera(workspace, view).far
    # As large as that allows.
    rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) > 0.94 * size


@pytest.mark.parametrize("view", BOTH)
@given(
    x=st.floats(0.33, 0.67), y=st.floats(-0.17, 0.17), yaw=st.floats(0, 360),
    floors=st.integers(1, 4),
)  # fmt: skip
@settings(max_examples=25)
def test_things_are_where_the_camera_says(
    view: str, x: float, y: float, yaw: float, floors: int
) -> None:
    tower = [(shapes.block(), "blue", x, y, 0.04 * k, yaw) for k in range(floors)]
    state = State(scene_of(tower), scene_of(tower).poses, (0.3 if x > 0.5 else 0.7, y))
    size = 256
    frame = draw_one(state, view, size)
    eye = camera(state.scene.workspace, view)
    row, column, deep = seen_at(eye, (x, y, 0.04 * floors), size)
    assert frame.segmentation[row, column] == floors
    assert frame.depth[row, column] == pytest.approx(deep, abs=0.003)
    right = {"front": (x, y - 0.03), "side": (x + 0.03, y)}[view]
    assert seen_at(eye, (*right, 0.0), size)[1] > seen_at(eye, (x, y, 0.0), size)[1]


def test_every_shape_is_drawn_in_its_box() -> None:
    for shape in SHAPES:
        state = state_of([(shape, "purple", 0.5, 0.0, 0.0, 0.0)])
        for view in BOTH:
            frame = draw_one(state, view, 256)
            eye = camera(state.scene.workspace, view)
            rows, columns = np.nonzero(frame.segmentation == 1)
            assert len(rows) > 20, shape.noun
            x0, x1, y0, y1, _, _ = state.boxes[0].tolist()
            corners = product((x0, x1), (y0, y1), (0, shape.size[2]))
            ends = [seen_at(eye, corner, 256) for corner in corners]
            assert min(rows) >= min(r for r, *_ in ends) - 1
            assert max(rows) <= max(r for r, *_ in ends) + 1
            assert min(columns) >= min(c for _, c, _ in ends) - 1
            assert max(columns) <= max(c for _, c, _ in ends) + 1


def test_a_bowl_is_hollow() -> None:
    bowl = shapes.bowl()
    state = state_of([(bowl, "green", 0.5, 0.0, 0.0, 0.0)])
    state = State(state.scene, state.poses, (0.68, 0.18))
    eye = camera(state.scene.workspace, "front")
    row, column, deep = seen_at(eye, (0.5, 0.0, bowl.area.floor + bowl.size[2] / 2), 256)
    assert draw_one(state, "front", 256).depth[row, column] == pytest.approx(deep, abs=0.003)
    filled = state_of(
        [(bowl, "green", 0.5, 0.0, 0.0, 0.0), (shapes.ball(), "red", 0.5, 0.0, 0.006, 0.0)]
    )
    assert pixels([filled], 64)[0][:, 1].min() >= 6


# Colours.


def test_colours_are_told_apart() -> None:
    def top(colour: str, shape: Shape) -> Any:
        state = state_of([(shape, colour, 0.4, 0.1, 0.0, 0.0)])
        frame = draw_one(state, "front", 128)
        found, counts = np.unique(frame.image[frame.segmentation == 1], axis=0, return_counts=True)
        return found[counts.argmax()].astype(int)

    tops = {colour: top(colour, shapes.block()) for colour in COLOURS}
    for one, other in combinations(COLOURS, 2):
        assert np.abs(tops[one] - tops[other]).max() >= 40, (one, other)
    table = draw_one(state_of([]), "front", 128).image[80, 64].astype(int)
    for colour in COLOURS:
        zone = top(colour, shapes.zone())
        assert np.abs(tops[colour] - zone).max() >= 20, colour
        assert np.abs(table - zone).max() >= 20, colour


@pytest.mark.parametrize("size", [64, 128])
def test_blocks_of_one_colour_in_a_tower_are_told_apart(size: int) -> None:
    tower = [(shapes.block(), "red", 0.45, 0.0, 0.04 * k, 0.0) for k in range(3)]
    frame = draw_one(state_of(tower, BASKET), "side", size)
    _, column, _ = seen_at(camera(BASKET, "side"), (0.45, -0.02, 0.02), size)
    reds = frame.image[:, column, 0][frame.segmentation[:, column] > 0].astype(int)
    darker = np.flatnonzero(np.diff(reds) < -10)
    assert len(darker) == 4  # from the top to the side, and at each foot


def test_markers_lie_on_one_another_without_a_fight() -> None:
    def drawn(markers: list[Shape], size: int = 256) -> Frame:
        placed = [
            (s, "red", 0.5 + 0.02 * k, 0.03 * k, 0.0, 30.0 * k) for k, s in enumerate(markers)
        ]
        state = state_of(placed)
        return draw_one(State(state.scene, state.poses, (0.7, 0.2)), "front", size)

    below, above = [shapes.zone(0.2, 0.2), shapes.zone(0.2, 0.1)], shapes.spot(0.03)
    alone = drawn([shapes.line(0.02), shapes.line(0.02), above]).segmentation == 3
    both = drawn([*below, above]).segmentation == 3
    assert (alone ^ both).sum() <= 4


def test_a_shadow_shows_where_what_is_held_hangs() -> None:
    state = state_of([(shapes.block(), "red", 0.5, 0.0, 0.0, 20.0)])
    frame = draw_one(lifted(state, 0), "side", 128)
    row, column, deep = seen_at(camera(state.scene.workspace, "side"), (0.5, 0.0, 0.0), 128)
    gone = draw_one(State(state.scene, lifted(state, 0).poses, state.cup), "side", 128)
    assert (frame.image[row, column] + 20 < gone.image[row, column]).all()
    assert frame.depth[row, column] == pytest.approx(deep, abs=0.005)
    assert frame.segmentation[row, column] == 0
    assert (gone.image[0, 0] == [round(255 * part) for part in BACKGROUND]).all()


# Numbers.


def test_labels_count_things_and_piles() -> None:
    block, bead = shapes.block(), shapes.bead()
    things = (
        Thing("red block", block, "red"), Thing("bead", bead, "blue", pile="blue beads"),
        Thing("green block", block, "green"), Thing("bead", bead, "blue", pile="blue beads"),
        Thing("bead", bead, "pink", pile="pink beads"),
    )  # fmt: skip
    poses = np.array(
        [pose_of(0.4 + 0.06 * k, 0.0, t.shape.size[2] / 2) for k, t in enumerate(things)]
    )
    scene = Scene(things, poses)
    assert labels(scene.cast).tolist() == [1, 2, 3, 2, 5]
    assert labels(scene.cast).dtype == np.int32
    assert label_names(scene.cast) == {
        1: "red block",
        2: "blue beads",
        3: "green block",
        5: "pink beads",
    }
    found = draw_one(State(scene, poses, (0.7, 0.2)), "front", 256).segmentation
    assert set(np.unique(found)) == {0, 1, 2, 3, 5}


# Transforms.

TURNS = st.lists(st.floats(-1, 1), min_size=4, max_size=4).filter(
    lambda turn: sum(part * part for part in turn) > 0.01
)


@given(st.lists(TURNS, min_size=3, max_size=3), st.sampled_from([-1, 0, 1, 2]), st.integers(0, 9))
@settings(max_examples=50)
def test_rows_are_placed_as_poses_say(turns: list[list[float]], held: int, seed: int) -> None:
    dice = np.random.default_rng(seed)
    kinds = dice.choice(len(SHAPES), 3)
    scene = scene_of([(SHAPES[k], "red", 0.5, 0.0, 0.0, 0.0) for k in kinds])
    quaternions = np.array(turns) / np.linalg.norm(turns, axis=1, keepdims=True)
    poses = np.concatenate([dice.uniform(-0.2, 0.7, (3, 3)), quaternions], axis=1)
    cup = float(poses[seed % 3, 0]), float(poses[seed % 3, 1])
    made = template(scene.cast)
    rows = made.instances(State(scene, poses, cup, held))["transform"]
    top = scene.workspace.lift
    for thing, (*place, x, y, z, w) in enumerate(poses):
        cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        turned = np.eye(3) + 2 * w * cross + 2 * cross @ cross
        for row in range(made.first[thing], made.first[thing + 1]):
            expected = made.local[row] @ turned.T
            expected[3] += place
            np.testing.assert_allclose(rows[row], expected, atol=1e-12)
            reach = np.abs(expected[:3]).sum(axis=0)
            if (np.abs(expected[3, :2] - cup) <= reach[:2] + 0.01).all():
                top = max(top, expected[3, 2] + reach[2])
    end = made.first[-1]
    for row in range(end, end + made.cups):
        np.testing.assert_allclose(
            rows[row], made.local[row] + np.array([[0] * 3] * 3 + [[*cup, top]])
        )
    span = slice(made.first[held], made.first[held + 1]) if held >= 0 else slice(0, 0)
    shadow = rows[end + made.cups :]
    assert len(shadow) == len(rows[span])
    np.testing.assert_array_equal(shadow[:, :, :2], rows[span][:, :, :2])
    np.testing.assert_allclose(shadow[:, :3, 2], rows[span][:, :3, 2] * THIN)


# Pure functions.


def test_batches_views_and_repetition_change_nothing() -> None:
    states = arrangements(5, 4)
    before = [state.poses.tobytes() for state in states]
    front, side = draw_views(states, BOTH, 64)
    assert front.image.shape == (8, 64, 64, 3) and side.depth.shape == (8, 64, 64)
    assert same(draw(states, "side", 64), side)
    for k in reversed(range(8)):
        assert same(draw_one(states[k], "front", 64), Frame(*(array[k] for array in front)))
    assert [state.poses.tobytes() for state in states] == before
    assert [len(frame.image) for frame in draw_views([], BOTH, 64)] == [0, 0]


DIGEST = """
import hashlib
from crossworld.envs.tabletop import shapes
from crossworld.envs.tabletop.moves import lifted
from crossworld.envs.tabletop.scene import Scene, named, pose_of
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.visual.frames import draw_views
import numpy as np
kinds = (shapes.block(), shapes.bowl(), shapes.letter("tee"), shapes.zone(), shapes.ball())
things = named([(kind, "cyan", False, "") for kind in kinds])
poses = np.array([pose_of(0.35 + 0.07 * k, 0.05 * (k - 2), 0.03, 33 * k) for k in range(5)])
state = lifted(State.first(Scene(things, poses)), 2)
digest = hashlib.sha256()
for frame in draw_views([state], ("front", "side"), 96):
    for array in frame:
        digest.update(array.tobytes())
result = digest.hexdigest()
"""


@pytest.mark.slow
def test_another_process_draws_the_same_bytes() -> None:
    names: dict[str, Any] = {}
    exec(DIGEST, names)
    other = subprocess.run(
        [sys.executable, "-c", DIGEST + "print(result)"], capture_output=True, text=True, check=True
    )
    assert other.stdout.split()[-1] == names["result"]
    assert names["result"] != hashlib.sha256().hexdigest()


def test_unknown_views_and_sizes_are_refused() -> None:
    state = state_of([])
    with pytest.raises(KeyError, match="above"):
        draw_one(state, "above", 64)
    with pytest.raises(ValueError, match="2048"):
        draw_one(state, "front", 4096)


# TinyRenderer.


@pytest.mark.parametrize("size", [64, 128])
def test_tiny_renderer_sees_the_same(size: int) -> None:
    grid = [
        (shape, "red", 0.2 * (k // 5), 0.2 * (k % 5 - 2), 0.0, 9.0 * k)
        for k, shape in enumerate(SHAPES)
    ]
    all_shapes = state_of(grid, Workspace((-0.1, 0.9), (-0.5, 0.5)))
    states = [*arrangements(6, 3), lifted(all_shapes, 3)]
    for ours, theirs in zip(
        draw_views(states, BOTH, size), tiny.draw_views(states, BOTH, size), strict=True
    ):
        assert [a.dtype for a in ours] == [b.dtype for b in theirs]
        assert [a.shape for a in ours] == [b.shape for b in theirs]
        for k, state in enumerate(states):
            one, other = ours.segmentation[k], theirs.segmentation[k]
            for label in labels(state.scene):
                a, b = one == label, other == label
                assert (a & b).sum() >= 0.9 * (a | b).sum(), state.scene.things[label - 1].name
            near = np.abs(ours.depth[k] - theirs.depth[k]) < 0.002
            assert near.mean() > 0.98
            # The light is the same, too; feet, planks and shadows are not drawn.
            apart = np.abs(ours.image[k].astype(int) - theirs.image[k]).max(axis=-1)
            assert (apart < 40).mean() > 0.8
            background = ours.depth[k] == camera(state.scene.workspace, "front").far
            assert (apart[background] <= 1).mean() > 0.98


def test_tiny_renderer_forgets_what_it_drew() -> None:
    one, two = arrangements(7, 1)
    moved = State(one.scene, one.poses + np.eye(7)[0] / 100, one.cup, one.held)
    first = tiny.draw_views([one], BOTH, 64)
    tiny.draw_views([moved, two], BOTH, 64)
    for a, b in zip(first, tiny.draw_views([one], BOTH, 64), strict=True):
        assert same(a, b)
