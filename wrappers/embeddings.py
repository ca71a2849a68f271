"""`EmbedText`: texts as vectors."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
from gymnasium.error import DependencyNotInstalled
from numpy.typing import NDArray

from crossworld.envs.core.errors import CrossworldError
from crossworld.envs.core.words import words_of
from crossworld.wrappers.captioners.clip.architecture import encoded_texts
from crossworld.wrappers.captioners.clip.loading import load
from crossworld.wrappers.rule import Moment, Rule, Site
from crossworld.wrappers.tokens import text_keys
from crossworld.wrappers.wrapper import GIVEN, RuleWrapper

KEPT = 4096
"""Vectors that are kept."""

Vectors = NDArray[np.float32]


class EmbedderError(CrossworldError, ValueError):
    """An embedder that cannot be had, or whose vectors are not what it says."""


class Embedder(Protocol):
    """Turns texts into vectors.

    Attributes:
        size: their length.
    """

    size: int

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, size)."""


class EmbedText(RuleWrapper):
    """Turns texts into vectors. Vectors of texts that were seen lately are kept.

    * "hashing": counts of words and pairs of words, hashed, of length 1; needs nothing (argument: `size`);
    * "clip": the text half of an open_clip model (arguments: `model`, `checkpoint`);
    * "hf": mean of the last hidden states of a `transformers` model (argument: `model`).

    Vector twin: `crossworld.wrappers.vector.EmbedText`; it embeds all slots' new texts in one call.

    Args:
        env: an environment whose observation has texts.
        keys: which texts; None for all.
        embedder: one of these names, or an `Embedder` (a spec keeps only its name).
        arguments: of the embedder, if it is a name.

    Observation: each key is a Box of any numbers, float32 (size,).

    Raises:
        ValueError: a key is not there or no text.
        EmbedderError: there is no such embedder, or it does not take these arguments.
        DependencyNotInstalled: it needs a library that is missing.

    Example:
        >>> import gymnasium as gym, crossworld
        >>> from crossworld.wrappers import EmbedText
        >>> env = EmbedText(gym.make("crossworld/Household-v0"), arguments={"size": 64})
        >>> env.reset(seed=0)[0]["text"].shape
        (64,)
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        keys: Sequence[str] | None = None,
        embedder: str | Embedder = "hashing",
        arguments: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(env, EmbedRule, keys=keys, embedder=embedder, arguments=arguments)


class EmbedRule(Rule):
    """See `EmbedText`."""

    def __init__(
        self,
        site: Site,
        keys: Sequence[str] | None = None,
        embedder: str | Embedder = "hashing",
        arguments: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(site)
        self._keys = text_keys(keys, site.observation_space, "EmbedText")
        self._embedder = make_embedder(embedder, arguments)
        self._known: dict[str, Vectors] = {}
        self.sees = frozenset(self._keys)
        space = gym.spaces.Box(-np.inf, np.inf, (self._embedder.size,), np.float32)
        self.shows = dict.fromkeys(self._keys, space)

    def change(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Turn texts into vectors."""
        texts = [moment.observation[key] for moment in moments for key in self._keys]
        vectors = iter(self._vectors(texts))
        for moment in moments:
            for key in self._keys:
                moment.observation[key] = next(vectors).copy()

    def _vectors(self, texts: Sequence[str]) -> list[Vectors]:
        known = self._known
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            if len(known) + len(new) > KEPT:
                known.clear()
                new = list(dict.fromkeys(texts))
            made = np.asarray(self._embedder(new), np.float32)
            if made.shape != (len(new), self._embedder.size):
                raise EmbedderError(
                    f"EmbedText: the embedder gave {made.shape} for {len(new)} texts;"
                    f" ({len(new)}, {self._embedder.size}) is needed."
                )
            known.update(zip(new, made, strict=True))
        return [known[text] for text in texts]


class HashingEmbedder:
    """Counts of words and of pairs of neighbours, hashed to `size` numbers, scaled to length 1.

    Feature hashing with signs, Weinberger et al., "Feature hashing for large scale multitask
    learning" (ICML 2009).
    """

    def __init__(self, size: int = 256) -> None:
        if size < 1:
            raise EmbedderError(f"HashingEmbedder: size={size!r}; give at least 1.")
        self.size = size

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, size); a text without words is all 0."""
        vectors = np.zeros((len(texts), self.size), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            words = words_of(text.lower())
            pairs = [f"{a} {b}" for a, b in pairwise(words)]
            for feature in (*words, *pairs):
                place, sign = _hashed(feature)
                vector[place % self.size] += sign
            length = float(np.sqrt((vector * vector).sum()))
            if length:
                vector /= length
        return vectors


class ClipEmbedder:
    """The text half of an open_clip model; vectors have length 1.

    Args:
        model: an open_clip model name, or a folder that `crossworld train clip` wrote.
        checkpoint: pretrained tag or file; None where the folder holds it.
    """

    def __init__(self, model: str, checkpoint: str | None = None) -> None:
        self._clip = load(model, checkpoint, "cpu")
        self.size = len(self([""])[0])

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, size)."""
        with import_module("torch").inference_mode():
            tokens = self._clip.tokenizer(list(texts))
            vectors: Vectors = encoded_texts(self._clip.model, tokens).numpy()
        return vectors


class HFEmbedder:
    """Mean of the last hidden states of a `transformers` model over a text's tokens.

    Args:
        model: hub name, or a folder that holds model and tokenizer.
    """

    def __init__(self, model: str) -> None:
        try:
            library, self._torch = import_module("transformers"), import_module("torch")
        except ImportError as error:
            raise DependencyNotInstalled(
                "embedder='hf' needs transformers and torch: pip install 'crossworld[agents]'."
            ) from error
        try:
            self._tokenizer = library.AutoTokenizer.from_pretrained(model)
            self._model = library.AutoModel.from_pretrained(model).eval()
        except (OSError, ValueError) as error:
            raise EmbedderError(
                f"embedder 'hf': model {model!r} could not be loaded ({str(error).splitlines()[0]});"
                " give a hub name or a folder that holds model and tokenizer."
            ) from error
        self.size = int(self._model.config.hidden_size)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, size)."""
        tokens = self._tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")
        with self._torch.inference_mode():
            hidden = self._model(**tokens).last_hidden_state
        weight = tokens["attention_mask"][..., None].to(hidden.dtype)
        mean = (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)
        vectors: Vectors = mean.float().numpy()
        return vectors


EMBEDDERS: dict[str, Callable[..., Embedder]] = {
    "hashing": HashingEmbedder,
    "clip": ClipEmbedder,
    "hf": HFEmbedder,
}
"""Name to class; add your own."""


def make_embedder(embedder: str | Embedder, arguments: Mapping[str, Any] | None) -> Embedder:
    """Return an embedder.

    Raises:
        EmbedderError: there is no such embedder, or it does not take these arguments.
    """
    if not isinstance(embedder, str):
        if not callable(embedder) or not hasattr(embedder, "size"):
            raise EmbedderError(
                f"EmbedText: a {type(embedder).__name__} is no embedder: it takes texts, returns"
                " float32 (n, size), and has an attribute `size`."
            )
        return embedder
    if embedder.startswith(GIVEN):
        raise EmbedderError(f"EmbedText: this spec was recorded with an {embedder}; give it again.")
    if embedder not in EMBEDDERS:
        raise EmbedderError(f"EmbedText: {embedder!r} is not one of {', '.join(EMBEDDERS)}.")
    try:
        return EMBEDDERS[embedder](**(arguments or {}))
    except TypeError as error:
        raise EmbedderError(f"EmbedText: embedder {embedder!r}: {error}.") from error


@lru_cache(maxsize=65536)
def _hashed(feature: str) -> tuple[int, float]:
    number = zlib.crc32(feature.encode())
    return number >> 1, 1.0 if number & 1 else -1.0
