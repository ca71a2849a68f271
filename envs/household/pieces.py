"""Cutting game files into pieces that recur, so that a pack keeps each piece once.

Any bytes can be cut, and the pieces joined are the bytes again; where the cuts are only decides how
small a pack gets. In official files the same domain and grammar, PDDL lines, ids and object poses
come back all the time, above all in games of one room.
"""

import re
from array import array
from collections.abc import Iterable, Sequence
from sys import byteorder

CUT_LIMIT = 30_000
"""Documents with more pieces than this stay whole; official games have 1,700."""

_CUT = re.compile(
    rb"((?<![A-Za-z0-9])[A-Za-z0-9]{1,64}_bar_\w+"
    rb"|(?=\\n *\()|(?<=\}, )(?=\{)|(?<=location)(?=\\n))"
)
"""At ids, at lines that open a bracket, between the poses of a list. Bounded: long words take linear time."""


def cut(document: bytes) -> list[bytes]:
    """Return a document's pieces."""
    *frame, rest = _framed(document)
    pieces = [piece for piece in (*frame, *_CUT.split(rest)) if piece]
    return pieces if len(pieces) <= CUT_LIMIT else [document]


def _framed(document: bytes) -> list[bytes]:
    """Divide a game file into domain and grammar around the task sentence, and the rest."""
    head, task, rest = document.partition(b"Your task is to: ")
    sentence, dot, rest = rest.partition(b".")
    tail, problem, rest = rest.partition(b'", "pddl_problem": "')
    return [head + task, sentence, dot + tail + problem, rest] if problem else [document]


def encode(codes: Iterable[int]) -> bytes:
    """Return piece numbers below 65,536 as bytes, low byte first."""
    return _little(array("H", codes)).tobytes()


def decode(data: bytes, pieces: Sequence[bytes], limit: int) -> bytes:
    """Return the document that `data`'s piece numbers spell.

    Raises:
        ValueError: half a number, or more than `limit` bytes.
        IndexError: a number without a piece.
    """
    found = [pieces[code] for code in _little(array("H", data))]
    if sum(map(len, found)) > limit:
        raise ValueError(f"more than {limit:,} bytes")
    return b"".join(found)


def _little(codes: "array[int]") -> "array[int]":
    if byteorder == "big":
        codes.byteswap()
    return codes
