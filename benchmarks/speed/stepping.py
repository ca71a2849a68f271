"""Steps per second, scalar and batched, beside the real ALFWorld on the same commands."""

import importlib.util
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
from rich.progress import track

from crossworld.benchmarks.speed.rows import Row
from crossworld.envs.household.corpus import GameFolder
from crossworld.envs.household.games import compiled

ENV_ID = "crossworld/ALFWorld-v0"
TEXT = ("text", "mission")
PEER_GAMES, PEER_STEPS, PEER_ROUNDS = 6, 25, 2
GAMES, STEPS, ROUNDS = 100, 50, 5
SLOTS = 64


@dataclass(frozen=True, slots=True)
class Script:
    """Commands to be played on a game."""

    folder: GameFolder
    commands: tuple[str, ...]


def stepping_rows(data: str, folders: list[GameFolder]) -> list[Row]:
    """Steps per second through `gym.make` and `gym.make_vec`, beside the real thing."""
    env = gym.make(ENV_ID, data=data, modalities=TEXT)
    envs = gym.make_vec(ENV_ID, num_envs=SLOTS, data=data, modalities=TEXT)
    sample = folders[:: max(1, len(folders) // GAMES)]
    scripts = [recorded(env, folder, seed) for seed, folder in enumerate(sample)]
    steps = sum(len(script.commands) for script in scripts)
    ours = steps / min(replay(env, scripts) for _ in range(ROUNDS))
    # A slot whose episode ended would begin another game, which is no step.
    lasting = [script for script in scripts if len(script.commands) == STEPS]
    rounds = [
        (replay(env, spread(lasting)), _replay_slots(envs, spread(lasting))) for _ in range(ROUNDS)
    ]
    scalar, vector = map(min, zip(*rounds, strict=True))
    rows = [
        Row("steps/s through gym.make, full info", f"{ours:,.0f}"),
        Row(
            f"steps/s of the native vector env, {SLOTS} slots",
            f"{SLOTS * STEPS / vector:,.0f}",
        ),
        Row(
            "its ratio to gym.make, same commands",
            f"{scalar / vector:.2f} x",
            "> 1 x",
            scalar > vector,
        ),
    ]
    if importlib.util.find_spec("alfworld") is None:
        advice = "alfworld is not installed: pip install 'crossworld[alfworld]'"
        return [*rows, Row("ratio to alfworld", advice, ">= 4,000 x", None)]
    chosen = lasting[:: max(1, len(lasting) // PEER_GAMES)][:PEER_GAMES]
    # The same few games again, right beside the peer: the ratio is of equal work. A game fills
    # caches of its texts as it is played; so both sides play games that were just loaded, and the
    # peer's best pass counts against our median one.
    theirs, reset = map(max, zip(*(_peer(chosen) for _ in range(PEER_ROUNDS)), strict=True))
    same = [Script(s.folder, s.commands[:PEER_STEPS]) for s in chosen]
    count = sum(len(script.commands) for script in same)
    ratio = count / _fresh(lambda: replay(env, same)) / theirs
    batched = SLOTS * PEER_STEPS / _fresh(lambda: _replay_slots(envs, spread(same))) / theirs
    return [
        *rows,
        Row("alfworld's steps/s", f"{theirs:.1f}"),
        Row("ratio to alfworld, same commands", f"{ratio:,.0f} x", ">= 4,000 x", ratio >= 4000),
        Row(
            f"ratio of the native vector env, {SLOTS} slots",
            f"{batched:,.0f} x",
            ">= 8,000 x",
            batched >= 8000,
        ),
        Row("alfworld's load + reset, median", f"{reset:,.0f} ms"),
    ]


def _fresh(play: Callable[[], float]) -> float:
    """Return the median time of playing games that were just loaded."""
    times = []
    for _ in range(ROUNDS * 3):
        compiled.cache_clear()
        times.append(play())
    return statistics.median(times)


def recorded(env: gym.Env[Any, Any], folder: GameFolder, seed: int) -> Script:
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


def replay(env: gym.Env[Any, Any], scripts: list[Script]) -> float:
    """Return the CPU seconds that the steps of these scripts take."""
    total = 0.0
    for script in scripts:
        env.reset(options={"task_id": script.folder.task_id})
        start = time.process_time()
        for command in script.commands:
            env.step(command)
        total += time.process_time() - start
    return total


def spread(scripts: list[Script], slots: int = SLOTS) -> list[Script]:
    """Return one script per slot, in turn."""
    return [scripts[slot % len(scripts)] for slot in range(slots)]


def _replay_slots(envs: gym.vector.VectorEnv[Any, Any, Any], scripts: list[Script]) -> float:
    """Return the CPU seconds that the steps of these scripts of one length take side by side."""
    envs.reset(options={"task_id": [script.folder.task_id for script in scripts]})
    start = time.process_time()
    for actions in zip(*(script.commands for script in scripts), strict=True):
        envs.step(actions)
    return time.process_time() - start


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
