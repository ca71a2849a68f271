"""Families of layouts: which pieces stand along which wall, by room type.

A wall is a line of words, one a piece: `a` stands there, `a?` perhaps, `a|b` is either, `a*2-3` is
two or three of them. The four walls follow each other round the room; a room made from a family is
turned, mirrored and stretched at random. Training and held-out rooms come from different families.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """One way to furnish a room.

    Attributes:
        name: what task listings call it.
        walls: the pieces along the four walls.
        middle: the pieces that stand free.
    """

    name: str
    walls: tuple[str, str, str, str]
    middle: str = ""


SEEN: Mapping[str, tuple[Family, ...]] = {
    "kitchen": (
        Family(
            "galley",
            ("counter*1-2 sink counter stove", "garbage",
             "fridge counter*1-2 pantry shelves?", "sidetable?"),
            "table?",
        ),
        Family(
            "corner",
            ("counter sink counter*1-2 stove", "counter*1-2 fridge", "sidetable? garbage shelves?",
             "pantry shelves?"),
            "table",
        ),
    ),
    "livingroom": (
        Family(
            "lounge",
            ("armchair? sofa sidetable", "bookcase dresser lamp", "tvstand chest? plant",
             "armchair sideboard|chest shelves? garbage"),
            "coffeetable",
        ),
        Family(
            "parlour",
            ("sidetable sofa nightstand", "sideboard bookcase garbage", "tvstand wardrobe lamp?",
             "dresser armchair plant?"),
            "coffeetable table?",
        ),
    ),
    "bedroom": (
        Family(
            "suite",
            ("nightstand bed nightstand", "desk shelves? garbage", "dresser bookcase chest?",
             "wardrobe armchair? safe?"),
        ),
        Family(
            "twin",
            ("bed nightstand bed", "desk chest garbage", "bookcase dresser? hamper|safe",
             "shelves desk? wardrobe"),
        ),
    ),
    "bathroom": (
        Family(
            "ensuite",
            ("vanity sink handtowel", "toilet garbage linen?", "bathtub shelves towel",
             "linen chest handtowel? hamper|cart|sidetable"),
        ),
        Family(
            "family",
            ("sink vanity handtowel?", "shower linen garbage", "toilet towel handtowel shelves?",
             "chest bookcase|linen"),
        ),
    ),
}  # fmt: skip
"""Families of the training rooms, by room type."""

UNSEEN: Mapping[str, tuple[Family, ...]] = {
    "kitchen": (
        Family(
            "horseshoe",
            ("counter stove counter", "sink counter", "pantry? garbage sidetable?",
             "fridge counter shelves?"),
            "island table?",
        ),
    ),
    "livingroom": (
        Family(
            "library",
            ("bookcase*2-2 sofa", "sidetable armchair*1-2 lamp", "dresser tvstand garbage",
             "chest wardrobe? desk|sideboard"),
            "ottoman? coffeetable?",
        ),
    ),
    "bedroom": (
        Family(
            "study",
            ("bookcase desk shelves?", "bed nightstand", "chest dresser garbage",
             "wardrobe*1-2 safe? armchair?"),
        ),
    ),
    "bathroom": (
        Family(
            "washroom",
            ("sink vanity sink", "linen towel handtowel*1-2 chest", "bathtub|shower garbage cart?",
             "toilet shelves linen?"),
        ),
    ),
}  # fmt: skip
"""Families of the rooms that no training game shows, by room type."""
