"""Perspective cameras."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from crossworld.envs.core.raster.mesh import LIMIT, Floats, axes_of


@dataclass(frozen=True, eq=False)
class Camera:
    """A square perspective view; make one with `facing` or `look_at`.

    Attributes:
        position: (3,) of the eye, metres.
        axes: (3, 3) orthonormal rows: right, up and forward in the world.
        fov: vertical field of view, degrees; the horizontal one is the same.
        near: metres along the optical axis; nothing closer is drawn.
        far: metres along the optical axis; nothing farther is drawn, and the depth of background.
    """

    position: Floats
    axes: Floats
    fov: float = 90.0
    near: float = 0.05
    far: float = 50.0

    def __post_init__(self) -> None:
        """Copy and check the values."""
        position, axes = np.array(self.position, np.float64), np.array(self.axes, np.float64)
        if position.shape != (3,) or not (np.abs(position) <= LIMIT).all():
            raise ValueError(
                f"a position is three numbers up to {LIMIT:.0e}, not {self.position!r}."
            )
        if axes.shape != (3, 3) or not _orthonormal(axes):
            raise ValueError(f"axes must be three orthonormal rows, not {self.axes!r}.")
        if not 1 <= self.fov <= 170:
            raise ValueError(f"fov must be 1 to 170 degrees, not {self.fov!r}.")
        if not 1e-4 <= self.near < self.far <= 1e6:
            raise ValueError(
                f"1e-4 <= near < far <= 1e6 must hold, not near={self.near!r}, far={self.far!r}."
            )
        for name, array in (("position", position), ("axes", axes)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @classmethod
    def facing(
        cls,
        position: ArrayLike,
        yaw: float = 0,
        pitch: float = 0,
        *,
        fov: float = 90.0,
        near: float = 0.05,
        far: float = 50.0,
    ) -> "Camera":
        """Return an upright camera of the left-handed frame.

        Args:
            position: of the eye.
            yaw: degrees, clockwise from above: 0 looks along +z, 90 along +x.
            pitch: degrees, positive looks down.
            fov: vertical field of view, degrees.
            near: see the class.
            far: see the class.
        """
        if not math.isfinite(yaw) or not math.isfinite(pitch):
            raise ValueError(f"yaw and pitch must be finite, not {yaw!r} and {pitch!r}.")
        return cls(np.asarray(position, np.float64), axes_of(yaw, pitch), fov, near, far)

    @classmethod
    def look_at(
        cls,
        position: ArrayLike,
        target: ArrayLike,
        up: ArrayLike = (0, 1, 0),
        *,
        left_handed: bool = True,
        fov: float = 90.0,
        near: float = 0.05,
        far: float = 50.0,
    ) -> "Camera":
        """Return a camera that has `target` in the middle of its image.

        Args:
            position: of the eye.
            target: another point.
            up: the direction that is up in the image; not along the line of sight.
            left_handed: whether the world's frame is; if not, right is on the other side.
            fov: vertical field of view, degrees.
            near: see the class.
            far: see the class.
        """
        eye = np.asarray(position, np.float64)
        forward = np.asarray(target, np.float64) - eye
        right = np.cross(np.asarray(up, np.float64), forward) * (1 if left_handed else -1)
        lengths = float(np.sqrt((forward**2).sum())), float(np.sqrt((right**2).sum()))
        if not min(lengths) > 1e-9:
            raise ValueError(
                f"look_at() needs a target away from the position, and up not along the line of"
                f" sight: position={position!r}, target={target!r}, up={up!r}."
            )
        forward, right = forward / lengths[0], right / lengths[1]
        true_up = np.cross(forward, right) * (1 if left_handed else -1)
        return cls(eye, np.stack([right, true_up, forward]), fov, near, far)

    @cached_property
    def row(self) -> Floats:
        """(15,) float64 for the kernel: position, axes, near, far, tan(fov / 2)."""
        slope = math.tan(math.radians(self.fov) / 2)
        return np.concatenate([self.position, self.axes.ravel(), [self.near, self.far, slope]])


def _orthonormal(axes: Floats) -> bool:
    """Return whether the rows are (`np.allclose` would take most of a camera's time)."""
    return bool(np.abs(axes @ axes.T - np.eye(3)).max() <= 1e-6)
