"""What is rendered: meshes packed into a library, rows that place them, and a light."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossworld.envs.core.raster.mesh import Floats, Mesh

INSTANCE = np.dtype(
    [
        ("mesh", np.int32),
        ("label", np.int32),
        ("tint", np.float32, (3,)),
        ("transform", np.float64, (4, 3)),
    ],
    align=True,
)
"""A mesh at a place; a scene is a 1-D array of them.

    mesh: its number in the library.
    label: what its pixels are called in the segmentation; 0 is the background's.
    tint: (3,) factors 0..1 of the mesh's colours.
    transform: (4, 3), see `pose`.

The order of rows matters only between faces at the same depth (to rounding): of equal ones the
first is seen.
"""

Rows = NDArray[np.void]
"""(n,) of `INSTANCE`."""


def instances(count: int) -> Rows:
    """Return `count` rows of mesh 0 at the origin, with label 0 and the mesh's own colours."""
    rows = np.zeros(count, INSTANCE)
    rows["tint"] = 1
    rows["transform"][:, :3] = np.eye(3)
    return rows


Row = tuple[int, int, ArrayLike, Floats]
"""One instance: mesh, label, tint and transform."""

_RAW = np.dtype((np.void, INSTANCE.itemsize))


def pack(rows: Sequence[Row]) -> Rows:
    """Return rows as the renderer takes them."""
    table = instances(len(rows))
    for number, row in enumerate(rows):
        table[number] = row
    return table


def join(scenes: Sequence[Rows]) -> Rows:
    """Return the rows of several scenes end to end; a copy."""
    # As plain bytes: numpy copies structured rows field by field, which takes several times longer.
    return np.concatenate([scene.view(_RAW) for scene in scenes]).view(INSTANCE)


@dataclass(frozen=True)
class Light:
    """One directional light, and ambient light.

    A face whose outward normal is n has the brightness `ambient + diffuse * max(0, -n . d)`,
    for d the direction of the light; what exceeds 1 is cut.

    Attributes:
        direction: (3,) in which the light travels; any length but 0.
        ambient: 0..1.
        diffuse: 0..1.
    """

    direction: tuple[float, float, float] = (0.35, -0.85, 0.4)
    ambient: float = 0.45
    diffuse: float = 0.55

    def __post_init__(self) -> None:
        """Check the values."""
        if len(self.direction) != 3 or not 0 < math.hypot(*self.direction) < math.inf:
            raise ValueError(f"a light needs a direction, not {self.direction!r}.")
        if not (0 <= self.ambient <= 1 and 0 <= self.diffuse <= 1):
            raise ValueError(
                f"ambient and diffuse must lie in 0..1, not {self.ambient!r}, {self.diffuse!r}."
            )

    def row(self) -> tuple[float, ...]:
        """Return five numbers for the kernel: unit vector to the light, ambient, diffuse."""
        x, y, z = (float(part) for part in self.direction)
        # Not `math.hypot`, whose last bit is the platform's.
        length = -math.sqrt(x * x + y * y + z * z)
        return x / length, y / length, z / length, float(self.ambient), float(self.diffuse)


class Packed(NamedTuple):
    """All M meshes of a library end to end: V vertices and T triangles.

    Attributes:
        vertices: (V, 3) float64, in the frame of their mesh.
        faces: (T, 3) int32, counted from the first vertex of the mesh.
        planes: (T, 4) float64, outward unit normal, and its product with a corner.
        colours: (T, 3) float32.
        boxes: (M, 6) float64, middle and half the extent of the box about a mesh.
        spans: (M, 4) int64, first and last (exclusive) vertex, then triangle, of a mesh.
    """

    vertices: Floats
    faces: NDArray[np.int32]
    planes: Floats
    colours: NDArray[np.float32]
    boxes: Floats
    spans: NDArray[np.int64]


class MeshLibrary:
    """Meshes, named by their place in it; it only grows.

    One library serves any number of scenes, threads and environments. It is packed by the first
    rendering after a mesh was added, which takes time in proportion to all of it.
    """

    def __init__(self, meshes: Sequence[Mesh] = ()) -> None:
        """Take the first meshes, numbered from 0."""
        self._meshes = list(meshes)
        self._packed = _pack(())

    def __len__(self) -> int:
        """Return how many meshes there are."""
        return len(self._meshes)

    def add(self, mesh: Mesh) -> int:
        """Append a mesh and return its number."""
        self._meshes.append(mesh)
        return len(self._meshes) - 1

    def bounds(self, number: int) -> Floats:
        """Return the (2, 3) least and greatest corner of a mesh; zeros if it has no vertices."""
        if not 0 <= number < len(self):
            raise ValueError(f"there is no mesh {number!r}; the library has {len(self)}.")
        return _bounds(self._meshes[number])

    def packed(self) -> Packed:
        """Return the arrays of all meshes; not to be changed."""
        packed = self._packed
        if len(packed.spans) != len(self._meshes):
            packed = self._packed = _pack(tuple(self._meshes))
        return packed


def _bounds(mesh: Mesh) -> Floats:
    if not len(mesh.vertices):
        return np.zeros((2, 3))
    return np.array([mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)], np.float64)


def _planes(mesh: Mesh) -> Floats:
    """Return the (m, 4) planes of triangles; a normal of zeros, no front, if one has no area."""
    a, b, c = mesh.vertices.astype(np.float64)[mesh.triangles.T]
    u, v = b - a, c - a
    normals = u[:, [1, 2, 0]] * v[:, [2, 0, 1]] - u[:, [2, 0, 1]] * v[:, [1, 2, 0]]
    lengths = np.sqrt((normals**2).sum(axis=1, keepdims=True))
    normals /= np.where(lengths > 0, lengths, 1)
    return np.concatenate([normals, (normals * a).sum(axis=1, keepdims=True)], axis=1)


def _pack(meshes: Sequence[Mesh]) -> Packed:
    counts = np.array([(len(m.vertices), len(m.triangles)) for m in meshes], np.int64)
    ends = np.cumsum(counts.reshape(-1, 2), axis=0)
    starts = ends - counts.reshape(-1, 2)
    bounds = np.array([_bounds(mesh) for mesh in meshes]).reshape(-1, 2, 3)
    low, high = bounds[:, 0], bounds[:, 1]
    return Packed(
        np.concatenate([np.empty((0, 3)), *(m.vertices for m in meshes)]),
        np.concatenate([np.empty((0, 3), np.int32), *(m.triangles for m in meshes)]),
        np.concatenate([np.empty((0, 4)), *(_planes(m) for m in meshes)]),
        np.concatenate([np.empty((0, 3), np.float32), *(m.colours for m in meshes)]),
        np.concatenate([(low + high) / 2, (high - low) / 2], axis=1),
        np.stack([starts[:, 0], ends[:, 0], starts[:, 1], ends[:, 1]], axis=1),
    )
