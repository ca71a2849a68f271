"""The picture that a person sees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.envs.core.panel import HEIGHT, IMAGE_SIDE, MARGIN, WIDTH, Status, panel

TEXT = "You arrive at countertop 1. On the countertop 1, you see a mug 1, and a tomato 1."


def image(height=64, width=64):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def shown(picture=None, text=TEXT, mission="cool some mug.", **status):
    picture = image() if picture is None else picture
    return panel(picture, text, mission=mission, status=Status(**{"step": 3, **status}))


words = st.text(st.sampled_from("abwi .,\n1M"), max_size=3000)


@settings(max_examples=40, deadline=None)
@given(
    text=words,
    mission=words,
    command=words,
    feedback=words,
    progress=st.floats(0, 1),
    limit=st.none() | st.integers(1, 10**9),
    outcome=st.sampled_from(["playing", "solved", "failed"]),
    sides=st.none() | st.tuples(st.integers(1, 600), st.integers(1, 600)),
)
def test_the_size_never_changes_and_nothing_is_written_over_the_image(
    text, mission, command, feedback, progress, limit, outcome, sides
):
    status = Status(3, limit, progress, command, feedback, outcome)
    picture = None if sides is None else image(*sides)
    drawn = panel(picture, text, mission=mission, status=status)
    assert drawn.shape == (HEIGHT, WIDTH, 3)
    assert drawn.dtype == np.uint8
    if picture is not None:
        plain = panel(picture, "", mission="", status=Status(0))
        assert (drawn[:, : MARGIN + IMAGE_SIDE] == plain[:, : MARGIN + IMAGE_SIDE]).all()
    rim = drawn[:, WIDTH - MARGIN + 2 :]
    assert (rim == rim[0, 0]).all()


def test_the_image_is_enlarged_without_blurring():
    side = IMAGE_SIDE // 64
    part = shown()[MARGIN : MARGIN + IMAGE_SIDE, MARGIN : MARGIN + IMAGE_SIDE]
    assert (part == image().repeat(side, 0).repeat(side, 1)).all()


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Nothing happens."},
        {"mission": "heat some mug."},
        {"step": 4},
        {"limit": 50},
        {"progress": 0.5},
        {"command": "look"},
        {"feedback": "The fridge 1 is closed."},
        {"outcome": "solved"},
        {"outcome": "failed"},
        {"text": TEXT * 100},
    ],
)
def test_everything_that_changes_is_seen(change):
    assert (shown(**change) != shown()).any()


def test_it_is_fresh_and_the_same_each_time():
    first, second = shown(), shown()
    assert (first == second).all()
    first[:] = 0
    assert (shown() == second).all()
