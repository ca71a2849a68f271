"""What holds of every interval by resampling, and whether it keeps its confidence."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.benchmarks.statistics import (
    Bootstrap,
    across_seeds,
    aurc,
    cluster_bootstrap,
    clustered,
    compare,
    iqm,
    optimality_gap,
    performance_profile,
    probability_of_improvement,
    relative_success,
    two_stage_bootstrap,
    wilson,
)

FEW = Bootstrap(resamples=150, seed=7)
scores = st.one_of(st.booleans(), st.integers(0, 10).map(lambda tenths: tenths / 10))


def tasks(runs):
    """Task id to outcomes."""
    return st.dictionaries(st.text("abc", max_size=4), runs, min_size=1, max_size=10)


ragged = tasks(st.lists(scores, min_size=1, max_size=5))
even = st.integers(1, 4).flatmap(lambda n: tasks(st.lists(scores, min_size=n, max_size=n)))

RAGGED = {
    "cluster": cluster_bootstrap,
    "two-stage": two_stage_bootstrap,
    "compare": lambda o, b: compare(o, {task: [0.4, 0.6] for task in o}, b)[:3],
    "aurc": lambda o, b: aurc({0.0: o, 0.1: {task: [0.4] for task in o}, 0.4: o}, b),
    "relative": lambda o, b: relative_success({0.0: {task: [0.4] for task in o}, 0.2: o}, b)[0.2],
    "seeds": lambda o, b: across_seeds([o, {task: [min(o[task])] for task in o}], b),
}
EVEN = {
    "iqm": iqm,
    "gap": lambda o, b: optimality_gap(o, 0.7, b),
    "profile": lambda o, b: performance_profile(o, [0.3], b)[0],
    "improvement": lambda o, b: probability_of_improvement(o, {t: [0.5, 0.5] for t in o}, b),
}
EVERY = [
    *(pytest.param(function, ragged, id=name) for name, function in RAGGED.items()),
    *(pytest.param(function, even, id=name) for name, function in EVEN.items()),
]


@pytest.mark.parametrize(("function", "outcomes"), EVERY)
@settings(max_examples=40)
@given(data=st.data())
def test_order_changes_nothing(function, outcomes, data):
    given_first = data.draw(outcomes)
    names = data.draw(st.permutations(list(given_first)))
    shuffled = {name: data.draw(st.permutations(given_first[name])) for name in names}
    assert function(shuffled, FEW) == function(given_first, FEW)


@pytest.mark.parametrize(("function", "outcomes"), EVERY)
@settings(max_examples=40)
@given(data=st.data())
def test_more_confidence_never_narrows_and_the_value_is_inside(function, outcomes, data):
    played = data.draw(outcomes)
    last = None
    for confidence in (0.01, 0.3, 0.9, 0.95, 1 - 1e-12):
        found = function(played, Bootstrap(confidence, resamples=150, seed=3))
        value, low, high = found
        assert low <= value <= high
        if last is not None:
            assert value == last[0] and low <= last[1] and last[2] <= high
        last = found


@pytest.mark.parametrize(("function", "outcomes"), EVERY)
@pytest.mark.parametrize("outcome", [False, True, 0.3])
def test_equal_outcomes_leave_a_point(function, outcomes, outcome):
    value, low, high = function({task: [outcome] * 3 for task in "abcdefg"}, FEW)
    assert (low, high) == pytest.approx((value, value))


@pytest.mark.parametrize("name", ["cluster", "compare", "aurc", "relative"])
def test_one_task_leaves_a_point(name):
    value, low, high = RAGGED[name]({"a": [0, 1, 1]}, FEW)
    assert (low, high) == pytest.approx((value, value))


@pytest.mark.parametrize(("function", "outcomes"), EVERY)
def test_the_seed_decides(function, outcomes):
    rng = np.random.default_rng(0)
    played = {str(task): rng.random(4) for task in range(30)}
    first, again, other = (function(played, Bootstrap(resamples=99, seed=s)) for s in (1, 1, 2))
    assert first == again != other
    assert first[0] == other[0]


def test_values_are_means_over_tasks_however_often_each_was_played():
    outcomes = {"a": [1], "b": [0, 0, 0, 1], "c": [0] * 9}
    assert cluster_bootstrap(outcomes).value == pytest.approx((1 + 0.25 + 0) / 3)
    assert two_stage_bootstrap(outcomes).value == pytest.approx((1 + 0.25 + 0) / 3)


def test_two_stages_equal_a_plain_loop():
    rng = np.random.default_rng(3)
    outcomes = {str(task): rng.random(1 + task % 4) < 0.6 for task in range(25)}
    played = list(outcomes.values())
    means = []
    for _ in range(6000):
        drawn = [played[task] for task in rng.integers(25, size=25)]
        means.append(np.mean([rng.choice(episodes, episodes.size).mean() for episodes in drawn]))
    low, high = np.quantile(means, [0.025, 0.975])
    value, *found = two_stage_bootstrap(outcomes)
    assert value == pytest.approx(np.mean([episodes.mean() for episodes in played]))
    assert found == pytest.approx((low, high), abs=0.05 * (high - low))


def test_two_stages_count_what_varies_within_tasks_twice():
    # All tasks alike, four episodes each: variances p(1-p)/4 and that once more times (4-1)/4.
    outcomes = {str(task): [1, 0, 1, 0] for task in range(100)}
    assert cluster_bootstrap(outcomes)[1:] == (0.5, 0.5)
    _, low, high = two_stage_bootstrap(outcomes)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 4 / 100), rel=0.05)


def test_one_episode_a_task_leaves_nothing_to_resample_within():
    outcomes = {str(task): [task % 3 > 0] for task in range(90)}
    twice, once = two_stage_bootstrap(outcomes), cluster_bootstrap(outcomes)
    assert twice == pytest.approx(once, abs=1.01 / 90)


def test_seeds_that_differ_widen_the_interval():
    good, bad = ({str(task): [rate] for task in range(50)} for rate in (0.8, 0.4))
    value, low, high = across_seeds([good, bad, good, bad])
    assert (value, low, high) == pytest.approx((0.6, 0.4, 0.8))


def test_ten_thousand_resamples_of_two_hundred_tasks_are_fast():
    rng = np.random.default_rng(0)
    first, second = (
        {str(task): rng.random(5) < rate for task in range(200)} for rate in (0.6, 0.7)
    )
    for function in (cluster_bootstrap, two_stage_bootstrap, lambda o: compare(o, second)):
        begun = time.process_time()
        function(first)
        assert time.process_time() - begun < 0.8


RATE = 0.7
EPISODES = 5


def simulated(rng, tasks, alike):
    """Outcomes of tasks whose episodes correlate by `alike`: beta-binomial."""
    strength = (1 - alike) / alike
    rates = rng.beta(RATE * strength, (1 - RATE) * strength, tasks)
    return {str(task): rng.random(EPISODES) < rate for task, rate in enumerate(rates)}


@pytest.mark.slow
@pytest.mark.parametrize("alike", [0.1, 0.5])
def test_intervals_by_task_hold_their_confidence_and_others_do_not(alike):
    rng = np.random.default_rng(11)
    held = dict.fromkeys(("cluster", "two-stage", "clustered", "naive"), 0)
    repeats = 800
    for seed in range(repeats):
        outcomes = simulated(rng, 60, alike)
        bootstrap = Bootstrap(resamples=1000, seed=seed)
        solved = int(sum(played.sum() for played in outcomes.values()))
        for name, (low, high) in {
            "cluster": cluster_bootstrap(outcomes, bootstrap)[1:],
            "two-stage": two_stage_bootstrap(outcomes, bootstrap)[1:],
            "clustered": clustered(outcomes),
            "naive": wilson(solved, 60 * EPISODES),
        }.items():
            held[name] += low <= RATE <= high
    share = {name: count / repeats for name, count in held.items()}
    print(share)
    # Three standard errors of a share of 0.95 of 800 are 0.023.
    assert share["cluster"] == pytest.approx(0.95, abs=0.025)
    assert share["cluster"] <= share["two-stage"] <= share["clustered"]
    assert share["naive"] < {0.1: 0.92, 0.5: 0.8}[alike]


@pytest.mark.slow
def test_comparisons_hold_their_confidence_where_pairs_are_alike():
    rng = np.random.default_rng(12)
    repeats, held, found = 600, 0, 0
    for seed in range(repeats):
        rates = rng.beta(2, 1, 80)
        worse = rates - 0.1 * (rates > 0.5)
        first, second = (
            {str(task): rng.random(3) < rate for task, rate in enumerate(agent)}
            for agent in (rates, worse)
        )
        true = 0.1 * 0.75  # a Beta(2, 1) is above 0.5 with probability 0.75
        difference, low, high, *_ = compare(first, second, Bootstrap(resamples=1000, seed=seed))
        held += low <= true <= high
        found += low <= difference <= high
    assert found == repeats
    assert held / repeats == pytest.approx(0.95, abs=0.027)


@pytest.mark.slow
def test_across_seeds_holds_where_tasks_alone_do_not():
    rng = np.random.default_rng(13)
    repeats, held, naive = 400, 0, 0
    for seed in range(repeats):
        rates = 0.5 + rng.normal(0, 0.05, (8, 1)) + rng.normal(0, 0.12, 50)
        table = rng.binomial(3, np.clip(rates, 0, 1)) / 3
        seeds = [{str(task): [rate] for task, rate in enumerate(row)} for row in table]
        by_task = {str(task): column for task, column in enumerate(table.T)}
        bootstrap = Bootstrap(resamples=1000, seed=seed)
        for counted, (_, low, high) in (
            (True, across_seeds(seeds, bootstrap)),
            (False, cluster_bootstrap(by_task, bootstrap)),
        ):
            held += counted and low <= 0.5 <= high
            naive += not counted and low <= 0.5 <= high
    print(held / repeats, naive / repeats)
    assert held / repeats == pytest.approx(0.95, abs=0.035)
    assert naive / repeats < 0.9
