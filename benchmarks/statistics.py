"""Statistics of success rates."""

from collections.abc import Iterable, Mapping
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
"""Confidence of every interval that crossworld prints."""


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


def wilson(successes: float, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """Return Wilson's score interval of a proportion, without continuity correction.

    It holds its confidence where the usual p +- 1.96 s fails: near 0 and 1 and for few trials
    (E. B. Wilson 1927; R. G. Newcombe, Statistics in Medicine 17, 1998, method 3).

    Args:
        successes: number of successes; may be fractional, see `clustered`.
        trials: number of independent trials.
        confidence: of the two-sided interval.

    Raises:
        ValueError: no trials, or successes outside [0, trials].
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials: need 0 <= successes <= trials")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = successes / trials
    centre = rate + z * z / (2 * trials)
    spread = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    low, high = (centre - spread) / scale, (centre + spread) / scale
    # Rounding must not push a bound past the rate, where they meet at 0 and at 1.
    return Interval(max(0.0, min(low, rate)), min(1.0, max(high, rate)))


def clustered(outcomes: Mapping[str, Iterable[bool]]) -> Interval:
    """Return Wilson's interval where a task may have been played several times.

    Episodes of one task are not independent, so tasks are counted, each with its mean: with one
    episode a task this is `wilson`, with more it errs on the wide side.

    Args:
        outcomes: task id to the outcomes of its episodes.
    """
    rates = [sum(played) / len(played) for played in map(list, outcomes.values())]
    return wilson(min(sum(rates), len(rates)), len(rates))
