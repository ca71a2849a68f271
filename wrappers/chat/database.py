"""Small SQLite files that threads and processes share, and that survive being killed."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossworld.wrappers.chat.base import ChatError

PATIENCE = 60.0
"""Seconds to wait for others that write."""


@dataclass(frozen=True, slots=True)
class Database:
    """A file of one table; made if it is missing.

    A connection for each statement costs less than a millisecond, and needs no thought of threads,
    forks and pickles. SQLite's own locks and journal keep writers apart and the file whole, on a
    local disk (https://www.sqlite.org/atomiccommit.html).

    Attributes:
        path: the file.
        table: the SQL that makes its table if it is missing.
        what: what the file is, for errors.

    Raises:
        ChatError: from every method: it is no such file, is damaged, is locked by others for a
            minute, or cannot be written.
    """

    path: Path
    table: str
    what: str

    def create(self) -> None:
        """Make the file, or see that it is one that can be used."""
        with self._open() as database:
            database.execute(self.table)

    def row(self, query: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """Return the first row that a query finds."""
        with self._open() as database:
            found: tuple[Any, ...] | None = database.execute(query, values).fetchone()
        return found

    def change(self, statement: str, values: Sequence[Any]) -> None:
        """Change the table; once this returns, the change is on the disk."""
        with self._open() as database:
            database.execute(statement, values)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            # Without isolation level each statement is a transaction.
            with closing(
                sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            ) as database:
                yield database
        # Damaged names of tables are no UTF-8, which the module does not wrap.
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise ChatError(
                f"{self.path}: no {self.what} that can be used ({error}). If it is damaged or"
                " something else, move it away; otherwise see that its folder exists, can be"
                " written and has room."
            ) from error
