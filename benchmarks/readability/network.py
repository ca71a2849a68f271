"""The classifier: a small convolutional network, trained on a CPU in minutes.

It says for every 8 x 8 pixels which type is there, if that is in the receptacle that is looked at;
a type's score for the frame is a smooth maximum over places. Where an object lies in the image tells
whether it is in that receptacle or beside it, so coordinates are an input.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossworld.benchmarks.readability.samples import BITS, NAMES, Samples
from crossworld.wrappers.training import bfloat16

CELL = 8
"""Pixels of a side of a place that is classified."""

_BATCH = 32
_RATE, _DECAY = 2.5e-3, 0.02
_SHIFT = 6
"""Frames are shifted by up to so many pixels in training."""

_FIRST = -8.0
"""First offset of scores: summed over all places, a little evidence is much."""

_LUMA = (0.299, 0.587, 0.114)

Floats = NDArray[np.float32]
Tick = Callable[[float], None]


def torch_or_error() -> Any:
    """Return the module `torch`.

    Raises:
        ImportError: it is not installed.
    """
    try:
        return import_module("torch")
    except ImportError as error:
        raise ImportError("the classifier needs PyTorch: pip install torch") from error


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """A trained network.

    Attributes:
        net: its layers, see `_layers`.
        channels: 3 for colour, 1 for greyscale.
    """

    net: Any
    channels: int

    def scores(self, images: NDArray[np.uint8]) -> Floats:
        """Return (n, types + bits) logits of (n, size, size, 3) images."""
        torch = torch_or_error()
        self.net.eval()
        found = []
        with torch.inference_mode():
            for start in range(0, len(images), 2 * _BATCH):
                batch = _tensor(torch, images[start : start + 2 * _BATCH], self.channels)
                found.append(_forward(torch, self.net, batch)[1].float().numpy())
        return np.concatenate(found)


def parameters(classifier: Classifier) -> int:
    """Return the number of weights."""
    return sum(weight.numel() for weight in classifier.net.parameters())


def train(
    samples: Samples,
    epochs: float,
    *,
    channels: int,
    seed: int = 0,
    start: Classifier | None = None,
    tick: Tick = lambda done: None,
) -> Classifier:
    """Return a classifier trained on frames.

    Args:
        samples: frames with labels.
        epochs: how often each frame is used, on average: what is rare is used more often.
        channels: 3 to train on colour, 1 on greyscale.
        seed: of first weights, order and shifts.
        start: weights to begin with, of a classifier of either kind; None for random ones.
        tick: is told the share that is done.

    Raises:
        ImportError: there is no PyTorch.
    """
    torch = torch_or_error()
    torch.manual_seed(seed)
    net = _layers(torch)
    if start is not None:
        net.load_state_dict(start.net.state_dict())
    net.to(memory_format=torch.channels_last).train()
    dice = np.random.default_rng(seed)
    batches = list(_batches(samples, epochs, dice))
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, _RATE, total_steps=max(len(batches), 2), pct_start=0.15
    )
    labels = samples.answers.astype(np.float32)
    for step, rows in enumerate(batches):
        dy, dx = dice.integers(-_SHIFT, _SHIFT + 1, 2).tolist()
        images = _shifted(samples.images[rows], dy, dx)
        where = _shifted(samples.where[rows], dy, dx)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16()):
            places, scores = _forward(torch, net, _tensor(torch, images, channels))
        loss = _loss(torch, places.float(), scores.float(), where, labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        tick((step + 1) / len(batches))
    return Classifier(net, channels)


def _batches(
    samples: Samples, epochs: float, dice: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Yield rows to train on, frames with rare types and conditions more often."""
    counts = np.maximum(samples.answers.sum(axis=0), 1)
    rarity = np.where(samples.answers, 1 / np.sqrt(counts), 0).max(axis=1)
    shown = rarity[rarity > 0]
    weights = np.maximum(rarity, shown.min() if len(shown) else 1.0)
    weights /= weights.sum()
    for _ in range(max(round(epochs * len(weights) / _BATCH), 1)):
        yield dice.choice(len(weights), _BATCH, p=weights)


def _shifted(arrays: NDArray[Any], dy: int, dx: int) -> NDArray[Any]:
    """Return (n, size, size, ...) arrays shifted; their edges are repeated."""
    size = arrays.shape[1]
    rows = np.clip(np.arange(size) + dy, 0, size - 1)
    columns = np.clip(np.arange(size) + dx, 0, size - 1)
    return np.take(np.take(arrays, rows, axis=1), columns, axis=2)


def _tensor(torch: Any, images: NDArray[np.uint8], channels: int) -> Any:
    """Return (n, 3, size, size) floats around 0; greyscale as three equal channels."""
    batch = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
    if channels == 1:
        luma = torch.tensor(_LUMA).view(1, 3, 1, 1)
        batch = (batch * luma).sum(1, keepdim=True).expand(-1, 3, -1, -1)
    return (batch - 0.45) * 4


def _layers(torch: Any) -> Any:
    """Return the layers, by name."""
    nn = torch.nn
    count = len(NAMES) + len(BITS)

    def block(inside: int, outside: int, stride: int = 1) -> Any:
        return nn.Sequential(
            nn.Conv2d(inside, outside, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outside),
            nn.ReLU(inplace=True),
        )

    net = nn.ModuleDict(
        {
            "stem": nn.Sequential(block(12, 48, 2), block(48, 64)),
            "fine": block(64, 96, 2),
            "detail": nn.Sequential(block(96 + 2, 96), block(96, 96)),
            "coarse": nn.Sequential(block(96, 128, 2), block(128, 128)),
            "widened": nn.Conv2d(128, 96, 1),
            "last": block(96, 128),
            "places": nn.Conv2d(128, 1 + len(NAMES), 1),
            "conditions": nn.Conv2d(128, len(BITS), 1),
            "scale": nn.Conv1d(count, count, 1, groups=count),
        }
    )
    nn.init.constant_(net["scale"].weight, 1.0)
    nn.init.constant_(net["scale"].bias, _FIRST)
    return net


def _forward(torch: Any, net: Any, batch: Any) -> tuple[Any, Any]:
    """Return logits (n, 1 + types, places, places), 0 for none, and (n, types + bits)."""
    functional = torch.nn.functional
    folded = functional.pixel_unshuffle(batch, 2).contiguous(memory_format=torch.channels_last)
    fine = net["fine"](net["stem"](folded))
    line = torch.linspace(-1, 1, fine.shape[-1], dtype=fine.dtype)
    grid = torch.stack(torch.meshgrid(line, line, indexing="ij")).expand(len(fine), -1, -1, -1)
    fine = fine + net["detail"](torch.cat([fine, grid], 1))
    around = net["widened"](net["coarse"](fine))
    fine = net["last"](fine + functional.interpolate(around, scale_factor=2.0))
    places = net["places"](fine)
    evidence = torch.cat([places[:, 1:] - places[:, :1], net["conditions"](fine)], 1)
    pooled = torch.logsumexp(evidence.float().flatten(2), 2, keepdim=True)
    return places, net["scale"](pooled).squeeze(2)


def _loss(torch: Any, places: Any, scores: Any, where: NDArray[np.uint8], labels: Floats) -> Any:
    """Return the loss over places and over frames."""
    functional = torch.nn.functional
    seen = torch.from_numpy(where).float().unsqueeze(1)
    target = functional.max_pool2d(seen, CELL).squeeze(1).long()
    each = functional.cross_entropy(places, target, reduction="none")
    there = target > 0
    # Most places show nothing: what is there and what is not count as much.
    local = each[there].sum() / there.sum().clamp(min=1) + each[~there].mean()
    whole = functional.binary_cross_entropy_with_logits(
        scores, torch.from_numpy(labels), reduction="none"
    )
    return local + whole.sum(1).mean()
