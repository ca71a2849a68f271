"""Eight games in three small rooms, made by hand: each task type once and two more."""

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from crossworld.envs.household import files
from crossworld.envs.household.authoring import Furniture, Item, Room, write_game_text
from crossworld.envs.household.goal import GoalSpec

KITCHEN = Room(
    start=(0, 0, 0, 30),
    furniture=(
        Furniture("CounterTop", (-1.6, 0.95, 1.5), (-4, 4, 0, 45)),
        Furniture("CounterTop", (1.2, 0.95, 1.5), (4, 4, 0, 45)),
        Furniture("SinkBasin", (-0.5, 0.9, 1.6), (-2, 4, 0, 45)),
        Furniture("Microwave", (1.5, 1.1, 1.6), (4, 4, 0, 45), openable=True),
        Furniture("Fridge", (2.4, 0.0, 0.2), (6, 1, 1, 30), openable=True),
        Furniture("DiningTable", (-1.4, 0.0, -1.8), (-3, -4, 2, 45)),
        Furniture("CoffeeMachine", (0.8, 0.9, 1.6), (3, 4, 0, 30)),
        Furniture("StoveBurner", (2.2, 0.93, 1.3), (6, 4, 1, 45)),
        Furniture("StoveBurner", (2.5, 0.93, 1.3), (6, 4, 1, 45)),
        Furniture("GarbageCan", (2.3, 0.0, -1.9), (6, -5, 1, 60)),
        Furniture("Cabinet", (-1.9, 1.8, 1.6), (-5, 4, 0, -15), openable=True),
        Furniture("Cabinet", (-1.1, 1.8, 1.6), (-4, 4, 0, -15), openable=True),
        Furniture("Cabinet", (0.9, 0.4, 1.4), (3, 3, 0, 60), openable=True),
        Furniture("Drawer", (-1.5, 0.7, 1.4), (-4, 3, 0, 60), openable=True),
        Furniture("Drawer", (-0.9, 0.7, 1.4), (-3, 3, 0, 60), openable=True),
        Furniture("Shelf", (2.6, 1.4, -0.9), (7, -4, 1, 15)),
    ),
    items=(
        Item("Mug", (-1.4, 0.96, 1.5), (0,)),
        Item("Mug", (2.6, 1.41, -0.8), (15,)),
        Item("Plate", (-1.3, 0.76, -1.7), (5,), holds=(3,)),
        Item("Apple", (-1.3, 0.8, -1.7), (5,)),
        Item("Apple", (2.4, 0.8, 0.2), (4,), cool=True),
        Item("Tomato", (1.1, 0.97, 1.5), (1,)),
        Item("Potato", (-0.5, 0.85, 1.6), (2,)),
        Item("Egg", (2.4, 1.1, 0.1), (4,)),
        Item("Lettuce", (2.4, 0.6, 0.3), (4,)),
        Item("Bread", (1.0, 0.97, 1.4), (1,)),
        Item("Knife", (-1.5, 0.7, 1.3), (13,)),
        Item("ButterKnife", (-1.5, 0.76, -1.9), (5,)),
        Item("Fork", (-0.9, 0.7, 1.3), (14,)),
        Item("Spoon", (-0.9, 0.7, 1.35), (14,)),
        Item("Spatula", (1.3, 0.96, 1.6), (1,)),
        Item("Pan", (2.2, 0.95, 1.3), (7, 8)),
        Item("Pot", (2.5, 0.95, 1.3), (8,)),
        Item("Bowl", (-1.9, 1.7, 1.6), (10,)),
        Item("Cup", (-1.1, 1.7, 1.6), (11,)),
        Item("SaltShaker", (-1.9, 1.75, 1.5), (10,)),
        Item("PepperShaker", (2.6, 1.41, -1.0), (15,)),
        Item("DishSponge", (-0.6, 0.85, 1.5), (2,)),
        Item("SoapBottle", (0.9, 0.4, 1.3), (12,)),
        Item("Sink", (-0.5, 0.9, 1.7)),
        Item("LightSwitch", (-2.5, 1.3, 0.5)),
        Item("Window", (-0.4, 1.6, 1.9)),
        Item("Chair", (-1.0, 0.0, -2.4)),
    ),
)

BEDROOM = Room(
    start=(1, 1, 2, 30),
    furniture=(
        Furniture("Bed", (-1.5, 0.0, 1.2), (-2, 4, 3, 45)),
        Furniture("Desk", (1.9, 0.0, 1.5), (5, 5, 1, 45)),
        Furniture("Drawer", (1.9, 0.5, 1.2), (5, 4, 1, 60), openable=True),
        Furniture("Drawer", (1.9, 0.3, 1.2), (5, 4, 1, 60), openable=True),
        Furniture("SideTable", (-2.2, 0.0, -0.4), (-5, -1, 3, 45)),
        Furniture("Dresser", (0.2, 0.0, -2.1), (1, -5, 2, 30)),
        Furniture("Drawer", (-0.1, 0.6, -2.0), (0, -5, 2, 60), openable=True),
        Furniture("Shelf", (2.1, 1.4, -0.6), (5, -2, 1, 0)),
        Furniture("Shelf", (2.1, 1.8, -0.6), (5, -2, 1, -15)),
        Furniture("GarbageCan", (2.0, 0.0, -1.9), (5, -6, 1, 60)),
        Furniture("Safe", (1.2, 0.0, -2.2), (4, -6, 2, 45), openable=True),
    ),
    items=(
        Item("AlarmClock", (-2.2, 0.7, -0.4), (4,)),
        Item("DeskLamp", (1.9, 0.8, 1.7), (1,)),
        Item("Laptop", (1.8, 0.8, 1.4), (1,)),
        Item("Pencil", (1.9, 0.5, 1.1), (2,)),
        Item("Pen", (1.7, 0.8, 1.5), (1,)),
        Item("CD", (1.9, 0.3, 1.1), (3,)),
        Item("CD", (0.2, 1.1, -2.1), (5,)),
        Item("Book", (-1.4, 0.6, 1.0), (0,)),
        Item("Book", (2.1, 1.42, -0.6), (7,)),
        Item("CellPhone", (-0.1, 0.6, -1.9), (6,)),
        Item("CellPhone", (-1.5, 0.6, 1.4), (0,)),
        Item("KeyChain", (2.1, 1.82, -0.5), (8,)),
        Item("CreditCard", (1.2, 0.3, -2.2), (10,)),
        Item("Pillow", (-2.0, 0.65, 1.3), (0,)),
        Item("TeddyBear", (-1.9, 0.6, 0.8), (0,)),
        Item("Mug", (2.0, 0.8, 1.6), (1,)),
        Item("HousePlant", (0.5, 1.1, -2.1), (5,)),
        Item("BaseballBat", (-2.4, 0.6, 2.0)),
        Item("LightSwitch", (-2.5, 1.3, -1.5)),
        Item("Window", (-1.0, 1.6, 2.4)),
    ),
)

BATHROOM = Room(
    start=(0, -2, 0, 30),
    furniture=(
        Furniture("SinkBasin", (-0.9, 0.9, 1.0), (-3, 1, 0, 45)),
        Furniture("CounterTop", (-0.4, 0.9, 1.0), (-2, 1, 0, 45)),
        Furniture("Cabinet", (-0.9, 0.4, 0.9), (-3, 1, 0, 45), openable=True),
        Furniture("Cabinet", (-0.3, 0.4, 0.9), (-1, 1, 0, 60), openable=True),
        Furniture("Toilet", (1.2, 0.0, 0.9), (4, 1, 0, 60)),
        Furniture("ToiletPaperHanger", (1.6, 0.8, 0.6), (5, 1, 1, 30)),
        Furniture("BathtubBasin", (1.4, 0.3, -1.6), (3, -5, 1, 60)),
        Furniture("TowelHolder", (-1.5, 1.4, -0.5), (-4, -2, 3, 0)),
        Furniture("HandTowelHolder", (-1.5, 1.6, 0.6), (-4, 2, 3, -15)),
        Furniture("GarbageCan", (0.5, 0.0, 1.0), (2, 2, 0, 60)),
        Furniture("Shelf", (-1.4, 1.0, -1.4), (-4, -5, 3, 15)),
    ),
    items=(
        Item("Cloth", (-0.3, 0.4, 0.8), (3,)),
        Item("Cloth", (1.4, 0.3, -1.5), (6,)),
        Item("SoapBar", (-0.9, 0.85, 1.0), (0,)),
        Item("SoapBar", (-1.4, 1.02, -1.4), (10,)),
        Item("SoapBottle", (-0.4, 0.95, 1.0), (1,)),
        Item("SprayBottle", (-0.9, 0.4, 0.8), (2,)),
        Item("ToiletPaper", (1.2, 0.9, 1.0), (4,)),
        Item("ToiletPaper", (-0.9, 0.4, 0.85), (2,)),
        Item("Candle", (-1.4, 1.02, -1.3), (10,)),
        Item("Towel", (-1.5, 1.3, -0.5), (7,)),
        Item("HandTowel", (-1.5, 1.5, 0.6), (8,)),
        Item("Sink", (-0.9, 0.9, 1.1)),
        Item("Bathtub", (1.4, 0.3, -1.7)),
        Item("Mirror", (-0.7, 1.6, 1.2)),
        Item("ScrubBrush", (1.5, 0.0, 1.1)),
        Item("Plunger", (1.6, 0.0, 1.1)),
        Item("LightSwitch", (0.0, 1.3, -2.2)),
    ),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One shipped game: folder names and content."""

    task: str
    trial: str
    room: Room
    goal: GoalSpec
    sentence: str


def _sample(
    room: tuple[str, Room], task_type: str, sentence: str, x: str, y: str = "", lamp: str = ""
) -> Sample:
    name, place = room
    goal = GoalSpec(
        task_type,
        f"{x}Type",
        receptacle_type=f"{y}Type" if y else "",
        lamp_type=f"{lamp}Type" if lamp else "",
    )
    return Sample(f"{task_type}-{x}-None-{y or lamp}-{name}", "trial_1", place, goal, sentence)


_KITCHEN, _BEDROOM, _BATHROOM = (
    ("kitchen1", KITCHEN),
    ("bedroom1", BEDROOM),
    ("bathroom1", BATHROOM),
)

SAMPLES = (
    _sample(_BEDROOM, "pick_and_place_simple", "put some cd on safe", "CD", "Safe"),
    _sample(_KITCHEN, "pick_and_place_simple", "put a saltshaker in drawer", "SaltShaker", "Drawer"),
    _sample(
        _BEDROOM, "look_at_obj_in_light", "examine the book with the desklamp", "Book",
        lamp="DeskLamp",
    ),
    _sample(
        _BATHROOM, "pick_clean_then_place_in_recep", "clean some cloth and put it in countertop",
        "Cloth", "CounterTop",
    ),
    _sample(
        _KITCHEN, "pick_heat_then_place_in_recep", "put a hot mug in diningtable", "Mug",
        "DiningTable",
    ),
    _sample(
        _KITCHEN, "pick_cool_then_place_in_recep", "cool some tomato and put it in countertop",
        "Tomato", "CounterTop",
    ),
    _sample(
        _BEDROOM, "pick_two_obj_and_place", "put two cellphone in dresser", "CellPhone", "Dresser"
    ),
    _sample(
        _BATHROOM, "pick_two_obj_and_place", "find two soapbar and put them in cabinet", "SoapBar",
        "Cabinet",
    ),
)  # fmt: skip


def write_samples(folder: Path) -> None:
    """Write all games below a folder, in the layout of the official tree."""
    for sample in SAMPLES:
        target = folder / "train" / sample.task / sample.trial
        target.mkdir(parents=True, exist_ok=True)
        text = write_game_text(sample.room, sample.goal, sample.sentence)
        (target / files.GAME_FILE).write_text(text, "utf-8")


def sample_data() -> str:
    """Return a folder with all games, which lasts as long as this process."""
    return _folder().name


@lru_cache(maxsize=1)
def _folder() -> "tempfile.TemporaryDirectory[str]":
    folder = tempfile.TemporaryDirectory(prefix="crossworld-games-")
    write_samples(Path(folder.name))
    return folder
