"""What each protocol plays, and what agents carry over."""

from dataclasses import replace

import pytest

from crossworld.benchmarks.folder import read_run
from crossworld.benchmarks.plan import prepare
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.results import ALL, aggregate
from crossworld.benchmarks.suite import (
    CLEAN,
    Adaptation,
    Contestant,
    Noise,
    Suite,
    SuiteError,
    TaskSet,
    with_control,
)

ONE_STEP = 1


def enter(kit, protocol, agent="stub_world:Recalls", **given):
    return Contestant(agent, Protocol.parse(f"{protocol}/{ONE_STEP}"), label="me", **given)


def plan_of(kit, *contestants, episodes=0, seeds=(0,)):
    tasks = TaskSet(kit.env, ("few",), episodes=episodes)
    return prepare(Suite("s", "s", (tasks,), contestants, seeds))


def trials(records, **wanted):
    """The trials of each task, with their success."""
    found = {}
    for r in records:
        if all(getattr(r, name) == value for name, value in wanted.items()):
            found.setdefault(r.task_id, []).append((r.trial, r.success))
    return found


def test_fresh_agents_remember_nothing(kit, tmp_path):
    records = kit.play_into(tmp_path, plan_of(kit, enter(kit, "pass@1")))
    assert [record.success for record in records] == [True] + [False] * 6


def test_k_trials_end_with_the_first_success_and_remember_one_task(kit, tmp_path):
    records = kit.play_into(tmp_path, plan_of(kit, enter(kit, "k-trial", trials=4)))
    # The agent says 0, 1, 2, 3 to each task, so task n is solved in trial n, and those above never.
    assert trials(records) == {
        f"task {n}": [(t, t == n) for t in range(min(n, 3) + 1)] for n in range(7)
    }
    row = aggregate(read_run(tmp_path))[0]
    assert (row.task_type, row.protocol, row.tasks, row.solved) == (ALL, "k-trial/1", 7, 4)
    assert (row.played, row.episodes) == (7, 1 + 2 + 3 + 4 * 4)


def test_retry_only_control_is_the_same_without_memory(kit, tmp_path):
    entered = tuple(with_control(enter(kit, "k-trial", trials=4)))
    assert [(c.name, str(c.protocol)) for c in entered] == [
        ("me", "k-trial/1"),
        ("me, retry only", "retry-only/1"),
    ]
    records = kit.play_into(tmp_path, plan_of(kit, *entered))
    control = trials(records, agent="me, retry only")
    assert control["task 0"] == [(0, True)]
    assert all(control[f"task {n}"] == [(t, False) for t in range(4)] for n in range(1, 7))


def test_retries_draw_anew(kit, tmp_path):
    entered = replace(enter(kit, "retry-only", "random", trials=9), label="random")
    records = kit.play_into(tmp_path, plan_of(kit, entered))
    assert 2 < sum(record.success for record in records) <= 7
    assert len({record.trial for record in records if record.success}) > 1


def test_adapt_learns_over_all_tasks_and_leaves_out_what_is_solved(kit, tmp_path):
    records = kit.play_into(tmp_path, plan_of(kit, enter(kit, "adapt", trials=3)))
    # First round: digit n for task n. So all are solved in it, and there is no second round.
    assert [(r.task_id, r.trial, r.success) for r in records] == [
        (f"task {n}", 0, True) for n in range(7)
    ]


def test_adapt_goes_on_in_rounds(kit, tmp_path):
    other = plan_of(kit, enter(kit, "adapt", trials=2))
    stage = other.stages[0]
    turned = replace(stage, tasks=stage.tasks[1:] + stage.tasks[:1])
    records = kit.play_into(tmp_path, replace(other, stages=(turned,)))
    # The digits 0 to 6 meet the tasks 1 to 6 and 0; then 7, 8, 9, 0, 1, 2, 3.
    assert [r.trial for r in records] == [0] * 7 + [1] * 7
    assert not any(r.success for r in records)


def adapted(kit, **given):
    return enter(kit, "adapted-pass@1", adapt=Adaptation("lessons", **given))


def test_adapted_agents_are_frozen_after_other_tasks(kit, tmp_path):
    records = kit.play_into(tmp_path, plan_of(kit, adapted(kit, episodes=3)))
    learned, scored = records[:3], records[3:]
    assert [(r.task_id[-1], r.split, r.protocol) for r in learned] == [
        (str(n), "lessons", "adapt/1") for n in (0, 1, 3)
    ]
    assert [(r.split, r.protocol) for r in scored] == [("few", "adapted-pass@1/1")] * 7
    # Three digits were said in the lessons, and none is added later.
    assert [r.success for r in scored] == [n == 3 for n in range(7)]
    rows = [row for row in aggregate(read_run(tmp_path)) if row.task_type == ALL]
    assert [(row.split, row.protocol) for row in rows] == [
        ("lessons", "adapt/1"),
        ("few", "adapted-pass@1/1"),
    ]


def test_adapting_on_what_is_scored_is_refused(kit):
    mixed = enter(kit, "adapted-pass@1", adapt=Adaptation("mixed"))
    with pytest.raises(
        SuiteError, match="1 of the tasks that they are scored on, such as 'task 3'"
    ):
        plan_of(kit, mixed)


@pytest.mark.parametrize("at_most", [1, 2, 3, 5])
@pytest.mark.parametrize("kind", ["k-trial", "adapt", "adapted"])
def test_agents_that_learn_go_on_as_if_nothing_had_happened(kit, tmp_path, kind, at_most):
    entered = adapted(kit) if kind == "adapted" else enter(kit, kind, trials=4)
    plan = plan_of(kit, entered)
    whole = kit.play_into(tmp_path / "whole", plan)
    parts = []
    while part := kit.play_into(tmp_path / "parts", plan, at_most=at_most):
        parts += part
    assert [r.timeless() for r in parts] == [r.timeless() for r in whole]


def test_settings_tell_how_many_episodes_there_are_at_most(kit):
    plan = plan_of(kit, enter(kit, "k-trial", trials=4), seeds=(0, 1))
    assert plan.settings()["agents"][0]["episodes"] == 7 * 4 * 2
    plan = plan_of(kit, adapted(kit, episodes=3, rounds=2))
    assert plan.settings()["agents"][0]["episodes"] == 7 + 6


def test_noise_is_played_beside_and_needs_its_modality(kit, tmp_path):
    plan = plan_of(kit, enter(kit, "pass@1", noise=(CLEAN, Noise("text", 0.5))))
    records = kit.play_into(tmp_path, plan)
    assert [record.noise for record in records] == [""] * 7 + ["text 0.5"] * 7
    image = plan_of(kit, enter(kit, "pass@1", noise=(Noise("image", 0.5),)))
    with pytest.raises(SuiteError, match=r"noise .image 0\.5. cannot be put on it"):
        kit.play_into(tmp_path / "image", image)
