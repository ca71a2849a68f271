"""The benchmark that learns from images: its slots, its episodes, its comparison."""

import numpy as np
import pytest

from crossworld.benchmarks.image_policy.comparing import paired_difference

SHAPE = (4, 50)


def test_tells_no_difference_from_one() -> None:
    dice = np.random.default_rng(0)
    strong, weak, other = (
        (dice.random(SHAPE) < rate).astype(np.float64) for rate in (0.8, 0.4, 0.4)
    )
    found = paired_difference(strong, weak)
    assert found.value == pytest.approx(strong.mean() - weak.mean())
    assert 0 < found.interval.low < found.value < found.interval.high
    none = paired_difference(other, weak).interval
    assert none.low < 0 < none.high


def test_covers_the_truth_about_as_often_as_it_says() -> None:
    dice = np.random.default_rng(1)
    hits = 0
    for _ in range(120):
        ours, theirs = (dice.random(SHAPE) < 0.7), (dice.random(SHAPE) < 0.5)
        low, high = paired_difference(ours.astype(float), theirs.astype(float)).interval
        hits += low <= 0.2 <= high
    assert hits >= 106  # 95 % of 120 are 114; three standard deviations are 7


def test_certainty_still_has_a_width() -> None:
    found = paired_difference(np.ones(SHAPE), np.zeros(SHAPE))
    assert found.value == 1
    assert 0.9 < found.interval.low < 1
    for shapes in (((2, 3), (3, 2)), ((4,), (4,)), ((0, 3), (0, 3))):
        with pytest.raises(ValueError, match="both must be"):
            paired_difference(*(np.ones(shape) for shape in shapes))


@pytest.mark.slow
def test_every_slot_plays_its_own_task_and_all_episodes_count() -> None:
    pytest.importorskip("sb3_contrib")
    from crossworld.benchmarks.image_policy.playing import at_random, outcomes, play
    from crossworld.benchmarks.image_policy.tasks import all_commands, first_tasks, own_commands

    tasks = first_tasks(2)
    assert len({task.room for task in tasks}) == 2
    for make in (own_commands, all_commands):
        envs = make(tasks, 4, seed=0)
        episodes = play(envs, at_random(0), each=2)
        ids = [task.task_id for task in tasks]
        assert [e.task_id for e in episodes] == sorted(ids * 4)
        assert [e.number for e in episodes] == [0, 1, 2, 3] * 2
        assert all(1 <= e.steps <= 50 for e in episodes)
        assert outcomes(episodes).shape == (2, 4)
        envs.close()
