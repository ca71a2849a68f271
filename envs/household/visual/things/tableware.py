"""What one eats and drinks from, and the two shakers."""

from collections.abc import Callable, Mapping, Sequence

from crossworld.envs.core.raster.mesh import Mesh
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

# Bowl: outside, band below the rim, inside, height.
BOWLS: Sequence[tuple[Colour, Colour, Colour, float]] = (
    ((0.95, 0.93, 0.88), (0.15, 0.30, 0.65), (0.10, 0.20, 0.45), 0.105),
    ((0.95, 0.80, 0.30), (0.60, 0.20, 0.10), (0.42, 0.14, 0.06), 0.095),
    ((0.65, 0.88, 0.72), (0.10, 0.40, 0.32), (0.06, 0.27, 0.22), 0.11),
)


def bowl(variant: int) -> Mesh:
    """Return a bowl: low and wide, light outside with a band, dark inside."""
    outside, band, inside, tall = BOWLS[variant]
    return settle(
        [
            loft(
                [
                    ring(8, 0.055, 0),
                    ring(8, 0.085, tall * 0.3),
                    ring(8, 0.101, tall * 0.68),
                    ring(8, 0.105, tall),
                    ring(8, 0.09, tall),
                    ring(8, 0.045, 0.035),
                ],
                [band, outside, band, outside, WHITE, inside, inside],
            )
        ]
    )


# Cup: light stripe, dark stripe, inside, radius of the foot.
CUPS: Sequence[tuple[Colour, Colour, Colour, float]] = (
    ((1.00, 0.98, 0.92), (0.78, 0.10, 0.12), (0.55, 0.48, 0.42), 0.058),
    ((0.98, 0.95, 0.60), (0.10, 0.38, 0.62), (0.48, 0.48, 0.36), 0.062),
    ((0.96, 1.00, 0.96), (0.10, 0.48, 0.25), (0.42, 0.50, 0.44), 0.055),
)


def cup(variant: int) -> Mesh:
    """Return a cup without a handle: a tall tumbler, narrow at the foot, with upright stripes."""
    light, dark, inside, foot = CUPS[variant]
    return settle(
        [
            loft(
                [
                    ring(10, foot, 0),
                    ring(10, 0.09, 0.17),
                    ring(10, 0.09, 0.19),
                    ring(10, 0.074, 0.19),
                    ring(10, 0.045, 0.06),
                ],
                [dark, [dark, light], light, light, inside, inside],
            )
        ]
    )


# Mug: upper and lower glaze, height.
MUGS: Sequence[tuple[Colour, Colour, float]] = (
    ((0.80, 0.12, 0.12), (1.00, 0.90, 0.80), 0.135),
    ((0.16, 0.34, 0.72), (0.85, 0.92, 1.00), 0.145),
    ((0.10, 0.42, 0.34), (1.00, 0.98, 0.82), 0.125),
)
COFFEE: Colour = (0.14, 0.07, 0.03)


def mug(variant: int) -> Mesh:
    """Return a mug: upright and stout, a big ear at its right, coffee inside, dipped in two glazes."""
    glaze, band, tall = MUGS[variant]
    body = loft(
        [
            ring(8, 0.066, 0),
            ring(8, 0.07, tall * 0.5),
            ring(8, 0.07, tall),
            ring(8, 0.056, tall),
            ring(8, 0.056, tall - 0.02),
        ],
        [band, band, glaze, WHITE, COFFEE, COFFEE],
    )
    low, high = tall * 0.22, tall * 0.84
    ear = rod(
        [
            (0.055, high, 0),
            (0.105, high, 0),
            (0.125, (low + high) / 2, 0),
            (0.105, low, 0),
            (0.055, low, 0),
        ],
        0.017,
        glaze,
    )
    return settle([body, ear])


# Plate: rim, ring, middle, height.
PLATES: Sequence[tuple[Colour, Colour, Colour, float]] = (
    ((1.00, 1.00, 0.98), (0.14, 0.26, 0.58), (0.92, 0.95, 1.00), 0.022),
    ((0.98, 0.92, 0.78), (0.55, 0.18, 0.12), (1.00, 0.97, 0.88), 0.025),
    ((0.80, 0.95, 0.88), (0.08, 0.38, 0.34), (0.92, 1.00, 0.96), 0.022),
)


def plate(variant: int) -> Mesh:
    """Return a plate: flat, a light rim and a light middle with a dark ring between."""
    rim, dark, middle, tall = PLATES[variant]
    return settle(
        [
            loft(
                [
                    ring(10, 0.096, 0),
                    ring(10, 0.105, tall),
                    ring(10, 0.082, tall),
                    ring(10, 0.056, tall * 0.6),
                ],
                [dark, dark, rim, dark, middle],
            )
        ]
    )


# Salt: body, top, letter.
SALTS: Sequence[tuple[Colour, Colour, Colour]] = (
    ((1.00, 1.00, 1.00), (0.50, 0.53, 0.58), BLACK),
    ((0.88, 0.95, 1.00), (0.35, 0.45, 0.60), (0.06, 0.12, 0.32)),
    ((1.00, 0.95, 0.85), (0.60, 0.46, 0.22), (0.26, 0.12, 0.04)),
)


def salt_shaker(variant: int) -> Mesh:
    """Return a salt shaker: round, white, a dark S on its front, dark holes in its dome."""
    body, top, ink = SALTS[variant]
    jar = loft(
        [
            ring(8, 0.082, 0),
            ring(8, 0.068, 0.145),
            ring(8, 0.072, 0.145),
            ring(8, 0.045, 0.185),
        ],
        [body, body, top, top, top],
    )
    letter = [upright(0, y, 0.056, 0.022, ink) for y in (0.119, 0.071, 0.023)]
    letter += [upright(-0.018, 0.095, 0.02, 0.026, ink), upright(0.018, 0.047, 0.02, 0.026, ink)]
    holes = [
        patch(
            [
                (x - 0.011, 0.188, z - 0.011),
                (x - 0.011, 0.188, z + 0.011),
                (x + 0.011, 0.188, z + 0.011),
                (x + 0.011, 0.188, z - 0.011),
            ],
            ink,
        )
        for x, z in ((-0.02, -0.015), (0.02, -0.015), (0, 0.02))
    ]
    return settle([jar, *letter, *holes])


def upright(x: float, y: float, width: float, height: float, colour: Colour) -> Mesh:
    """Return a mark on the front of a shaker, centred at (x, y)."""

    def front(level: float) -> float:
        return -0.0785 + 0.09 * level

    w, h = width / 2, height / 2
    corners = [(x - w, y - h, front(y - h)), (x - w, y + h, front(y + h))]
    corners += [(x + w, y + h, front(y + h)), (x + w, y - h, front(y - h))]
    return patch(corners, colour, (0, 0, -1))


# Pepper: body, edge of the body, top, dots.
PEPPERS: Sequence[tuple[Colour, Colour, Colour, Colour]] = (
    ((0.12, 0.11, 0.12), (0.30, 0.28, 0.28), (0.95, 0.95, 0.97), WHITE),
    ((0.30, 0.12, 0.06), (0.48, 0.24, 0.12), (0.98, 0.92, 0.70), (1.0, 0.9, 0.7)),
    ((0.10, 0.16, 0.26), (0.22, 0.32, 0.46), (0.85, 0.95, 1.0), (0.8, 0.92, 1.0)),
)


def pepper_shaker(variant: int) -> Mesh:
    """Return a pepper shaker: a square, dark, waisted tower with a light knob on top."""
    body, edge, top, dots = PEPPERS[variant]
    tower = loft(
        [
            ring(4, 0.105, 0),
            ring(4, 0.105, 0.03),
            ring(4, 0.06, 0.15),
            ring(4, 0.078, 0.16),
            ring(4, 0.078, 0.185),
            ring(4, 0.03, 0.215),
        ],
        [edge, edge, body, top, top, top, top],
    )
    marks = []
    for x, y in ((-0.027, 0.055), (0.027, 0.055), (0.0, 0.088), (0.0, 0.03), (0.0, 0.125)):
        # The front face leans back.
        bottom, top_edge = (-0.0775 + 0.265 * (level - 0.03) for level in (y - 0.011, y + 0.011))
        corners = [(x - 0.012, y - 0.011, bottom), (x - 0.012, y + 0.011, top_edge)]
        corners += [(x + 0.012, y + 0.011, top_edge), (x + 0.012, y - 0.011, bottom)]
        marks.append(patch(corners, dots, (0, 0, -1)))
    return settle([tower, *marks])


THINGS: Mapping[str, Callable[[int], Mesh]] = {
    "Bowl": bowl,
    "Cup": cup,
    "Mug": mug,
    "PepperShaker": pepper_shaker,
    "Plate": plate,
    "SaltShaker": salt_shaker,
}
