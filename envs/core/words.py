"""How texts are cut into words: runs of letters, runs of digits, and single marks."""

import re

MISSION_MARK = "Your task is to:"
"""What stands before the task sentence in an opening text, in every world."""

_WORD = re.compile(r"[A-Za-z]+|[0-9]+|[^\sA-Za-z0-9]")


def words_of(text: str) -> list[str]:
    """Return the words, numbers and marks of a text, in order, as they stand there."""
    return _WORD.findall(text)


def closed_vocabulary(*texts: str, numbers: int) -> tuple[str, ...]:
    """Return all words of some texts and the numbers below a bound, sorted, each once."""
    found = {word for text in texts for word in words_of(text)}
    return tuple(sorted(found | set(map(str, range(numbers)))))
