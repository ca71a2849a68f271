"""`RecordedChatModel` writes down what is asked and answered; `ReplayedChatModel` answers from it."""

import fcntl
import json
import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from crossworld.wrappers.chat.base import (
    ChatError,
    ChatModel,
    Completion,
    Message,
    Sampling,
    Usage,
)
from crossworld.wrappers.chat.hashing import describe_request, key_of

START = b'{"key": "'
"""How every line begins."""
BLOCK = 1 << 16
"""How many bytes are searched at once for the end of a line."""
COMPARED = 2000
"""How many characters at the end of conversations are compared to find the nearest."""
AROUND = 30
"""How many characters an error shows from where two texts part."""


class RecordedChatModel:
    """Asks a model, and appends each request and its answer to a file.

    The file has one JSON object a line, in ASCII: `key` (SHA-256 of `request`), `request` (model,
    messages, images by their SHA-256, sampling), `text`, `prompt_tokens` and `completion_tokens`.
    Requests that failed are not in it. It can be read by people, and holds what models were told,
    but neither pixels nor keys.

    Many threads and processes may append to one file, and be killed at any time: what was cut off
    is removed by the next one that appends.

    Args:
        model: asked.
        path: the file; made if it is missing, and appended to if not.

    Raises:
        ChatError: the file cannot be written.
    """

    def __init__(self, model: ChatModel, path: str | PathLike[str]) -> None:
        self._model = model
        self._path = Path(path)
        self._append(b"")

    @property
    def name(self) -> str:
        """That of the model inside."""
        return self._model.name

    def complete(self, messages: Sequence[Message], sampling: Sampling) -> Completion:
        """Return the answer to a conversation.

        Raises:
            ChatError: the file cannot be written.
            ChatUnavailableError, BudgetExceededError: as the model inside.
        """
        request = describe_request(self.name, messages, sampling)
        answer = self._model.complete(messages, sampling)
        record = {
            "key": key_of(request),
            "request": request,
            "text": answer.text,
            "prompt_tokens": answer.usage.prompt_tokens,
            "completion_tokens": answer.usage.completion_tokens,
        }
        self._append(json.dumps(record).encode("ascii") + b"\n")
        return answer

    def _append(self, line: bytes) -> None:
        try:
            with self._path.open("ab+", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed
                if not START.startswith(os.pread(file.fileno(), len(START), 0)):
                    raise OSError("it is no file of recorded answers")
                _cut_unfinished(file.fileno())
                while line:
                    line = line[os.write(file.fileno(), line) :]
        except OSError as error:
            raise ChatError(f"{self._path}: cannot be appended to ({error}).") from error


class ReplayedChatModel:
    """Answers from a file that `RecordedChatModel` wrote, and asks nobody.

    Where the same was asked several times, the answers come in the order of the file, the last one
    for ever. Threads that ask the same may so get them in another order than when they were
    recorded; a cache inside the recorder makes them all alike.

    Args:
        path: the file. An unfinished last line, left by a process that was killed, is passed over.
        name: of the model; None if the file knows one only.

    Raises:
        ChatError: the file is missing or damaged, or has no such model.
    """

    def __init__(self, path: str | PathLike[str], name: str | None = None) -> None:
        self._path = Path(path)
        self._records: dict[str, list[_Record]] = defaultdict(list)
        for record in _read(self._path):
            self._records[key_of(record.request)].append(record)
        names = sorted({r[0].request["model"] for r in self._records.values()})
        if name is None and len(names) == 1:
            name = names[0]
        if name is None or name not in names:
            raise ChatError(
                f"{self._path}: model {name!r} is none of those that it has answers of,"
                f" {names}; give the name of one of them."
            )
        self.name = name
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def complete(self, messages: Sequence[Message], sampling: Sampling) -> Completion:
        """Return the answer that was recorded.

        Usage: one call, one cached, the tokens that were recorded, no cost.

        Raises:
            ChatError: nothing was recorded for this request; the message names the nearest one.
        """
        begun = time.perf_counter()
        request = describe_request(self.name, messages, sampling)
        key = key_of(request)
        if key not in self._records:
            raise self._unknown(request)
        answers = self._records[key]
        with self._lock:
            record = answers[min(self._taken[key], len(answers) - 1)]
            self._taken[key] += 1
        seconds = time.perf_counter() - begun
        usage = Usage(1, 1, record.prompt_tokens, record.completion_tokens, seconds, 0.0)
        return Completion(record.text, usage)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the lock."""
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take in what `__getstate__` returned."""
        self.__dict__.update(state, _lock=threading.Lock())

    def _unknown(self, request: dict[str, Any]) -> ChatError:
        by_words = {_words(r[0].request): r[0] for r in self._records.values()}
        asked = _words(request)
        # What differs in images or sampling only has the same words.
        near = asked if asked in by_words else get_close_matches(asked, by_words, 1, cutoff=0)[0]
        record = by_words[near]
        return ChatError(
            f"{self._path}: this was never asked when it was recorded. The nearest is line"
            f" {record.line}; {_difference(record.request, request)}. Ask the same, or record anew."
        )


class _Record(NamedTuple):
    line: int
    request: dict[str, Any]
    text: str
    prompt_tokens: int
    completion_tokens: int


def _read(path: Path) -> Iterator[_Record]:
    try:
        *lines, _ = path.read_bytes().split(b"\n")
    except OSError as error:
        raise ChatError(f"{path}: no recorded answers that can be read ({error}).") from error
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            record = _Record(
                number,
                entry["request"],
                entry["text"],
                entry["prompt_tokens"],
                entry["completion_tokens"],
            )
            whole = key_of(record.request) == entry["key"] and isinstance(record.text, str)
        except (ValueError, LookupError, TypeError, RecursionError):
            whole = False
        if not whole:
            raise ChatError(
                f"{path}, line {number}: no recorded answer, or a damaged one; remove the line, or"
                " give a file that RecordedChatModel wrote."
            )
        yield record


def _words(request: dict[str, Any]) -> str:
    """Return the end of a conversation."""
    return "\n".join(message["text"] for message in request["messages"])[-COMPARED:]


def _difference(recorded: dict[str, Any], asked: dict[str, Any]) -> str:
    """Return the first difference of two requests, in words."""
    for name in ("model", "sampling"):
        if recorded[name] != asked[name]:
            return f"recorded was {name} {recorded[name]!r}, asked is {asked[name]!r}"
    pairs = zip(recorded["messages"], asked["messages"], strict=False)
    for number, (one, other) in enumerate(pairs):
        if one["role"] != other["role"]:
            return f"message {number} is recorded of {one['role']!r}, asked of {other['role']!r}"
        if one["images"] != other["images"]:
            return f"message {number} has other images"
        if one["text"] != other["text"]:
            at = _parting(one["text"], other["text"])
            return (
                f"message {number} differs from character {at} on: recorded"
                f" {one['text'][at : at + AROUND]!r}, asked {other['text'][at : at + AROUND]!r}"
            )
    counts = len(recorded["messages"]), len(asked["messages"])
    return "recorded are {} messages, asked {}".format(*counts)


def _parting(one: str, other: str) -> int:
    """Return where two texts begin to differ."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _cut_unfinished(file: int) -> None:
    """Remove what stands behind the last end of a line."""
    end = os.fstat(file).st_size
    start = end
    found = -1
    while start > 0 and found < 0:
        start = max(start - BLOCK, 0)
        found = os.pread(file, BLOCK, start).rfind(b"\n")
    whole = start + found + 1
    if whole < end:
        os.ftruncate(file, whole)
