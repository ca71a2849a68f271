"""Which of the commands that are possible now somebody meant.

Exact words first; then other words for the same (`put mug 1 on shelf 2` for `move mug 1 to shelf 2`);
then what is left out (`take mug` where there is one to take); then spelling. A number that is given
must fit: "go to drawer 10" never means "go to drawer 1". Words that the world knows are never
"corrected" into other words: "open fridge 1" does not become "close fridge 1".
"""

import re
from collections.abc import Collection, Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from typing import NamedTuple

NEAR = 3
"""Commands that are named as near ones."""

SIMILAR = 0.8
"""Least similarity of a misspelt word and the right one, see `difflib.SequenceMatcher.ratio`."""

SHORTEST = 4
"""Shorter words are not corrected: too many others are near."""


class Meant(NamedTuple):
    """What somebody meant.

    Attributes:
        command: the command, "" if none is meant or several are.
        candidates: those that are, if several are; near ones, if none is.
        ambiguous: whether several are meant.
    """

    command: str
    candidates: tuple[str, ...] = ()
    ambiguous: bool = False


_THING = r"(.+?)"
_INTO = r"(?:in/on|on top of|inside of|onto|into|inside|in|on|to)"
_ALIASES: tuple[tuple[str, str], ...] = (
    (r"look around", "look"),
    (r"(?:check |my )?inventory|i", "inventory"),
    (rf"(?:put|place|set|lay|drop|leave|insert|stack|move|fit)(?: down)? {_THING} {_INTO} (.+)",
     "move {} to {}"),
    (rf"(?:take|grab|get|pick up|pick|grasp|lift|remove) {_THING} (?:from|out of|off of|off|in|on) (.+)",
     "take {} from {}"),
    (r"(?:pick up|pick|take|grab|get|grasp|lift) (.+)", "take {}"),
    (r"(?:go|walk|move|navigate|head|travel|run)(?: over)? (?:to|towards?) (.+)", "go to {}"),
    (r"goto (.+)", "go to {}"),
    (r"(?:open up|open) (.+)", "open {}"),
    (r"(?:close|shut) (.+)", "close {}"),
    (r"(?:turn|switch) (.+) on", "use {}"),
    (r"(?:use|turn on|switch on|toggle|activate) (.+)", "use {}"),
    (r"(?:examine|inspect|look at|look in|check|observe) (.+)", "examine {}"),
    (rf"(?:clean|wash|rinse) {_THING} (?:with|in|using|at|under) (.+)", "clean {} with {}"),
    (rf"(?:heat up|heat|warm up|warm|cook) {_THING} (?:with|in|using|on) (.+)", "heat {} with {}"),
    (rf"(?:cool down|cool|chill) {_THING} (?:with|in|using) (.+)", "cool {} with {}"),
    (rf"(?:slice|cut|chop) {_THING} (?:with|using) (.+)", "slice {} with {}"),
    (rf"(?:sweep|brush) {_THING} (?:onto|into|to|on) (.+)", "sweep {} to {}"),
    (r"(?:push|slide|nudge) (.+)", "push {}"),
)  # fmt: skip
"""Ways to say it (articles left out), and the one that stands for all of them."""

_COMPILED = tuple((re.compile(pattern), form) for pattern, form in _ALIASES)
_VERBS = frozenset(
    word for pattern, form in _ALIASES for word in re.findall(r"[a-z]{2,}", pattern + form)
)
_ARTICLES = re.compile(r"\b(?:the|a|an)\b ?")
_EDGES = " \t\r\n\"'`.,;:!?*"
_CLAUSE = re.compile(r" (?:from|with) .+$| to .+$")


def meant(text: str, possible: Sequence[str], known: Collection[str] = ()) -> Meant:
    """Return which of the possible commands a text means.

    Args:
        text: a command, as somebody put it.
        possible: the commands that are possible now.
        known: the world's words; those of the possible commands count as known anyway.
    """
    exact = text.strip()
    if exact in possible:
        return Meant(exact)
    said = plain(text)
    if not said:
        return Meant("")
    found = _same(canonical(said), possible)
    if found is None:
        words = {word for command in possible for word in plain(command).split()}
        corrected = spelt(said, words | set(known) | _VERBS)
        found = None if corrected == said else _same(canonical(corrected), possible)
    if found is None:
        return Meant("", tuple(get_close_matches(said, possible, n=NEAR, cutoff=0.5)))
    if len(found) == 1:
        return Meant(found[0])
    return Meant("", found, ambiguous=True)


def lowest(candidates: Iterable[str]) -> str:
    """Return the command with the lowest numbers: "drawer 2" comes before "drawer 10"."""
    return min(candidates, key=_counting)


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Return a command in lower case, without articles, and marks at its ends."""
    return " ".join(_ARTICLES.sub("", text.lower().strip(_EDGES)).split())


@lru_cache(maxsize=65536)
def canonical(said: str) -> str:
    """Return the one way to say a command, of a plain one."""
    for pattern, form in _COMPILED:
        found = pattern.fullmatch(said)
        if found:
            return form.format(*found.groups())
    return said


@lru_cache(maxsize=65536)
def without_numbers(said: str) -> str:
    """Return a command without its numbers."""
    return " ".join(word for word in said.split() if not word.isdigit())


def spelt(said: str, known: Collection[str]) -> str:
    """Return a plain command with misspelt words put right.

    Neighbours that are one known word together are joined ("side table"); a longer word that is
    not known becomes the known one that is most like it, if one is.
    """
    words: list[str] = []
    for word in said.split():
        if words and words[-1].isalpha() and words[-1] + word in known:
            words[-1] += word
        else:
            words.append(word)
    return " ".join(_right(word, known) for word in words)


def _right(word: str, known: Collection[str]) -> str:
    if word in known or len(word) < SHORTEST or not word.isalpha():
        return word
    near = get_close_matches(word, sorted(known), n=2, cutoff=SIMILAR)
    if len(near) == 2 and _likeness(word, near[0]) == _likeness(word, near[1]):
        return word
    return near[0] if near else word


def _likeness(word: str, other: str) -> float:
    return SequenceMatcher(None, other, word).ratio()


def _same(said: str, possible: Sequence[str]) -> tuple[str, ...] | None:
    """Return the possible commands that say the same, nothing or something left out; None if none."""
    forms = [(canonical(plain(command)), command) for command in possible]
    for fits in (_equal, _shortened):
        found = tuple(command for form, command in forms if fits(said, form))
        if found:
            return found
    return None


def _equal(said: str, form: str) -> bool:
    return said == form


def _shortened(said: str, form: str) -> bool:
    """Return whether one says a command, leaving out numbers or where to do it."""
    return omits(said, form) or omits(said, _CLAUSE.sub("", form))


def omits(said: str, form: str) -> bool:
    """Return whether `said` is `form` without some of its numbers."""
    if without_numbers(said) != without_numbers(form):
        return False
    given = iter(said.split())
    word = next(given, None)
    for part in form.split():
        if part == word:
            word = next(given, None)
        elif not part.isdigit():
            return False
    return word is None


def _counting(command: str) -> list[tuple[int, int, str]]:
    return [(0, int(word), "") if word.isdigit() else (1, 0, word) for word in command.split()]
