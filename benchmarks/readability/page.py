"""The results in Markdown, to be included in a page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossworld.benchmarks.readability.samples import BITS, NAMES, Samples
from crossworld.benchmarks.readability.scores import (
    Labels,
    Score,
    confusions,
    macro_f1,
    micro,
    per_type,
)

_SIZES = (1, 30, 60, 120, 240, 480)
"""Least pixels of the classes by which recall is told."""

_PAIRS = 12
"""Confusions that are listed."""

_LEAST = 5
"""A type in fewer frames has no part in means over types."""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What was found in one set of frames by one classifier.

    Attributes:
        rooms: the frames, in words.
        look: "colour" or "greyscale".
        samples: the frames.
        found: (n, types + bits) what was reported.
    """

    rooms: str
    look: str
    samples: Samples
    found: Labels

    @property
    def types(self) -> list[Score]:
        """The score of each type of object."""
        return per_type(self.samples.labels, self.found[:, : len(NAMES)])

    @property
    def conditions(self) -> list[Score]:
        """The score of each condition."""
        return per_type(self.samples.conditions, self.found[:, len(NAMES) :])

    @property
    def games(self) -> int:
        """How many games the frames are from."""
        return len({name.rpartition(": ")[0] for name in self.samples.names})


def markdown(results: Sequence[Result], training: str) -> str:
    """Return the whole text.

    Args:
        results: at least one; the first is what is told in detail.
        training: what the classifiers are and what they were trained on, a sentence or two.
    """
    parts = [
        "A small classifier sees one frame and names the types of the objects in the receptacle that"
        " is looked at; what lies in its neighbours, and what is in hand, does not count. "
        + training,
        "### Overall",
        _overall(results),
        f"Macro F1 is the mean over types that are in at least {_LEAST} of the frames.",
        "### Recall by size",
        "Size is the pixels by which a type is shown in a frame.",
        _by_size(results),
        "### Conditions of objects",
        "Whether something in the receptacle is clean, cool, hot, sliced or switched on.",
        _conditions(results),
        "### What is taken for what",
        "Frames in which the first is missed and the second is reported without being there.",
        *(f"{result.rooms}, {result.look}: {_confused(result)}" for result in results),
        "### Type by type",
        "Precision / recall / F1 and, last, the number of frames that show it.",
        _types(results),
    ]
    return "\n\n".join(parts) + "\n"


def _overall(results: Sequence[Result]) -> str:
    lines = []
    for result in results:
        score = micro(result.types)
        lines.append(
            [
                result.rooms,
                result.look,
                str(len(result.found)),
                str(result.games),
                f"**{score.f1:.3f}**",
                f"{score.precision:.3f}",
                f"{score.recall:.3f}",
                f"{macro_f1(result.types, _LEAST):.3f}",
            ]
        )
    return _table(
        ("rooms", "", "frames", "games", "micro F1", "precision", "recall", "macro F1"), lines
    )


def _by_size(results: Sequence[Result]) -> str:
    lines = []
    for low, high in zip(_SIZES, (*_SIZES[1:], None), strict=True):
        cells = []
        for result in results:
            pixels, labels = result.samples.pixels(), result.samples.labels
            chosen = labels & (pixels >= low) & (pixels < (high or np.inf))
            found = result.found[:, : len(NAMES)][chosen]
            cells.append(f"{found.mean():.3f} of {found.size}" if found.size else "-")
        lines.append([f"{low} to {high - 1}" if high else f"{low} and more", *cells])
    return _table(("pixels", *_heads(results)), lines)


def _conditions(results: Sequence[Result]) -> str:
    columns = [result.conditions for result in results]
    lines = [
        [bit, *(_figures(column[k]) for column in columns)]
        for k, bit in enumerate(BITS)
        if any(column[k].support for column in columns)
    ]
    return _table(("condition", *_heads(results)), lines)


def _types(results: Sequence[Result]) -> str:
    columns = [result.types for result in results]
    lines = [
        [name, *(_figures(column[k]) for column in columns)]
        for k, name in enumerate(NAMES)
        if any(column[k].support for column in columns)
    ]
    return _table(("type", *_heads(results)), lines)


def _confused(result: Result) -> str:
    pairs = confusions(result.samples.labels, result.found[:, : len(NAMES)], _PAIRS)
    return ", ".join(f"{NAMES[a]} for {NAMES[b]} {count}" for a, b, count in pairs) or "nothing"


def _figures(score: Score) -> str:
    if not score.support:
        return f"- ({score.false} false)" if score.false else "-"
    return f"{score.precision:.2f} / {score.recall:.2f} / {score.f1:.2f}, {score.support}"


def _heads(results: Sequence[Result]) -> list[str]:
    return [f"{result.rooms}, {result.look}" for result in results]


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
