"""Demonstrations: episodes of the teacher, as sequences of tokens to learn from.

The teacher reads text and nothing else, so what it does can be learned by who reads the same. In some
episodes slips are mixed in: commands that the teacher did not choose. They are not to be learned, but the
answers to them are (Laskey et al. 2017, arXiv 1703.09327): a student slips, too, and would otherwise be
in places that no demonstration shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossworld.agents.text_lm.settings import BATCH, Settings
from crossworld.agents.text_lm.teacher import Teacher
from crossworld.agents.text_lm.tokenizer import SPECIAL, Encoder, task_in, vocabulary

SPLIT = "train"
"""What demonstrations are played in."""

CHUNK = 32
"""Batches that are played at once, and sorted by length so that few places of a batch stay empty."""

STEPS = 50
"""Steps of an episode at most."""

SLIPPING, SLIPS = 0.5, 0.12
"""Share of the demonstrations with slips, and how large a share of their commands is slips at most."""

AGAIN = 0.2
"""Share of the slips that say once more what was just said: what small models do when they are lost."""

MISREAD, ELSEWHERE = 0.3, 0.5
"""Share of the other slips that name what is not there, and of those that go to any receptacle."""

PREFACED, PREFACE = 0.1, 100
"""Share of the demonstrations with other words before the opening, and how many words at most."""

STRANGE = "xyzzy"
"""A word that is not in the vocabulary."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the game said, and what was answered.

    Attributes:
        text: what the game said.
        command: the answer.
        right: whether it is the teacher's, and no slip.
    """

    text: str
    command: str
    right: bool


@dataclass(frozen=True, slots=True, eq=False)
class Demonstration:
    """An episode to learn from.

    Attributes:
        tokens: int16 (n,), as the chat template has them: texts and commands in turns.
        learned: bool (n,); which of them are the teacher's commands, END included.
    """

    tokens: NDArray[np.int16]
    learned: NDArray[np.bool_]


class Demonstrator:
    """Plays demonstrations. Settings and the number of one decide all of it.

    Args:
        settings: environment, data and seed.

    Raises:
        TextModelError: see `Settings.make_env`.
    """

    def __init__(self, settings: Settings) -> None:
        self._seed, self._table = settings.seed, settings.world.table
        self._env = settings.make_env(SPLIT)
        self._task_ids = settings.task_ids(SPLIT) if settings.world.listed else []
        self._encode = Encoder()

    def batches(self, number: int) -> list[list[Demonstration]]:
        """Return the batches of a chunk: `CHUNK` of `BATCH` demonstrations of about equal length."""
        count = CHUNK * BATCH
        shown = [self.demonstration(n) for n in range(number * count, (number + 1) * count)]
        shown.sort(key=lambda one: len(one.tokens))
        order = np.random.default_rng((self._seed, number, 2)).permutation(CHUNK)
        return [shown[place * BATCH : (place + 1) * BATCH] for place in order]

    def demonstration(self, number: int) -> Demonstration:
        """Return the demonstration of a number, 0 or more."""
        parts: list[tuple[tuple[int, ...], bool]] = []
        task = ""
        for turn in self.episode(number):
            task = task_in(turn.text) or task
            parts.append((self._encode.asked(turn.text, task), False))
            parts.append(((*self._encode(turn.command), self._encode.end), turn.right))
        tokens = np.concatenate([np.array(part, np.int16) for part, _ in parts])
        learned = np.concatenate([np.full(len(part), right) for part, right in parts])
        return Demonstration(tokens, learned)

    def episode(self, number: int) -> list[Turn]:
        """Return the turns of the demonstration of a number."""
        dice = np.random.default_rng((self._seed, number, 0))
        if self._task_ids:
            round_, place = divmod(number, len(self._task_ids))
            order = np.random.default_rng((self._seed, round_, 1)).permutation(len(self._task_ids))
            options = {"task_id": self._task_ids[int(order[place])]}
            observation, info = self._env.reset(options=options)
        else:
            observation, info = self._env.reset(seed=int(dice.integers(2**31)))
        slips = dice.random() * SLIPS if dice.random() < SLIPPING else 0.0
        text = _preface(dice) + observation["text"]
        teacher = Teacher(observation["text"], self._table)
        turns: list[Turn] = []
        for _ in range(STEPS):
            command, right = teacher.next_command(), True
            if dice.random() < slips:
                again = bool(turns) and dice.random() < AGAIN
                possible = info["admissible_commands"]
                command = turns[-1].command if again else slip(command, possible, dice)
                right = False
            turns.append(Turn(text, command, right))
            observation, _, over, _, info = self._env.step(command)
            if over:
                break
            text = observation["text"]
            teacher.update(command, text)
        return turns


def slip(command: str, admissible: Sequence[str], dice: np.random.Generator) -> str:
    """Return what might be said by mistake.

    Args:
        command: what should be said.
        admissible: what is possible.
        dice: for the draws.
    """
    draw = dice.random()
    words = command.split(" ")
    numbers = [place for place, word in enumerate(words) if word.isdigit()]
    if draw < MISREAD and numbers:
        words[int(dice.choice(numbers))] = str(int(dice.integers(1, 20)))
        return " ".join(words)
    going = [other for other in admissible if other.startswith("go to ")]
    options = going if draw < MISREAD + ELSEWHERE and going else admissible
    return options[int(dice.integers(len(options)))]


def _preface(dice: np.random.Generator) -> str:
    """Return words to stand before the opening: instructions and memories are no task."""
    if dice.random() >= PREFACED:
        return ""
    count = int(dice.integers(1, PREFACE + 1))
    known = list(vocabulary())[len(SPECIAL) :]
    strange = dice.random(count) < dice.random()
    drawn = dice.integers(len(known), size=count)
    words = [STRANGE if odd else known[n] for odd, n in zip(strange, drawn, strict=True)]
    return " ".join(words) + "\n\n"
