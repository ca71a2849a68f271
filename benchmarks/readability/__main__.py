"""`python -m crossworld.benchmarks.readability --out docs/tables/readability.md`."""

import argparse
import sys
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TaskID

from crossworld.benchmarks.readability import sources
from crossworld.benchmarks.readability.guess import guessed
from crossworld.benchmarks.readability.network import (
    Classifier,
    parameters,
    torch_or_error,
    train,
)
from crossworld.benchmarks.readability.page import Result, markdown
from crossworld.benchmarks.readability.samples import Samples, collect, joined
from crossworld.benchmarks.readability.scores import micro, per_type, thresholds
from crossworld.benchmarks.readability.sheet import save_worst
from crossworld.envs.household.alfworld import default_data
from crossworld.envs.household.corpus import open_corpus

SIZE = 128
"""Side of the frames, pixels."""

_TUNE, _TEST = 10, 6
"""For so many frames to train on, one to choose thresholds, and one to test."""

_GREY = 0.6
"""The greyscale classifier goes on from the other one's weights, and needs this much of its time."""


def main() -> None:
    """Draw frames, train two classifiers, write what they find."""
    options = _options()
    console = Console(stderr=True)
    try:
        torch = torch_or_error()
    except ImportError as error:
        sys.exit(str(error))
    torch.set_num_threads(options.threads)
    with console.status("drawing frames"):
        fit, tune, tests = draw(options.frames, options.data or default_data())
    results: dict[str, list[Result]] = {rooms: [] for rooms in tests}
    classifier: Classifier | None = None
    for look, channels, epochs in (
        ("colour", 3, options.epochs),
        ("greyscale", 1, options.epochs * _GREY),
    ):
        with Progress(console=console) as progress:
            bar = progress.add_task(f"training, {look}", total=1.0)
            classifier = train(
                fit,
                epochs,
                channels=channels,
                seed=options.seed,
                start=classifier,
                tick=partial(_show, progress, bar),
            )
        limits = thresholds(tune.answers, classifier.scores(tune.images))
        for rooms, samples in tests.items():
            found = classifier.scores(samples.images) > limits
            results[rooms].append(Result(rooms, look, samples, found))
        text = markdown(
            [result for group in results.values() for result in group],
            _said(classifier, fit, tune, options.epochs)
            + " "
            + " ".join(_floor(fit, samples, rooms) for rooms, samples in tests.items()),
        )
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text, "utf-8")
        if options.sheets:
            for rooms, group in results.items():
                save_worst(group[-1], options.sheets / f"{rooms.split()[0]}-{look}.png")
    console.print(f"wrote {options.out}")


def _show(progress: Progress, bar: TaskID, done: float) -> None:
    """Show how much of a training is done, 0..1."""
    progress.update(bar, completed=done)


def draw(frames: int, data: str | None) -> tuple[Samples, Samples, dict[str, Samples]]:
    """Return frames to train on, to choose thresholds with, and to test on, by kind of rooms.

    Args:
        frames: how many generated ones to train on.
        data: folder or pack of official games, which are added; None for none.
    """
    fit = collect(sources.fitting(sources.generated("train")), frames, SIZE)
    tune = collect(sources.tuning(sources.generated("train")), max(frames // _TUNE, 1), SIZE)
    test = collect(sources.generated("valid_unseen"), max(frames // _TEST, 1), SIZE)
    tests = {"generated `valid_unseen`": test}
    if data is not None:
        known, left_out = sources.official(open_corpus(data))
        fit = joined(fit, collect(sources.fitting(known), frames // 2, SIZE))
        tune = joined(tune, collect(sources.tuning(known), frames // 2, SIZE))
        tests["official floor plans left out"] = collect(left_out, frames // 2, SIZE)
    return fit, tune, tests


def _said(classifier: Classifier, fit: Samples, tune: Samples, epochs: float) -> str:
    """Return how the classifiers were made, in words."""
    return (
        f"It is a convolutional network with {parameters(classifier):,} weights, trained on"
        f" {len(fit.names):,} frames of {SIZE} x {SIZE} pixels from training rooms, each shown"
        f" {epochs:g} times on average, with the segmentation as a help in training only."
        " The one for greyscale goes on from the weights of the one for colour, with"
        f" {_GREY:g} times as many steps, and sees luma alone. Thresholds come from"
        f" {len(tune.names):,} frames of training rooms kept back. Official rooms, where there are"
        f" any, are floor plans whose number is a multiple of {sources.LEFT_OUT}; of none of them"
        " was a game trained on."
    )


def _floor(fit: Samples, samples: Samples, rooms: str) -> str:
    """Return in words how well one guesses who does not look."""
    score = micro(per_type(samples.labels, guessed(fit, samples)))
    return (
        f"Guessing from the kind of receptacle alone would reach a micro F1 of {score.f1:.2f}"
        f" ({rooms})."
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m crossworld.benchmarks.readability",
        description="Measure how well a small classifier names what frames show. Needs PyTorch.",
    )
    parser.add_argument("--out", type=Path, required=True, help="Markdown file to write")
    parser.add_argument("--data", help="folder or pack of official games ($ALFWORLD_DATA)")
    parser.add_argument("--frames", type=int, default=30000, help="generated frames to train on")
    parser.add_argument("--epochs", type=float, default=4.0, help="how often each is shown")
    parser.add_argument("--seed", type=int, default=0, help="of weights and order")
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        help="threads of PyTorch; more pay on an idle machine only",
    )
    parser.add_argument("--sheets", type=Path, help="folder for pictures of the worst frames")
    options = parser.parse_args()
    for name in ("frames", "epochs", "threads"):
        if getattr(options, name) <= 0:
            parser.error(f"--{name} {getattr(options, name)}: give more than 0")
    return options


if __name__ == "__main__":
    main()
