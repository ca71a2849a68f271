"""Bottles."""

from collections.abc import Callable, Mapping, Sequence

from crossworld.envs.core.raster.mesh import Mesh, pose
from crossworld.envs.core.raster.shapes import box
from crossworld.envs.household.visual.things.craft import (
    BLACK,
    WHITE,
    Colour,
    loft,
    patch,
    ring,
    rod,
    settle,
)

CORK: Colour = (0.50, 0.30, 0.14)

# Glass bottle: glass, its shadow side, stopper.
GLASS: Sequence[tuple[Colour, Colour, Colour]] = (
    ((0.70, 0.93, 0.90), (0.30, 0.55, 0.55), CORK),
    ((0.80, 0.90, 1.00), (0.36, 0.48, 0.66), (0.62, 0.12, 0.10)),
    ((0.82, 0.98, 0.74), (0.36, 0.56, 0.30), (0.22, 0.18, 0.16)),
)


def glass_bottle(variant: int) -> Mesh:
    """Return a glass bottle: a light round flask with a shine, a short neck, a dark stopper."""
    glass, shadow, stopper = GLASS[variant]
    wall = [glass, glass, shadow, glass, glass, shadow, shadow, WHITE]
    flask = loft(
        [
            ring(8, 0.06, 0),
            ring(8, 0.086, 0.035),
            ring(8, 0.086, 0.085),
            ring(8, 0.032, 0.135),
            ring(8, 0.034, 0.185),
        ],
        [shadow, shadow, wall, wall, glass, glass],
    )
    top = loft([ring(6, 0.03, 0.18), ring(6, 0.038, 0.22)], [stopper, stopper, stopper])
    return settle([flask, top])


# Wine: glass, shine, label, foil.
WINES: Sequence[tuple[Colour, Colour, Colour, Colour]] = (
    ((0.06, 0.17, 0.08), (0.20, 0.40, 0.22), (1.00, 0.96, 0.84), (0.60, 0.06, 0.10)),
    ((0.20, 0.04, 0.07), (0.45, 0.16, 0.20), (0.98, 0.92, 0.70), (0.78, 0.62, 0.20)),
    ((0.10, 0.09, 0.07), (0.32, 0.30, 0.22), (0.94, 0.97, 1.00), (0.25, 0.30, 0.55)),
)


def wine_bottle(variant: int) -> Mesh:
    """Return a wine bottle: slim and dark, high shoulders, a long neck, a light label."""
    glass, shine, label, foil = WINES[variant]
    wall = [glass, glass, glass, glass, glass, glass, glass, shine]
    paper = [label, label, glass, glass, glass, glass, glass, label]
    return settle(
        [
            loft(
                [
                    ring(8, 0.058, 0),
                    ring(8, 0.06, 0.03),
                    ring(8, 0.06, 0.095),
                    ring(8, 0.06, 0.13),
                    ring(8, 0.024, 0.165),
                    ring(8, 0.024, 0.19),
                    ring(8, 0.025, 0.238),
                ],
                [glass, glass, paper, wall, wall, glass, foil, foil],
            )
        ]
    )


# Soap bottle: body, label, pump.
SOAPS: Sequence[tuple[Colour, Colour, Colour]] = (
    ((0.92, 0.55, 0.70), (1.00, 0.97, 0.95), (0.20, 0.16, 0.20)),
    ((0.55, 0.80, 0.40), (1.00, 1.00, 0.90), (0.14, 0.20, 0.14)),
    ((0.98, 0.78, 0.35), (1.00, 1.00, 0.95), (0.24, 0.16, 0.08)),
)


def soap_bottle(variant: int) -> Mesh:
    """Return a soap dispenser: a stout square body, a dark pump whose beak points right."""
    body, label, pump = SOAPS[variant]
    jar = loft(
        [ring(4, 0.118, 0, 0.078), ring(4, 0.118, 0.14, 0.078), ring(4, 0.05, 0.16, 0.05)],
        [body] * 4,
    )
    front = -0.0585
    outline = [(-0.062, 0.02), (-0.062, 0.118), (0.062, 0.118), (0.062, 0.02)]
    sticker = patch([(x, y, front) for x, y in outline], label, (0, 0, -1))
    outline = [(-0.034, 0.045), (0, 0.03), (0.034, 0.045), (0, 0.108)]
    drop = patch([(x, y, front - 0.003) for x, y in outline], pump, (0, 0, -1))
    neck = box((0.034, 0.05, 0.034), pump).moved(pose((0, 0.18, 0)))
    head = box((0.1, 0.026, 0.032), pump).moved(pose((0.03, 0.216, 0)))
    beak = box((0.024, 0.03, 0.03), pump).moved(pose((0.068, 0.195, 0)))
    return settle([jar, sticker, drop, neck, head, beak])


# Spray bottle: liquid, clear part, trigger head.
SPRAYS: Sequence[tuple[Colour, Colour, Colour]] = (
    ((0.12, 0.45, 0.80), (0.92, 0.97, 1.00), (0.95, 0.35, 0.10)),
    ((0.16, 0.55, 0.25), (0.95, 1.00, 0.94), (0.85, 0.10, 0.12)),
    ((0.55, 0.18, 0.58), (0.98, 0.94, 1.00), (0.10, 0.25, 0.55)),
)


def spray_bottle(variant: int) -> Mesh:
    """Return a spray bottle: a tapered body half full, a gun of a head that points left."""
    liquid, clear, head = SPRAYS[variant]
    body = loft(
        [
            ring(6, 0.066, 0, 0.055),
            ring(6, 0.066, 0.11, 0.055),
            ring(6, 0.05, 0.145, 0.042),
            ring(6, 0.022, 0.175),
        ],
        [liquid, liquid, clear, clear, clear],
    )
    gun = box((0.11, 0.036, 0.046), head).moved(pose((-0.026, 0.2, 0)))
    tail = box((0.04, 0.028, 0.04), head).moved(pose((0.038, 0.19, 0), roll=-30))
    nozzle = box((0.03, 0.046, 0.052), BLACK).moved(pose((-0.09, 0.2, 0)))
    trigger = rod([(-0.04, 0.19, 0), (-0.088, 0.12, 0)], 0.016, head)
    return settle([body, gun, tail, nozzle, trigger])


THINGS: Mapping[str, Callable[[int], Mesh]] = {
    "Glassbottle": glass_bottle,
    "SoapBottle": soap_bottle,
    "SprayBottle": spray_bottle,
    "WineBottle": wine_bottle,
}
