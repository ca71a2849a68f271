"""The disguises that demonstrations are learned in: other numbers and other names."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("tokenizers")

from crossworld.agents.text_lm.demonstrations import (
    DECISIVE,
    RENAMED,
    RENUMBERED,
    Demonstrator,
    Turn,
)
from crossworld.agents.text_lm.disguise import renamed, renumbered
from crossworld.agents.text_lm.settings import Settings
from crossworld.agents.text_lm.tokenizer import KINDS, NUMBERS
from crossworld.envs.household.catalogue import ADMITS

DEMONSTRATOR = Demonstrator(Settings("crossworld/Household-v0", 1.0))
NAME = re.compile(rf"\b({'|'.join(KINDS)}) ([0-9]+)\b")
FURNITURE = {name.lower() for name in ADMITS}


def said(turns: list[Turn]) -> list[str]:
    return [part for turn in turns for part in (turn.text, turn.command)]


@settings(max_examples=30)
@given(st.integers(0, 300), st.integers(0, 2**32))
def test_other_numbers_are_in_the_same_order_all_along(number: int, seed: int) -> None:
    texts = said(DEMONSTRATOR.played(number))
    say = renumbered(texts, np.random.default_rng(seed))
    numbers: dict[str, dict[int, int]] = {}
    for text in texts:
        assert NAME.sub(r"\1", say(text)) == NAME.sub(r"\1", text), "only numbers change"
        pairs = zip(NAME.findall(text), NAME.findall(say(text)), strict=True)
        for (kind, before), (other, after) in pairs:
            assert kind == other
            known = numbers.setdefault(kind, {})
            assert known.setdefault(int(before), int(after)) == int(after)
    for kind, known in numbers.items():
        ordered = [known[place] for place in sorted(known)]
        assert ordered == sorted(set(ordered)), "no two are the same"
        if max(known) in NUMBERS[kind]:
            assert max(ordered) in NUMBERS[kind], "a name stays one token"


@settings(max_examples=30)
@given(st.integers(0, 300), st.integers(0, 2**32))
def test_other_names_are_the_same_all_along(number: int, seed: int) -> None:
    say = renamed(np.random.default_rng(seed))
    names = {kind: say(kind) for kind in KINDS}
    assert sorted(names.values()) == sorted(KINDS), "no two are the same"
    assert {names[kind] for kind in FURNITURE} == FURNITURE
    for kind in ("sinkbasin", "fridge", "microwave", "desklamp", "floorlamp"):
        assert names[kind] == kind
    for text in said(DEMONSTRATOR.played(number)):
        for (kind, before), (other, after) in zip(
            NAME.findall(text), NAME.findall(say(text)), strict=True
        ):
            assert (other, after) == (names[kind], before)


def test_shares_of_the_demonstrations_are_disguised() -> None:
    count = 300
    renumbered_, renamed_ = 0, 0
    for number in range(count):
        played, shown = DEMONSTRATOR.played(number), DEMONSTRATOR.episode(number)
        if NAME.sub(r"\1", shown[0].text) != NAME.sub(r"\1", played[0].text):
            renamed_ += 1
            assert {turn.weight for turn in shown} <= {0.0, DECISIVE}, "the search is not learned"
        else:
            renumbered_ += shown != played
            assert [turn.weight for turn in shown] == [turn.weight for turn in played]
    assert abs(renamed_ / count - RENAMED) < 0.07
    assert abs(renumbered_ / count - RENUMBERED) < 0.1


def test_a_second_basin_is_among_what_is_learned() -> None:
    """Training rooms have one, held-out ones two: `sinkbasin 2` must not be new there."""
    found = sum(
        turn.weight > 0 and "with sinkbasin 2" in turn.command
        for number in range(200)
        for turn in DEMONSTRATOR.episode(number)
    )
    assert found > 0
