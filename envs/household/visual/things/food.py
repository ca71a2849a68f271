"""Food, whole and sliced."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from crossworld.envs.core.raster.mesh import Mesh, pose
from crossworld.envs.household.visual.things.craft import (
    WHITE,
    Colour,
    Points,
    cutout,
    loft,
    patch,
    ring,
    rod,
    settle,
)

STEM: Colour = (0.22, 0.12, 0.05)
FLESH: Colour = (1.0, 0.96, 0.76)
FLESH_DARK: Colour = (0.40, 0.26, 0.10)


def shade(colour: Colour, factor: float) -> Colour:
    """Return a darker colour, or a lighter one (factor above 1, cut at white)."""
    r, g, b = (min(part * factor, 1.0) for part in colour)
    return r, g, b


# Apple: skin, leaf, height as a factor.
APPLES: Sequence[tuple[Colour, Colour, float]] = (
    ((0.80, 0.06, 0.08), (0.30, 0.75, 0.15), 1.0),
    ((0.55, 0.78, 0.12), (0.12, 0.42, 0.10), 1.06),
    ((0.93, 0.60, 0.12), (0.25, 0.60, 0.12), 0.95),
)


def apple(variant: int) -> Mesh:
    """Return an apple: a high shoulder with a shine, a dip with a stem, a leaf."""
    skin, leaf, tall = APPLES[variant]
    dark, shine = shade(skin, 0.45), (1.0, 0.93, 0.85)
    body = loft(
        [
            ring(8, 0.045, 0),
            ring(8, 0.088, 0.055 * tall),
            ring(8, 0.094, 0.105 * tall),
            ring(8, 0.062, 0.152 * tall),
            ring(8, 0, 0.118 * tall),
        ],
        [dark, dark, skin, [skin] * 7 + [shine], dark, dark],
    )
    top = 0.152 * tall
    stem = rod([(0, 0.12 * tall, 0), (-0.012, top + 0.06, 0)], 0.014, STEM)
    blade = loft(
        [
            np.array([(0.0, top + 0.03, -0.01), (0, top + 0.01, -0.01), (0, top + 0.02, 0.01)]),
            np.array(
                [(0.05, top + 0.055, 0.0), (0.055, top + 0.015, -0.03), (0.05, top + 0.03, 0.03)]
            ),
            np.array([(0.1, top + 0.045, -0.01)] * 3),
        ],
        [leaf] * 4,
    )
    return settle([body, stem, blade])


# Tomato: skin, star, height as a factor.
TOMATOES: Sequence[tuple[Colour, Colour, float]] = (
    ((0.90, 0.14, 0.08), (0.55, 0.90, 0.25), 1.0),
    ((0.92, 0.36, 0.06), (0.80, 0.96, 0.42), 1.1),
    ((0.72, 0.08, 0.14), (0.62, 0.88, 0.35), 0.95),
)


def tomato(variant: int) -> Mesh:
    """Return a tomato: flat and ribbed, with a dark five-pointed star on top."""
    skin, star, tall = TOMATOES[variant]
    groove = shade(skin, 0.62)
    ribs = np.where(np.arange(10) % 2, 0.9, 1.0)[:, None]
    rings = [
        ring(10, 0.055, 0),
        ring(10, 0.1, 0.05 * tall) * (ribs * (1, 0, 1) + (0, 1, 0)),
        ring(10, 0.082, 0.098 * tall) * (ribs * (1, 0, 1) + (0, 1, 0)),
        ring(10, 0, 0.112 * tall),
    ]
    body = loft(rings, [groove, [skin, groove], [skin, groove], skin, skin])
    turns = np.arange(10) * np.pi / 5 - np.pi / 2
    reach = np.where(np.arange(10) % 2, 0.028, 0.088)
    points = [(r * np.cos(a), r * np.sin(a)) for r, a in zip(reach, turns, strict=True)]
    calyx = cutout(points, 0.012, star, star).moved(pose((0, 0.103 * tall, 0)))
    stem = rod([(0, 0.11 * tall, 0), (0.015, 0.11 * tall + 0.045, 0)], 0.014, star)
    return settle([body, calyx, stem])


# Egg: shell, cup, band of the cup.
EGGS: Sequence[tuple[Colour, Colour, Colour]] = (
    ((1.0, 0.98, 0.93), (0.12, 0.25, 0.60), (0.55, 0.75, 0.95)),
    ((0.97, 0.84, 0.68), (0.55, 0.08, 0.12), (0.95, 0.70, 0.60)),
    ((1.0, 0.92, 0.80), (0.10, 0.34, 0.20), (0.65, 0.90, 0.55)),
)


def egg(variant: int) -> Mesh:
    """Return an egg in an egg cup: a light pointed dome on a dark goblet."""
    shell, cup, band = EGGS[variant]
    goblet = loft(
        [
            ring(6, 0.07, 0),
            ring(6, 0.03, 0.03),
            ring(6, 0.03, 0.055),
            ring(6, 0.088, 0.10),
            ring(6, 0.092, 0.125),
        ],
        [cup, cup, cup, cup, band, cup],
    )
    white = loft(
        [
            ring(8, 0.074, 0.124),
            ring(8, 0.074, 0.155),
            ring(8, 0.052, 0.205),
            ring(8, 0, 0.236),
        ],
        [shell] * 5,
    )
    return settle([goblet, white])


# Lettuce: bright and dark face of a leaf, heart.
LETTUCES: Sequence[tuple[Colour, Colour, Colour]] = (
    ((0.50, 0.85, 0.25), (0.10, 0.40, 0.08), (0.90, 1.00, 0.65)),
    ((0.30, 0.68, 0.22), (0.05, 0.28, 0.10), (0.78, 0.95, 0.50)),
    ((0.72, 0.85, 0.30), (0.36, 0.16, 0.26), (0.95, 1.00, 0.70)),
)


def lettuce(variant: int) -> Mesh:
    """Return a lettuce: two crowns of jagged leaves about a light heart."""
    bright, dark, heart = LETTUCES[variant]
    zigzag = np.arange(14) % 2

    def crown(radius: float, low: float, tips: float, valleys: float) -> Points:
        circle = ring(14, 1, 0)
        circle[:, [0, 2]] *= np.where(zigzag, radius, radius * 0.78)[:, None]
        circle[:, 1] = np.where(zigzag, tips, valleys) + low
        return circle

    leaves = loft(
        [
            ring(14, 0.045, 0),
            crown(0.1, 0, 0.10, 0.05),
            ring(14, 0.045, 0.075),
        ],
        [dark, [bright, dark], [dark, bright], dark],
    )
    inner = loft(
        [ring(8, 0.045, 0.05), ring(8, 0.062, 0.13), ring(8, 0, 0.17)],
        [dark, [bright, dark], [heart, bright], heart],
    )
    return settle([leaves, inner])


# Potato: skin, eyes, squeeze.
POTATOES: Sequence[tuple[Colour, Colour, float]] = (
    ((0.66, 0.46, 0.24), (0.18, 0.09, 0.03), 1.0),
    ((0.80, 0.62, 0.34), (0.26, 0.14, 0.05), 0.9),
    ((0.56, 0.30, 0.24), (0.14, 0.05, 0.05), 1.08),
)


# Sections of the lump: x, radius, height of the middle.
LUMP = (
    (-0.1, 0.03, 0.06),
    (-0.075, 0.055, 0.064),
    (0.0, 0.058, 0.052),
    (0.06, 0.068, 0.066),
    (0.1, 0.03, 0.075),
)


def potato(variant: int) -> Mesh:
    """Return a potato: a lying, lopsided lump with dark eyes."""
    skin, eye, squeeze = POTATOES[variant]
    light = shade(skin, 1.22)
    rings = []
    for x, radius, height in LUMP:
        circle = ring(7, radius, 0)
        upright = np.stack(
            [np.full(7, x), circle[:, 0] + height, circle[:, 2] * squeeze + x * 0.25], axis=1
        )
        rings.append(upright)
    body = loft(rings, [skin, [skin, light], [light, skin], [skin, light], [light, skin], skin])
    eyes = [
        patch(diamond(x, y, z, 0.017), eye, (0, 0.6, -0.8))
        for x, y, z in ((-0.065, 0.105, -0.058), (0.0, 0.078, -0.068), (0.05, 0.125, -0.05))
    ]
    tops = [
        patch([(x - 0.018, 0.137, z), (x, 0.137, z - 0.02), (x + 0.018, 0.137, z)], eye)
        for x, z in ((0.06, 0.03),)
    ]
    return settle([body, *eyes, *tops])


def diamond(x: float, y: float, z: float, size: float) -> list[tuple[float, float, float]]:
    """Return the corners of a rhomb that leans back by 45 degrees."""
    return [
        (x - size, y, z),
        (x, y + size * 0.7, z + size * 0.7),
        (x + size, y, z),
        (x, y - size * 0.7, z - size * 0.7),
    ]


# Bread: crust, scores, length as a factor.
BREADS: Sequence[tuple[Colour, Colour, float]] = (
    ((0.72, 0.42, 0.14), (1.00, 0.88, 0.60), 1.0),
    ((0.55, 0.30, 0.12), (0.95, 0.80, 0.52), 1.0),
    ((0.84, 0.58, 0.24), (1.00, 0.95, 0.75), 0.94),
)

# Half the outline of a slice (z, y): a mushroom.
SLICE = ((0.05, 0.0), (0.05, 0.06), (0.066, 0.09), (0.038, 0.13))


def section(x: float, scale: float = 1.0) -> Points:
    """Return the outline of a loaf at x, which faces left."""
    half = np.array(SLICE) * (scale, scale)
    z = np.concatenate([half[:, 0], -half[::-1, 0]])
    y = np.concatenate([half[:, 1], half[::-1, 1]])
    return np.stack([np.full(len(z), x), y, z], axis=1)


def bread(variant: int) -> Mesh:
    """Return a loaf: long, with a mushroom's outline and light scores across its top."""
    crust, score, length = BREADS[variant]
    dark = shade(crust, 0.6)
    sides = [dark, dark, crust, crust, crust, dark, dark, dark]
    ends = (-0.1 * length, 0.1 * length)
    loaf = loft([section(x) for x in ends], [crust, sides, crust])
    scores = []
    for x in (-0.068, -0.008, 0.052):
        for low, high in (((0.098, -0.063), (0.133, -0.036)), ((0.133, -0.036), (0.133, 0.038))):
            y1, z1 = low
            y2, z2 = high
            s1, s2 = x + z1 * 0.3, x + z2 * 0.3
            corners = [(s1 - 0.012, y1, z1), (s2 - 0.012, y2, z2)]
            corners += [(s2 + 0.012, y2, z2), (s1 + 0.012, y1, z1)]
            scores.append(patch(corners, score))
    return settle([loaf, *scores])


def sliced_bread(variant: int) -> Mesh:
    """Return three slices of bread, one behind the other, crumb to the front."""
    crust, crumb, _ = BREADS[variant]
    slab = loft([section(-0.014), section(0.014)], [crust, shade(crust, 0.75), crust])
    slab = slab.moved(pose(yaw=90))
    face = [(p[2] * 0.8, 0.012 + p[1] * 0.83, -0.017) for p in section(0)]
    one = settle([slab, patch(face, shade(crumb, 1.15), (0, 0, -1))], pitch=25)
    places = ((-0.034, -0.07), (0.0, 0.0), (0.034, 0.07))
    return settle([one.moved(pose((x, 0, z))) for x, z in places])


def sliced_apple(variant: int) -> Mesh:
    """Return half an apple, cut face to the front with a dark core, and a wedge beside it."""
    skin, _, _ = APPLES[variant]
    right = ((0.015, -0.07), (0.055, -0.05), (0.076, 0.0), (0.06, 0.055), (0.025, 0.066))
    outline = [*right, (0.0, 0.05), *((-x, y) for x, y in reversed(right))]
    half = cutout(outline, 0.045, FLESH, shade(skin, 0.8), 0.012)
    core = patch([(-0.03, 0.048, -0.005), (0, 0.048, -0.045), (0, 0.048, 0.03)], STEM)
    other = patch([(0.03, 0.048, -0.005), (0, 0.048, -0.045), (0, 0.048, 0.03)], FLESH_DARK)
    stem = rod([(0, 0.03, 0.045), (-0.012, 0.03, 0.11)], 0.014, STEM)
    lean = settle([half, core, other, stem], pitch=-42)
    flanks = [FLESH, skin, skin, skin]
    wedge = loft(
        [
            np.array([(-0.07, 0.04, 0.0)] * 4),
            np.array(
                [(-0.04, 0, 0.0), (-0.04, 0.05, -0.035), (-0.04, 0.07, 0), (-0.04, 0.02, 0.03)]
            ),
            np.array([(0.04, 0, 0.0), (0.04, 0.05, -0.035), (0.04, 0.07, 0), (0.04, 0.02, 0.03)]),
            np.array([(0.07, 0.04, 0.0)] * 4),
        ],
        [
            skin,
            flanks,
            flanks,
            flanks,
            skin,
        ],
    )
    return settle(
        [lean.moved(pose((-0.015, 0, 0.055))), wedge.moved(pose((0.02, 0, -0.06), yaw=8))]
    )


def sliced_tomato(variant: int) -> Mesh:
    """Return two round slices with dark chambers, one leaning on the other."""
    skin, _, _ = TOMATOES[variant]
    flesh, seeds = (1.0, 0.78, 0.58), shade(skin, 0.5)
    round_ = loft(
        [ring(8, 0.074, 0), ring(8, 0.074, 0.025), ring(8, 0.062, 0.025), ring(8, 0, 0.025)],
        [skin, skin, skin, [flesh, seeds], flesh],
    )
    lying, leaning = pose((-0.026, 0, -0.03)), pose((0.03, 0.065, 0.05), yaw=20, pitch=-55)
    return settle([round_.moved(lying), round_.moved(leaning)])


def sliced_potato(variant: int) -> Mesh:
    """Return three pale oval slices with a dark rim, fanned out like fallen dominoes."""
    skin, _, _ = POTATOES[variant]
    rim = shade(skin, 0.5)
    oval = loft(
        [ring(6, 0.055, 0, 0.085), ring(6, 0.055, 0.025, 0.085), ring(6, 0.043, 0.025, 0.068)],
        [rim, rim, rim, (1.0, 0.93, 0.60)],
    )
    return settle([oval.moved(pose((x, x * 0.1, 0), roll=-24)) for x in (-0.05, 0.0, 0.05)])


def sliced_egg(variant: int) -> Mesh:
    """Return two halves of an egg, tilted to the viewer: white, with a dark yellow yolk."""
    shell, _, _ = EGGS[variant]
    yolk = ((0.93, 0.56, 0.05), (0.98, 0.66, 0.10), (0.86, 0.45, 0.05))[variant]
    half = loft(
        [ring(8, 0.025, 0, 0.04), ring(8, 0.048, 0.04, 0.075), ring(8, 0.027, 0.04, 0.042)],
        [shade(shell, 0.6), shade(shell, 0.6), WHITE, yolk],
    )
    tilted = [half.moved(pose((x, 0, 0), pitch=-25, yaw=x * 200)) for x in (-0.052, 0.052)]
    return settle(tilted)


def sliced_lettuce(variant: int) -> Mesh:
    """Return two halves of a lettuce, cut face to the front: light, with a dark fan of ribs."""
    bright, dark, heart = LETTUCES[variant]
    turns = -np.pi / 2 + np.pi * np.arange(12) / 6
    reach = np.where(np.arange(12) % 2, 0.85, 1.0)
    outline = [
        (0.042 * r * np.cos(a), 0.085 * r * np.sin(a)) for r, a in zip(reach, turns, strict=True)
    ]
    face = cutout(outline, 0.045, bright, dark, 0.01)
    ribs = [
        patch([(0, 0.048, -0.055), (x - 0.009, 0.048, z), (x + 0.009, 0.048, z)], colour)
        for x, z, colour in ((-0.026, 0.015, dark), (0.0, 0.05, heart), (0.026, 0.015, dark))
    ]
    core = patch([(-0.02, 0.05, -0.06), (0, 0.05, -0.025), (0.02, 0.05, -0.06)], WHITE)
    half = settle([face, *ribs, core], pitch=-40)
    return settle([half.moved(pose((x, 0, 0), yaw=x * 200)) for x in (-0.05, 0.05)])


THINGS: Mapping[str, Callable[[int], Mesh]] = {
    "Apple": apple,
    "Bread": bread,
    "Egg": egg,
    "Lettuce": lettuce,
    "Potato": potato,
    "Tomato": tomato,
}

SLICED: Mapping[str, Callable[[int], Mesh]] = {
    "Apple": sliced_apple,
    "Bread": sliced_bread,
    "Egg": sliced_egg,
    "Lettuce": sliced_lettuce,
    "Potato": sliced_potato,
    "Tomato": sliced_tomato,
}
