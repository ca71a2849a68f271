"""Intervals of a proportion; what all statistics refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossworld.benchmarks.statistics import (
    Bootstrap,
    across_seeds,
    cluster_bootstrap,
    clustered,
    compare,
    iqm,
    optimality_gap,
    performance_profile,
    pooled,
    probability_of_improvement,
    trial_curve,
    two_stage_bootstrap,
    wilson,
)

counts = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
played = st.dictionaries(
    st.text(max_size=3), st.lists(st.booleans(), min_size=1, max_size=6), min_size=1, max_size=12
)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_equals_published_values(successes, trials, low, high):
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


@given(counts, st.floats(0.01, 0.999))
def test_wilson_equals_scipy(case, confidence):
    stats = pytest.importorskip("scipy.stats")
    expected = stats.binomtest(*case).proportion_ci(confidence, method="wilson")
    assert wilson(*case, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize("trials", [1, 2, 18, 140])
def test_wilson_is_symmetric_and_holds_the_rate(trials):
    for successes in range(trials + 1):
        low, high = wilson(successes, trials)
        assert 0 <= low <= successes / trials <= high <= 1
        mirrored = wilson(trials - successes, trials)
        assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_wilson_widens_with_confidence():
    narrow, wide = wilson(7, 10, 0.8), wilson(7, 10, 0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (3, 2), (-1, 5), (float("nan"), 5)])
def test_wilson_refuses_impossible_counts(successes, trials):
    with pytest.raises(ValueError, match="trials"):
        wilson(successes, trials)


def test_repeats_of_a_task_do_not_narrow_the_interval():
    once = {"a": [True], "b": [False], "c": [True]}
    often = {task: outcomes * 10 for task, outcomes in once.items()}
    assert clustered(once) == wilson(2, 3)
    assert clustered(often) == pytest.approx(clustered(once))


@given(played)
def test_clustered_holds_the_mean_over_tasks_and_not_always_that_over_episodes(outcomes):
    low, high = clustered(outcomes)
    assert low <= sum(sum(p) / len(p) for p in outcomes.values()) / len(outcomes) <= high


def test_the_mean_over_episodes_may_lie_outside_of_clustered():
    often = {"solved once": [True], "failed often": [False] * 99}
    assert clustered(often).low > 1 / 100


ONE = {"a": [True]}
SINGLE = {
    "clustered": clustered,
    "cluster_bootstrap": cluster_bootstrap,
    "two_stage_bootstrap": two_stage_bootstrap,
    "across_seeds": lambda outcomes: across_seeds([outcomes, outcomes]),
    "compare": lambda outcomes: compare(outcomes, outcomes),
    "iqm": iqm,
    "optimality_gap": optimality_gap,
    "performance_profile": lambda outcomes: performance_profile(outcomes, [0.5]),
    "probability_of_improvement": lambda outcomes: probability_of_improvement(outcomes, outcomes),
}


@pytest.mark.parametrize("function", SINGLE.values(), ids=SINGLE)
@pytest.mark.parametrize(
    ("outcomes", "message"),
    [
        ({}, "no tasks"),
        ({"a": [1.0], "b": []}, "'b'"),
        ({"a": [1.0], "b": [float("nan")]}, "'b'.*nan"),
        ({"a": [1.0], "b": [float("inf")]}, "'b'.*inf"),
        ({"a": [1.0], "b": [[1.0, 0.0]]}, "'b'"),
    ],
)
def test_bad_outcomes_are_refused_by_the_name_of_their_task(function, outcomes, message):
    with pytest.raises(ValueError, match=message):
        function(outcomes)


PAIRED = {
    "compare": compare,
    "probability_of_improvement": probability_of_improvement,
    "across_seeds": lambda first, second: across_seeds([first, second]),
}


@pytest.mark.parametrize("function", PAIRED.values(), ids=PAIRED)
def test_different_tasks_are_refused(function):
    with pytest.raises(ValueError, match=r"same tasks; 2 .*'b', 'c'"):
        function({"a": [1], "b": [1]}, {"a": [1], "c": [1]})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"confidence": 0.0}, "confidence 0.0"),
        ({"confidence": 1.0}, "confidence 1.0"),
        ({"confidence": 95}, "confidence 95"),
        ({"resamples": 0}, "0 resamples"),
        ({"seed": -1}, "seed -1"),
    ],
)
def test_bootstrap_refuses_impossible_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        Bootstrap(**settings)


@pytest.mark.parametrize("confidence", [-0.5, 0, 1, 95])
def test_intervals_refuse_impossible_confidence(confidence):
    for refused in (
        lambda: wilson(1, 2, confidence),
        lambda: clustered(ONE, confidence),
        lambda: trial_curve({"a": [[True]]}, 1, confidence),
    ):
        with pytest.raises(ValueError, match="confidence"):
            refused()


@pytest.mark.parametrize("outcome", [-0.1, 1.1])
def test_clustered_refuses_what_is_no_share(outcome):
    with pytest.raises(ValueError, match=r"'b'.*\[0, 1\]"):
        clustered({"a": [0.5], "b": [0.5, outcome]})


def test_one_seed_is_refused():
    with pytest.raises(ValueError, match="1 seeds"):
        across_seeds([ONE])


def test_pooled_joins_seeds_by_task():
    assert pooled([{"a": [True], "b": [False]}, {"b": [True, 0.5], "c": (1,)}]) == {
        "a": [1.0],
        "b": [0.0, 1.0, 0.5],
        "c": [1.0],
    }
    assert cluster_bootstrap(pooled([ONE, {"a": [False]}])).value == 0.5
