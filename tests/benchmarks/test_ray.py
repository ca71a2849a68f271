"""The same runner over Ray, with two actors on this machine."""

import os
from dataclasses import replace

import pytest

from crossworld.benchmarks.plan import prepare
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.suite import Contestant

pytest.importorskip("ray")

from crossworld.benchmarks.workers.ray_actors import RayWorkers

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.fixture(autouse=True, scope="module")
def cluster():
    """One cluster for all tests, so that only the first waits for it."""
    import ray

    os.environ["RAY_DISABLE_IMPORT_WARNING"] = "1"
    from crossworld.benchmarks.workers.ray_actors import begin

    begin(None, 2)
    yield
    ray.shutdown()


def by_key(records):
    return {record.key: record.timeless() for record in records}


def test_ray_plays_the_same_records(kit, tmp_path, suite):
    contestants = (
        *suite.contestants,
        Contestant("stub_world:Recalls", Protocol("k-trial", 1), trials=4),
        Contestant("stub_world:Recalls", Protocol("adapt", 1), trials=2, label="adapts"),
    )
    plan = prepare(replace(suite, contestants=contestants))
    alone = kit.play_into(tmp_path / "alone", plan)
    workers = RayWorkers(plan, 2, None)
    assert workers.count == 2
    over_ray = kit.play_into(tmp_path / "ray", plan, workers=workers)
    assert len(over_ray) == len(alone)
    assert by_key(over_ray) == by_key(alone)


def test_an_agent_that_hangs_or_dies_fails_its_episode(kit, tmp_path, suite):
    contestants = (
        Contestant("stub_world:Hangs", Protocol("pass@1", 3)),
        Contestant("stub_world:Dies", Protocol("pass@1", 3)),
    )
    plan = prepare(replace(suite, contestants=contestants, seeds=(0,), episode_seconds=3))
    records = kit.play_into(tmp_path, plan, workers=RayWorkers(plan, 2, None))
    assert len(records) == 14
    lost = {r.agent: r for r in records if r.error}
    assert {r.task_id for r in lost.values()} == {"task 3"}
    assert "had not ended after 3 seconds" in lost["stub_world:Hangs"].error
    assert "in act" in lost["stub_world:Hangs"].error
    assert "actor ended during the episode" in lost["stub_world:Dies"].error


def test_an_environment_that_raises_stops_the_run(kit, tmp_path, suite):
    bug = Contestant("stub_world:Breaks", Protocol("pass@1", 3), {"method": "bug"})
    plan = prepare(replace(suite, contestants=(bug,)))
    with pytest.raises(RuntimeError, match="the environment has a bug"):
        kit.play_into(tmp_path, plan, workers=RayWorkers(plan, 2, None))
