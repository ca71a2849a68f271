"""One agent under noise of several rates: how much of its success is left.

S(p) is the mean over tasks at rate p. The same tasks are played at every rate, so tasks are
resampled with what happened on them at all rates (paired), which takes most of their spread out of
ratios and areas.
"""

from collections.abc import Mapping

import numpy as np

from crossworld.benchmarks.statistics.bootstrap import Bootstrap, Estimate
from crossworld.benchmarks.statistics.clusters import DEFAULT, cluster_bootstrap
from crossworld.benchmarks.statistics.outcomes import (
    Array,
    Outcomes,
    by_task,
    means,
    require_same_tasks,
)


def task_areas(curves: Mapping[float, Outcomes]) -> dict[str, list[float]]:
    """Return the area under the robustness curve of each task, ready for `compare`.

    The trapezoid rule on the given rates, divided by their range, so that an agent that noise does
    not hurt keeps its success as its area; the mean over tasks is the area of the agent.

    Args:
        curves: noise rate to outcomes.

    Raises:
        ValueError: fewer than two rates, a rate that is not a finite number, rates with different
            tasks, no task, a task without an episode, or an outcome that is not a finite number.
    """
    rates, tasks, table = _table(curves)
    if rates.size < 2:
        raise ValueError(f"noise rates {rates}: need at least 2 for an area")
    widths = np.diff(rates) / (rates[-1] - rates[0])
    areas = (table[:, 1:] + table[:, :-1]) / 2 @ widths
    return {task: [area] for task, area in zip(tasks, areas.tolist(), strict=True)}


def aurc(curves: Mapping[float, Outcomes], bootstrap: Bootstrap = DEFAULT) -> Estimate:
    """Return the area under the robustness curve, with its cluster bootstrap interval (BCa).

    For two agents: `compare(task_areas(first), task_areas(second))`.

    Args:
        curves: noise rate to outcomes, see `task_areas`.
        bootstrap: how to resample.

    Raises:
        ValueError: as `task_areas`.
    """
    return cluster_bootstrap(task_areas(curves), bootstrap)


def relative_success(
    curves: Mapping[float, Outcomes], bootstrap: Bootstrap = DEFAULT
) -> dict[float, Estimate]:
    """Return S(p) / S(0), what is left of the success, with percentile intervals over tasks.

    A resample without success at rate 0 says nothing of the ratio, so it counts beyond both ends:
    with too many of them the interval is 0 to infinity.

    Args:
        curves: noise rate to outcomes of 0 or more; rate 0 must be among them.
        bootstrap: how to resample.

    Returns:
        An estimate for each rate but 0, in rising order.

    Raises:
        ValueError: no rate 0, no success at it, a negative outcome, a rate that is not a finite
            number, rates with different tasks, no task, a task without an episode, or an outcome
            that is not a finite number.
    """
    rates, _, table = _table(curves)
    if 0 not in rates:
        raise ValueError(f"noise rates {rates}: need 0 among them, to which the others relate")
    if table.min() < 0:
        raise ValueError(f"mean outcome {table.min()}: need 0 or more, as of success")
    clean = int(np.flatnonzero(rates == 0)[0])
    if not table[:, clean].any():
        raise ValueError("no success at noise rate 0: nothing that noise could take")
    sums = bootstrap.draws(lambda counts: counts[:, 0] @ table, (1, len(table)))
    solved = sums[:, clean] > 0
    relative = {}
    for column, rate in enumerate(rates.tolist()):
        if column == clean:
            continue
        value = float(table[:, column].mean() / table[:, clean].mean())
        least, most = (
            np.divide(sums[:, column], sums[:, clean], out=np.full(len(sums), end), where=solved)
            for end in (0.0, np.inf)
        )
        low, high = bootstrap.percentile(value, least).low, bootstrap.percentile(value, most).high
        relative[rate] = Estimate(value, low, high)
    return relative


def _table(curves: Mapping[float, Outcomes]) -> tuple[Array, list[str], Array]:
    """Return the rates in rising order, the tasks, and means in shape (tasks, rates)."""
    rates = np.array(sorted(curves), dtype=np.float64)
    if not rates.size or not np.isfinite(rates).all():
        raise ValueError(f"noise rates {rates}: need one or more finite numbers")
    columns = [by_task(curves[rate]) for rate in sorted(curves)]
    for column in columns[1:]:
        require_same_tasks(columns[0], column, "noise rates")
    return rates, list(columns[0]), np.column_stack([means(column) for column in columns])
