"""A tiny environment and agents for it, so that the runner can be tested without a world."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gymnasium as gym
import pytest

from crossworld.agents.base import Agent, Info, Observation
from crossworld.agents.registry import AGENTS, AgentEntry
from crossworld.benchmarks.folder import RunFolder
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.records import Record
from crossworld.benchmarks.runner import Plan, facts, play, prepare
from crossworld.benchmarks.suite import Contestant, Suite
from crossworld.envs.core.errors import TaskNotFoundError
from crossworld.envs.core.task import TaskSpec, manifest_hash

STUB = "crossworld-tests/Stub-v0"
TASKS = [
    TaskSpec(f"task {i}", f"type_{'ab'[i // 4]}", f"Room{i}", f"hash {i}", "few") for i in range(7)
]


class StubEnv(gym.Env[dict[str, Any], Any]):
    """Say the number of the task to win."""

    observation_space = gym.spaces.Dict(
        {"text": gym.spaces.Text(99), "mission": gym.spaces.Text(99)}
    )
    action_space = gym.spaces.Text(9, min_length=0)

    def __init__(self, split: str = "few", expert: str | None = None, data: str = "") -> None:
        self.split = split
        self.expert = expert
        self.data = data

    def tasks(self, split: str, start: int = 0, count: int = 1000) -> list[TaskSpec]:
        if split != "few":
            raise TaskNotFoundError(f"split {split!r}: there is only 'few'.")
        return TASKS[start : start + count]

    def task_count(self, split: str) -> int:
        return len(TASKS)

    def manifest_hash(self, split: str) -> str:
        return manifest_hash(self.tasks(split), f"stub {self.data}")

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        (self.task,) = (task for task in TASKS if task.task_id == options["task_id"])
        self.secret = self.task.task_id[-1]
        return self._observation("Say it <now> & here."), self._info("")

    def step(self, action: Any) -> Any:
        if action == "bug":
            raise RuntimeError("the environment has a bug")
        action.strip()
        success = action == self.secret
        return (
            self._observation(f"You say {action}."),
            float(success),
            success,
            False,
            self._info(action),
        )

    def _observation(self, text: str) -> dict[str, Any]:
        return {"text": text, "mission": f"guess <{self.task.task_id}>"}

    def _info(self, action: str) -> dict[str, Any]:
        return {
            "task_id": self.task.task_id,
            "task_type": self.task.task_type,
            "split": "few",
            "success": action == self.secret,
            "goal_conditions": float(action == self.secret),
            "action_valid": action.isdigit(),
            "feedback": "",
            "admissible_commands": list("0123456789"),
            "expert_action": self.secret if self.expert else "",
        }


class Spy(Agent):
    """Notes all it is shown."""

    reads = frozenset({"mission", "success"})
    shown: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = []

    def reset(self, observation: Observation, info: Info) -> None:
        self.shown.append(("reset", observation, info))

    def act(self, observation: Observation, info: Info) -> str:
        self.shown.append(("act", observation, info))
        return "x"

    def observe(self, observation, reward, terminated, truncated, info) -> None:
        self.shown.append(("observe", observation, info))


class Breaks(Agent):
    """Raises on some tasks, in the method that it is told."""

    reads = frozenset({"mission"})

    def __init__(self, method: str = "act") -> None:
        if method == "__init__":
            raise RuntimeError("no agent today")
        self.method = method

    def _maybe(self, method: str) -> None:
        if method == self.method:
            raise RuntimeError(f"broken <{method}>")

    def reset(self, observation: Observation, info: Info) -> None:
        self._maybe("reset")

    def act(self, observation: Observation, info: Info) -> Any:
        self._maybe("act")
        return {"none": None, "bug": "bug"}.get(self.method, "0")

    def observe(self, observation, reward, terminated, truncated, info) -> None:
        self._maybe("observe")


class Needy(Agent):
    """Reads what the stub does not show."""

    reads = frozenset({"image"})

    def act(self, observation: Observation, info: Info) -> str:
        return "0"


def contestant(agent: str, limit: int = 5, **kwargs: Any) -> Contestant:
    return Contestant(agent, Protocol("pass@1", limit), kwargs)


def play_into(folder: Path, plan: Plan, at_most: int | None = None) -> list[Record]:
    """Play a plan, or go on with it, and return what was played now."""
    with RunFolder(folder, plan.settings(), facts("crossworld bench stub")) as out:
        return list(islice(play(plan, out), at_most))


@pytest.fixture(autouse=True)
def kit(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Register the stub and its agents; give what the tests need of this file."""
    gym.register(STUB, entry_point=StubEnv, max_episode_steps=5)
    for name, kind in {"spy": Spy, "breaks": Breaks, "needy": Needy}.items():
        monkeypatch.setitem(AGENTS, name, AgentEntry(f"{__name__}:{kind.__name__}", f"{name}!"))
    Spy.shown.clear()
    yield SimpleNamespace(
        env=STUB, tasks=TASKS, shown=Spy.shown, contestant=contestant, play_into=play_into
    )
    del gym.registry[STUB]


@pytest.fixture
def suite() -> Suite:
    return Suite(
        name="stub",
        title="A <stub> & more",
        env=STUB,
        splits=("none", "few"),
        contestants=(contestant("random"), contestant("planner", limit=3)),
        seeds=(0, 1),
    )


@pytest.fixture
def solo(suite: Suite) -> Any:
    """Make the suite with one contestant, one seed and as many episodes as asked for."""

    def make(agent: str, episodes: int = 2, **kwargs: Any) -> Plan:
        entered = (contestant(agent, **kwargs),)
        return prepare(replace(suite, contestants=entered, seeds=(0,), episodes=episodes))

    return make


@pytest.fixture
def played(tmp_path: Path, suite: Suite) -> Path:
    """The folder of a finished run."""
    play_into(tmp_path / "run", prepare(suite))
    return tmp_path / "run"
