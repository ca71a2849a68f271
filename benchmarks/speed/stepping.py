"""`make speed`: the household beside the real ALFWorld, in one run on this machine.

Rates on a shared machine are worth little; ratios within one run are what counts. Both sides play
the same commands on the same games; only `step` is timed. Times are CPU times of this process.
"""

import gc
import importlib.util
import os
import random
import resource
import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import gymnasium as gym
from rich.console import Console
from rich.progress import track
from rich.table import Table

import crossworld
from crossworld.envs.household import files
from crossworld.envs.household.alfworld import default_data
from crossworld.envs.household.corpus import GameFolder, open_corpus
from crossworld.envs.household.games import compiled

ENV_ID = "crossworld/ALFWorld-v0"
PEER_GAMES, PEER_STEPS = 6, 25
GAMES, STEPS, ROUNDS = 100, 50, 5
RESETS = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    measured: str
    target: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class Script:
    """Commands to be played on a game."""

    folder: GameFolder
    commands: tuple[str, ...]


def main(data: str | None = None) -> list[Row]:
    """Measure everything, print the table and return its rows."""
    console = Console()
    folder = data or default_data()
    corpus = open_corpus(folder)
    folders = [f for split in corpus.splits for f in corpus.folders(split)]
    console.print(f"crossworld {crossworld.__version__}, {len(folders)} games in {corpus.root}")
    rows = [*_loading(folders), *_stepping(folder, folders), *_resetting(folder)]
    table = Table("what", "measured", "target", "", title="household, text modalities, one core")
    for row in rows:
        verdict = {None: "", True: "[green]met[/]", False: "[red]not met[/]"}[row.met]
        table.add_row(row.what, row.measured, row.target, verdict)
    console.print(table)
    return rows


def _loading(folders: list[GameFolder]) -> list[Row]:
    """Time and memory of reading and compiling games from their files."""
    sample = folders[:: max(1, len(folders) // GAMES)]
    times = [_cpu(partial(files.load_game, folder.game_file)) for folder in sample]
    gc.collect()
    tracemalloc.start()
    games = [files.load_game(folder.game_file) for folder in sample]
    gc.collect()
    size = tracemalloc.get_traced_memory()[0] / len(games) / 1000
    tracemalloc.stop()
    median = statistics.median(times) * 1e3
    return [
        Row("load + compile a game, median", f"{median:.2f} ms", "<= 5 ms", median <= 5),
        Row("memory of a compiled game, mean", f"{size:.0f} kB", "<= 300 kB", size <= 300),
    ]


def _stepping(data: str, folders: list[GameFolder]) -> list[Row]:
    """Steps per second through `gym.make`, beside the real thing."""
    env = gym.make(ENV_ID, data=data)
    sample = folders[:: max(1, len(folders) // GAMES)]
    scripts = [_script(env, folder, seed) for seed, folder in enumerate(sample)]
    steps = sum(len(script.commands) for script in scripts)
    ours = steps / min(_replay(env, scripts) for _ in range(ROUNDS))
    rows = [Row("steps/s through gym.make, full info", f"{ours:,.0f}", "", None)]
    if importlib.util.find_spec("alfworld") is None:
        advice = "alfworld is not installed: pip install 'crossworld[alfworld]'"
        return [*rows, Row("ratio to alfworld", advice, ">= 4,000 x", None)]
    chosen = scripts[:: max(1, len(scripts) // PEER_GAMES)][:PEER_GAMES]
    theirs, reset = _peer(chosen)
    # The same few games again, right beside the peer: the ratio is of equal work.
    count = sum(len(script.commands[:PEER_STEPS]) for script in chosen)
    same = [Script(s.folder, s.commands[:PEER_STEPS]) for s in chosen]
    ratio = count / min(_replay(env, same) for _ in range(ROUNDS * 5)) / theirs
    return [
        *rows,
        Row("alfworld's steps/s", f"{theirs:.1f}", "", None),
        Row("ratio to alfworld, same commands", f"{ratio:,.0f} x", ">= 4,000 x", ratio >= 4000),
        Row("alfworld's load + reset, median", f"{reset:,.0f} ms", "", None),
    ]


def _resetting(data: str) -> list[Row]:
    """Resets of compiled games, and what very many of them do to memory."""
    env = gym.make(ENV_ID, data=data)
    corpus = open_corpus(data)
    ids = [f.task_id for split in corpus.splits for f in corpus.folders(split)]
    for task_id in ids:
        env.reset(options={"task_id": task_id})
    before = _resident()
    times = []
    for number in track(range(RESETS), description="resets", transient=True):
        options = {"task_id": ids[number % len(ids)]}
        times.append(_cpu(partial(env.reset, options=options)))
    grown = (_resident() - before) / 1000
    median = statistics.median(times) * 1e6
    kept = compiled.cache_info().maxsize
    return [
        Row("reset of a compiled game, median", f"{median:.0f} us", "<= 50 us", median <= 50),
        Row(
            f"growth over {RESETS:,} resets of {len(ids)} games",
            f"{grown:.1f} MB",
            "none (<= 5 MB)",
            grown <= 5,
        ),
        Row("compiled games kept at most", f"{kept}", "bounded", kept is not None),
    ]


def _script(env: gym.Env[Any, Any], folder: GameFolder, seed: int) -> Script:
    """Record random admissible play."""
    chooser = random.Random(seed)
    _, info = env.reset(options={"task_id": folder.task_id})
    commands = []
    for _ in range(STEPS):
        commands.append(chooser.choice(info["admissible_commands"]))
        _, _, terminated, truncated, info = env.step(commands[-1])
        if terminated or truncated:
            break
    return Script(folder, tuple(commands))


def _replay(env: gym.Env[Any, Any], scripts: list[Script]) -> float:
    """Return the CPU seconds that the steps of these scripts take."""
    total = 0.0
    for script in scripts:
        env.reset(options={"task_id": script.folder.task_id})
        start = time.process_time()
        for command in script.commands:
            env.step(command)
        total += time.process_time() - start
    return total


def _peer(scripts: list[Script]) -> tuple[float, float]:
    """Return alfworld's steps per CPU second, and its median load and reset in milliseconds."""
    from crossworld.benchmarks.peers import ALFWorldGame

    steps, total, resets = 0, 0.0, []
    for script in track(scripts, description="alfworld", transient=True):
        start = time.process_time()
        game = ALFWorldGame(script.folder.game_file)
        game.reset()
        resets.append(time.process_time() - start)
        start = time.process_time()
        for command in script.commands[:PEER_STEPS]:
            game.step(command)
            steps += 1
        total += time.process_time() - start
    return steps / total, statistics.median(resets) * 1e3


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _resident() -> float:
    """Return this process's resident memory in kB (its peak where /proc is missing)."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1000
    except OSError:
        return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
