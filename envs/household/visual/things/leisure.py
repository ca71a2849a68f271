"""Small things to play, dress, garden and rest with."""

import math
from collections.abc import Mapping

import numpy as np

from crossworld.envs.core.raster.mesh import Mesh, merge
from crossworld.envs.core.raster.shapes import lathe, sphere, tube
from crossworld.envs.household.visual.things.forms import (
    BLACK,
    PAPER,
    Colour,
    Maker,
    bar,
    block,
    ellipse,
    patch,
    put,
    ring,
    slab,
    variants,
)

BATS = ("d8a058 2a1a12", "e8cc88 1c2c58", "d87848 1c1c20")
RACKETS = ("c02020 1c1c20", "2060b8 241c18", "3c2c74 282020")


def baseball_bat(wood: Colour, grip: Colour) -> Mesh:
    """Return an upright bat, its thick end up, 26 high."""
    return merge(
        [
            lathe([(1.1, 7), (3.8, 20), (3.5, 25), (0, 26)], 6, wood),
            bar((0, 1.4, 0), (0, 8.4, 0), 1.25, grip, sides=5),
            bar((0, 0, 0), (0, 1.8, 0), 2.4, grip, sides=5),
            bar((0, 20, 0), (0, 22, 0), 4.1, grip, sides=6),
        ]
    )


def _lying_bat(wood: Colour, grip: Colour) -> Mesh:
    bat = put(baseball_bat(wood, grip), (0, 0, -13), pitch=90, scale=(1.1, 1, 1.1))
    bat = put(bat, (0, 3, 0), yaw=42)
    ball = put(sphere(3.2, 6, PAPER), (5.4, 3.2, -5.4))
    return merge([bat, ball])


def _basket_ball(skin: Colour, seam: Colour) -> Mesh:
    """Return a ball of radius 10 with broad seams, turned so that they meet in front."""
    longitudes = [10.0, 45.0, 80.0]
    turns = [quarter + turn for quarter in (0, 90, 180, 270) for turn in longitudes]
    heights = [-50.0, -10.0, 10.0, 50.0]
    vertices = [(0.0, -10.0, 0.0), (0.0, 10.0, 0.0)]
    for latitude in map(math.radians, heights):
        for turn in map(math.radians, turns):
            out = 10 * math.cos(latitude)
            vertices.append((out * math.cos(turn), 10 * math.sin(latitude), out * math.sin(turn)))
    faces, colours = [], []
    count = len(turns)
    for k in range(count):
        after = (k + 1) % count
        side = seam if k % 3 == 2 else skin
        faces += [(0, 2 + k, 2 + after), (1, 2 + 3 * count + after, 2 + 3 * count + k)]
        colours += [side, side]
        for band, colour in enumerate((side, seam, side)):
            low, high = 2 + band * count, 2 + (band + 1) * count
            faces += [(low + k, high + k, high + after), (low + k, high + after, low + after)]
            colours += [colour, colour]
    ball = Mesh(
        np.array(vertices, np.float32), np.array(faces, np.int32), np.array(colours, np.float32)
    )
    return put(ball, pitch=38, roll=20)


_BOOT = [(-8, 0), (8, 0), (8, 15), (0.5, 15), (0, 7), (-6, 6), (-8.4, 3.6)]


def _boots(leather: Colour, cuff: Colour) -> Mesh:
    """Return a pair of boots, toes to the left and to the viewer, 16 high."""
    boot = merge(
        [
            put(slab(_BOOT, 6.5, leather), (0, 2, -3.25)),
            block((17.6, 2.4, 7.4), (-0.2, 1.2, 0), BLACK),
            block((9, 3, 7.8), (4.2, 15.8, 0), cuff),
            put(patch(0, 0, 6.4, 5.2, BLACK), (4.2, 17.3, 0), pitch=90),
        ]
    )
    return put(merge([put(boot, (0, 0, -5)), put(boot, (3, 0, 5))]), yaw=-28)


def _box(card: Colour, inside: Colour, tape: Colour) -> Mesh:
    w, h, d = 12.0, 10.0, 12.0
    low = block((w, 1, d), (0, 0.5, 0), card)
    walls = [
        block((w, h, 1), (0, h / 2, -d / 2), card),
        block((w, h, 1), (0, h / 2, d / 2), card),
        block((1, h, d), (-w / 2, h / 2, 0), card),
        block((1, h, d), (w / 2, h / 2, 0), card),
    ]
    lining = [
        put(patch(0, 0, w - 1, h, inside), (0, h / 2 + 0.05, d / 2 - 0.5)),
        put(patch(0, 0, d - 1, h, inside), (w / 2 - 0.5, h / 2 + 0.05, 0), yaw=90),
        put(patch(0, 0, d - 1, h, inside), (-w / 2 + 0.5, h / 2 + 0.05, 0), yaw=-90),
        put(patch(0, 0, w, d, inside), (0, 1.2, 0), pitch=90),
    ]
    flap = put(block((w, 5.5, 0.9), (0, 2.75, 0), card), pitch=-62)
    flaps = [
        put(flap, (0, h - 0.4, -d / 2)),
        put(flap, (-w / 2, h - 0.4, 0), yaw=90),
        put(flap, (w / 2, h - 0.4, 0), yaw=-90),
        put(flap, (0, h - 0.4, d / 2), yaw=180),
    ]
    return merge(
        [low, *walls, *lining, *flaps, put(patch(0, 4.5, 3, 9, tape), (0, 0, -d / 2 - 0.5))]
    )


def _pillow(plain: Colour, stripe: Colour) -> Mesh:
    across, along = 6, 4
    vertices: list[tuple[float, float, float]] = []
    for face in (-1.0, 1.0):
        for i in range(along + 1):
            for j in range(across + 1):
                u, v = 2 * j / across - 1, 2 * i / along - 1
                swell = (1 - u**2) * (1 - v**2)
                x = 10 * u * (1 - 0.14 * (1 - v**2) * u**2)
                y = 8 * v * (1 - 0.14 * (1 - u**2) * v**2)
                vertices.append((x, y, face * 5 * swell**0.6))
    faces, colours = [], []
    size = (along + 1) * (across + 1)
    for i in range(along):
        for j in range(across):
            a = i * (across + 1) + j
            b, c, d = a + 1, a + across + 2, a + across + 1
            faces += [(a, d, c), (a, c, b)]
            faces += [(size + a, size + c, size + d), (size + a, size + b, size + c)]
            colours += [stripe if j in (1, 4) else plain] * 4
    cushion = Mesh(
        np.array(vertices, np.float32), np.array(faces, np.int32), np.array(colours, np.float32)
    )
    return put(cushion, pitch=60)


def _teddy_bear(fur: Colour, light: Colour) -> Mesh:
    """Return a sitting bear that shows its soles, 20 high."""
    ear, paw = sphere(2.3, 4, fur), sphere(1, 4, fur)
    return merge(
        [
            put(lathe([(0, 0), (5.8, 4), (4, 9), (0, 11)], 5, fur), (0, 0, 1), yaw=18),
            put(sphere(1, 6, fur), (0, 13, 0), scale=(5.6, 5, 4.8)),
            put(ear, (-4.6, 17.2, 0.4)),
            put(ear, (4.6, 17.2, 0.4)),
            put(sphere(2.7, 4, light), (0, 11.8, -3.8)),
            put(patch(0, 0, 1.8, 1.5, BLACK), (0, 12.6, -6.3), pitch=30),
            put(patch(-2.2, 0, 1.5, 1.8, BLACK), (0, 14.8, -5.0), pitch=25),
            put(patch(2.2, 0, 1.5, 1.8, BLACK), (0, 14.8, -5.0), pitch=25),
            put(paw, (-6, 7, -1), roll=35, scale=(1.9, 4.4, 1.9)),
            put(paw, (6, 7, -1), roll=-35, scale=(1.9, 4.4, 1.9)),
            put(patch(0, 0, 5.4, 5, light), (0, 6.4, -4.6), pitch=14),
            _leg(-4.8, fur, light),
            _leg(4.8, fur, light),
        ]
    )


def _leg(x: float, fur: Colour, light: Colour) -> Mesh:
    leg = bar((0, 2.2, 0), (0, 2.6, -6.5), 2.4, fur, tip=3.2)
    sole = put(patch(0, 0, 3.4, 3.4, light), (0, 2.7, -6.6))
    return put(merge([leg, sole]), (x, 0, -1.2), yaw=-12 if x > 0 else 12)


def tennis_racket(frame: Colour, grip: Colour) -> Mesh:
    """Return an upright racket that faces -z, its head up, 27 high."""
    hoop = ring(ellipse(7.4, 8.4, 8, 22.5), ellipse(5.4, 6.4, 8, 22.5), 2, frame)
    bed = slab(ellipse(5.8, 6.8, 6), 0.6, (0.32, 0.42, 0.36))
    cords = [patch(x, 0, 0.9, 11, PAPER) for x in (-2.6, 0, 2.6)]
    cords += [patch(0, y, 10, 0.9, PAPER) for y in (-3, 0, 3)]
    return merge(
        [
            put(hoop, (0, 18, -1)),
            put(bed, (0, 18, -0.2)),
            put(merge(cords), (0, 18, -0.3)),
            bar((0, 10.6, 0), (0, 7.4, 0), 1.8, frame),
            bar((0, 8, 0), (0, 0, 0), 1.9, grip),
        ]
    )


def _lying_racket(frame: Colour, grip: Colour) -> Mesh:
    return put(tennis_racket(frame, grip), pitch=66, yaw=-40)


def _watering_can(tin: Colour, trim: Colour) -> Mesh:
    """Return a can with its spout to the left, 15 high."""
    return merge(
        [
            put(lathe([(5.6, 0), (5, 10), (4, 10), (4, 9)], 7, tin), (2, 0, 0)),
            put(patch(0, 0, 5.4, 5.4, BLACK), (2, 9.2, 0), pitch=90),
            bar((-1.5, 2, 0), (-9, 11.5, 0), 2.0, tin, tip=1.2),
            bar((-8, 10.4, 0), (-10.6, 13.4, 0), 1.4, trim, tip=3.4, sides=5),
            put(tube(4.4, 1.3, 200, 4, 3, trim), (6.4, 6.4, 0), roll=-95),
        ]
    )


THINGS: Mapping[str, Maker] = {
    "BaseballBat": variants(_lying_bat, *BATS),
    "BasketBall": variants(_basket_ball, "e8781e 1c120c", "d8581c 100c0c", "f09030 301808"),
    "Boots": variants(_boots, "7a4420 e8c890", "2c4838 e8e0d0", "6c1c2c f0b8a8"),
    "Box": variants(_box, "c89a62 5c4024 f0e4c0", "b08450 4a3018 e8e0c8", "dcb480 6a4c2c b03030"),
    "Pillow": variants(_pillow, "f4f4f0 3c64b0", "f0e4c8 b03848", "d8e8e4 2c7464"),
    "TeddyBear": variants(_teddy_bear, "8a5228 ecc890", "5c4034 d8b890", "b88a5c f8e8cc"),
    "TennisRacket": variants(_lying_racket, *RACKETS),
    "WateringCan": variants(_watering_can, "2f8a4c e8d860", "3468b4 e8ecf0", "b83434 f0d0b0"),
}
"""Kind to the function from variant, 0 to 2, to mesh."""
