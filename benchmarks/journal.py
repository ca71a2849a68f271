"""Append-only JSON lines that survive a kill at any byte."""

import json
from pathlib import Path
from typing import Any

from crossworld.envs.core.errors import CrossworldError


class JournalError(CrossworldError):
    """A journal that is damaged in a way no kill explains."""


class Journal:
    """A JSON-lines file under one writer.

    A line counts once its newline is on disk. What follows the last newline was torn by a kill; it
    is cut off on opening.

    Args:
        path: the file; made if missing.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")
        self._file.truncate(len(_whole_lines(path)))

    def append(self, entry: dict[str, Any]) -> None:
        """Write one line and hand it to the operating system."""
        self._file.write(json.dumps(entry, ensure_ascii=False).encode("utf-8") + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_journal(path: Path) -> list[Any]:
    """Return the entries of a journal, without a torn last line; none if there is no file.

    Raises:
        JournalError: a whole line is not JSON.
    """
    lines = _whole_lines(path).splitlines()
    return [_parse(f"{path}, line {number}", line) for number, line in enumerate(lines, 1)]


def _parse(where: str, line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise JournalError(
            f"{where}: not JSON ({error}). Something other than crossworld wrote here; delete the"
            " line to have its episode played again."
        ) from error


def _whole_lines(path: Path) -> bytes:
    content = path.read_bytes() if path.exists() else b""
    return content[: content.rfind(b"\n") + 1]
