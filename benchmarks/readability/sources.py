"""Which games are trained on, which set thresholds, and which are only tested on: by rooms."""

from collections.abc import Iterable, Iterator
from itertools import count
from zlib import crc32

import numpy as np

from crossworld.envs.household.corpus import Corpus
from crossworld.envs.household.files import StoredGame
from crossworld.envs.household.games import Entry
from crossworld.envs.household.generation.generator import GeneratedGame

KEPT_BACK = 12
"""One in this many training rooms is kept back to choose thresholds."""

LEFT_OUT = 5
"""Official floor plans whose number is a multiple of this are only tested on."""


def fitting(games: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the games in rooms that weights are fitted to."""
    return (game for game in games if not _is_kept_back(room(game)))


def tuning(games: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the games in rooms that are kept back to choose thresholds."""
    return (game for game in games if _is_kept_back(room(game)))


def generated(split: str) -> Iterator[Entry]:
    """Yield the generated games of a split, without end."""
    return (GeneratedGame(split, index) for index in count())


def official(corpus: Corpus, seed: int = 0) -> tuple[list[StoredGame], list[StoredGame]]:
    """Return the official games to train on and those in floor plans that are left out, shuffled.

    Raises:
        ValueError: a game's name tells no floor plan.
    """
    games = [game for split in corpus.splits for game in corpus.games(split)]
    mixed = [games[k] for k in np.random.default_rng(seed).permutation(len(games)).tolist()]
    known: list[StoredGame] = []
    left_out: list[StoredGame] = []
    for game in mixed:
        (known if int(room(game)) % LEFT_OUT else left_out).append(game)
    return known, left_out


def room(game: Entry) -> str:
    """Return what the room of a game is called; of an official one, the number of its floor plan.

    Raises:
        ValueError: a game's name tells no floor plan.
    """
    if isinstance(game, GeneratedGame):
        return game.household().shell.name
    number = game.task_id.partition("/")[0].rpartition("-")[2]
    if not number.isdigit():
        raise ValueError(
            f"{game.task_id}: no floor plan; official games are in folders like pick-Mug-None-Desk-301."
        )
    return number


def _is_kept_back(name: str) -> bool:
    return crc32(name.encode()) % KEPT_BACK == 0
