"""Furniture that things stand or lie on: tables, seats, beds, basins."""

from collections.abc import Callable, Mapping
from functools import partial

from crossworld.envs.core.raster import cylinder, lathe, merge, pose
from crossworld.envs.household.visual.furniture.model import (
    Level,
    Model,
    Stance,
    block,
    legs,
    panel,
    tray,
)

Colour = tuple[float, float, float]

OAK: Colour = (0.74, 0.56, 0.37)
WALNUT: Colour = (0.46, 0.32, 0.22)
STONE: Colour = (0.80, 0.79, 0.76)
PORCELAIN: Colour = (0.95, 0.95, 0.94)
STEEL: Colour = (0.74, 0.76, 0.78)
BLACK: Colour = (0.13, 0.13, 0.14)

_OVER = Stance(42, 56, 0.9, 1.5)


def _table(
    width: float, surface: float, depth: float, top: Colour, leg: Colour, thick: float = 0.05
) -> Model:
    """Return a top on four legs."""
    board = block(width, 0.04, depth, 0, surface - 0.04, 0, top)
    mesh = merge([board, *legs(width - 0.06, surface - 0.04, depth - 0.06, leg, thick)])
    level = Level(-width / 2, width / 2, -depth / 2, depth / 2, surface)
    return Model((width, surface, depth), mesh, (level,), _OVER)


def _counter() -> Model:
    w, h, d = 1.20, 0.92, 0.60
    parts = [
        block(w, 0.04, d, 0, h - 0.04, 0, STONE),
        # What is built in below comes as receptacles of its own; this is the wall behind them.
        panel(w - 0.02, h - 0.04, d / 2 - 0.12, (0.62, 0.60, 0.57)),
    ]
    level = Level(-w / 2, w / 2, -d / 2, d / 2, h)
    return Model((w, h, d), merge(parts), (level,), _OVER)


def _dresser() -> Model:
    w, h, d = 1.20, 0.96, 0.50
    parts = [
        block(w, 0.04, d, 0, h - 0.04, 0, WALNUT),
        block(0.04, h - 0.04, d - 0.04, -w / 2 + 0.03, 0, 0, WALNUT),
        block(0.04, h - 0.04, d - 0.04, w / 2 - 0.03, 0, 0, WALNUT),
        panel(w - 0.06, h - 0.06, d / 2 - 0.03, (0.36, 0.25, 0.17)),
    ]
    level = Level(-w / 2, w / 2, -d / 2, d / 2, h)
    return Model((w, h, d), merge(parts), (level,), _OVER)


def _seat(width: float, depth: float, colour: Colour, cushions: int) -> Model:
    """Return an upholstered seat with arms and a back."""
    dark: Colour = (colour[0] * 0.8, colour[1] * 0.8, colour[2] * 0.8)
    arm, back, seat, height = 0.12, 0.18, 0.42, 0.85
    inner = width - 2 * arm
    step = inner / cushions
    parts = [
        block(width, 0.30, depth, 0, 0.06, 0, dark),
        block(arm, 0.56, depth, -(width - arm) / 2, 0.06, 0, dark),
        block(arm, 0.56, depth, (width - arm) / 2, 0.06, 0, dark),
        block(inner, height - 0.06, back, 0, 0.06, (depth - back) / 2, dark),
        *(
            block(
                step - 0.02,
                0.06,
                depth - back,
                -inner / 2 + step * (k + 0.5),
                0.36,
                -back / 2,
                colour,
            )
            for k in range(cushions)
        ),
    ]
    level = Level(-inner / 2, inner / 2, -depth / 2, depth / 2 - back, seat)
    return Model((width, height, depth), merge(parts), (level,), Stance(30, 50, 0.9, 1.5))


def _bed() -> Model:
    w, h, d = 1.60, 0.95, 1.95
    sheet, blanket = (0.93, 0.92, 0.90), (0.42, 0.52, 0.70)
    parts = [
        block(w, 0.28, d, 0, 0.06, 0, WALNUT),
        block(w - 0.06, 0.16, d - 0.08, 0, 0.34, 0, sheet),
        block(w - 0.03, 0.03, d * 0.62, 0, 0.49, -d * 0.18, blanket),
        block(w, h, 0.06, 0, 0, d / 2 - 0.03, WALNUT),
    ]
    level = Level(-w / 2 + 0.1, w / 2 - 0.1, -d / 2 + 0.15, d / 2 - 0.1, 0.52, cell=0.3)
    return Model((w, h, d), merge(parts), (level,), Stance(34, 50, 1.1, 1.8))


def _ottoman() -> Model:
    w, h, d = 0.60, 0.42, 0.60
    parts = [block(w, 0.30, d, 0, 0.05, 0, (0.55, 0.38, 0.42)), *legs(w, 0.06, d, BLACK)]
    cushion = block(w - 0.03, 0.07, d - 0.03, 0, 0.35, 0, (0.70, 0.50, 0.54))
    level = Level(-w / 2, w / 2, -d / 2, d / 2, h)
    return Model((w, h, d), merge([*parts, cushion]), (level,), _OVER)


def _toilet() -> Model:
    w, h, d = 0.42, 0.80, 0.68
    bowl = lathe(
        [
            (0.11, 0.0),
            (0.12, 0.12),
            (0.20, 0.36),
            (0.20, 0.40),
            (0.13, 0.40),
            (0.10, 0.30),
            (0, 0.28),
        ],
        12,
        PORCELAIN,
    )
    parts = [
        bowl.moved(pose((0, 0, -0.12))),
        block(w, 0.42, 0.24, 0, 0.36, d / 2 - 0.12, PORCELAIN),
        block(w + 0.02, 0.03, 0.26, 0, 0.78, d / 2 - 0.13, (0.88, 0.88, 0.87)),
        block(0.06, 0.03, 0.03, -0.12, 0.68, d / 2 - 0.26, STEEL),
        block(0.30, 0.34, 0.03, 0, 0.40, d / 2 - 0.26, (0.90, 0.90, 0.89)),
    ]
    level = Level(-w / 2, w / 2, d / 2 - 0.27, d / 2, 0.81)
    return Model((w, h, d), merge(parts), (level,), Stance(28, 46, 0.75, 1.1))


def _sink_basin() -> Model:
    # A vessel on the counter: a sunken one would be hidden in counters of unknown shape.
    w, h, d = 0.52, 0.11, 0.42
    parts = [part.coloured((0.62, 0.66, 0.70)) for part in tray(w, h, d, STEEL, 0.03)]
    floor = block(w - 0.06, 0.02, d - 0.06, 0, 0.03, 0, (0.68, 0.72, 0.76))
    drain = cylinder(0.03, 0.01, 8, BLACK).moved(pose((0, 0.055, 0)))
    parts += [floor, drain]
    level = Level(-w / 2 + 0.035, w / 2 - 0.035, -d / 2 + 0.035, d / 2 - 0.035, 0.055)
    return Model((w, h, d), merge(parts), (level,), Stance(46, 62, 0.75, 1.1))


def _bathtub_basin() -> Model:
    w, h, d = 1.60, 0.50, 0.72
    parts = tray(w, h, d, PORCELAIN, 0.08)
    floor = block(w - 0.16, 0.20, d - 0.16, 0, 0.08, 0, (0.84, 0.87, 0.90))
    level = Level(-w / 2 + 0.1, w / 2 - 0.1, -d / 2 + 0.1, d / 2 - 0.1, 0.28)
    return Model((w, h, d), merge([*parts, floor]), (level,), Stance(44, 60, 1.0, 1.5))


def _stove_burner() -> Model:
    w, h, d = 0.24, 0.04, 0.24
    plate = block(w, 0.015, d, 0, 0, 0, BLACK)
    ring = lathe(
        [(0.055, 0.015), (0.09, 0.015), (0.09, 0.035), (0.055, 0.035)], 10, (0.42, 0.40, 0.40)
    )
    level = Level(-w / 2, w / 2, -d / 2, d / 2, h)
    return Model((w, h, d), merge([plate, ring]), (level,), Stance(36, 56, 0.7, 1.0), spare=0)


MAKERS: Mapping[str, Callable[[], Model]] = {
    "ArmChair": partial(_seat, 0.80, 0.75, (0.74, 0.46, 0.30), 1),
    "BathtubBasin": _bathtub_basin,
    "Bed": _bed,
    "CoffeeTable": partial(_table, 1.00, 0.43, 0.60, (0.55, 0.38, 0.26), BLACK),
    "CounterTop": _counter,
    "Desk": partial(_table, 1.20, 0.76, 0.60, (0.66, 0.48, 0.32), STEEL, 0.04),
    "DiningTable": partial(_table, 1.40, 0.76, 0.90, OAK, (0.62, 0.45, 0.29), 0.07),
    "Dresser": _dresser,
    "Ottoman": _ottoman,
    "SideTable": partial(_table, 0.50, 0.55, 0.45, (0.60, 0.42, 0.28), WALNUT, 0.04),
    "SinkBasin": _sink_basin,
    "Sofa": partial(_seat, 1.90, 0.85, (0.50, 0.56, 0.62), 3),
    "StoveBurner": _stove_burner,
    "TVStand": partial(_table, 1.40, 0.55, 0.45, (0.36, 0.30, 0.27), BLACK, 0.06),
    "Toilet": _toilet,
}
"""Receptacle type to what makes its model."""
