"""What wrappers cost: the time they add to a step, and captions a second.

The time below a wrapper is taken off, so that what is measured is its own; of several rounds the best
counts, as another process can only make it longer.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import gymnasium as gym
import numpy as np

from crossworld.benchmarks.speed.rows import Row
from crossworld.wrappers import ImageCropNoise, PromptObservation, TextTokenNoise, TokenizeText

ENV_ID = "crossworld/Household-v0"
EPISODES, STEPS, ROUNDS = 8, 40, 7
LIMIT, TOKENS_LIMIT = 60.0, 10.0
BATCH, CAPTIONS = 32, 200


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A wrapper that is timed.

    Attributes:
        what: how the row calls it.
        wrap: puts it around an environment.
        limit: most microseconds that it may add to a step.
    """

    what: str
    wrap: Callable[[gym.Env[Any, Any]], gym.Env[Any, Any]]
    limit: float = LIMIT


WRAPPED = (
    Wrapped("ImageCropNoise", lambda env: ImageCropNoise(env, 0.2)),
    Wrapped("TextTokenNoise", lambda env: TextTokenNoise(env, 0.2)),
    Wrapped("PromptObservation, 5 turns", PromptObservation),
    Wrapped("TokenizeText, text and mission", TokenizeText, TOKENS_LIMIT),
)


class _Clock(gym.Wrapper[Any, Any, Any, Any]):
    """Counts the seconds that are spent below it."""

    seconds = 0.0

    def step(self, action: Any) -> Any:
        start = time.perf_counter()
        result = self.env.step(action)
        self.seconds += time.perf_counter() - start
        return result


def wrapping_rows() -> list[Row]:
    """Return what each wrapper adds to a step at 128 x 128, with its target."""
    scripts = _scripts()
    rows = []
    for one in WRAPPED:
        # A new wrapper each time: what it keeps of texts is part of its cost.
        added = min(_added(one, scripts) for _ in range(ROUNDS)) * 1e6
        rows.append(
            Row(
                f"{one.what} adds to a step",
                f"{added:.0f} us",
                f"<= {one.limit:.0f} us",
                added <= one.limit,
            )
        )
    return [*rows, *_captioning()]


def _added(one: Wrapped, scripts: list[tuple[str, list[str]]]) -> float:
    """Return the seconds a step that a wrapper takes, the environment below it left out."""
    clock = _Clock(gym.make(ENV_ID, disable_env_checker=True))
    env = one.wrap(clock)
    env.reset(seed=0)
    env.step("look")
    clock.seconds = total = 0.0
    for task_id, commands in scripts:
        env.reset(options={"task_id": task_id})
        start = time.perf_counter()
        for command in commands:
            env.step(command)
        total += time.perf_counter() - start
    return (total - clock.seconds) / (EPISODES * STEPS)


def _scripts() -> list[tuple[str, list[str]]]:
    """Return tasks with commands that are possible in turn."""
    env = gym.make(ENV_ID, modalities=("text",), max_episode_steps=None)
    dice = np.random.default_rng(0)
    scripts = []
    for episode in range(EPISODES):
        _, info = env.reset(options={"task_id": f"train/{episode}"})
        commands = []
        for _ in range(STEPS):
            commands.append(str(dice.choice(info["admissible_commands"])))
            info = env.step(commands[-1])[4]
        scripts.append((f"train/{episode}", commands))
    return scripts


def _captioning() -> list[Row]:
    """Return how many images a small CLIP captions a second, where open_clip is installed."""
    what = f"ClipCaptioner, small configuration, batches of {BATCH}"
    if find_spec("open_clip") is None:
        return [Row(what, "open_clip is not installed")]
    from crossworld.benchmarks.speed.captioning import captions_per_second

    rate = captions_per_second(BATCH)
    return [Row(what, f"{rate:,.0f} images/s", f">= {CAPTIONS}", rate >= CAPTIONS)]
