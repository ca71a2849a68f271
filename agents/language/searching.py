"""`Searcher`: the handcoded rules without their knowledge of where things usually are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from crossworld.envs.household.experts.handcoded import Handcoded, Memory
from crossworld.envs.household.text import NOTHING_HAPPENS

_NONE_IN = re.compile(r"found no (\w+) in ([^.]*)\.")
_SAW = re.compile(r"saw ([a-z]+ [0-9]{1,4}) in or on ([a-z]+ [0-9]{1,4})\b")
_NAME = re.compile(r"\b[a-z]+ [0-9]{1,4}\b")


@dataclass(slots=True)
class Notes:
    """What was remembered of earlier trials of a task, and what one may want to remember.

    Attributes:
        none: per kind of thing, where it was looked for in vain.
        seen: per thing, where it was first.
    """

    none: dict[str, set[str]] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> "Notes":
        """Read what `sentences` says; other words are passed over."""
        notes = cls()
        for kind, places in _NONE_IN.findall(text):
            notes.none.setdefault(kind, set()).update(_NAME.findall(places))
        notes.seen.update(_SAW.findall(text))
        return notes

    def sentences(self) -> str:
        """Return the notes in words."""
        said = []
        for kind, places in sorted(self.none.items()):
            if places:
                listed = ", ".join(sorted(places, key=_counting))
                said.append(f"I found no {kind} in {listed}.")
        said += [f"I saw {thing} in or on {place}." for thing, place in sorted(self.seen.items())]
        return " ".join(said)


class Searcher(Handcoded):
    """The handcoded rules, searching in the order of the opening, or in a drawn one.

    Args:
        opening: the text at reset, task sentence included.
        memory: what to remember instead of starting afresh.
        notes: of earlier trials: where things were seen is gone to first, where they were looked for
            in vain, last.
        dice: draws the order of the search; None for that of the opening.
    """

    def __init__(
        self,
        opening: str,
        memory: Memory | None = None,
        notes: Notes | None = None,
        dice: Random | None = None,
    ) -> None:
        super().__init__(opening, memory)
        self._notes = notes or Notes()
        self._dice = dice

    def update(self, command: str, text: str) -> None:
        """Take note of a command and the text that followed."""
        super().update(command, text)
        if command == "look" and text != NOTHING_HAPPENS:
            # Looking around is what is done when all was searched: search again.
            for known in (self.memory.contents, self.memory.closed, self.memory.refused):
                known.clear()

    def _search(self, kind: str) -> Iterator[str]:
        memory, notes = self.memory, self._notes
        unseen = [r for r in memory.receptacles if r not in memory.contents]
        if self._dice:
            self._dice.shuffle(unseen)
        seen = {place for thing, place in notes.seen.items() if thing.split(" ")[0] == kind}
        vain = notes.none.get(kind, set())

        def rank(receptacle: str) -> tuple[bool, bool, bool]:
            return receptacle != memory.at, receptacle not in seen, receptacle in vain

        for receptacle in sorted(unseen, key=rank):
            yield from self._at(receptacle, f"examine {receptacle}")

    def _put_down(self) -> Iterator[str]:
        """Put a wrong object back, or anywhere."""
        memory = self.memory
        first = [memory.taken_from] if memory.taken_from in memory.receptacles else []
        yield from self._put_into([*first, *memory.receptacles])


def copied(memory: Memory) -> Memory:
    """Return a memory that can be changed without changing this one."""
    return replace(
        memory,
        contents={name: list(things) for name, things in memory.contents.items()},
        closed=list(memory.closed),
        ready=list(memory.ready),
        refused=list(memory.refused),
    )


def notes_on(memories: Sequence[Memory], before: Notes) -> Notes:
    """Return what to remember of a trial.

    Args:
        memories: what was known after each of its turns.
        before: what was remembered already.
    """
    last = memories[-1]
    kinds = [last.target, *([last.place] if last.kind == "look" else [])]
    notes = Notes({kind: set(before.none.get(kind, ())) for kind in kinds}, dict(before.seen))
    for memory in memories:
        for place, things in memory.contents.items():
            for kind in kinds:
                here = [thing for thing in things if thing.split(" ")[0] == kind]
                for thing in here:
                    notes.seen.setdefault(thing, place)
                if not here and place not in notes.seen.values():
                    notes.none[kind].add(place)
    return notes


def _counting(name: str) -> tuple[str, int]:
    kind, _, number = name.partition(" ")
    return kind, int(number)
