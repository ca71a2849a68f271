"""What stands or hangs in a room besides its receptacles, at its natural size in metres."""

from collections.abc import Mapping

from crossworld.envs.core.raster.mesh import Mesh, merge
from crossworld.envs.core.raster.shapes import tube
from crossworld.envs.household.visual.things import decor, hangings, leisure
from crossworld.envs.household.visual.things.forms import (
    BLACK,
    DARK,
    Colour,
    Maker,
    as_drawn,
    banded,
    bar,
    block,
    boxed,
    ellipse,
    hung,
    mosaic,
    natural,
    patch,
    put,
    resized,
    ring,
    sectors,
    slab,
    variants,
)


def _chair(wood: Colour, seat: Colour) -> Mesh:
    legs = [
        block((5, 42, 5), (x, 21, z), wood) for x, z in ((-19, -18), (19, -18), (-19, 18), (19, 18))
    ]
    posts = [block((5, 46, 5), (x, 67, 18), wood) for x in (-19, 19)]
    slats = [block((36, 7, 3), (0, y, 18), wood) for y in (60, 73, 86)]
    cushion = put(patch(0, 0, 36, 34, seat), (0, 47.4, -1.5), pitch=90)
    return merge([*legs, *posts, *slats, block((44, 5, 42), (0, 44.5, 0), wood), cushion])


def _footstool(cloth: Colour, band: Colour, wood: Colour) -> Mesh:
    profile = [(19, 22), (22, 25), (22, 30), (21, 35), (14, 38)]
    legs = [
        bar((x, 23, z), (1.5 * x, 0, 1.5 * z), 3, wood, tip=2)
        for x, z in ((-11, -9), (11, -9), (-11, 9), (11, 9))
    ]
    button = put(sectors(4, [band] * 6), (0, 38.4, 0), pitch=90)
    return merge([banded(profile, 10, [band, band, band, cloth, cloth, cloth]), button, *legs])


def _bathtub(enamel: Colour, panel: Colour) -> Mesh:
    """Return a skirt 165 x 55 x 75, open inside."""
    outer = [(-82.5, -30), (-75, -37.5), (75, -37.5), (82.5, -30)]
    inner = [(-80.5, -28), (-73, -35.5), (73, -35.5), (80.5, -28)]
    outer += [(-x, -y) for x, y in outer]
    inner += [(-x, -y) for x, y in inner]
    hoop = ring(outer, inner, 55, enamel)
    board = block((138, 24, 1), (0, 31, -37.6), panel)
    kick = block((148, 9, 1.4), (0, 4.5, -37.6), DARK)
    return merge([put(hoop, pitch=-90), board, kick])


def _hamper_lid(light: Colour, dark: Colour, grip: Colour) -> Mesh:
    weave = mosaic(["d.d.d.d", ".d.d.d.", "d.d.d.d", ".d.d.d.", "d.d.d.d"], {"d": dark}, 43, 39)
    return merge(
        [
            block((47, 6, 43), (0, 3, 0), light),
            put(weave, (0, 6.1, 0), pitch=90),
            put(tube(8, 2.2, 180, 4, 4, grip), (0, 5, 0)),
        ]
    )


def _plunger(rubber: Colour, stick: Colour) -> Mesh:
    cup = banded([(9, 0), (10, 3), (8.4, 8), (3, 12)], 10, [BLACK, BLACK, rubber, rubber, rubber])
    return merge(
        [
            cup,
            bar((0, 11, 0), (0, 48, 0), 2, stick, sides=5),
            bar((0, 44, 0), (0, 52, 0), 2.8, DARK, sides=5),
        ]
    )


def _scrub_brush(bristle: Colour, handle: Colour) -> Mesh:
    tufts = mosaic(["d.d.d.d.d"], {"d": DARK}, 22, 7)
    return merge(
        [
            block((22, 7, 9), (0, 3.5, 0), bristle),
            *(put(tufts, (0, 3.5, z), yaw=yaw) for z, yaw in ((-4.5, 0), (4.5, 180))),
            block((25, 4, 11), (0, 9, 0), handle),
            put(tube(7, 1.6, 180, 5, 4, handle), (0, 10.4, 0)),
        ]
    )


def _stove_knob(body: Colour, mark: Colour) -> Mesh:
    return merge(
        [
            slab(ellipse(4.2, 4.2, 10), 1.5, mark),
            put(slab(ellipse(3.2, 3.2, 8), 2, body), (0, 0, -2)),
            block((2, 5.4, 1.5), (0, 0.6, -2.6), mark),
        ]
    )


def _leaning_bat(wood: Colour, grip: Colour) -> Mesh:
    return put(leisure.baseball_bat(wood, grip), roll=16, pitch=8)


def _leaning_racket(frame: Colour, grip: Colour) -> Mesh:
    return put(leisure.tennis_racket(frame, grip), roll=-14, pitch=14)


FIXTURES: Mapping[str, Maker] = {
    "BaseballBat": variants(_leaning_bat, *leisure.BATS, fit=natural(0.85)),
    "BasketBall": resized(leisure.THINGS["BasketBall"], natural(0.25)),
    "Bathtub": variants(
        _bathtub, "f8f8f8 b4c4d0", "e8ecec 7c9ca4", "f4e8dc b09880", fit=boxed(1.65, 0.55, 0.75)
    ),
    "Blinds": variants(
        hangings.blinds, "f4f0e4 5c5c58", "c8985c 4c3018", "d0dce8 3c4858", fit=hung(1.0, 1.1)
    ),
    "Boots": resized(leisure.THINGS["Boots"], natural(0.32)),
    "Chair": variants(_chair, "7c4820 ecd49c", "5c2c18 e8b8a0", "44505c c8d8e8", fit=natural(0.9)),
    "Curtains": variants(hangings.curtains, *hangings.CURTAINS, fit=hung(1.4, 1.6)),
    "FloorLamp": variants(decor.floor_lamp, *decor.FLOOR_LAMPS, fit=as_drawn),
    "Footstool": variants(
        _footstool,
        "b83c3c e8d8a8 4c2c18",
        "3c5c8c d8dce4 2c2420",
        "4c7c50 e0e8c8 3c2818",
        fit=natural(0.4),
    ),
    "HousePlant": resized(decor.THINGS["HousePlant"], natural(0.7)),
    "LaundryHamperLid": variants(
        _hamper_lid,
        "e0c48c 8c6430 4c3018",
        "f0f0ec 8c98a8 3c4450",
        "b08050 5c3818 2c1c10",
        fit=boxed(0.47, 0.15, 0.43),
    ),
    "LightSwitch": variants(
        hangings.light_switch,
        "f4f4f0 2c2c30",
        "e8dcc0 5c3c1c",
        "d8dce4 1c3054",
        fit=hung(0.14, 0.18),
    ),
    "Mirror": variants(hangings.mirror, *hangings.MIRRORS, fit=hung(0.7, 0.9)),
    "Painting": variants(
        hangings.painting,
        "c89828 88c4f0 3c8434",
        "4c2c14 f4b070 285c8c",
        "1c1c20 c0d4e8 b89848",
        fit=hung(0.95, 0.7),
    ),
    "Plunger": variants(
        _plunger, "b82c20 e0b878", "2c2c30 d8a050", "9c3c14 e8e0d0", fit=natural(0.52)
    ),
    "Poster": variants(
        hangings.poster,
        "f4e8c0 b81c1c 202024",
        "f8f8f4 1c3c90 202848",
        "f4d040 3c1c5c 2c1c10",
        fit=hung(0.6, 0.85),
    ),
    "ScrubBrush": variants(
        _scrub_brush, "f8f8f4 2c68b0", "f0ecd8 2c7c44", "e8e8ec 9c2c34", fit=natural(0.2)
    ),
    "ShowerDoor": variants(
        hangings.shower_door, "50545c e8ecf0", "6c4c18 f0e4c0", "1c3848 d0e4f0", fit=hung(0.8, 1.9)
    ),
    "ShowerGlass": variants(hangings.shower_glass, *hangings.SHOWER_GLASSES, fit=hung(1.0, 1.9)),
    "Sink": variants(decor.tap, *decor.TAPS, fit=as_drawn),
    "StoveKnob": variants(
        _stove_knob, "1c1c20 f0f0f0", "24304c d8e4f0", "3c2018 f0dcb0", fit=as_drawn
    ),
    "TeddyBear": resized(leisure.THINGS["TeddyBear"], natural(0.42)),
    "Television": resized(decor.THINGS["Television"], natural(0.96)),
    "TennisRacket": variants(_leaning_racket, *leisure.RACKETS, fit=natural(0.7)),
    "WateringCan": resized(leisure.THINGS["WateringCan"], natural(0.34)),
    "Window": variants(hangings.window, *hangings.WINDOWS, fit=hung(1.2, 1.2, 0.12)),
}
"""Kind to the function from variant, 0 to 2, to mesh.

What hangs on a wall has its origin in its middle and its back at z = 0.02; what stands has it at
the middle of its foot. All face -z. A stove knob has its origin in its middle.
"""
