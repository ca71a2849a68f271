import json
import shutil
from dataclasses import replace
from itertools import pairwise

import pytest

from crossworld.benchmarks.episode import ContractError
from crossworld.benchmarks.folder import RunError, RunFolder, clear, read_run
from crossworld.benchmarks.journal import JournalError
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.records import RecordError
from crossworld.benchmarks.runner import episode_seed, prepare
from crossworld.benchmarks.suite import Contestant
from crossworld.envs.core.errors import TaskNotFoundError


def timeless(records):
    return [replace(record, seconds=0.0) for record in records]


def test_every_contestant_plays_every_task_with_every_seed_in_order(kit, tmp_path, suite):
    records = kit.play_into(tmp_path, prepare(suite))
    assert [record.key for record in records] == [
        (agent, seed, number)
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
    plan = prepare(replace(suite, contestants=(strict,), seeds=(0,), episodes=1))
    (record,) = kit.play_into(tmp_path, plan)
    assert (record.steps, record.success, record.invalid_actions) == (2, False, 2)
    assert record.protocol == "pass@1/5/invalid-1"


def test_part_of_a_split_is_evenly_spaced(suite):
    def numbers(episodes):
        return [t.task_id[-1] for t in prepare(replace(suite, episodes=episodes)).tasks]

    assert numbers(0) == list("0123456")
    assert numbers(2) == list("03")
    assert numbers(14) == list("00112233445566")


def test_split_that_nothing_has(suite):
    with pytest.raises(TaskNotFoundError, match="there is only 'few'"):
        prepare(replace(suite, splits=("none", "nothing")))
    assert prepare(replace(suite, splits=())).split == "few"


def test_seeds_depend_on_the_episode_alone():
    seeds = {
        episode_seed(purpose, seed, task, episode)
        for purpose in ("env", "agent")
        for seed in (0, 1)
        for task in "ab"
        for episode in range(5)
    }
    assert len(seeds) == 40


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
    for change, message in [
        ({"seeds": (0, 2)}, r"seeds: \[0, 1\] there, \[0, 2\] now"),
        ({"episodes": 3}, "episodes: 7 there, 3 now"),
        ({"contestants": suite.contestants[:1]}, r"agents\[1\].name: 'planner' there, 'nothing'"),
        ({"env_kwargs": {"data": "x"}}, "manifest_hash: "),
    ]:
        with pytest.raises(RunError, match=message):
            kit.play_into(played, prepare(replace(suite, **change)))
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
