"""`run`, `bench` and `report`."""

import json
import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import typer
from rich.console import Console

from crossworld.benchmarks.folder import REPORT, RunFolder, clear
from crossworld.benchmarks.plan import Plan, prepare
from crossworld.benchmarks.progress import follow
from crossworld.benchmarks.reports.compare import write_comparison
from crossworld.benchmarks.reports.report import write_report
from crossworld.benchmarks.reports.table import comparison_table, summary_table
from crossworld.benchmarks.runner import facts, play
from crossworld.benchmarks.suite import Suite, SuiteError, TaskSet, enter, load_suite
from crossworld.benchmarks.workers.base import Workers
from crossworld.benchmarks.workers.inline import InlineWorkers
from crossworld.benchmarks.workers.processes import ProcessWorkers
from crossworld.benchmarks.workers.ray_actors import RayWorkers
from crossworld.commands.location import data_folder, reads_data


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run is kept, and who plays it.

    Attributes:
        out: the folder; None for one under `runs/`.
        data: folder or pack of games, for environments that read some.
        fresh: discard a run that is in the folder.
        workers: processes; None for one per CPU that may be used, 0 for this very process. With
            Ray, actors; None for one per CPU of the cluster.
        ray: address of a Ray cluster, "" for one on this machine; None for processes.
    """

    out: Path | None = None
    data: Path | None = None
    fresh: bool = False
    workers: int | None = None
    ray: str | None = None

    def options(self) -> list[str]:
        """Return the options of a command that repeats the run."""
        return _options(data=self.data, out=self.out)


def run_suite(name: str, place: Place, *, episodes: int | None, split: str | None) -> None:
    """Play a suite into a folder, and report."""
    suite = load_suite(name)
    if episodes is not None:
        suite = _with_tasks(suite, episodes=episodes)
    if split is not None:
        suite = _with_tasks(suite, splits=(split,))
    place = replace(place, out=place.out or Path("runs") / suite.name)
    options = [*_options(episodes=episodes, split=split), *place.options()]
    _play(suite, place, ["bench", name, *options])


def run_agent(
    agent: str,
    env: str,
    place: Place,
    *,
    arguments: Sequence[str],
    protocol: str | None,
    trials: int | None,
    split: str | None,
    episodes: int,
    seed: int,
) -> None:
    """Play one agent into a folder, and report; with trials, its retry-only control as well.

    Raises:
        SuiteError: an argument or the protocol is none.
    """
    given = {
        "agent": agent,
        "protocol": protocol or f"pass@1/{gym.spec(env).max_episode_steps or DEFAULT_LIMIT}",
        "kwargs": dict(map(_argument, arguments)),
        **({} if trials is None else {"trials": trials}),
    }
    splits = () if split is None else (split,)
    suite = Suite(
        name="run",
        title=f"{agent} on {env}",
        task_sets=(TaskSet(env, splits, episodes=episodes),),
        contestants=enter("run", given),
        seeds=(seed,),
    )
    name = f"{env.rpartition('/')[2]}-{agent.rpartition(':')[2]}"
    place = replace(place, out=place.out or Path("runs") / name)
    options = _options(
        env=env,
        agent=agent,
        protocol=protocol,
        trials=trials,
        split=split,
        episodes=episodes,
        seed=seed,
    )
    named = [part for argument in arguments for part in ("--arg", argument)]
    _play(suite, place, ["run", *options, *named, *place.options()])


DEFAULT_LIMIT = 50
"""Steps an episode, for an environment that is registered without a limit."""


def show_report(folder: Path) -> None:
    """Make the report of a run again, and show its table."""
    console = Console()
    run, rows = write_report(folder)
    console.print(summary_table(run.settings["title"], rows))
    _say(console, f"Report: {folder / REPORT}")


def show_comparison(folder: Path, other: Path) -> None:
    """Compare two runs, task by task."""
    console = Console()
    found, page = write_comparison(folder, other)
    console.print(comparison_table(found))
    _say(console, f"Comparison: {page}")


def _play(suite: Suite, place: Place, command: Sequence[str]) -> None:
    console = Console()
    out = place.out or Path("runs") / suite.name
    plan = prepare(suite, _data(suite, place.data))
    for name, why in plan.left_out.items():
        _say(console, f"Left out: {name}. {why}")
    if place.fresh:
        clear(out)
    settings = plan.settings()
    with RunFolder(out, settings, facts(shlex.join(["crossworld", *command]))) as folder:
        earlier = tuple(folder.records)
        if earlier:
            kept = f"{out} holds {len(earlier)} episodes already; they are kept"
            _say(console, f"{kept} (--fresh discards them).")
        try:
            records = play(plan, folder, _workers(plan, place))
            for _ in follow(records, earlier, settings["agents"], console):
                pass
        except KeyboardInterrupt:
            _say(
                console, f"Stopped after {len(folder.records)} episodes; the same command goes on."
            )
            raise typer.Exit(130) from None
    console.print()
    show_report(out)


def _workers(plan: Plan, place: Place) -> Workers:
    if place.ray is not None:
        return RayWorkers(plan, place.workers, place.ray or None)
    count = len(os.sched_getaffinity(0)) if place.workers is None else place.workers
    return ProcessWorkers(plan, count) if count else InlineWorkers(plan)


def _with_tasks(suite: Suite, **changes: Any) -> Suite:
    return replace(suite, task_sets=tuple(replace(tasks, **changes) for tasks in suite.task_sets))


def _data(suite: Suite, given: Path | None) -> dict[str, str]:
    """Return where each environment finds its data; what is given goes to those that read any."""
    envs = list(dict.fromkeys(tasks.env for tasks in suite.task_sets))
    reading = [env for env in envs if reads_data(env)]
    found = {env: data_folder(env, given) for env in reading or envs}
    return {env: folder for env, folder in found.items() if folder is not None}


def _argument(text: str) -> tuple[str, Any]:
    """Read `name=value`; the value is JSON, or else taken as it stands."""
    name, mark, value = text.partition("=")
    if not mark or not name.isidentifier():
        raise SuiteError(f"--arg {text!r}: write NAME=VALUE, for example --arg model=scripted.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _options(**given: object) -> list[str]:
    return [
        part
        for name, value in given.items()
        if value is not None
        for part in (f"--{name}", str(value))
    ]
