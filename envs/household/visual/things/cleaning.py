"""Paper, soap and brushes."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from crossworld.envs.core.raster.mesh import Mesh, pose
from crossworld.envs.core.raster.shapes import box
from crossworld.envs.household.visual.things.craft import (
    WHITE,
    Colour,
    loft,
    patch,
    ring,
    rod,
    settle,
)

# Paper towel: paper, print, stand.
PAPERS: Sequence[tuple[Colour, Colour, Colour]] = (
    ((1.00, 1.00, 1.00), (0.35, 0.55, 0.90), (0.32, 0.18, 0.08)),
    ((1.00, 0.98, 0.94), (0.85, 0.45, 0.45), (0.16, 0.16, 0.18)),
    ((0.96, 1.00, 0.98), (0.35, 0.65, 0.45), (0.42, 0.44, 0.48)),
)


def paper_towel_roll(variant: int) -> Mesh:
    """Return a kitchen roll: tall, upright on a dark stand whose post sticks out, a loose sheet."""
    paper, ink, stand = PAPERS[variant]
    foot = loft([ring(8, 0.084, 0), ring(8, 0.084, 0.022)], [stand] * 3)
    roll = loft(
        [ring(8, 0.07, 0.022), ring(8, 0.07, 0.195), ring(8, 0.032, 0.195)],
        [paper, paper, paper, stand],
    )
    post = box((0.03, 0.045, 0.03), stand).moved(pose((0, 0.217, 0)))
    marks = []
    for y in (0.055, 0.11, 0.165):
        for x, z in ((-0.048, -0.05), (0.0, -0.0675), (0.048, -0.05)):
            turn = x / 0.048 * 45
            spot = [(-0.012, y, 0), (0, y + 0.014, 0), (0.012, y, 0), (0, y - 0.014, 0)]
            marks.append(patch(spot, ink, (0, 0, -1)).moved(pose((x, 0, z), yaw=-turn)))
    return settle([foot, roll, post, *marks])


# Toilet paper: paper, core, print.
TOILET_PAPERS: Sequence[tuple[Colour, Colour, Colour]] = (
    ((1.00, 1.00, 1.00), (0.20, 0.13, 0.08), (0.50, 0.60, 0.78)),
    ((1.00, 0.92, 0.90), (0.24, 0.12, 0.08), (0.78, 0.48, 0.52)),
    ((0.95, 0.97, 0.90), (0.16, 0.14, 0.10), (0.52, 0.60, 0.36)),
)


def toilet_paper(variant: int) -> Mesh:
    """Return a toilet roll: it lies with its dark hole to the front, a sheet hanging down."""
    paper, core, ink = TOILET_PAPERS[variant]
    roll = loft(
        [
            ring(10, 0.085, 0),
            ring(10, 0.085, 0.12),
            ring(10, 0.071, 0.12),
            ring(10, 0.036, 0.12),
            ring(10, 0.03, 0.09),
        ],
        [paper, [paper, ink], ink, paper, core, core],
    )
    sheet = box((0.02, 0.1, 0.12), ink).moved(pose((0.092, -0.035, 0.06)))
    # The end of the roll becomes its front, turned up a little so that it is seen from above.
    lying = roll.moved(pose(pitch=-90)).moved(pose((0, 0, 0.12)))
    return settle([lying, sheet], pitch=28)


# Soap bar: soap, its groove, dish.
BARS: Sequence[tuple[Colour, Colour, Colour]] = (
    ((1.00, 0.72, 0.78), (0.80, 0.38, 0.48), (0.20, 0.30, 0.42)),
    ((0.96, 0.96, 0.86), (0.60, 0.60, 0.48), (0.14, 0.36, 0.32)),
    ((0.75, 0.92, 0.75), (0.36, 0.58, 0.40), (0.34, 0.18, 0.14)),
)


def soap_bar(variant: int) -> Mesh:
    """Return a bar of soap: a light oval with a groove, on a dark dish, foam on one end."""
    soap, groove, dish = BARS[variant]
    tray = loft(
        [ring(8, 0.085, 0, 0.055), ring(8, 0.103, 0.036, 0.078), ring(8, 0.09, 0.022, 0.062)],
        [dish, dish, dish, dish],
    )
    bar = loft(
        [
            ring(6, 0.07, 0.022, 0.045),
            ring(6, 0.088, 0.055, 0.058),
            ring(6, 0.072, 0.095, 0.044),
            ring(6, 0.042, 0.094, 0.02),
        ],
        [soap, soap, soap, soap, groove],
    )
    foam = [
        loft([ring(4, 0, y - r), ring(4, r, y), ring(4, 0, y + r)], [WHITE] * 4).moved(
            pose((x, 0, z))
        )
        for x, y, z, r in ((0.07, 0.09, -0.03, 0.026), (0.045, 0.105, 0.0, 0.02))
    ]
    return settle([tray, bar, *foam])


# Tissue box: walls, pattern, mouth.
TISSUES: Sequence[tuple[Colour, Colour, Colour]] = (
    ((0.25, 0.50, 0.80), (0.75, 0.88, 1.00), (0.08, 0.14, 0.28)),
    ((0.82, 0.40, 0.52), (1.00, 0.82, 0.86), (0.28, 0.06, 0.12)),
    ((0.30, 0.58, 0.42), (0.84, 0.96, 0.80), (0.06, 0.20, 0.12)),
)


def tissue_box(variant: int) -> Mesh:
    """Return a box of tissues: a patterned block, a white tissue rising from a dark mouth."""
    wall, pattern, mouth = TISSUES[variant]
    carton = box((0.2, 0.1, 0.15), wall).moved(pose((0, 0.05, 0)))
    slot = patch([(x, 0.103, z) for x, _, z in ring(8, 0.075, 0, 0.048)], mouth)
    tissue = loft(
        [
            np.array(
                [(-0.04, 0.09, -0.005), (0.0, 0.09, -0.025), (0.04, 0.09, 0.0), (0, 0.09, 0.02)]
            ),
            np.array(
                [(-0.07, 0.185, 0.0), (-0.01, 0.165, -0.04), (0.06, 0.235, 0.0), (0, 0.18, 0.03)]
            ),
        ],
        [WHITE, [WHITE, (0.86, 0.88, 0.92)], WHITE],
    )
    marks = [
        patch(
            [
                (x - 0.024, 0.05, -0.078),
                (x, 0.085, -0.078),
                (x + 0.024, 0.05, -0.078),
                (x, 0.015, -0.078),
            ],
            pattern,
            (0, 0, -1),
        )
        for x in (-0.066, 0.0, 0.066)
    ]
    return settle([carton, slot, tissue, *marks])


# Plunger: rubber, rim, stick.
PLUNGERS: Sequence[tuple[Colour, Colour, Colour]] = (
    ((0.78, 0.16, 0.10), (0.42, 0.06, 0.04), (0.95, 0.78, 0.48)),
    ((0.14, 0.14, 0.16), (0.06, 0.06, 0.07), (0.90, 0.70, 0.42)),
    ((0.18, 0.34, 0.58), (0.08, 0.16, 0.32), (0.95, 0.95, 0.92)),
)


def plunger(variant: int) -> Mesh:
    """Return a plunger: a wide dark rubber bell, a tall light stick."""
    rubber, rim, stick = PLUNGERS[variant]
    bell = loft(
        [
            ring(8, 0.09, 0),
            ring(8, 0.093, 0.025),
            ring(8, 0.075, 0.05),
            ring(8, 0.03, 0.07),
        ],
        [rim, rim, rubber, rubber, rubber],
    )
    pole = loft(
        [ring(6, 0.022, 0.065), ring(6, 0.022, 0.225), ring(6, 0.014, 0.24)],
        [stick, stick, stick, stick],
    )
    return settle([bell, pole])


# Scrub brush: wood, bristles bright and dark.
BRUSHES: Sequence[tuple[Colour, Colour, Colour]] = (
    ((0.80, 0.52, 0.24), (1.00, 0.95, 0.80), (0.30, 0.22, 0.14)),
    ((0.20, 0.45, 0.75), (1.00, 1.00, 1.00), (0.12, 0.16, 0.24)),
    ((0.30, 0.62, 0.38), (0.98, 0.98, 0.80), (0.16, 0.22, 0.10)),
)


def scrub_brush(variant: int) -> Mesh:
    """Return a scrubbing brush: a block with a bow of a handle on a comb of splayed bristles."""
    wood, bright, dark = BRUSHES[variant]
    parts = [
        box((0.17, 0.03, 0.09), wood).moved(pose((0, 0.087, 0))),
        rod([(-0.072, 0.09, 0), (-0.06, 0.19, 0), (0.06, 0.19, 0), (0.072, 0.09, 0)], 0.017, dark),
    ]
    for k in range(5):
        x = -0.08 + 0.04 * k
        low, high = (x * 1.12, 0.0), (x * 0.92, 0.075)
        tuft = [
            np.array([(cx - w, y, -d), (cx + w, y, -d), (cx + w, y, d), (cx - w, y, d)])
            for (cx, y), w, d in ((low, 0.0205, 0.062), (high, 0.0165, 0.045))
        ]
        parts.append(loft(tuft, [dark, bright if k % 2 == 0 else dark, dark]))
    return settle(parts)


THINGS: Mapping[str, Callable[[int], Mesh]] = {
    "PaperTowelRoll": paper_towel_roll,
    "Plunger": plunger,
    "ScrubBrush": scrub_brush,
    "SoapBar": soap_bar,
    "TissueBox": tissue_box,
    "ToiletPaper": toilet_paper,
}
