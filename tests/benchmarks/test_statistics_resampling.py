"""Every resample done by hand: what is drawn, and what each statistic makes of it."""

from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossworld.benchmarks.statistics import (
    Bootstrap,
    across_seeds,
    aurc,
    cluster_bootstrap,
    compare,
    iqm,
    optimality_gap,
    performance_profile,
    probability_of_improvement,
    relative_success,
)

FEW = Bootstrap(resamples=61, seed=4, confidence=0.8)


def named(table):
    return {f"task {row:03}": list(values) for row, values in enumerate(table)}


def samples(table, *others):
    """The resamples of FEW as explicit tables: items of each row, repeated as often as drawn."""
    tables = [np.sort(t, axis=1) for t in (table, *others)]
    drawn = [
        FEW.draws(lambda *c, i=i: c[i], *(t.shape for t in tables)) for i in range(len(tables))
    ]
    for counts in zip(*drawn, strict=True):
        yield tuple(
            np.array([np.repeat(row, n.astype(int)) for row, n in zip(t, c, strict=True)])
            for t, c in zip(tables, counts, strict=True)
        )


def cut(draws, value):
    """The percentile interval, by counting."""
    ordered = sorted(draws)
    skip = floor((1 - FEW.confidence) / 2 * (len(ordered) - 1))
    return value, min(ordered[skip], value), max(ordered[-1 - skip], value)


tables = st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(0, 99)).map(
    lambda shape: np.random.default_rng(shape[2]).integers(0, 9, shape[:2]) / 8
)


def trimmed(table):
    """The mean without the lowest and highest floor(n / 4)."""
    ordered = sorted(table.ravel().tolist())
    cut = len(ordered) // 4
    kept = ordered[cut : len(ordered) - cut]
    return sum(kept) / len(kept)


@given(tables)
def test_iqm_is_the_trimmed_mean_of_every_resample(table):
    draws = [trimmed(sample) for (sample,) in samples(table)]
    assert iqm(named(table), FEW) == pytest.approx(cut(draws, trimmed(table)))


@given(tables)
def test_iqm_equals_scipy_for_every_number_of_runs(table):
    stats = pytest.importorskip("scipy.stats")
    assert iqm(named(table), FEW).value == pytest.approx(stats.trim_mean(table, 0.25, axis=None))


def test_iqm_drops_whole_runs_where_the_textbook_weighs_them():
    # Of 5 runs 1.25 go at each end: the textbook's mean is (0.75 * 1 + 2 + 0.75 * 6) / 2.5 = 2.9.
    assert iqm({"a": [0, 1, 2, 6, 100]}, FEW).value == 3.0
    assert iqm({"a": [0, 1, 5]}, FEW).value == 2.0


@given(tables, st.sampled_from([0.3, 1.0, 2.0]))
def test_optimality_gap_is_the_mean_shortfall_of_every_resample(table, target):
    def gap(sample):
        return float(np.mean([max(0.0, target - score) for score in sample.ravel()]))

    draws = [gap(sample) for (sample,) in samples(table)]
    expected = cut(draws, gap(table))
    assert optimality_gap(named(table), target, FEW) == pytest.approx(expected)


@given(tables)
def test_profile_counts_the_runs_above_in_every_resample(table):
    levels = [-1, 0.0, 0.5, 0.51, 1.0]
    profile = performance_profile(named(table), levels, FEW)
    for level, estimate in zip(levels, profile, strict=True):
        draws = [
            sum(x > level for x in sample.ravel()) / sample.size for (sample,) in samples(table)
        ]
        value = sum(x > level for x in table.ravel()) / table.size
        assert estimate == pytest.approx(cut(draws, value))


def beats(first, second):
    """Probability of improvement, pair by pair, ties half."""
    chances = [
        np.mean([(x > y) + 0.5 * (x == y) for x in mine for y in yours])
        for mine, yours in zip(first, second, strict=True)
    ]
    return float(np.mean(chances))


@given(tables, st.integers(1, 4))
def test_probability_of_improvement_counts_pairs_in_every_resample(table, runs):
    other = np.random.default_rng(runs).integers(0, 9, (len(table), runs)) / 8
    draws = [beats(*pair) for pair in samples(table, other)]
    found = probability_of_improvement(named(table), named(other), FEW)
    assert found == pytest.approx(cut(draws, beats(table, other)))


@given(tables, st.integers(1, 4))
def test_probability_of_improvement_equals_mann_whitney(table, runs):
    stats = pytest.importorskip("scipy.stats")
    other = np.random.default_rng(runs).integers(0, 9, (len(table), runs)) / 8
    us = [
        stats.mannwhitneyu(x, y).statistic / (x.size * y.size)
        for x, y in zip(table, other, strict=True)
    ]
    found = probability_of_improvement(named(table), named(other), FEW)
    assert found.value == pytest.approx(np.mean(us))


@given(tables, st.integers(2, 4))
def test_across_seeds_resamples_rows_and_columns(table, seeds):
    scores = np.array(sorted(np.random.default_rng(seeds).random((seeds, len(table))).tolist()))
    rows, columns = np.arange(seeds)[None], np.arange(len(table))[None]
    draws = [
        np.mean([scores[row, column] for row in drawn_rows[0] for column in drawn_columns[0]])
        for drawn_rows, drawn_columns in samples(rows, columns)
    ]
    found = across_seeds([named(row[:, None]) for row in scores[::-1]], FEW)
    assert found == pytest.approx(cut(draws, scores.mean()))


@given(tables)
def test_relative_success_is_the_ratio_of_every_resample(table):
    rates = [0.1 * column for column in range(table.shape[1])]
    curves = {rate: named(table[:, [i]]) for i, rate in enumerate(rates)}
    if not table[:, 0].any():
        with pytest.raises(ValueError, match="no success at noise rate 0"):
            relative_success(curves, FEW)
        return
    found = relative_success(curves, FEW)
    assert list(found) == rates[1:]
    chosen = [sample[0] for (sample,) in samples(np.arange(len(table))[None])]
    for column, rate in enumerate(rates[1:], 1):
        ratios = [
            table[c, column].sum() / table[c, 0].sum() for c in chosen if table[c, 0].sum() > 0
        ]
        unknown = len(chosen) - len(ratios)
        value = table[:, column].sum() / table[:, 0].sum()
        _, low, _ = cut(ratios + [0.0] * unknown, value)
        _, _, high = cut(ratios + [np.inf] * unknown, value)
        assert found[rate] == pytest.approx((value, low, high))


def bca_by_scipy(values, confidence):
    stats = pytest.importorskip("scipy.stats")
    return stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, confidence_level=confidence, rng=1
    ).confidence_interval


@pytest.mark.parametrize("confidence", [0.5, 0.95])
@pytest.mark.parametrize("shape", ["skewed", "rates", "binary"])
def test_cluster_bootstrap_equals_scipys_bca_of_the_means(shape, confidence):
    rng = np.random.default_rng(8)
    values = {
        "skewed": rng.exponential(size=40),
        "rates": rng.binomial(5, 0.8, 60) / 5,
        "binary": rng.random(150) < 0.8,
    }[shape].astype(float)
    low, high = bca_by_scipy(values, confidence)
    found = cluster_bootstrap(named(values[:, None]), Bootstrap(confidence, 20_000))
    assert found.value == pytest.approx(values.mean())
    # Both are random; the binary mean moves in steps of 1 / 150.
    assert found[1:] == pytest.approx((low, high), abs=max(0.04 * (high - low), 1.01 / 150))
    same = {task: list(played) * 3 for task, played in named(values[:, None]).items()}
    assert cluster_bootstrap(same, Bootstrap(confidence, 20_000)) == pytest.approx(found)
    drop = compare(
        named(values[:, None]), named(0 * values[:, None]), Bootstrap(confidence, 20_000)
    )
    assert drop[:3] == pytest.approx(found)
    flat = {rate: named(values[:, None]) for rate in (0.0, 0.3, 0.4)}
    assert aurc(flat, Bootstrap(confidence, 20_000)) == pytest.approx(found)


def test_bca_bends_towards_the_long_tail():
    values = np.random.default_rng(8).exponential(size=(40, 1))
    value, low, high = cluster_bootstrap(named(values))
    assert high - value > 1.1 * (value - low)
    mirrored = cluster_bootstrap(named(-values))
    assert mirrored == pytest.approx((-value, -high, -low))


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 9))
def test_a_resample_is_as_large_as_the_sample_in_every_stratum(strata, items, seed):
    counts = Bootstrap(resamples=30, seed=seed).draws(lambda c: c, (strata, items))
    assert counts.shape == (30, strata, items)
    assert (counts >= 0).all() and (counts.sum(axis=2) == items).all()


def test_items_are_drawn_alike_and_strata_apart():
    counts = Bootstrap(resamples=40_000, seed=2).draws(lambda c: c, (2, 4))
    assert counts.mean(axis=0) == pytest.approx(np.ones((2, 4)), abs=0.02)
    # Multinomial: variance 1 - 1/4, covariance -1/4 within a stratum, none between strata.
    expected = np.kron(np.eye(2), np.eye(4) - 0.25)
    assert np.cov(counts.reshape(-1, 8).T) == pytest.approx(expected, abs=0.03)


def test_blocks_do_not_repeat_each_other():
    draws = Bootstrap(resamples=300).draws(lambda c: c[:, 0, :60].sum(axis=1), (1, 20_000))
    assert draws.shape == (300,)
    assert not np.array_equal(draws[:52], draws[52:104])


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_bca_equals_its_formula(share):
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(1)
    draws, influence = np.sort(rng.gamma(3, size=2001)), rng.exponential(size=30) - 1
    value = float(draws[round(share * 2000)])
    bias = stats.norm.ppf((round(share * 2000) + 0.5) / 2001)
    bend = (influence**3).sum() / (6 * (influence**2).sum() ** 1.5)
    z = stats.norm.ppf([0.1, 0.9])
    low, high = stats.norm.cdf(bias + (bias + z) / (1 - bend * (bias + z)))
    expected = value, draws[floor(low * 2000)], draws[2000 - floor((1 - high) * 2000)]
    assert FEW.bca(value, rng.permutation(draws), influence) == pytest.approx(expected)


def test_bca_takes_for_ties_what_differs_by_rounding():
    rest, influence = np.linspace(0, 1, 101), np.array([-1.0, 1.0])
    assert 0.1 + 0.2 > 0.3
    exact, rounded = (np.append(rest, [tie] * 200) for tie in (0.3, 0.1 + 0.2))
    assert FEW.bca(0.3, rounded, influence) == pytest.approx(FEW.bca(0.3, exact, influence))


def test_bca_with_nearly_all_confidence_takes_the_last_resample():
    outcomes = named([[1.0]] + [[0.0]] * 99)
    found = [cluster_bootstrap(outcomes, Bootstrap(1 - 10.0**-nines)) for nines in range(1, 14)]
    highs = [estimate.high for estimate in found]
    assert highs == sorted(highs)
    assert highs[-1] > 0.05
