"""Observed text is made to fit its space, in one place."""

import random

from hypothesis import given
from hypothesis import strategies as st

from crossworld import CHARSET
from crossworld.envs.core.info import MASK_SIZE, action_mask
from crossworld.envs.core.spaces import MAX_LENGTH, fit_text, text_space

SPACE = text_space()


@given(st.text())
def test_anything_fits(text: str) -> None:
    fitted = fit_text(text)
    assert fitted in SPACE
    assert fit_text(fitted) == fitted


@given(st.text(alphabet=CHARSET))
def test_what_fits_is_left_alone(text: str) -> None:
    assert fit_text(text) == text


def test_long_text_is_cut() -> None:
    assert len(fit_text("x" * 10_000)) == MAX_LENGTH


def test_what_people_type_is_spelled_out() -> None:
    assert (
        fit_text("a\tb\u2019s \u2014 \u201cc\u201d\u2026 caf\u00e9\r\n") == 'a b\'s - "c"... caf\n'
    )


def test_samples_fit_and_do_not_depend_on_hash_seeds() -> None:
    space = text_space()
    space.seed(0)
    assert space.sample() in SPACE
    assert "".join(space.character_list) == CHARSET


def test_masks_are_fresh_and_bounded() -> None:
    for n in (0, 1, random.Random(0).randrange(MASK_SIZE), MASK_SIZE, MASK_SIZE + 5):
        mask = action_mask(n)
        assert mask.sum() == min(n, MASK_SIZE)
        assert mask[: min(n, MASK_SIZE)].all()
        mask[:] = 0
        assert action_mask(n).sum() == min(n, MASK_SIZE)
