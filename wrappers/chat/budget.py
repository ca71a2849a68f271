"""`BudgetedChatModel`: an end to what answers may cost."""

import threading
from collections.abc import Sequence
from dataclasses import astuple
from os import PathLike
from pathlib import Path
from typing import Protocol

from crossworld.wrappers.chat.base import (
    BudgetExceededError,
    ChatError,
    ChatModel,
    Completion,
    Message,
    Sampling,
    Usage,
)
from crossworld.wrappers.chat.database import Database

COLUMNS = ("calls", "cached", "prompt_tokens", "completion_tokens", "seconds", "cost")
"""Those of `Usage`, in its order."""
TABLE = f"""
    CREATE TABLE IF NOT EXISTS spent (
        budget INTEGER PRIMARY KEY CHECK (budget = 1), {", ".join(f"{c} NOT NULL" for c in COLUMNS)}
    )
"""
TOTAL = f"SELECT {', '.join(COLUMNS)} FROM spent"
ADD = f"""
    INSERT INTO spent VALUES (1, {", ".join("?" for _ in COLUMNS)})
    ON CONFLICT (budget) DO UPDATE SET {", ".join(f"{c} = {c} + excluded.{c}" for c in COLUMNS)}
"""


class BudgetedChatModel:
    """Asks a model until the tokens or the money are spent.

    Put it inside a cache: `CachedChatModel(BudgetedChatModel(EndpointChatModel(...)))`. So answers
    that the cache has cost nothing, and still come when the budget is spent.

    What an answer costs is known when it is there, so the last answers may go beyond the limits:
    those that are under way when the budget is spent, one for each thread and process. Requests
    that failed count nothing.

    Args:
        model: asked for answers. For `max_cost` it has to know prices.
        path: a file (SQLite) for the sums, shared by all models, processes and resumed runs that
            name it; made if it is missing. It has to lie on a local disk. None counts what this
            object is asked; copies of it count on their own.
        max_tokens: most tokens of prompts and answers together; None for no limit.
        max_cost: most US dollars; None for no limit.

    Raises:
        ChatError: an argument is not as said above, or the file cannot be used.
    """

    def __init__(
        self,
        model: ChatModel,
        path: str | PathLike[str] | None = None,
        max_tokens: int | None = None,
        max_cost: float | None = None,
    ) -> None:
        for name, limit in (("max_tokens", max_tokens), ("max_cost", max_cost)):
            if limit is not None and not (isinstance(limit, int | float) and limit >= 0):
                raise ChatError(f"{name} {limit!r}: give a number from 0 on, or None for no limit.")
        self._model = model
        self._sums: _Sums = _Counter() if path is None else _Ledger(Path(path))
        self._max_tokens = max_tokens
        self._max_cost = max_cost

    @property
    def name(self) -> str:
        """That of the model inside."""
        return self._model.name

    @property
    def spent(self) -> Usage:
        """What has been spent so far, by all who share the file."""
        return self._sums.total()

    def complete(self, messages: Sequence[Message], sampling: Sampling) -> Completion:
        """Return the answer to a conversation.

        Raises:
            BudgetExceededError: the budget is spent; nothing was sent.
            ChatError: the file cannot be used, or there is a limit of money and no price.
            ChatUnavailableError: as the model inside.
        """
        self._check()
        answer = self._model.complete(messages, sampling)
        usage = answer.usage
        if usage.calls > usage.cached:
            self._sums.add(usage)
            if self._max_cost is not None and not usage.cost and usage.prompt_tokens:
                raise ChatError(
                    f"max_cost {self._max_cost:g}: model {self.name!r} says no costs, so that this"
                    " limit would never be reached; give it prices, or limit max_tokens."
                )
        return answer

    def _check(self) -> None:
        """Raise BudgetExceededError if nothing is left."""
        spent = self.spent
        tokens = spent.prompt_tokens + spent.completion_tokens
        for name, value, limit in (
            ("max_tokens", tokens, self._max_tokens),
            ("max_cost", spent.cost, self._max_cost),
        ):
            if limit is not None and value >= limit:
                raise BudgetExceededError(
                    f"{name} {limit:,} is spent: model {self.name!r} took {tokens:,} tokens and"
                    f" {spent.cost:,.4f} US dollars in {spent.calls:,} calls. Raise {name} to go"
                    " on."
                )


class _Sums(Protocol):
    def total(self) -> Usage:
        """Return all that was added."""

    def add(self, usage: Usage) -> None:
        """Add what an answer cost."""


class _Counter:
    """Sums of one object."""

    def __init__(self) -> None:
        self._total = Usage()
        self._lock = threading.Lock()

    def total(self) -> Usage:
        return self._total

    def add(self, usage: Usage) -> None:
        with self._lock:
            self._total += usage

    def __getstate__(self) -> Usage:
        return self._total

    def __setstate__(self, total: Usage) -> None:
        self._total = total
        self._lock = threading.Lock()


class _Ledger:
    """Sums in a file."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, TABLE, "account of a budget")
        self._database.create()

    def total(self) -> Usage:
        row = self._database.row(TOTAL)
        if row is None:
            return Usage()
        if not all(isinstance(value, int | float) for value in row):
            raise ChatError(f"{self._database.path}: the account is damaged; move the file away.")
        return Usage(*row)

    def add(self, usage: Usage) -> None:
        self._database.change(ADD, astuple(usage))
