"""The few meshes that everything on the table is made of; z is up, and half extents are 1.

So a row's transform stretches a mesh to the half extents of a part. Sides are darker at their foot:
else the sides of equal blocks in a tower would be one plain face.
"""

from dataclasses import dataclass
from functools import lru_cache

from crossworld.envs.core.raster import Mesh, MeshLibrary, box, lathe, merge, pose, sphere

SIDES = 20
"""Sides of what is round."""

FOOT = 0.36
"""How high the darker foot of a side reaches, in half extents."""

SHADE = 0.78
"""Brightness of the foot."""

PLANKS = (1.0, 0.965, 0.985, 0.95, 0.99, 0.96)
"""Brightness of the planks of the table."""

_UPRIGHT = pose(pitch=90)
"""Turns the meshes of `raster`, whose y is up."""

_BOWL = (
    (0.70, -1.0), (0.88, -0.75), (0.97, -0.2), (1.0, 1.0),
    (0.92, 1.0), (0.89, -0.2), (0.80, -0.66),
)  # fmt: skip
"""Radius and height from the foot over the rim to the middle of the inside."""


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """The library, and which number is what.

    Attributes:
        meshes: the library itself.
        parts: kind of part, see `shapes.Part`, to mesh.
        looks: `Shape.look` to mesh.
        planks: the top of the table.
    """

    meshes: MeshLibrary
    parts: dict[str, int]
    looks: dict[str, int]
    planks: int


@lru_cache(maxsize=1)
def shapes() -> Shapes:
    """Return all meshes."""
    meshes = MeshLibrary()
    parts = {"box": _block(), "cylinder": _cylinder(), "ball": sphere(1, 14).moved(_UPRIGHT)}
    return Shapes(
        meshes,
        {kind: meshes.add(mesh) for kind, mesh in parts.items()},
        {"bowl": meshes.add(lathe(_BOWL, SIDES).moved(_UPRIGHT))},
        meshes.add(_planks()),
    )


def _footed(foot: Mesh, body: Mesh) -> Mesh:
    return merge([foot.coloured((SHADE,) * 3), body]).moved(_UPRIGHT)


def _block() -> Mesh:
    """Return a cube."""
    foot = box((2, FOOT, 2)).moved(pose((0, FOOT / 2 - 1, 0)))
    body = box((2, 2 - FOOT, 2)).moved(pose((0, FOOT / 2, 0)))
    return _footed(foot, body)


def _cylinder() -> Mesh:
    foot = lathe([(1, -1), (1, FOOT - 1)], SIDES)
    body = lathe([(1, FOOT - 1), (1, 1)], SIDES)
    return _footed(foot, body)


def _planks() -> Mesh:
    """Return a flat box of boards along x."""
    width = 2 / len(PLANKS)
    return merge(
        [
            box((2, 2, width), (shade,) * 3).moved(pose((0, 0, (k + 0.5) * width - 1)))
            for k, shade in enumerate(PLANKS)
        ]
    ).moved(_UPRIGHT)
