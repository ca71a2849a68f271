"""`run`, `bench` and `report`."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import gymnasium as gym
import typer
from rich.console import Console

from crossworld.benchmarks.folder import REPORT, RunFolder, clear
from crossworld.benchmarks.progress import follow
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.report import write_report
from crossworld.benchmarks.runner import facts, play, prepare
from crossworld.benchmarks.suite import Contestant, Suite, load_suite
from crossworld.benchmarks.table import summary_table
from crossworld.commands.location import data_folder


def run_suite(
    name: str,
    *,
    episodes: int | None,
    split: str | None,
    out: Path | None,
    data: Path | None,
    fresh: bool,
) -> None:
    """Play a suite into a folder, and report."""
    suite = load_suite(name)
    if episodes is not None:
        suite = replace(suite, episodes=episodes)
    if split is not None:
        suite = replace(suite, splits=(split,))
    out = out or Path("runs") / suite.name
    options = _options(data=data, episodes=episodes, split=split, out=out)
    _play(suite, out, data, fresh, ["bench", name, *options])


def run_agent(
    agent: str,
    env: str,
    *,
    split: str | None,
    episodes: int,
    seed: int,
    out: Path | None,
    data: Path | None,
    fresh: bool,
) -> None:
    """Play one agent into a folder, and report."""
    limit = gym.spec(env).max_episode_steps
    suite = Suite(
        name="run",
        title=f"{agent} on {env}",
        env=env,
        splits=() if split is None else (split,),
        contestants=(Contestant(agent, Protocol("pass@1", limit or DEFAULT_LIMIT)),),
        episodes=episodes,
        seeds=(seed,),
    )
    out = out or Path("runs") / f"{env.rpartition('/')[2]}-{agent.rpartition(':')[2]}"
    options = _options(
        env=env, agent=agent, split=split, data=data, episodes=episodes, seed=seed, out=out
    )
    _play(suite, out, data, fresh, ["run", *options])


DEFAULT_LIMIT = 50
"""Steps an episode, for an environment that is registered without a limit."""


def show_report(folder: Path) -> None:
    """Make the report of a run again, and show its table."""
    console = Console()
    run, rows = write_report(folder)
    console.print(summary_table(run.settings["title"], rows))
    _say(console, f"Report: {folder / REPORT}")


def _play(suite: Suite, out: Path, data: Path | None, fresh: bool, command: Sequence[str]) -> None:
    console = Console()
    plan = prepare(suite, data_folder(suite.env, data))
    if fresh:
        clear(out)
    with RunFolder(out, plan.settings(), facts(shlex.join(["crossworld", *command]))) as folder:
        _announce(console, len(folder.records), plan.total, out)
        earlier = tuple(folder.records)
        try:
            for _ in follow(play(plan, folder), earlier, plan.per_contestant, console):
                pass
        except KeyboardInterrupt:
            _say(
                console, f"Stopped after {len(folder.records)} episodes; the same command goes on."
            )
            raise typer.Exit(130) from None
    console.print()
    show_report(out)


def _announce(console: Console, done: int, total: int, out: Path) -> None:
    if done:
        _say(
            console,
            f"{out} holds {done} of {total} episodes already; they are kept (--fresh discards them).",
        )


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _options(**given: object) -> list[str]:
    return [
        part
        for name, value in given.items()
        if value is not None
        for part in (f"--{name}", str(value))
    ]
