"""`TokenizeText`: texts as numbers, for libraries whose networks take arrays only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
from gymnasium.error import DependencyNotInstalled
from numpy.typing import NDArray

from crossworld.envs.core.errors import CrossworldError
from crossworld.envs.core.words import words_of
from crossworld.wrappers.rule import Moment, Rule, Site, needs
from crossworld.wrappers.wrapper import GIVEN, RuleWrapper

PAD, UNKNOWN, FIRST = 0, 1, 2
"""Ids of the world's tokenizer: nothing, a word it does not know, the first word it knows."""

KEPT = 4096
"""Texts whose ids are kept."""

WORLD = "world"

Tokenizer: TypeAlias = Callable[[str], Sequence[int]]
Ids: TypeAlias = Any  # a cached function from a text to its ids


class TokenizerError(CrossworldError, ValueError):
    """A tokenizer that cannot be had, or that gives what is no id."""


class TokenizeText(RuleWrapper):
    """Turns texts into ids, padded with 0 or cut off to one length.

    `tokenizer="world"` gives each word of the world's closed vocabulary an id: 0 is padding, 1 an
    unknown word, and `FIRST + i` word i of `vocabulary()`; words are runs of letters, runs of
    digits, and single marks, upper and lower case apart. Any other name is a tokenizer of Hugging
    Face's `transformers` (a hub name or a folder), whose ids are shifted by one so that 0 pads.

    Vector twin: `crossworld.wrappers.vector.TokenizeText`.

    Args:
        env: an environment whose observation has texts.
        keys: which texts; None for all.
        tokenizer: "world", the name of a tokenizer of `transformers`, or a function from a text
            to ids from 1 on (with `size`; a spec keeps only its name).
        max_tokens: length that ids are padded or cut to.
        mask: whether to add `<key>_mask`, int8 (max_tokens,), 1 where there is a token.
        size: number of ids, if the tokenizer is a function.

    Observation: each key is a Box of ids, int32 (max_tokens,), 0 to size - 1.

    Raises:
        ValueError: an argument is out of range, or a key is not there or no text.
        TokenizerError: the tokenizer cannot be had.
        DependencyNotInstalled: it needs `transformers`.

    Example:
        >>> import gymnasium as gym, crossworld
        >>> from crossworld.wrappers import TokenizeText
        >>> env = TokenizeText(gym.make("crossworld/Household-v0"), keys=["mission"], max_tokens=8)
        >>> env.reset(seed=0)[0]["mission"].shape
        (8,)
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        keys: Sequence[str] | None = None,
        tokenizer: str | Tokenizer = WORLD,
        max_tokens: int = 256,
        mask: bool = False,
        size: int | None = None,
    ) -> None:
        super().__init__(
            env,
            TokensRule,
            keys=keys,
            tokenizer=tokenizer,
            max_tokens=max_tokens,
            mask=mask,
            size=size,
        )


class TokensRule(Rule):
    """See `TokenizeText`."""

    def __init__(
        self,
        site: Site,
        keys: Sequence[str] | None = None,
        tokenizer: str | Tokenizer = WORLD,
        max_tokens: int = 256,
        mask: bool = False,
        size: int | None = None,
    ) -> None:
        super().__init__(site)
        if max_tokens < 1:
            raise ValueError(f"TokenizeText: max_tokens={max_tokens!r}; give at least 1.")
        self._keys = text_keys(keys, site.observation_space, "TokenizeText")
        encode, count = _tokenizer(site, tokenizer, size)
        # The texts of an episode repeat: missions always, what is seen often.
        self._ids: Ids = lru_cache(KEPT)(_Padded(encode, max_tokens, count).ids)
        self._mask = mask
        self.sees = frozenset(self._keys)
        ids = gym.spaces.Box(0, count - 1, (max_tokens,), np.int32)
        marks = gym.spaces.Box(0, 1, (max_tokens,), np.int8)
        self.shows = dict.fromkeys(self._keys, ids)
        if mask:
            self.shows |= {f"{key}_mask": marks for key in self._keys}

    def change(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Turn texts into ids."""
        for moment in moments:
            observation = moment.observation
            for key in self._keys:
                ids = self._ids(observation[key])
                observation[key] = ids.copy()
                if self._mask:
                    observation[f"{key}_mask"] = (ids != PAD).astype(np.int8)

    def __getstate__(self) -> dict[str, Any]:
        # A cache cannot be pickled, what it keeps can be made again.
        return {**self.__dict__, "_ids": self._ids.__wrapped__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._ids = lru_cache(KEPT)(state["_ids"])


@dataclass(frozen=True, slots=True)
class _Padded:
    """From a text to ids of one length."""

    encode: Tokenizer
    length: int
    count: int

    def ids(self, text: str) -> NDArray[np.int32]:
        ids = np.zeros(self.length, np.int32)
        found = self.encode(text)[: self.length]
        if found and not 0 < min(found) <= max(found) < self.count:
            raise TokenizerError(
                f"TokenizeText: the tokenizer gave ids from {min(found)} to {max(found)} for"
                f" {text[:40]!r}; they must be from 1 to {self.count - 1} (0 pads)."
            )
        ids[: len(found)] = found
        return ids


class WorldTokenizer:
    """Words of a closed vocabulary as ids.

    Args:
        vocabulary: the words.

    Attributes:
        size: number of ids, padding and unknown included.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._numbers = {word: number for number, word in enumerate(vocabulary, FIRST)}
        self.size = len(vocabulary) + FIRST

    def __call__(self, text: str) -> list[int]:
        """Return the ids of a text's words; `UNKNOWN` for those it does not have."""
        get = self._numbers.get
        return [get(word, UNKNOWN) for word in words_of(text)]


class _Shifted:
    """A tokenizer of `transformers` whose ids begin at 1."""

    def __init__(self, name: str) -> None:
        if name.startswith(GIVEN):
            raise TokenizerError(
                f"TokenizeText: this spec was recorded with an {name}; give the tokenizer again."
            )
        try:
            load = import_module("transformers").AutoTokenizer.from_pretrained
        except ImportError as error:
            raise DependencyNotInstalled(
                f"tokenizer={name!r} needs transformers: pip install 'crossworld[agents]', or use"
                f" tokenizer={WORLD!r}."
            ) from error
        try:
            self._tokenizer = load(name)
        except (OSError, ValueError) as error:
            raise TokenizerError(
                f"tokenizer={name!r} could not be loaded ({str(error).splitlines()[0]}); give"
                f" {WORLD!r}, a hub name, or a folder that holds a tokenizer."
            ) from error
        self.size = len(self._tokenizer) + 1

    def __call__(self, text: str) -> list[int]:
        return [number + 1 for number in self._tokenizer(text)["input_ids"]]


def text_keys(keys: Sequence[str] | None, space: gym.spaces.Dict, wrapper: str) -> tuple[str, ...]:
    """Return the keys that are texts: those given, or all.

    Raises:
        ValueError: a key is not there or no text, or there is none.
    """
    texts = [key for key, value in space.items() if isinstance(value, gym.spaces.Text)]
    if isinstance(keys, str):
        keys = [keys]
    if keys is None:
        keys = texts
    needs(keys, space, wrapper)
    wrong = [key for key in keys if key not in texts]
    if wrong:
        raise ValueError(f"{wrapper}: {wrong[0]!r} is no text but {space[wrong[0]]}.")
    if not keys:
        raise ValueError(f"{wrapper}: the observation has no text, only {', '.join(space.spaces)}.")
    return tuple(keys)


def _tokenizer(site: Site, tokenizer: str | Tokenizer, size: int | None) -> tuple[Tokenizer, int]:
    """Return a tokenizer and its number of ids."""
    if callable(tokenizer):
        if size is None or size < FIRST:
            raise ValueError(
                f"TokenizeText: size={size!r}; with a tokenizer of your own, give the number of ids."
            )
        return tokenizer, size
    made = (
        WorldTokenizer(site.ask_once("vocabulary")) if tokenizer == WORLD else _Shifted(tokenizer)
    )
    return made, made.size
