"""`ClipCaptioner`: which of some statements fit an image, by the similarity that CLIP gives."""

import math
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossworld.wrappers.captioners.base import (
    Caption,
    CaptionerError,
    Images,
    Scene,
    check_images,
)
from crossworld.wrappers.captioners.clip.architecture import (
    encoded_images,
    encoded_texts,
    prepared,
)
from crossworld.wrappers.captioners.clip.libraries import torch_and_open_clip
from crossworld.wrappers.captioners.clip.loading import load

CACHED_TEXTS = 4096
"""Statements whose embeddings are kept; those used last stay."""

Floats = NDArray[np.float32]


class ClipCaptioner:
    """Says of an image the statements that are similar enough to it.

    A statement is said if the cosine similarity of image and text exceeds a threshold, as in Di Palo
    et al. 2023 (arXiv 2307.09668, sec. 3), who take 0.8 with a CLIP that was trained on what it is
    to tell apart. Where similarities lie depends on the model, so there is no default: a folder that
    `crossworld train clip` wrote brings its thresholds, other models need `threshold`.

    Args:
        model: a folder that `crossworld train clip` wrote, or any other that open_clip loads as
            `local-dir:`; or the name of a model of open_clip, such as "ViT-B-32"; or "hf-hub:...".
        checkpoint: for a name: one of its pretrained tags, or a local file.
        threshold: -1..1, for all statements. None for those that the folder holds.
        candidates: what may be said of any image. None for the statements of the scenes that
            `caption` gets (of these, a trained folder considers the ones that it was trained on), or
            without scenes for all statements that the folder knows.
        prompt: what a statement is put into, such as "a picture in which {}"; holds "{}" once.
        batch_size: images, or texts, that are encoded at a time; 1 or more.
        device: of PyTorch.

    Raises:
        CaptionerError: there is no such model, checkpoint or device, they do not go together, or
            another argument cannot be.
        gymnasium.error.DependencyNotInstalled: PyTorch or open_clip is missing.
    """

    def __init__(
        self,
        model: str,
        checkpoint: str | None = None,
        *,
        threshold: float | None = None,
        candidates: Iterable[str] | None = None,
        prompt: str = "{}",
        batch_size: int = 32,
        device: str = "cpu",
    ) -> None:
        if prompt.count("{}") != 1:
            raise CaptionerError(f'prompt {prompt!r}: write "{{}}" once, where the statement goes.')
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
            raise CaptionerError(f"batch_size: {batch_size!r} images; give 1 or more.")
        if threshold is not None and not (math.isfinite(threshold) and -1 <= threshold <= 1):
            raise CaptionerError(f"threshold {threshold!r} is no cosine similarity, -1 to 1.")
        self._candidates = None if candidates is None else _checked(candidates, "candidates")
        self._threshold = threshold
        self._prompt = prompt
        self._batch_size = batch_size
        self._device = device
        self._loaded = load(str(model), None if checkpoint is None else str(checkpoint), device)
        self._texts: OrderedDict[str, Any] = OrderedDict()

    def caption(self, images: Images, scenes: Sequence[Scene] | None = None) -> list[list[Caption]]:
        """Return the statements that are true of each image, as the model sees it, surest first.

        Args:
            images: uint8 (H, W, 3) each, any sizes.
            scenes: one an image, for their statements; not needed if there are `candidates`, or if
                the folder knows statements.

        Returns:
            Captions of each image. A score is by how much the similarity exceeds the statement's
            threshold, above 0 and at most 2; equal ones are sorted by text.

        Raises:
            CaptionerError: an image or the number of scenes is wrong; no threshold is known; there
                are no candidates.
        """
        listed = check_images(images)
        asked = self._asked(len(listed), scenes)
        statements = sorted({text for texts in asked for text in texts})
        if not listed:
            return []
        limits = self._limits(statements)
        column = {text: number for number, text in enumerate(statements)}
        surplus = self.scores(listed, statements) - limits
        return [
            sorted(
                (
                    Caption(text, float(row[column[text]]))
                    for text in texts
                    if row[column[text]] > 0
                ),
                key=lambda said: (-said.score, said.text),
            )
            for row, texts in zip(surplus, asked, strict=True)
        ]

    def scores(self, images: Images, statements: Sequence[str]) -> Floats:
        """Return the cosine similarities of n images and m statements, float32 (n, m), -1..1.

        Raises:
            CaptionerError: an image is no picture, or there are no statements.
        """
        listed = check_images(images)
        texts = _checked(statements, "statements")
        torch, _ = torch_and_open_clip()
        with torch.inference_mode():
            said = self._embedded(texts)
            found = [(self._seen(batch) @ said.T).cpu().numpy() for batch in self._batches(listed)]
        return np.concatenate(found) if found else np.empty((0, len(texts)), np.float32)

    def _asked(self, count: int, scenes: Sequence[Scene] | None) -> Sequence[tuple[str, ...]]:
        """Return the candidates of each image."""
        if scenes is not None and len(scenes) != count:
            raise CaptionerError(f"{count} images and {len(scenes)} scenes; give one an image.")
        if self._candidates is not None:
            return [self._candidates] * count
        calibration = self._loaded.calibration
        if scenes is not None:
            fits = (lambda text: True) if calibration is None else calibration.covers
            return [
                _checked(filter(fits, scene.statements), f"statements of scene {number}")
                for number, scene in enumerate(scenes)
            ]
        if calibration is None or not calibration.thresholds:
            raise CaptionerError(
                "there is nothing to choose from: give candidates=, or scenes with the images."
            )
        return [tuple(sorted(calibration.thresholds))] * count

    def _limits(self, statements: Sequence[str]) -> Floats:
        """Return (m,) thresholds."""
        if self._threshold is not None:
            return np.full(len(statements), self._threshold, np.float32)
        if self._loaded.calibration is None:
            raise CaptionerError(
                "no threshold is known for this model: give threshold= (Di Palo et al. 2023 take"
                " 0.8), or a folder that 'crossworld train clip' wrote."
            )
        return self._loaded.calibration.limits(statements)

    def _batches(self, images: list[NDArray[np.uint8]]) -> Iterable[NDArray[np.uint8]]:
        """Yield images in order as arrays (n, H, W, 3), each of one size."""
        start = 0
        while start < len(images):
            end = start + 1
            while (
                end < min(len(images), start + self._batch_size)
                and images[end].shape == images[start].shape
            ):
                end += 1
            yield np.stack(images[start:end])
            start = end

    def _seen(self, images: NDArray[np.uint8]) -> Any:
        """Return unit vectors of images (n, H, W, 3)."""
        ready = prepared(images, self._loaded.preprocess).to(self._device)
        return encoded_images(self._loaded.model, ready)

    def _embedded(self, texts: Sequence[str]) -> Any:
        """Return unit vectors of texts, (m, embed_dim); those known already are not encoded."""
        torch, _ = torch_and_open_clip()
        new = [text for text in dict.fromkeys(texts) if text not in self._texts]
        known = {text: self._texts[text] for text in texts if text in self._texts}
        for start in range(0, len(new), self._batch_size):
            some = new[start : start + self._batch_size]
            tokens = self._loaded.tokenizer([self._prompt.replace("{}", text) for text in some])
            vectors = encoded_texts(self._loaded.model, tokens.to(self._device))
            known.update(zip(some, vectors, strict=True))
        for text in known:
            self._texts[text] = known[text]
            self._texts.move_to_end(text)
        while len(self._texts) > CACHED_TEXTS:
            self._texts.popitem(last=False)
        return torch.stack([known[text] for text in texts])


def _checked(texts: Iterable[str], name: str) -> tuple[str, ...]:
    """Return texts as a tuple; raise CaptionerError if there are none, or if they are no texts."""
    if isinstance(texts, str):
        raise CaptionerError(f"{name}: {texts!r} is one text; give a list of them.")
    listed = tuple(texts)
    if not listed:
        raise CaptionerError(
            f"{name}: there are none to choose from; a trained folder considers the statements that"
            " match the pattern it was trained on."
        )
    for text in listed:
        if not isinstance(text, str) or not text:
            raise CaptionerError(
                f"{name}: {text!r} is no statement; give texts that are not empty."
            )
    return listed
