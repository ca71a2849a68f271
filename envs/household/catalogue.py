"""What kinds of things a household has: types, their properties, what fits where.

Facts counted in ALFWorld's v2.1.2 games (MIT); every property is uniform over a type there.
"""

from collections.abc import Mapping

PROPERTIES: Mapping[str, str] = {
    "P": "pickupable",
    "C": "cleanable",
    "H": "heatable",
    "K": "coolable",
    "T": "toggleable",
    "S": "sliceable",
    "R": "isReceptacleObject",
}

_OBJECTS = """
-: Bathtub Blinds Chair Curtains Footstool HousePlant LaundryHamperLid LightSwitch Mirror
  Painting Poster ShowerDoor ShowerGlass Sink StoveKnob Television Window
P: AlarmClock BaseballBat BasketBall Book Boots CD Candle CellPhone CreditCard Glassbottle
  HandTowel KeyChain Laptop Newspaper PaperTowelRoll Pen Pencil PepperShaker Pillow Plunger
  RemoteControl SaltShaker ScrubBrush SoapBottle SprayBottle Statue TeddyBear TennisRacket
  TissueBox ToiletPaper Towel Vase Watch WateringCan
PC: ButterKnife Cloth DishSponge Fork Kettle Knife Ladle SoapBar Spatula Spoon
PCHKR: Cup Mug Plate
PCHKS: Apple Egg Potato Tomato
PCKR: Bowl Pan Pot
PCKS: Lettuce
PHKS: Bread
PK: WineBottle
PR: Box
T: DeskLamp FloorLamp
"""

_ADMITS = """
ArmChair: BasketBall Book Box CellPhone Cloth CreditCard KeyChain Laptop Newspaper Pillow
  RemoteControl
BathtubBasin: Cloth DishSponge HandTowel SoapBar
Bed: BaseballBat BasketBall Book CellPhone Laptop Newspaper Pillow TennisRacket
Cabinet: Book Bowl Box CD Candle Cloth Cup DishSponge Glassbottle HandTowel Kettle Ladle Mug
  Newspaper Pan PepperShaker Plate Plunger Pot SaltShaker SoapBar SoapBottle SprayBottle
  TissueBox ToiletPaper Vase WateringCan WineBottle
Cart: Candle Cloth DishSponge HandTowel Mug Plunger SoapBar SoapBottle SprayBottle Statue
  TissueBox ToiletPaper Vase
CoffeeMachine: Mug
Desk: AlarmClock BasketBall Book Bowl Box CD Candle CellPhone Cloth CreditCard Cup Glassbottle
  KeyChain Laptop Mug Newspaper Pen Pencil Plate RemoteControl SoapBottle SprayBottle Statue
  TennisRacket TissueBox ToiletPaper Vase Watch WateringCan WineBottle
DiningTable CoffeeTable SideTable CounterTop: AlarmClock Apple BaseballBat BasketBall Book Bowl
  Box Bread ButterKnife CD Candle CellPhone Cloth CreditCard Cup DishSponge Egg Fork Glassbottle
  HandTowel Kettle KeyChain Knife Ladle Laptop Lettuce Mug Newspaper Pan Pen Pencil PepperShaker
  Plate Pot Potato RemoteControl SaltShaker SoapBar SoapBottle Spatula Spoon SprayBottle Statue
  TennisRacket TissueBox ToiletPaper Tomato Vase Watch WateringCan WineBottle
Drawer: Book ButterKnife CD Candle CellPhone Cloth CreditCard DishSponge Fork HandTowel KeyChain
  Knife Ladle Newspaper Pen Pencil PepperShaker RemoteControl SaltShaker SoapBar SoapBottle
  Spatula Spoon SprayBottle TissueBox ToiletPaper Watch WateringCan
Dresser: AlarmClock BasketBall Book Bowl Box CD Candle CellPhone Cloth CreditCard Cup
  Glassbottle KeyChain Laptop Mug Newspaper Pen Pencil Plate RemoteControl SprayBottle Statue
  TennisRacket TissueBox ToiletPaper Vase Watch WateringCan WineBottle
Fridge: Apple Bowl Bread Cup Egg Glassbottle Lettuce Mug Pan Plate Pot Potato Tomato WineBottle
GarbageCan: Apple Bread CD Cloth DishSponge Egg HandTowel Lettuce Newspaper Pen Pencil Potato
  SoapBar SoapBottle SprayBottle TissueBox ToiletPaper Tomato WineBottle
HandTowelHolder: HandTowel
LaundryHamper: Cloth
Microwave: Apple Bowl Bread Cup Egg Glassbottle Mug Plate Potato Tomato
Ottoman: BasketBall Book Box CellPhone Cloth CreditCard KeyChain Laptop Newspaper Pillow
  RemoteControl
Safe: CD CellPhone CreditCard KeyChain Statue Vase Watch
Shelf: AlarmClock Book Bowl Box CD Candle CellPhone Cloth CreditCard Cup DishSponge Glassbottle
  HandTowel Kettle KeyChain Mug Newspaper Pen Pencil PepperShaker Plate Pot RemoteControl
  SaltShaker SoapBar SoapBottle SprayBottle Statue TissueBox ToiletPaper Vase Watch WateringCan
  WineBottle
SinkBasin: Apple Bowl ButterKnife Cloth Cup DishSponge Egg Fork Glassbottle HandTowel Kettle
  Knife Ladle Lettuce Mug Pan Plate Pot Potato SoapBar Spatula Spoon Tomato
Sofa: BasketBall Book Box CellPhone Cloth CreditCard KeyChain Laptop Newspaper Pillow
  RemoteControl
StoveBurner: Kettle Pan Pot
TVStand: TissueBox
Toaster:
Toilet: Candle Cloth DishSponge HandTowel Newspaper SoapBar SoapBottle SprayBottle TissueBox
  ToiletPaper
ToiletPaperHanger: ToiletPaper
TowelHolder: Towel
"""


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """Read `key key: value value ...` lines; indented lines go on."""
    table = {}
    for line in text.replace("\n  ", " ").strip().splitlines():
        keys, _, values = line.partition(":")
        for key in keys.split():
            table[key] = tuple(values.split())
    return table


OBJECT_TYPES: Mapping[str, frozenset[str]] = {
    name: frozenset(PROPERTIES[letter] for letter in letters if letter in PROPERTIES)
    for letters, names in _table(_OBJECTS).items()
    for name in names
}
"""Object type to its properties, as PDDL predicates."""

ADMITS: Mapping[str, tuple[str, ...]] = _table(_ADMITS)
"""Receptacle type to the object types that can be placed in it."""
