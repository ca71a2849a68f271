"""What rules that can only read do next: from mission, text and the commands so far to a command."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_MOVED = ("You pick up", "You put down", "You move")
_SEEN = re.compile(r"^([OI]n .+?) you see (.+)\.$", re.M)
_PLACES = re.compile(r"\b(on|in) the (.+?)(?= and (?:on|in) the |$)")
_HOLDS = re.compile(r"The gripper holds (?:an? )?(.+)\.")
_THING = re.compile(
    r"\ban? ([a-z]+ [a-z ]+?(?: \d+)?)(?= (?:at|in) the |,|\.| and |$)|\b(\w+ beads)\b"
)
_GOAL = re.compile(
    r"(?P<verb>put|fit) the (?P<what>.+?)"
    r" (?P<where>onto|on|in front of|in|left of|right of|behind) (?P<own>different )?(?:the )?(?P<to>.+)"
)
_CARRIERS = frozenset({"pallet", "bowl", "box"})
"""Nouns of what takes along what it holds."""
_ROOMY = _CARRIERS | {"zone", "spot", "line", "outline", "corner"}
"""Nouns of what needs not be empty for something to be put on it."""
_PLURALS = {"boxes": "box", "crosses": "cross", "arches": "arch"}


@dataclass
class Seen:
    """What a text says.

    Attributes:
        things: names in the order of the text.
        under: name to what it is on or in.
        held: what the gripper holds, "" for nothing.
    """

    things: list[str] = field(default_factory=list)
    under: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    held: str = ""


def read(text: str) -> Seen:
    """Return what a text says of the table."""
    seen = Seen()
    for where, listed in _SEEN.findall(text):
        under = [
            (preposition, target)
            for preposition, names in _PLACES.findall(where.lower())
            for target in re.split(r", and the |, the | and the ", names)
        ]
        for single, pile in _THING.findall(f"{listed}."):
            name = single or pile
            seen.things.append(name)
            seen.under[name] = under
    holding = _HOLDS.search(text)
    if holding and holding[1] != "nothing":
        seen.held = holding[1]
        seen.things.append(seen.held)
    return seen


class Handcoded:
    """The rules, reading along. Deterministic.

    Args:
        mission: the goal in words.
        text: what the text world says.
        done: commands that have moved something so far.
    """

    def __init__(self, mission: str, text: str, done: Sequence[str] = ()) -> None:
        self.done = list(done)
        self._mission = mission
        self._text = text

    def next_command(self) -> str:
        """Return the next command; `look` if there seems to be nothing left to do."""
        return next_command(self._mission, self._text, self.done) or "look"

    def update(self, command: str, text: str) -> None:
        """Take note of a command (anybody's) and the text that followed."""
        self._text = text
        if text.startswith(_MOVED):
            self.done.append(command)


def next_command(mission: str, text: str, done: Sequence[str]) -> str:
    """Return the next command towards a mission, "" if there seems to be nothing left to do."""
    seen = read(text)
    for goal in mission.split(", then "):
        command = _towards(goal, seen, done)
        if command:
            return command
    return ""


def _towards(goal: str, seen: Seen, done: Sequence[str]) -> str:
    if goal.startswith("pick up the "):
        name = goal.removeprefix("pick up the ")
        return "" if seen.held == name else _freed(name, seen) or goal
    if goal.startswith("sweep "):
        pile, _, place = goal.removeprefix("sweep the ").partition(" onto the ")
        first = place.split(" or the ")[0]
        on = ("on", first) in seen.under.get(pile, [])
        return "" if on else f"sweep the {pile} onto the {first}"
    found = _GOAL.fullmatch(goal)
    if not found:
        return ""
    where = "on" if found["verb"] == "fit" else found["where"]
    both = " and the " in found["to"] and not found["own"]
    targets = _named(found["to"], seen)
    for thing in _named(found["what"], seen):
        command = _moved(thing, where, targets, both, bool(found["own"]), seen, done)
        if command:
            return command
    return ""


def _moved(
    thing: str,
    where: str,
    targets: list[str],
    both: bool,
    own: bool,
    seen: Seen,
    done: Sequence[str],
) -> str:
    """Return the next command that brings a thing to its target, "" if it is there."""
    under = seen.under.get(thing, [])
    there = [target for target in targets if (where, target) in under]
    if where in ("on", "in"):
        if len(there) == len(targets) or (there and not both):
            return ""
    else:
        phrase = f"{where} the {targets[0]}"
        last = next(
            (c for c in reversed(done) if f"the {thing} " in c or c.startswith("put it")), ""
        )
        if last.endswith(phrase):
            return ""
    if own:
        taken = {
            target for name, places in seen.under.items() if name != thing for _, target in places
        }
        targets = [target for target in targets if target not in taken] or targets
    elif not both:
        targets = sorted(
            targets, key=[p for places in seen.under.values() for _, p in places].count
        )
    goal = " and ".join(f"the {target}" for target in (targets if both else targets[:1]))
    if seen.held == thing:
        return f"put it {where} {goal}"
    before = _freed(thing, seen)
    if not before and where == "on" and not both:
        before = _emptied(targets[0], seen)
    return before or f"put the {thing} {where} {goal}"


def _freed(name: str, seen: Seen) -> str:
    """Return the command that has to come before a thing can be moved, "" if none has to."""
    if seen.held == name:
        return ""
    if seen.held:
        return "put it on the table"
    return "" if _noun(name) in _CARRIERS else _unstacked(name, seen)


def _emptied(target: str, seen: Seen) -> str:
    """Return the command that takes off a target what is on it, "" if nothing has to be."""
    return "" if _noun(target) in _ROOMY else _unstacked(target, seen)


def _unstacked(name: str, seen: Seen) -> str:
    for other, places in seen.under.items():
        if ("on", name) in places and other != name:
            return _freed(other, seen) or f"put the {other} on the table"
    return ""


def _noun(name: str) -> str:
    return name.rstrip(" 0123456789").split()[-1]


def _named(words: str, seen: Seen) -> list[str]:
    """Return the things that words mean: names, or plurals of a noun with or without a colour."""
    # What is not seen is named where something lies on it.
    below = {target for places in seen.under.values() for _, target in places} - {"table"}
    known = sorted({*seen.things, *below})
    names: list[str] = []
    for phrase in re.split(r",? (?:and|or) the |, the ", words):
        if phrase in known:
            names.append(phrase)
            continue
        *before, last = phrase.split()
        singular = " ".join([*before, _PLURALS.get(last, last.removesuffix("s"))])
        names += [
            name
            for name in known
            if f" {singular} " in f" {name.rstrip(' 0123456789')} " and name not in names
        ]
    return sorted(names)
