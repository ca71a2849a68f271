"""Two agents on the same tasks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.benchmarks.statistics import Bootstrap, Comparison, compare, mcnemar, task_areas

FEW = Bootstrap(resamples=150, seed=5)


def table(both, first, second, neither):
    """Two agents with these counts of tasks, one episode each."""
    pairs = [(1, 1)] * both + [(1, 0)] * first + [(0, 1)] * second + [(0, 0)] * neither
    return tuple({str(task): [pair[i]] for task, pair in enumerate(pairs)} for i in range(2))


def test_approval_ratings_equal_what_was_published():
    # A. Agresti, Categorical Data Analysis: 794, 150, 86, 570; the difference is 0.04 with the 95 %
    # interval (0.02, 0.06), by p +- 1.96 sqrt(b + c - (b - c)^2 / n) / n; the exact p value is that
    # of R's exact2x2::mcnemar.exact.
    found = compare(*table(794, 150, 86, 570))
    assert found[3:] == (150, 86, pytest.approx(3.716e-5, rel=2e-4), 1600)
    spread = 1.96 * np.sqrt(236 - 64**2 / 1600) / 1600
    assert found[:3] == pytest.approx((0.04, 0.04 - spread, 0.04 + spread), abs=0.0013)


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_equals_the_binomial_test(b, c):
    stats = pytest.importorskip("scipy.stats")
    expected = stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert mcnemar(b, c) == pytest.approx(expected, rel=1e-9)
    assert mcnemar(c, b) == mcnemar(b, c)


@pytest.mark.parametrize(
    ("b", "c", "p"), [(0, 0, 1.0), (5, 5, 1.0), (0, 1, 1.0), (0, 5, 1 / 16), (6, 1, 1 / 8)]
)
def test_mcnemar_by_hand(b, c, p):
    assert mcnemar(b, c) == p


def test_mcnemar_of_many_pairs_neither_overflows_nor_stalls():
    assert mcnemar(0, 5000) == 0.0
    assert mcnemar(5000, 5000) == 1.0


@pytest.mark.parametrize("counts", [(-1, 2), (2, -1)])
def test_mcnemar_refuses_negative_counts(counts):
    with pytest.raises(ValueError, match="-1"):
        mcnemar(*counts)


played = st.lists(st.booleans(), min_size=1, max_size=4)
pairs = st.dictionaries(st.text("abc", max_size=4), st.tuples(played, played), min_size=1)


@settings(max_examples=60)
@given(pairs)
def test_swapped_agents_swap_signs(paired):
    first, second = ({task: pair[i] for task, pair in paired.items()} for i in range(2))
    found, swapped = compare(first, second, FEW), compare(second, first, FEW)
    assert swapped == Comparison(
        difference=pytest.approx(-found.difference),
        low=pytest.approx(-found.high),
        high=pytest.approx(-found.low),
        b=found.c,
        c=found.b,
        p_value=found.p_value,
        tasks=found.tasks,
    )
    assert compare(first, first, FEW) == (0.0, 0.0, 0.0, 0, 0, 1.0, len(paired))


def test_pairing_narrows_the_interval_of_agents_that_find_the_same_tasks_hard():
    rng = np.random.default_rng(1)
    easy = rng.random(300) < 0.6
    first = {str(task): [solved] for task, solved in enumerate(easy)}
    second = {str(task): [solved and task % 20 > 0] for task, solved in enumerate(easy)}
    found = compare(first, second)
    assert found.b == sum(easy[::20]) and found.c == 0
    assert found.high - found.low < 0.06  # unpaired: 2 * 1.96 * sqrt(2 * 0.24 / 300) = 0.157


def test_tasks_count_once_however_often_they_were_played():
    first, second = table(3, 6, 1, 2)
    often = ({task: won * 9 for task, won in agent.items()} for agent in (first, second))
    assert compare(*often) == compare(first, second)


def test_means_that_differ_by_rounding_are_equal():
    first, second = {"a": [0.1, 0.2, 0.3]}, {"a": [0.2]}
    assert sum(first["a"]) / 3 != 0.2
    assert compare(first, second)[3:] == (0, 0, 1.0, 1)


def test_areas_of_two_agents_are_compared_task_by_task():
    curves = [
        {rate: {str(task): [max(0.0, 1 - loss * rate)] for task in range(9)} for rate in (0, 0.5)}
        for loss in (0.4, 0.8)
    ]
    found = compare(*map(task_areas, curves))
    assert found == (*[pytest.approx(0.1)] * 3, 9, 0, 2 / 2**9, 9)
