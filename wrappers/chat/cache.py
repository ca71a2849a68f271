"""`CachedChatModel`: no request is answered twice."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from crossworld.wrappers.chat.base import (
    ChatError,
    ChatModel,
    Completion,
    Message,
    Sampling,
    Usage,
)
from crossworld.wrappers.chat.database import Database
from crossworld.wrappers.chat.hashing import digest, request_key

TABLE = """
    CREATE TABLE IF NOT EXISTS answers (
        request TEXT PRIMARY KEY, answer TEXT NOT NULL, digest TEXT NOT NULL
    ) WITHOUT ROWID
"""
FIND = "SELECT answer, digest FROM answers WHERE request = ?"
KEEP = "INSERT INTO answers VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


class _Kept(NamedTuple):
    """An answer as it is kept."""

    text: str
    prompt_tokens: int
    completion_tokens: int


class CachedChatModel:
    """Answers equal requests from a file, and asks a model for all others.

    Requests are equal if the model's name, the messages with every pixel of their images, and the
    sampling are. Two servers that call different models the same need a file each.

    Put it around everything else: `CachedChatModel(BudgetedChatModel(EndpointChatModel(...)))`.
    So cached answers cost nothing, and still come when the budget is spent.

    Many threads and processes may use one file at once, and be killed at any time. If two of them
    ask the same at the same time, both pay, and both get the answer that was there first. The file
    has to lie on a local disk.

    Args:
        model: asked for what is not in the file.
        path: the file (SQLite); made if it is missing. It holds answers and hashes of requests, no
            requests.

    Raises:
        ChatError: the file is none of these, is damaged, or cannot be written.
    """

    def __init__(self, model: ChatModel, path: str | PathLike[str]) -> None:
        self._model = model
        self._database = Database(Path(path), TABLE, "cache of answers")
        self._database.create()

    @property
    def name(self) -> str:
        """That of the model inside."""
        return self._model.name

    def complete(self, messages: Sequence[Message], sampling: Sampling) -> Completion:
        """Return the answer to a conversation.

        Usage of an answer from the file: one call, one cached, its tokens, no cost.

        Raises:
            ChatError: the file is damaged, or cannot be written.
            ChatUnavailableError, BudgetExceededError: as the model inside.
        """
        begun = time.perf_counter()
        key = request_key(self.name, messages, sampling)
        kept = self._find(key)
        if kept is None:
            answer = self._model.complete(messages, sampling)
            return replace(answer, text=self._keep(key, answer).text)
        usage = Usage(
            1, 1, kept.prompt_tokens, kept.completion_tokens, time.perf_counter() - begun, 0.0
        )
        return Completion(kept.text, usage)

    def _find(self, key: str) -> _Kept | None:
        row = self._database.row(FIND, (key,))
        if row is None:
            return None
        kept, sealed = row
        if not isinstance(kept, str) or not kept.isascii() or digest(key + kept) != sealed:
            raise self._damaged(key)
        return _Kept(*json.loads(kept))

    def _keep(self, key: str, answer: Completion) -> _Kept:
        """Keep an answer, and return the one that is kept."""
        usage = answer.usage
        kept = json.dumps(_Kept(answer.text, usage.prompt_tokens, usage.completion_tokens))
        self._database.change(KEEP, (key, kept, digest(key + kept)))
        first = self._find(key)
        if first is None:
            raise self._damaged(key)
        return first

    def _damaged(self, key: str) -> ChatError:
        return ChatError(
            f"{self._database.path}: the answer kept for request {key[:12]} is damaged; move the"
            " file away, so that a new one is made."
        )
