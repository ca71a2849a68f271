"""What tests of the runner share: the stub's names, suites and runs."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from stub_world import STUB, TASKS, Breaks, Needy, Spy

from crossworld.agents.registry import AGENTS, AgentEntry
from crossworld.benchmarks.folder import RunFolder
from crossworld.benchmarks.plan import Plan, prepare
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.records import Record
from crossworld.benchmarks.runner import facts, play
from crossworld.benchmarks.suite import Contestant, Suite, TaskSet


def contestant(agent: str, limit: int = 5, **kwargs: Any) -> Contestant:
    return Contestant(agent, Protocol("pass@1", limit), kwargs)


def play_into(
    folder: Path, plan: Plan, at_most: int | None = None, workers: Any = None
) -> list[Record]:
    """Play a plan, or go on with it, and return what was played now."""
    with RunFolder(folder, plan.settings(), facts("crossworld bench stub")) as out:
        return list(islice(play(plan, out, workers), at_most))


@pytest.fixture(autouse=True)
def kit(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Name the stub's agents; give what the tests need of this file."""
    for name, kind in {"spy": Spy, "breaks": Breaks, "needy": Needy}.items():
        monkeypatch.setitem(AGENTS, name, AgentEntry(f"stub_world:{kind.__name__}", f"{name}!"))
    Spy.shown.clear()
    yield SimpleNamespace(
        env=STUB, tasks=TASKS, shown=Spy.shown, contestant=contestant, play_into=play_into
    )


@pytest.fixture
def suite() -> Suite:
    return Suite(
        name="stub",
        title="A <stub> & more",
        task_sets=(TaskSet(STUB, ("none", "few")),),
        contestants=(contestant("random"), contestant("planner", limit=3)),
        seeds=(0, 1),
    )


@pytest.fixture
def solo(suite: Suite) -> Any:
    """Make the suite with one contestant, one seed and as many episodes as asked for."""

    def make(agent: str, episodes: int = 2, **kwargs: Any) -> Plan:
        entered = (contestant(agent, **kwargs),)
        sets = (replace(suite.task_sets[0], episodes=episodes),)
        return prepare(replace(suite, contestants=entered, seeds=(0,), task_sets=sets))

    return make


@pytest.fixture
def played(tmp_path: Path, suite: Suite) -> Path:
    """The folder of a finished run."""
    play_into(tmp_path / "run", prepare(suite))
    return tmp_path / "run"
