"""A folder of games: finding, listing, loading and checking them.

Understands the official tree (`json_2.1.*/<split>/<task>/<trial>/game.tw-pddl`), one of its version
folders, and any other folder with `game.tw-pddl` files below it. Games are always in sorted order:
upstream lists them as the file system does, so that there the same seed plays other games elsewhere.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from crossworld.envs.core.errors import CrossworldError, DataError, GameError, TaskNotFoundError
from crossworld.envs.core.task import TaskSpec, manifest_hash
from crossworld.envs.household import engine, files
from crossworld.envs.household.game import Game
from crossworld.envs.household.games import compiled
from crossworld.envs.household.goal import TASK_TYPES

ENVIRONMENT_VARIABLE = "ALFWORLD_DATA"
ONLY_SPLIT = "all"
"""Name of the one split of a folder that is not divided into splits."""

_SKIPPED = ("movable", "Sliced")  # as alfworld's AlfredTWEnv.collect_game_files does


@dataclass(frozen=True, slots=True)
class GameFolder:
    """One game on disk."""

    task_id: str
    split: str
    path: Path

    @property
    def game_file(self) -> Path:
        """The game itself."""
        return self.path / files.GAME_FILE

    @property
    def trajectory_file(self) -> Path:
        """The annotations; the file may not exist."""
        return self.path / files.TRAJECTORY_FILE

    def load(self, text_version: str) -> Game:
        """Return the compiled game; see `games.Entry`."""
        return files.load_game(self.game_file, text_version)

    def instructions(self) -> tuple[str, ...]:
        """Return the human task sentences; see `games.Entry`."""
        if not self.trajectory_file.exists():
            raise DataError(
                f"{self.trajectory_file}: missing; human instructions are read from it. Use"
                ' instruction="template" or get the complete data.'
            )
        return files.read_instructions(self.trajectory_file)


@dataclass(frozen=True, slots=True)
class Finding:
    """What `verify` found about one game; `problem` is "" if it is sound."""

    path: Path
    problem: str


class Corpus:
    """All games below one folder.

    Args:
        root: the folder.

    Raises:
        DataError: there is no such folder, or no game in it.
    """

    def __init__(self, root: Path) -> None:
        self.root = _versioned(root)
        self._splits: dict[str, list[GameFolder]] = {}
        for folder in _walk(self.root):
            self._splits.setdefault(folder.split, []).append(folder)
        if not self._splits:
            raise DataError(
                f"{self.root}: no {files.GAME_FILE} file below this folder. Point data= or"
                f" ${ENVIRONMENT_VARIABLE} at ALFWorld's data (the folder that holds json_2.1.2)."
            )
        self._solvable: dict[str, tuple[GameFolder, ...]] = {}
        self._by_id: dict[str, dict[str, GameFolder]] = {}
        self._sha256: dict[Path, str] = {}

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits, sorted."""
        return tuple(sorted(self._splits))

    @property
    def default_split(self) -> str:
        """The split `train`, or else the only or first one."""
        return "train" if "train" in self._splits else self.splits[0]

    def folders(self, split: str) -> tuple[GameFolder, ...]:
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
            found = self._splits[split]
            self._solvable[split] = tuple(f for f in found if files.is_solvable(f.game_file))
        if not self._solvable[split]:
            raise TaskNotFoundError(
                f"split {split!r} in {self.root}: none of its {len(self._splits[split])} games is"
                " marked as solvable."
            )
        return self._solvable[split]

    def count(self, split: str) -> int:
        """Return the number of playable games of a split; errors as `folders`."""
        return len(self.folders(split))

    def draw(self, split: str, generator: np.random.Generator) -> GameFolder:
        """Return a game of a split, drawn uniformly."""
        folders = self.folders(split)
        return folders[int(generator.integers(len(folders)))]

    def find(self, task_id: str, split: str) -> GameFolder:
        """Return a game by its id, from `split` if it is there, else from any other split.

        Raises:
            TaskNotFoundError: no split has it.
        """
        if not self._by_id:
            self._by_id = {s: {f.task_id: f for f in fs} for s, fs in self._splits.items()}
        for name in (split, *self.splits):
            found = self._by_id.get(name, {}).get(task_id)
            if found is not None:
                return found
        example = self.folders(split)[0].task_id
        raise TaskNotFoundError(
            f"task {task_id!r} is not in {self.root}; ids look like {example!r}. List them with"
            " env.unwrapped.tasks(split)."
        )

    def tasks(self, split: str, start: int = 0, count: int = 1000) -> list[TaskSpec]:
        """Return the descriptions of `count` games of a split, from number `start` on."""
        return [self._spec(folder) for folder in self.folders(split)[start : start + count]]

    def manifest_hash(self, split: str) -> str:
        """Return one hash over all playable games of a split."""
        return manifest_hash(self.tasks(split, 0, len(self.folders(split))), "official files")

    def verify(self) -> Iterator[Finding]:
        """Check every game to the end, one by one; see `check`."""
        for split in self.splits:
            for folder in self._splits[split]:
                try:
                    check(folder)
                except CrossworldError as error:
                    yield Finding(folder.game_file, str(error))
                else:
                    yield Finding(folder.game_file, "")

    def __len__(self) -> int:
        """Return the number of games in all splits, playable or not."""
        return sum(map(len, self._splits.values()))

    def _spec(self, folder: GameFolder) -> TaskSpec:
        if folder.path not in self._sha256:
            self._sha256[folder.path] = files.read_game(folder.game_file).sha256
        task_type, *_, scene = folder.task_id.partition("/")[0].split("-")
        official = task_type in TASK_TYPES
        return TaskSpec(
            task_id=folder.task_id,
            task_type=task_type if official else compiled(folder).goal.spec.task_type,
            scene=(f"FloorPlan{scene}" if scene.isdigit() else scene) if official else "",
            sha256=self._sha256[folder.path],
            split=folder.split,
        )


@lru_cache(maxsize=16)
def open_corpus(data: str | None) -> Corpus:
    """Return the corpus at `data`; one per process and folder.

    Raises:
        DataError: no folder is given, or nothing is there.
    """
    if not data:
        raise DataError(
            "no official ALFWorld games: give data=FOLDER or set"
            f" ${ENVIRONMENT_VARIABLE} to the folder that holds json_2.1.2 (alfworld-download"
            " fetches it)."
        )
    return Corpus(Path(data).expanduser())


def check(folder: GameFolder) -> None:
    """Check one game: whole, known, solvable, and its walkthrough leads to success.

    Raises:
        DataError: a file is damaged.
        GameError: the game cannot be played, or cannot be won.
    """
    from crossworld.envs.household.experts.planner import plan

    text = files.read_game(folder.game_file)
    game = files.compile_text(text, folder.game_file)
    if not text.solvable:
        raise GameError(f"{folder.game_file}: marked as not solvable; it is left out of the split.")
    state = game.start.copy()
    for command in text.walkthrough:
        event = engine.act(state, command)
        if not event.valid:
            raise GameError(
                f"{folder.game_file}: its walkthrough fails at {command!r}: {event.feedback}"
            )
    if text.walkthrough and game.goal.share(state) < 1:
        raise GameError(f"{folder.game_file}: its walkthrough does not reach the goal.")
    if not text.walkthrough and plan(game.start) is None:
        raise GameError(f"{folder.game_file}: cannot be won; the planner finds no way.")
    if folder.trajectory_file.exists():
        files.read_json(folder.trajectory_file)


def _versioned(root: Path) -> Path:
    """Step down into the newest `json_2.1.*` folder, if there are any."""
    if not root.is_dir():
        raise DataError(
            f"{root}: no such folder. Point data= or ${ENVIRONMENT_VARIABLE} at ALFWorld's data."
        )
    versions = sorted(path for path in root.glob("json_2.1.*") if path.is_dir())
    return versions[-1] if versions else root


def _walk(root: Path) -> Iterator[GameFolder]:
    """Find all games below a folder, in sorted order."""
    found = []
    for path, _, names in os.walk(root, followlinks=True):
        if files.GAME_FILE in names:
            parts = Path(path).relative_to(root).parts
            if not any(word in part for word in _SKIPPED for part in parts):
                found.append((parts, Path(path)))
    for parts, folder in sorted(found):
        split = parts[0] if len(parts) > 2 else ONLY_SPLIT
        inner = parts[1:] if len(parts) > 2 else parts
        yield GameFolder("/".join(inner) or folder.name, split, folder)
