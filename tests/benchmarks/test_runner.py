import json
import shutil
from dataclasses import replace
from itertools import pairwise

import pytest
from gymnasium.error import DependencyNotInstalled

from crossworld.benchmarks.episode import ContractError
from crossworld.benchmarks.folder import RunError, RunFolder, clear, read_run
from crossworld.benchmarks.journal import JournalError
from crossworld.benchmarks.plan import prepare
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.records import RecordError
from crossworld.benchmarks.suite import Contestant, SuiteError, TaskSet
from crossworld.benchmarks.worker import episode_seed
from crossworld.envs.core.errors import TaskNotFoundError


def timeless(records):
    return [record.timeless() for record in records]


def with_tasks(suite, **changes):
    return replace(suite, task_sets=(replace(suite.task_sets[0], **changes),))


def test_every_contestant_plays_every_task_with_every_seed_in_order(kit, tmp_path, suite):
    records = kit.play_into(tmp_path, prepare(suite))
    assert [record.key for record in records] == [
        (agent, kit.env, "few", "", seed, number, 0)
        for agent in ("random", "planner")
        for seed in (0, 1)
        for number in range(7)
    ]
    assert [record.task_id for record in records[:7]] == [task.task_id for task in kit.tasks]
    assert timeless(read_run(tmp_path).records) == timeless(records)


def test_a_record_holds_all_that_a_table_needs(kit, tmp_path, solo):
    record = kit.play_into(tmp_path, solo("planner"))[0]
    line = json.loads((tmp_path / "episodes.jsonl").read_text().splitlines()[0])
    assert line == record.to_json()
    assert line.keys() >= {"env", "agent", "task_id", "seed", "episode", "success", "steps"}
    assert (line["split"], line["scene"], line["task_type"]) == ("few", "Room0", "type_a")
    assert (line["protocol"], line["success"], line["steps"]) == ("pass@1/5", True, 1)
    assert (line["return"], line["invalid_actions"], line["error"]) == (1.0, 0, "")
    assert line["versions"].keys() == {"crossworld", "gymnasium", "numpy", "python"}


def test_equal_runs_differ_in_time_alone(kit, tmp_path, suite):
    first, second = (kit.play_into(tmp_path / name, prepare(suite)) for name in "ab")
    assert timeless(first) == timeless(second)
    assert len({(r.steps, r.success) for r in first if r.agent == "random"}) > 1


def test_step_limit_is_the_protocols(kit, tmp_path, solo):
    (record,) = kit.play_into(tmp_path, solo("spy", episodes=1, limit=3))
    assert (record.steps, record.success, record.invalid_actions) == (3, False, 3)


def test_too_many_impossible_actions_fail_the_episode(kit, tmp_path, suite):
    strict = Contestant("spy", Protocol.parse("pass@1/5/invalid-1"))
    plan = prepare(replace(with_tasks(suite, episodes=1), contestants=(strict,), seeds=(0,)))
    (record,) = kit.play_into(tmp_path, plan)
    assert (record.steps, record.success, record.invalid_actions) == (2, False, 2)
    assert record.protocol == "pass@1/5/invalid-1"


def test_part_of_a_split_is_evenly_spaced(suite):
    def numbers(episodes):
        (stage,) = prepare(with_tasks(suite, episodes=episodes)).stages
        return [task.task_id[-1] for task in stage.tasks]

    assert numbers(0) == list("0123456")
    assert numbers(2) == list("03")
    assert numbers(14) == list("00112233445566")


def test_split_that_nothing_has(suite):
    with pytest.raises(TaskNotFoundError, match="there is only 'few'"):
        prepare(with_tasks(suite, splits=("none", "nothing")))
    assert prepare(with_tasks(suite, splits=())).stages[0].split == "few"


def test_tasks_can_be_named(suite):
    (stage,) = prepare(with_tasks(suite, task_ids=("task 5", "task 2"))).stages
    assert [task.task_id for task in stage.tasks] == ["task 5", "task 2"]
    with pytest.raises(SuiteError, match="task 'task 9' is not in split 'few'"):
        prepare(with_tasks(suite, task_ids=("task 9",)))


def test_other_tasks_than_those_of_the_suite_are_refused(suite):
    digest = prepare(suite).stages[0].manifest_hash
    assert prepare(with_tasks(suite, manifest_hash=digest[:8])).stages[0].manifest_hash == digest
    with pytest.raises(SuiteError, match="scores would not be comparable"):
        prepare(with_tasks(suite, manifest_hash="0" * 8))


def test_a_split_is_entered_once(suite):
    with pytest.raises(SuiteError, match="two task sets are the same split"):
        prepare(replace(suite, task_sets=(TaskSet(suite.task_sets[0].env),) * 2))


def test_an_optional_agent_is_left_out_where_its_library_is_missing(suite):
    def entered(**given):
        return Contestant("stub_world:NotHere", Protocol("pass@1", 5), **given)

    plan = prepare(replace(suite, contestants=(*suite.contestants, entered(optional=True))))
    assert plan.left_out == {"stub_world:NotHere": "needs a library"}
    assert [agent["name"] for agent in plan.settings()["agents"]] == ["random", "planner"]
    with pytest.raises(DependencyNotInstalled):
        prepare(replace(suite, contestants=(entered(),)))


def test_seeds_depend_on_the_episode_alone():
    seeds = {
        episode_seed(purpose, seed, task, episode, trial)
        for purpose in ("env", "agent")
        for seed in (0, 1)
        for task in "ab"
        for episode in range(5)
        for trial in range(2)
    }
    assert len(seeds) == 80


# What the agent sees


def test_agents_see_what_they_declare_and_nothing_else(kit, tmp_path, solo):
    kit.play_into(tmp_path, solo("spy", episodes=1, limit=2))
    moments = [moment for moment, _, _ in kit.shown]
    assert moments == ["reset", "act", "observe", "act", "observe"]
    assert all(observation.keys() == {"mission"} for _, observation, _ in kit.shown)
    assert all(info.keys() == {"success"} for _, _, info in kit.shown)


def test_an_agent_that_reads_what_is_not_there_stops_the_run(kit, tmp_path, solo):
    with pytest.raises(ContractError, match="Needy reads image, which the environment does not"):
        kit.play_into(tmp_path, solo("needy"))


# Failing agents


@pytest.mark.parametrize("method", ["reset", "act", "observe"])
def test_an_agent_that_raises_fails_its_episode_not_the_run(kit, tmp_path, solo, method):
    records = kit.play_into(tmp_path, solo("breaks", method=method))
    assert len(records) == 2
    for record in records:
        assert not record.success
        assert f"RuntimeError: broken <{method}>" in record.error


def test_something_that_is_no_action_fails_the_episode(kit, tmp_path, solo):
    (record,) = kit.play_into(tmp_path, solo("breaks", episodes=1, method="none"))
    assert "The action None is not in Text" in record.error


def test_an_environment_that_raises_stops_the_run(kit, tmp_path, solo):
    with pytest.raises(RuntimeError, match="the environment has a bug"):
        kit.play_into(tmp_path, solo("breaks", method="bug"))


# Stopping and going on


def cuts(content):
    """Every line end of a file, and places inside each line."""
    ends = [0] + [i + 1 for i, byte in enumerate(content) if byte == 10]
    for start, end in pairwise(ends):
        yield from (start, start + 1, (start + end) // 2, end - 1)
    yield len(content)


def test_a_run_that_was_killed_anywhere_goes_on_to_the_same_end(kit, tmp_path, played, suite):
    plan = prepare(suite)
    whole = timeless(read_run(played).records)
    content = (played / "episodes.jsonl").read_bytes()
    for number, cut in enumerate(cuts(content)):
        folder = tmp_path / str(number)
        shutil.copytree(played, folder)
        (folder / "episodes.jsonl").write_bytes(content[:cut])
        again = kit.play_into(folder, plan)
        assert len(again) == len(whole) - content[:cut].count(b"\n")
        assert timeless(read_run(folder).records) == whole
        assert (folder / "episodes.jsonl").read_bytes().count(b"\n") == len(whole)
        assert len(read_run(folder).transcripts) == len(read_run(played).transcripts)


def test_stopping_in_between_loses_nothing(kit, tmp_path, suite):
    plan = prepare(suite)
    counts = []
    while played := kit.play_into(tmp_path, plan, at_most=5):
        counts.append(len(played))
    assert counts == [5, 5, 5, 5, 5, 3]
    assert len({record.key for record in read_run(tmp_path).records}) == 28


def test_a_run_with_other_settings_is_refused(kit, played, suite):
    for changed, message in [
        (replace(suite, seeds=(0, 2)), r"seeds: \[0, 1\] there, \[0, 2\] now"),
        (with_tasks(suite, episodes=3), r"task_sets\[0\].episodes: 7 there, 3 now"),
        (replace(suite, contestants=suite.contestants[:1]), r"agents\[1\].name: 'planner' there"),
        (with_tasks(suite, env_kwargs={"data": "x"}), "manifest_hash: "),
    ]:
        with pytest.raises(RunError, match=message):
            kit.play_into(played, prepare(changed))
    clear(played)
    assert len(kit.play_into(played, prepare(replace(suite, seeds=(0, 2))))) == 28


def test_a_folder_takes_one_writer(played, suite):
    settings = prepare(suite).settings()
    with (
        RunFolder(played, settings, {}),
        pytest.raises(RunError, match="another process is writing here"),
    ):
        RunFolder(played, settings, {})
    RunFolder(played, settings, {}).__exit__()


def test_damage_that_no_kill_explains_is_named(kit, played, suite):
    path = played / "episodes.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1][:20], *lines[2:]]) + "\n")
    with pytest.raises(JournalError, match=r"episodes.jsonl, line 2: not JSON"):
        kit.play_into(played, prepare(suite))
    path.write_text(lines[0].replace('"steps"', '"stops"') + "\n")
    with pytest.raises(RecordError, match="not a Record"):
        read_run(played)


def test_folder_without_a_run(tmp_path):
    with pytest.raises(RunError, match=r"run.json is missing"):
        read_run(tmp_path)
    (tmp_path / "run.json").write_text("[")
    with pytest.raises(RunError, match="damaged"):
        read_run(tmp_path)
