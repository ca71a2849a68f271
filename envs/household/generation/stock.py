"""What is in rooms of each type, and where people leave things.

Counts per room follow those of ALFWorld's training games; the numbers are rounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from crossworld.envs.household.catalogue import ADMITS


@dataclass(frozen=True, slots=True)
class Stock:
    """How many things of a kind a room has.

    Attributes:
        kind: their type.
        least, most: how many, if any.
        share: of the rooms that have any.
    """

    kind: str
    least: int
    most: int
    share: float


_STOCK = {
    "kitchen": """
        1-3: Apple Bowl Cup DishSponge Egg Fork Knife Lettuce Mug PepperShaker Plate Potato
             SaltShaker SoapBottle Spatula Spoon Tomato ButterKnife
        1-2: Bread Pan Pot
        1-2 half: Kettle WineBottle Ladle PaperTowelRoll HousePlant
        1-3 quarter: Glassbottle Statue Vase Book CreditCard CellPhone Pen Pencil SprayBottle
        """,
    "livingroom": """
        1-3: CreditCard KeyChain RemoteControl Statue
        1-2: Box Laptop Pillow HousePlant
        1-3 half: Newspaper Watch Vase Book TissueBox CellPhone
        1-2 quarter: Plate Pen Pencil Candle Bowl WateringCan Cup Mug CD
        1-1 quarter: DeskLamp
        """,
    "bedroom": """
        1-3: AlarmClock Book CD CellPhone CreditCard KeyChain Pen Pencil
        1-2: Laptop Pillow
        1-3 half: Mug Bowl
        1-1 half: Box BaseballBat TennisRacket BasketBall DeskLamp
        1-2 quarter: TeddyBear TissueBox Statue Cloth Watch Vase RemoteControl HousePlant
        """,
    "bathroom": """
        1-3: Candle Cloth SoapBar SoapBottle SprayBottle ToiletPaper
        1-2: HandTowel Towel
        1-1: Plunger
        1-3 quarter: TissueBox DishSponge
        1-1 quarter: PaperTowelRoll HousePlant
        """,
}

_SHARES = {"": 1.0, "half": 0.5, "quarter": 0.25}


def _read(text: str) -> tuple[Stock, ...]:
    stock = []
    for line in text.replace("\n             ", " ").strip().splitlines():
        counts, _, kinds = line.strip().partition(": ")
        numbers, _, share = counts.partition(" ")
        least, most = map(int, numbers.split("-"))
        stock += [Stock(kind, least, most, _SHARES[share]) for kind in kinds.split()]
    return tuple(stock)


STOCK: Mapping[str, tuple[Stock, ...]] = {room: _read(text) for room, text in _STOCK.items()}
"""Room type to what is in it."""

KEPT: Mapping[str, tuple[str, ...]] = {
    **ADMITS,
    "Cabinet": (*ADMITS["Cabinet"], "Apple", "Bread", "Potato", "Tomato"),
}
"""Receptacle type to what can be in it: as in ALFWorld, but cabinets keep food too.

Otherwise food could be in so few places that a script would find it blind.
"""

APPLIANCES: Mapping[str, tuple[str, ...]] = {
    "kitchen": ("Microwave", "CoffeeMachine", "Toaster"),
}
"""Room type to the receptacles that stand on its counters."""

ALWAYS_ON: Mapping[str, tuple[str, ...]] = {
    "DeskLamp": ("Desk", "Dresser", "SideTable", "TVStand", "CoffeeTable", "Shelf"),
    "HousePlant": ("CounterTop", "DiningTable", "SideTable", "Dresser", "TVStand", "CoffeeTable"),
    "PaperTowelRoll": ("CounterTop", "DiningTable", "SideTable", "Toilet"),
    "TeddyBear": ("Bed", "Desk", "Dresser", "ArmChair"),
}
"""Object types that nothing admits, to the receptacle types that they are on from the start."""

VESSELS: Mapping[str, tuple[str, ...]] = {
    "Bowl": ("Apple", "Egg", "KeyChain", "Potato", "Spoon", "Tomato", "CreditCard"),
    "Box": ("CD", "CellPhone", "Cloth", "KeyChain", "Newspaper", "RemoteControl", "Watch"),
    "Cup": ("Fork", "Pen", "Pencil", "Spoon"),
    "Mug": ("ButterKnife", "Fork", "Pen", "Pencil", "Spoon"),
    "Pan": ("Egg", "Spatula"),
    "Plate": ("Apple", "Bread", "ButterKnife", "Fork", "Knife", "Spoon", "Tomato"),
    "Pot": ("Egg", "Ladle", "Potato", "Spoon"),
}
"""Receptacle object to the objects that may be inside it."""

CROWDED: Mapping[str, float] = {
    "DiningTable": 10, "CounterTop": 6, "Desk": 6, "Dresser": 4.5, "Fridge": 4, "CoffeeTable": 4,
    "Bed": 4, "TVStand": 4, "Cart": 3, "Sofa": 2.5, "SideTable": 2.5, "Toilet": 2.5,
    "SinkBasin": 2, "BathtubBasin": 1.5, "Shelf": 1, "ArmChair": 1, "Microwave": 1,
    "TowelHolder": 0.9, "HandTowelHolder": 0.8, "GarbageCan": 0.8, "Ottoman": 0.8,
    "StoveBurner": 0.7, "Safe": 0.6, "Drawer": 0.5, "Cabinet": 0.4, "CoffeeMachine": 0.4,
    "ToiletPaperHanger": 0.25,
}  # fmt: skip
"""Receptacle type to how many things it holds on average; what is not here holds nothing."""
