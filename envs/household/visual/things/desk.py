"""Small things of desks and pockets: what is read, written with, worn, or switched."""

from collections.abc import Mapping

import numpy as np

from crossworld.envs.core.raster.mesh import Mesh, merge
from crossworld.envs.core.raster.shapes import lathe, tube
from crossworld.envs.household.visual.things.forms import (
    BLACK,
    DARK,
    GREY,
    PAPER,
    SILVER,
    Colour,
    Maker,
    bar,
    block,
    ellipse,
    mosaic,
    patch,
    propped,
    put,
    ring,
    sectors,
    slab,
    variants,
)


def _alarm_clock(case: Colour, bells: Colour) -> Mesh:
    bell = lathe([(3.8, 0), (3.0, 2.2), (0, 3.4)], 5, bells)
    face = [
        slab(ellipse(8, 8, 10), 4, case),
        sectors(6.3, [PAPER] * 10),
        *(put(patch(x, y, 1.5, 1.5, DARK), (0, 0, -0.15)) for x, y in ((-5, 0), (0, -5))),
        put(patch(0, 2, 1.5, 4.6, BLACK), (0, 0, -0.15)),
        put(patch(1.7, 0, 3.8, 1.5, BLACK), (0, 0, -0.15)),
    ]
    return merge(
        [
            put(merge(face), (0, 9.5, -2), pitch=15),
            put(bell, (-5.6, 16.3, 2.5), roll=38),
            put(bell, (5.6, 16.3, 2.5), roll=-38),
            bar((-4, 4, 0), (-7, 0, 0), 1.3, bells),
            bar((4, 4, 0), (7, 0, 0), 1.3, bells),
        ]
    )


_TITLE = ["......", ".tttt.", ".tttt.", "......", "..tt..", "......"]


def _book(cover: Colour, title: Colour) -> Mesh:
    thick = 9.0
    parts = [
        block((15, 18, 1.5), (0, 0, 0.75), cover),
        block((15, 18, 1.5), (0, 0, thick - 0.75), cover),
        block((1.5, 18, thick), (-6.8, 0, thick / 2), cover),
        block((13.4, 16.6, thick - 3), (0.2, 0, thick / 2), PAPER),
        mosaic(_TITLE, {"t": title}, 15, 18),
    ]
    return put(propped(merge(parts), 4, DARK), yaw=25)


def _cd(disc: Colour, wedge: Colour) -> Mesh:
    rainbow: list[Colour] = [wedge, (1.0, 0.95, 0.4), (0.2, 0.55, 0.3)]
    half = [disc, PAPER, *rainbow, PAPER, disc]
    parts = [
        slab(ellipse(9.5, 9.5, 14, start=90), 2, GREY),
        sectors(9.5, half + half, inner=3.2),
        sectors(3.2, [DARK] * 8, inner=1.4),
        sectors(1.4, [PAPER] * 5),
    ]
    return propped(merge(parts), 42, DARK)


_PHONE = [
    "#########",
    "#sssssss#",
    "#saasbbs#",
    "#saasbbs#",
    "#sssssss#",
    "#sccsaas#",
    "#sccsaas#",
    "#sssssss#",
    "#sssssss#",
    "###www###",
    "#########",
]


def _cell_phone(rim: Colour, screen: Colour, one: Colour, two: Colour) -> Mesh:
    palette = {"s": screen, "a": one, "b": two, "c": DARK, "w": SILVER}
    parts = [block((11.5, 19, 2.2), (0, 0, 1.1), rim), mosaic(_PHONE, palette, 11.5, 19)]
    return propped(merge(parts), 38, DARK)


_CARD = [
    "..............",
    "kkkkkkkkkkkkkk",
    "kkkkkkkkkkkkkk",
    "..............",
    ".ggg..........",
    ".ggg..........",
    "..............",
    ".ww.ww.ww.ww..",
    "..............",
]


def _credit_card(card: Colour, chip: Colour) -> Mesh:
    palette = {"k": BLACK, "g": chip, "w": PAPER}
    parts = [block((20, 13, 2), (0, 0, 1), card), mosaic(_CARD, palette, 20, 13)]
    return propped(merge(parts), 55, DARK)


_KEY = [(-1.5, -12), (-1.5, 1), (1.5, 1), (1.5, -6.5), (4.4, -6.5), (4.4, -12)]


def _key(metal: Colour) -> Mesh:
    bow = slab(ellipse(4, 3.6, 6), 2, metal)
    return merge([slab(_KEY, 2, metal), put(bow, (0, 3, 0)), patch(0, 3.6, 2.4, 2.2, BLACK)])


def _key_chain(one: Colour, two: Colour, hoop: Colour) -> Mesh:
    parts = [
        put(tube(5, 1.3, 360, 6, 3, hoop), (0, 8.5, 0.6)),
        put(_key(one), (-4.4, 0, -0.6), roll=-24),
        put(_key(two), (4.4, 0, -0.6), roll=24),
    ]
    return put(merge(parts), pitch=55)


_SCREEN = [
    "##########",
    "#ssssssss#",
    "#swwwwsss#",
    "#swwwwsss#",
    "#sssssdds#",
    "#ssssssss#",
    "##########",
]
_KEYS = [
    "............",
    ".kk.kk.kk.k.",
    "............",
    ".k.kk.kk.kk.",
    "............",
    "....tttt....",
    "....tttt....",
    "............",
]


def _laptop(case: Colour, screen: Colour) -> Mesh:
    lid = merge(
        [
            block((20, 14, 1.6), (0, 0, 0.8), DARK),
            mosaic(_SCREEN, {"s": screen, "w": PAPER, "d": DARK}, 20, 14),
        ]
    )
    keys = mosaic(_KEYS, {"k": BLACK, "t": GREY}, 20, 13)
    return merge(
        [
            block((20, 2, 13), (0, 1, 0), case),
            put(keys, (0, 2, 0), pitch=90),
            put(lid, (0, 8.4, 7.8), pitch=18),
        ]
    )


_NEWS = [
    "............",
    ".kkkkkkkkkk.",
    ".kkkkkkkkkk.",
    "............",
    ".ppppp.gggg.",
    ".ppppp......",
    ".ppppp.gggg.",
    ".ppppp......",
    ".......gggg.",
    ".ggggg......",
    ".......gggg.",
    "............",
]


def _newspaper(paper: Colour, picture: Colour) -> Mesh:
    inner = (0.6, 0.6, 0.58)
    parts = [
        block((17, 18, 1.2), (0, 0, 0.6), paper),
        block((16.4, 17.6, 0.8), (1, -0.8, 1.6), inner),
        block((17, 18, 1.2), (0.8, -1.2, 2.6), paper),
        mosaic(_NEWS, {"k": BLACK, "p": picture, "g": DARK}, 17, 18),
    ]
    return propped(merge(parts), 28, GREY)


def _pen(body: Colour, trim: Colour) -> Mesh:
    parts = [
        bar((-7, 2.6, 0), (-13, 2.6, 0), 2.2, trim, tip=0.5, sides=6),
        bar((-7, 2.6, 0), (2, 2.6, 0), 2.5, body, sides=6),
        bar((2, 2.8, 0), (12, 2.8, 0), 3, body, sides=6),
        bar((1, 2.8, 0), (3, 2.8, 0), 3.3, trim, sides=6),
        bar((12, 2.8, 0), (13.4, 2.8, 0), 2.2, trim, sides=4),
        block((9, 1.4, 2.2), (7.6, 6.2, 0), trim),
    ]
    return put(merge(parts), yaw=-40)


def _pencil(paint: Colour, shade: Colour) -> Mesh:
    shaft = bar((-4, 3, 0), (6.5, 3, 0), 3.2, paint, sides=6)
    stripes = np.array([paint, shade, paint, shade, paint, shade])
    caps = np.array([paint] * 8)
    parts = [
        shaft.coloured(np.concatenate([np.repeat(stripes, 2, axis=0), caps])),
        bar((-4, 3, 0), (-10, 3, 0), 3.2, (0.97, 0.84, 0.64), tip=1.1, sides=6),
        bar((-9.4, 3, 0), (-13.5, 3, 0), 1.6, BLACK, tip=0, sides=6),
        bar((6.5, 3, 0), (9, 3, 0), 3.4, DARK, sides=6),
        bar((9, 3, 0), (13, 3, 0), 3.2, (0.95, 0.5, 0.55), sides=6),
    ]
    return put(merge(parts), yaw=40)


_REMOTE = [
    ".......",
    ".rr.gg.",
    ".......",
    ".b.b.b.",
    ".......",
    ".b.b.b.",
    ".......",
    ".b.b.b.",
    ".......",
    ".b.b.b.",
    ".......",
]


_CASE = [(-4.5, -9), (-3, -11), (3, -11), (4.5, -9), (4.5, 8.5), (2.4, 11), (-2.4, 11), (-4.5, 8.5)]


def _remote_control(body: Colour, button: Colour) -> Mesh:
    palette = {"b": button, "r": (0.9, 0.15, 0.1), "g": (0.3, 0.8, 0.3)}
    parts = [slab(_CASE, 3, body), mosaic(_REMOTE, palette, 8.6, 20)]
    return propped(merge(parts), 33, body)


_STRAP = [(9, 0.5), (9, 9), (6.5, 14), (2.5, 15), (-9, 3), (-9, 0.5), (-7, -0.5)]
_LINING = [(7.2, 2), (7.2, 8.4), (5.6, 12), (3.4, 13), (-6.6, 2.6), (-6.4, 2.2), (-6, 2)]


def _watch(strap: Colour, bezel: Colour) -> Mesh:
    dial = [
        slab(ellipse(5.2, 5.2, 10), 2.5, bezel),
        sectors(4.1, [PAPER] * 10),
        put(patch(0, 1.2, 1.3, 3.2, BLACK), (0, 0, -0.15)),
        put(patch(1.3, 0, 2.6, 1.3, BLACK), (0, 0, -0.15)),
    ]
    band = put(ring(_STRAP, _LINING, 5.6, strap), (2.8, 0, 0), yaw=-90)
    return merge([band, put(merge(dial), (0, 10.4, -4.6), pitch=46)])


THINGS: Mapping[str, Maker] = {
    "AlarmClock": variants(_alarm_clock, "b01c1c f0d060", "145c68 f0f0f0", "3c2c6c e8e0b0"),
    "Book": variants(_book, "b02020 fcf0c0", "1c4c9c fcfcfc", "1d6c3c f8f0c0"),
    "CD": variants(_cd, "c4cad6 b02fb0", "c9c9c0 2858d8", "b8ccd2 d03030"),
    "CellPhone": variants(
        _cell_phone,
        "101014 d8f0ff e04030 2f80e0",
        "1c2440 f4f4ff 20a050 e07020",
        "40101c e0fff0 8030c0 e03050",
    ),
    "CreditCard": variants(_credit_card, "2860c0 f8e070", "1c8468 fff4c0", "c03048 f6e080"),
    "KeyChain": variants(
        _key_chain, "f0b820 e4e8f0 20242c", "e4e8f0 e8c050 6c1418", "f0d048 b0d8e8 1c2c5c"
    ),
    "Laptop": variants(_laptop, "c8ccd2 78c4ff", "e8e8ec 78e8c8", "c8c0b4 c8b0ff"),
    "Newspaper": variants(_newspaper, "f4f4ee 707478", "f6dcc4 6c5c58", "e2e4e8 4c6080"),
    "Pen": variants(_pen, "14205c e8ecf2", "16161a e8c860", "70101c f0f0f0"),
    "Pencil": variants(_pencil, "f8c820 d89a10", "f08a20 c46010", "58b848 38902c"),
    "RemoteControl": variants(_remote_control, "1a1a1e f0f0f0", "34343c e8e0b0", "22283c d8e8ff"),
    "Watch": variants(_watch, "6a3a1c f0c850", "1c1c20 d8dce2", "1f4a7c f0d080"),
}
"""Kind to the function from variant, 0 to 2, to mesh."""
