"""From an environment to a folder with a model: play, train, set thresholds, judge, write."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossworld.wrappers.captioners.base import CaptionerError
from crossworld.wrappers.captioners.clip.architecture import save_model
from crossworld.wrappers.captioners.clip.calibration import Calibration, calibrate
from crossworld.wrappers.captioners.clip.captioner import ClipCaptioner
from crossworld.wrappers.captioners.clip.pairs import (
    Pairs,
    captioned,
    every,
    fitting,
    gather,
    play,
    tuning,
)
from crossworld.wrappers.captioners.clip.scores import Score, curve, score
from crossworld.wrappers.captioners.clip.training import STATE_FILE, Settings, train
from crossworld.wrappers.training import Watch, read_result, unwatched, write_result

PATTERNS: Mapping[str, str] = {
    "Household": r"you see an? .*",
    "ALFWorld": r"you see an? .*",
    "Tabletop": (
        r"the .* is (on top of|left of|right of|behind|in front of|on the table).*"
        r"|the robot is grasping .*"
    ),
}
"""Statements that are learned by default, by how the name of an environment begins."""

HELD_OUT_SPLIT = "valid_unseen"
HELD_OUT = 2000
"""Images of held-out rooms that results are measured on."""

_TUNING, _TUNING_RANGE = 5, (50, 2000)
"""For so many images to train on, one to set thresholds; at least and at most so many."""

_POINTS = 200
"""Points that are kept of a precision-recall curve."""

_PRECISION = 0.9


@dataclass(frozen=True, slots=True)
class Result:
    """What a training found, measured on images of held-out rooms.

    Attributes:
        settings: what was trained.
        images: how many it was trained on.
        captions: true statements of these, all together.
        shown: how often images were shown in training, all together.
        tuned_on: images of training rooms kept back that set the thresholds.
        held_out: images that were judged.
        own: precision and recall with a threshold a statement, as the folder has them.
        common: the same with one threshold for all.
        recall_at: highest recall at a precision of 0.9 on the held-out images, over what a sweep of
            the thresholds finds; it looks at the answers, so it is a bound and no promise.
        precision_curve: points of the curve of that sweep, with `recall_curve`.
        recall_curve: ascending.
    """

    settings: Settings
    images: int
    captions: int
    shown: int
    tuned_on: int
    held_out: int
    own: Score
    common: Score
    recall_at: float
    precision_curve: tuple[float, ...]
    recall_curve: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rooms:
    """What was seen in three kinds of rooms.

    Attributes:
        fit: training rooms that weights are fitted to; something is true of each image.
        tune: training rooms kept back, to set thresholds.
        test: held-out rooms, to judge.
    """

    fit: Pairs
    tune: Pairs
    test: Pairs


def default_pattern(env: str) -> str:
    """Return which statements of an environment are learned by default.

    Raises:
        CaptionerError: nothing is known of it.
    """
    name = env.rpartition("/")[2]
    for start, pattern in PATTERNS.items():
        if name.startswith(start):
            return pattern
    raise CaptionerError(
        f"env {env!r}: no pattern is known for its statements; give one, such as 'you see .*'."
    )


def tuning_images(pairs: int) -> int:
    """Return how many images set the thresholds where so many are trained on."""
    return int(np.clip(pairs // _TUNING, *_TUNING_RANGE))


def finished(settings: Settings, folder: Path) -> Result | None:
    """Return what a training in a folder found, None if it is not finished or was never begun.

    Raises:
        CaptionerError: the folder is of a training with other settings, or damaged.
    """
    return read_result(folder, settings, _result, CaptionerError)


def _result(found: dict[str, Any]) -> Result:
    return Result(
        **found
        | {
            "own": Score(*found["own"]),
            "common": Score(*found["common"]),
            "precision_curve": tuple(found["precision_curve"]),
            "recall_curve": tuple(found["recall_curve"]),
        }
    )


def visit(settings: Settings, watch: Watch = unwatched, held_out: int = HELD_OUT) -> Rooms:
    """Play in rooms of all three kinds.

    Args:
        settings: `env`, `pattern`, `pairs` and `seed` say what is played, and how much.
        watch: is told how far it is.
        held_out: images to judge.

    Raises:
        CaptionerError: see `play`; or there are fewer tasks than are needed.
    """
    env, pattern, seed = settings.env, settings.pattern, settings.seed
    wanted = {
        "training rooms": (
            settings.pairs,
            captioned(play(env, pattern, keep=fitting, seed=seed)),
        ),
        "kept-back rooms": (
            tuning_images(settings.pairs),
            play(env, pattern, keep=tuning, seed=seed),
        ),
        "held-out rooms": (
            held_out,
            play(env, pattern, split=HELD_OUT_SPLIT, keep=every, seed=seed),
        ),
    }
    seen = [
        gather(moments, n, lambda done, name=name, n=n: watch(name, done, n))  # type: ignore[misc]
        for name, (n, moments) in wanted.items()
    ]
    return Rooms(*seen)


def learn(settings: Settings, rooms: Rooms, folder: Path, watch: Watch = unwatched) -> Result:
    """Train, set thresholds, judge, and write it all into a folder.

    If it was stopped, the same call goes on.

    Args:
        settings: what decides the weights.
        rooms: see `visit`; may hold more than is needed.
        folder: to write; then `ClipCaptioner(folder)` and `open_clip` load it.
        watch: is told how far it is.

    Raises:
        CaptionerError: the folder holds a training with other settings.
        OSError: it cannot be written to.
    """
    if (known := finished(settings, folder)) is not None:
        return known
    fit = rooms.fit.first(settings.pairs)
    tune = rooms.tune.first(tuning_images(settings.pairs))
    model = train(
        settings,
        fit,
        folder,
        lambda done, total, loss: watch("training", done, total, f"loss {loss:.2f}"),
    )
    save_model(model, folder)
    eyes = ClipCaptioner(str(folder), threshold=0.0, batch_size=64)
    calibration = calibrate(
        eyes.scores(tune.images, tune.statements),
        tune.truth,
        tune.candidates,
        tune.statements,
        settings.pattern,
    )
    result = judge(settings, rooms, calibration, eyes)
    calibration.write(folder)
    write_result(folder, result)
    (folder / STATE_FILE).unlink(missing_ok=True)
    return result


def judge(
    settings: Settings, rooms: Rooms, calibration: Calibration, eyes: ClipCaptioner
) -> Result:
    """Return how well a model tells what is true in held-out rooms."""
    fit, test = rooms.fit.first(settings.pairs), rooms.test
    similarities = eyes.scores(test.images, test.statements)
    asked = test.candidates
    truth = test.truth[asked]
    surplus = (similarities - calibration.limits(test.statements))[asked]
    whole = curve(surplus, truth)
    kept = np.unique(np.linspace(0, len(whole.recall) - 1, _POINTS).round().astype(int))
    return Result(
        settings,
        images=len(fit),
        captions=int(fit.truth.sum()),
        shown=settings.shown,
        tuned_on=min(len(rooms.tune), tuning_images(settings.pairs)),
        held_out=len(test),
        own=score(surplus > 0, truth),
        common=score(similarities[asked] > np.float32(calibration.threshold), truth),
        recall_at=whole.recall_at(_PRECISION),
        precision_curve=_rounded(whole.precision[kept]),
        recall_curve=_rounded(whole.recall[kept]),
    )


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
