"""The bootstrap: how resamples are drawn, and how they become an interval.

A resample is told by how often it holds each item, so a mean of all resamples is one product of
matrices. Bounds are order statistics of the resamples, without interpolation.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from crossworld.benchmarks.statistics.outcomes import Array
from crossworld.benchmarks.statistics.proportion import CONFIDENCE, require_confidence

BLOCK = 2**20
"""Items drawn at a time: 8 MiB an array, near the processor."""


class Estimate(NamedTuple):
    """A value and its confidence interval, which always holds it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How to bootstrap: equal settings give equal intervals.

    Args:
        confidence: of the two-sided interval.
        resamples: how many to draw.
        seed: of the draws.

    Raises:
        ValueError: a confidence outside (0, 1), no resamples, or a negative seed.
    """

    confidence: float = CONFIDENCE
    resamples: int = 10_000
    seed: int = 0

    def __post_init__(self) -> None:
        require_confidence(self.confidence)
        if self.resamples < 1:
            raise ValueError(f"{self.resamples} resamples: need at least 1, such as 10000")
        if self.seed < 0:
            raise ValueError(f"seed {self.seed}: need 0 or more")

    def draws(self, statistic: Callable[..., Array], *layouts: tuple[int, int]) -> Array:
        """Return a statistic of every resample, shape (resamples, ...).

        Args:
            statistic: takes for each layout how often items were drawn, shape (some resamples,
                strata, items), and returns a row for each resample.
            layouts: (strata, items) each; within every stratum as many items are drawn as it has,
                with replacement. Layouts are drawn independently of each other.
        """
        return np.concatenate([statistic(*counts) for counts in self._counts(*layouts)])

    def percentile(self, value: float, draws: Array) -> Estimate:
        """Return the percentile interval (B. Efron and R. J. Tibshirani 1993, chapter 13).

        Args:
            value: of the sample itself.
            draws: of the resamples, shape (resamples,).
        """
        tail = (1 - self.confidence) / 2
        return _cut(value, draws, tail, tail)

    def bca(self, value: float, draws: Array, influence: Array) -> Estimate:
        """Return the bias-corrected and accelerated interval.

        B. Efron, Journal of the American Statistical Association 82 (1987) 171-185: the percentile
        interval at levels Phi(z0 + (z0 + z) / (1 - a (z0 + z))), z0 from the share of resamples
        below the value (ties count half), a = sum(u^3) / (6 sum(u^2)^1.5).

        Args:
            value: of the sample itself.
            draws: of the resamples, shape (resamples,).
            influence: u, of each item on the value; only their ratios matter.
        """
        normal = NormalDist()
        # Rounding must not tell a resample that equals the sample from it.
        gaps = draws - value
        gaps[np.abs(gaps) <= 1e-9 * np.abs(gaps).max()] = 0
        edge = 0.5 / draws.size
        share = 0.5 - 0.5 * float(np.sign(gaps).mean())
        bias = normal.inv_cdf(min(max(share, edge), 1 - edge))
        scale = float(np.sum(influence**2)) ** 1.5
        bend = float(np.sum(influence**3)) / (6 * scale) if scale > 0 else 0.0
        z = normal.inv_cdf((1 + self.confidence) / 2)

        def tail(bias: float, bend: float) -> float:
            shrink = 1 - bend * (bias - z)
            return normal.cdf(bias + (bias - z) / shrink) if shrink > 0 else 0.0

        return _cut(value, draws, tail(bias, bend), tail(-bias, -bend))

    def _counts(self, *layouts: tuple[int, int]) -> Iterator[list[Array]]:
        rng = np.random.default_rng(self.seed)
        rows = max(1, BLOCK // max(strata * items for strata, items in layouts))
        for start in range(0, self.resamples, rows):
            block = min(rows, self.resamples - start)
            yield [_drawn(rng, block, *layout) for layout in layouts]


def _drawn(rng: np.random.Generator, rows: int, strata: int, items: int) -> Array:
    """Return how often each item is in each resample, shape (rows, strata, items)."""
    bins = rng.integers(items, size=(rows * strata, items))
    bins += items * np.arange(rows * strata)[:, None]
    counts = np.bincount(bins.ravel(), minlength=bins.size)
    return counts.astype(np.float64).reshape(rows, strata, items)


def _cut(value: float, draws: Array, below: float, above: float) -> Estimate:
    """Return the interval that leaves these shares of the draws outside, widened to the value."""
    ordered = np.sort(draws)
    last = ordered.size - 1
    low, high = ordered[int(below * last)], ordered[last - int(above * last)]
    return Estimate(value, min(float(low), value), max(float(high), value))
