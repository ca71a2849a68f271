"""`GeneratedGames`: games made on demand from a split and a number, the same on every machine."""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from crossworld.envs.core.dice import Dice
from crossworld.envs.core.errors import GameError
from crossworld.envs.core.numbered import NumberedTasks
from crossworld.envs.core.task import TaskSpec, manifest_hash
from crossworld.envs.household.authoring import Room, problem_of, problem_text
from crossworld.envs.household.compile import compile_problem
from crossworld.envs.household.experts.planner import plan
from crossworld.envs.household.game import Game
from crossworld.envs.household.games import GAME_CACHE
from crossworld.envs.household.generation.contents import Filling
from crossworld.envs.household.generation.families import SEEN, UNSEEN
from crossworld.envs.household.generation.layout import Shell, furnish
from crossworld.envs.household.generation.sentences import paraphrases, template
from crossworld.envs.household.generation.tasks import KINDS, Chore, chores, hide
from crossworld.envs.household.goal import TASK_TYPES
from crossworld.envs.household.versions import VERSIONS

VERSION = 1
"""Of everything that is generated; part of every manifest hash."""

FAMILIES = {"train": SEEN, "valid_seen": SEEN, "valid_unseen": UNSEEN}
"""Split to the families that its rooms come from."""

ROOMS = 200
"""Rooms of each type that a group of families has."""

HELD_OUT = 8
"""One in this many combinations of training room, task type, target and destination is kept from
`train`, for `valid_seen`."""

MANIFEST = 24
"""Games that a manifest hash looks into, to notice a machine that makes other ones."""


@dataclass(frozen=True, slots=True)
class Household:
    """What a game is made from.

    Attributes:
        shell: the furnished room.
        room: the same with everything in it.
        chore: the task.
        sentence: the task in the words of a template.
    """

    shell: Shell
    room: Room
    chore: Chore
    sentence: str

    def spec(self, task_id: str, split: str) -> TaskSpec:
        """Return the task's description."""
        text = f"{self.sentence}\n{problem_text(self.room, self.chore.goal)}"
        return TaskSpec(
            task_id=task_id,
            task_type=self.chore.task_type,
            scene=self.shell.name,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            split=split,
        )


@dataclass(frozen=True, slots=True)
class GeneratedGame:
    """One game, by split and number."""

    split: str
    index: int

    @property
    def task_id(self) -> str:
        """The name that brings it back: split and number."""
        return f"{self.split}/{self.index}"

    def household(self) -> Household:
        """Make it."""
        return make(self.split, self.index)

    def load(self, text_version: str) -> Game:
        """Make and compile it; see `games.Entry`."""
        made = self.household()
        version = VERSIONS["wheel" if text_version == "auto" else text_version]
        game = compile_problem(problem_of(made.room, made.chore.goal), made.sentence, version)
        if not plan(game.start):
            raise GameError(f"{self.task_id}: the planner finds nothing to do; please report this.")
        return game

    def instructions(self) -> tuple[str, ...]:
        """Return the task in free words; see `games.Entry`."""
        return _paraphrases(self)


@dataclass(frozen=True, slots=True)
class GeneratedGames:
    """The source of generated games; see `games.Games`.

    Attributes:
        num_tasks: draw and list only the first so many games of each split; None for all.
    """

    num_tasks: int | None = None
    _numbers: NumberedTasks = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_numbers", NumberedTasks(tuple(FAMILIES), self.num_tasks))

    @property
    def default_split(self) -> str:
        """The split that is played if none is named."""
        return self._numbers.splits[0]

    def count(self, split: str) -> int | None:
        """Return `num_tasks`.

        Raises:
            TaskNotFoundError: there is no such split.
        """
        return self._numbers.count(split)

    def draw(self, split: str, generator: np.random.Generator) -> GeneratedGame:
        """Return a game of a split, drawn uniformly."""
        return GeneratedGame(split, self._numbers.draw(split, generator))

    def find(self, task_id: str, split: str) -> GeneratedGame:
        """Return a game by its id, `<split>/<number>`.

        Raises:
            TaskNotFoundError: it is none.
        """
        return GeneratedGame(*self._numbers.find(task_id, split))

    def tasks(self, split: str, start: int = 0, count: int = 1000) -> list[TaskSpec]:
        """Return the descriptions of `count` games of a split, in order, from number `start` on."""
        games = [
            GeneratedGame(split, number) for number in self._numbers.listed(split, start, count)
        ]
        return [game.household().spec(game.task_id, split) for game in games]

    def manifest_hash(self, split: str) -> str:
        """Return one hash over the generator's version, the split and its first games."""
        self.count(split)
        return _manifest(split)


@lru_cache(maxsize=GAME_CACHE)
def _paraphrases(game: GeneratedGame) -> tuple[str, ...]:
    dice = Dice("household in free words", VERSION, game.split, game.index)
    return paraphrases(game.household().chore, dice)


@lru_cache(maxsize=len(FAMILIES))
def _manifest(split: str) -> str:
    tasks = GeneratedGames().tasks(split, 0, MANIFEST)
    return manifest_hash(tasks, f"generated households, version {VERSION}, {split}")


def make(split: str, index: int) -> Household:
    """Return what game number `index` of a split is made from.

    Task types take turns, so that any stretch of numbers holds as many of each.
    """
    task_type = TASK_TYPES[index % len(TASK_TYPES)]
    dice = Dice("household", VERSION, split, index)
    rooms = KINDS[task_type].rooms
    while True:
        room_type = dice.weighted(list(rooms), list(rooms.values()))
        shell = shell_of(split == "valid_unseen", room_type, dice.below(ROOMS))
        possible = _of_split(split, shell, task_type)
        if possible:
            break
    target = dice.choice(sorted({chore.target for chore in possible}))
    chore = dice.choice([chore for chore in possible if chore.target == target])
    filling = Filling(shell, dice)
    hide(chore, filling)
    filling.stock(but=(target, chore.place))
    return Household(shell, filling.room(), chore, template(chore, dice))


@lru_cache(maxsize=2048)
def shell_of(unseen: bool, room_type: str, number: int) -> Shell:
    """Return a room: of the held-out families or of the others, by type and number."""
    families = (UNSEEN if unseen else SEEN)[room_type]
    family = families[number % len(families)]
    name = f"{room_type}_{family.name}_{number}"
    return furnish(room_type, name, family, Dice("household room", VERSION, name))


@lru_cache(maxsize=16384)
def _of_split(split: str, shell: Shell, task_type: str) -> tuple[Chore, ...]:
    """Return the tasks of a type in a room that belong to a split: no two splits share one."""
    possible = chores(shell, task_type)
    if split == "valid_unseen":
        return possible
    held_out = {
        chore
        for chore in possible
        if not Dice("held out", shell.name, task_type, chore.target, chore.destination).below(
            HELD_OUT
        )
    }
    return tuple(c for c in possible if (c in held_out) == (split == "valid_seen"))
