"""The table and the picture."""

from collections.abc import Sequence
from pathlib import Path

from crossworld.benchmarks.clip_curves.worlds import WORLDS
from crossworld.wrappers.captioners.clip.calibration import AIM
from crossworld.wrappers.captioners.clip.recipe import Result
from crossworld.wrappers.captioners.clip.training import (
    BATCH,
    DRAWS,
    IMAGES_A_MINUTE,
    SHOWINGS,
)

HEAD = (
    "images", "true statements", "shown", "tuned on", "precision", "recall", "precision, one threshold",
    "recall, one threshold", "recall at precision 0.9",
)  # fmt: skip

TARGET = 0.9
"""Precision that recall is compared at."""

STYLES = (("o--", "precision"), ("s-", "recall"), ("^:", "recall at precision 0.9"))
GREY = "#666666"
COLOURS = {"household": "#1f6fb2", "tabletop": "#c8501e"}


def page(results: Sequence[tuple[str, Result]], command: str) -> str:
    """Return all that was found, in Markdown.

    Args:
        results: names of worlds, and what a training found.
        command: what made them.
    """
    parts = [f"Made by `{command}`.\n"]
    for world, env in WORLDS.items():
        found = sorted(
            (result for name, result in results if name == world), key=lambda one: one.images
        )
        if found:
            parts.append(_section(world, env, found))
    return "\n".join([*parts, _method()])


def draw(results: Sequence[tuple[str, Result]], path: Path) -> None:
    """Write the learning curves, and the precision-recall curves of the largest trainings, as PNG.

    Raises:
        OSError: the file cannot be written.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    picture = Figure(figsize=(10, 4.2), layout="constrained")
    learning, trade = picture.subplots(1, 2)
    for world, colour in COLOURS.items():
        found = sorted((one for name, one in results if name == world), key=lambda one: one.images)
        if not found:
            continue
        sizes = [one.images for one in found]
        for (style, _), values in zip(
            STYLES,
            (
                [one.own.precision for one in found],
                [one.own.recall for one in found],
                [one.recall_at for one in found],
            ),
            strict=True,
        ):
            learning.plot(sizes, values, style, color=colour, ms=5)
        full = found[-1]
        trade.plot(full.recall_curve, full.precision_curve, color=colour, label=world)
        trade.plot(full.own.recall, full.own.precision, "o", color=colour, ms=8)
    for style, label in STYLES:
        learning.plot([], [], style, color=GREY, ms=5, label=label)
    learning.set_xscale("log")
    learning.set_xlabel("images in training, each with what is true of it")
    learning.set_title("At the calibrated thresholds, by size of training set", fontsize=11)
    trade.set_xlabel("recall")
    trade.set_ylabel("precision")
    trade.set_title("Largest training; dots: the calibrated thresholds", fontsize=11)
    trade.axhline(TARGET, color="#888888", lw=0.8, ls=":")
    trade.set_xlim(0, 1.02)
    for axes in (learning, trade):
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.grid(alpha=0.3)
        axes.legend(fontsize=9, loc="lower left" if axes is trade else "lower right")
    trade.xaxis.set_major_formatter(PercentFormatter(1.0))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path, dpi=110, metadata={"Software": None})


def _section(world: str, env: str, found: Sequence[Result]) -> str:
    head = [" | ".join(HEAD), " | ".join("---:" for _ in HEAD)]
    table = "\n".join(f"| {row} |" for row in (*head, *(" | ".join(_row(one)) for one in found)))
    pattern = found[0].settings.pattern
    return (
        f"### {world.capitalize()}\n\n`{env}`, statements that match `{pattern}`; judged on"
        f" {found[0].held_out:,} images of rooms and tasks of `valid_unseen`.\n\n{table}\n"
    )


def _row(one: Result) -> tuple[str, ...]:
    counts = (one.images, one.captions, one.shown, one.tuned_on)
    shares = (*one.own, *one.common, one.recall_at)
    return (*(f"{count:,}" for count in counts), *(f"{share:.3f}" for share in shares))


def _method() -> str:
    return (
        "### How it is measured\n\n"
        "A small CLIP of open_clip (its ResNet tower, thin; two layers of text transformer) is trained"
        " from scratch on the processor with open_clip's contrastive loss, in batches of"
        f" {BATCH} images. Each head of its attention pooling begins by looking at one place of the image;"
        " without that, left and right are not told apart. An image comes with all statements that are true of it; each time it is"
        f" shown, {DRAWS} of them are drawn, and each draw makes a batch of pairs for the loss. Images"
        " come from episodes in training rooms, where an expert and random commands take turns;"
        " smaller sets are the beginning of larger ones.\n\n"
        "All trainings may take equally long, counted in images shown (minutes of"
        f" {IMAGES_A_MINUTE:,}), but show an image {SHOWINGS} times at most: so small sets train for"
        " less time. *shown* is how many images were shown, repetitions included.\n\n"
        "A statement is said if its cosine similarity exceeds a threshold. Thresholds are set on"
        " *tuned on* images of training rooms that no weight was fitted to, for a precision of"
        f" {AIM:g} there; each statement has its own, *one threshold* is the same with one for all."
        " Precision and recall are over all pairs of an image and a candidate, which are the"
        " statements that can be true in its task. *Recall at precision 0.9* moves all thresholds"
        " together to where precision on the held-out images is 0.9: it looks at the answers, and is"
        " there to compare models by.\n"
    )
