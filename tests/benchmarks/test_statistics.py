import pytest

from crossworld.benchmarks.statistics import clustered, wilson


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


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (3, 2), (-1, 5)])
def test_wilson_refuses_impossible_counts(successes, trials):
    with pytest.raises(ValueError, match="trials"):
        wilson(successes, trials)


def test_repeats_of_a_task_do_not_narrow_the_interval():
    once = {"a": [True], "b": [False], "c": [True]}
    often = {task: outcomes * 10 for task, outcomes in once.items()}
    assert clustered(once) == wilson(2, 3)
    assert clustered(often) == pytest.approx(clustered(once))
