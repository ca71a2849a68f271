"""How a task is told: ALFWorld's templates, and free words from a small grammar of our own."""

import re
from collections.abc import Mapping

from crossworld.envs.core.dice import Dice
from crossworld.envs.household.generation.tasks import Chore

PARAPHRASES = 3
"""Free sentences a task has; official games have about as many."""

TEMPLATES: Mapping[str, tuple[str, str]] = {
    "pick_and_place_simple": ("put a {x} in {y}", "put some {x} on {y}"),
    "look_at_obj_in_light": ("look at {x} under the {y}", "examine the {x} with the {y}"),
    "pick_clean_then_place_in_recep": (
        "put a clean {x} in {y}", "clean some {x} and put it in {y}",
    ),
    "pick_heat_then_place_in_recep": ("put a hot {x} in {y}", "heat some {x} and put it in {y}"),
    "pick_cool_then_place_in_recep": ("put a cool {x} in {y}", "cool some {x} and put it in {y}"),
    "pick_two_obj_and_place": ("put two {x} in {y}", "find two {x} and put them in {y}"),
}  # fmt: skip
"""Task type to the two sentences that ALFWorld's games use for it."""

# `[a|b]` is a choice, `<name>` a rule; "" is nothing.
_RULES: Mapping[str, str] = {
    "pick_and_place_simple":
        "[<put> <a x> <at y>|Get <a x> and <put_> it <at y>|Find <a x>, then <put_> it <at y>"
        "|Move <a x> to the <y>|There should be [a|one] <x> <at y>]",
    "look_at_obj_in_light":
        "[Look at <a x> <by light>|Take <a x> to the <y> and switch the <y> on"
        "|Examine <a x> <by light>|Turn on the <y> while holding <a x>"
        "|Hold <a x> under the light of the <y>]",
    "pick_clean_then_place_in_recep":
        "[<put> a <clean> <x> <at y>|<wash> <a x> and <put_> it <at y>"
        "|<wash> <a x> in the sink, then <put_> it <at y>|Get <a x> clean and <put_> it <at y>]",
    "pick_heat_then_place_in_recep":
        "[<put> a <hot> <x> <at y>|Warm up <a x> and <put_> it <at y>"
        "|Use the microwave on <a x>, then <put_> it <at y>|Heat <a x>, then <put_> it <at y>]",
    "pick_cool_then_place_in_recep":
        "[<put> a <cold> <x> <at y>|Chill <a x> and <put_> it <at y>"
        "|Cool <a x> in the fridge, then <put_> it <at y>|Get <a x> cold and <put_> it <at y>]",
    "pick_two_obj_and_place":
        "[<put> two <xs> <at y>|Find two <xs> and <put_> them both <at y>"
        "|Bring two <xs> together <at one y>|Two <xs> belong together <at one y>]",
    "put": "[Put|Place|Set|Leave]",
    "put_": "[put|place|set|leave]",
    "a x": "[a <x>|a <x>|the <x>|one <x>]",
    "by light": "[under the <y>|by the light of the <y>|with the <y> on]",
    "clean": "[clean|washed|rinsed]",
    "wash": "[Wash|Rinse|Clean]",
    "hot": "[hot|heated|warm]",
    "cold": "[cold|chilled|cool]",
}  # fmt: skip

_WORDS: Mapping[str, str] = {
    "AlarmClock": "[alarm clock|clock]", "ArmChair": "[armchair|chair]", "BaseballBat": "baseball bat",
    "BasketBall": "basketball", "BathtubBasin": "[bathtub|tub]", "Bread": "loaf of bread", "ButterKnife": "[butter knife|table knife]",
    "CD": "[CD|disc]", "CellPhone": "[phone|cell phone]", "Cloth": "[cloth|rag]",
    "CoffeeMachine": "[coffee maker|coffee machine]", "CoffeeTable": "[coffee table|low table]",
    "CounterTop": "[counter|countertop]", "CreditCard": "[credit card|card]", "DeskLamp": "[lamp|desk lamp]",
    "DiningTable": "[table|dining table]", "DishSponge": "[sponge|dish sponge]",
    "Fridge": "[fridge|refrigerator]", "GarbageCan": "[trash can|bin|garbage can]",
    "Glassbottle": "glass bottle", "HandTowel": "[hand towel|small towel]",
    "HandTowelHolder": "[hand towel ring|hand towel holder]", "KeyChain": "[set of keys|key chain]",
    "LaundryHamper": "[laundry basket|hamper]",
    "Pan": "[pan|frying pan]", "PepperShaker": "pepper shaker", "Plate": "[plate|dish]",
    "RemoteControl": "[remote|remote control]", "SaltShaker": "salt shaker",
    "SideTable": "[side table|end table]", "SinkBasin": "sink", "SoapBar": "bar of soap",
    "SoapBottle": "[soap bottle|soap dispenser]", "Sofa": "[sofa|couch]",
    "SprayBottle": "spray bottle", "StoveBurner": "burner",
    "TVStand": "[TV stand|media stand]", "TennisRacket": "tennis racket",
    "TissueBox": "[box of tissues|tissue box]", "ToiletPaper": "[roll of toilet paper|toilet roll]",
    "ToiletPaperHanger": "[toilet paper holder|toilet roll holder]",
    "TowelHolder": "[towel rack|towel holder]", "WateringCan": "watering can",
    "WineBottle": "[bottle of wine|wine bottle]",
}  # fmt: skip
"""Type to the words for it; others are their lower-cased name."""

_INSIDE = frozenset(
    {"BathtubBasin", "Cabinet", "Drawer", "Fridge", "GarbageCan", "LaundryHamper", "Microwave",
     "Safe", "SinkBasin"}
)  # fmt: skip
_PLURALS = {"loaf of bread": "loaves of bread", "box of tissues": "boxes of tissues", "bar of soap": "bars of soap",
            "bottle of wine": "bottles of wine", "set of keys": "sets of keys", "knife": "knives",
            "butter knife": "butter knives", "table knife": "table knives",
            "roll of toilet paper": "rolls of toilet paper", "dish": "dishes", "box": "boxes",
            "tissue box": "tissue boxes", "watch": "watches", "potato": "potatoes",
            "tomato": "tomatoes", "toilet roll": "toilet rolls"}  # fmt: skip


_BEFORE_VOWEL = re.compile(r"\b([Aa])(?= [aeiou])")


def template(chore: Chore, dice: Dice) -> str:
    """Return a task in the words of one of the two official templates of its type."""
    x, y = chore.target.lower(), chore.place.lower()
    return dice.choice(TEMPLATES[chore.task_type]).format(x=x, y=y)


def paraphrases(chore: Chore, dice: Dice) -> tuple[str, ...]:
    """Return different ways to tell a task in free words."""
    found: dict[str, None] = {}
    while len(found) < PARAPHRASES:
        found[paraphrase(chore, dice)] = None
    return tuple(found)


def paraphrase(chore: Chore, dice: Dice) -> str:
    """Return a task in free words, as a sentence without its full stop."""
    x = _expand(_word(chore.target), {}, dice)
    y = _expand(_word(chore.place), {}, dice)
    at = "in" if chore.place in _INSIDE else "on"
    words = {
        "x": x,
        "y": y,
        "xs": _PLURALS.get(x, f"{x}s"),
        "at y": f"{at} [the|a] {y}",
        "at one y": f"{at} one {y}",
    }
    return _BEFORE_VOWEL.sub(r"\1n", _expand(_RULES[chore.task_type], words, dice))


def _word(kind: str) -> str:
    return _WORDS.get(kind, kind.lower())


def _expand(text: str, words: Mapping[str, str], dice: Dice) -> str:
    """Make all choices in a text and follow its rules, outermost first."""
    while True:
        start = min((i for i in (text.find("["), text.find("<")) if i >= 0), default=-1)
        if start < 0:
            return text
        if text[start] == "<":
            end = text.index(">", start)
            name = text[start + 1 : end]
            text = text[:start] + (words.get(name) or _RULES[name]) + text[end + 1 :]
        else:
            end = _closing(text, start)
            text = text[:start] + dice.choice(_options(text[start + 1 : end])) + text[end + 1 :]


def _closing(text: str, start: int) -> int:
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == "[") - (text[i] == "]")
        if not depth:
            return i
    raise ValueError(f"grammar: a bracket is not closed in {text!r}.")


def _options(text: str) -> list[str]:
    options, depth = [""], 0
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if letter == "|" and not depth:
            options.append("")
        else:
            options[-1] += letter
    return options
