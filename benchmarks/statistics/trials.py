"""Agents that try a task several times and may learn from it: success by trial."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from operator import or_

import numpy as np

from crossworld.benchmarks.statistics.bootstrap import Estimate
from crossworld.benchmarks.statistics.outcomes import means
from crossworld.benchmarks.statistics.proportion import CONFIDENCE, clustered


def trial_curve(
    attempts: Mapping[str, Iterable[Sequence[bool]]], trials: int, confidence: float = CONFIDENCE
) -> list[Estimate]:
    """Return the share of tasks solved within each number of trials.

    Success is sticky: what was solved once counts as solved in all later trials, which is how
    k-trial results are counted (N. Shinn et al., Reflexion, NeurIPS 2023, arXiv 2303.11366). The
    first value is pass@1; only the last is the k-trial result, and it must not stand beside
    pass@1 of another agent. Intervals count tasks (`clustered`: Wilson's with one attempt a task),
    and each holds at its own trial, not at all of them at once.

    Args:
        attempts: task id to the attempts at it, one per seed; an attempt is the success of each
            trial in order, and may end with its first success.
        trials: k, the number of trials that an attempt had.
        confidence: of the two-sided intervals.

    Returns:
        Estimates of success in trials 1 to 1, 1 to 2, ..., 1 to k.

    Raises:
        ValueError: no task, a task without an attempt, an attempt longer than k, or one that ends
            before k without success, or a confidence outside (0, 1).
    """
    if trials < 1:
        raise ValueError(f"{trials} trials: need at least 1")
    solved = {
        task: np.array([_sticky(task, attempt, trials) for attempt in tried], dtype=np.float64)
        for task, tried in attempts.items()
    }
    for task, table in solved.items():
        if not table.size:
            raise ValueError(f"task {task!r} has no attempt: leave it out, or let it be played")
    curve = []
    for trial in range(trials):
        outcomes = {task: table[:, trial] for task, table in solved.items()}
        interval = clustered(outcomes, confidence)
        curve.append(Estimate(float(means(outcomes).mean()), *interval))
    return curve


def _sticky(task: str, attempt: Sequence[bool], trials: int) -> list[bool]:
    """Return for each trial whether the task was solved in it or before."""
    reached = list(accumulate(map(bool, attempt), or_))
    solved = bool(reached) and reached[-1]
    if len(reached) > trials or (len(reached) < trials and not solved):
        raise ValueError(
            f"task {task!r}: {len(reached)} trials, {'' if solved else 'un'}solved: need {trials}, "
            "or fewer where the last one succeeds"
        )
    return reached + [True] * (trials - len(reached))
