"""Training a small language model on demonstrations, on a processor, in minutes."""

import math
import time
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import asdict
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from crossworld.agents.text_lm.demonstrations import CHUNK, Demonstration, Demonstrator
from crossworld.agents.text_lm.errors import TextModelError
from crossworld.agents.text_lm.learner import Learner
from crossworld.agents.text_lm.model import load_model, new_model
from crossworld.agents.text_lm.settings import BATCH, Settings
from crossworld.envs.core.atomic import write_all_or_nothing
from crossworld.wrappers.chat.local import torch_and_transformers
from crossworld.wrappers.training import differing

STATE_FILE = "training-state.pt"
"""Weights and optimizer of a training that is under way; no name that transformers looks for."""

_SAVED_EVERY = 100
"""Steps between two states on disk."""

_RATE, _RATE_AGAIN = 6e-3, 2e-3
"""Learning rates from random weights and from trained ones.

After 4,000 demonstrations the loss was 0.31 at 6e-3, and 0.33 at twice as much (with two heads).
"""

_WARM, _LAST = 0.02, 0.02
"""Share of the steps in which the rate rises, and the share of it that is left at the end."""

Tick = Callable[[int, int, float], None]
"""Is told steps done, steps in all, and the loss."""


class Trained(NamedTuple):
    """What a training has made.

    Attributes:
        model: of transformers, with its weights as trained.
        tokens: how many were read, all together.
        seconds: of processor time that it took, playing included, all processes that worked on it.
    """

    model: Any
    tokens: int
    seconds: float


def train(
    settings: Settings,
    folder: Path,
    start: Path | None = None,
    tick: Tick = lambda done, total, loss: None,
) -> Trained:
    """Return a model that is trained on demonstrations.

    Its state is written into the folder every minute or so, from where the same call goes on: it ends
    with the weights of a training that was never stopped, bit for bit on the same kind of processor.

    Another process plays, which imports the main module: a script that calls this needs the guard
    `if __name__ == "__main__"`.

    Args:
        settings: what decides the weights.
        folder: for the state; is made if it is not there.
        start: folder of the model that training begins with, None for random weights.
        tick: is told of every step.

    Raises:
        TextModelError: the state in the folder is damaged or of a training with other settings, or
            `start` holds no model.
        OSError: the folder cannot be written to.
    """
    torch, _ = torch_and_transformers()
    model = new_model(settings.seed) if start is None else load_model(start)
    rate = _RATE if start is None else _RATE_AGAIN
    with Learner(model) as learner:
        done, tokens, seconds = _resumed(torch, folder / STATE_FILE, settings, learner)
        began = time.process_time()
        with closing(_batches(settings, done)) as batches:
            for step, (batch, playing) in zip(range(done, settings.steps), batches, strict=False):
                loss = learner.step(batch, rate * _share(step / settings.steps))
                tokens += sum(len(one.tokens) for one in batch)
                now = time.process_time()
                seconds, began = seconds + playing + now - began, now
                if (step + 1) % _SAVED_EVERY == 0 or step + 1 == settings.steps:
                    state = {
                        "settings": asdict(settings),
                        "step": step + 1,
                        "tokens": tokens,
                        "seconds": seconds,
                        "model": model.state_dict(),
                        "optimizers": [optimizer.state_dict() for optimizer in learner.optimizers],
                    }
                    _save(torch, folder / STATE_FILE, state)
                tick(step + 1, settings.steps, loss)
    return Trained(model.eval(), tokens, seconds)


def _batches(
    settings: Settings, done: int
) -> Generator[tuple[list[Demonstration], float], None, None]:
    """Yield the batches that follow the first `done` ones, and what playing took since the last one.

    Another process plays a chunk while this one learns from the one before.
    """
    first, place = divmod(done, CHUNK)
    last = (settings.steps - 1) // CHUNK
    with ProcessPoolExecutor(1, get_context("forkserver")) as pool:
        played = [pool.submit(_play, settings, first, CHUNK, BATCH)]
        for number in range(first, last + 1):
            batches, seconds = played.pop().result()
            if number < last:
                played.append(pool.submit(_play, settings, number + 1, CHUNK, BATCH))
            for batch in batches[place if number == first else 0 :]:
                yield batch, seconds
                seconds = 0.0


def _play(
    settings: Settings, number: int, count: int, size: int
) -> tuple[list[list[Demonstration]], float]:
    """Return the batches of a chunk, and the seconds of processor time that they took."""
    began = time.process_time()
    return _demonstrator(settings).batches(number, count, size), time.process_time() - began


@lru_cache(maxsize=1)
def _demonstrator(settings: Settings) -> Demonstrator:
    return Demonstrator(settings)


def _share(progress: float) -> float:
    """Return which share of the rate holds: it rises, then falls as a cosine."""
    falling = max(progress - _WARM, 0.0) / (1 - _WARM)
    low = _LAST + (1 - _LAST) * (1 + math.cos(math.pi * falling)) / 2
    return min((progress + 0.001) / _WARM, 1.0) * low


def _save(torch: Any, path: Path, state: dict[str, Any]) -> None:
    write_all_or_nothing(path, lambda draft: torch.save(state, draft))


def _resumed(torch: Any, path: Path, settings: Settings, learner: Any) -> tuple[int, int, float]:
    """Load a state, if there is one; return steps done, tokens read and seconds spent."""
    if not path.exists():
        return 0, 0, 0.0
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        found, done = state["settings"], int(state["step"])
        tokens, seconds = int(state["tokens"]), float(state["seconds"])
    except Exception as error:  # torch names no error of its own for a damaged file
        raise TextModelError(f"{path} is damaged ({error!r}); begin anew with --fresh.") from error
    if found != asdict(settings):
        raise TextModelError(f"{path}: {differing(found, settings)}")
    learner.load(state["model"])
    for optimizer, known in zip(learner.optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(known)
    return done, tokens, seconds
