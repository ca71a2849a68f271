"""Playing a suite: every contestant, every seed, every episode, in order, in one process."""

import hashlib
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from typing import Any

import gymnasium as gym

import crossworld.agents
from crossworld.agents.registry import entry
from crossworld.benchmarks.episode import play_episode
from crossworld.benchmarks.folder import RunFolder
from crossworld.benchmarks.records import Key, Record, Transcript, versions
from crossworld.benchmarks.suite import Contestant, Suite, SuiteError
from crossworld.envs.core.errors import CrossworldError, TaskNotFoundError
from crossworld.envs.core.task import TaskSpec

PAGE = 1000
"""Tasks asked for at a time."""

ON_DEMAND = 100
"""Episodes where tasks are made on demand, so that there is no last one, and no number is given."""

TRANSCRIPTS = 6
"""Episodes per contestant that are kept word by word."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A suite with its tasks: all that is to be played, and nothing played yet.

    Attributes:
        suite: the suite.
        split: the split that is played.
        tasks: the tasks, in the order of their episodes; one may come several times.
        manifest_hash: the environment's hash of what the split consists of.
        data: where the environment reads its tasks, if it reads any. Not a setting: the manifest's
            hash says what was read.
    """

    suite: Suite
    split: str
    tasks: tuple[TaskSpec, ...]
    manifest_hash: str
    data: Mapping[str, Any]

    @property
    def total(self) -> int:
        """The number of episodes, over all contestants."""
        return len(self.suite.contestants) * self.per_contestant

    @property
    def per_contestant(self) -> int:
        """The number of episodes of one contestant, over all seeds."""
        return len(self.suite.seeds) * len(self.tasks)

    def settings(self) -> dict[str, Any]:
        """Return everything that the results depend on, as JSON-able values."""
        return {
            "suite": self.suite.name,
            "title": self.suite.title,
            "env": self.suite.env,
            "env_kwargs": dict(self.suite.env_kwargs),
            "split": self.split,
            "episodes": len(self.tasks),
            "seeds": list(self.suite.seeds),
            "agents": [_describe(contestant) for contestant in self.suite.contestants],
            "manifest_hash": self.manifest_hash,
            "versions": versions(),
        }

    def make_env(self, contestant: Contestant, **kwargs: Any) -> gym.Env[Any, Any]:
        """Make the environment for a contestant."""
        # The checker is for the contract tests; here it would only cost time.
        return gym.make(
            self.suite.env,
            max_episode_steps=contestant.protocol.limit,
            disable_env_checker=True,
            **{**self.suite.env_kwargs, **self.data, "split": self.split, **kwargs},
        )


def prepare(suite: Suite, data: str | None = None) -> Plan:
    """Find out what a suite's tasks are.

    Args:
        suite: the suite.
        data: the environment's `data=`, if it takes one.

    Raises:
        SuiteError: the environment does not take its arguments, or lists no tasks.
        TaskNotFoundError: the data has none of the suite's splits.
    """
    place = {} if data is None else {"data": data}
    with _opened(suite, {**suite.env_kwargs, **place}) as env:
        split = _first_split(env, suite.splits)
        tasks = tuple(_tasks(env, split, suite))
        digest = str(env.get_wrapper_attr("manifest_hash")(split))
    return Plan(suite, split, tasks, digest, place)


def play(plan: Plan, folder: RunFolder) -> Iterator[Record]:
    """Play what the folder does not hold yet; yields each record once it is on disk."""
    done = {record.key for record in folder.records}
    for contestant in plan.suite.contestants:
        missing = [key for key in _keys(plan, contestant) if key not in done]
        if missing:
            agent = crossworld.agents.make(contestant.agent, **contestant.kwargs)
            with plan.make_env(contestant, **agent.env_kwargs) as env:
                for key in missing:
                    record, transcript = _play_one(plan, contestant, key, env)
                    folder.append(record, transcript)
                    yield record


def facts(command: str) -> dict[str, str]:
    """Return what is good to know about a run beside its settings.

    Args:
        command: the command that repeats the run.
    """
    return {
        "command": command,
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
    }


def episode_seed(purpose: str, seed: int, task_id: str, episode: int) -> int:
    """Return a seed that depends on nothing but its arguments, so not on what was played before."""
    text = f"{purpose} {seed} {episode} {task_id}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def _play_one(
    plan: Plan, contestant: Contestant, key: Key, env: gym.Env[Any, Any]
) -> tuple[Record, Transcript | None]:
    _, seed, number = key
    task = plan.tasks[number]
    outcome = play_episode(
        env,
        build=partial(
            crossworld.agents.make,
            contestant.agent,
            **{"seed": episode_seed("agent", seed, task.task_id, number), **contestant.kwargs},
        ),
        seed=episode_seed("env", seed, task.task_id, number),
        options={"task_id": task.task_id},
        max_invalid=contestant.protocol.max_invalid,
    )
    record = Record(
        env=plan.suite.env,
        agent=contestant.name,
        task_id=task.task_id,
        task_type=task.task_type,
        split=plan.split,
        scene=task.scene,
        seed=seed,
        episode=number,
        protocol=str(contestant.protocol),
        success=outcome.success,
        goal_conditions=outcome.goal_conditions,
        steps=outcome.steps,
        return_=outcome.return_,
        invalid_actions=outcome.invalid_actions,
        seconds=round(outcome.seconds, 6),
        error=outcome.error,
        versions=versions(),
        manifest_hash=plan.manifest_hash,
    )
    if seed != plan.suite.seeds[0] or number not in _transcribed(plan.tasks):
        return record, None
    return record, Transcript(
        agent=contestant.name,
        seed=seed,
        episode=number,
        task_id=task.task_id,
        mission=outcome.mission,
        opening=outcome.opening,
        turns=outcome.turns,
    )


def _transcribed(tasks: Sequence[TaskSpec]) -> frozenset[int]:
    """Return the episodes to be kept word by word: the first of each of a few task types."""
    first = {task.task_type: number for number, task in reversed(list(enumerate(tasks)))}
    return frozenset(sorted(first.values())[:TRANSCRIPTS])


def _keys(plan: Plan, contestant: Contestant) -> list[Key]:
    numbers = range(len(plan.tasks))
    return [(contestant.name, seed, number) for seed in plan.suite.seeds for number in numbers]


def _describe(contestant: Contestant) -> dict[str, Any]:
    agent = crossworld.agents.make(contestant.agent, **contestant.kwargs)
    about = entry(contestant.agent)
    return {
        "name": contestant.name,
        "agent": contestant.agent,
        "kwargs": dict(contestant.kwargs),
        "protocol": str(contestant.protocol),
        "reads": sorted(agent.reads),
        "privileged": agent.privileged,
        "role": about.role,
        "description": about.description,
    }


def _first_split(env: gym.Env[Any, Any], splits: Sequence[str]) -> str:
    """Return the first split that there is; if none, the first of all: the environment objects."""
    if not splits:
        return str(env.get_wrapper_attr("split"))
    return next((split for split in splits if _has(env, split)), splits[0])


def _has(env: gym.Env[Any, Any], split: str) -> bool:
    try:
        env.get_wrapper_attr("tasks")(split, 0, 1)
    except TaskNotFoundError:
        return False
    return True


def _opened(suite: Suite, kwargs: Mapping[str, Any]) -> gym.Env[Any, Any]:
    """Make the environment of a suite, and see that tasks can be asked of it."""
    try:
        env = gym.make(suite.env, disable_env_checker=True, **kwargs)
    except CrossworldError:
        raise
    except (TypeError, ValueError) as error:
        raise SuiteError(
            f"suite {suite.name!r}: {suite.env} cannot be made with {dict(kwargs)}: {error}"
        ) from error
    if not hasattr(env.unwrapped, "tasks"):
        raise SuiteError(
            f"suite {suite.name!r}: {suite.env} lists no tasks; 'crossworld list' shows those that do."
        )
    return env


def _tasks(env: gym.Env[Any, Any], split: str, suite: Suite) -> Iterator[TaskSpec]:
    """Yield as many tasks as there are episodes, or else all of the split."""
    size = env.get_wrapper_attr("task_count")(split)
    if size is None:
        yield from _pages(env, split, suite.episodes or ON_DEMAND)
        return
    # Evenly spaced, so that a part of a sorted split still holds every kind of task.
    count = suite.episodes or size
    everything = list(_pages(env, split, size))
    yield from (everything[i * size // count] for i in range(count))


def _pages(env: gym.Env[Any, Any], split: str, count: int) -> Iterator[TaskSpec]:
    """Yield the first tasks of a split."""
    for start in range(0, count, PAGE):
        yield from env.get_wrapper_attr("tasks")(split, start, min(PAGE, count - start))
