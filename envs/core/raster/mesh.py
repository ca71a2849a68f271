"""Triangle meshes, and the transforms that place them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LIMIT = 1e9
"""Largest coordinate of a camera or a transform: far from what would overflow in the kernel."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles with one colour each; the arrays are copied, and read-only.

    Attributes:
        vertices: (n, 3) float32, metres.
        triangles: (m, 3) int32, indices into `vertices`; `cross(b - a, c - a)` points outwards.
        colours: (m, 3) float32 in 0..1, or one colour for all triangles when it is made.
    """

    vertices: NDArray[np.float32]
    triangles: NDArray[np.int32]
    colours: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Check shapes, indices and values, since the renderer does not check bounds."""
        vertices = np.array(self.vertices, np.float32)
        triangles = np.array(self.triangles, np.int32)
        if vertices.ndim != 2 or vertices.shape[1] != 3 or not np.isfinite(vertices).all():
            raise ValueError(
                f"vertices must be finite, of shape (n, 3); their shape is {vertices.shape}."
            )
        if triangles.ndim != 2 or triangles.shape[1] != 3:
            raise ValueError(f"triangles must have shape (m, 3), not {triangles.shape}.")
        if triangles.size and not 0 <= triangles.min() <= triangles.max() < len(vertices):
            raise ValueError(
                f"triangles must index the {len(vertices)} vertices; they range from"
                f" {triangles.min()} to {triangles.max()}."
            )
        colours = colour_array(self.colours, "colours")
        if colours.ndim == 2 and len(colours) != len(triangles):
            raise ValueError(f"{len(triangles)} triangles cannot have {len(colours)} colours.")
        for name, array in (
            ("vertices", vertices),
            ("triangles", triangles),
            ("colours", np.array(np.broadcast_to(colours, (len(triangles), 3)))),
        ):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def moved(self, transform: ArrayLike) -> "Mesh":
        """Return the mesh under a (4, 3) transform, see `pose`."""
        matrix = checked_transform(transform)
        return Mesh(apply(matrix, self.vertices).astype(np.float32), self.triangles, self.colours)

    def coloured(self, colours: ArrayLike) -> "Mesh":
        """Return the mesh in one colour, or in one colour per triangle, 0..1."""
        return Mesh(self.vertices, self.triangles, np.asarray(colours, np.float32))

    def flipped(self) -> "Mesh":
        """Return the mesh with its inside out."""
        return Mesh(self.vertices, self.triangles[:, ::-1], self.colours)

    def volume(self) -> float:
        """Return the signed volume in cubic metres: positive if closed and wound outwards."""
        a, b, c = self.vertices.astype(np.float64)[self.triangles.T]
        return float((a * np.cross(b, c)).sum() / 6)


def merge(meshes: Sequence[Mesh]) -> Mesh:
    """Return one mesh of all triangles; vertices are not shared between the parts."""
    if not meshes:
        raise ValueError("merge() needs at least one mesh.")
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([m.triangles + start for m, start in zip(meshes, starts, strict=True)]),
        np.concatenate([mesh.colours for mesh in meshes]),
    )


def pose(
    position: ArrayLike = (0, 0, 0),
    yaw: float = 0,
    pitch: float = 0,
    roll: float = 0,
    scale: ArrayLike = 1,
) -> Floats:
    """Return the (4, 3) float64 transform T of points p as rows: `p @ T[:3] + T[3]`.

    Args:
        position: where the origin goes, metres.
        yaw: degrees, clockwise from above: 90 turns forward (z) to the right (x).
        pitch: degrees, positive turns forward down. Applied before yaw.
        roll: degrees, positive turns up (y) to the left (-x). Applied before pitch.
        scale: one positive factor, or one per axis. Applied first.
    """
    c, s = math.cos(math.radians(roll)), math.sin(math.radians(roll))
    right, up, forward = axes_of(yaw, pitch)
    turned = np.stack([c * right + s * up, c * up - s * right, forward])
    factors = np.broadcast_to(np.asarray(scale, np.float64), (3,))
    result = np.empty((4, 3))
    result[:3] = turned * factors[:, None]
    result[3] = position
    return checked_transform(result)


def axes_of(yaw: float, pitch: float) -> Floats:
    """Return the (3, 3) rows right, up and forward of what is turned by yaw, then pitched down."""
    cy, sy = math.cos(math.radians(yaw)), math.sin(math.radians(yaw))
    cp, sp = math.cos(math.radians(pitch)), math.sin(math.radians(pitch))
    return np.array([[cy, 0, -sy], [sy * sp, cp, cy * sp], [sy * cp, -sp, cy * cp]])


def apply(transform: Floats, points: NDArray[np.floating]) -> Floats:
    """Return the (n, 3) float64 points under a transform.

    Not `@`: which sums a matrix product takes first depends on the machine's linear algebra.
    """
    p = points.astype(np.float64)
    t = transform
    result: Floats = p[:, :1] * t[0] + p[:, 1:2] * t[1] + p[:, 2:] * t[2] + t[3]
    return result


def compose(first: Floats, then: Floats) -> Floats:
    """Return the (4, 3) transform that does one after the other."""
    result = apply(then, first)
    result[:3] -= then[3]
    return result


def checked_transform(transform: ArrayLike) -> Floats:
    """Return a (4, 3) transform, if it is one that keeps outside outside."""
    matrix = np.array(transform, np.float64)
    if matrix.shape != (4, 3) or not (np.abs(matrix) <= LIMIT).all():
        raise ValueError(
            f"a transform is a (4, 3) array of numbers up to {LIMIT:.0e}, not {transform!r}."
        )
    if determinant(matrix[:3]) <= 0:
        raise ValueError(
            "a transform may neither mirror nor flatten: use positive scales"
            f" (its determinant is {determinant(matrix[:3]):.3g})."
        )
    return matrix


def determinant(m: Floats) -> float:
    """Return the determinant of a (3, 3) array."""
    return float(
        m[0, 0] * (m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1])
        - m[0, 1] * (m[1, 0] * m[2, 2] - m[1, 2] * m[2, 0])
        + m[0, 2] * (m[1, 0] * m[2, 1] - m[1, 1] * m[2, 0])
    )


def colour_array(colours: ArrayLike, name: str) -> NDArray[np.float32]:
    """Return colours as float32 of shape (3,) or (n, 3), all in 0..1."""
    result = np.array(colours, np.float32)
    if result.ndim not in (1, 2) or result.shape[-1] != 3:
        raise ValueError(f"{name} must have shape (3,) or (m, 3), not {result.shape}.")
    if not ((result >= 0) & (result <= 1)).all():
        raise ValueError(f"{name} must lie in 0..1, not {colours!r}.")
    return result
