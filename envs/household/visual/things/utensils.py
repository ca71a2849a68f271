"""Cutlery, cookware and what washes it up.

Cutlery is drawn with its head raised to the viewer and a dark edge all round: life-size and flat,
it would vanish.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from crossworld.envs.core.raster.mesh import Mesh, pose
from crossworld.envs.core.raster.shapes import box
from crossworld.envs.household.visual.things.craft import (
    BLACK,
    WHITE,
    Colour,
    cutout,
    loft,
    patch,
    ring,
    rod,
    settle,
)

STEEL: Colour = (0.93, 0.95, 0.98)
EDGE: Colour = (0.16, 0.17, 0.20)
HOLLOW: Colour = (0.26, 0.28, 0.33)
THICK = 0.028
BEVEL = 0.009
RAISED = -18.0
"""Degrees by which cutlery is pitched."""


def mirrored(right: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return a polygon that is symmetric about x = 0 from its right half, front to back."""
    return [*right, *((-x, z) for x, z in reversed(right) if x > 0)]


def lying(parts: Sequence[Mesh], yaw: float) -> Mesh:
    """Return a thing along z, its head at the far end, turned, its far end raised."""
    return settle(parts, yaw=yaw, pitch=RAISED)


def grip(near: float, far: float, width: float, colour: Colour, edge: Colour = EDGE) -> Mesh:
    """Return a straight handle from z = near to z = far."""
    half = width / 2
    return cutout(
        [(half, near), (half, far), (-half, far), (-half, near)], 0.032, colour, edge, BEVEL
    )


# Fork, spoon: handle, metal.
FORKS: Sequence[tuple[Colour, Colour]] = (
    (STEEL, STEEL),
    ((0.55, 0.85, 0.75), STEEL),
    ((0.95, 0.80, 0.42), (0.98, 0.88, 0.55)),
)


def fork(variant: int) -> Mesh:
    """Return a fork: three thick tines with wide gaps."""
    handle, metal = FORKS[variant]
    tines = mirrored(
        [
            (0.012, -0.01),
            (0.055, 0.02),
            (0.055, 0.115),
            (0.033, 0.115),
            (0.033, 0.045),
            (0.011, 0.045),
            (0.011, 0.115),
        ]
    )
    return lying([cutout(tines, THICK, metal, EDGE, 0.005), grip(-0.115, 0.0, 0.03, handle)], 40)


def spoon(variant: int) -> Mesh:
    """Return a spoon: a large oval with a dark hollow, to the front."""
    handle, metal = FORKS[variant]
    turns = np.pi * (np.arange(8) + 0.5) / 4
    oval = [(0.07 * np.cos(a), 0.055 + 0.08 * np.sin(a)) for a in turns]
    hollow = [(0.046 * np.cos(a), THICK + 0.003, 0.058 + 0.054 * np.sin(a)) for a in turns]
    head = cutout(oval, THICK, metal, EDGE, BEVEL)
    # Its head lies near the viewer, where a fork has its handle.
    return settle([head, patch(hollow, HOLLOW), grip(-0.13, 0.0, 0.034, handle)], 220, -RAISED)


# Knife: handle, blade.
KNIVES: Sequence[tuple[Colour, Colour]] = (
    ((0.10, 0.09, 0.10), STEEL),
    ((0.34, 0.16, 0.07), STEEL),
    ((0.45, 0.06, 0.08), (0.90, 0.95, 1.0)),
)


def knife(variant: int) -> Mesh:
    """Return a kitchen knife: a broad blade that runs to a point, a dark handle with rivets."""
    handle, metal = KNIVES[variant]
    blade = cutout(
        [(0.03, -0.03), (0.03, 0.15), (-0.03, 0.09), (-0.062, 0.02), (-0.062, -0.03)],
        THICK,
        metal,
        EDGE,
        BEVEL,
    )
    rivets = [
        patch(
            [
                (-0.009, 0.035, z - 0.009),
                (-0.009, 0.035, z + 0.009),
                (0.009, 0.035, z + 0.009),
                (0.009, 0.035, z - 0.009),
            ],
            WHITE,
        )
        for z in (-0.112, -0.07)
    ]
    return lying([blade, grip(-0.14, -0.03, 0.046, handle), *rivets], -45)


# Butter knife: handle, blade, butter.
BUTTER_KNIVES: Sequence[tuple[Colour, Colour, Colour]] = (
    ((1.0, 0.96, 0.85), (0.42, 0.46, 0.54), (1.0, 0.92, 0.35)),
    ((0.90, 0.78, 0.55), (0.46, 0.44, 0.44), (1.0, 0.95, 0.50)),
    ((0.75, 0.90, 0.95), (0.36, 0.42, 0.56), (1.0, 0.90, 0.30)),
)


def butter_knife(variant: int) -> Mesh:
    """Return a butter knife: short round blade with butter on it, light handle."""
    handle, metal, butter = BUTTER_KNIVES[variant]
    blade = cutout(
        [
            (0.03, -0.02),
            (0.05, 0.05),
            (0.042, 0.1),
            (0.0, 0.125),
            (-0.042, 0.1),
            (-0.034, -0.02),
        ],
        THICK,
        metal,
        EDGE,
        BEVEL,
    )
    pat = box((0.05, 0.036, 0.05), butter).moved(pose((0, 0.046, 0.035), yaw=20))
    return lying([blade, grip(-0.12, -0.01, 0.045, handle), pat], -45)


# Spatula: handle, blade, slots.
SPATULAS: Sequence[tuple[Colour, Colour, Colour]] = (
    ((0.85, 0.15, 0.12), (0.13, 0.13, 0.15), (0.80, 0.80, 0.80)),
    ((0.85, 0.62, 0.32), (0.20, 0.12, 0.08), (0.90, 0.80, 0.62)),
    ((0.25, 0.70, 0.85), (0.10, 0.16, 0.24), (0.75, 0.88, 0.95)),
)


def spatula(variant: int) -> Mesh:
    """Return a spatula: a broad, dark square with three light slots on a thin handle."""
    handle, blade, slots = SPATULAS[variant]
    head = cutout(
        [(0.066, -0.01), (0.078, 0.115), (-0.078, 0.115), (-0.066, -0.01)],
        0.024,
        blade,
        blade,
        0.004,
    )
    marks = [
        patch(
            [
                (x - 0.011, 0.027, 0.02),
                (x - 0.011, 0.027, 0.082),
                (x + 0.011, 0.027, 0.082),
                (x + 0.011, 0.027, 0.02),
            ],
            slots,
        )
        for x in (-0.045, 0.0, 0.045)
    ]
    return lying([head, *marks, grip(-0.14, 0.01, 0.028, handle)], -45)


# Ladle: outside, inside, handle, hook.
LADLES: Sequence[tuple[Colour, Colour, Colour, Colour]] = (
    ((0.86, 0.89, 0.94), (0.20, 0.22, 0.26), (0.12, 0.12, 0.14), (0.92, 0.94, 0.98)),
    ((0.85, 0.55, 0.32), (0.22, 0.10, 0.04), (0.28, 0.13, 0.06), (0.98, 0.80, 0.60)),
    ((0.80, 0.86, 0.90), (0.14, 0.18, 0.26), (0.70, 0.10, 0.10), (1.00, 0.70, 0.62)),
)


def ladle(variant: int) -> Mesh:
    """Return a ladle: a deep round bowl with a tall upright handle, hooked at its top."""
    outside, inside, handle, hook = LADLES[variant]
    scoop = loft(
        [
            ring(8, 0.045, 0),
            ring(8, 0.08, 0.04),
            ring(8, 0.082, 0.075),
            ring(8, 0.066, 0.075),
            ring(8, 0.03, 0.03),
        ],
        [outside, outside, outside, WHITE, inside, inside],
    )
    path = [(0.07, 0.06, 0), (0.09, 0.19, 0), (0.065, 0.228, 0), (0.03, 0.21, 0), (0.028, 0.17, 0)]
    stick = rod(path, 0.017, [handle, hook, hook, hook])
    return settle([scoop, stick])


# Pan: outside, inside, middle, handle.
PANS: Sequence[tuple[Colour, Colour, Colour, Colour]] = (
    ((0.12, 0.12, 0.13), (0.12, 0.12, 0.13), (0.42, 0.42, 0.45), (0.08, 0.08, 0.08)),
    ((0.65, 0.10, 0.08), (0.12, 0.10, 0.10), (0.38, 0.35, 0.35), (0.30, 0.14, 0.06)),
    ((0.70, 0.40, 0.20), (0.16, 0.10, 0.08), (0.46, 0.36, 0.30), (0.10, 0.10, 0.12)),
)


def pan(variant: int) -> Mesh:
    """Return a frying pan: a shallow dark disc with a light rim and one long handle."""
    outside, inside, middle, handle = PANS[variant]
    dish = loft(
        [
            ring(10, 0.072, 0),
            ring(10, 0.09, 0.045),
            ring(10, 0.076, 0.045),
            ring(10, 0.05, 0.015),
        ],
        [outside, outside, (0.92, 0.92, 0.92), inside, middle],
    )
    stick = rod([(0.05, 0.04, -0.05), (0.122, 0.06, -0.122)], (0.016, 0.022), handle)
    return settle([dish, stick])


# Pot: outside, handles.
POTS: Sequence[tuple[Colour, Colour]] = (
    ((0.74, 0.76, 0.80), (0.10, 0.10, 0.11)),
    ((0.78, 0.22, 0.12), (0.12, 0.10, 0.10)),
    ((0.25, 0.42, 0.62), (0.10, 0.10, 0.12)),
)


def pot(variant: int) -> Mesh:
    """Return a cooking pot: wide, straight walls, dark inside, a black loop at either side."""
    outside, handles = POTS[variant]
    body = loft(
        [
            ring(8, 0.08, 0),
            ring(8, 0.084, 0.12),
            ring(8, 0.072, 0.12),
            ring(8, 0.07, 0.05),
        ],
        [outside, outside, WHITE, BLACK, (0.20, 0.20, 0.22)],
    )
    loops = [
        rod(
            [
                (s * 0.06, 0.085, -0.03),
                (s * 0.112, 0.095, -0.03),
                (s * 0.112, 0.095, 0.03),
                (s * 0.06, 0.085, 0.03),
            ],
            0.014,
            handles,
        )
        for s in (-1, 1)
    ]
    return settle([body, *loops])


# Kettle: body, band, handle.
KETTLES: Sequence[tuple[Colour, Colour, Colour]] = (
    ((0.80, 0.84, 0.88), (0.42, 0.45, 0.50), (0.08, 0.08, 0.09)),
    ((0.80, 0.14, 0.12), (0.48, 0.06, 0.06), (0.10, 0.09, 0.09)),
    ((0.30, 0.62, 0.58), (0.14, 0.34, 0.34), (0.12, 0.10, 0.09)),
)


def kettle(variant: int) -> Mesh:
    """Return a kettle: a round belly, a spout at its left, a high arch of a handle."""
    body, band, handle = KETTLES[variant]
    belly = loft(
        [
            ring(8, 0.07, 0),
            ring(8, 0.075, 0.035),
            ring(8, 0.066, 0.085),
            ring(8, 0.035, 0.12),
            ring(8, 0, 0.13),
        ],
        [band, band, body, body, band, band],
    )
    spout = rod([(-0.05, 0.05, 0), (-0.118, 0.135, 0)], (0.032, 0.018), body)
    path = [(-0.055, 0.09, 0), (-0.045, 0.215, 0), (0.045, 0.215, 0), (0.055, 0.09, 0)]
    arch = rod(path, 0.017, handle)
    knob = box((0.034, 0.03, 0.034), handle).moved(pose((0, 0.14, 0)))
    return settle([belly, spout, arch, knob])


# Sponge: foam, pores, scourer.
SPONGES: Sequence[tuple[Colour, Colour, Colour]] = (
    ((1.00, 0.85, 0.20), (0.62, 0.42, 0.05), (0.10, 0.38, 0.18)),
    ((1.00, 0.62, 0.68), (0.62, 0.22, 0.30), (0.30, 0.14, 0.34)),
    ((0.62, 0.85, 1.00), (0.20, 0.42, 0.62), (0.10, 0.16, 0.42)),
)


def dish_sponge(variant: int) -> Mesh:
    """Return a sponge: a light block full of dark pores on a dark scouring layer."""
    foam, pores, scourer = SPONGES[variant]
    parts = [
        box((0.2, 0.044, 0.12), scourer).moved(pose((0, 0.022, 0))),
        box((0.196, 0.066, 0.116), foam).moved(pose((0, 0.077, 0))),
    ]
    for x, z in ((-0.075, 0.03), (-0.035, -0.025), (0.005, 0.028), (0.042, -0.03), (0.075, 0.022)):
        parts.append(pore([(x, 0.113, z)], (0, 0, 1), pores))
    for x, y in ((-0.065, 0.085), (-0.012, 0.068), (0.035, 0.09), (0.075, 0.066)):
        parts.append(pore([(x, y, -0.0595)], (0, 1, 0), pores))
    return settle(parts)


def pore(centre: ArrayLike, second: ArrayLike, colour: Colour) -> Mesh:
    """Return a square spot that spans x and a second direction, towards the viewer."""
    middle, across, up = np.reshape(centre, 3), np.array((0.012, 0, 0)), np.array(second) * 0.012
    corners = [
        middle - across - up,
        middle - across + up,
        middle + across + up,
        middle + across - up,
    ]
    return patch(corners, colour, (0, 1, -0.5) if up[2] else (0, 0, -1))


THINGS: Mapping[str, Callable[[int], Mesh]] = {
    "ButterKnife": butter_knife,
    "DishSponge": dish_sponge,
    "Fork": fork,
    "Kettle": kettle,
    "Knife": knife,
    "Ladle": ladle,
    "Pan": pan,
    "Pot": pot,
    "Spatula": spatula,
    "Spoon": spoon,
}
