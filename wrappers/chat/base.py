"""What a chat model is: messages in, one message out, and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.errors import CrossworldError

Role: TypeAlias = Literal["system", "user", "assistant"]


class ChatError(CrossworldError):
    """A chat model that cannot be made, or asked, as it was."""


class ChatUnavailableError(ChatError):
    """No usable answer came, after all retries; the message says what to do."""


class BudgetExceededError(ChatError):
    """The tokens or the money that may be spent are spent; nothing was sent."""


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One message of a conversation.

    Attributes:
        role: who says it.
        text: what is said.
        images: uint8 (H, W, 3) each; shown before the text.
    """

    role: Role
    text: str
    images: tuple[NDArray[np.uint8], ...] = ()


@dataclass(frozen=True, slots=True)
class Sampling:
    """How an answer is drawn.

    Attributes:
        temperature: 0 for the likeliest answer.
        max_tokens: most tokens of the answer.
        stop: the answer ends before the first of these.
        seed: of the draw, for models that take one.
    """

    temperature: float = 0.0
    max_tokens: int = 128
    stop: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What answers cost; sums with `+`.

    Attributes:
        calls: answers asked for.
        cached: how many of them came from a cache and cost nothing.
        prompt_tokens: as the model counts them; those of cached answers, too.
        completion_tokens: the same, of what was answered.
        seconds: time until the answers were there.
        cost: US dollars; 0 where no prices are known, and for cached answers.
    """

    calls: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    cost: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        """Return the sum of both."""
        return Usage(
            self.calls + other.calls,
            self.cached + other.cached,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.seconds + other.seconds,
            self.cost + other.cost,
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer, and what it cost."""

    text: str
    usage: Usage = field(default_factory=Usage)


class ChatModel(Protocol):
    """Answers conversations. Any class of this shape is a chat model.

    Attributes:
        name: what records and reports call it; holds no key.
    """

    @property
    def name(self) -> str:
        """What records and reports call it; holds no key."""

    def complete(self, messages: Sequence[Message], sampling: Sampling) -> Completion:
        """Return the answer to a conversation, without white space at its ends.

        Args:
            messages: the conversation so far; the last one is the user's.
            sampling: how the answer is drawn.

        Raises:
            ChatUnavailableError: no usable answer came.
            BudgetExceededError: nothing may be spent any more.
        """
