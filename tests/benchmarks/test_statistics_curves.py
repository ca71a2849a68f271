"""Curves: success over noise, success over trials, runs over thresholds; and training runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossworld.benchmarks.statistics import (
    Bootstrap,
    aurc,
    clustered,
    iqm,
    optimality_gap,
    performance_profile,
    probability_of_improvement,
    relative_success,
    task_areas,
    trial_curve,
    wilson,
)

trapezoid = getattr(np, "trapezoid", None) or np.trapz  # its name before NumPy 2


def by_rate(curve, rates, tasks=4):
    return {rate: {str(task): [curve(rate)] for task in range(tasks)} for rate in rates}


@pytest.mark.parametrize(
    ("curve", "rates", "area"),
    [
        (lambda p: 0.7, [0.0, 0.1, 0.5], 0.7),
        (lambda p: 1 - p, [0.0, 1.0], 0.5),
        (lambda p: 1 - p, [0.0, 0.05, 0.3, 1.0], 0.5),
        (lambda p: 1 - p, [0.2, 0.6], 0.6),
        (lambda p: 1 - p * p, np.linspace(0, 1, 1001).tolist(), 2 / 3),
        (lambda p: float(p < 0.25), [0.0, 0.2, 0.3, 1.0], 0.25),
    ],
)
def test_area_equals_closed_forms(curve, rates, area):
    found = aurc(by_rate(curve, rates))
    assert found == pytest.approx((area, area, area), abs=1e-6)


@given(
    st.lists(st.floats(-1, 1).map(lambda x: round(x, 3)), min_size=2, max_size=7, unique=True),
    st.integers(0, 99),
)
def test_area_equals_numpys_trapezoid(rates, seed):
    rng = np.random.default_rng(seed)
    curves = {rate: {"a": rng.random(3), "b": rng.random(2)} for rate in rates}
    grid = sorted(rates)
    for task, (area,) in task_areas(curves).items():
        heights = [curves[rate][task].mean() for rate in grid]
        assert area == pytest.approx(trapezoid(heights, grid) / (grid[-1] - grid[0]))


def test_area_is_paired_over_rates():
    # One agent: what it loses is the same on all tasks, so only the tasks themselves vary.
    hard = np.random.default_rng(2).random(50)
    curves = {p: {str(t): [1 - h - p / 9] for t, h in enumerate(hard)} for p in (0, 0.5, 1)}
    value, low, high = aurc(curves)
    alone = aurc({p: curves[0] for p in (0, 1)})
    assert (high - low) == pytest.approx(alone.high - alone.low)
    assert value == pytest.approx(alone.value - 1 / 18)


def test_ratios_of_proportional_losses_are_exact():
    hard = np.random.default_rng(2).random(50)
    curves = {p: {str(t): [h * (1 - p)] for t, h in enumerate(hard)} for p in (0.5, 0.0, 0.2)}
    found = relative_success(curves)
    assert list(found) == [0.2, 0.5]
    assert found[0.2] == pytest.approx((0.8, 0.8, 0.8))
    assert found[0.5] == pytest.approx((0.5, 0.5, 0.5))


def test_ratio_equals_the_delta_method_for_many_tasks():
    rng = np.random.default_rng(4)
    clean = rng.random(2000) < 0.8
    noisy = clean & (rng.random(2000) < 0.7)
    curves = {p: {str(t): [x] for t, x in enumerate(s)} for p, s in ((0.0, clean), (0.3, noisy))}
    value, low, high = relative_success(curves)[0.3]
    residual = (noisy - value * clean) / clean.mean()
    spread = 1.96 * residual.std() / np.sqrt(2000)
    assert (value, low, high) == pytest.approx(
        (noisy.sum() / clean.sum(), value - spread, value + spread), abs=0.003
    )


def test_resamples_without_success_leave_the_ratio_open():
    outcomes = {"a": [1], "b": [0], "c": [0], "d": [0], "e": [0]}
    assert relative_success({0: outcomes, 0.1: outcomes})[0.1] == (1.0, 0.0, np.inf)


@pytest.mark.parametrize("function", [aurc, relative_success])
@pytest.mark.parametrize(
    ("curves", "message"),
    [
        ({}, "noise rates"),
        ({0.0: {"a": [1]}, float("nan"): {"a": [1]}}, "nan"),
        ({0.0: {"a": [1]}, 0.1: {"b": [1]}}, "noise rates need the same tasks"),
        ({0.0: {"a": [1]}, 0.1: {}}, "no tasks"),
    ],
)
def test_bad_curves_are_refused(function, curves, message):
    with pytest.raises(ValueError, match=message):
        function(curves)


def test_an_area_needs_two_rates_and_a_ratio_rate_0():
    with pytest.raises(ValueError, match="at least 2"):
        task_areas({0.0: {"a": [1]}})
    with pytest.raises(ValueError, match="need 0 among them"):
        relative_success({0.1: {"a": [1]}, 0.2: {"a": [1]}})
    with pytest.raises(ValueError, match="0 or more"):
        relative_success({0.0: {"a": [1]}, 0.2: {"a": [-1]}})


def test_trial_curve_equals_what_is_known_of_emma():
    # Of 134 tasks 26 are solved at the first trial and 110 within twelve (EMMA, arXiv 2311.16714).
    first_success = [0] * 26 + [11] * 84
    attempts = {f"{i}": [[False] * trial + [True]] for i, trial in enumerate(first_success)}
    attempts |= {f"{i}": [[False] * 12] for i in range(110, 134)}
    curve = trial_curve(attempts, 12)
    assert curve[0] == pytest.approx((0.194, *wilson(26, 134)), abs=5e-4)
    assert curve[10] == pytest.approx(curve[0])
    assert curve[11] == pytest.approx((0.821, 0.747, 0.877), abs=5e-4)


def test_success_is_sticky():
    attempts = {"a": [[False, True, False, False]], "b": [[False, False, False, True]]}
    assert [estimate.value for estimate in trial_curve(attempts, 4)] == [0, 0.5, 0.5, 1]


trials = st.lists(st.booleans(), min_size=4, max_size=4)
tried = st.dictionaries(
    st.text(max_size=2), st.lists(trials, min_size=1, max_size=3), min_size=1, max_size=8
)


@given(tried)
def test_trial_curve_counts_what_was_ever_solved(attempts):
    curve = trial_curve(attempts, 4)
    for done in range(1, 5):
        solved = {task: [any(a[:done]) for a in tries] for task, tries in attempts.items()}
        value = np.mean([np.mean(tries) for tries in solved.values()])
        assert curve[done - 1] == pytest.approx((value, *clustered(solved)))
    for columns in zip(*curve, strict=True):
        assert list(columns) == sorted(columns)
    ended = {
        task: [a[: a.index(True) + 1] if any(a) else a for a in tries]
        for task, tries in attempts.items()
    }
    assert trial_curve(ended, 4) == curve


@pytest.mark.parametrize(
    ("attempts", "message"),
    [
        ({}, "no tasks"),
        ({"a": []}, "'a' has no attempt"),
        ({"a": [[False, False]]}, "'a': 2 trials, unsolved: need 3"),
        ({"a": [[]]}, "'a': 0 trials, unsolved"),
        ({"a": [[True, False, False, False]]}, "'a': 4 trials, solved: need 3"),
    ],
)
def test_incomplete_attempts_are_refused(attempts, message):
    with pytest.raises(ValueError, match=message):
        trial_curve(attempts, 3)
    with pytest.raises(ValueError, match="0 trials"):
        trial_curve(attempts, 0)


def test_stratified_bootstrap_equals_a_plain_loop():
    # As rliable does it: for each resample, runs drawn for every task apart, on a table of runs by
    # tasks; intervals by percentiles.
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(6)
    table = rng.normal(np.linspace(0, 1, 9), 0.3, (5, 9))
    other = rng.normal(np.linspace(0.1, 0.8, 9), 0.3, (7, 9))
    functions = {
        "iqm": lambda x, y: stats.trim_mean(x, 0.25, axis=None),
        "gap": lambda x, y: 1.0 - np.minimum(x, 1.0).mean(),
        "profile": lambda x, y: (x > 0.4).mean(),
        "improvement": lambda x, y: (x[:, None] > y[None]).mean(),
    }
    draws = {name: [] for name in functions}
    for _ in range(4000):
        mine = table[rng.integers(5, size=table.shape), np.arange(9)]
        yours = other[rng.integers(7, size=other.shape), np.arange(9)]
        for name, function in functions.items():
            draws[name].append(function(mine, yours))
    first, second = ({f"{t}": runs for t, runs in enumerate(x.T)} for x in (table, other))
    found = {
        "iqm": iqm(first),
        "gap": optimality_gap(first),
        "profile": performance_profile(first, [0.4])[0],
        "improvement": probability_of_improvement(first, second),
    }
    for name, function in functions.items():
        low, high = np.quantile(draws[name], [0.025, 0.975])
        expected = function(table, other), low, high
        assert found[name] == pytest.approx(expected, abs=0.05 * (high - low)), name


def test_iqm_of_one_task_equals_scipys_bootstrap():
    stats = pytest.importorskip("scipy.stats")
    runs = np.random.default_rng(9).random(22)
    low, high = stats.bootstrap(
        (runs,),
        lambda x, axis: stats.trim_mean(x, 0.25, axis=axis),
        method="percentile",
        rng=2,
    ).confidence_interval
    assert iqm({"a": runs})[1:] == pytest.approx((low, high), abs=0.04 * (high - low))


def test_profile_falls_from_one_to_zero():
    rng = np.random.default_rng(3)
    runs = {str(task): rng.random(5) for task in range(6)}
    profile = performance_profile(runs, np.linspace(-0.1, 1, 12))
    assert profile[0] == (1, 1, 1) and profile[-1] == (0, 0, 0)
    for columns in zip(*profile, strict=True):
        assert list(columns) == sorted(columns, reverse=True)
    assert performance_profile(runs, []) == []
    with pytest.raises(ValueError, match="thresholds"):
        performance_profile(runs, [float("nan")])


def test_improvement_of_clear_winners_and_of_oneself():
    low, high = {"a": [0, 1], "b": [2, 3]}, {"a": [2, 3, 4], "b": [4, 5, 6]}
    assert probability_of_improvement(high, low) == (1, 1, 1)
    assert probability_of_improvement(low, high) == (0, 0, 0)
    assert probability_of_improvement(low, low).value == 0.5
    mixed = probability_of_improvement(high, low | {"b": [9, 9]}, Bootstrap(seed=1))
    assert mixed == (0.5, 0.5, 0.5)


def test_different_numbers_of_runs_are_refused():
    ragged = {"a": [1.0, 0.5], "b": [1.0], "c": [1.0, 0.5]}
    for function in (iqm, optimality_gap, lambda x: performance_profile(x, [0])):
        with pytest.raises(ValueError, match=r"task 'b' has 1 runs, 'a' has 2"):
            function(ragged)
