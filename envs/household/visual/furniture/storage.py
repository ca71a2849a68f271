"""Furniture that things are kept in: behind doors, in drawers, on shelves, in bins."""

from collections.abc import Callable, Mapping

import numpy as np

from crossworld.envs.core.raster import Mesh, box, cone, cylinder, lathe, merge, pose, tube
from crossworld.envs.household.visual.furniture.model import (
    BOARD,
    Hinge,
    Level,
    Model,
    Slide,
    Stance,
    block,
    carcass,
    cupboard,
    hoop,
    tray,
)

WOOD, DARK_WOOD, PALE = (0.72, 0.53, 0.34), (0.45, 0.31, 0.20), (0.90, 0.86, 0.78)
WHITE, STEEL, GREY, BLACK = (0.93, 0.93, 0.92), (0.74, 0.76, 0.78), (0.5, 0.5, 0.52), (0.12,) * 3
BRASS = (0.80, 0.66, 0.30)

_INTO = Stance(6, 24, 0.85, 1.25)
_DOWN = Stance(48, 66, 0.75, 1.15)


def _cabinet() -> Model:
    w, h, d = 0.56, 0.56, 0.34
    shell = carcass(w, h, d, WOOD, PALE, boards=(h / 2,))
    door = merge(
        [
            block(w, h, BOARD, w / 2, 0, -BOARD / 2, WOOD),
            block(w - 0.12, h - 0.12, 0.012, w / 2, 0.06, -BOARD - 0.006, (0.80, 0.62, 0.43)),
            block(0.035, 0.11, 0.03, w - 0.05, h / 2 - 0.055, -BOARD - 0.02, BRASS),
        ]
    )
    levels = _boards(w, d, (BOARD, h / 2 + 0.018), h / 2 - 0.05)
    return cupboard((w, h, d), shell, levels, _INTO, Hinge(door, (-w / 2, 0, -d / 2)))


def _boards(
    width: float, depth: float, heights: tuple[float, ...], headroom: float
) -> tuple[Level, ...]:
    x = width / 2 - BOARD - 0.01
    front, back = -depth / 2 + 0.01, depth / 2 - BOARD
    return tuple(Level(-x, x, front, back, y, headroom, pitch=2.4) for y in heights)


def _drawer() -> Model:
    w, h, d = 0.50, 0.16, 0.40
    front = [
        block(w, h, BOARD, 0, 0, -d / 2 - BOARD / 2, (0.66, 0.47, 0.30)),
        block(0.16, 0.03, 0.03, 0, h / 2 - 0.015, -d / 2 - BOARD - 0.015, STEEL),
    ]
    # Its bottom is high and its sides are low, so that what lies in it can be seen.
    box_ = [part.moved(pose((0, 0.05, 0))) for part in tray(w - 0.04, 0.06, d - 0.02, PALE)]
    slot = carcass(w, h, d, WOOD, DARK_WOOD)
    level = Level(-w / 2 + 0.05, w / 2 - 0.05, -d / 2 + 0.04, d / 2 - 0.08, 0.08, 0.2)
    return Model((w, h, d), slot, (level,), _DOWN, Slide(merge(box_ + front), 0.34))


def _fridge() -> Model:
    w, h, d = 0.76, 1.75, 0.70
    heights = (0.42, 0.78, 1.14)
    shell = merge(
        [
            carcass(w, h, d, WHITE, (0.80, 0.88, 0.93), boards=heights, wall=0.05),
            block(w - 0.08, 0.34, 0.55, 0, 0.05, 0.02, (0.66, 0.74, 0.80)),
        ]
    )
    door = merge(
        [
            block(w, 1.12, 0.05, w / 2, 0.05, -0.025, WHITE),
            block(w, 0.55, 0.05, w / 2, 1.20, -0.025, WHITE),
            block(w, 0.03, 0.03, w / 2, 1.17, -0.02, GREY),
            block(0.04, 0.5, 0.05, w - 0.07, 0.55, -0.075, STEEL),
            block(0.04, 0.28, 0.05, w - 0.07, 1.27, -0.075, STEEL),
        ]
    )
    x, front, back = w / 2 - 0.06, -d / 2 + 0.02, d / 2 - 0.1
    levels = tuple(Level(-x, x, front, back, y + 0.035, 0.3, pitch=2.4) for y in heights)
    return cupboard(
        (w, h, d), shell, levels, Stance(8, 20, 1.3, 1.7), Hinge(door, (-w / 2, 0, -d / 2))
    )


def _microwave() -> Model:
    w, h, d = 0.50, 0.29, 0.36
    side = 0.12
    oven = carcass(w - side, h, d, STEEL, (0.35, 0.34, 0.32)).moved(pose((-side / 2, 0, 0)))
    panel = [
        block(side, h, d, (w - side) / 2, 0, 0, STEEL),
        block(0.09, 0.05, 0.01, (w - side) / 2, h - 0.09, -d / 2 - 0.005, (0.35, 0.85, 0.55)),
        *(
            block(0.022, 0.022, 0.012, (w - side) / 2 + dx, 0.04 + dy, -d / 2 - 0.006, BLACK)
            for dx in (-0.03, 0.0, 0.03)
            for dy in (0.0, 0.04, 0.08)
        ),
    ]
    width = w - side
    door = merge(
        [
            block(width, h, BOARD, width / 2, 0, -BOARD / 2, STEEL),
            block(width - 0.09, h - 0.1, 0.01, width / 2, 0.05, -BOARD - 0.005, BLACK),
            block(0.025, h - 0.08, 0.03, width - 0.025, 0.04, -BOARD - 0.015, WHITE),
        ]
    )
    x = width / 2 - 0.03
    level = Level(-x - side / 2, x - side / 2, -d / 2 + 0.01, d / 2 - 0.04, BOARD, h - 0.07)
    stance = Stance(6, 26, 0.7, 0.95)
    hinge = Hinge(door, (-w / 2, 0, -d / 2))
    return Model((w, h, d), merge([oven, *panel]), (level,), stance, hinge)


def _safe() -> Model:
    w, h, d = 0.46, 0.46, 0.40
    colour, inside = (0.32, 0.35, 0.38), (0.55, 0.56, 0.58)
    shell = carcass(w, h, d, colour, inside, boards=(h / 2,), wall=0.035)
    dial = cylinder(0.06, 0.03, 10, STEEL).moved(pose((w / 2, h / 2, -0.055), pitch=90))
    door = merge(
        [
            block(w, h, 0.04, w / 2, 0, -0.02, colour),
            dial,
            block(0.14, 0.025, 0.03, w * 0.78, h / 2 - 0.012, -0.055, BRASS),
        ]
    )
    x, front, back = w / 2 - 0.045, -d / 2 + 0.01, d / 2 - 0.05
    levels = tuple(Level(-x, x, front, back, y, h / 2 - 0.05) for y in (0.035, h / 2 + 0.025))
    return cupboard((w, h, d), shell, levels, _INTO, Hinge(door, (-w / 2, 0, -d / 2)))


def _shelf() -> Model:
    w, h, d = 0.80, 0.03, 0.26
    brackets = [block(0.03, 0.10, 0.18, x, -0.10, 0.03, DARK_WOOD) for x in (-0.3, 0.3)]
    board = merge([block(w, h, d, 0, 0, 0, (0.78, 0.60, 0.40)), *brackets])
    level = Level(-w / 2 + 0.02, w / 2 - 0.02, -d / 2, d / 2, h, 0.3)
    return Model((w, h, d), board, (level,), Stance(14, 40, 0.8, 1.1))


def _garbage_can() -> Model:
    w, h = 0.36, 0.42
    green, dark = (0.30, 0.52, 0.43), (0.10, 0.12, 0.12)
    bin_ = lathe(
        [(0, 0), (0.13, 0.0), (0.19, h), (0.165, h), (0.15, h - 0.09), (0, h - 0.09)], 12, green
    )
    corners = bin_.vertices[bin_.triangles]
    inner = (np.hypot(corners[..., 0], corners[..., 2]).max(axis=1) < 0.17) & (
        corners[..., 1].min(axis=1) > 0.1
    )
    bin_ = bin_.coloured(np.where(inner[:, None], dark, green))
    level = Level(-0.15, 0.15, -0.15, 0.15, h - 0.07, 0.3)
    return Model((w, h, w), bin_, (level,), Stance(50, 66, 0.75, 1.1))


def _laundry_hamper() -> Model:
    w, h, d = 0.45, 0.60, 0.40
    sides = tray(w, h, d, (0.80, 0.70, 0.52))
    bands = [part for y in (0.12, 0.3, 0.48) for part in hoop(w, 0.03, d, y, (0.62, 0.50, 0.34))]
    cloth = block(w - 0.06, 0.02, d - 0.06, 0, h - 0.16, 0, (0.85, 0.85, 0.88))
    level = Level(-w / 2 + 0.04, w / 2 - 0.04, -d / 2 + 0.04, d / 2 - 0.04, h - 0.14, 0.3)
    return Model((w, h, d), merge([*sides, *bands, cloth]), (level,), Stance(45, 62, 0.8, 1.2))


def _cart() -> Model:
    w, h, d = 0.50, 0.82, 0.40
    heights = (0.14, 0.80)
    posts = [block(0.03, h, 0.03, x, 0.04, z, STEEL) for x in (-0.23, 0.23) for z in (-0.18, 0.18)]
    boards = [block(w, 0.02, d, 0, y, 0, (0.62, 0.78, 0.74)) for y in heights]
    wheels = [
        box(0.06, BLACK).moved(pose((x, 0.03, z))) for x in (-0.22, 0.22) for z in (-0.17, 0.17)
    ]
    level = Level(-w / 2, w / 2, -d / 2, d / 2, 0.82, 0.3)
    return Model((w, h, d), merge([*posts, *boards, *wheels]), (level,), Stance(28, 50, 0.8, 1.2))


def _towel_holder() -> Model:
    w, h, d = 0.60, 0.45, 0.10
    bar = cylinder(0.015, w, 6, STEEL).moved(pose((0, h - 0.03, -0.03), roll=90))
    ends = [block(0.03, 0.07, 0.08, x, h - 0.065, 0.01, STEEL) for x in (-w / 2, w / 2)]
    level = Level(-0.2, 0.2, -0.13, 0.03, h - 0.38, 0.5, cell=0.36)
    return Model(
        (w, h, d), merge([bar, *ends]), (level,), Stance(-4, 14, 0.8, 1.1), spare=0, whole=True
    )


def _hand_towel_holder() -> Model:
    w, h, d = 0.22, 0.30, 0.10
    ring = tube(0.08, 0.014, 360, 10, 4, BRASS)
    plate = block(0.08, 0.08, 0.03, 0, h - 0.08, d / 2 - 0.015, BRASS)
    level = Level(-0.11, 0.11, -0.13, 0.03, h - 0.30, 0.3)
    mesh = merge([ring.moved(pose((0, h - 0.10, 0.02))), plate])
    return Model((w, h, d), mesh, (level,), Stance(-4, 14, 0.7, 0.95), spare=0, whole=True)


def _paper_hanger() -> Model:
    w, h, d = 0.20, 0.16, 0.12
    arm = cylinder(0.014, w, 6, STEEL).moved(pose((0, 0.10, -0.02), roll=90))
    plate = block(0.05, 0.14, 0.10, -w / 2, 0.02, 0.01, STEEL)
    knob = block(0.03, 0.05, 0.05, w / 2, 0.075, -0.02, STEEL)
    level = Level(-0.09, 0.09, -0.12, 0.04, 0.02, 0.2)
    return Model(
        (w, h, d),
        merge([arm, plate, knob]),
        (level,),
        Stance(10, 36, 0.65, 0.9),
        spare=0,
        whole=True,
    )


def _toaster() -> Model:
    w, h, d = 0.30, 0.20, 0.20
    slots = [block(0.22, 0.01, 0.04, 0, h - 0.005, z, BLACK) for z in (-0.045, 0.045)]
    lever = block(0.03, 0.03, 0.05, w / 2 + 0.01, 0.11, 0, BLACK)
    feet = block(w - 0.04, 0.02, d - 0.04, 0, 0, 0, BLACK)
    body: Mesh = block(w, h - 0.02, d, 0, 0.02, 0, (0.82, 0.28, 0.24))
    shine = block(w - 0.06, 0.03, 0.01, 0, 0.07, -d / 2 - 0.005, STEEL)
    level = Level(-0.13, 0.13, -0.09, 0.09, h, 0.2)
    return Model(
        (w, h, d),
        merge([body, *slots, lever, feet, shine]),
        (level,),
        Stance(25, 45, 0.7, 1.0),
        spare=0,
    )


def _coffee_machine() -> Model:
    w, h, d = 0.26, 0.36, 0.32
    dark = (0.20, 0.20, 0.22)
    parts = [
        block(w, 0.04, d, 0, 0, 0, dark),
        block(w, h - 0.04, 0.12, 0, 0.04, d / 2 - 0.06, dark),
        block(w, 0.09, d - 0.04, 0, h - 0.09, 0.02, dark),
        cone(0.045, 0.05, 8, STEEL, top=0.06).moved(pose((0, h - 0.115, -0.05))),
        block(0.16, 0.012, 0.16, 0, 0.04, -0.06, STEEL),
        block(0.05, 0.03, 0.01, 0.06, h - 0.06, -d / 2 + 0.035, (0.9, 0.25, 0.2)),
    ]
    level = Level(-0.1, 0.1, -d / 2 - 0.04, 0.0, 0.052, 0.19)
    return Model((w, h, d), merge(parts), (level,), Stance(6, 24, 0.65, 0.9), spare=0, whole=True)


MAKERS: Mapping[str, Callable[[], Model]] = {
    "Cabinet": _cabinet,
    "Cart": _cart,
    "CoffeeMachine": _coffee_machine,
    "Drawer": _drawer,
    "Fridge": _fridge,
    "GarbageCan": _garbage_can,
    "HandTowelHolder": _hand_towel_holder,
    "LaundryHamper": _laundry_hamper,
    "Microwave": _microwave,
    "Safe": _safe,
    "Shelf": _shelf,
    "Toaster": _toaster,
    "ToiletPaperHanger": _paper_hanger,
    "TowelHolder": _towel_holder,
}
"""Receptacle type to what makes its model."""
