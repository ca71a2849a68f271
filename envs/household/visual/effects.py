"""Signs of what an object is: steam for hot, snow for cool, sparkles for clean; and the hand.

Signs stand on y = 0 above the object, face -z, and fit 0.2 x 0.16 metres.
"""

import math
from collections.abc import Mapping

from crossworld.envs.core.raster import Mesh, box, merge, pose, prism, sphere


def _steam() -> Mesh:
    """Three wavy red-orange plumes."""
    red = (1.0, 0.35, 0.12)
    parts = []
    for x in (-0.065, 0.0, 0.065):
        for k in range(4):
            lean = 32 if k % 2 else -32
            step = box((0.022, 0.046, 0.022), red).moved(pose((x, 0.02 + 0.036 * k, 0), roll=lean))
            parts.append(step)
    return merge(parts)


def _snow() -> Mesh:
    """A six-armed snowflake in pale blue on a dark disc."""
    pale, dark = (0.90, 0.97, 1.0), (0.15, 0.35, 0.75)
    arms = [
        box((0.12, 0.022, 0.02), pale).moved(pose((0, 0.075, -0.012), roll=60 * k))
        for k in range(3)
    ]
    hexagon = [
        (0.068 * math.cos(math.radians(60 * k + 30)), 0.068 * math.sin(math.radians(60 * k + 30)))
        for k in range(6)
    ]
    disc = prism(hexagon, 0.015, dark).moved(pose((0, 0.075, 0.01), pitch=90))
    return merge([disc, *arms])


def _star(radius: float, thickness: float, points: int) -> list[tuple[float, float]]:
    """Return the corners of a star."""
    corners = []
    for k in range(2 * points):
        reach = radius if k % 2 == 0 else thickness
        angle = math.pi * k / points
        corners.append((reach * math.sin(angle), reach * math.cos(angle)))
    return corners


def _sparkle() -> Mesh:
    """Three four-pointed stars."""
    gold = (1.0, 0.95, 0.45)
    places = ((0.075, 0.0, 0.08), (0.045, -0.075, 0.13), (0.045, 0.07, 0.04))
    return merge(
        [
            prism(_star(radius, radius * 0.28, 4), 0.015, gold).moved(pose((x, y, 0), pitch=90))
            for radius, x, y in places
        ]
    )


SIGNS: Mapping[str, Mesh] = {"hot": _steam(), "cool": _snow(), "clean": _sparkle()}
"""Bit of `State` to its sign."""


def hand() -> Mesh:
    """Return an open hand seen from behind, its palm at the origin, fingers up and forward."""
    skin, sleeve = (0.87, 0.66, 0.53), (0.25, 0.35, 0.55)
    fingers = [
        box((0.026, 0.07, 0.03), skin).moved(pose((-0.045 + 0.03 * k, 0.02, 0.05)))
        for k in range(4)
    ]
    thumb = box((0.03, 0.06, 0.03), skin).moved(pose((-0.075, 0.01, 0.0), roll=25))
    palm = box((0.125, 0.04, 0.11), skin).moved(pose((0, -0.02, 0)))
    wrist = sphere(0.05, 8, skin).moved(pose((0, -0.04, -0.05)))
    arm = box((0.085, 0.085, 0.25), sleeve).moved(pose((0, -0.10, -0.16), pitch=-25))
    return merge([*fingers, thumb, palm, wrist, arm])
