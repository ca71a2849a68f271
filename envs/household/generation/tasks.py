"""Which tasks a furnished room can set, and how what they are about is hidden in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from crossworld.envs.household.catalogue import OBJECT_TYPES
from crossworld.envs.household.generation.contents import Filling
from crossworld.envs.household.generation.layout import Shell
from crossworld.envs.household.generation.stock import ALWAYS_ON, KEPT, STOCK
from crossworld.envs.household.goal import GoalSpec

FEWEST_PLACES, FEWEST_LAMP_PLACES = 20, 5
"""Receptacles that a target, or a lamp, may be in, at least: with fewer it could be found blind."""

BEHIND_DOORS = 1.75
"""How much likelier a target is in a receptacle with a door than in one without: opening takes time."""

LAMP = "DeskLamp"


@dataclass(frozen=True, slots=True)
class Kind:
    """What tasks of one type need.

    Attributes:
        rooms: room type to how often the task is set there.
        needs: a property of the target.
        appliance: where it gets the state that the task asks for.
        nests: how many targets there are in one receptacle, in another, ...; equally likely.
    """

    rooms: Mapping[str, float]
    needs: str = "pickupable"
    appliance: str = ""
    nests: tuple[tuple[int, ...], ...] = ((1,), (1,), (2,), (3,))


KINDS: Mapping[str, Kind] = {
    "pick_and_place_simple": Kind({"kitchen": 3, "livingroom": 2, "bedroom": 2, "bathroom": 2}),
    "look_at_obj_in_light": Kind({"bedroom": 3, "livingroom": 1}),
    "pick_clean_then_place_in_recep": Kind({"kitchen": 3, "bathroom": 1}, "cleanable", "SinkBasin"),
    "pick_heat_then_place_in_recep": Kind({"kitchen": 1}, "heatable", "Microwave"),
    "pick_cool_then_place_in_recep": Kind({"kitchen": 1}, "coolable", "Fridge"),
    "pick_two_obj_and_place": Kind(
        {"kitchen": 2, "livingroom": 2, "bedroom": 2, "bathroom": 2},
        nests=((2,), (2,), (3,), (1, 1), (1, 2)),
    ),
}
"""Task type to what it needs, in the order of the official numbers."""


@dataclass(frozen=True, slots=True)
class Chore:
    """A task in a room: what is to be handled, and where it is to be put ("" under a lamp)."""

    task_type: str
    target: str
    destination: str

    @property
    def goal(self) -> GoalSpec:
        """The goal, as the catalogue spells types."""
        if not self.destination:
            return GoalSpec(self.task_type, f"{self.target}Type", lamp_type=f"{LAMP}Type")
        return GoalSpec(self.task_type, f"{self.target}Type", f"{self.destination}Type")

    @property
    def place(self) -> str:
        """The type of where it is to be brought: destination or lamp."""
        return self.destination or LAMP


@lru_cache(maxsize=8192)
def chores(shell: Shell, task_type: str) -> tuple[Chore, ...]:
    """Return every task of a type that a room can set."""
    kind = KINDS[task_type]
    found = []
    for line in STOCK[shell.room_type]:
        if kind.needs in OBJECT_TYPES[line.kind]:
            for destination in _destinations(shell, task_type, line.kind):
                chore = Chore(task_type, line.kind, destination)
                if len(_hiding_places(shell, chore)[0]) >= FEWEST_PLACES:
                    found.append(chore)
    return tuple(found)


def hide(chore: Chore, filling: Filling) -> None:
    """Put what a task is about into the room."""
    dice, shell, kind = filling.dice, filling.shell, KINDS[chore.task_type]
    if not chore.destination:
        filling.put(LAMP, dice.choice(_lamp_places(shell)))
    places, weights = _hiding_places(shell, chore)
    for count in dice.choice(kind.nests):
        fitting = [w * (filling.space(i) >= count) for i, w in zip(places, weights, strict=True)]
        place = dice.weighted(places, fitting)
        # As in the official games, a target is cool if it was in the fridge.
        cool = shell.furniture[place].kind == "Fridge" and (
            "coolable" in OBJECT_TYPES[chore.target]
        )
        for _ in range(count):
            filling.put(chore.target, place, cool=cool)


def _destinations(shell: Shell, task_type: str, target: str) -> Iterator[str]:
    if task_type == "look_at_obj_in_light":
        if len(_lamp_places(shell)) >= FEWEST_LAMP_PLACES:
            yield ""
        return
    for kind in sorted({piece.kind for piece in shell.furniture}):
        if target in KEPT[kind] and kind != KINDS[task_type].appliance:
            yield kind


def _hiding_places(shell: Shell, chore: Chore) -> tuple[list[int], list[float]]:
    """Return where a target may be, and how likely; never where it would be as it should be."""
    appliance = KINDS[chore.task_type].appliance
    solved = "Fridge" if appliance == "Fridge" else "" if appliance else chore.destination
    weights = {
        i: BEHIND_DOORS if piece.openable else 1.0
        for i, piece in enumerate(shell.furniture)
        if piece.kind != solved and chore.target in KEPT[piece.kind]
    }
    return list(weights), list(weights.values())


def _lamp_places(shell: Shell) -> list[int]:
    return [i for i, piece in enumerate(shell.furniture) if piece.kind in ALWAYS_ON[LAMP]]
