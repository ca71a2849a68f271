"""The handcoded expert: rules that read only what a text agent reads.

It knows the task sentence, remembers what the text has shown, and searches receptacles in the order
in which things of a kind turn up most cheaply (`sightings`). Upstream's handcoded expert peeks at
facts and at the admissible commands; this one does not.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any

from crossworld.envs.household.catalogue import ADMITS
from crossworld.envs.household.experts.sightings import chance, mostly_closed
from crossworld.envs.household.text import NOTHING_HAPPENS
from crossworld.envs.household.world import HouseholdWorld

_NAME = re.compile(r"\ba ([a-z]+ \d+)")
_SEEN = re.compile(r"(?:On the ([a-z]+ \d+)|The ([a-z]+ \d+) is open\. In it), you see ([^.]*)\.")
_CLOSED = re.compile(r"The ([a-z]+ \d+) is closed\.")
_TAKEN = re.compile(r"You pick up the ([a-z]+ \d+) from the ([a-z]+ \d+)\.")
_PLACED = re.compile(r"You (?:move|put) the ([a-z]+ \d+) (?:to|in/on) the ([a-z]+ \d+)\.")
_PROCESSED = re.compile(r"You (clean|heat|cool) the ([a-z]+ \d+) using")
_CARRIED = re.compile(r"You are (?:carrying: a ([a-z]+ \d+)|not carrying anything)\.")
_TASK = re.compile(r"Your task is to: (.*)\.$", re.DOTALL)

_APPLIANCE = {"clean": "sinkbasin", "heat": "microwave", "cool": "fridge"}
_WORDINGS = (("move", "to"), ("put", "in/on"))
_ADMITTED = {kind.lower(): {x.lower() for x in admitted} for kind, admitted in ADMITS.items()}

# Task sentences of the official templates: x is the object's type, y the receptacle's or lamp's.
_SENTENCES: tuple[tuple[str, str, str], ...] = (
    (r"put two (\w+) in (\w+)", "two", ""),
    (r"find two (\w+) and put them in (\w+)", "two", ""),
    (r"look at (\w+) under the (\w+)", "look", ""),
    (r"examine the (\w+) with the (\w+)", "look", ""),
    (r"put a clean (\w+) in (\w+)", "one", "clean"),
    (r"clean some (\w+) and put it in (\w+)", "one", "clean"),
    (r"put a hot (\w+) in (\w+)", "one", "heat"),
    (r"heat some (\w+) and put it in (\w+)", "one", "heat"),
    (r"put a cool (\w+) in (\w+)", "one", "cool"),
    (r"cool some (\w+) and put it in (\w+)", "one", "cool"),
    (r"put (?:a|some) (\w+) (?:in|on) (\w+)", "one", ""),
)


@dataclass(slots=True)
class Memory:
    """What the text has told so far.

    Attributes:
        receptacles: all there are, from the opening.
        kind: "one", "two" or "look"; "" if the sentence was not understood.
        target, place: the types to handle: object, and receptacle or lamp.
        process: "clean", "heat", "cool" or "".
        at: the receptacle that was gone to last.
        contents: what each receptacle was last seen to hold.
        closed: receptacles last seen closed.
        held: the object in hand, "" for none; `taken_from`, where it was.
        ready: objects that are processed.
        refused: commands that did nothing since something last changed.
    """

    receptacles: list[str]
    kind: str = ""
    target: str = ""
    place: str = ""
    process: str = ""
    at: str = ""
    contents: dict[str, list[str]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    held: str = ""
    taken_from: str = ""
    ready: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Check types: a memory may come from a snapshot."""
        lists = [self.receptacles, self.closed, self.ready, self.refused, *self.contents.values()]
        words = [self.target, self.place, self.at, self.held, self.taken_from, *self.contents]
        if (
            self.kind not in ("", "one", "two", "look")
            or self.process not in ("", *_APPLIANCE)
            or not all(type(names) is list for names in lists)
            or not all(type(word) is str for word in (*words, *chain(*lists)))
        ):
            raise TypeError("memory: a field is of the wrong type")


class Handcoded:
    """The rules. Deterministic.

    Args:
        opening: the text at reset, task sentence included.
        memory: what to remember instead of starting afresh.
    """

    def __init__(self, opening: str, memory: Memory | None = None) -> None:
        self.memory = memory or _first_memory(opening)

    def next_command(self) -> str:
        """Return the next command; `look` if no rule applies."""
        memory = self.memory
        for command in self._proposals():
            if command not in memory.refused:
                return command
        # Everything has been searched and is remembered wrongly: search again.
        memory.contents.clear()
        memory.closed.clear()
        return "look"

    def update(self, command: str, text: str) -> None:
        """Take note of a command (anybody's) and the text that followed."""
        memory = self.memory
        command = command.strip()
        verb, _, rest = command.partition(" ")
        if text == NOTHING_HAPPENS:
            self._refused(command, verb, rest)
            return
        if verb == "go":
            memory.at = rest.removeprefix("to ")
        elif verb == "close":
            _add(memory.closed, rest)
        if verb in ("go", "open", "close", "take", "move", "put", "clean", "heat", "cool"):
            memory.refused.clear()
        for name in _CLOSED.findall(text):
            _add(memory.closed, name)
        for surface, inside, names in _SEEN.findall(text):
            memory.contents[surface or inside] = _NAME.findall(names)
            _discard(memory.closed, surface or inside)
        for thing, receptacle in _TAKEN.findall(text):
            memory.held, memory.taken_from = thing, receptacle
            _discard(memory.contents.get(receptacle, []), thing)
        for thing, receptacle in _PLACED.findall(text):
            memory.held = ""
            _add(memory.contents.setdefault(receptacle, []), thing)
        for process, thing in _PROCESSED.findall(text):
            if process == memory.process:
                _add(memory.ready, thing)
            elif process in ("heat", "cool") and memory.process in ("heat", "cool"):
                _discard(memory.ready, thing)
        if carried := _CARRIED.search(text):
            memory.held = carried[1] or ""

    def _refused(self, command: str, verb: str, rest: str) -> None:
        memory = self.memory
        _add(memory.refused, command)
        name = rest.removeprefix("to ")
        if verb == "go" and name in memory.receptacles:
            memory.at = name  # it shares the place where the agent is
        elif verb == "take":
            thing, _, receptacle = rest.partition(" from ")
            _discard(memory.contents.get(receptacle, []), thing)
        elif verb == "open":
            _discard(memory.closed, rest)

    def _proposals(self) -> Iterator[str]:
        """Yield commands, the best first."""
        memory = self.memory
        if not memory.kind:
            return
        if not memory.held:
            yield from self._fetch()
        elif _type(memory.held) != memory.target:
            yield from self._put_down()
        elif memory.kind == "look":
            yield from self._carry_to_lamp()
        elif memory.process and memory.held not in memory.ready:
            for appliance in self._of_type(_APPLIANCE[memory.process]):
                command = f"{memory.process} {memory.held} with {appliance}"
                yield from self._at(appliance, command, through_door=False)
        else:
            yield from self._put_into(self._destinations())

    def _fetch(self) -> Iterator[str]:
        memory = self.memory
        for receptacle in self._nearest(memory.contents):
            for thing in memory.contents[receptacle]:
                if _type(thing) == memory.target and not self._delivered(thing, receptacle):
                    yield from self._at(receptacle, f"take {thing} from {receptacle}")
        yield from self._search(memory.target)

    def _delivered(self, thing: str, receptacle: str) -> bool:
        """Whether a target is where it should be, in the state it should be in."""
        memory = self.memory
        if memory.kind == "look" or _type(receptacle) != memory.place:
            return False
        if memory.kind == "two":
            return receptacle in self._destinations()[:1]
        return not memory.process or thing in memory.ready

    def _destinations(self) -> list[str]:
        """Return the receptacles to deliver to: fullest of targets, then nearest."""
        memory = self.memory

        def targets_in(receptacle: str) -> int:
            return sum(_type(t) == memory.target for t in memory.contents.get(receptacle, ()))

        nearest = self._nearest(self._of_type(memory.place))
        return sorted(nearest, key=targets_in, reverse=True) if memory.kind == "two" else nearest

    def _put_down(self) -> Iterator[str]:
        """Put a wrong object back, or anywhere where such things belong."""
        memory = self.memory
        kind = _type(memory.held)
        fitting = [r for r in memory.receptacles if kind in _ADMITTED.get(_type(r), ())]
        first = [memory.taken_from] if memory.taken_from in fitting else []
        yield from self._put_into([*self._nearest(first), *self._nearest(fitting)])

    def _put_into(self, receptacles: list[str]) -> Iterator[str]:
        held = self.memory.held
        for receptacle in receptacles:
            for verb, preposition in _WORDINGS:
                yield from self._at(receptacle, f"{verb} {held} {preposition} {receptacle}")
            if receptacle == self.memory.at:
                yield f"open {receptacle}"

    def _carry_to_lamp(self) -> Iterator[str]:
        memory = self.memory
        for receptacle in self._nearest(memory.contents):
            for thing in memory.contents[receptacle]:
                if _type(thing) == memory.place:
                    yield from self._at(receptacle, f"use {thing}", through_door=False)
        yield from self._search(memory.place)

    def _search(self, kind: str) -> Iterator[str]:
        """Yield visits to unseen receptacles, those first that promise most for their cost."""
        memory = self.memory

        def promise(receptacle: str) -> float:
            here = receptacle == memory.at
            door = receptacle in memory.closed or (not here and mostly_closed(_type(receptacle)))
            return chance(kind, _type(receptacle)) / (2 - here + door)

        unseen = [r for r in memory.receptacles if r not in memory.contents]
        for receptacle in sorted(unseen, key=promise, reverse=True):
            if receptacle == memory.at and mostly_closed(_type(receptacle)):
                yield f"open {receptacle}"  # it shares a place, or arriving would have shown it
            yield from self._at(receptacle, f"examine {receptacle}")

    def _at(self, receptacle: str, command: str, *, through_door: bool = True) -> Iterator[str]:
        """Yield what leads to giving `command` at a receptacle."""
        memory = self.memory
        if receptacle != memory.at:
            yield f"go to {receptacle}"
        elif through_door and receptacle in memory.closed:
            yield f"open {receptacle}"
        else:
            yield command

    def _of_type(self, kind: str) -> list[str]:
        return [r for r in self.memory.receptacles if _type(r) == kind]

    def _nearest(self, receptacles: list[str] | dict[str, list[str]]) -> list[str]:
        """Sort: where the agent is, then what is not closed, then the rest, in reading order."""
        memory = self.memory
        return sorted(
            receptacles,
            key=lambda r: (r != memory.at, r in memory.closed, r not in memory.contents),
        )


class HandcodedExpert:
    """The rules as an environment's expert: reads along from the opening."""

    def __init__(self) -> None:
        self._rules = Handcoded("")

    def begin(self, world: HouseholdWorld) -> None:
        """Read the opening."""
        self._rules = Handcoded(world.text())

    def observe(self, command: str, world: HouseholdWorld) -> None:
        """Read what followed a command."""
        self._rules.update(command, world.text())

    def suggest(self, world: HouseholdWorld) -> str:
        """Return the next command."""
        return self._rules.next_command()

    def to_json(self) -> Any:
        """Return the memory, JSON-able."""
        return asdict(self._rules.memory)

    def restore(self, memory: Any, world: HouseholdWorld) -> None:
        """Take over a memory; without one, know no more than the opening tells."""
        if memory is None:
            start = world.state.game.start.copy()
            start.sentence = world.state.sentence
            self._rules = Handcoded(HouseholdWorld(start).text())
        else:
            self._rules = Handcoded("", Memory(**memory))


def _first_memory(opening: str) -> Memory:
    furniture, _, _ = opening.partition("Your task is to:")
    memory = Memory(receptacles=_NAME.findall(furniture))
    task = _TASK.search(opening)
    sentence = task[1] if task else ""
    for pattern, kind, process in _SENTENCES:
        if found := re.fullmatch(pattern, sentence):
            memory.kind, memory.process = kind, process
            memory.target, memory.place = found.groups()
            break
    return memory


def _type(name: str) -> str:
    return name.partition(" ")[0]


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)


def _discard(names: list[str], name: str) -> None:
    if name in names:
        names.remove(name)
