"""From texts to what a policy reads: arrays about the state, and about each command that is possible.

Which commands there are differs from room to room and from step to step, so a policy cannot have one
output for each. It reads every command's words and a few marks instead, and says how good it is.
"""

from collections.abc import Mapping, Sequence

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.words import words_of

COMMANDS = 128
"""Commands that are read; rooms of the household offer up to about 70. Those beyond are not seen."""

COMMAND_WORDS, MISSION_WORDS, TEXT_WORDS = 6, 12, 48
"""Words that are read of a command, of a mission (its last ones) and of a text (its first ones)."""

HISTORY = 4
"""Marks of a command before those of the mission's words, see `Reader`."""

MARKS = HISTORY + 2 * MISSION_WORDS
"""Marks of a command."""

MOST = 100
"""What is counted, is counted up to here."""

PAD, UNKNOWN, FIRST = 0, 1, 2
"""Ids: no word, a word that is not known, the first one that is."""

_BITS = 1 << np.arange(MISSION_WORDS, dtype=np.int64)

Arrays = Mapping[str, NDArray[np.int16]]


class Lexicon:
    """Words as ids: upper and lower case are one, numbers and marks are left out.

    A cabinet's number says nothing in another room.

    Args:
        words: all that are known.

    Attributes:
        words: the same in lower case, sorted, without numbers and marks.
        size: number of ids.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = sorted({word.lower() for word in words if word.isalpha()})
        self.size = len(self.words) + FIRST
        self._numbers = {word: number for number, word in enumerate(self.words, FIRST)}
        self._commands: dict[str, tuple[int, NDArray[np.int16]]] = {}
        self._phrases: dict[bytes, int] = {}

    def ids(self, text: str) -> list[int]:
        """Return the ids of a text's words, in order."""
        get = self._numbers.get
        return [get(word, UNKNOWN) for word in words_of(text.lower()) if word.isalpha()]

    def command(self, command: str) -> tuple[int, NDArray[np.int16]]:
        """Return a command's words: a number that those of the same words share, and their ids.

        The ids are int16 (COMMAND_WORDS,), and the first is never `PAD`.
        """
        known = self._commands.get(command)
        if known is None:
            words = self.ids(command)[:COMMAND_WORDS] or [UNKNOWN]
            ids = np.zeros(COMMAND_WORDS, np.int16)
            ids[: len(words)] = words
            phrase = self._phrases.setdefault(ids.tobytes(), len(self._phrases))
            known = self._commands[command] = phrase, ids
        return known


def observation_space(lexicon: Lexicon) -> gym.spaces.Dict:
    """Return what a `Reader` writes: see there."""
    last = lexicon.size - 1

    def box(high: int, *shape: int) -> gym.spaces.Box:
        return gym.spaces.Box(0, high, shape, np.int16)

    return gym.spaces.Dict(
        {
            "mission": box(last, MISSION_WORDS),
            "text": box(last, TEXT_WORDS),
            "given": box(MOST, lexicon.size),
            "kind": box(COMMANDS, COMMANDS),
            "words": box(last, COMMANDS, COMMAND_WORDS),
            "marks": box(MOST, COMMANDS, MARKS),
        }
    )


def blank(lexicon: Lexicon, count: int) -> dict[str, NDArray[np.int16]]:
    """Return arrays for so many readers to write into, each with `count` rows."""
    return {
        key: np.zeros((count, *(space.shape or ())), np.int16)
        for key, space in observation_space(lexicon).spaces.items()
    }


class Reader:
    """Reads one episode, and writes what it has read as arrays.

    `mission` int16 (MISSION_WORDS,): ids of its words, the last one first.
    `text` int16 (TEXT_WORDS,): ids of what was said last.
    `given` int16 (size of the lexicon,): how many of the commands given in this episode began with
    each word.
    `kind` int16 (COMMANDS,): of each command that is possible, in the order of the list, its row in
    `words` and `marks`, counted from 1; 0 beyond the list. Commands of which the same is known, such as
    to go to one of ten cabinets that were not visited, share a row, which is what makes it quick.
    `words` int16 (COMMANDS, COMMAND_WORDS): ids of the words of a command; rows that are not used are
    `PAD`, others begin with a word.
    `marks` int16 (COMMANDS, MARKS): of a command

    * how often it was given in this episode;
    * how often any command with the same last two words was, which in these worlds are a place or a
      thing and its number ("drawer 2");
    * whether it was given last;
    * how many of its words are in what was said last;
    * for each word of the mission, the last one first: whether the command has it;
    * the same of what was said last in answer to a command with the same last two words.

    All of this is in the texts and the agent's own commands; nothing else is read.

    Args:
        lexicon: words to ids.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.commands: list[str] = []

    def begin(self, mission: str, text: str, commands: Sequence[str]) -> None:
        """Begin an episode with what its first observation says and what is possible."""
        ids = self._lexicon.ids(mission)[-MISSION_WORDS:][::-1]
        self._mission = np.zeros(MISSION_WORDS, np.int16)
        self._mission[: len(ids)] = ids
        self._given = np.zeros(self._lexicon.size, np.int16)
        self._last = ""
        self._rows: dict[str, int] = {}
        self._tails: dict[str, int] = {}
        self._phrase = np.zeros(0, np.int64)
        self._words = np.zeros((0, COMMAND_WORDS), np.int16)
        self._has = np.zeros((0, MISSION_WORDS), np.int16)
        self._tail = np.zeros(0, np.int64)
        self._times = np.zeros(0, np.int16)
        self._tail_times = np.zeros(0, np.int16)
        self._answers = np.zeros((0, MISSION_WORDS), np.int16)
        self._hear(text, commands)

    def step(self, command: str, text: str, commands: Sequence[str]) -> None:
        """Take in what was answered to a command; one that was never offered is not counted."""
        row = self._rows.get(command)
        self._last = command
        self._hear(text, commands)
        if row is not None:
            tail = self._tail[row]
            for counts, place in (
                (self._given, self._words[row, 0]),
                (self._times, row),
                (self._tail_times, tail),
            ):
                counts[place] = min(counts[place] + 1, MOST)
            self._answers[tail] = self._said[self._mission]

    def write(self, arrays: Arrays, place: int) -> None:
        """Write into a row of arrays that `blank` made."""
        arrays["mission"][place] = self._mission
        arrays["text"][place] = self._text
        arrays["given"][place] = self._given
        offered = self.commands[:COMMANDS]
        rows = np.fromiter(map(self._rows.__getitem__, offered), np.int64, len(offered))
        tails = self._tail[rows]
        # All that tells two commands apart, as one number each.
        known = self._phrase[rows]
        for part, size in (
            (self._times[rows], MOST + 1),
            (self._tail_times[tails], MOST + 1),
            (self._answers[tails] @ _BITS, 1 << MISSION_WORDS),
            (rows == self._rows.get(self._last, -1), 2),
        ):
            known = known * size + part
        _, first, kind = np.unique(known, return_index=True, return_inverse=True)
        arrays["kind"][place, : len(rows)] = kind + 1
        arrays["kind"][place, len(rows) :] = 0
        self._describe(arrays["words"][place], arrays["marks"][place], rows[first])

    def command(self, number: int) -> str:
        """Return the command that a number means now, "" where none does."""
        return self.commands[number] if number < min(len(self.commands), COMMANDS) else ""

    def mask(self) -> NDArray[np.bool_]:
        """Return which numbers mean a command, bool (COMMANDS,)."""
        mask: NDArray[np.bool_] = np.arange(COMMANDS) < len(self.commands)
        return mask

    def _describe(
        self, words: NDArray[np.int16], marks: NDArray[np.int16], rows: NDArray[np.int64]
    ) -> None:
        """Write the words and marks of commands, and nothing below them."""
        count, tails = len(rows), self._tail[rows]
        words[:count] = self._words[rows]
        words[count:] = PAD
        marks[:count, 0] = self._times[rows]
        marks[:count, 1] = self._tail_times[tails]
        marks[:count, 2] = rows == self._rows.get(self._last, -1)
        marks[:count, 3] = self._said[words[:count]].sum(axis=1)
        marks[:count, HISTORY : HISTORY + MISSION_WORDS] = self._has[rows]
        marks[:count, HISTORY + MISSION_WORDS :] = self._answers[tails]
        marks[count:] = 0

    def _hear(self, text: str, commands: Sequence[str]) -> None:
        ids = self._lexicon.ids(text)
        self._said = np.zeros(self._lexicon.size, np.int16)
        self._said[ids] = 1
        self._text = np.zeros(TEXT_WORDS, np.int16)
        self._text[: len(ids)] = ids[:TEXT_WORDS]
        self.commands = list(commands)
        self._learn([c for c in dict.fromkeys(self.commands) if c not in self._rows])

    def _learn(self, fresh: Sequence[str]) -> None:
        """Note commands that are offered for the first time in the episode."""
        if not fresh:
            return
        for command in fresh:
            self._rows[command] = len(self._rows)
            self._tails.setdefault(tail_of(command), len(self._tails))
        phrases, ids = zip(*map(self._lexicon.command, fresh), strict=True)
        words = np.stack(ids)
        known = self._mission != PAD
        has = (words[:, :, None] == self._mission).any(axis=1) & known
        tails = [self._tails[tail_of(command)] for command in fresh]
        self._phrase = np.concatenate([self._phrase, np.array(phrases, np.int64)])
        self._words = np.concatenate([self._words, words])
        self._has = np.concatenate([self._has, has.astype(np.int16)])
        self._tail = np.concatenate([self._tail, np.array(tails, np.int64)])
        self._times = _longer(self._times, len(self._rows))
        self._tail_times = _longer(self._tail_times, len(self._tails))
        self._answers = _longer(self._answers, len(self._tails))


def tail_of(command: str) -> str:
    """Return the last two words of a command."""
    return " ".join(command.split()[-2:])


def _longer(array: NDArray[np.int16], length: int) -> NDArray[np.int16]:
    """Return an array with rows of zeros added at its end."""
    return np.concatenate([array, np.zeros((length - len(array), *array.shape[1:]), np.int16)])
