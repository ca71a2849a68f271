"""Paired steps: image and text of one state, drawn on one core, beside PyBullet's TinyRenderer."""

import importlib.util
import os
import statistics
import subprocess
import sys
import time
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any

import gymnasium as gym
import numpy as np

from crossworld.benchmarks.speed.rows import Row, cpu_time
from crossworld.benchmarks.speed.stepping import ENV_ID, STEPS, Script, recorded, replay, spread
from crossworld.envs.core.raster import (
    Camera,
    MeshLibrary,
    box,
    instances,
    pose,
    render,
)
from crossworld.envs.household.corpus import GameFolder
from crossworld.envs.household.visual.scene import scene_of

PAIR = ("image", "text", "mission")
GAMES, SLOTS, ROUNDS = 40, 32, 3
TARGETS = {64: 1000, 128: 400}
BOXES, PEER_FRAMES = 280, 40

_COMPILE = "import time; from crossworld.envs.core.raster import warm_up; t = time.perf_counter(); \
warm_up(); print(time.perf_counter() - t)"


def seeing_rows(data: str, folders: list[GameFolder]) -> list[Row]:
    """Paired steps and resets per second, with their targets."""
    text = gym.make(ENV_ID, data=data, modalities=("text", "mission"))
    sample = folders[:: max(1, len(folders) // GAMES)]
    scripts = [recorded(text, folder, seed) for seed, folder in enumerate(sample)]
    rows = _compiling()
    for size, target in TARGETS.items():
        env = gym.make(ENV_ID, data=data, modalities=PAIR, image_size=size)
        rate = _median_rate(env, scripts)
        what = f"paired steps/s at {size}x{size}, median game, cache off"
        rows.append(Row(what, f"{rate:,.0f}", f">= {target:,}", rate >= target))
    cached = gym.make(ENV_ID, data=data, modalities=PAIR, image_size=64, frame_cache=4096)
    rate = _random_play(cached, [script.folder.task_id for script in scripts])
    rows.append(
        Row("the same at 64x64, cache on, random play", f"{rate:,.0f}", ">= 3,000", rate >= 3000)
    )
    rows += [_batched(data, size, scripts) for size in TARGETS]
    reset = _resets(data, sample) * 1e3
    what = "reset to a new compiled game with its first frame, 128x128, median"
    return [*rows, Row(what, f"{reset:.1f} ms", "<= 15 ms", reset <= 15), *_peers()]


def _compiling() -> list[Row]:
    """Return how long the renderer takes to compile, and to load once it is compiled."""
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        command = [sys.executable, "-c", _COMPILE]
        first, again = (
            float(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
            for _ in range(2)
        )
    return [
        Row("compiling the renderer, once per machine", f"{first:.1f} s"),
        Row("loading it compiled, once per process", f"{again:.2f} s"),
    ]


def _median_rate(env: gym.Env[Any, Any], scripts: list[Script]) -> float:
    """Return the steps per second on the median game; the first pass builds scenes."""
    rates = []
    for script in scripts:
        replay(env, [script])
        seconds = min(replay(env, [script]) for _ in range(ROUNDS))
        rates.append(len(script.commands) / seconds)
    return statistics.median(rates)


def _random_play(env: gym.Env[Any, Any], task_ids: list[str]) -> float:
    """Return the steps per second of random play, a few episodes of each task in a row."""
    chooser = np.random.default_rng(0)
    steps, total = 0, 0.0
    for task_id in task_ids:
        for _ in range(ROUNDS):
            _, info = env.reset(options={"task_id": task_id})
            over = False
            while not over:
                commands = info["admissible_commands"]
                command = commands[chooser.integers(len(commands))]
                start = time.process_time()
                _, _, terminated, truncated, info = env.step(command)
                total += time.process_time() - start
                steps += 1
                over = terminated or truncated
    return steps / total


def _batched(data: str, size: int, scripts: list[Script]) -> Row:
    """Return the steps per second of all slots of the native vector environment."""
    envs = gym.make_vec(ENV_ID, num_envs=SLOTS, data=data, modalities=PAIR, image_size=size)
    side_by_side = spread([s for s in scripts if len(s.commands) == STEPS], SLOTS)
    times = []
    for _ in range(ROUNDS):
        envs.reset(options={"task_id": [script.folder.task_id for script in side_by_side]})
        start = time.process_time()
        for actions in zip(*(script.commands for script in side_by_side), strict=True):
            envs.step(actions)
        times.append(time.process_time() - start)
    rate = SLOTS * STEPS / min(times)
    return Row(f"native vector env at {size}x{size}, {SLOTS} slots, steps/s", f"{rate:,.0f}")


def _resets(data: str, folders: list[GameFolder]) -> float:
    """Return the median CPU seconds of a reset to a game that is compiled and was never drawn."""
    env = gym.make(ENV_ID, data=data, modalities=PAIR)
    for folder in folders:
        env.reset(options={"task_id": folder.task_id})
    scene_of.cache_clear()
    return statistics.median(
        cpu_time(partial(env.reset, options={"task_id": folder.task_id})) for folder in folders
    )


def _peers() -> list[Row]:
    """Return frames per second of a room with many boxes, ours and TinyRenderer's."""
    dice = np.random.default_rng(0)
    places = dice.uniform((-3, 0, -3), (3, 2, 3), (BOXES, 3))
    rows = [Row(f"frames/s of {BOXES} boxes at {size}x{size}", f"{_ours(places, size):,.0f}")
            for size in TARGETS]  # fmt: skip
    if importlib.util.find_spec("pybullet") is None:
        return [*rows, Row("TinyRenderer", "pybullet is not installed")]
    return [
        *rows,
        *(
            Row(f"TinyRenderer's at {size}x{size}", f"{_tiny(places, size):,.0f}")
            for size in TARGETS
        ),
    ]


def _ours(places: Any, size: int) -> float:
    library = MeshLibrary([box(0.2)])
    scene = instances(len(places))
    scene["transform"] = [pose(place) for place in places]
    camera = Camera.look_at((0, 3, -5), (0, 0.5, 0), fov=60)
    seconds = min(
        cpu_time(partial(render, library, scene, camera, size)) for _ in range(PEER_FRAMES)
    )
    return 1 / seconds


def _tiny(places: Any, size: int) -> float:
    import pybullet

    client = pybullet.connect(pybullet.DIRECT)
    shape = pybullet.createVisualShape(
        pybullet.GEOM_BOX, halfExtents=(0.1,) * 3, physicsClientId=client
    )
    for x, y, z in places:
        pybullet.createMultiBody(
            baseVisualShapeIndex=shape, basePosition=(x, z, y), physicsClientId=client
        )
    view = pybullet.computeViewMatrix((0, -5, 3), (0, 0, 0.5), (0, 0, 1))
    projection = pybullet.computeProjectionMatrixFOV(60, 1, 0.05, 50)
    draw = partial(
        pybullet.getCameraImage, size, size, view, projection,
        renderer=pybullet.ER_TINY_RENDERER, physicsClientId=client,
    )  # fmt: skip
    seconds = min(cpu_time(draw) for _ in range(PEER_FRAMES))
    pybullet.disconnect(client)
    return 1 / seconds
