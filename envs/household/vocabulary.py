"""All words that the household's texts, commands and template missions are made of.

Instructions that people wrote, and free sentences (`instruction="human"`), hold others.
"""

from crossworld.envs.core.words import closed_vocabulary
from crossworld.envs.household.catalogue import ADMITS, OBJECT_TYPES
from crossworld.envs.household.generation.sentences import TEMPLATES
from crossworld.envs.household.text import NOTHING_HAPPENS, WELCOME
from crossworld.envs.household.versions import HELP, VERSIONS

NUMBERS = 64
"""Numbers of things and locations are below this; an official game has 59 locations at most."""

_SAID = """
You are in the middle of a room. Looking quickly around you, you see nothing, and a mug.
You are facing the fridge. Next to it, you see nothing. On the shelf, you see a mug, and a cup.
The fridge is open. In it, you see nothing. The fridge is closed. You arrive at loc. You open the.
You close the. You pick up the mug from the. You clean the using the. You heat the. You cool the.
You turn on the. You sliced the with the. You are not carrying anything. You are carrying: a
This is a hot and clean sliced. This is a cool and clean sliced. This is a cold. This is a normal.
This is off. There's nothing special about. Your task is to:
look inventory help go to open close examine take from put in/on move heat with cool clean use slice
find some two them under it put
"""
"""Every word that `text.py` and `engine.py` say or take, beside names."""

_NAMES = " ".join(name.lower() for name in (*ADMITS, *OBJECT_TYPES, "Lamp", "StoveKnobBasin"))

VOCABULARY = closed_vocabulary(
    _SAID,
    _NAMES,
    WELCOME,
    NOTHING_HAPPENS,
    HELP,
    *(version.placed.format(o="", r="") for version in VERSIONS.values()),
    *(sentence.format(x="", y="") for pair in TEMPLATES.values() for sentence in pair),
    numbers=NUMBERS,
)
"""The words, sorted."""
