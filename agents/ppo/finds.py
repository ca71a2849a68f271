"""What training pays for beside success and goal conditions: to search, to find, to try.

Between the beginning and the first goal condition lies the search, which nothing else pays for; and what
heats, cools and cleans is found out sooner where trying it pays in every task. All is told by the commands
that are given and those that are possible, and each pays once an episode, so no loop does.
"""

from collections.abc import Sequence

from crossworld.envs.core.words import words_of

SEEN, TAKEN, THINGS = 0.1, 0.4, 2
"""What it pays to first come to where a thing is that the mission names, and to first take it; and for how
many things of an episode each is paid."""

TRIED = 0.1
"""What it pays to do something to such a thing for the first time in an episode, with each of `VERBS`."""

VERBS = ("clean", "cool", "heat", "move", "put", "use")

NEW = 0.02
"""What it pays to go to a place, or to open something, for the first time in an episode."""

_PRICES = (NEW, SEEN, TAKEN, TRIED)


class Finds:
    """What was searched, found and tried in an episode, told by what is possible and given.

    Only things count that the mission names. A thing is seen when it can be taken or used; each
    ("apple 2") counts once.

    Args:
        mission: of the episode.
    """

    def __init__(self, mission: str = "") -> None:
        self._named = frozenset(words_of(mission))
        self._searched: set[str] = set()
        self._seen: set[str] = set()
        self._taken: set[str] = set()
        self._tried: set[str] = set()

    def pays(self, command: str, offered: Sequence[str]) -> float:
        """Return what a command pays that led to where these are possible."""
        before = self._counts()
        verb = command.partition(" ")[0]
        if command.startswith(("go to ", "open ")):
            self._searched.add(command)
        elif verb == "take":
            self._note(command, self._taken)
        elif verb in VERBS and self._thing(command):
            self._tried.add(verb)
        for possible in offered:
            if possible.startswith(("take ", "use ")):
                self._note(possible, self._seen)
        return sum(
            price * (now - then)
            for price, now, then in zip(_PRICES, self._counts(), before, strict=True)
        )

    def _counts(self) -> tuple[int, ...]:
        """Return how much there is of what `_PRICES` are for."""
        return tuple(map(len, (self._searched, self._seen, self._taken, self._tried)))

    def _note(self, command: str, things: set[str]) -> None:
        if len(things) < THINGS and (thing := self._thing(command)):
            things.add(thing)

    def _thing(self, command: str) -> str:
        """Return the thing that something is done to, "" if the mission does not name it."""
        words = command.split()[1:3]
        return " ".join(words) if words and words[0] in self._named else ""
