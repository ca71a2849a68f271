"""`ScriptedChatModel`: a heuristic that answers as a chat model does, without a network."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from crossworld.agents.language import translation
from crossworld.agents.language.conversation import Turn
from crossworld.agents.language.prompts import (
    CAPTIONS_MARK,
    COMMANDS_MARK,
    MEMORY_MARK,
    TABLETOP,
    THINK,
    TRANSCRIPT_MARK,
    task_type_of,
    world_of,
)
from crossworld.agents.language.searching import Notes, Searcher, copied, notes_on
from crossworld.agents.language.thoughts import household_thought, tabletop_thought
from crossworld.envs.core.words import MISSION_MARK
from crossworld.envs.household.experts.handcoded import Memory
from crossworld.envs.tabletop.reader import Handcoded as TabletopHandcoded
from crossworld.wrappers.chat.base import Completion, Message, Sampling, Usage

KEPT = 4096
"""Conversations whose reading is kept."""

IDLE = "look"
"""What is said where no rule applies."""

_PLANNED = re.compile(r"I begin with this: (.+)\.$")
_ACTED = re.compile(r"^> (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Read:
    """A conversation, taken apart.

    Attributes:
        system: instructions.
        opening: the first text.
        turns: commands and answers, thoughts left out.
        thoughtful: whether thoughts are asked for, and the last turn is none.
        planned: the command that the last turn was a thought about, "" if it was none.
        possible: what is listed as possible now.
    """

    system: str
    opening: str
    turns: tuple[Turn, ...]
    thoughtful: bool
    planned: str
    possible: tuple[str, ...]


class ScriptedChatModel:
    """Rules behind the `ChatModel` protocol: plays, thinks and reflects without a network.

    It is there so that every agent that asks a language model can be tried at once, and as a
    floor for language models: it knows the rules of the games, and nothing about where things
    usually are. It is a pure function of the messages' words and the sampling: it sees no image,
    no state, no list that is not in the messages, and remembers nothing from call to call
    (readings are kept for speed only).

    In a house it searches receptacles in the order of the opening text; with a temperature above
    0, in an order drawn from the sampling's seed. Where the instructions hold memories of earlier
    trials, it goes first where things were seen, and last where they were looked for in vain. As
    a critic, it writes such memories. On a table it follows `crossworld.envs.tabletop.reader`.
    Captions and lists of what is possible it reads as well, as far as they go; with neither words
    nor lists it says "look".

    It reads the worlds' own sentences: human ones are not understood.
    """

    name = "scripted"

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[Turn, ...]], Memory] = {}

    def complete(self, messages: Sequence[Message], sampling: Sampling) -> Completion:
        """Return a command, a thought, or a reflection. Tokens are words here.

        Args:
            messages: the conversation so far, of any shape.
            sampling: `temperature` above 0 shuffles the order of the search by `seed`; the rest is
                not used.
        """
        last = messages[-1].text if messages else ""
        if TRANSCRIPT_MARK in last:
            answer = self._reflection(last)
        else:
            answer = self._line(_taken_apart(messages), sampling)
        asked = sum(len(message.text.split()) for message in messages)
        said = len(answer.split())
        return Completion(answer, Usage(calls=1, prompt_tokens=asked, completion_tokens=said))

    def _line(self, read: _Read, sampling: Sampling) -> str:
        world = world_of(read.opening)
        if CAPTIONS_MARK in read.opening:
            return self._line_by_captions(read, sampling)
        if world == TABLETOP:
            return _tabletop_line(read)
        if not world and not task_type_of(mission_of(read.opening)):
            return mission_of(read.opening) or IDLE  # on a table, a task may be a command
        if not world and read.possible:
            opening, turns = translation.from_possible(read.opening, read.turns, read.possible)
            return self._house_line(replace(read, opening=opening, turns=turns), sampling)
        return self._house_line(read, sampling)

    def _line_by_captions(self, read: _Read, sampling: Sampling) -> str:
        if translation.is_of_table(read.opening):
            opening, turns = translation.table_of(read.opening, read.turns)
            return _tabletop_line(replace(read, opening=opening, turns=turns))
        opening, turns = translation.house_of(read.opening, read.turns)
        read = replace(read, opening=opening, turns=turns)
        return translation.unnumbered(self._house_line(read, sampling))

    def _house_line(self, read: _Read, sampling: Sampling) -> str:
        if read.planned:
            return read.planned
        memory = self._memory(read.opening, read.turns)
        dice = Random(sampling.seed) if sampling.temperature > 0 else None
        notes = Notes.of(read.system.partition(MEMORY_MARK)[2])
        command = Searcher(read.opening, copied(memory), notes, dice).next_command()
        if read.thoughtful:
            before = self._memory(read.opening, read.turns[:-1]) if read.turns else None
            thought = household_thought(before, memory, command)
            if thought:
                return f"{THINK} {thought}"
        return command

    def _reflection(self, trial: str) -> str:
        """Return what to remember of a trial."""
        remembered, _, lost = trial.partition(TRANSCRIPT_MARK)
        opening, turns = _replayed(lost)
        if world_of(opening) != "household":
            return "I did not reach the goal in time. Next time I waste no command."
        memories = [self._memory(opening, turns[:n]) for n in range(len(turns) + 1)]
        notes = notes_on(memories, Notes.of(remembered))
        plan = "go to where I saw it" if notes.seen else "look elsewhere"
        return f"I ran out of steps. {notes.sentences()} Next time I {plan} first."

    def _memory(self, opening: str, turns: tuple[Turn, ...]) -> Memory:
        """Return what is known after some turns; not to be changed."""
        known = len(turns)
        memory = self._known.get((opening, turns))
        while memory is None and known:
            known -= 1
            memory = self._known.get((opening, turns[:known]))
        searcher = Searcher(opening, memory and copied(memory))
        if len(self._known) > KEPT:
            self._known.clear()
        for number in range(known, len(turns)):
            searcher.update(turns[number].said, turns[number].answer)
            if number >= len(turns) - 2:
                self._known[opening, turns[: number + 1]] = copied(searcher.memory)
        return searcher.memory


def _tabletop_line(read: _Read) -> str:
    mission = mission_of(read.opening)
    rules = TabletopHandcoded(mission, read.opening)
    text = read.opening
    for turn in read.turns:
        rules.update(turn.said, turn.answer)
        text = turn.answer
    command = rules.next_command()
    if read.thoughtful:
        thought = tabletop_thought(mission, text, bool(read.turns), command)
        if thought:
            return f"{THINK} {thought}"
    return command


def mission_of(opening: str) -> str:
    """Return the task sentence in an opening, "" if there is none."""
    return opening.partition(MISSION_MARK)[2].strip().removesuffix(".")


def _taken_apart(messages: Sequence[Message]) -> _Read:
    """Take a conversation apart: leading system messages, the opening, then said and answered."""
    system = "\n".join(message.text for message in messages if message.role == "system")
    rest = [message for message in messages if message.role != "system"]
    texts = [message.text for message in rest]
    possible: tuple[str, ...] = ()
    if texts:
        texts[-1], mark, listed = texts[-1].partition(COMMANDS_MARK)
        if mark:
            texts[-1] = texts[-1].removesuffix("\n\n")
            possible = tuple(listed.strip().split("; "))
    said = [text for message, text in zip(rest, texts, strict=True) if message.role == "assistant"]
    told = [text for message, text in zip(rest, texts, strict=True) if message.role == "user"]
    turns = tuple(
        Turn(command, answer)
        for command, answer in zip(said, told[1:], strict=False)
        if not command.startswith(THINK)
    )
    thinking = bool(said) and said[-1].startswith(THINK)
    planned = _PLANNED.search(said[-1]) if thinking else None
    return _Read(
        system,
        told[0] if told else "",
        turns,
        THINK in system and not thinking,
        planned[1] if planned else "",
        possible,
    )


def _replayed(lost: str) -> tuple[str, tuple[Turn, ...]]:
    """Return opening and turns of a trial as a critic gets it."""
    opening, *parts = _ACTED.split(lost)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    turns = tuple(
        Turn(said, answer.strip()) for said, answer in pairs if not said.startswith(THINK)
    )
    return opening.strip(), turns
