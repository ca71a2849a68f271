"""Two cameras that look down on the table, as near as they can be and have all of it in view."""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from crossworld.envs.core.raster import Camera
from crossworld.envs.tabletop.scene import WALL, Floats, Workspace

FOV = 25.0
"""Degrees: narrow, so that what hangs near the camera does not make all else small."""

NEAR, FAR = 0.05, 5.0
"""Metres."""

RIM, RIM_HEIGHT, BOTTOM = 0.008, 0.015, -0.012
"""Thickness and height of the rim about the table, and where its lower side is, metres."""

HEADROOM = 0.05
"""Height of what hangs from the cup that has to be in view, metres."""

MARGIN = 0.98
"""Share of the image that has to hold all that."""


class View(NamedTuple):
    """Where a camera stands.

    Attributes:
        azimuth: degrees from -x, the viewer of `image`, counter-clockwise from above.
        elevation: degrees above the table.
    """

    azimuth: float
    elevation: float


VIEWS: Mapping[str, View] = {"front": View(0.0, 58.0), "side": View(90.0, 35.0)}
"""Their names: "front" sees x go up and y to the left, "side" sees x to the right and y go up."""


@lru_cache(maxsize=64)
def camera(workspace: Workspace, view: str) -> Camera:
    """Return the camera of a view of `VIEWS`."""
    azimuth, elevation = (math.radians(angle) for angle in VIEWS[view])
    flat = math.cos(elevation)
    towards = np.array([-flat * math.cos(azimuth), -flat * math.sin(azimuth), math.sin(elevation)])
    axes = Camera.look_at(towards, (0, 0, 0), (0, 0, 1), left_handed=False).axes
    return Camera(_eye(axes, _contents(workspace)), axes, FOV, NEAR, FAR)


def _contents(workspace: Workspace) -> Floats:
    """Return points that span what has to be in view: the tray, and what is held."""
    out = WALL + RIM
    return np.array(
        [
            (workspace.x[i] + margin * (2 * i - 1), workspace.y[j] + margin * (2 * j - 1), z)
            for margin, z in ((out, BOTTOM), (out, RIM_HEIGHT), (0.0, workspace.lift + HEADROOM))
            for i in range(2)
            for j in range(2)
        ]
    )


def _eye(axes: Floats, points: Floats) -> Floats:
    """Return the place nearest to (n, 3) points from which a camera with these axes sees them."""
    slope = math.tan(math.radians(FOV) / 2) * MARGIN
    across, rise, deep = ((points * axis).sum(axis=1) for axis in axes)
    # A point is in view if |across - x| <= slope (deep - z), and so is rise: z is bounded from
    # above by the outermost points of two opposite sides, x and y lie between them.
    eye = np.empty(3)
    eye[2] = min(
        -float((along - slope * deep).max() + (-along - slope * deep).max()) / (2 * slope)
        for along in (across, rise)
    )
    for k, along in enumerate((across, rise)):
        eye[k] = float((along - slope * deep).max() - (-along - slope * deep).max()) / 2
    result: Floats = (axes * eye[:, None]).sum(axis=0)
    return result
