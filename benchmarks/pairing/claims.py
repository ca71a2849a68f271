"""What texts say is seen, and what is true, by the names of things."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

NAME = re.compile(r"[a-z]+ \d+")

_N = NAME.pattern
SENTENCES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        r"Looking quickly around you, you see (?P<room>.+?)\.",
        r"You are facing the (?P<receptacle>.+?)\. Next to it, you see (?P<doubtful>.+?)\.",
        rf"You arrive at (?!loc )(?P<receptacle>{_N})\.",
        rf"On the (?P<receptacle>{_N}), you see (?P<object>.+?)\.",
        rf"The (?P<receptacle>{_N}) is open\. In it, you see (?P<object>.+?)\.",
        rf"The (?P<receptacle>{_N}) is closed\.",
        rf"You (?:open|close) the (?P<receptacle>{_N})\.",
        rf"You pick up the (?P<object>{_N}) from the (?P<receptacle>{_N})\.",
        rf"You (?:move|put) the (?P<object>{_N}) (?:to|in/on) the (?P<receptacle>{_N})\.",
        rf"You (?:clean|heat|cool) the (?P<object>{_N}) using the (?P<receptacle>{_N})\.",
        rf"You turn on the (?P<doubtful>{_N})\.",
        rf"You sliced the (?P<doubtful>{_N}) with the (?P<object>{_N})\.",
        rf"You are carrying: a (?P<object>{_N})\.",
        # What such a thing holds is listed as it was when the game was made: nothing to be seen.
        rf"This is a [a-z ]*?(?P<object>{_N})\.",
        rf"There's nothing special about (?P<object>{_N})\.",
    )
)
"""What the text world says. Groups: `room`, all receptacles there are; `receptacle` and `object`,
seen now; `doubtful`, objects that the rules let the agent list, light or cut behind a closed door."""


def read(text: str) -> dict[str, list[str]]:
    """Return the names that a text mentions, by the groups of `SENTENCES`, each once."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for sentence in SENTENCES:
        for match in sentence.finditer(text):
            for group, words in match.groupdict().items():
                found[group].update(dict.fromkeys(NAME.findall(words)))
    return {group: list(names) for group, names in found.items()}


class Truth(NamedTuple):
    """What is true at a moment, by names.

    Attributes:
        statements: all of it.
        held: the object in hand, "" for none.
        here: the receptacles where the agent is.
        closed: those that are closed.
        places: object to the receptacles that it is in.
    """

    statements: tuple[str, ...]
    held: str
    here: frozenset[str]
    closed: frozenset[str]
    places: Mapping[str, frozenset[str]]

    @staticmethod
    def of(statements: Sequence[str]) -> "Truth":
        """Read an environment's `true_statements()`."""
        held, here, closed = "", set(), set()
        places: dict[str, set[str]] = defaultdict(set)
        for statement in statements:
            if match := re.fullmatch(rf"the ({_N}) is (?:in|on) the ({_N})", statement):
                places[match[1]].add(match[2])
            elif match := re.fullmatch(rf"you are at the ({_N})", statement):
                here.add(match[1])
            elif match := re.fullmatch(rf"you hold the ({_N})", statement):
                held = match[1]
            elif match := re.fullmatch(rf"the ({_N}) is closed", statement):
                closed.add(match[1])
        found = {name: frozenset(inside) for name, inside in places.items()}
        return Truth(tuple(statements), held, frozenset(here), frozenset(closed), found)

    def hidden(self) -> list[str]:
        """Return the objects that are behind closed doors only."""
        return [o for o, inside in self.places.items() if o != self.held and inside <= self.closed]

    def before_eyes(self, name: str) -> bool:
        """Return whether an object is in hand or in something open where the agent is."""
        inside = self.places.get(name, frozenset())
        return name == self.held or bool(inside & self.here - self.closed)
