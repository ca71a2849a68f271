"""Frames with labels, the scores of what is read from them, and the command's text."""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from crossworld.benchmarks.readability import __main__ as command
from crossworld.benchmarks.readability import sources
from crossworld.benchmarks.readability.guess import guessed
from crossworld.benchmarks.readability.network import torch_or_error, train
from crossworld.benchmarks.readability.page import Result, markdown
from crossworld.benchmarks.readability.samples import (
    BITS,
    NAMES,
    PER_GAME,
    Samples,
    collect,
    joined,
    label,
    visits,
)
from crossworld.benchmarks.readability.scores import (
    Score,
    confusions,
    macro_f1,
    micro,
    per_type,
    thresholds,
)
from crossworld.benchmarks.readability.sheet import save_worst
from crossworld.envs.household.generation.generator import GeneratedGame
from crossworld.envs.household.text import describe_receptacle

GAMES = [GeneratedGame("train", index) for index in range(4)]
SIZE = 32


@pytest.fixture(scope="module")
def samples() -> Samples:
    return collect(GAMES, 40, SIZE)


def said(text: str) -> set[str]:
    """Return the types that a description of a receptacle lists."""
    listed = text.partition("you see ")[2].removesuffix(".").replace(", and ", ", ")
    return {words.split()[-2] for words in listed.split(", ") if words not in ("", "nothing")}


def test_labels_are_what_the_text_lists() -> None:
    seen = Counter[str]()
    for index in range(16):
        for state, r in visits(GeneratedGame("train", index), seed=0):
            text = describe_receptacle(state, r)
            assert "is closed" not in text
            types, conditions = label(state, r)
            assert {NAMES[k].lower() for k in np.flatnonzero(types)} == said(text)
            assert len(conditions) == len(BITS)
            seen["held"] += state.held >= 0
            seen["empty"] += not types.any()
            seen["conditions"] += conditions.any()
            seen["several"] += types.sum() > 2
    assert min(seen[what] for what in ("held", "empty", "conditions", "several")) > 0


def test_samples_are_frames_with_labels(samples: Samples) -> None:
    count = len(samples.names)
    assert count == 40
    assert samples.images.shape == (count, SIZE, SIZE, 3) and samples.images.dtype == np.uint8
    assert samples.where.shape == (count, SIZE, SIZE)
    assert samples.labels.shape == (count, len(NAMES))
    assert samples.answers.shape == (count, len(NAMES) + len(BITS))
    pixels = samples.pixels()
    assert not pixels[~samples.labels].any()
    assert (pixels[samples.labels] > 0).mean() > 0.95
    games = Counter(name.partition(":")[0] for name in samples.names)
    assert list(games)[:3] == ["train/0", "train/1", "train/2"]
    assert max(games.values()) <= PER_GAME


def test_samples_are_the_same_again(samples: Samples) -> None:
    again = collect(GAMES, 40, SIZE)
    for field in ("images", "where", "labels", "conditions"):
        assert np.array_equal(getattr(samples, field), getattr(again, field))
    assert samples.names == again.names
    other = collect(GAMES, 40, SIZE, seed=1)
    assert samples.names != other.names


def test_too_few_games_give_fewer_frames() -> None:
    few = collect(GAMES[:1], 1000, SIZE)
    assert 0 < len(few.names) <= PER_GAME and len(few.images) == len(few.names)
    both = joined(few, few)
    assert len(both.labels) == len(both.names) == 2 * len(few.names)


def test_rooms_are_fitted_or_kept_back() -> None:
    games = [GeneratedGame("train", index) for index in range(60)]
    fit = {sources.room(game) for game in sources.fitting(games)}
    tune = {sources.room(game) for game in sources.tuning(games)}
    assert fit and tune and not fit & tune
    assert fit | tune == set(map(sources.room, games))
    test = {sources.room(GeneratedGame("valid_unseen", index)) for index in range(30)}
    assert not test & (fit | tune)


def test_scores_on_arrays_made_by_hand() -> None:
    labels = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]], bool)
    found = np.array([[1, 0, 0], [0, 1, 1], [0, 1, 0], [1, 0, 0]], bool)
    scores = per_type(labels, found)
    assert scores == [Score(1, 1, 1), Score(2, 0, 0), Score(0, 1, 0)]
    assert [score.f1 for score in scores] == [0.5, 1.0, 0.0]
    assert [score.support for score in scores] == [2, 2, 0]
    assert micro(scores) == Score(3, 2, 1)
    assert micro(scores).precision == 0.6 and micro(scores).recall == 0.75
    assert macro_f1(scores) == 0.75 and macro_f1(scores, least=3) == 1.0
    assert confusions(labels, found) == [(0, 2, 1)]
    assert Score(0, 0, 0).f1 == Score(0, 0, 0).precision == Score(0, 0, 0).recall == 1.0


def test_thresholds_part_what_can_be_parted() -> None:
    labels = np.array([[1, 0], [1, 0], [0, 1], [0, 0]], bool)
    scores = np.array([[3.0, -4.0], [2.0, -5.0], [-1.0, -2.0], [0.0, -3.0]])
    limits = thresholds(labels, scores, shrink=0.0)
    assert np.allclose(limits, [1.0, -2.5])
    assert np.array_equal(scores > limits, labels)
    # A type that is nowhere gets the threshold that is best for all.
    common = thresholds(labels[:, :1], scores[:, :1])
    bare = thresholds(
        np.c_[labels[:, :1], np.zeros((4, 1), bool)], np.c_[scores[:, :1], [-9.0] * 4]
    )
    assert bare[1] == pytest.approx(common[0])


def test_guess_knows_only_the_kind_of_receptacle(samples: Samples) -> None:
    found = guessed(samples, samples)
    kinds = np.array([name.rpartition(": ")[2].split()[0] for name in samples.names])
    for kind in set(kinds):
        assert (found[kinds == kind] == found[kinds == kind][0]).all()
    assert 0 < micro(per_type(samples.labels, found)).f1 < 1


def test_page_and_sheet_tell_results(samples: Samples, tmp_path: Path) -> None:
    found = samples.answers.copy()
    found[:5] = False
    result = Result("rooms", "colour", samples, found)
    text = markdown([result, result], "Trained on few.")
    score = micro(result.types)
    assert f"| rooms | colour | 40 | {result.games} | **{score.f1:.3f}** |" in text
    assert "Trained on few." in text and "clean" in text
    shown = [NAMES[k] for k in np.flatnonzero(samples.labels.any(axis=0))]
    assert all(f"\n| {name} | " in text for name in shown)
    save_worst(result, tmp_path / "folder" / "sheet.png")
    assert (tmp_path / "folder" / "sheet.png").stat().st_size > 1000


def test_without_torch_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, samples: Samples
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match="pip install torch"):
        torch_or_error()
    with pytest.raises(ImportError, match="pip install torch"):
        train(samples, 1.0, channels=3)
    monkeypatch.setattr(sys, "argv", ["readability", "--out", str(tmp_path / "page.md")])
    with pytest.raises(SystemExit, match="pip install torch"):
        command.main()


def test_training_learns_something(samples: Samples) -> None:
    pytest.importorskip("torch")
    done: list[float] = []
    classifier = train(samples, 30.0, channels=3, tick=done.append)
    assert done[-1] == 1.0 and done == sorted(done)
    scores = classifier.scores(samples.images)
    assert scores.shape == (40, len(NAMES) + len(BITS))
    limits = thresholds(samples.answers, scores)
    assert micro(per_type(samples.answers, scores > limits)).f1 > 0.5
    grey = train(samples, 1.0, channels=1, start=classifier)
    assert grey.scores(samples.images).shape == scores.shape
    again = train(samples, 1.0, channels=1, start=classifier)
    assert np.array_equal(grey.scores(samples.images), again.scores(samples.images))
