"""The suite that everybody runs first: the same records whoever plays it."""

from dataclasses import replace

import pytest

from crossworld.benchmarks.folder import RunFolder
from crossworld.benchmarks.plan import prepare
from crossworld.benchmarks.reports.report import write_report
from crossworld.benchmarks.runner import facts, play
from crossworld.benchmarks.suite import load_suite
from crossworld.benchmarks.workers.processes import ProcessWorkers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_records_of_all_its_agents_are_the_same_whoever_plays(tmp_path):
    suite = load_suite("quick")
    tasks = tuple(replace(tasks, episodes=4) for tasks in suite.task_sets)
    plan = prepare(replace(suite, task_sets=tasks))
    found = []
    for name, workers in (("alone", None), ("three", ProcessWorkers(plan, 3))):
        with RunFolder(tmp_path / name, plan.settings(), facts("x")) as folder:
            records = list(play(plan, folder, workers))
        found.append({record.key: record.timeless() for record in records})
        run, rows = write_report(tmp_path / name)
        assert len(run.records) == len(records)
        assert {row.agent for row in rows} == {agent["name"] for agent in run.settings["agents"]}
    alone, three = found
    assert three == alone
    assert not any(record.error for record in alone.values())
