"""A folder or a pack of games: finding, listing, loading and checking them.

Understands the official tree (`json_2.1.*/<split>/<task>/<trial>/game.tw-pddl`), one of its version
folders, any other folder with `game.tw-pddl` files below it, and a pack of any of these (`pack.py`).
Games are always in sorted order: upstream lists them as the file system does, so that there the same
seed plays other games elsewhere.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from crossworld.envs.core.errors import CrossworldError, DataError, GameError, TaskNotFoundError
from crossworld.envs.core.task import TaskSpec, manifest_hash
from crossworld.envs.household import engine, files
from crossworld.envs.household.files import ONLY_SPLIT, StoredGame
from crossworld.envs.household.games import compiled
from crossworld.envs.household.goal import TASK_TYPES
from crossworld.envs.household.pack import Pack

ENVIRONMENT_VARIABLE = "ALFWORLD_DATA"

_SKIPPED = ("movable", "Sliced")  # as alfworld's AlfredTWEnv.collect_game_files does


@dataclass(frozen=True, slots=True)
class GameFolder(StoredGame):
    """One game in a folder of its own."""

    task_id: str
    split: str
    folder: Path

    @property
    def path(self) -> Path:
        """The folder."""
        return self.folder

    def read(self) -> bytes:
        """Return the bytes of the game file; see `files.StoredGame`."""
        return files.read_bytes(self.game_file)

    def annotations(self) -> dict[str, Any] | None:
        """Return the content of `traj_data.json`, if it is there; see `files.StoredGame`."""
        if not self.trajectory_file.exists():
            return None
        return files.read_json(self.trajectory_file)[0]

    def is_solvable(self) -> bool:
        """Return the file's `solvable` mark; see `files.is_solvable`."""
        return files.is_solvable(self.game_file)

    def sha256(self) -> str:
        """Return the hash of the game file; see `files.StoredGame`."""
        return files.read_game(self.game_file).sha256


@dataclass(frozen=True, slots=True)
class Finding:
    """What `verify` found about one game; `problem` is "" if it is sound."""

    path: Path
    problem: str


class Corpus:
    """All games below one folder, or in one pack.

    Args:
        root: the folder or the pack.

    Raises:
        DataError: there is no such folder or pack, or no game in it, or the pack is damaged.
    """

    def __init__(self, root: Path) -> None:
        root = root.absolute()  # the working directory can change
        self.packed = root.is_file()
        self.root = root if self.packed else _versioned(root)
        self._splits: dict[str, list[StoredGame]] = {}
        for game in Pack(root).games if self.packed else _walk(self.root):
            self._splits.setdefault(game.split, []).append(game)
        if not self._splits:
            raise DataError(
                f"{self.root}: no {files.GAME_FILE} file below this folder. Point data= or"
                f" ${ENVIRONMENT_VARIABLE} at ALFWorld's data (the folder that holds json_2.1.2)."
            )
        self._solvable: dict[str, tuple[StoredGame, ...]] = {}
        self._by_id: dict[str, dict[str, StoredGame]] = {}
        self._sha256: dict[StoredGame, str] = {}

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits, sorted."""
        return tuple(sorted(self._splits))

    @property
    def default_split(self) -> str:
        """The split `train`, or else the only or first one."""
        return "train" if "train" in self._splits else self.splits[0]

    @property
    def stored(self) -> tuple[StoredGame, ...]:
        """All games, playable or not, sorted by split and task id."""
        return tuple(game for split in self.splits for game in self._splits[split])

    def games(self, split: str) -> tuple[StoredGame, ...]:
        """Return the playable games of a split, sorted by task id.

        Like upstream, games that their file does not mark as solvable are left out.

        Raises:
            TaskNotFoundError: there is no such split, or nothing in it can be played.
        """
        if split not in self._splits:
            raise TaskNotFoundError(
                f"split {split!r} is not in {self.root}; it has {', '.join(self.splits)}."
            )
        if split not in self._solvable:
            self._solvable[split] = tuple(g for g in self._splits[split] if g.is_solvable())
        if not self._solvable[split]:
            raise TaskNotFoundError(
                f"split {split!r} in {self.root}: none of its {len(self._splits[split])} games is"
                " marked as solvable."
            )
        return self._solvable[split]

    def folders(self, split: str) -> tuple[GameFolder, ...]:
        """Return the playable games of a split as folders; errors as `games`.

        Raises:
            DataError: the games are in a pack, so that there are no folders.
        """
        folders = tuple(game for game in self.games(split) if isinstance(game, GameFolder))
        if not folders:
            raise DataError(
                f"{self.root}: a pack, but the games' own files are needed here. Write them with"
                " 'crossworld data unpack', and give that folder."
            )
        return folders

    def count(self, split: str) -> int:
        """Return the number of playable games of a split; errors as `games`."""
        return len(self.games(split))

    def draw(self, split: str, generator: np.random.Generator) -> StoredGame:
        """Return a game of a split, drawn uniformly."""
        games = self.games(split)
        return games[int(generator.integers(len(games)))]

    def find(self, task_id: str, split: str) -> StoredGame:
        """Return a game by its id, from `split` if it is there, else from any other split.

        Raises:
            TaskNotFoundError: no split has it.
        """
        if not self._by_id:
            self._by_id = {s: {g.task_id: g for g in gs} for s, gs in self._splits.items()}
        for name in (split, *self.splits):
            found = self._by_id.get(name, {}).get(task_id)
            if found is not None:
                return found
        example = self.games(split)[0].task_id
        raise TaskNotFoundError(
            f"task {task_id!r} is not in {self.root}; ids look like {example!r}. List them with"
            " env.unwrapped.tasks(split)."
        )

    def tasks(self, split: str, start: int = 0, count: int = 1000) -> list[TaskSpec]:
        """Return the descriptions of `count` games of a split, from number `start` on."""
        return [self._spec(game) for game in self.games(split)[start : start + count]]

    def manifest_hash(self, split: str) -> str:
        """Return one hash over all playable games of a split."""
        return manifest_hash(self.tasks(split, 0, self.count(split)), "official files")

    def verify(self) -> Iterator[Finding]:
        """Check every game to the end, one by one; see `check`."""
        for game in self.stored:
            try:
                check(game)
            except CrossworldError as error:
                yield Finding(game.game_file, str(error))
            else:
                yield Finding(game.game_file, "")

    def __len__(self) -> int:
        """Return the number of games in all splits, playable or not."""
        return sum(map(len, self._splits.values()))

    def _spec(self, game: StoredGame) -> TaskSpec:
        if game not in self._sha256:
            self._sha256[game] = game.sha256()
        task_type, *names = game.task_id.partition("/")[0].split("-")
        scene = names[-1] if names else ""
        official = task_type in TASK_TYPES
        return TaskSpec(
            task_id=game.task_id,
            task_type=task_type if official else compiled(game).goal.spec.task_type,
            scene=(f"FloorPlan{scene}" if scene.isdigit() else scene) if official else "",
            sha256=self._sha256[game],
            split=game.split,
        )


def open_corpus(data: str | None) -> Corpus:
    """Return the corpus at `data`, a folder or a pack; one per process and path.

    A pack that was replaced is opened anew.

    Raises:
        DataError: none is given, or nothing is there.
    """
    if not data:
        raise DataError(
            "no official ALFWorld games: give data=FOLDER or set"
            f" ${ENVIRONMENT_VARIABLE} to the folder that holds json_2.1.2 (alfworld-download"
            " fetches it), or to a pack of it ('crossworld data pack' makes one)."
        )
    root = Path(os.path.expanduser(data)).absolute()
    found = root.stat() if root.is_file() else None
    version = found and (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    return _opened(root, version)


@lru_cache(maxsize=16)
def _opened(root: Path, version: tuple[int, ...] | None) -> Corpus:
    """Return a corpus; `version` changes when its pack is replaced."""
    return Corpus(root)


def check(stored: StoredGame) -> None:
    """Check one game: whole, known, solvable, and its walkthrough leads to success.

    Raises:
        DataError: a file is damaged.
        GameError: the game cannot be played, or cannot be won.
    """
    from crossworld.envs.household.experts.planner import plan

    text, name = stored.text(), stored.game_file
    game = files.compile_text(text, name)
    if not text.solvable:
        raise GameError(f"{name}: marked as not solvable; it is left out of the split.")
    state = game.start.copy()
    for command in text.walkthrough:
        event = engine.act(state, command)
        if not event.valid:
            raise GameError(f"{name}: its walkthrough fails at {command!r}: {event.feedback}")
    if text.walkthrough and game.goal.share(state) < 1:
        raise GameError(f"{name}: its walkthrough does not reach the goal.")
    if not text.walkthrough and plan(game.start) is None:
        raise GameError(f"{name}: cannot be won; the planner finds no way.")
    stored.annotations()


def _versioned(root: Path) -> Path:
    """Step down into the newest `json_2.1.*` folder, if there are any."""
    if not root.is_dir():
        raise DataError(
            f"{root}: no such folder or pack. Point data= or ${ENVIRONMENT_VARIABLE} at ALFWorld's"
            " data."
        )
    versions = sorted(path for path in root.glob("json_2.1.*") if path.is_dir())
    return versions[-1] if versions else root


def _walk(root: Path) -> Iterator[GameFolder]:
    """Find all games below a folder, in sorted order.

    Raises:
        DataError: two of them would have one split and task id, as in `all/x/y` beside `x/y`.
    """
    found = []
    for path, folders, names in os.walk(root, followlinks=True):
        here = os.path.realpath(path)
        # A link to a folder that it lies in would be followed for ever.
        folders[:] = [f for f in folders if not _leads_up(os.path.join(path, f), here)]
        if files.GAME_FILE in names:
            parts = Path(path).relative_to(root).parts
            if not any(word in part for word in _SKIPPED for part in parts):
                found.append((parts, Path(path)))
    known: dict[tuple[str, str], Path] = {}
    for parts, folder in sorted(found):
        split = parts[0] if len(parts) > 2 else ONLY_SPLIT
        inner = parts[1:] if len(parts) > 2 else parts
        task_id = "/".join(inner) or os.path.basename(os.path.abspath(folder))
        other = known.setdefault((split, task_id), folder)
        if other is not folder:
            raise DataError(
                f"{folder}: would be game {task_id!r} of split {split!r}, and so would {other}."
                " Rename or remove one of the two folders."
            )
        yield GameFolder(task_id, split, folder)


def _leads_up(folder: str, here: str) -> bool:
    """Return whether a folder in `here` is a link to `here` or to a folder around it."""
    target = os.path.realpath(folder)
    return os.path.islink(folder) and os.path.commonpath((target, here)) == target
