"""Picking and placing: the tabletop on PyBullet and without it, beside panda-gym.

Every rate is in pick-and-place steps per CPU second: half of them stack a block on another one, the
others put it anywhere. panda-gym has no such step, so it gets a script that makes one of about 50 of its
steps, with an arm; then it draws two images of the same size.
"""

import contextlib
import io
import statistics
import time
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from crossworld.benchmarks.speed.rows import Row, cpu_time

ENV_ID = "crossworld/TabletopStack-v0"
BOTH = ("image", "image_side", "state", "text", "mission")
SLOTS, TASKS = 64, 64
STEPS = {"bullet": 600, "analytic": 3000}
RESETS = 400
TARGETS = {64: 400, 128: 180}
PEER_STEPS = 20

PHASES = ((0.10, 1, 8), (0.0, 1, 8), (0.0, -1, 3), (0.12, -1, 8), (0.12, -1, 10), (0.0, -1, 7), (0.0, 1, 3),
          (0.12, 1, 5))  # fmt: skip
"""The peer's script: height above the block or its goal in metres, gripper open (1) or closed, steps;
from the fifth phase on at the goal."""


def picking_rows() -> list[Row]:
    """Steps and resets of the tabletop, with their targets, and panda-gym's."""
    rows, rates = [], {}
    for size, target in TARGETS.items():
        rates[size] = _rate("bullet", BOTH, image_size=size)
        what = f"PyBullet, two cameras at {size}x{size}"
        rows.append(Row(what, f"{rates[size]:,.0f}", f">= {target}", rates[size] >= target))
    tiny = _rate("bullet", BOTH, image_size=128, renderer="tiny")
    rows.append(Row("the same with PyBullet's TinyRenderer at 128x128", f"{tiny:,.0f}"))
    rows.append(Row("PyBullet, state only", f"{_rate('bullet', ('state',)):,.0f}"))
    seen = _rate("analytic", BOTH, image_size=128)
    rows.append(Row("analytic, two cameras at 128x128", f"{seen:,.0f}", ">= 2,000", seen >= 2000))
    rows.append(Row("analytic, state only", f"{_rate('analytic', ('state',)):,.0f}"))
    blind = _batched(("state",))
    what = f"analytic, state only, native vector env, {SLOTS} slots"
    rows.append(Row(what, f"{blind:,.0f}", ">= 30,000", blind >= 30_000))
    reset = _reset() * 1e3
    what = "settled reset to a new table, two images at 128x128, median"
    rows.append(Row(what, f"{reset:.2f} ms", "<= 2 ms", reset <= 2))
    try:
        peers = {size: _peer(size) for size in TARGETS}
    except ModuleNotFoundError:
        return [*rows, Row("panda-gym", "not installed")]
    for size, (rate, lifted) in peers.items():
        rows.append(
            Row(
                f"panda-gym, two cameras at {size}x{size} ({lifted:.0%} reach the goal)",
                f"{rate:.1f}",
            )
        )
        times = rates[size] / rate
        rows.append(
            Row(
                f"ours is so many times as fast at {size}x{size}",
                f"{times:.0f} x",
                ">= 20 x",
                times >= 20,
            )
        )
    return rows


def _rate(physics: str, modalities: tuple[str, ...], **kwargs: Any) -> float:
    """Return the steps per second of one environment."""
    env = gym.make(
        ENV_ID, physics=physics, modalities=modalities, action_mode="pick_place",
        num_tasks=TASKS, disable_env_checker=True, **kwargs,
    )  # fmt: skip
    dice = np.random.default_rng(0)
    steps = STEPS[physics]
    total = 0.0
    env.reset(seed=0)
    for number in range(-20, steps):
        action = _action(env.unwrapped, dice)
        start = time.process_time()
        _, _, terminated, truncated, _ = env.step(action)
        total += (time.process_time() - start) * (number >= 0)
        if terminated or truncated:
            env.reset()
    return steps / total


def _batched(modalities: tuple[str, ...]) -> float:
    """Return the steps per second of all slots of the native vector environment."""
    envs: Any = gym.make_vec(
        ENV_ID, num_envs=SLOTS, physics="analytic", modalities=modalities, num_tasks=TASKS,
        action_mode="pick_place",
    )  # fmt: skip
    dice = np.random.default_rng(0)
    envs.reset(seed=0)
    times = []
    for _ in range(120):
        actions = np.stack([_action(envs.slot(slot), dice) for slot in range(SLOTS)])
        start = time.process_time()
        envs.step(actions)
        times.append(time.process_time() - start)
    # The first rounds lay tables for the first time.
    return SLOTS / statistics.mean(times[40:])


def _action(asked: Any, dice: np.random.Generator) -> NDArray[np.float32]:
    """Return a pick of a block, and a place on another one or anywhere."""
    boxes = {
        record["name"]: record["position"]
        for record in asked.scene_metadata()["objects"]
        if record["pickupable"]
    }
    bounds = asked.scene_metadata()["sceneBounds"]
    names = list(boxes)
    dice.shuffle(names)
    pick, other = (_unit(boxes[name], bounds) for name in names[:2])
    place = other if dice.random() < 0.5 else dice.uniform(-1, 1, 2)
    return np.array([*pick, 0, *place, 0], np.float32)


def _unit(point: dict[str, float], bounds: dict[str, Any]) -> tuple[float, float]:
    """Return a point of the metadata as an action has it."""
    middle, size = bounds["center"], bounds["size"]
    return (
        2 * (point["z"] - middle["z"]) / size["z"],
        -2 * (point["x"] - middle["x"]) / size["x"],
    )


def _reset() -> float:
    """Return the median CPU seconds of a reset to a table that was never laid."""
    env = gym.make(ENV_ID, modalities=BOTH)
    env.reset(seed=0)
    return statistics.median(cpu_time(partial(env.reset)) for _ in range(RESETS))


def _peer(size: int) -> tuple[float, float]:
    """Return panda-gym's scripted picks and places per second, and how many reach their goal."""
    with contextlib.redirect_stdout(io.StringIO()):
        env: Any = gym.make(
            "panda_gym:PandaPickAndPlace-v3", render_mode="rgb_array", renderer="Tiny"
        )
    env.reset(seed=0)
    total, reached = 0.0, 0
    for _ in range(PEER_STEPS):
        observation, _ = env.unwrapped.reset()
        start = time.process_time()
        missed = _scripted(env, observation)
        for yaw in (45, 135):
            env.unwrapped.sim.render(
                size, size, target_position=np.zeros(3), distance=0.9, yaw=yaw, pitch=-35
            )
        total += time.process_time() - start
        reached += missed < 0.05
    env.close()
    return PEER_STEPS / total, reached / PEER_STEPS


def _scripted(env: Any, observation: dict[str, Any]) -> float:
    """Let the arm pick its block and bring it to the goal; return how near it has come, metres.

    The goal is often in the air, where the block does not stay when it is let go.
    """
    goal = observation["desired_goal"]
    nearest = np.inf
    block = observation["achieved_goal"].copy()
    for phase, (above, gripper, steps) in enumerate(PHASES):
        target = (goal if phase >= 4 else block) + (0, 0, above)
        for _ in range(steps):
            offset = target - observation["observation"][:3]
            action = np.append(np.clip(offset * 10, -1, 1), gripper).astype(np.float32)
            observation, *_ = env.unwrapped.step(action)
            gap = observation["achieved_goal"] - goal
            nearest = min(nearest, float(np.sqrt((gap**2).sum())))
    return nearest
