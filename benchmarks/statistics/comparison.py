"""Two agents on the same tasks."""

from typing import NamedTuple

import numpy as np

from crossworld.benchmarks.statistics.bootstrap import Bootstrap
from crossworld.benchmarks.statistics.clusters import DEFAULT, mean_over_tasks
from crossworld.benchmarks.statistics.outcomes import Outcomes, by_task, means, require_same_tasks


class Comparison(NamedTuple):
    """What two agents differ by, the first minus the second.

    Attributes:
        difference: of their means over tasks.
        low: where its confidence interval begins.
        high: where it ends.
        b: number of tasks on which the first is better.
        c: number of tasks on which the second is better.
        p_value: of the exact test that b and c are equal but for chance, see `mcnemar`.
        tasks: number of tasks.
    """

    difference: float
    low: float
    high: float
    b: int
    c: int
    p_value: float
    tasks: int


def compare(first: Outcomes, second: Outcomes, bootstrap: Bootstrap = DEFAULT) -> Comparison:
    """Return the difference of two agents, paired by task, with an interval and a test.

    The interval resamples tasks whole, each with what both agents did on it (paired bootstrap, BCa,
    see `cluster_bootstrap`). The test counts tasks, not episodes, so it holds however many episodes
    a task has: with one episode of success or failure each it is McNemar's, else the sign test on
    the means of tasks (W. J. Conover, Practical Nonparametric Statistics, section 3.4), which sees
    which agent is better but not by how much, and so finds less than the interval does.

    Args:
        first: task id to the outcomes of its episodes.
        second: the same of the other agent; numbers of episodes may differ.
        bootstrap: how to resample.

    Raises:
        ValueError: different tasks, no task, a task without an episode, or an outcome that is not a
            finite number.
    """
    ours, theirs = by_task(first), by_task(second)
    require_same_tasks(ours, theirs, "two agents")
    left, right = means(ours), means(theirs)
    # Means that are equal but for rounding are equal.
    gaps = np.where(np.isclose(left, right, rtol=1e-9, atol=1e-12), 0.0, left - right)
    b, c = int((gaps > 0).sum()), int((gaps < 0).sum())
    estimate = mean_over_tasks(gaps, bootstrap)
    return Comparison(*estimate, b=b, c=c, p_value=mcnemar(b, c), tasks=gaps.size)


def mcnemar(b: int, c: int) -> float:
    """Return the two-sided p value of McNemar's exact test: 2 P(Binomial(b + c, 1/2) <= min(b, c)).

    Q. McNemar, Psychometrika 12 (1947) 153-157, in the exact form of A. Agresti, Categorical Data
    Analysis, section "Comparing dependent proportions". Without a discordant pair it is 1.

    Args:
        b: pairs of which only the first succeeded.
        c: pairs of which only the second succeeded.

    Raises:
        ValueError: a negative count.
    """
    if b < 0 or c < 0:
        raise ValueError(f"{b} and {c} discordant pairs: need counts of 0 or more")
    pairs = b + c
    ways = total = 1
    for chosen in range(min(b, c)):
        ways = ways * (pairs - chosen) // (chosen + 1)
        total += ways
    return min(1.0, 2 * total / (1 << pairs))
