"""Cameras: first-person at a receptacle, from above for a whole room."""

import math
from collections.abc import Sequence

import numpy as np

from crossworld.envs.core.raster import Camera
from crossworld.envs.core.raster.mesh import Floats, axes_of
from crossworld.envs.household.visual.furniture import Stance
from crossworld.envs.household.visual.ids import Pose

EYE = 1.65
"""Height of the eye of who stands upright, metres (ALFWorld's camera: 0.75 above the agent's 0.9)."""

Box = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Least and greatest corner."""

_ASIDE = 14.0
"""The line of sight leaves the agent's heading by at most this many degrees."""

_LOWEST_EYE = 0.3

_NEAREST, FARTHEST = 0.05, 80.0
"""Nothing nearer or farther is drawn, metres."""

_NARROWEST, _WIDEST = 26.0, 84.0
"""Fields of view that a look can take, degrees."""

_COMFORTABLE = 58.0
"""Widest field of view of a look at one receptacle."""

_SIDES, _ABOVE, _BELOW = 0.88, 0.92, 0.74
"""How far from the middle of the image to its edges what is looked at may reach. Below there is
room for the hand."""

_LIFT = 0.05
"""What is looked at lies this share of the field of view above the middle of the image."""


def look_at(box: Box, stance: Stance, viewer: Pose) -> Camera:
    """Return the camera of an agent at `viewer` that looks at a box.

    It faces the box from where the agent stands, within what the stance allows: the eye comes
    nearer or goes back, down or up, as a person would.
    """
    middle = [(low + high) / 2 for low, high in zip(*box, strict=True)]
    dx, dz = middle[0] - viewer.x, middle[2] - viewer.z
    away = _length(dx, dz)
    aside = (math.degrees(math.atan2(dx, dz)) - viewer.yaw + 180) % 360 - 180
    yaw = viewer.yaw + min(max(aside, -_ASIDE), _ASIDE)
    rise = EYE - middle[1]
    pitch = math.degrees(math.atan2(rise, away))
    pitch = min(max(pitch, stance.low), stance.high)
    distance = min(max(_length(rise, away), stance.near), stance.far)
    camera = _from(distance, middle, yaw, pitch, box)
    if camera.fov > _COMFORTABLE:
        # Farther away and narrower: close up, near things would look much larger than far ones.
        distance *= math.tan(math.radians(camera.fov / 2)) / math.tan(
            math.radians(_COMFORTABLE / 2)
        )
        camera = _from(distance, middle, yaw, pitch, box)
    return camera


def _from(distance: float, middle: Sequence[float], yaw: float, pitch: float, box: Box) -> Camera:
    eye = np.array(middle) - distance * axes_of(yaw, pitch)[2]
    eye[1] = max(eye[1], _LOWEST_EYE)
    return _fitted(eye, yaw, pitch, corners_of([box]))


def overlook(boxes: Sequence[Box], viewer: Pose) -> Camera:
    """Return the camera of an agent at `viewer` that has all these boxes in view."""
    corners = corners_of(boxes)
    middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
    dx, dz = middle[0] - viewer.x, middle[2] - viewer.z
    spread = math.sqrt(float(((corners - middle)[:, [0, 2]] ** 2).sum(axis=1).max()))
    distance = max(_length(dx, dz), spread + 0.5)
    pitch = math.degrees(math.atan2(EYE - middle[1], distance))
    pitch = min(max(pitch, 12.0), 42.0)
    forward = axes_of(viewer.yaw, pitch)[2]
    eye = middle - _length(distance, EYE - middle[1]) * forward
    eye[1] = max(eye[1], _LOWEST_EYE)
    return _fitted(eye, viewer.yaw, pitch, corners)


def from_above(corners: Floats, yaw: float, pitch: float) -> Camera:
    """Return a camera high above a room that sees all of (n, 3) points, with little perspective."""
    axes = axes_of(yaw, pitch)
    local = _turned(corners, axes)
    low, high = local.min(axis=0), local.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    distance = 2.2 * max(half[0], half[1]) + half[2]
    eye = (middle[:, None] * axes).sum(axis=0) - distance * axes[2]
    ahead = _turned(corners - eye, axes)
    slope = 1.04 * float((np.abs(ahead[:, :2]) / ahead[:, 2:]).max())
    return Camera(eye, axes, _fov(slope), near=_NEAREST, far=FARTHEST)


def _fitted(eye: Floats, yaw: float, pitch: float, corners: Floats) -> Camera:
    """Return a camera at `eye` whose field of view is as narrow as the corners allow."""
    for _ in range(3):
        axes = axes_of(yaw, pitch)
        local = _turned(corners - eye, axes)
        ahead = np.maximum(local[:, 2], 0.1)
        across, up = local[:, 0] / ahead, local[:, 1] / ahead
        slope = max(
            float(np.abs(across).max()) / _SIDES,
            float(up.max()) / _ABOVE,
            -float(up.min()) / _BELOW,
        )
        fov = min(max(_fov(slope), _NARROWEST), _WIDEST)
        # Look a little lower than the middle of what is to be seen.
        centre = math.degrees(math.atan((float(up.max()) + float(up.min())) / 2))
        pitch += _LIFT * fov - centre
    return Camera.facing(eye, yaw, pitch, fov=fov, near=_NEAREST, far=FARTHEST)


def _fov(slope: float) -> float:
    return 2 * math.degrees(math.atan(slope))


def corners_of(boxes: Sequence[Box]) -> Floats:
    """Return the corners of n boxes: (8 n, 3)."""
    return np.array(
        [
            (box[i][0], box[j][1], box[k][2])
            for box in boxes
            for i in (0, 1)
            for j in (0, 1)
            for k in (0, 1)
        ]
    )


# Neither `@` nor `math.hypot`: the last bits of theirs depend on libraries and versions of Python,
# and a pixel may depend on a last bit.


def _turned(points: Floats, axes: Floats) -> Floats:
    """Return (n, 3) points along right, up and forward."""
    x, y, z = points.T
    return np.stack([x * axis[0] + y * axis[1] + z * axis[2] for axis in axes], axis=1)


def _length(x: float, y: float) -> float:
    return math.sqrt(x * x + y * y)
