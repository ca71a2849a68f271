"""Demonstrations: episodes of the teacher, as sequences of tokens to learn from.

The teacher reads text and nothing else, so what it does can be learned by who reads the same. In some
episodes slips are mixed in: commands that the teacher did not choose. They are not to be learned, but the
answers to them are (Laskey et al. 2017, arXiv 1703.09327): a student slips, too, and would otherwise be
in places that no demonstration shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crossworld.agents.text_lm.disguise import renamed, renumbered
from crossworld.agents.text_lm.settings import Settings
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

RENUMBERED, RENAMED = 0.6, 0.15
"""Shares of the demonstrations in which things have other numbers, and in which they have other names."""

SEARCHING, DECISIVE = 1.0, 4.0
"""How much a command of a search counts, and any other. There are few others, and who overlooks what was looked
for has lost."""

STRANGE = "xyzzy"
"""A word that is not in the vocabulary."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the game said, and what was answered.

    Attributes:
        text: what the game said.
        command: the answer.
        weight: how much the answer counts, 0 for what is not to be learned.
    """

    text: str
    command: str
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Demonstration:
    """An episode to learn from.

    Attributes:
        tokens: int16 (n,), as the chat template has them: texts and commands in turns.
        weights: float32 (n,); how much each of them counts: those of the teacher's commands, END included.
    """

    tokens: NDArray[np.int16]
    weights: NDArray[np.float32]


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

    def batches(self, number: int, count: int, size: int) -> list[list[Demonstration]]:
        """Return the batches of a chunk: `count` of `size` demonstrations of about equal length."""
        whole = count * size
        shown = [self.demonstration(n) for n in range(number * whole, (number + 1) * whole)]
        shown.sort(key=lambda one: len(one.tokens))
        order = np.random.default_rng((self._seed, number, 2)).permutation(count)
        return [shown[place * size : (place + 1) * size] for place in order]

    def demonstration(self, number: int) -> Demonstration:
        """Return the demonstration of a number, 0 or more."""
        parts: list[tuple[tuple[int, ...], float]] = []
        task = ""
        for turn in self.episode(number):
            task = task_in(turn.text) or task
            parts.append((self._encode.asked(turn.text, task), 0.0))
            parts.append(((*self._encode(turn.command), self._encode.end), turn.weight))
        tokens = np.concatenate([np.array(part, np.int16) for part, _ in parts])
        weights = np.concatenate([np.full(len(part), weight, np.float32) for part, weight in parts])
        return Demonstration(tokens, weights)

    def episode(self, number: int) -> list[Turn]:
        """Return the turns of the demonstration of a number, in other numbers or names, or as they were.

        Where names are others, nobody can know where things are, so the search is not to be learned.
        """
        turns = self.played(number)
        dice = np.random.default_rng((self._seed, number, 3))
        draw = dice.random()
        if draw < RENAMED:
            say = renamed(dice)
            turns = [
                replace(turn, weight=turn.weight if turn.weight == DECISIVE else 0.0)
                for turn in turns
            ]
        elif draw < RENAMED + RENUMBERED:
            say = renumbered([part for turn in turns for part in (turn.text, turn.command)], dice)
        else:
            return turns
        return [replace(turn, text=say(turn.text), command=say(turn.command)) for turn in turns]

    def played(self, number: int) -> list[Turn]:
        """Return the turns of the demonstration of a number, as they were."""
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
            command = teacher.next_command()
            weight = SEARCHING if teacher.searching else DECISIVE
            if dice.random() < slips:
                again = bool(turns) and dice.random() < AGAIN
                possible = info["admissible_commands"]
                command = turns[-1].command if again else slip(command, possible, dice)
                weight = 0.0
            turns.append(Turn(text, command, weight))
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
