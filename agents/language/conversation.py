"""How an episode becomes a conversation, and how much of it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from crossworld.wrappers.chat.base import ChatError, Message

Images: TypeAlias = tuple[NDArray[np.uint8], ...]


class Turn(NamedTuple):
    """What the agent said, and what it was answered.

    Attributes:
        said: a command, or a thought.
        answer: what the environment said then, letter for letter; "OK." after a thought.
        images: uint8 (H, W, 3) each, what is seen then.
    """

    said: str
    answer: str
    images: Images = ()


@dataclass(frozen=True, slots=True)
class Window:
    """How much of a conversation is sent.

    The opening and the last turn are always sent; of the others, the oldest are left out first.

    Attributes:
        turns: turns at most, 1 or more; None for all.
        chars: characters of opening and turns at most, 1 or more.
        images: how many of the last images are shown, 0 or more; earlier messages keep their words.

    Raises:
        ChatError: a number is out of range.
    """

    turns: int | None = None
    chars: int = 32_000
    images: int = 1

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.turns is not None and self.turns < 1:
            raise ChatError(f"turns={self.turns!r}: give 1 or more, or None for all of them.")
        if self.chars < 1 or self.images < 0:
            raise ChatError(
                f"chars={self.chars!r}, images={self.images!r}: give at least 1 character and no"
                " negative number of images."
            )


@dataclass(slots=True)
class Conversation:
    """One episode: the opening, then turns.

    Attributes:
        opening: the environment's first text.
        images: what is seen at first.
        turns: all turns so far.
    """

    opening: str
    images: Images = ()
    turns: list[Turn] = field(default_factory=list)

    def sent(self, window: Window) -> list[Turn]:
        """Return the turns that fit a window, oldest first."""
        left = window.chars - len(self.opening)
        kept: list[Turn] = []
        for turn in reversed(self.turns):
            left -= len(turn.said) + len(turn.answer)
            full = window.turns is not None and len(kept) == window.turns
            if kept and (full or left < 0):
                break
            kept.append(turn)
        return kept[::-1]

    def messages(self, system: str, window: Window, now: str = "") -> list[Message]:
        """Return what is sent to a chat model.

        The shape is: system with `system`; user with the opening; then for each turn assistant with
        what was said, user with the answer. Users' messages hold the environment's texts letter for
        letter, but for `now`.

        Args:
            system: instructions and examples.
            window: how much is sent.
            now: what is added to the last message, such as a list of what is possible.
        """
        turns = self.sent(window)
        shown = _last([self.images, *(turn.images for turn in turns)], window.images)
        messages = [Message("system", system), Message("user", self.opening, shown[0])]
        for turn, images in zip(turns, shown[1:], strict=True):
            messages += [Message("assistant", turn.said), Message("user", turn.answer, images)]
        if now:
            last = messages[-1]
            messages[-1] = Message("user", f"{last.text}\n\n{now}".strip(), last.images)
        return messages

    def forget_images(self, window: Window) -> None:
        """Drop the images that will not be shown any more."""
        shown = _last([self.images, *(turn.images for turn in self.turns)], window.images)
        self.images = shown[0]
        self.turns = [
            turn._replace(images=images) for turn, images in zip(self.turns, shown[1:], strict=True)
        ]


def _last(images: Sequence[Images], count: int) -> list[Images]:
    """Return the images of each message, of which only the last so many are left."""
    kept: list[Images] = []
    for shown in reversed(images):
        kept.append(shown[max(0, len(shown) - count) :] if count else ())
        count -= len(kept[-1])
    return kept[::-1]
