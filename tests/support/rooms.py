"""Rooms for tests: one by hand for the quirks, and random ones for properties."""

from typing import Any

from hypothesis import strategies as st

from crossworld.envs.household import engine
from crossworld.envs.household.authoring import Furniture, Item, Room, problem_text
from crossworld.envs.household.compile import compile_game
from crossworld.envs.household.engine import Event
from crossworld.envs.household.game import Game
from crossworld.envs.household.goal import GoalSpec
from crossworld.envs.household.text import describe
from crossworld.envs.household.versions import VERSIONS

PLACE_MUG = GoalSpec("pick_and_place_simple", "MugType", "ShelfType")


class Play:
    """One episode without Gymnasium around it."""

    def __init__(self, game: Game) -> None:
        self.state = game.start.copy()
        self.event = Event(engine.OPENING)

    @property
    def text(self) -> str:
        return describe(self.state, self.event)

    @property
    def commands(self) -> list[str]:
        return engine.admissible_commands(self.state)

    @property
    def won(self) -> bool:
        return self.state.game.goal.share(self.state) >= 1

    def say(self, *commands: str) -> str:
        """Give commands, return the last answer."""
        for command in commands:
            self.event = engine.act(self.state, command)
        return self.text


def game_of(room: Room, goal: GoalSpec = PLACE_MUG, version: str = "2.1.2") -> Game:
    return compile_game(problem_text(room, goal), "put a mug in shelf", VERSIONS[version])


# Everything a quirk needs. The two shelves and the table share a place, so do fridge and microwave.
QUIRKY = Room(
    start=(0, 0, 0, 30),
    furniture=(
        Furniture("Shelf", (1.0, 1.0, 1.0), (2, 2, 0, 30)),
        Furniture("Shelf", (2.0, 1.0, 1.0), (2, 2, 0, 30)),
        Furniture("SideTable", (3.0, 0.0, 1.0), (2, 2, 0, 30)),
        Furniture("Fridge", (-1.0, 0.0, 1.0), (-2, 2, 0, 30), openable=True),
        Furniture("Microwave", (-2.0, 1.0, 1.0), (-2, 2, 0, 30), openable=True),
        Furniture("SinkBasin", (-3.0, 0.9, 1.0), (-4, 2, 0, 30)),
        Furniture("Drawer", (4.0, 0.5, 1.0), (8, 2, 0, 30), openable=True),
        Furniture("Toaster", (5.0, 0.9, 1.0), (9, 2, 0, 30)),
    ),
    items=(
        Item("Mug", (1.0, 1.1, 1.0), (0,)),
        Item("Mug", (-9.0, 0.0, -9.0)),  # never in a receptacle: leaves a gap in the numbers
        Item("Mug", (3.0, 0.7, 1.0), (2,), holds=(3,)),
        Item("Apple", (3.0, 0.8, 1.0), (2, 1)),  # in two receptacles at once
        Item("Knife", (4.0, 0.5, 1.1), (6,)),
        Item("DeskLamp", (4.0, 0.5, 0.9), (6,)),  # in a closed drawer
        Item("TeddyBear", (2.0, 1.1, 1.0), (1,)),  # no receptacle accepts it
        Item("Sink", (-3.0, 0.9, 1.1), (5,)),  # listed, not pickupable
        Item("Egg", (-1.0, 0.5, 1.0), (3,), cool=True),
        Item("Tomato", (-1.0, 0.7, 1.0), (3,)),
    ),
)


@st.composite
def random_rooms(draw: st.DrawFn) -> tuple[Room, GoalSpec]:
    """Small random rooms with a goal of any shape; not always solvable."""
    kinds = ["Shelf", "SideTable", "Drawer", "Cabinet", "Fridge", "Microwave", "SinkBasin", "Desk"]
    things = ["Mug", "Apple", "Knife", "Bread", "DeskLamp", "TeddyBear", "Cloth", "Book", "Plate"]
    furniture = []
    for i, kind in enumerate(draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=6))):
        place = draw(st.integers(0, 3))
        furniture.append(
            Furniture(kind, (float(i), 1.0, 2.0), (place, 1, 0, 30), openable=draw(st.booleans()))
        )
    items = []
    for i, kind in enumerate(draw(st.lists(st.sampled_from(things), min_size=1, max_size=7))):
        inside = draw(st.sets(st.integers(0, len(furniture) - 1), max_size=2))
        items.append(
            Item(kind, (float(i), 0.5, -2.0), tuple(sorted(inside)), cool=draw(st.booleans()))
        )
    start = (draw(st.integers(0, 5)), 1, 0, 30)
    x = f"{draw(st.sampled_from(items)).kind}Type"
    y = f"{draw(st.sampled_from(furniture)).kind}Type"
    goal = draw(
        st.sampled_from(
            [
                GoalSpec("pick_and_place_simple", x, y),
                GoalSpec("pick_clean_then_place_in_recep", x, y),
                GoalSpec("pick_heat_then_place_in_recep", x, y),
                GoalSpec("pick_cool_then_place_in_recep", x, y),
                GoalSpec("pick_two_obj_and_place", x, y),
                GoalSpec("look_at_obj_in_light", x, lamp_type="DeskLampType"),
            ]
        )
    )
    return Room(start, tuple(furniture), tuple(items)), goal


def random_commands(draw: Any, play: Play, steps: int) -> list[str]:
    """Draw and give admissible commands; return them."""
    given = []
    for _ in range(steps):
        command = draw(st.sampled_from(play.commands))
        play.say(command)
        given.append(command)
    return given
