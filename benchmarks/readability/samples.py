"""Frames of receptacles, and what the text says is in them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.household import engine
from crossworld.envs.household.catalogue import OBJECT_TYPES
from crossworld.envs.household.game import Game
from crossworld.envs.household.games import Entry
from crossworld.envs.household.gaze import next_gaze
from crossworld.envs.household.state import OBJECT_BITS, State, bits
from crossworld.envs.household.visual.frames import draw
from crossworld.envs.household.visual.ids import KINDS
from crossworld.envs.household.visual.numbering import object_label

NAMES = tuple(sorted(OBJECT_TYPES))
"""Types of objects, in the order of label columns."""

PER_GAME = 16
"""Most frames of one game."""

_EMPTY = 0.2
"""How often a receptacle is visited that shows nothing, beside one that shows something."""

_HANDLED = 0.1
"""In every other game, how often an object has been handled, for each way that is possible for it:
often enough that a classifier can learn what the signs, and what things look like inside."""

_FLAGS = {
    "clean": "cleanable", "cool": "coolable", "hot": "heatable", "sliced": "sliceable",
    "toggled": "toggleable",
}  # fmt: skip

BITS = tuple(sorted(OBJECT_BITS))
"""Conditions of objects, in the order of columns."""

Labels = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Frames and their labels.

    Attributes:
        images: (n, size, size, 3) uint8.
        where: (n, size, size) uint8; 1 + number of the type of a pixel's object, if that is in the
            receptacle that is looked at, else 0. For training, and to tell why something is missed.
        labels: (n, types) which types are in that receptacle, in the order of `NAMES`.
        conditions: (n, bits) which of `BITS` one of them has.
        names: per frame, game and receptacle.
    """

    images: NDArray[np.uint8]
    where: NDArray[np.uint8]
    labels: Labels
    conditions: Labels
    names: tuple[str, ...]

    @property
    def answers(self) -> Labels:
        """(n, types + bits): all that can be asked of a frame."""
        return np.concatenate([self.labels, self.conditions], axis=1)

    def pixels(self) -> NDArray[np.int64]:
        """Return (n, types): by how many pixels each type is shown."""
        count = len(NAMES) + 1
        return np.stack([np.bincount(seen.ravel(), minlength=count)[1:] for seen in self.where])


def collect(games: Iterable[Entry], frames: int, size: int, seed: int = 0) -> Samples:
    """Walk through games and draw `frames` receptacles, fewer if there are not enough games.

    What is drawn of a game depends on the game and the seed alone.
    """
    images = np.empty((frames, size, size, 3), np.uint8)
    where = np.empty((frames, size, size), np.uint8)
    labels = np.zeros((frames, len(NAMES)), bool)
    conditions = np.zeros((frames, len(BITS)), bool)
    names: list[str] = []
    for entry in games:
        for state, r in visits(entry, seed):
            row = len(names)
            if row == frames:
                break
            frame = draw(state, r, size)
            images[row], where[row] = frame.image, _where(state, r, frame.segmentation)
            labels[row], conditions[row] = label(state, r)
            names.append(f"{entry.task_id}: {state.game.receptacle_names[r]}")
        if len(names) == frames:
            break
    n = len(names)
    return Samples(images[:n], where[:n], labels[:n], conditions[:n], tuple(names))


def joined(one: Samples, other: Samples) -> Samples:
    """Return the samples of both."""
    return Samples(
        np.concatenate([one.images, other.images]),
        np.concatenate([one.where, other.where]),
        np.concatenate([one.labels, other.labels]),
        np.concatenate([one.conditions, other.conditions]),
        one.names + other.names,
    )


def label(state: State, receptacle: int) -> tuple[Labels, Labels]:
    """Return which types are in an open receptacle, and which conditions they have."""
    inside = state.contents[receptacle]
    types = np.zeros(len(NAMES), bool)
    types[[k for o in bits(inside) if (k := _kind(state.game, o)) >= 0]] = True
    return types, np.array([bool(getattr(state, bit) & inside) for bit in BITS])


def visits(entry: Entry, seed: int) -> Iterator[tuple[State, int]]:
    """Yield the states of a walk through a game, each with the receptacle that is looked at.

    The walk opens what is closed and moves some things about. The state is the same object, changed.
    """
    game = entry.load("auto")
    dice = np.random.default_rng((seed, crc32(entry.task_id.encode())))
    state = game.start.copy()
    if dice.random() < 0.5:
        _handle(state, dice)
    drawn = 0
    for r in dice.permutation(len(game.receptacle_names)).tolist():
        if not state.contents[r] and dice.random() >= _EMPTY:
            continue
        for gaze in _visit(state, r, dice):
            yield state, gaze
            drawn += 1
            if drawn == PER_GAME:
                return


def _visit(state: State, r: int, dice: np.random.Generator) -> Iterator[int]:
    """Go to a receptacle and open it, look, perhaps put something in or take something out, look."""
    name = state.game.receptacle_names[r]
    gaze = -1
    for command in (f"go to {name}", f"examine {name}", f"open {name}"):
        gaze = next_gaze(state, engine.act(state, command), gaze)
    yield gaze
    if dice.random() < 0.5:
        moves = [
            command
            for command in engine.admissible_commands(state)
            if command.startswith(("take ", "move ", "put ")) and command.endswith(f" {name}")
        ]
        if moves:
            event = engine.act(state, moves[int(dice.integers(len(moves)))])
            yield next_gaze(state, event, gaze)


def _handle(state: State, dice: np.random.Generator) -> None:
    """Mark some objects as cleaned, heated or cooled, cut or switched on before."""
    for o in range(len(state.game.object_names)):
        for bit, flag in _FLAGS.items():
            if state.game.flags[flag] >> o & 1 and dice.random() < _HANDLED:
                setattr(state, bit, getattr(state, bit) | 1 << o)
    state.cool &= ~state.hot


def _where(state: State, receptacle: int, segmentation: NDArray[Any]) -> NDArray[np.uint8]:
    """Return what `Samples.where` says of one frame."""
    table = np.zeros(object_label(state.game, len(state.game.object_names)), np.uint8)
    for o in bits(state.contents[receptacle]):
        table[object_label(state.game, o)] = 1 + _kind(state.game, o)
    known = np.where(segmentation < len(table), segmentation, 0)
    return table[known]


def _kind(game: Game, o: int) -> int:
    """Return the number of an object's type, -1 if it has no known one."""
    return _NUMBERS.get(KINDS.get(game.object_types[o], ""), -1)


_NUMBERS: Mapping[str, int] = {name: number for number, name in enumerate(NAMES)}
