"""The text space that all observed and acted strings share, and how strings are made to fit it."""

import re

from gymnasium.spaces import Text

MAX_LENGTH = 4096
CHARSET = "\n" + "".join(map(chr, range(32, 127)))
"""Printable ASCII and newline. A string, not a set: its order must not depend on hash seeds."""

_INSIDE = CHARSET.encode()
_OUTSIDE = re.compile(r"[^\n\x20-\x7e]")
# What people type and word processors make of it; everything else outside CHARSET is dropped.
_PLAIN = str.maketrans(
    {
        "\t": " ", "\r": "\n", "\u00a0": " ", "\u2018": "'", "\u2019": "'", "\u201c": '"',
        "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "...",
    }
)  # fmt: skip


def text_space() -> Text:
    """Return a new space of observed or acted text."""
    return Text(max_length=MAX_LENGTH, min_length=0, charset=CHARSET)


def fit_text(text: str) -> str:
    """Return the text as it fits `text_space()`: every observed string passes through here.

    Text outside its space kills Gymnasium's asynchronous workers, and one official human instruction
    holds a backspace character.
    """
    # Deleting what is allowed leaves nothing of most texts; no other test of them is as fast.
    if text.isascii() and len(text) <= MAX_LENGTH and not text.encode().translate(None, _INSIDE):
        return text
    plain = text.replace("\r\n", "\n").translate(_PLAIN)
    return _OUTSIDE.sub("", plain)[:MAX_LENGTH]
