"""Two agents on the same tasks."""

from math import hypot
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crossworld.benchmarks.statistics import CONFIDENCE, Interval, wilson

RESAMPLES = 10_000


class Difference(NamedTuple):
    """How much more often one agent succeeds than another.

    Attributes:
        value: of success rates, mean over tasks, -1 to 1.
        interval: of 95 % confidence.
    """

    value: float
    interval: Interval


def paired_difference(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], seed: int = 0
) -> Difference:
    """Return the difference of success rates, with an interval.

    Episode k of a task by one agent is paired with episode k of the task by the other; pairs are drawn
    anew within each task, so the interval is about these tasks and not about others
    (B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 8 and 13). Where
    all pairs of a task are alike a bootstrap has no width, which claims too much: the interval is at
    least as wide, on both sides, as Newcombe's for independent rates from the two of Wilson (R. G.
    Newcombe, Statistics in Medicine 17, 1998, 873-890, method 10).

    Args:
        ours: success of one agent, (tasks, episodes of each).
        theirs: of the other one, of the same shape.
        seed: of the draws.

    Raises:
        ValueError: shapes differ, or there is no episode.
    """
    if ours.shape != theirs.shape or ours.ndim != 2 or not ours.size:
        raise ValueError(
            f"paired_difference: shapes {ours.shape} and {theirs.shape}; both must be (tasks,"
            " episodes of each), with one episode at least."
        )
    pairs = ours - theirs
    dice = np.random.default_rng(seed)
    means = np.zeros(RESAMPLES)
    for row in pairs:
        means += row[dice.integers(row.size, size=(RESAMPLES, row.size))].mean(axis=1)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means / len(pairs), (tail, 1 - tail)).tolist()
    least = _newcombe(ours, theirs)
    return Difference(float(pairs.mean()), Interval(min(low, least.low), max(high, least.high)))


def _newcombe(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> Interval:
    p, q = float(ours.mean()), float(theirs.mean())
    of_p, of_q = (wilson(float(won.sum()), won.size) for won in (ours, theirs))
    below = hypot(p - of_p.low, of_q.high - q)
    above = hypot(of_p.high - p, q - of_q.low)
    return Interval(p - q - below, p - q + above)
