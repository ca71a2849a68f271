"""Reading one game's files: `game.tw-pddl` and, where it is, `traj_data.json`.

Every failure is a `DataError` or `GameError` that names the file and what to do. A `StoredGame` is
one game wherever its files are: in a folder (`corpus.py`) or in a pack (`pack.py`).
"""

import hashlib
import json
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossworld.envs.core.errors import DataError, GameError, PddlSyntaxError
from crossworld.envs.household.compile import compile_game
from crossworld.envs.household.game import Game
from crossworld.envs.household.versions import (
    VERSIONS,
    domain_version,
    grammar_version,
    task_sentence,
)

GAME_FILE = "game.tw-pddl"
TRAJECTORY_FILE = "traj_data.json"
ONLY_SPLIT = "all"
"""Name of the one split of games that are not divided into splits."""
SIZE_LIMIT = 8 * 2**20
"""Bytes; official game files have 60 to 90 kB, official trajectories up to 1 MB."""

_SOLVABLE = re.compile(rb'(?<!\\)"solvable":\s*(true|false|null)')
_TAIL = 4096


@dataclass(frozen=True, slots=True)
class GameText:
    """The content of a `game.tw-pddl` file.

    Attributes:
        domain, grammar, problem: the three texts.
        solvable: whether its author's solver solved it.
        walkthrough: a solution, empty where the file has none.
        sha256: hash of the file's bytes.
    """

    domain: str
    grammar: str
    problem: str
    solvable: bool
    walkthrough: tuple[str, ...]
    sha256: str


def read_bytes(path: Path) -> bytes:
    """Read a whole file, refusing huge ones.

    Raises:
        DataError: it is missing, unreadable or larger than `SIZE_LIMIT`.
    """
    try:
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise DataError(
                f"{path}: {size:,} bytes, more than the limit of {SIZE_LIMIT:,}; this is no game"
                " file. Remove it or restore it from the original data."
            )
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}).") from error


def read_json(path: Path) -> tuple[dict[str, Any], str]:
    """Read a JSON object; also return the sha256 of the file's bytes.

    Raises:
        DataError: the file cannot be read or is not a UTF-8 JSON object.
    """
    return parse_json(read_bytes(path), path)


def parse_json(raw: bytes, path: Path) -> tuple[dict[str, Any], str]:
    """Return a file's bytes as a JSON object, and their sha256; `path` is for messages.

    Raises:
        DataError: they are not a UTF-8 JSON object.
    """
    advice = "The file is damaged; restore it from the original data."
    try:
        content = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text at byte {error.start}. {advice}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not valid JSON ({error}); truncated? {advice}") from error
    if not isinstance(content, dict):
        raise DataError(f"{path}: holds a {type(content).__name__}, not a JSON object. {advice}")
    return content, hashlib.sha256(raw).hexdigest()


def read_game(path: Path) -> GameText:
    """Read a `game.tw-pddl` file.

    Raises:
        DataError: the file is damaged or lacks a field.
    """
    content, sha256 = read_json(path)
    return parse_game(content, path, sha256)


def parse_game(content: dict[str, Any], path: Path, sha256: str = "") -> GameText:
    """Return a game's fields from its JSON object; `path` is for messages.

    Raises:
        DataError: a field is missing or of the wrong kind.
    """
    texts = {}
    for key in ("pddl_domain", "grammar", "pddl_problem"):
        value = content.get(key)
        if not isinstance(value, str):
            raise DataError(
                f"{path}: field {key!r} is {'missing' if value is None else 'not a string'}; this"
                f" is no {GAME_FILE} file of ALFWorld's."
            )
        texts[key] = value
    walkthrough = content.get("walkthrough") or []
    if not isinstance(walkthrough, list) or not all(isinstance(c, str) for c in walkthrough):
        raise DataError(f"{path}: field 'walkthrough' must be a list of commands or null.")
    return GameText(
        domain=texts["pddl_domain"],
        grammar=texts["grammar"],
        problem=texts["pddl_problem"],
        solvable=content.get("solvable") is True,
        walkthrough=tuple(walkthrough),
        sha256=sha256,
    )


def is_solvable(path: Path) -> bool:
    """Return the file's `solvable` mark, reading only its end where that is enough.

    A file that cannot be read counts as solvable here, so that playing it names what is wrong.
    """
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL))
            found = _SOLVABLE.findall(file.read())
        if len(found) == 1:
            return bool(found[0] == b"true")
        return read_game(path).solvable
    except (OSError, DataError):
        return True


def load_game(path: Path, text_version: str = "auto") -> Game:
    """Read and compile one game.

    Args:
        path: a `game.tw-pddl` file.
        text_version: "auto" (what its grammar speaks) or a name of `VERSIONS`.

    Raises:
        DataError: the file is damaged.
        GameError: the file is whole but not a game that can be played exactly.
    """
    return compile_text(read_game(path), path, text_version)


def compile_text(game: GameText, path: Path, text_version: str = "auto") -> Game:
    """Compile a game that has been read from `path`; errors as for `load_game`."""
    try:
        spoken = grammar_version(game.grammar)
        rules = domain_version(game.domain)
        if spoken != rules:
            raise GameError(
                f"its grammar is that of version {spoken!r}, its domain that of {rules!r}; they"
                " must belong together."
            )
        sentence = task_sentence(game.grammar)
        version = VERSIONS[spoken if text_version == "auto" else text_version]
        return compile_game(game.problem, sentence, version)
    except (GameError, PddlSyntaxError) as error:
        raise GameError(f"{path}: {error}") from error


def parse_instructions(content: dict[str, Any], path: Path) -> tuple[str, ...]:
    """Return the human task sentences of a trajectory's JSON object, in its order.

    `path` is for messages.

    Raises:
        DataError: there are none.
    """
    try:
        sentences = tuple(str(a["task_desc"]) for a in content["turk_annotations"]["anns"])
    except (KeyError, TypeError) as error:
        raise DataError(
            f"{path}: no human instructions (turk_annotations.anns[].task_desc is missing)."
        ) from error
    if not sentences:
        raise DataError(f"{path}: no human instructions (turk_annotations.anns is empty).")
    return sentences


class StoredGame(ABC):
    """One game of a corpus, as `games.Entry` asks for it, and what checking and packing it needs."""

    __slots__ = ()
    task_id: str
    split: str

    @property
    @abstractmethod
    def path(self) -> Path:
        """What messages call its folder; in a pack there is no such folder."""

    @abstractmethod
    def read(self) -> bytes:
        """Return the bytes of its `game.tw-pddl` file.

        Raises:
            DataError: they cannot be read.
        """

    @abstractmethod
    def annotations(self) -> dict[str, Any] | None:
        """Return what there is of its `traj_data.json`, None where it has none.

        Raises:
            DataError: the file is damaged.
        """

    @abstractmethod
    def is_solvable(self) -> bool:
        """Return its `solvable` mark; True if it cannot be read."""

    @abstractmethod
    def sha256(self) -> str:
        """Return the hash of its `game.tw-pddl` file; errors as for `read`."""

    @property
    def game_file(self) -> Path:
        """What messages call its `game.tw-pddl`."""
        return self.path / GAME_FILE

    @property
    def trajectory_file(self) -> Path:
        """What messages call its `traj_data.json`, which may not exist."""
        return self.path / TRAJECTORY_FILE

    def text(self) -> GameText:
        """Return the content of its `game.tw-pddl`.

        Raises:
            DataError: the file is damaged or lacks a field.
        """
        content, sha256 = parse_json(self.read(), self.game_file)
        return parse_game(content, self.game_file, sha256)

    def load(self, text_version: str) -> Game:
        """Return the compiled game; see `games.Entry`."""
        return compile_text(self.text(), self.game_file, text_version)

    def instructions(self) -> tuple[str, ...]:
        """Return the human task sentences; see `games.Entry`."""
        content = self.annotations()
        if content is None:
            raise DataError(
                f"{self.trajectory_file}: missing; human instructions are read from it. Use"
                ' instruction="template" or get the complete data.'
            )
        return parse_instructions(content, self.trajectory_file)
