"""The mean over tasks, where episodes of one task are alike: tasks are what is resampled."""

from collections.abc import Iterable, Sequence

import numpy as np

from crossworld.benchmarks.statistics.bootstrap import BLOCK, Bootstrap, Estimate
from crossworld.benchmarks.statistics.outcomes import (
    Array,
    Outcomes,
    by_task,
    means,
    require_same_tasks,
)

DEFAULT = Bootstrap()


def cluster_bootstrap(outcomes: Outcomes, bootstrap: Bootstrap = DEFAULT) -> Estimate:
    """Return the mean over tasks with its cluster bootstrap interval (BCa).

    Whole tasks are resampled and keep their episodes, because the means of tasks already vary by
    what varies within them (A. C. Davison and D. V. Hinkley, Bootstrap Methods and their
    Application, 1997, section 3.8). Every task weighs the same, however often it was played.

    It needs about 50 tasks, more where the rate is near 0 or 1. Where all tasks have the same mean
    so have all resamples, and the interval is a point, which says nothing: prefer `clustered`.

    Args:
        outcomes: task id to the outcomes of its episodes.
        bootstrap: how to resample.

    Raises:
        ValueError: no task, a task without an episode, or an outcome that is not a finite number.
    """
    return mean_over_tasks(means(by_task(outcomes)), bootstrap)


def mean_over_tasks(values: Array, bootstrap: Bootstrap) -> Estimate:
    """Return the mean of a value per task, shape (tasks,), with its BCa interval over tasks."""
    tasks = values.size
    draws = bootstrap.draws(lambda counts: counts[:, 0] @ values / tasks, (1, tasks))
    # The values' distances from their mean are the influence function of a mean.
    return bootstrap.bca(float(values.mean()), draws, values - values.mean())


def two_stage_bootstrap(outcomes: Outcomes, bootstrap: Bootstrap = DEFAULT) -> Estimate:
    """Return the mean over tasks with the interval of resampled tasks and episodes (percentile).

    Tasks are resampled, then episodes within each drawn task. With one episode a task nothing is
    left to resample within. With more it errs on the wide side, because variation within tasks is
    counted twice (A. C. Davison and D. V. Hinkley 1997, section 3.8): the less the episodes of a
    task are alike the more, up to a factor of sqrt(2). `cluster_bootstrap` counts it once.

    Args:
        outcomes: task id to the outcomes of its episodes.
        bootstrap: how to resample.

    Raises:
        ValueError: no task, a task without an episode, or an outcome that is not a finite number.
    """
    tasks = by_task(outcomes)
    played = np.concatenate(list(tasks.values()))
    sizes = np.array([len(episodes) for episodes in tasks.values()])
    first = np.cumsum(sizes) - sizes
    rng = np.random.default_rng(bootstrap.seed)
    rows = max(1, BLOCK // sizes.size)
    draws = np.empty(bootstrap.resamples)
    for start in range(0, bootstrap.resamples, rows):
        block = draws[start : start + rows]
        drawn = rng.integers(sizes.size, size=(block.size, sizes.size))
        size, begin = sizes[drawn], first[drawn]
        total = np.zeros(drawn.shape)
        for episode in range(sizes.max()):
            chosen = played[begin + rng.integers(size)]
            total += np.where(episode < size, chosen, 0.0)
        block[:] = (total / size).mean(axis=1)
    return bootstrap.percentile(float(means(tasks).mean()), draws)


def pooled(seeds: Iterable[Outcomes]) -> dict[str, list[float]]:
    """Return the outcomes of several seeds of one frozen agent as one, task by task.

    A seed then is one more episode of each task, which is right where it only draws what the agent
    and the world do. Where each seed trained an agent of its own, use `across_seeds`.
    """
    joined: dict[str, list[float]] = {}
    for outcomes in seeds:
        for task, played in outcomes.items():
            joined.setdefault(task, []).extend(map(float, played))
    return joined


def across_seeds(seeds: Sequence[Outcomes], bootstrap: Bootstrap = DEFAULT) -> Estimate:
    """Return the mean over training seeds and tasks, with an interval over both (percentile).

    Each seed trained an agent, which played all tasks; so its results move together, and seeds are
    resampled whole, and tasks are, independently of each other: the pigeonhole bootstrap
    (A. B. Owen, Annals of Applied Statistics 1, 2007, 386-411). Every task of every seed weighs the
    same. Three seeds that differ much tell little of a fourth, and their interval is too narrow.

    Args:
        seeds: for each seed, task id to the outcomes of its episodes.
        bootstrap: how to resample.

    Raises:
        ValueError: fewer than two seeds, seeds with different tasks, a task without an episode, or
            an outcome that is not a finite number.
    """
    if len(seeds) < 2:
        raise ValueError(f"{len(seeds)} seeds: need at least 2; for one use cluster_bootstrap")
    tables = [by_task(outcomes) for outcomes in seeds]
    for table in tables[1:]:
        require_same_tasks(tables[0], table, "seeds")
    # Sorted, so that nothing depends on the order of seeds.
    scores = np.array(sorted(means(table).tolist() for table in tables))
    draws = bootstrap.draws(
        lambda rows, columns: ((rows[:, 0] @ scores) * columns[:, 0]).sum(axis=1) / scores.size,
        (1, scores.shape[0]),
        (1, scores.shape[1]),
    )
    return bootstrap.percentile(float(scores.mean()), draws)
