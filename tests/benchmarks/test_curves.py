"""Success by trial and by noise, and what it costs, against runs counted by hand."""

from dataclasses import replace

import pytest
from made_runs import SPLIT, entered, episodes, once, run

from crossworld.benchmarks.folder import read_run
from crossworld.benchmarks.plan import prepare
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.reports.costs import costs
from crossworld.benchmarks.reports.curves import controls_of, noise_curves, trial_curves
from crossworld.benchmarks.reports.findings import find
from crossworld.benchmarks.statistics import wilson
from crossworld.benchmarks.suite import Contestant, Suite, TaskSet, with_control

TRIALS = {"a": [True], "b": [False, True], "c": [False, False, True], "d": [False, False, False]}


def k_trial(name="me", **given):
    return entered(name, "k-trial", trials=3, **given)


def values(curve):
    return [point.value for point in curve.points]


# trials


def test_success_is_cumulative_and_stays():
    agent = k_trial()
    (curve,) = trial_curves(run([agent], episodes(agent, TRIALS)))
    assert values(curve) == [0.25, 0.5, 0.75]
    assert (curve.points[1].low, curve.points[1].high) == wilson(2, 4)
    assert (curve.trials, curve.tasks, curve.control) == (3, 4, "")


def test_seeds_are_attempts_at_the_same_tasks():
    agent = k_trial()
    other = {**TRIALS, "d": [True]}
    records = [*episodes(agent, TRIALS), *episodes(agent, other, seed=1)]
    (curve,) = trial_curves(run([agent], records, seeds=[0, 1]))
    assert values(curve) == [0.375, 0.625, 0.875]
    assert curve.tasks == 4


def test_no_curve_before_all_trials_are_played():
    agent = k_trial()
    records = list(episodes(agent, TRIALS))
    assert trial_curves(run([agent], records[:-1])) == []


def test_one_play_has_no_curve():
    agent = entered("me")
    assert trial_curves(run([agent], episodes(agent, once("10")))) == []


def test_the_control_is_the_one_that_follows():
    agent, control = k_trial(), entered("me, retry only", "retry-only", trials=3, agent="me")
    assert controls_of([agent, control]) == {"me": "me, retry only"}
    assert controls_of([control, agent]) == {}
    assert controls_of([agent, {**control, "kwargs": {"x": 1}}]) == {}
    assert controls_of([agent, {**control, "protocol": "retry-only/9"}]) == {}


def test_lessons_have_rounds_of_their_own():
    agent = entered("me", "adapted-pass@1", adapt={"split": "train", "episodes": 0, "rounds": 3})
    learned = episodes(agent, TRIALS, split="train", protocol="adapt/10")
    (curve,) = trial_curves(run([agent], [*learned, *episodes(agent, once("11"))]))
    assert (curve.split, curve.protocol, curve.trials) == ("train", "adapt/10", 3)
    assert values(curve) == [0.25, 0.5, 0.75]


def test_trials_of_a_run_that_was_played(kit, tmp_path):
    entry = Contestant("stub_world:Recalls", Protocol("k-trial", 1), label="me", trials=4)
    suite = Suite("s", "s", (TaskSet(kit.env, ("few",)),), tuple(with_control(entry)))
    kit.play_into(tmp_path, prepare(suite))
    mine, control = trial_curves(read_run(tmp_path))
    # It says 0, 1, 2, 3, so it solves the tasks 0 to 3 of 7, one more a trial; without memory 0.
    assert values(mine) == [pytest.approx(n / 7) for n in (1, 2, 3, 4)]
    assert values(control) == [pytest.approx(1 / 7)] * 4
    assert (mine.control, control.control) == ("me, retry only", "")


# noise


def noisy(name="me", **by_noise):
    agent = entered(name)
    names = {"clean": "", "t1": "text 0.1", "t3": "text 0.3", "i5": "image 0.5"}
    records = [
        record
        for noise, digits in by_noise.items()
        for record in episodes(agent, once(digits), noise=names[noise])
    ]
    noises = [names[noise] for noise in by_noise]
    return run([{**agent, "noise": noises}], records)


def test_area_and_what_is_left():
    text, image = noise_curves(noisy(clean="1110", t1="1100", t3="0000", i5="1110"))
    assert (text.modality, text.rates) == ("text", (0.0, 0.1, 0.3))
    assert text.noises == ("", "text 0.1", "text 0.3")
    # Trapezoids: (0.75 + 0.5) / 2 * 0.1 + (0.5 + 0) / 2 * 0.2, over the range 0.3.
    assert text.area.value == pytest.approx(0.1125 / 0.3)
    assert text.area.low <= text.area.value <= text.area.high
    assert text.relative[0.1][0] == pytest.approx(2 / 3)
    assert text.relative[0.3][0] == 0.0
    assert (image.modality, image.rates, image.area.value) == ("image", (0.0, 0.5), 0.75)


def test_without_success_nothing_is_left_to_relate_to():
    (curve,) = noise_curves(noisy(clean="0000", t1="0100"))
    assert curve.relative == {}
    (curve,) = noise_curves(noisy(t1="1111", t3="1010"))
    assert (curve.rates, curve.relative, curve.area.value) == ((0.1, 0.3), {}, 0.75)


@pytest.mark.parametrize(
    "played", [{"clean": "1111"}, {"t1": "1111"}, {"clean": "1111", "t1": "11"}]
)
def test_no_curve_from_one_rate_or_from_other_tasks(played):
    assert noise_curves(noisy(**played)) == []


def test_bounds_beyond_all_are_json():
    found = find(noisy(clean="1000", t1="1111")).to_json()["noise_curves"][0]
    # Some resamples have no success without noise, so they say nothing of the ratio.
    assert found["relative"]["0.1"] == [4.0, 0.0, None]
    assert found["area"].keys() == {"value", "low", "high"}


# costs


def test_costs_are_of_all_trials_of_a_task():
    agent = k_trial()
    used = {
        "model_calls": 2,
        "prompt_tokens": 90,
        "completion_tokens": 10,
        "latency": 0.5,
        "cost": 0.01,
    }
    free = entered("free")
    files = run([agent, free], [*episodes(agent, TRIALS, **used), *episodes(free, once("10"))])
    (spent,) = costs(files)
    # 1 + 2 + 3 + 3 episodes on 4 tasks.
    assert spent.tokens.value == pytest.approx(100 * 9 / 4)
    assert spent.latency.value == pytest.approx(0.5 * 9 / 4)
    assert spent.dollars.value == pytest.approx(0.01 * 9 / 4)
    assert 100 <= spent.tokens.low < spent.tokens.value < spent.tokens.high <= 300
    assert (spent.agent, spent.split) == ("me", SPLIT)


def test_costs_do_not_depend_on_the_order_of_episodes():
    agent = k_trial()
    records = [
        replace(record, model_calls=1, prompt_tokens=10 * i)
        for i, record in enumerate(episodes(agent, TRIALS))
    ]
    assert costs(run([agent], records)) == costs(run([agent], reversed(records)))
