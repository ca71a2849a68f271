"""How well predicted sets agree with true ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Score:
    """Of one type, or of several together.

    Attributes:
        hits, false, missed: numbers of frames.
    """

    hits: int
    false: int
    missed: int

    @property
    def support(self) -> int:
        """In how many frames it is."""
        return self.hits + self.missed

    @property
    def precision(self) -> float:
        """Share of what is reported that is there; 1 if nothing is reported."""
        return self.hits / (self.hits + self.false) if self.hits + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that is reported; 1 if nothing is there."""
        return self.hits / self.support if self.support else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 if nothing is there and nothing reported."""
        whole = 2 * self.hits + self.false + self.missed
        return 2 * self.hits / whole if whole else 1.0


def per_type(labels: Labels, found: Labels) -> list[Score]:
    """Return the score of each column of two (n, types) arrays."""
    hits, false, missed = (
        (a & b).sum(axis=0).tolist()
        for a, b in ((labels, found), (~labels, found), (labels, ~found))
    )
    return [Score(*counts) for counts in zip(hits, false, missed, strict=True)]


def micro(scores: Sequence[Score]) -> Score:
    """Return the score over all types, each frame and type counting once."""
    return Score(
        sum(score.hits for score in scores),
        sum(score.false for score in scores),
        sum(score.missed for score in scores),
    )


def macro_f1(scores: Sequence[Score], least: int = 1) -> float:
    """Return the mean F1 of the types that are in at least so many frames."""
    values = [score.f1 for score in scores if score.support >= least]
    return float(np.mean(values)) if values else 1.0


def thresholds(labels: Labels, scores: Floats, shrink: float = 10.0) -> Floats:
    """Return the (types,) thresholds with the best F1, type by type.

    Args:
        labels: (n, types) what is there.
        scores: (n, types) logits.
        shrink: a type in few frames gets a threshold near the one that is best for all of them: its
            own counts n / (n + shrink).
    """
    common = _best(labels.ravel(), scores.ravel())
    found = np.full(labels.shape[1], common)
    for k in range(labels.shape[1]):
        count = int(labels[:, k].sum())
        if count:
            own = count / (count + shrink)
            found[k] = own * _best(labels[:, k], scores[:, k]) + (1 - own) * common
    return found


def _best(labels: Labels, scores: Floats) -> float:
    """Return the threshold with the best F1, in the middle between two scores."""
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.cumsum(labels[order])
    reported = np.arange(1, len(ranked) + 1)
    f1 = 2 * hits / (reported + labels.sum())
    cut = int(np.argmax(f1))
    following = ranked[cut + 1] if cut + 1 < len(ranked) else ranked[cut] - 1.0
    return float(ranked[cut] + following) / 2


def confusions(labels: Labels, found: Labels, most: int = 12) -> list[tuple[int, int, int]]:
    """Return the most frequent pairs (missed type, type that is reported instead, frames)."""
    missed, false = (labels & ~found).astype(np.int64), (found & ~labels).astype(np.int64)
    counts = missed.T @ false
    order = np.argsort(-counts, axis=None, kind="stable")[:most]
    pairs = zip(*np.unravel_index(order, counts.shape), strict=True)
    return [(int(a), int(b), int(counts[a, b])) for a, b in pairs if counts[a, b]]
