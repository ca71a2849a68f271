"""What hangs on walls and in windows, drawn flat: each faces -z, its back is closed."""

from collections.abc import Sequence

from crossworld.envs.core.raster.mesh import Mesh, merge
from crossworld.envs.household.visual.things.forms import (
    BLACK,
    DARK,
    PAPER,
    Colour,
    bar,
    block,
    ellipse,
    mosaic,
    patch,
    put,
    sectors,
    sheet,
    slab,
    star,
)

CURTAINS = ("c83848 6c141c e0c060", "3c70b8 14305c e8e8e8", "68a06c 1c4420 d8b878")
MIRRORS = ("a87414 9cc4d8", "5c3018 a8c8cc", "24242c a8bce0")
SHOWER_GLASSES = ("585c64 d0ecf8", "70501c e0f4f0", "1c1c20 c8e4ff")
WINDOWS = ("f8f8f8 68b4f0 2c7428", "f0e4c8 58a8e8 48782c", "d8e8f0 70a8e0 1c5c34")


def _framed(
    rows: list[str], palette: dict[str, Colour], width: float, height: float, frame: Colour
) -> Mesh:
    """Return a picture of that size on a board that is larger all round by a tenth."""
    edge = 0.1 * max(width, height)
    board = block((width + 2 * edge, height + 2 * edge, 2.5), (0, 0, 1.25), frame)
    return merge([board, mosaic(rows, palette, width, height)])


_VIEW = [
    "sssss.sssss",
    "swwss.sssss",
    "swwww.sswws",
    "sssss.sssss",
    "...........",
    "sssss.sslll",
    "lllss.lllll",
    "lllll.lllll",
    "lllll.lllll",
]


def window(frame: Colour, sky: Colour, land: Colour) -> Mesh:
    """Return four panes: sky with clouds, land below, a sill."""
    view = _framed(_VIEW, {"s": sky, "w": PAPER, "l": land}, 19, 18, frame)
    return merge([view, block((27, 2.4, 6), (0, -11.4, -0.5), frame)])


def mirror(frame: Colour, glass: Colour) -> Mesh:
    """Return an oval mirror with bright slanting streaks and a crown."""
    streaks = [
        put(patch(-1.8, 0, 3.2, 13, PAPER), (0, 0, -0.3), roll=-38),
        put(patch(3, 0, 1.6, 11, PAPER), (0, 0, -0.3), roll=-38),
    ]
    oval = slab(ellipse(9.5, 12, 10, 90), 2.5, frame)
    pane = put(sectors(1, [glass] * 10), scale=(6.6, 9.2, 1))
    crown = block((6, 3, 3.5), (0, 11.6, 1.25), frame)
    return merge([oval, pane, *streaks, crown])


_LANDSCAPE = ["ssssssssss", "sssssssyys", "sssssssyys", "ssssssssss", "llllllllll", "llllllllll"]


def painting(frame: Colour, sky: Colour, land: Colour) -> Mesh:
    """Return a landscape with a sun and mountains in a heavy frame."""
    dark = (land[0] * 0.35, land[1] * 0.35, land[2] * 0.35)
    hills = [
        put(sheet([(-9.5, -2.4), (0, -2.4), (-4.6, 4.6)], dark), (0, 0, -0.4)),
        put(sheet([(-3, -2.4), (7.5, -2.4), (2.4, 2.6)], PAPER), (0, 0, -0.6)),
    ]
    palette = {"s": sky, "l": land, "y": (1.0, 0.92, 0.3)}
    return merge([_framed(_LANDSCAPE, palette, 21, 14, frame), *hills])


def poster(paper: Colour, ink: Colour, title: Colour) -> Mesh:
    """Return a bare sheet: a big star over bars of writing, pins in its corners."""
    words = ["tttttttt", "........", ".tttttt."]
    pins = [block((1.4, 1.4, 1), (x, y, -0.5), DARK) for x in (-7, 7) for y in (-10.4, 10.4)]
    return merge(
        [
            block((17, 24, 1.5), (0, 0, 0.75), paper),
            put(star(5, 7.2, 3.2, ink), (0, 3.2, -0.3)),
            put(mosaic(words, {"t": title}, 13, 4.6), (0, -7.4, 0)),
            *pins,
        ]
    )


def blinds(slat: Colour, gap: Colour) -> Mesh:
    """Return level slats below a rail, with a cord."""
    slats = [block((20, 1.5, 1), (0, -k * 2.4, 0), slat) for k in range(8)]
    return merge(
        [
            block((21, 2.2, 3), (0, 2.4, 0), slat),
            block((19, 18.6, 0.6), (0, -7.8, 1), gap),
            *slats,
            bar((7.5, 2, -1.2), (7.5, -14, -1.2), 0.6, DARK),
            block((1.8, 2.4, 1.6), (7.5, -14.6, -1.2), DARK),
        ]
    )


_DRAPE = [(0.6, 10), (11, 10), (11, -11), (3.4, -11), (7, -1.5)]


def curtains(cloth: Colour, fold: Colour, rod: Colour) -> Mesh:
    """Return two gathered curtains that hang from a rod, tied back to the sides."""
    parts = [bar((-13, 10.5, 0), (13, 10.5, 0), 1.2, rod)]
    for side in (-1, 1):
        drape = [(side * x, y) for x, y in _DRAPE]
        parts.append(slab(drape, 1.6, fold))
        for k in range(3):
            a = 0.6 + 3.6 * k
            upper = [(a, 10), (a + 2, 10), (8.2 + a / 4, -1.5), (7 + a / 4, -1.5)]
            b = 3.4 + 2.7 * k
            lower = [(7 + a / 4, -1.5), (8.2 + a / 4, -1.5), (b + 1.5, -11), (b, -11)]
            for strip in (upper, lower):
                # The left curtain is a mirror image, whose corners run the other way.
                points = [(side * x, y) for x, y in strip][::-side]
                parts.append(put(sheet(points, cloth), (0, 0, -0.3)))
        parts.append(put(patch(side * 8.9, -1.5, 4.4, 1.8, rod), (0, 0, -0.6)))
    return merge(parts)


def light_switch(plate: Colour, toggle: Colour) -> Mesh:
    """Return a plate with a rocker and two screws."""
    return merge(
        [
            block((14, 18, 2), (0, 0, 0), toggle),
            block((12, 16, 2), (0, 0, -0.8), plate),
            block((5, 8, 1), (0, 0, -2), toggle),
            block((3.4, 3.4, 3), (0, 1.6, -3), PAPER),
            *(put(patch(0, y, 1.6, 1.6, BLACK), (0, 0, -1.8)) for y in (-6.4, 6.4)),
        ]
    )


def _bars(boxes: Sequence[tuple[float, float, float, float]], colour: Colour) -> list[Mesh]:
    """Return thin boxes from (x0, y0) to (x1, y1)."""
    return [
        block((x1 - x0, y1 - y0, 1), ((x0 + x1) / 2, (y0 + y1) / 2, 0), colour)
        for x0, y0, x1, y1 in boxes
    ]


def shower_glass(frame: Colour, streak: Colour, thick: float = 1.9) -> Mesh:
    """Return a see-through pane: a frame with slanting streaks, as glass is drawn."""
    x, y = 10 - thick, 17 - thick
    outline = [(-10, -17, -x, 17), (x, -17, 10, 17), (-10, y, 10, 17), (-10, -17, 10, -y)]
    streaks = [
        put(block((0.8 * thick, length, 0.8), (0, 0, 0.2), streak), at, roll=-28)
        for length, at in ((9, (-3.6, 8, 0)), (16, (2, 4, 0)), (11, (3.4, -8, 0)))
    ]
    return merge([*_bars(outline, frame), *streaks])


def shower_door(frame: Colour, handle: Colour) -> Mesh:
    """Return a see-through door: two panels, a rail between them, a handle, hinges."""
    outline = [(-9, -19, -7, 19), (7, -19, 9, 19), (-9, 17, 9, 19), (-9, -19, 9, -17)]
    fittings = [(-10.8, 9, -6.8, 13), (-10.8, -13, -6.8, -9), (-9, -1, 9, 1)]
    knob = block((2.2, 10, 2.4), (4.4, 0, -1), handle)
    return merge([*_bars(outline, frame), *_bars(fittings, handle), knob])
