"""Methods that train on each task anew: a table of final scores, tasks by runs.

After R. Agarwal, M. Schwarzer, P. S. Castro, A. Courville and M. G. Bellemare, Deep Reinforcement
Learning at the Edge of the Statistical Precipice, NeurIPS 2021 (arXiv 2108.13264). Intervals are
percentile intervals of the stratified bootstrap: runs are resampled within each task. They speak of
other runs on these tasks, not of other tasks.

Runs of different tasks are taken as independent. Where one run is one agent that plays all tasks,
they are not: use `across_seeds`.
"""

from collections.abc import Callable, Iterable

import numpy as np

from crossworld.benchmarks.statistics.bootstrap import Bootstrap, Estimate
from crossworld.benchmarks.statistics.clusters import DEFAULT
from crossworld.benchmarks.statistics.outcomes import Array, Outcomes, by_task, require_same_tasks


def iqm(scores: Outcomes, bootstrap: Bootstrap = DEFAULT) -> Estimate:
    """Return the interquartile mean over all runs of all tasks.

    The mean of what is left when the lowest and the highest floor(n / 4) of the n scores are
    dropped, as in the paper's figures: the trimmed mean `scipy.stats.trim_mean(scores, 0.25)`. The
    textbook's interquartile mean weighs the scores at the edges in part; it differs where n is not
    a multiple of 4.

    Args:
        scores: task id to the final scores of its runs; never those of the best checkpoint.
        bootstrap: how to resample.

    Raises:
        ValueError: no task, different numbers of runs, or a score that is not a finite number.
    """
    _, table = _table(scores)
    order = np.argsort(table, axis=None)
    ordered = table.ravel()[order]
    cut = ordered.size // 4

    def middle(counts: Array) -> Array:
        upto = counts.reshape(len(counts), -1)[:, order].cumsum(axis=1)
        kept: Array = np.diff(np.clip(upto, cut, ordered.size - cut), prepend=cut, axis=1)
        return kept @ ordered / (ordered.size - 2 * cut)

    return _stratified(middle, table, bootstrap)


def optimality_gap(
    scores: Outcomes, target: float = 1.0, bootstrap: Bootstrap = DEFAULT
) -> Estimate:
    """Return by how much runs miss a target on average: mean of max(0, target - score).

    Args:
        scores: task id to the final scores of its runs.
        target: the score beyond which more does not count.
        bootstrap: how to resample.

    Raises:
        ValueError: no task, different numbers of runs, or a score that is not a finite number.
    """
    _, table = _table(scores)
    gaps = np.maximum(0.0, target - table).ravel()
    return _stratified(
        lambda counts: counts.reshape(len(counts), -1) @ gaps / gaps.size, table, bootstrap
    )


def performance_profile(
    scores: Outcomes, thresholds: Iterable[float], bootstrap: Bootstrap = DEFAULT
) -> list[Estimate]:
    """Return the share of runs above each threshold: the run-score distribution.

    F(t) = mean over tasks of the share of its runs with score > t. Each interval holds at its own
    threshold, not at all of them at once.

    Args:
        scores: task id to the final scores of its runs.
        thresholds: t.
        bootstrap: how to resample.

    Returns:
        An estimate for each threshold, in their order.

    Raises:
        ValueError: no task, different numbers of runs, or a score or threshold that is not a finite
            number.
    """
    _, table = _table(scores)
    levels = np.asarray(list(thresholds), dtype=np.float64)
    if not np.isfinite(levels).all():
        raise ValueError(f"thresholds {levels}: need finite numbers")
    above = (table.reshape(-1, 1) > levels).astype(np.float64)
    draws = bootstrap.draws(
        lambda counts: counts.reshape(len(counts), -1) @ above / table.size, table.shape
    )
    return [
        bootstrap.percentile(float(value), drawn)
        for value, drawn in zip(above.mean(axis=0), draws.T, strict=True)
    ]


def probability_of_improvement(
    first: Outcomes, second: Outcomes, bootstrap: Bootstrap = DEFAULT
) -> Estimate:
    """Return how likely a run of the first beats one of the second on a task drawn at random.

    Mean over tasks of the Mann-Whitney statistic U / (n m): the share of pairs of runs of which the
    first is higher, ties counting half. Runs of both are resampled independently.

    Args:
        first: task id to the final scores of its runs.
        second: the same of the other method; it may have another number of runs.
        bootstrap: how to resample.

    Raises:
        ValueError: different tasks, no task, different numbers of runs within one method, or a score
            that is not a finite number.
    """
    (ours, left), (theirs, right) = _table(first), _table(second)
    require_same_tasks(ours, theirs, "two methods")
    pairs = (1 + np.sign(left[:, :, None] - right[:, None, :])) / 2

    def wins(mine: Array, yours: Array) -> Array:
        beaten = np.matmul(mine.transpose(1, 0, 2), pairs)
        won: Array = np.einsum("trn,rtn->r", beaten, yours)
        return won / pairs.size

    draws = bootstrap.draws(wins, left.shape, right.shape)
    return bootstrap.percentile(float(pairs.mean()), draws)


def _table(scores: Outcomes) -> tuple[list[str], Array]:
    """Return the tasks, and their scores in shape (tasks, runs)."""
    tasks = by_task(scores)
    fewest, most = (choose(tasks, key=lambda task: tasks[task].size) for choose in (min, max))
    if tasks[fewest].size < tasks[most].size:
        raise ValueError(
            f"task {fewest!r} has {tasks[fewest].size} runs, {most!r} has {tasks[most].size}: "
            "need as many of every task; add the missing runs or leave tasks out"
        )
    return list(tasks), np.array(list(tasks.values()))


def _stratified(
    statistic: Callable[[Array], Array], table: Array, bootstrap: Bootstrap
) -> Estimate:
    """Return a statistic of counts, with its interval over runs within tasks."""
    (value,) = statistic(np.ones((1, *table.shape)))
    return bootstrap.percentile(float(value), bootstrap.draws(statistic, table.shape))
