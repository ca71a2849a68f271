"""Small things that decorate or light a room, and small forms of its fixtures."""

from collections.abc import Mapping

from crossworld.envs.core.raster.mesh import Mesh, merge
from crossworld.envs.core.raster.shapes import lathe, sphere, tube
from crossworld.envs.household.visual.things import hangings
from crossworld.envs.household.visual.things.forms import (
    BLACK,
    DARK,
    GREY,
    PAPER,
    Colour,
    Draw,
    Maker,
    as_drawn,
    banded,
    bar,
    block,
    extent,
    mosaic,
    put,
    sectors,
    sheet,
    slab,
    star,
    variants,
)

GLOW = (1.0, 1.0, 0.82)
HOT = (1.0, 0.92, 0.5)
EMBER = (0.85, 0.3, 0.05)
SOIL = (0.2, 0.13, 0.08)
LEAF = (0.15, 0.42, 0.16)


def _candle(wax: Colour, plate: Colour) -> Mesh:
    flame = [(0, -2.6), (1.7, 0.4), (0, 4.6), (-1.7, 0.4)]
    return merge(
        [
            lathe([(5, 0), (7.8, 2.6), (4, 1.8)], 7, plate),
            put(tube(2.8, 1.1, 240, 4, 3, plate), (8.8, 2.8, 0), roll=-120),
            banded([(4, 1), (3.8, 12.4), (4.4, 12.4), (3.6, 14.6)], 5, [wax] * 5),
            lathe([(0, 14.6), (3.4, 18.4), (0, 25)], 5, EMBER),
            put(sheet(flame, GLOW), (0, 18.6, -3.2), pitch=28),
        ]
    )


def _desk_lamp(shade: Colour, metal: Colour, inside: Colour = GREY) -> Mesh:
    hood = banded([(6.2, -3), (1.8, 4.6)], 6, [inside, shade, shade])
    return merge(
        [
            lathe([(5.4, 0), (5, 2), (0, 2.8)], 6, metal),
            bar((0.6, 1.6, 0), (3.4, 11.4, 0), 1.3, metal),
            bar((3.4, 10.6, 0), (-8.4, 18.6, 0), 1.3, metal),
            put(hood, (-9.4, 15.6, -0.6), roll=-24, pitch=-12),
        ]
    )


def _lit_desk_lamp(_shade: Colour, metal: Colour) -> Mesh:
    pool = put(sectors(6, [GLOW] * 6), (-9.4, 0.3, -1), pitch=90)
    return merge([_desk_lamp(HOT, metal, GLOW), put(_shine(9), (-9.4, 15.4, 0)), pool])


def _shine(radius: float) -> Mesh:
    """Return a star of rays with dark edges; it faces the light, so that it is as bright as can be."""
    inner = 0.6 * radius
    edge = put(star(7, 1.14 * radius, 1.12 * inner, EMBER), (0, 0, 0.03 * radius))
    back = edge.flipped().coloured(GLOW)
    return put(merge([star(7, radius, inner, GLOW), edge, back]), pitch=52, yaw=20)


def floor_lamp(shade: Colour, metal: Colour) -> Mesh:
    """Return a lamp on a pole, 160 high."""
    return merge(
        [
            lathe([(19, 0), (17, 5), (0, 8)], 8, metal),
            bar((0, 4, 0), (0, 130, 0), 6, metal),
            lathe([(30, 115), (16, 160), (13, 160), (27, 115)], 8, shade),
        ]
    )


def _lit_floor_lamp(_shade: Colour, metal: Colour) -> Mesh:
    return merge([floor_lamp(HOT, metal), put(_shine(50), (0, 138, 0))])


def _statue(stone: Colour, plinth: Colour) -> Mesh:
    return merge(
        [
            block((11, 2.6, 9), (0, 1.3, 0), plinth),
            block((8, 4, 7), (0, 4.4, 0), plinth),
            lathe([(3.8, 6), (1.7, 13), (3.4, 18.4)], 5, stone),
            put(sphere(2.7, 6, stone), (0, 21.4, -0.6)),
            bar((2.4, 16.6, 0), (6.6, 19, 0), 1.2, stone),
            bar((6.2, 18, 0), (7.8, 25.4, 0), 1.2, stone),
            bar((-1.6, 17, 0), (-7, 11.6, -0.6), 1.2, stone),
        ]
    )


def _vase(glaze: Colour, band: Colour, petal: Colour) -> Mesh:
    flower = merge(
        [
            star(6, 6.2, 3, petal),
            put(sectors(2.4, [(0.45, 0.2, 0.05)] * 6), (0, 0, -0.3)),
            star(6, 6.2, 3, petal).flipped(),
        ]
    )
    profile = [(3.6, 0), (6.6, 4), (6.4, 6.6), (2.2, 10.6), (3.4, 13)]
    colours = [glaze, glaze, band, glaze, band, BLACK]
    return merge(
        [
            banded(profile, 6, colours),
            bar((0, 11, 0), (0, 20, 0.6), 1, LEAF, sides=3),
            put(slab([(0, 0), (5, 1.4), (4, 4.4)], 1, LEAF), (0.2, 14, 0)),
            put(flower, (0, 20.4, -0.6), pitch=38),
        ]
    )


def _house_plant(pot: Colour, rim: Colour, leaf: Colour, shade: Colour) -> Mesh:
    """Return a pot with a fan of broad leaves."""
    profile = [(5, 0), (6.4, 8.6), (7.8, 8.6), (7.8, 12)]
    parts = [banded(profile, 6, [pot, pot, rim, rim, SOIL])]
    blade = [(-0.6, 0), (0.6, 0), (3.4, 6), (0, 13), (-3.4, 6)]
    for yaw, spread, colour in (
        (0, 10, shade),
        (-55, 34, leaf),
        (55, 34, leaf),
        (-100, 62, shade),
        (100, 62, shade),
        (180, 8, leaf),
        (20, 50, shade),
    ):
        front = sheet(blade, colour)
        parts.append(put(merge([front, front.flipped()]), (0, 12, 0), yaw=yaw, pitch=spread))
    return merge(parts)


_TEST_CARD = [
    "wwyyccggmmrrbb",
    "wwyyccggmmrrbb",
    "wwyyccggmmrrbb",
    "kkkkkkwwwwkkkk",
]


def _television(case: Colour, stand: Colour) -> Mesh:
    """Return a set with a test card on its screen and an aerial, 21 wide."""
    palette = {
        "w": PAPER,
        "y": (0.95, 0.9, 0.2),
        "c": (0.3, 0.85, 0.9),
        "g": (0.25, 0.7, 0.25),
        "m": (0.75, 0.2, 0.65),
        "r": (0.75, 0.12, 0.1),
        "b": (0.1, 0.12, 0.55),
        "k": BLACK,
    }
    screen = merge([block((21, 14, 3), (0, 0, 1.5), case), mosaic(_TEST_CARD, palette, 18.4, 11.4)])
    return merge(
        [
            put(screen, (0, 10, -1), pitch=6),
            block((4, 4, 2), (0, 2, 1), stand),
            block((12, 1.6, 7), (0, 0.8, 0.5), stand),
            bar((-0.6, 16.6, 1), (-5.6, 22.6, 1), 0.7, stand),
            bar((0.6, 16.6, 1), (5.6, 22.6, 1), 0.7, stand),
        ]
    )


def tap(metal: Colour, hot: Colour, cold: Colour) -> Mesh:
    """Return a mixer tap, 25 high: its foot at the origin, its spout turned to the front."""
    spout = [
        bar((0, 18, 0.8), (0, 23, -4.6), 1.9, metal),
        bar((0, 22.6, -3.6), (0, 21, -9), 1.9, metal),
        bar((0, 22, -8.8), (0, 16, -9.2), 1.9, metal, tip=2.4),
        bar((0, 16.2, -9.2), (0, 14, -9.2), 2.8, BLACK),
    ]
    parts = [
        bar((0, 0, 0), (0, 19.4, 0), 2.2, metal, tip=1.8),
        put(merge(spout), yaw=-35),
        block((20, 3.4, 3.4), (0, 2.4, 0), DARK),
    ]
    for x, colour in ((-10, hot), (10, cold)):
        parts += [block((6.4, 2.6, 2.6), (x, 5.2, 0), colour)]
        parts += [block((2.6, 2.6, 6.4), (x, 5.2, 0), colour)]
    return merge(parts)


def _bathtub(enamel: Colour, feet: Colour, water: Colour) -> Mesh:
    profile = [(6, 2), (10.4, 9), (8.2, 9), (7.6, 7)]
    tub = banded(profile, 8, [enamel, enamel, enamel, enamel, water])
    return merge(
        [
            put(put(tub, yaw=22.5), scale=(1, 1, 0.62)),
            *(block((1.8, 3.4, 7.4), (x, 1.7, 0), feet) for x in (-5, 5)),
            bar((8.4, 8, 0), (8.4, 14, 0), 1, feet),
            bar((9, 13.4, 0), (4.6, 12.6, 0), 1, feet),
        ]
    )


def _leaning(draw: Draw) -> Draw:
    """Return the draw of a hanging thing as a small one that leans back on furniture."""
    return lambda *colours: put(draw(*colours), pitch=28)


def _footed(draw: Draw) -> Draw:
    """Return the draw of a leaning thing on a foot in its first colour."""

    def drawn(*colours: Colour) -> Mesh:
        mesh = _leaning(draw)(*colours)
        low, high = extent(mesh)
        width, height, _ = (float(v) for v in high - low)
        bottom = mesh.vertices[mesh.vertices[:, 1].argmin()]
        at = (0.0, float(bottom[1]), float(bottom[2]))
        return merge([mesh, block((0.66 * width, 2, 0.27 * height), at, colours[0])])

    return drawn


def _thick_shower_glass(frame: Colour, streak: Colour) -> Mesh:
    return hangings.shower_glass(frame, streak, 2.6)


DESK_LAMPS = ("1c5c34 d8d8dc", "8c1c24 c8b070", "1c2c64 b8bcc4")
FLOOR_LAMPS = ("8c2c24 2c2c30", "1c4870 4c3420", "2c5c38 3c3c44")
TAPS = ("d0d4dc d82020 2050d8", "b8bcc4 e03818 1c6cd0", "e0c888 c81c2c 2848b8")

THINGS: Mapping[str, Maker] = {
    "Bathtub": variants(
        _bathtub, "f6f6f6 a87820 2878b8", "e4ecec 3a3a40 2c8c98", "f4e4d4 7a4a24 3060a8"
    ),
    "Candle": variants(_candle, "f8f4e4 6c4c1c", "f0c8c8 2c2c34", "d8ccf4 40342c"),
    "Curtains": variants(_leaning(hangings.curtains), *hangings.CURTAINS),
    "DeskLamp": variants(_desk_lamp, *DESK_LAMPS),
    "HousePlant": variants(
        _house_plant,
        "b85c34 d87c4c 6cc850 1c5c2c",
        "e8e8ec f8f8f8 58b864 184c2c",
        "5880b8 88b0e0 98cc48 34602c",
    ),
    "Mirror": variants(_footed(hangings.mirror), *hangings.MIRRORS),
    "ShowerGlass": variants(_footed(_thick_shower_glass), *hangings.SHOWER_GLASSES),
    "Sink": variants(tap, *TAPS),
    "Statue": variants(_statue, "e8e6e0 3c3c44", "b8d0c4 4c2c1c", "d8c068 2c3c4c"),
    "Television": variants(_television, "141418 4c4c54", "28282c 6c7078", "3c2414 604028"),
    "Vase": variants(_vase, "2c58a8 f0f0f4 fcfcf8", "a8382c f4d880 fcec70", "1c6454 e8f0d8 fcc8d8"),
    "Window": variants(_footed(hangings.window), *hangings.WINDOWS),
}
"""Kind to the function from variant, 0 to 2, to mesh."""

LIT: Mapping[str, Maker] = {
    "DeskLamp": variants(_lit_desk_lamp, *DESK_LAMPS),
    "FloorLamp": variants(_lit_floor_lamp, *FLOOR_LAMPS, fit=as_drawn),
}
"""The lamps when they shine."""
