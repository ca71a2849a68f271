"""What the benchmark's runner costs beside a plain loop.

The agent is free: it walks from receptacle to receptacle. Times are wall times, as several processes
take part; the ways take turns, each time with tasks that nobody has played before, because a game
that was played is kept compiled, and each in processes of its own, because rooms that were furnished
once are kept, too. Of each run the second half counts, as every process first loads what was compiled
for it, and of several rounds the best.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crossworld.agents.base import Agent, Info, Observation
from crossworld.benchmarks.folder import RunFolder
from crossworld.benchmarks.plan import Plan, prepare
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.runner import play
from crossworld.benchmarks.speed.rows import Row
from crossworld.benchmarks.suite import CLEAN, Contestant, Suite, TaskSet
from crossworld.benchmarks.workers.base import Workers
from crossworld.benchmarks.workers.inline import InlineWorkers
from crossworld.benchmarks.workers.processes import ProcessWorkers

LIMIT, ROUNDS = 50, 3
WORLDS: Mapping[str, tuple[Mapping[str, Any], int]] = {
    "image and text": ({}, 120),
    "text alone": ({"modalities": ["text", "mission"]}, 600),
}
"""What is played: arguments of the environment, and episodes a round."""

MOST_ADDED = 0.15
MOST_LOST = 1.05
"""Four workers against two: what is still called the same, as times of equal work vary."""

_RECEPTACLE = re.compile(r"\ba ([a-z]+ \d+)")


class Walker(Agent):
    """Walks from receptacle to receptacle, whatever the task."""

    reads = frozenset({"text"})

    def reset(self, observation: Observation, info: Info) -> None:
        """Read where there is something to go to."""
        self._places = cycle(_RECEPTACLE.findall(observation["text"]) or ["nowhere"])

    def act(self, observation: Observation, info: Info) -> str:
        """Go to the next one."""
        return f"go to {next(self._places)}"


def running_rows() -> list[Row]:
    """Return what the runner adds, and what more workers than cores cost."""
    return [row for world in WORLDS for row in _rows(world)]


def _rows(world: str) -> list[Row]:
    env_kwargs, episodes = WORLDS[world]
    ways: dict[str, Callable[[Plan], float]] = {
        "plain loop": lambda plan: _apart(_plain, plan),
        "in one process": lambda plan: _apart(_inline, plan),
        "one worker": lambda plan: _run(plan, ProcessWorkers(plan, 1)),
        "two workers": lambda plan: _run(plan, ProcessWorkers(plan, 2)),
        "four workers": lambda plan: _run(plan, ProcessWorkers(plan, 4)),
    }
    plan = prepare(_suite(env_kwargs, episodes * len(ways) * ROUNDS))
    parts = _parts(plan, episodes)
    rounds = [{name: way(next(parts)) for name, way in ways.items()} for _ in range(ROUNDS)]
    best = {name: min(times[name] for times in rounds) for name in ways}
    return [
        _against(world, best, "in one process", "plain loop", 1 + MOST_ADDED),
        _against(world, best, "one worker", "plain loop", 1 + MOST_ADDED),
        _against(world, best, "two workers", "plain loop"),
        _against(world, best, "four workers", "two workers", MOST_LOST),
    ]


def _parts(plan: Plan, episodes: int) -> Iterator[Plan]:
    """Yield plans of so many tasks each, which share none."""
    (stage,) = plan.stages
    for start in range(0, len(stage.tasks), episodes):
        part = replace(stage, tasks=stage.tasks[start : start + episodes])
        yield replace(plan, stages=(part,))


def _against(
    world: str, best: dict[str, float], name: str, other: str, limit: float | None = None
) -> Row:
    ratio = best[name] / best[other]
    return Row(
        f"{world}: {name} beside {other}, time",
        f"{ratio:.2f} x",
        "" if limit is None else f"<= {limit:.2f} x",
        None if limit is None else ratio <= limit,
    )


def _plain(plan: Plan) -> float:
    """Return the seconds of the second half of a loop over the episodes, with nothing around it."""
    (stage,), (entered,) = plan.stages, plan.suite.contestants
    agent = Walker()
    env = stage.make_env(entered.protocol, CLEAN, agent)
    ends: list[float] = []
    for task in stage.tasks:
        observation, info = env.reset(seed=0, options={"task_id": task.task_id})
        agent.reset(observation, info)
        over = False
        while not over:
            action = agent.act(observation, info)
            observation, _, terminated, truncated, info = env.step(action)
            over = terminated or truncated
        ends.append(time.perf_counter())
    env.close()
    return _second_half(ends)


def _apart(way: Callable[[Plan], float], plan: Plan) -> float:
    """Return what a way of playing returns in a new process."""
    with ProcessPoolExecutor(1, get_context("forkserver")) as pool:
        return pool.submit(way, plan).result()


def _inline(plan: Plan) -> float:
    return _run(plan, InlineWorkers(plan))


def _run(plan: Plan, workers: Workers) -> float:
    """Return the seconds of the second half of a run."""
    with TemporaryDirectory() as folder, RunFolder(Path(folder), plan.settings(), {}) as out:
        return _second_half([time.perf_counter() for _ in play(plan, out, workers)])


def _second_half(ends: list[float]) -> float:
    """Return the seconds of the second half of some episodes, given when each ended."""
    return ends[-1] - ends[len(ends) // 2 - 1]


def _suite(env_kwargs: Mapping[str, Any], episodes: int) -> Suite:
    tasks = TaskSet("crossworld/Household-v0", ("train",), env_kwargs, episodes=episodes)
    walker = Contestant(f"{__name__}:{Walker.__name__}", Protocol("pass@1", LIMIT))
    return Suite("speed", "speed", (tasks,), (walker,), transcripts=0)
