"""Training a small CLIP from scratch, on a processor, in minutes."""

import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.atomic import write_all_or_nothing
from crossworld.wrappers.captioners.base import CaptionerError
from crossworld.wrappers.captioners.clip.architecture import (
    encoded_images,
    encoded_texts,
    new_model,
    new_preprocess,
    new_tokenizer,
    prepared,
)
from crossworld.wrappers.captioners.clip.libraries import torch_and_open_clip
from crossworld.wrappers.captioners.clip.pairs import Pairs
from crossworld.wrappers.training import bfloat16, differing

STATE_FILE = "training-state.pt"
"""Weights and optimizer of a training that is under way; no name that open_clip looks for."""

IMAGES_A_MINUTE = 22_000
"""Images that are shown in what is called a minute: what two cores of a processor with bfloat16
instructions do. A number of images and no clock ends a training, so that a seed decides the weights."""

SHOWINGS = 16
"""How often an image is shown at most: of few pairs, no more is to be learned by then."""

DRAWS = 6
"""Statements that are drawn of an image each time it is shown. Images are what costs time."""

BATCH = 32
_SAVED_EVERY = 250
"""Steps between two states on disk."""

_RATE, _DECAY, _BETAS = 1e-3, 0.05, (0.9, 0.98)
_WARM, _LAST = 0.1, 0.02
"""Share of the steps in which the rate rises, and the share of it that is left at the end."""

_EVENNESS = 0.4
"""Statements are drawn by their frequency to the power of minus this. At 0 those that are nearly always
true, and so teach nothing, are drawn most; at 1 rare ones are, and common ones are not learned."""

_SHIFT = 6
"""Images are shifted by up to so many pixels."""

_STEEPEST = math.log(100)
"""Bound of the logit scale (Radford et al. 2021, arXiv 2103.00020, sec. 2.5)."""

Tick = Callable[[int, int, float], None]
"""Is told steps done, steps in all, and the loss."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides the weights.

    Attributes:
        env: id of the environment.
        pattern: regular expression of the statements to learn.
        pairs: images to train on, each with the statements that are true of it; 1 or more.
        minutes: how long at most, at `IMAGES_A_MINUTE`; more than 0.
        seed: of weights, tasks, play and draws; 0 or more.
    """

    env: str
    pattern: str
    pairs: int
    minutes: float
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise CaptionerError if a number is out of its range."""
        for name, least in (("pairs", 1), ("minutes", 0), ("seed", 0)):
            value = getattr(self, name)
            if not math.isfinite(value) or value < least or (name == "minutes" and not value):
                wanted = "more than 0" if name == "minutes" else f"{least} or more"
                raise CaptionerError(f"{name}: {value} cannot be; give {wanted}.")

    @property
    def steps(self) -> int:
        """Batches to train on: as the minutes allow, and no more than `SHOWINGS` of each image."""
        images = min(self.minutes * IMAGES_A_MINUTE, self.pairs * SHOWINGS)
        return max(round(images / BATCH), 2)

    @property
    def shown(self) -> int:
        """How often images are shown, all together."""
        return self.steps * BATCH


def train(
    settings: Settings,
    pairs: Pairs,
    folder: Path,
    tick: Tick = lambda done, total, loss: None,
) -> Any:
    """Return an open_clip model that is trained on pairs.

    Its state is written into the folder every few seconds, from where the same call goes on: it ends
    with the weights of a training that was never stopped, bit for bit with the same number of
    threads on the same kind of processor.

    Args:
        settings: what decides the weights.
        pairs: to learn; each image has a true statement.
        folder: for the state; is made if it is not there.
        tick: is told of every step.

    Raises:
        CaptionerError: an image has no true statement, or the state in the folder is damaged or of
            a training with other settings.
        OSError: the folder cannot be written to.
    """
    torch, open_clip = torch_and_open_clip()
    if not pairs.truth.any(axis=1).all():
        raise CaptionerError("an image without a true statement cannot be learned from.")
    model = new_model(settings.seed)
    model.visual.to(memory_format=torch.channels_last)
    preprocess = new_preprocess()
    tokens = new_tokenizer()(list(pairs.statements))
    loss_of = open_clip.ClipLoss()
    weights = np.maximum(pairs.truth.mean(axis=0), 1 / len(pairs)) ** -_EVENNESS
    optimizer = torch.optim.AdamW(_groups(model), lr=_RATE, betas=_BETAS, fused=True)
    done = _resumed(torch, folder / STATE_FILE, settings, model, optimizer)
    model.train()
    for step in range(done, settings.steps):
        images, said = _batch(settings.seed, step, pairs, weights)
        for group in optimizer.param_groups:
            group["lr"] = _RATE * _share(step / settings.steps)
        loss = _loss(torch, loss_of, model, prepared(images, preprocess), tokens, said)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, _STEEPEST)
        if (step + 1) % _SAVED_EVERY == 0 or step + 1 == settings.steps:
            _save(torch, folder / STATE_FILE, settings, model, optimizer, step + 1)
        tick(step + 1, settings.steps, loss.item())
    return model.eval()


def _groups(model: Any) -> list[dict[str, Any]]:
    """Return weights that decay and those that do not: offsets, scales, embeddings."""
    kept: list[Any] = []
    decaying: list[Any] = []
    for name, weight in model.named_parameters():
        (kept if weight.ndim < 2 or "embedding" in name else decaying).append(weight)
    return [{"params": decaying, "weight_decay": _DECAY}, {"params": kept, "weight_decay": 0.0}]


def _loss(
    torch: Any, loss_of: Any, model: Any, ready: Any, tokens: Any, said: NDArray[np.int64]
) -> Any:
    """Return the mean of open_clip's loss over draws of statements; see `_batch` for `said`."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16()):
        seen = encoded_images(model, ready)
    # Many images share a statement, which is read once.
    named, place = np.unique(said, return_inverse=True)
    texts = encoded_texts(model, tokens[named])[torch.from_numpy(place.reshape(said.shape))]
    steepness = model.logit_scale.exp()
    return torch.stack([loss_of(seen, draw, steepness) for draw in texts]).mean()


def _share(progress: float) -> float:
    """Return which share of the rate holds: it rises, then falls as a cosine."""
    falling = max(progress - _WARM, 0.0) / (1 - _WARM)
    low = _LAST + (1 - _LAST) * (1 + math.cos(math.pi * falling)) / 2
    return min((progress + 0.01) / _WARM, 1.0) * low


def _batch(
    seed: int, step: int, pairs: Pairs, weights: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return shifted images (BATCH, S, S, 3) and the numbers of true statements (DRAWS, BATCH)."""
    dice = np.random.default_rng((seed, step))
    rows = dice.integers(len(pairs), size=BATCH)
    true = pairs.truth[rows]
    # The largest of u ** (1 / weight) is each one with a chance in proportion to its weight (Efraimidis
    # and Spirakis 2006, Information Processing Letters 97).
    keys = np.where(true, dice.random((DRAWS, *true.shape)) ** (1 / weights), -1.0)
    dy, dx = dice.integers(-_SHIFT, _SHIFT + 1, 2).tolist()
    return _shifted(pairs.images[rows], dy, dx), keys.argmax(axis=2)


def _shifted(images: NDArray[np.uint8], dy: int, dx: int) -> NDArray[np.uint8]:
    """Return images (n, S, S, 3) shifted; their edges are repeated."""
    size = images.shape[1]
    rows = np.clip(np.arange(size) + dy, 0, size - 1)
    columns = np.clip(np.arange(size) + dx, 0, size - 1)
    return np.take(np.take(images, rows, axis=1), columns, axis=2)


def _save(
    torch: Any, path: Path, settings: Settings, model: Any, optimizer: Any, step: int
) -> None:
    state = {
        "settings": asdict(settings),
        "step": step,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    write_all_or_nothing(path, lambda draft: torch.save(state, draft))


def _resumed(torch: Any, path: Path, settings: Settings, model: Any, optimizer: Any) -> int:
    """Load a state, if there is one, and return the steps that are done."""
    if not os.path.exists(path):
        return 0
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        found, step = state["settings"], int(state["step"])
    except Exception as error:  # torch names no error of its own for a damaged file
        raise CaptionerError(f"{path} is damaged ({error!r}); begin anew with --fresh.") from error
    if found != asdict(settings):
        raise CaptionerError(f"{path}: {differing(found, settings)}")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return step
