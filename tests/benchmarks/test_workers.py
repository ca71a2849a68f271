"""Worker processes: the same records, whoever plays them and whatever happens to them."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from crossworld.benchmarks.folder import read_run
from crossworld.benchmarks.plan import prepare
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.suite import Contestant
from crossworld.benchmarks.workers.processes import ProcessWorkers


@pytest.fixture
def mixed(suite):
    """Contestants of all kinds."""

    def entered(agent, protocol, **given):
        return Contestant(agent, Protocol.parse(protocol), **given)

    contestants = (
        entered("random", "pass@1/5"),
        entered("stub_world:Slow", "pass@1/5"),
        entered("stub_world:Recalls", "k-trial/1", trials=4),
        entered("stub_world:Recalls", "adapt/1", trials=2, label="adapts"),
        entered("random", "retry-only/2", trials=3, label="retries"),
    )
    return prepare(replace(suite, contestants=contestants))


def by_key(records):
    return {record.key: record.timeless() for record in records}


@pytest.mark.parametrize("count", [1, 2, 4])
def test_the_number_of_workers_does_not_matter(kit, tmp_path, mixed, count):
    alone = kit.play_into(tmp_path / "alone", mixed)
    many = kit.play_into(tmp_path / "many", mixed, workers=ProcessWorkers(mixed, count))
    assert len(many) == len(alone)
    assert by_key(many) == by_key(alone)
    assert {t.key: t for t in read_run(tmp_path / "many").transcripts} == {
        t.key: t for t in read_run(tmp_path / "alone").transcripts
    }


@pytest.mark.parametrize("busy", [False, True])
def test_an_agent_that_hangs_fails_its_episode_with_its_traceback(kit, tmp_path, suite, busy):
    hangs = Contestant("stub_world:Hangs", Protocol("pass@1", 3), {"busy": busy})
    entered = (hangs, Contestant("random", Protocol("pass@1", 3)))
    plan = prepare(replace(suite, contestants=entered, seeds=(0,), episode_seconds=1.5))
    records = kit.play_into(tmp_path, plan, workers=ProcessWorkers(plan, 2))
    assert len(records) == 14
    (lost,) = [record for record in records if record.error]
    assert (lost.task_id, lost.success, lost.agent) == ("task 3", False, "stub_world:Hangs")
    assert "had not ended after 1.5 seconds" in lost.error
    assert "stub_world.py" in lost.error
    assert "in act" in lost.error


def test_an_agent_that_takes_its_process_along_fails_its_episode(kit, tmp_path, suite):
    dies = Contestant("stub_world:Dies", Protocol("k-trial", 1), trials=2)
    plan = prepare(replace(suite, contestants=(dies,), seeds=(0,)))
    records = kit.play_into(tmp_path, plan, workers=ProcessWorkers(plan, 2))
    lost = [record for record in records if record.error]
    assert [(record.task_id, record.trial) for record in lost] == [("task 3", 0), ("task 3", 1)]
    assert all("was ended by SIGKILL during the episode" in record.error for record in lost)
    assert sum(record.success for record in records) == 1


def test_an_environment_that_raises_stops_the_run(kit, tmp_path, suite):
    bug = Contestant("stub_world:Breaks", Protocol("pass@1", 3), {"method": "bug"})
    plan = prepare(replace(suite, contestants=(bug,)))
    with pytest.raises(RuntimeError, match="the environment has a bug"):
        kit.play_into(tmp_path, plan, workers=ProcessWorkers(plan, 2))
    assert not multiprocessing.active_children()


# A run in a process of its own, which can be killed.

SCRIPT = """
import sys
from pathlib import Path
import stub_world
from crossworld.benchmarks.folder import RunFolder
from crossworld.benchmarks.plan import prepare
from crossworld.benchmarks.runner import play
from crossworld.benchmarks.suite import read_suite
from crossworld.benchmarks.workers.processes import ProcessWorkers

SUITE = '''
title = "t"
env = "stub_world:crossworld-tests/Stub-v0"
splits = ["few"]
seeds = [0, 1]
protocol = "pass@1/5"
[[agents]]
agent = "stub_world:Slow"
[[agents]]
agent = "stub_world:Recalls"
kwargs = { pause = 0.004 }
protocol = "k-trial/1"
trials = 4
[[agents]]
agent = "stub_world:Recalls"
label = "adapts"
kwargs = { pause = 0.004 }
protocol = "adapt/1"
trials = 2
'''

if __name__ == "__main__":
    plan = prepare(read_suite("killed", SUITE))
    with RunFolder(Path(sys.argv[1]), plan.settings(), {}) as folder:
        for record in play(plan, folder, ProcessWorkers(plan, 2)):
            print(len(folder.records), flush=True)
"""


def begin(folder: Path, script: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(script), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ":".join(filter(None, sys.path))},
    )


@pytest.mark.slow
def test_a_run_that_is_killed_at_random_moments_loses_and_repeats_nothing(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    with begin(tmp_path / "whole", script) as whole:
        assert whole.stdout.read().split()[-1]
    wanted = by_key(read_run(tmp_path / "whole").records)
    draw = random.Random(3)
    written = 0
    for _ in range(40):
        with begin(tmp_path / "killed", script) as run:
            if run.stdout.readline():  # the first record of this process is on disk
                time.sleep(draw.uniform(0, 0.25))
            run.send_signal(signal.SIGKILL)
        lines = (tmp_path / "killed" / "episodes.jsonl").read_bytes().count(b"\n")
        assert lines >= written
        written = lines
        if written == len(wanted):
            break
    found = read_run(tmp_path / "killed").records
    assert len(found) == written == len(wanted)
    assert by_key(found) == wanted


@pytest.mark.slow
def test_workers_end_with_a_run_that_is_killed(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace("pause = 0.004", "pause = 60"))
    with begin(tmp_path / "run", script) as run:
        run.stdout.readline()
        workers = children(run.pid)
        assert len(workers) >= 2
        run.send_signal(signal.SIGKILL)
    until = time.monotonic() + 20
    while any(map(alive, workers)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(map(alive, workers))


def children(pid: int) -> list[int]:
    """All descendants."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found += [int(path.parent.name), *children(int(path.parent.name))]
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
