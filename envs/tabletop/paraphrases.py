"""The same task in freer words, as people might say it."""

import re
from collections.abc import Sequence

import numpy as np

_VERBS = {
    "put": ("place", "move", "set", "lay"),
    "pick up": ("grab", "lift", "take", "get hold of"),
    "sweep": ("push", "brush", "shove"),
    "fit": ("place", "lay", "slot"),
}
_PLACES = (
    ("on the ", ("on top of the ", "onto the ")),
    ("in the ", ("inside the ", "into the ")),
    ("left of ", ("to the left of ",)),
    ("right of ", ("to the right of ",)),
    ("behind ", ("at the back of ",)),
)
_OPENINGS = ("", "please ", "I want you to ", "your job: ")
_LINKS = (", then ", "; after that ", ", and then ", "; next, ")

_VERB = re.compile(rf"^({'|'.join(_VERBS)})\b")


def paraphrased(words: Sequence[str], generator: np.random.Generator) -> str:
    """Return goals in words as one sentence that says the same otherwise.

    Args:
        words: each goal as a sentence, see `wording`.
        generator: draws the words.
    """

    def one(items: Sequence[str]) -> str:
        return items[int(generator.integers(len(items)))]

    said = []
    for sentence in words:
        sentence = _VERB.sub(lambda found: one(_VERBS[found[1]]), sentence)
        for plain, others in _PLACES:
            if plain in sentence:
                sentence = sentence.replace(plain, one((plain, *others)), 1)
                break
        said.append(sentence)
    return one(_OPENINGS) + one(_LINKS).join(said)
