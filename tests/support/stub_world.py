"""A tiny environment and agents for it, so that the runner can be tested without a world.

Worker processes import this file by its name, so agents are also reachable as `stub_world:Spy`.
"""

import json
import os
import signal
import time
from collections.abc import Mapping
from typing import Any

import gymnasium as gym
from gymnasium.error import DependencyNotInstalled

from crossworld.agents.base import Agent, Info, Observation
from crossworld.envs.core.errors import TaskNotFoundError
from crossworld.envs.core.task import TaskSpec, manifest_hash

NAME = "crossworld-tests/Stub-v0"
STUB = f"stub_world:{NAME}"
"""How an environment is called that whoever makes it must import first."""

TASKS = [
    TaskSpec(f"task {i}", f"type_{'ab'[i // 4]}", f"Room{i}", f"hash {i}", "few") for i in range(7)
]
LESSONS = [TaskSpec(f"lesson {i}", "type_a", "Room", f"hash {i}", "lessons") for i in range(5)]
SPLITS = {"few": TASKS, "lessons": LESSONS, "mixed": [*LESSONS, TASKS[3]]}


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
        if split not in SPLITS:
            raise TaskNotFoundError(f"split {split!r}: there is only 'few'.")
        return SPLITS[split][start : start + count]

    def task_count(self, split: str) -> int:
        return len(SPLITS[split])

    def vocabulary(self) -> tuple[str, ...]:
        return ("say", "now", "here")

    def manifest_hash(self, split: str) -> str:
        return manifest_hash(self.tasks(split), f"stub {self.data}")

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        everything = [*TASKS, *LESSONS]
        (self.task,) = (task for task in everything if task.task_id == options["task_id"])
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


class Hangs(Agent):
    """Never answers on some tasks: asleep, or busy."""

    reads = frozenset({"mission"})

    def __init__(self, task: str = "task 3", busy: bool = False) -> None:
        self.task, self.busy = task, busy

    def act(self, observation: Observation, info: Info) -> str:
        while self.task in observation["mission"]:
            if not self.busy:
                time.sleep(0.1)
        return "0"


class Dies(Agent):
    """Takes its process along on one task."""

    reads = frozenset({"mission"})

    def act(self, observation: Observation, info: Info) -> str:
        if "task 3" in observation["mission"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return "0"


class Recalls(Agent):
    """Says a digit that it has not said before, in all of its life; needs one step an episode."""

    reads = frozenset({"mission"})

    def __init__(self, pause: float = 0.0) -> None:
        self.said: list[str] = []
        self.pause = pause
        self.frozen = False

    def act(self, observation: Observation, info: Info) -> str:
        time.sleep(self.pause)
        digit = str(len(self.said) % 10)
        if not self.frozen:
            self.said.append(digit)
        return digit

    def save(self) -> bytes:
        return json.dumps(self.said).encode()

    def load(self, state: bytes) -> None:
        self.said = json.loads(state)

    def freeze(self) -> None:
        self.frozen = True


class NotHere(Agent):
    """Needs what is not installed."""

    reads = frozenset({"mission"})

    def __init__(self) -> None:
        raise DependencyNotInstalled("needs a library")


class Slow(Agent):
    """Takes its time, and says what its seed tells it to."""

    reads = frozenset({"mission"})

    def __init__(self, seed: int = 0, pause: float = 0.002) -> None:
        self.seed, self.pause = seed, pause

    def act(self, observation: Observation, info: Info) -> str:
        time.sleep(self.pause)
        self.seed = self.seed * 7 % 1000003
        return str(self.seed % 10)


gym.register(NAME, entry_point=StubEnv, max_episode_steps=5)
