"""What the text names is seen, images change when the state does, and only then."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest

from crossworld.envs.tabletop.library import laid, library
from crossworld.envs.tabletop.painter import FRONT, SIDE, TabletopPainter
from crossworld.envs.tabletop.physics.bullet import BulletPhysics
from crossworld.envs.tabletop.relations import entities
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.text import facts_to_text
from crossworld.envs.tabletop.visual.frames import draw_views
from crossworld.envs.tabletop.visual.seen import hidden
from crossworld.envs.tabletop.world import TabletopWorld

BOTH = (FRONT, SIDE)
ENOUGH = {64: 6, 128: 12}
"""Size of the image to pixels that a thing has at least, in the view that shows more of it."""

HIDDEN = 0.005
"""Share of the things that may be hidden although nothing lies on them: what leans over them does."""

MOVED = 0.01
"""Metres that are seen."""

STRANGE = ("", "no such command", "pick up the moon", "put it at 9 9", "LOOK")


class Count(NamedTuple):
    """How many things were looked for, and how many have too few pixels: in each view, in both."""

    things: int
    front: int
    side: int
    both: int
    least: int
    cases: list[str]


def batches(states: Sequence[State], size: int) -> Any:
    """Yield frames of both views, a moderate number at a time."""
    for first in range(0, len(states), 64):
        some = states[first : first + 64]
        yield some, draw_views(some, BOTH, size)


def counted(worlds: Sequence[TabletopWorld], size: int) -> Count:
    """Count the pixels of everything that the text says is seen."""
    least = ENOUGH[size]
    found: list[list[int]] = []
    cases = []
    states = [world.state for world in worlds]
    names = [world.segmentation_names() for world in worlds]
    done = 0
    for some, frames in batches(states, size):
        for k in range(len(some)):
            known = names[done + k]
            unseen = hidden(some[k])
            for label, name in known.items():
                if name in unseen:
                    continue
                pixels = [int((frame.segmentation[k] == label).sum()) for frame in frames]
                found.append(pixels)
                if max(pixels) < least:
                    cases.append(f"{name} {pixels}: {facts_to_text(worlds[done + k].facts())}")
            for frame in frames:
                assert {*np.unique(frame.segmentation[k]).tolist()} <= {0, *known}
        done += len(some)
    table = np.array(found)
    few = table < least
    return Count(
        len(table), int(few[:, 0].sum()), int(few[:, 1].sum()), int(few.all(axis=1).sum()),
        int(table.max(axis=1).min()), cases,
    )  # fmt: skip


def check_seen(worlds: Sequence[TabletopWorld]) -> None:
    for size in ENOUGH:
        count = counted(worlds, size)
        print(size, count)
        assert not count.both, count.cases


def test_hardly_anything_is_hidden_but_under_something(moments: Any) -> None:
    states = [moment.world.state for moment in moments]
    free = [
        name
        for state in states
        for name, pieces in entities(state.scene).items()
        if name in hidden(state) and not state.over[:, list(pieces)].any()
    ]
    assert len(free) <= HIDDEN * sum(len(entities(state.scene)) for state in states), free


def check_names(world: TabletopWorld) -> None:
    text = facts_to_text(world.facts())
    names = world.segmentation_names()
    assert len(set(names.values())) == len(names)
    assert set(names.values()) == set(entities(world.state.scene))
    for name in {*names.values()} - hidden(world.state):
        assert re.search(rf"\b{name}\b", text), name


def changed(before: State, after: State) -> list[float]:
    """Return how far each thing has gone, metres."""
    gaps = after.poses[:, :3] - before.poses[:, :3]
    return [float(np.sqrt((gap**2).sum())) for gap in gaps]


def check_changes(some: Sequence[Any]) -> int:
    """Check that what moves is seen to move; return how often something did."""
    pairs = [
        (moment.before, moment.world.state)
        for moment in some
        if max(changed(moment.before, moment.world.state)) > MOVED
    ]
    old, new = (list(states) for states in zip(*pairs, strict=True))
    for (_, before), (_, after) in zip(batches(old, 64), batches(new, 64), strict=True):
        for k in range(len(before[0].image)):
            same = [
                np.array_equal(a.image[k], b.image[k]) for a, b in zip(before, after, strict=True)
            ]
            assert not all(same)
    return len(pairs)


def test_what_the_text_names_is_seen(moments: Any) -> None:
    check_seen([moment.world for moment in moments[::2]])


@pytest.mark.slow
def test_what_the_text_names_is_seen_in_many_games(many_moments: Any) -> None:
    check_seen([moment.world for moment in many_moments])
    assert check_changes(many_moments) > 1000


def test_what_has_an_id_has_the_name_of_the_text(moments: Any) -> None:
    for moment in moments:
        check_names(moment.world)


def test_what_moves_is_seen_to_move(moments: Any) -> None:
    assert check_changes(moments[::2]) > 50


def test_what_is_impossible_changes_no_image_and_no_text(moments: Any, fresh: Any) -> None:
    painter = TabletopPainter(BOTH, size=64)
    for moment in moments[::15]:
        world = fresh(moment)
        text = facts_to_text(world.facts())
        before = {view: [a.copy() for a in frame] for view, frame in painter.frame(world).items()}
        for command in STRANGE:
            assert not world.act(command).valid
            painter.clear()
            for view, frame in painter.frame(world).items():
                assert all(np.array_equal(a, b) for a, b in zip(before[view], frame, strict=True))
            assert text in world.text()


@pytest.mark.parametrize("name", list(library()))
def test_what_the_text_names_is_seen_when_a_task_is_done(name: str) -> None:
    world = TabletopWorld(laid(library()[name], "train", 2), BulletPhysics())
    worlds = []
    for _ in range(20):
        if world.progress == 1:
            break
        world.act(world.setting.goals.advise(world.state))
        worlds.append(TabletopWorld(world.setting, BulletPhysics(), "", world.state, world.event))
    assert world.progress == 1
    check_seen(worlds[-6:])
