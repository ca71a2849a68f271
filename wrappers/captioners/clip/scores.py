"""How good captions are: precision, recall, and the curve between them."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Score(NamedTuple):
    """Precision and recall over all pairs of image and candidate (micro averages), each 0..1.

    Attributes:
        precision: share of what is said that is true; 1 if nothing is said.
        recall: share of what is true that is said; 1 if nothing is true.
    """

    precision: float
    recall: float


class Curve(NamedTuple):
    """What each threshold would give, from the strictest to the most lenient one.

    Attributes:
        thresholds: (k,) descending; said is what is as sure as this, or surer.
        precision: (k,), 0..1.
        recall: (k,), 0..1, ascending.
    """

    thresholds: Floats
    precision: Floats
    recall: Floats

    def recall_at(self, precision: float) -> float:
        """Return the highest recall at no less than this precision, 0 if there is none."""
        return float(self.recall[self.precision >= precision].max(initial=0.0))

    def cut_at(self, precision: float) -> float:
        """Return the most lenient cut with no less than this precision, inf if there is none.

        Said is what lies above it. It is midway between what is said and what no longer is.
        """
        enough = np.flatnonzero(self.precision >= precision)
        if not len(enough):
            return math.inf
        last, rest = self.thresholds[enough[-1]], self.thresholds[enough[-1] + 1 :]
        return float((last + rest[0]) / 2 if len(rest) else np.nextafter(last, -np.inf))


def score(said: Flags, truth: Flags) -> Score:
    """Return precision and recall of what is said; both of one shape."""
    right = int(np.count_nonzero(said & truth))
    return Score(
        _share(right, int(np.count_nonzero(said))), _share(right, int(np.count_nonzero(truth)))
    )


def curve(sureness: NDArray[np.floating[Any]], truth: Flags) -> Curve:
    """Return the curve of all thresholds.

    Args:
        sureness: (k,) of each pair of image and candidate; higher is surer.
        truth: (k,).
    """
    order = np.argsort(-sureness, kind="stable")
    ranked = sureness[order].astype(np.float64)
    # What is equally sure is said together or not at all.
    last = np.diff(ranked, append=-np.inf) != 0
    right = np.cumsum(truth[order])[last].astype(np.float64)
    said = np.flatnonzero(last) + 1.0
    return Curve(ranked[last], right / said, right / max(int(np.count_nonzero(truth)), 1))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
