"""Every thing stands in its cell, right way out, and no two looks are the same."""

from collections.abc import Callable

import numpy as np
import pytest

from crossworld.envs.core.raster.mesh import Mesh
from crossworld.envs.household.visual.things import LIT, SLICED, THINGS, VARIANTS, craft

TABLES = {"whole": THINGS, "sliced": SLICED, "lit": LIT}
# Lamps that stand on the floor are furniture in its own size when lit, and fill no cell.
OUTSIZE = {("lit", "FloorLamp")}
CASES = [
    pytest.param(make, id=f"{table}-{kind}")
    for table, things in TABLES.items()
    for kind, make in things.items()
    if (table, kind) not in OUTSIZE
]
TRIANGLES = 120
PLAY = 1e-5


def looks(make: Callable[[int], Mesh]) -> list[Mesh]:
    return [make(variant) for variant in range(VARIANTS)]


@pytest.mark.parametrize("make", CASES)
def test_fits_its_cell(make: Callable[[int], Mesh]) -> None:
    for mesh in looks(make):
        low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
        assert abs(low[1]) < PLAY and high[1] <= craft.HEIGHT + PLAY
        for axis in (0, 2):
            assert abs(low[axis] + high[axis]) < 2 * PLAY
            assert high[axis] - low[axis] <= craft.FOOTPRINT + PLAY
        # What is small in every direction would be lost in the picture.
        assert (high - low).max() >= 0.15


@pytest.mark.parametrize("make", CASES)
def test_is_cheap_to_draw(make: Callable[[int], Mesh]) -> None:
    for mesh in looks(make):
        assert len(mesh.triangles) <= TRIANGLES


@pytest.mark.parametrize("make", CASES)
def test_is_wound_outwards(make: Callable[[int], Mesh]) -> None:
    for mesh in looks(make):
        assert mesh.volume() > 0
        a, b, c = mesh.vertices.astype(np.float64)[mesh.triangles.T]
        assert (np.abs(np.cross(b - a, c - a)).max(axis=1) > 0).all(), "a triangle has no area"


@pytest.mark.parametrize("make", CASES)
def test_variants_differ(make: Callable[[int], Mesh]) -> None:
    colours = {np.unique(mesh.colours, axis=0).tobytes() for mesh in looks(make)}
    assert len(colours) == VARIANTS


def test_sliced_things_and_lit_ones_differ_from_themselves() -> None:
    for kind, make in SLICED.items():
        assert make(0).vertices.shape != THINGS[kind](0).vertices.shape
    for kind in set(LIT) & set(THINGS):
        assert LIT[kind](0).colours.tobytes() != THINGS[kind](0).colours.tobytes()


def test_no_kind_is_listed_twice() -> None:
    from crossworld.envs.household.visual import things

    parts = [part for part in vars(things).values() if hasattr(part, "THINGS")]
    assert sum(len(part.THINGS) for part in parts) == len(THINGS)
