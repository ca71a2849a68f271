"""All meshes of the household in one library, by kind; built once per process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from crossworld.envs.core.raster import Mesh, MeshLibrary, box, merge, pose, quad
from crossworld.envs.household.visual import effects
from crossworld.envs.household.visual.furniture import models
from crossworld.envs.household.visual.things import LIT, SLICED, THINGS, VARIANTS
from crossworld.envs.household.visual.things.fixtures import FIXTURES

Numbers = tuple[int, ...]
"""Mesh numbers, one per variant."""


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """The library, and which number is what.

    Attributes:
        meshes: the library itself.
        bodies, doors, right_doors: receptacle type to mesh.
        things, sliced, lit: object type to meshes of what lies in a receptacle.
        fixtures: object type to meshes of what stands or hangs in the room.
        effects: bit of `State` to the mesh of its sign.
        unknown: for an object without a known type.
        hand, wall, floors: what they are called.
    """

    meshes: MeshLibrary
    bodies: Mapping[str, int]
    doors: Mapping[str, int]
    right_doors: Mapping[str, int]
    things: Mapping[str, Numbers]
    sliced: Mapping[str, Numbers]
    lit: Mapping[str, Numbers]
    fixtures: Mapping[str, Numbers]
    effects: Mapping[str, int]
    unknown: int
    hand: int
    wall: int
    floors: Numbers


@lru_cache(maxsize=1)
def shapes() -> Shapes:
    """Return all meshes."""
    meshes = MeshLibrary()

    def numbered(table: Mapping[str, Callable[[int], Mesh]]) -> dict[str, Numbers]:
        return {
            kind: tuple(meshes.add(make(variant)) for variant in range(VARIANTS))
            for kind, make in table.items()
        }

    return Shapes(
        meshes=meshes,
        bodies={kind: meshes.add(model.body) for kind, model in models().items()},
        doors={
            kind: meshes.add(model.door.mesh)
            for kind, model in models().items()
            if model.door is not None
        },
        right_doors={
            kind: meshes.add(model.right_door.mesh)
            for kind, model in models().items()
            if model.right_door is not None
        },
        things=numbered(THINGS),
        sliced=numbered(SLICED),
        lit=numbered(LIT),
        fixtures=numbered(FIXTURES),
        effects={bit: meshes.add(mesh) for bit, mesh in effects.SIGNS.items()},
        unknown=meshes.add(box((0.16, 0.16, 0.16), (0.6, 0.6, 0.6))),
        hand=meshes.add(effects.hand()),
        wall=meshes.add(quad(1, 1)),
        floors=(meshes.add(_tiles(8, 8)), meshes.add(_tiles(1, 14))),
    )


def _tiles(columns: int, rows: int) -> Mesh:
    """Return a unit square on the floor in two shades of white, facing up."""
    tile = quad(1 / columns, 1 / rows).moved(pose(pitch=90))
    return merge(
        [
            tile.moved(pose(((i + 0.5) / columns - 0.5, 0, (j + 0.5) / rows - 0.5))).coloured(
                (1.0,) * 3 if (i + j) % 2 else (0.88,) * 3
            )
            for i in range(columns)
            for j in range(rows)
        ]
    )
