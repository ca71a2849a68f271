"""Goals in words: each way the inverse of the other, and freer words that say the same."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.envs.tabletop import shapes
from crossworld.envs.tabletop.colours import COLOURS
from crossworld.envs.tabletop.goals import Gathered, Goal, Held, Related
from crossworld.envs.tabletop.library import laid, library
from crossworld.envs.tabletop.paraphrases import paraphrased
from crossworld.envs.tabletop.places import Posed
from crossworld.envs.tabletop.relations import RELATIONS
from crossworld.envs.tabletop.scene import Scene, named
from crossworld.envs.tabletop.wording import UnreadableError, is_same, reading, words_of

SHAPES = (
    shapes.block(), shapes.ball(), shapes.cylinder(), shapes.bowl(), shapes.box(), shapes.pallet(),
    shapes.zone(), shapes.spot(), shapes.line(), shapes.corner(), shapes.letter("cross"),
    shapes.letter("arch"), shapes.outline("cross"), shapes.outline("arch"),
)  # fmt: skip


@st.composite
def scenes(draw: Any) -> Scene:
    """Draw things, many of them alike, with a pile among them."""
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(SHAPES), st.sampled_from(list(COLOURS)[:3])), min_size=3, max_size=8
        )
    )  # fmt: skip
    things = [(shape, colour, shape.role == "marker", "") for shape, colour in rows]
    things += [(shapes.bead(), "red", False, "red beads")] * draw(st.integers(0, 3))
    poses = np.zeros((len(things), 7))
    poses[:, 6] = 1
    return Scene(named(things), poses)


@st.composite
def goals(draw: Any) -> tuple[Scene, Goal]:
    """Draw a scene and a goal in it."""
    scene = draw(scenes())
    single = [k for k, thing in enumerate(scene.things) if not thing.pile]
    some = st.lists(st.sampled_from(single), min_size=1, unique=True).map(
        lambda k: tuple(sorted(k))
    )
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return scene, Held(draw(st.sampled_from(single)))
    if kind == 1 and scene.has_piles:
        return scene, Gathered("red beads", draw(some))
    things, targets = draw(some), draw(some)
    relation = draw(st.sampled_from(list(RELATIONS)))
    which = draw(st.sampled_from(["any", "own", "all"])) if len(targets) > 1 else "any"
    return scene, Related(things, relation, targets, which)


@given(goals())
@settings(deadline=None, max_examples=300)
def test_words_are_read_as_the_goal(drawn: tuple[Scene, Goal]) -> None:
    scene, goal = drawn
    words = words_of(scene, goal)
    assert re.fullmatch(r"[a-z0-9 ,]+", words)
    assert reading(scene, words) == goal, words
    assert is_same(reading(scene, words), goal)


@given(goals(), st.data())
@settings(deadline=None, max_examples=100)
def test_other_goals_have_other_words(drawn: tuple[Scene, Goal], data: Any) -> None:
    scene, goal = drawn
    if not isinstance(goal, Related):
        return
    single = [k for k, thing in enumerate(scene.things) if not thing.pile]
    other = Related(
        tuple(sorted(data.draw(st.sets(st.sampled_from(single), min_size=1)))),
        data.draw(st.sampled_from(list(RELATIONS))), goal.targets, goal.which,
    )  # fmt: skip
    assert (words_of(scene, other) == words_of(scene, goal)) == (other == goal)
    assert is_same(other, goal) == (other == goal)


def test_order_does_not_matter_for_the_same() -> None:
    one = Related((0, 1), "on", (2, 3), "own")
    assert is_same(one, Related((1, 0), "on", (3, 2), "own"))
    for other in (
        Related((0,), "on", (2, 3), "own"), Related((0, 1), "in", (2, 3), "own"),
        Related((0, 1), "on", (2,), "own"), Related((0, 1), "on", (2, 3), "any"), Held(0),
    ):  # fmt: skip
        assert not is_same(one, other)


def test_places_in_numbers_have_no_words(moments: Any) -> None:
    scene = moments[0].world.state.scene
    with pytest.raises(UnreadableError, match="Posed"):
        words_of(scene, Posed((0,), ((0.5, 0.0, 0.02, 0.0),)))
    for words in (
        "",
        "do something",
        "put the moon on the sun",
        "pick up",
        "pick up the moon",
        "PICK UP",
    ):
        with pytest.raises(UnreadableError):
            reading(scene, words)


@pytest.mark.parametrize("name", list(library()))
def test_sentences_of_the_library_are_read_as_their_goals(name: str) -> None:
    for split in ("train", "valid_unseen"):
        for number in range(4):
            setting = laid(library()[name], split, number)
            for goal, words in zip(setting.goals.goals, setting.goals.words, strict=True):
                assert is_same(reading(setting.scene, words), goal), words


# Freer words.


def named_in(scene: Scene, words: str) -> list[str]:
    """Return names, and words for several things, in the order in which they are said."""
    nouns = {thing.shape.noun for thing in scene.things}
    known = {
        *scene.names,
        *nouns,
        *(f"{thing.colour} {thing.shape.noun}" for thing in scene.things),
    }
    pattern = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    return re.findall(rf"\b(?:{pattern})(?:s|es)?\b", words)


@pytest.mark.parametrize("name", list(library()))
def test_paraphrases_say_the_same(name: str) -> None:
    for number in range(2):
        setting = laid(library()[name], "train", number)
        goals, scene = setting.goals, setting.scene
        told = {paraphrased(goals.words, np.random.default_rng(seed)) for seed in range(12)}
        assert len(told) > 4
        for words in told:
            assert words.isascii() and len(words) <= 600
            assert named_in(scene, words) == named_in(scene, goals.mission), words
            for side in ("left", "right", "behind|back", "front", "different"):
                found = [
                    len(re.findall(rf"\b(?:{side})\b", said)) for said in (words, goals.mission)
                ]
                assert found[0] == found[1], words


def test_paraphrases_are_drawn_from_the_generator() -> None:
    words = laid(library()["tower"], "train", 0).goals.words
    for seed in range(20):
        one, other = (paraphrased(words, np.random.default_rng(seed)) for _ in range(2))
        assert one == other
        assert one.strip()
    generator = np.random.default_rng(0)
    assert len({paraphrased(words, generator) for _ in range(20)}) > 10
