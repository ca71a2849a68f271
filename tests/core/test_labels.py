"""Name tags: what they never cover, and that they are drawn at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.envs.core.labels import COVERABLE, draw_labels, place_tags

SIDES = st.sampled_from([64, 96, 128, 200, 256])
WORDS = ("mug 1", "red block", "soapbottle 12", "fridge 1", "creditcard 3", "x")


def picture(side, *boxes, seed=0):
    """An image with boxes (top, left, height, width) in it, later ones in front."""
    image = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    segmentation = np.zeros((side, side), np.int32)
    for label, (top, left, height, width) in enumerate(boxes, start=7):
        segmentation[top : top + height, left : left + width] = label
    names = {label: WORDS[label % len(WORDS)] for label in range(7, 7 + len(boxes))}
    return image, segmentation, names


@st.composite
def pictures(draw, most=12):
    side = draw(SIDES)
    spot = st.integers(0, side - 1)
    extent = st.integers(1, side // 2)
    boxes = draw(st.lists(st.tuples(spot, spot, extent, extent), max_size=most))
    return picture(side, *boxes, seed=draw(st.integers(0, 9)))


def changed(image, drawn):
    return (image != drawn).any(-1)


@settings(max_examples=60, deadline=None)
@given(pictures(most=1))
def test_what_is_named_stays_as_it_is(drawing):
    image, segmentation, _ = drawing
    assert not (changed(image, draw_labels(*drawing)) & (segmentation != 0)).any()


@settings(max_examples=60, deadline=None)
@given(pictures())
def test_tags_cover_neither_their_thing_nor_each_other_and_little_else(drawing):
    image, segmentation, names = drawing
    before = segmentation.copy()
    drawn = draw_labels(*drawing)
    taken = np.zeros(segmentation.shape, int)
    for tag in place_tags(segmentation, names):
        top, left, bottom, right = tag.box
        assert 0 <= top < bottom <= len(taken)
        assert 0 <= left < right <= len(taken)
        place = np.zeros(segmentation.shape, bool)
        place[top:bottom, left:right] = True
        for pixel in tag.line:
            place[pixel] = True
        assert not (place & (segmentation == tag.label)).any()
        assert tag.name == names[tag.label]
        taken += place
    assert taken.max(initial=0) <= 1
    assert not (changed(image, drawn) & (taken == 0)).any()
    for label in names:
        seen = segmentation == label
        assert (taken[seen] > 0).sum() <= seen.sum() / COVERABLE
    assert (segmentation == before).all()


@settings(max_examples=30, deadline=None)
@given(pictures())
def test_the_same_input_gives_the_same_bytes_in_a_fresh_array(drawing):
    image, segmentation, names = drawing
    before = image.copy()
    first = draw_labels(image, segmentation, names)
    assert (image == before).all()
    assert not np.shares_memory(first, image)
    # The order of names must not matter.
    names = dict(reversed(names.items()))
    assert draw_labels(image, segmentation.copy(), names).tobytes() == first.tobytes()


@pytest.mark.parametrize("side", [64, 128, 256, 512])
def test_a_thing_in_free_space_gets_its_tag(side):
    third = side // 3
    image, segmentation, names = picture(side, (third, third, third, third))
    (tag,) = place_tags(segmentation, names)
    assert tag.name == "red block" == names[tag.label]
    assert changed(image, draw_labels(image, segmentation, names)).any()


def test_a_thing_in_front_of_a_larger_one_is_pointed_at():
    # The larger one is too small to hold a tag, and large enough to be crossed by a line.
    _, segmentation, names = picture(256, (98, 98, 60, 60), (124, 124, 8, 8))
    small = next(tag for tag in place_tags(segmentation, names) if tag.label == 8)
    y, x = small.line[-1]
    assert segmentation[y, x] == 7
    assert 8 in segmentation[y - 1 : y + 2, x - 1 : x + 2]


def test_nothing_to_name_changes_nothing():
    image, segmentation, _ = picture(64)
    assert (draw_labels(image, segmentation, {}) == image).all()
    assert (draw_labels(image, segmentation, {3: "mug 1"}) == image).all()
    # Specks, nameless things and things that fill the picture go without.
    segmentation[5, 5] = 3
    segmentation[20:40, 20:40] = 4
    assert (draw_labels(image, segmentation, {3: "mug 1", 4: ""}) == image).all()
    segmentation[:] = 3
    assert (draw_labels(image, segmentation, {3: "mug 1"}) == image).all()


@pytest.mark.parametrize(("height", "width"), [(48, 128), (128, 48), (5, 5), (0, 0), (8, 200)])
def test_any_shape_will_do(height, width):
    image = np.zeros((height, width, 3), np.uint8)
    segmentation = np.zeros((height, width), np.int32)
    segmentation[height // 2 :, : width // 2] = -2
    assert draw_labels(image, segmentation, {-2: "mug 1"}).shape == image.shape


def test_sizes_that_do_not_fit_are_refused():
    image, segmentation, _ = picture(64)
    with pytest.raises(ValueError, match=r"\(64, 64, 3\) .* \(64, 63\)"):
        draw_labels(image, segmentation[:, 1:], {})
