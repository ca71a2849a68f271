"""All words that the tabletop's texts, commands and missions are made of.

Tasks of one's own may have shapes with other nouns; free sentences (`instruction="human"`) hold
other words.
"""

from crossworld.envs.core.words import closed_vocabulary
from crossworld.envs.tabletop.colours import COLOURS
from crossworld.envs.tabletop.language import DIRECTIONS, SIDES
from crossworld.envs.tabletop.shapes import LETTERS
from crossworld.envs.tabletop.text import GREETING, VERBS

NUMBERS = 20
"""Numbers of things that share a name are below this."""

_NOUNS = """
ball balls beads block blocks bowl bowls box boxes corner corners cup cups cylinder cylinders disc
discs line lines outline outlines pallet pallets pillar pillars plank planks spot spots stand stands
wall walls zone zones basket baskets thing things ells tees crosses zeds arches
"""

_SAID = """
On the table you see a red block, an orange one and the rest. The gripper holds nothing. In It are.
It is now on the table. at the back left, at the front right, in the middle, along. Your task is to:
look pick up grasp put it on top of onto in into across fit sweep push turned to right over
left of behind in front of different and or then
"""
"""Every word of `text.py`, `language.py` and `wording.py`, beside names."""

VOCABULARY = closed_vocabulary(
    _NOUNS,
    _SAID,
    GREETING,
    *(sentence.format(name="", place="") for sentence in VERBS.values()),
    *COLOURS,
    *LETTERS,
    *DIRECTIONS,
    *SIDES,
    numbers=NUMBERS,
)
"""The words, sorted."""
