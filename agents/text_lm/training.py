"""Training a small language model on demonstrations, on a processor, in minutes."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crossworld.agents.text_lm.demonstrations import CHUNK, Demonstration, Demonstrator
from crossworld.agents.text_lm.errors import TextModelError
from crossworld.agents.text_lm.model import load_model, new_model
from crossworld.agents.text_lm.settings import Settings
from crossworld.agents.text_lm.tokenizer import PAD, vocabulary
from crossworld.envs.core.atomic import write_all_or_nothing
from crossworld.wrappers.chat.local import torch_and_transformers
from crossworld.wrappers.training import bfloat16

STATE_FILE = "training-state.pt"
"""Weights and optimizer of a training that is under way; no name that transformers looks for."""

_SAVED_EVERY = 100
"""Steps between two states on disk."""

_RATE, _RATE_AGAIN, _DECAY, _BETAS = 6e-3, 2e-3, 0.05, (0.9, 0.98)
"""Learning rates from random weights and from trained ones; weight decay of matrices; Adam's averages.

Of new demonstrations, 31 % of the commands were right after 200 steps at 2e-3, 53 % at 5e-3, 63 % at 1e-2, 54 % at
2e-2; after 400 steps, 74 % at 5e-3 and 72 % at 1e-2.
"""

_WARM, _LAST = 0.02, 0.02
"""Share of the steps in which the rate rises, and the share of it that is left at the end."""

_CLIP = 1.0
"""Largest norm of a gradient."""

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
    with the weights of a training that was never stopped, bit for bit with the same number of threads
    on the same kind of processor.

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
    optimizers = _optimizers(torch, model)
    done, tokens, earlier = _resumed(torch, folder / STATE_FILE, settings, model, optimizers)
    began = time.process_time()
    model.train()
    for step, batch in zip(range(done, settings.steps), _batches(settings, done), strict=False):
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * _share(step / settings.steps)
        read, learned = _padded(batch)
        loss = _loss(torch, model, torch.from_numpy(read), torch.from_numpy(learned))
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
        for optimizer in optimizers:
            optimizer.step()
        tokens += sum(len(one.tokens) for one in batch)
        if (step + 1) % _SAVED_EVERY == 0 or step + 1 == settings.steps:
            state = {
                "settings": asdict(settings),
                "step": step + 1,
                "tokens": tokens,
                "seconds": earlier + time.process_time() - began,
                "model": model.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in optimizers],
            }
            _save(torch, folder / STATE_FILE, state)
        tick(step + 1, settings.steps, loss.item())
    return Trained(model.eval(), tokens, earlier + time.process_time() - began)


def _batches(settings: Settings, done: int) -> Iterator[list[Demonstration]]:
    """Yield the batches that follow the first `done` ones, without end."""
    demonstrator = Demonstrator(settings)
    chunk, place = divmod(done, CHUNK)
    for number in count(chunk):
        yield from demonstrator.batches(number)[place if number == chunk else 0 :]


def _padded(batch: list[Demonstration]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return tokens (b, n), padded at their ends, and which of them are learned."""
    shape = len(batch), max(len(one.tokens) for one in batch)
    read = np.full(shape, vocabulary()[PAD], np.int64)
    learned = np.zeros(shape, np.bool_)
    for row, one in enumerate(batch):
        read[row, : len(one.tokens)] = one.tokens
        learned[row, : len(one.tokens)] = one.learned
    return read, learned


def _loss(torch: Any, model: Any, read: Any, learned: Any) -> Any:
    """Return the mean cross-entropy of the tokens that are learned.

    Padding stands at the ends, where nothing that counts sees it, so no mask is needed.
    """
    wanted = learned[:, 1:]
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16()):
        states = model.base_model(input_ids=read[:, :-1], use_cache=False).last_hidden_state
        logits = model.lm_head(states[wanted])
    return torch.nn.functional.cross_entropy(logits.float(), read[:, 1:][wanted])


def _optimizers(torch: Any, model: Any) -> list[Any]:
    """Return Muon for the matrices, and Adam for embeddings and scales.

    After 2,400 demonstrations the loss was 0.50 with Muon (Jordan et al. 2024), and 0.55 with Adam alone,
    which took as long within a twentieth. Its updates are scaled to the size of Adam's (Liu et al. 2025, arXiv 2502.16982), so that one rate
    serves both.
    """
    matrices: list[Any] = []
    others: list[Any] = []
    for name, weight in model.named_parameters():
        (others if weight.ndim < 2 or "embed" in name else matrices).append(weight)
    return [
        torch.optim.Muon(matrices, weight_decay=_DECAY, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, betas=_BETAS, weight_decay=0.0, fused=True),
    ]


def _share(progress: float) -> float:
    """Return which share of the rate holds: it rises, then falls as a cosine."""
    falling = max(progress - _WARM, 0.0) / (1 - _WARM)
    low = _LAST + (1 - _LAST) * (1 + math.cos(math.pi * falling)) / 2
    return min((progress + 0.001) / _WARM, 1.0) * low


def _save(torch: Any, path: Path, state: dict[str, Any]) -> None:
    write_all_or_nothing(path, lambda draft: torch.save(state, draft))


def _resumed(
    torch: Any, path: Path, settings: Settings, model: Any, optimizers: list[Any]
) -> tuple[int, int, float]:
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
    model.load_state_dict(state["model"])
    for optimizer, known in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(known)
    return done, tokens, seconds


def differing(found: dict[str, Any], settings: Settings) -> str:
    """Return in words how settings that were found differ from those asked for."""
    wanted = asdict(settings)
    names = [name for name in wanted if found.get(name) != wanted[name]]
    parts = [f"{name} {found.get(name)!r}, not {wanted[name]!r}" for name in names]
    return (
        f"a training with {' and '.join(parts)} is there already; give the same settings to go on,"
        " another folder, or --fresh to discard it."
    )
