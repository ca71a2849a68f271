"""Cloths and towels."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from crossworld.envs.core.raster.mesh import Mesh, pose
from crossworld.envs.core.raster.shapes import box
from crossworld.envs.household.visual.things.craft import (
    BLACK,
    Colour,
    loft,
    patch,
    settle,
)

# Cloth: ground, checks.
CLOTHS: Sequence[tuple[Colour, Colour]] = (
    ((0.98, 0.96, 0.92), (0.72, 0.12, 0.14)),
    ((0.95, 0.97, 1.00), (0.14, 0.28, 0.62)),
    ((1.00, 0.96, 0.78), (0.12, 0.42, 0.28)),
)


def cloth(variant: int) -> Mesh:
    """Return a rag: it lies crumpled, checked, its corners turned up."""
    ground, check = CLOTHS[variant]
    n = 4
    turns = np.linspace(-0.09, 0.09, n + 1)
    lift = np.array(
        [
            (0.07, 0.02, 0.04, 0.015, 0.035),
            (0.02, 0.05, 0.02, 0.05, 0.015),
            (0.04, 0.015, 0.085, 0.02, 0.045),
            (0.015, 0.05, 0.02, 0.055, 0.02),
            (0.03, 0.015, 0.045, 0.02, 0.08),
        ]
    )
    corners = np.array(
        [[(x, lift[i, k], z) for k, x in enumerate(turns)] for i, z in enumerate(turns)]
    )
    cells = []
    for i in range(n):
        for k in range(n):
            colour = ground if (i + k) % 2 else check
            four = [corners[i, k], corners[i + 1, k], corners[i + 1, k + 1], corners[i, k + 1]]
            cells.append(patch(four, colour))
    edge = [*corners[0], *corners[1:, n], *corners[n, n - 1 :: -1], *corners[n - 1 : 0 : -1, 0]]
    hem = []
    for a, b in zip(edge, [*edge[1:], edge[0]], strict=True):
        down = (1, 0, 1)
        outward = np.cross((0, 1, 0), b - a)
        hem.append(patch([a, b, b * down, a * down], check, outward))
    return settle([*cells, *hem], yaw=18)


# Towels: ground, stripes.
TOWELS: Sequence[tuple[Colour, Colour]] = (
    ((0.98, 0.98, 0.98), (0.16, 0.34, 0.66)),
    ((1.00, 0.90, 0.86), (0.62, 0.16, 0.24)),
    ((0.90, 0.98, 0.92), (0.10, 0.40, 0.34)),
)


def draped(
    width: float, height: float, depth: float, bands: Sequence[tuple[float, Colour]]
) -> Mesh:
    """Return a towel over a rail: bands (height of their lower edge, colour) from the hem up."""
    levels = [low for low, _ in bands] + [height * 0.9]
    rings = []
    for y in levels:
        half = depth / 2 * (1 - 0.72 * y / height)
        rings.append(
            [
                (-width / 2, y, -half),
                (width / 2, y, -half),
                (width / 2, y, half),
                (-width / 2, y, half),
            ]
        )
    rings.append([(x, height, z * 0.4) for x, _, z in rings[-1]])
    paints = [bands[0][1], *(colour for _, colour in bands), bands[-1][1], bands[-1][1]]
    return loft(rings, paints)


def hand_towel(variant: int) -> Mesh:
    """Return a hand towel: neatly folded over a rail, level stripes along its hem."""
    ground, stripe = TOWELS[variant]
    bands = [(0.0, ground), (0.02, stripe), (0.05, ground), (0.075, stripe), (0.105, ground)]
    towel = draped(0.125, 0.18, 0.15, bands)
    rail = box((0.19, 0.024, 0.024), BLACK).moved(pose((0, 0.168, 0)))
    return settle([towel, rail])


def towel(variant: int) -> Mesh:
    """Return a bath towel: wide, upright stripes, a fringe of teeth at its hem."""
    ground, stripe = TOWELS[(variant + 1) % 3]
    strips = []
    for k in range(5):
        x, colour = -0.08 + 0.04 * k, stripe if k % 2 == 0 else ground
        rings = [
            [(x - w, y, -d), (x + w, y, -d), (x + w, y, d), (x - w, y, d)]
            for w, y, d in ((0.004, 0.0, 0.075), (0.02, 0.045, 0.066), (0.02, 0.23, 0.018))
        ]
        strips.append(loft(rings, [colour] * 4))
    return settle(strips)


THINGS: Mapping[str, Callable[[int], Mesh]] = {
    "Cloth": cloth,
    "HandTowel": hand_towel,
    "Towel": towel,
}
