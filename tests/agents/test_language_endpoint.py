"""Runs whose agents ask an endpoint: what is kept of them, and what stops them."""

import json
import threading

import pytest
from chat_server import KEY, Server, counts, fails, says

from crossworld.benchmarks.folder import RunFolder, read_run
from crossworld.benchmarks.plan import prepare
from crossworld.benchmarks.reports.report import write_report
from crossworld.benchmarks.runner import facts, play
from crossworld.benchmarks.suite import CLEAN, Suite, TaskSet, enter
from crossworld.wrappers.chat.base import BudgetExceededError

pytest.importorskip("openai")

STEPS = 3


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    made = Server()
    with made.http:
        thread = threading.Thread(target=made.http.serve_forever, daemon=True)
        thread.start()
        yield made
        made.http.shutdown()
        thread.join()


def plan_of(server, episodes=2, **model_kwargs):
    kwargs = {
        "model": "openai:small",
        "model_kwargs": {"base_url": server.url, "retries": 0, **model_kwargs},
    }
    entered = enter("t", {"agent": "act", "protocol": f"pass@1/{STEPS}", "kwargs": kwargs})
    tasks = TaskSet(
        "crossworld/Household-v0",
        ("valid_unseen",),
        {"modalities": ["text", "mission"]},
        episodes=episodes,
    )
    assert entered[0].noise == (CLEAN,)
    return prepare(Suite("s", "s", (tasks,), entered))


def run(plan, folder):
    with RunFolder(folder, plan.settings(), facts("x")) as out:
        return list(play(plan, out))


def test_tokens_latency_and_cost_are_on_record(server, tmp_path):
    server.replies = [says("look", usage=counts(100, 2))]
    records = run(plan_of(server, prices=[1.0, 10.0]), tmp_path)
    for record in records:
        assert (record.model_calls, record.steps) == (STEPS, STEPS)
        assert (record.prompt_tokens, record.completion_tokens) == (100 * STEPS, 2 * STEPS)
        assert record.cost == pytest.approx(STEPS * (100 * 1.0 + 2 * 10.0) / 1e6)
        assert record.latency > 0
        assert len(record.prompt_hash) == 16
    assert {request["model"] for request in server.seen} == {"small"}


def test_the_key_is_nowhere_in_what_a_run_leaves(server, tmp_path):
    server.replies = [
        says(f"look, your key is {KEY}", usage=counts(100, 2)),
        fails(400, f"bad request with Bearer {KEY}"),
        says("look", usage=counts(100, 2)),
    ]
    cache = tmp_path / "answers.sqlite"
    records = run(plan_of(server, cache=str(cache)), tmp_path / "run")
    assert any("bad request" in record.error for record in records)
    write_report(tmp_path / "run")
    assert {KEY in (key or "") for key in server.keys} == {True}
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {"episodes.jsonl", "report.html", cache.name}
    assert not [path for path in written if KEY.encode() in path.read_bytes()]


def test_an_agent_whose_endpoint_fails_loses_its_episode_only(server, tmp_path):
    server.replies = [fails(400, "no such thing"), says("look", usage=counts(100, 2))]
    first, second = run(plan_of(server), tmp_path)
    assert "ChatUnavailableError" in first.error
    assert "no such thing" in first.error
    assert (second.error, second.steps) == ("", STEPS)


def test_a_spent_budget_stops_the_run_and_fails_nothing(server, tmp_path):
    server.replies = [says("look", usage=counts(100, 2))]
    with pytest.raises(BudgetExceededError):
        run(plan_of(server, episodes=5, max_tokens_total=700), tmp_path)
    kept = read_run(tmp_path).records
    assert 0 < len(kept) < 5
    assert not any(record.error for record in kept)


def test_cached_answers_cost_nothing(server, tmp_path):
    server.replies = [says("look", usage=counts(100, 2))]
    plan = plan_of(server, cache=str(tmp_path / "answers.sqlite"), prices=[1.0, 1.0])
    first = run(plan, tmp_path / "a")
    asked = len(server.seen)
    again = run(plan, tmp_path / "b")
    assert len(server.seen) == asked
    assert sum(record.cost for record in again) == 0 < sum(record.cost for record in first)
    assert [r.timeless() for r in again] == [r.timeless() for r in first]
    assert json.loads((tmp_path / "b" / "run.json").read_text())["settings"]
