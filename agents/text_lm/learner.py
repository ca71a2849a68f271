"""Fitting the small model: what is read and said in numbers, gradients, and the step they make."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossworld.agents.text_lm.demonstrations import Demonstration
from crossworld.agents.text_lm.tokenizer import PAD, name_parts, vocabulary
from crossworld.wrappers.chat.local import torch_and_transformers
from crossworld.wrappers.training import bfloat16

HALVES = 2
"""Parts of a batch that are learned from side by side, however many cores there are: sums depend on it."""

_DECAY, _BETAS, _CLIP = 0.05, (0.9, 0.98), 1.0
"""Weight decay of matrices; Adam's averages; largest norm of a gradient."""


class Learner:
    """Fits a model, step by step. Use it as a context manager.

    The model reads and says a name ("mug 2") as the sum of what its kind and its number are by themselves, so a
    name that was never there is known as soon as both are. What is saved are the sums.

    Args:
        model: of `model.new_model`; its weights change in place.

    Attributes:
        model: the same.
        optimizers: of its weights.
    """

    def __init__(self, model: Any) -> None:
        torch, _ = torch_and_transformers()
        self._torch, self.model = torch, model.train()
        self._threads = ThreadPoolExecutor(HALVES, initializer=torch.set_num_threads, initargs=(1,))
        self._threads_before = torch.get_num_threads()
        self._parts = torch.from_numpy(name_parts())
        self._embedding = model.get_input_embeddings().weight
        words = self._embedding[: -len(self._parts)].detach().clone()
        self._words = torch.nn.Parameter(words)
        self._weights = [one for one in model.parameters() if one is not self._embedding]
        self.optimizers = _optimizers(torch, [*self._weights, self._words])
        self._spread()

    def __enter__(self) -> "Learner":
        """Work with one thread for each half: to share matrices this small costs more than it saves."""
        self._torch.set_num_threads(1)
        return self

    def __exit__(self, *exception: object) -> None:
        """End the threads, and let others have as many as before."""
        self._threads.shutdown()
        self._torch.set_num_threads(self._threads_before)

    def load(self, weights: dict[str, Any]) -> None:
        """Take over the weights of a model."""
        self.model.load_state_dict(weights)
        with self._torch.no_grad():
            self._words.copy_(self._embedding[: len(self._words)])

    def _spread(self) -> None:
        """Let the names follow from the words."""
        with self._torch.no_grad():
            count = len(self._words)
            self._embedding[:count] = self._words
            self._embedding[count:] = self._words[self._parts].sum(dim=1)

    def step(self, batch: list[Demonstration], rate: float) -> float:
        """Learn from a batch.

        Args:
            batch: 1 demonstration or more.
            rate: of learning.

        Returns:
            The mean cross-entropy of what is learned, in nats a token, weighted as the demonstrations say.
        """
        torch = self._torch
        total = float(sum(one.weights.sum() for one in batch))
        halves = [batch[start::HALVES] for start in range(HALVES)]
        found = list(self._threads.map(self._gradients, [half for half in halves if half]))
        gradients = [sum(parts) for parts in zip(*(parts for parts, _ in found), strict=True)]
        *others, names = (gradient / max(total, 1.0) for gradient in gradients)
        for weight, gradient in zip(self._weights, others, strict=True):
            weight.grad = gradient
        count = len(self._words)
        self._words.grad = names[:count].clone()
        for part in (0, 1):
            self._words.grad.index_add_(0, self._parts[:, part], names[count:])
        torch.nn.utils.clip_grad_norm_([*self._weights, self._words], _CLIP)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
        self._spread()
        return sum(loss for _, loss in found) / max(total, 1.0)

    def _gradients(self, batch: list[Demonstration]) -> tuple[list[Any], float]:
        """Return the gradients of the summed cross-entropy of what is learned, and that sum.

        Padding stands at the ends, where nothing that counts sees it, so no mask is needed.
        """
        torch = self._torch
        read, weights = map(torch.from_numpy, _padded(batch))
        wanted = weights[:, 1:] > 0
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16()):
            states = self.model.base_model(
                input_ids=read[:, :-1], use_cache=False
            ).last_hidden_state
            logits = self.model.lm_head(states[wanted])
        losses = torch.nn.functional.cross_entropy(
            logits.float(), read[:, 1:][wanted], reduction="none"
        )
        loss = (losses * weights[:, 1:][wanted]).sum()
        return list(torch.autograd.grad(loss, [*self._weights, self._embedding])), loss.item()


def _padded(batch: list[Demonstration]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return tokens (b, n), padded at their ends, and how much each counts."""
    shape = len(batch), max(len(one.tokens) for one in batch)
    read = np.full(shape, vocabulary()[PAD], np.int64)
    weights = np.zeros(shape, np.float32)
    for row, one in enumerate(batch):
        read[row, : len(one.tokens)] = one.tokens
        weights[row, : len(one.tokens)] = one.weights
    return read, weights


def _optimizers(torch: Any, weights: list[Any]) -> list[Any]:
    """Return Muon for the matrices, and Adam for embeddings and scales.

    After 2,400 demonstrations (of an earlier tokenizer) the loss was 0.50 with Muon (Jordan et al. 2024), and
    0.55 with Adam alone, which took as long within a twentieth. Its updates are scaled to the size of Adam's (Liu et al. 2025, arXiv 2502.16982), so that one rate
    serves both.
    """
    *layers, words = weights
    matrices = [weight for weight in layers if weight.ndim == 2]
    others = [weight for weight in layers if weight.ndim < 2] + [words]
    return [
        torch.optim.Muon(matrices, weight_decay=_DECAY, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, betas=_BETAS, weight_decay=0.0, fused=True),
    ]
