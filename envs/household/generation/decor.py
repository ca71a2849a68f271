"""What hangs on the walls, by room type."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hanging:
    """Something on a wall.

    Attributes:
        kind: its type.
        width: along the wall, in metres.
        y: height of its middle.
        least, most: how many there are, if there is room.
        at_windows: whether it hangs at windows that are there already.
    """

    kind: str
    width: float
    y: float
    least: int
    most: int
    at_windows: bool = False


_LIGHT_SWITCH = Hanging("LightSwitch", 0.1, 1.3, 1, 1)

DECOR: Mapping[str, tuple[Hanging, ...]] = {
    "kitchen": (
        _LIGHT_SWITCH,
        Hanging("Window", 0.9, 1.55, 1, 2),
        Hanging("Painting", 0.5, 1.6, 0, 1),
        Hanging("Blinds", 0.9, 2.1, 0, 1, at_windows=True),
    ),
    "livingroom": (
        _LIGHT_SWITCH,
        Hanging("Window", 0.9, 1.55, 1, 3),
        Hanging("Painting", 0.6, 1.6, 1, 3),
        Hanging("Curtains", 0.9, 1.9, 0, 1, at_windows=True),
    ),
    "bedroom": (
        _LIGHT_SWITCH,
        Hanging("Window", 0.9, 1.55, 1, 2),
        Hanging("Mirror", 0.5, 1.5, 1, 1),
        Hanging("Blinds", 0.9, 2.1, 1, 2, at_windows=True),
        Hanging("Painting", 0.6, 1.6, 0, 2),
        Hanging("Poster", 0.6, 1.6, 0, 1),
    ),
    "bathroom": (
        _LIGHT_SWITCH,
        Hanging("Mirror", 0.6, 1.45, 0, 1),
        Hanging("Window", 0.6, 1.7, 0, 2),
        Hanging("Painting", 0.4, 1.6, 0, 1),
    ),
}
"""Room type to what hangs there."""
