"""Intervals of a success rate that need no resampling."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from crossworld.benchmarks.statistics.outcomes import Outcomes, by_task, means

CONFIDENCE = 0.95
"""Confidence of every interval that crossworld prints."""


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


def wilson(successes: float, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """Return Wilson's score interval of a proportion, without continuity correction.

    It holds its confidence where the usual p +- 1.96 s fails: near 0 and 1 and for few trials
    (E. B. Wilson 1927; R. G. Newcombe, Statistics in Medicine 17, 1998, method 3):
    (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n).

    Args:
        successes: number of successes; may be fractional, see `clustered`.
        trials: number of independent trials.
        confidence: of the two-sided interval.

    Raises:
        ValueError: no trials, successes outside [0, trials], or a confidence outside (0, 1).
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials: need 0 <= successes <= trials")
    require_confidence(confidence)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = successes / trials
    centre = rate + z * z / (2 * trials)
    spread = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    low, high = (centre - spread) / scale, (centre + spread) / scale
    # Rounding must not push a bound past the rate, where they meet at 0 and at 1.
    return Interval(max(0.0, min(low, rate)), min(1.0, max(high, rate)))


def clustered(outcomes: Outcomes, confidence: float = CONFIDENCE) -> Interval:
    """Return Wilson's interval of the mean over tasks, where a task may have several episodes.

    Episodes of one task are not independent, so tasks are counted, each with its mean: with one
    episode a task this is `wilson`. With more it errs on the wide side, because a mean of n tasks
    in [0, 1] varies by at most p (1 - p) / n. It needs no resampling and is not fooled by rates of
    0 and 1, where every resample is the same; `cluster_bootstrap` is narrower where there are many
    tasks with several episodes each.

    Args:
        outcomes: task id to the outcomes of its episodes, each in [0, 1].
        confidence: of the two-sided interval.

    Raises:
        ValueError: no task, a task without an episode, an outcome outside [0, 1], or a confidence
            outside (0, 1).
    """
    tasks = by_task(outcomes)
    for task, played in tasks.items():
        if played[0] < 0 or played[-1] > 1:
            raise ValueError(f"task {task!r}: need outcomes in [0, 1], found {played}")
    rates = means(tasks)
    return wilson(float(rates.sum()), rates.size, confidence)


def require_confidence(confidence: float) -> None:
    """Refuse what cannot be the confidence of an interval.

    Raises:
        ValueError: it is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}: need a number between 0 and 1, such as 0.95")
