"""Meshes of household things, by AI2-THOR type: functions of a variant, 0 to 2.

A thing is in metres, stands on y = 0 centred at x = z = 0, faces -z and fits a cell of 0.2 m, all
things at about the same size: they are drawn to be told apart when they cover a few pixels.
"""

from collections.abc import Callable, Mapping

from crossworld.envs.core.raster.mesh import Mesh
from crossworld.envs.household.visual.things import (
    bottles,
    cleaning,
    cloths,
    decor,
    desk,
    food,
    leisure,
    tableware,
    utensils,
)

VARIANTS = 3
"""How many looks each thing has."""

THINGS: Mapping[str, Callable[[int], Mesh]] = {
    **food.THINGS,
    **tableware.THINGS,
    **utensils.THINGS,
    **bottles.THINGS,
    **cleaning.THINGS,
    **cloths.THINGS,
    **desk.THINGS,
    **leisure.THINGS,
    **decor.THINGS,
}

SLICED: Mapping[str, Callable[[int], Mesh]] = food.SLICED
"""What has been cut, for the kinds that can be."""

LIT: Mapping[str, Callable[[int], Mesh]] = decor.LIT
"""What is switched on, for the kinds that can be."""
