"""Scenes: instances of meshes, packed once into contiguous arrays, cheap to change."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossworld.envs.core.raster.mesh import (
    Floats,
    Mesh,
    apply,
    checked_transform,
    colour_array,
    pose,
)


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


@dataclass(frozen=True, eq=False)
class Instance:
    """A mesh at a place.

    Attributes:
        mesh: shared by as many instances as wanted.
        transform: (4, 3), see `pose`.
        segmentation: what its pixels are called in the segmentation; 0 is the background's.
        tint: (3,) factors 0..1 of the mesh's colours.
        visible: whether it is drawn.
    """

    mesh: Mesh
    transform: Floats = field(default_factory=pose)
    segmentation: int = 0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    visible: bool = True


class Scene:
    """Instances in world coordinates; an instance is named by its place in the sequence.

    Culling planes and lit colours are kept per triangle: they depend on no camera, and a change
    of one instance costs only its own. A copy for another process is made by pickle.

    Attributes:
        points: (V, 3) float64, corners in the world, metres.
        faces: (T, 3) int32, counted from the first vertex of the instance.
        planes: (T, 4) float64, outward unit normal, and its product with a corner.
        lit: (T, 3) uint8, shaded colours.
        labels: (T,) int32, for the segmentation.
        spheres: (I, 4) float64, centre and radius of what bounds an instance.
        spans: (I, 4) int64, first and last (exclusive) vertex, then triangle, of an instance.
        visible: (I,) bool.
        background: (3,) uint8.
    """

    def __init__(
        self,
        instances: Sequence[Instance],
        light: Light | None = None,
        background: ArrayLike = (0.0, 0.0, 0.0),
    ) -> None:
        """Pack the instances.

        Args:
            instances: in drawing order, which matters only between faces at the same depth
                (to rounding): of equal ones the first is seen.
            light: the default one if None.
            background: colour, 0..1.
        """
        self.light = light or Light()
        direction = np.array(self.light.direction, np.float64)
        length = math.sqrt(float((direction**2).sum()))
        if direction.shape != (3,) or not 0 < length < math.inf:
            raise ValueError(f"a light needs a direction, not {self.light.direction!r}.")
        self._to_light = -direction / length
        self._meshes = [instance.mesh for instance in instances]
        self._tints = np.ones((len(instances), 3), np.float32)
        # First and last vertex, first and last triangle of each instance.
        counts = np.array([(len(m.vertices), len(m.triangles)) for m in self._meshes], np.int64)
        ends = np.cumsum(counts.reshape(-1, 2), axis=0)
        starts = ends - counts.reshape(-1, 2)
        self.spans = np.stack([starts[:, 0], ends[:, 0], starts[:, 1], ends[:, 1]], axis=1)
        vertices, triangles = (int(n) for n in ends[-1]) if len(ends) else (0, 0)
        self.points = np.zeros((vertices, 3), np.float64)
        self.faces = np.zeros((triangles, 3), np.int32)
        self.planes = np.zeros((triangles, 4), np.float64)
        self.lit = np.zeros((triangles, 3), np.uint8)
        self.labels = np.zeros(triangles, np.int32)
        self.spheres = np.zeros((len(instances), 4), np.float64)
        self.visible = np.ones(len(instances), np.bool_)
        self.background = _bytes(colour_array(background, "background"))
        for index, instance in enumerate(instances):
            first, last = self.spans[index, 2:]
            self.faces[first:last] = instance.mesh.triangles
            self._tints[index] = _tint(instance.tint)
            self.place(index, instance.transform)
            self.relabel(index, instance.segmentation)
            self.show(index, instance.visible)

    def __len__(self) -> int:
        """Return how many instances there are."""
        return len(self._meshes)

    def place(self, index: int, transform: ArrayLike) -> None:
        """Move an instance to a (4, 3) transform of its mesh, see `pose`."""
        start, end, first, last = self.spans[index]
        points = apply(checked_transform(transform), self._meshes[index].vertices)
        self.points[start:end] = points
        a, b, c = points[self.faces[first:last].T]
        u, v = b - a, c - a
        normals = u[:, [1, 2, 0]] * v[:, [2, 0, 1]] - u[:, [2, 0, 1]] * v[:, [1, 2, 0]]
        lengths = np.sqrt((normals**2).sum(axis=1, keepdims=True))
        # A triangle without area keeps a zero normal, which no camera sees the front of.
        normals /= np.where(lengths > 0, lengths, 1)
        self.planes[first:last, :3] = normals
        self.planes[first:last, 3] = (normals * a).sum(axis=1)
        if len(points):
            centre = (points.min(axis=0) + points.max(axis=0)) / 2
            radius = math.sqrt(float(((points - centre) ** 2).sum(axis=1).max()))
            self.spheres[index, :3] = centre
            # Rounding must not cull what touches the image.
            self.spheres[index, 3] = radius * (1 + 1e-9) + 1e-9
        self._shade(index)

    def show(self, index: int, visible: bool = True) -> None:
        """Draw an instance, or hide it."""
        self.visible[index] = visible

    def recolour(self, index: int, tint: ArrayLike) -> None:
        """Give an instance another tint, (3,) factors 0..1 of its mesh's colours."""
        self._tints[index] = _tint(tint)
        self._shade(index)

    def relabel(self, index: int, segmentation: int) -> None:
        """Give an instance another name in the segmentation."""
        first, last = self.spans[index, 2:]
        self.labels[first:last] = segmentation

    def _shade(self, index: int) -> None:
        first, last = self.spans[index, 2:]
        facing = (self.planes[first:last, :3] * self._to_light).sum(axis=1)
        brightness = self.light.ambient + self.light.diffuse * np.maximum(facing, 0)
        colours = self._meshes[index].colours * self._tints[index]
        self.lit[first:last] = _bytes(colours * brightness[:, None])


def _tint(tint: ArrayLike) -> NDArray[np.float32]:
    result = colour_array(tint, "a tint")
    if result.shape != (3,):
        raise ValueError(f"a tint is one colour, not {tint!r}.")
    return result


def _bytes(colours: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return colours 0..1 as bytes; what is brighter than 1 is cut."""
    result: NDArray[np.uint8] = np.rint(np.clip(colours, 0, 1) * 255).astype(np.uint8)
    return result
