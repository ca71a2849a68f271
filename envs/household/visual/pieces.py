"""Rows of instances for single things: a receptacle's door, its contents, what is held."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians, sin, tan

import numpy as np

from crossworld.envs.core.raster import Camera, Row, pose
from crossworld.envs.core.raster.mesh import Floats, compose
from crossworld.envs.household.game import Game
from crossworld.envs.household.state import State, bits
from crossworld.envs.household.visual.arrangement import Placed
from crossworld.envs.household.visual.furniture import Hinge, Level, Slide
from crossworld.envs.household.visual.ids import KINDS
from crossworld.envs.household.visual.layout import Rectangle, Slot, slots
from crossworld.envs.household.visual.library import shapes
from crossworld.envs.household.visual.numbering import object_label, receptacle_label
from crossworld.envs.household.visual.room import look_of
from crossworld.envs.household.visual.things import VARIANTS

_AJAR = 0.35
"""How far a drawer that is not looked at stays out: fully, it would hide the one below."""

_FLAT = 0.4
"""Share of their height that things keep in such a drawer."""

_AJAR_DOOR = 0.7
"""How far a door that is not looked at stays open."""

_HAND_DISTANCE, _HAND_SIDE, _HAND_LOW, _HAND_SIZE = 0.30, 0.60, 0.66, 0.52
"""Where what is held is seen: metres before the eye; right, below and size in half-images."""

HAND_REACH = 0.5
"""Nothing that is held is farther from the eye than this, metres."""

_TINTS = {"hot": (1.0, 0.72, 0.62), "cool": (0.72, 0.88, 1.0)}

_WHITE = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Holder:
    """A receptacle as something that holds things.

    Attributes:
        label: what its pixels are called.
        place: where it stands.
        levels: its surfaces, at their true size.
        blocked: what of them is taken up by other receptacles, see `layout.slots`.
        first: what is in it when an episode begins, the tallest first.
        openable: whether it has a door that opens.
    """

    label: int
    place: Placed
    levels: tuple[Level, ...]
    blocked: tuple[tuple[Rectangle, ...], ...]
    first: tuple[int, ...]
    openable: bool

    def cells(self, inside: int) -> tuple[Slot, ...]:
        """Return the places for things: for those at first and some more, or as needed."""
        spare = self.place.model.spare
        count = max(len(self.first) + spare, inside.bit_count(), 1)
        return _cells(self.levels, count, self.blocked)

    def out(self, open_: bool, focus: bool) -> float:
        """Return how far it is pulled out, metres; 0 for what is no drawer."""
        door = self.place.model.door
        if not isinstance(door, Slide) or not open_:
            return 0.0
        return door.out * self.place.scale[2] * (1.0 if focus else _AJAR)


@lru_cache(maxsize=4096)
def _cells(
    levels: tuple[Level, ...], count: int, blocked: tuple[tuple[Rectangle, ...], ...]
) -> tuple[Slot, ...]:
    return tuple(slots(levels, count, blocked))


def holders(game: Game, placed: Sequence[Placed]) -> tuple[Holder, ...]:
    """Return the receptacles of a game."""
    return tuple(
        Holder(
            label=receptacle_label(r),
            place=place,
            levels=_levels(place),
            blocked=_hosted(place, placed),
            first=_ranked(game, game.start.contents[r]),
            openable=bool(game.openable >> r & 1),
        )
        for r, place in enumerate(placed)
    )


def door_rows(holder: Holder, open_: bool, focus: bool, tint: Sequence[float]) -> Iterator[Row]:
    """Yield what moves when a receptacle is opened.

    A cupboard that cannot be opened has no door; a drawer that cannot be opened stays out, as what
    is in it can be seen all the time.
    """
    place = holder.place
    door, meshes = place.model.door, shapes().doors
    if door is None or (isinstance(door, Hinge) and not holder.openable):
        return
    if place.model.right_door is not None and place.local(place.viewer.x, place.viewer.z)[0] < 0:
        # An open door must not stand between the receptacle and who looks into it.
        door, meshes = place.model.right_door, shapes().right_doors
    local = pose(scale=place.scale)
    if isinstance(door, Slide):
        local[3, 2] -= holder.out(open_, focus)
    else:
        angle = 0.0 if not open_ else door.angle * (1.0 if focus else _AJAR_DOOR)
        local = compose(local, pose(yaw=angle))
        local[3] = [at * factor for at, factor in zip(door.at, place.scale, strict=True)]
    yield meshes[place.kind], holder.label, tint, compose(local, pose(place.at, place.yaw))


def content_rows(state: State, holder: Holder, inside: int, focus: bool) -> Iterator[Row]:
    """Yield what is in an open receptacle, and the signs of what it is."""
    place = holder.place
    out = holder.out(True, focus)
    # In a drawer that is hardly out, tall things would come out at its top.
    flat = 1.0 if focus or not isinstance(place.model.door, Slide) else _FLAT
    for o, cell in _assigned(holder.first, inside, holder.cells(inside)):
        look = look_of(state.game.object_symbols[o])
        turn = place.yaw + ((look >> 4 & 255) / 255 - 0.5) * 40
        scale = cell.scale * (0.94 + 0.06 * (look >> 12 & 255) / 255)
        at = place.world(cell.x, cell.y, cell.z - out)
        transform = pose(at, turn, scale=(scale, flat * scale, scale))
        yield from _thing_rows(state, o, transform, place.yaw, scale)


def loose_rows(state: State, o: int, transform: Floats) -> Iterator[Row]:
    """Yield a thing that stands in the room."""
    yield from _thing_rows(state, o, transform, 0.0, 1.0)


def hand_rows(state: State, camera: Camera) -> Iterator[Row]:
    """Yield what is held, and the hand, low on the right of the image."""
    right, up, forward = camera.axes
    reach = _HAND_DISTANCE * tan(radians(camera.fov) / 2)
    at = camera.position + _HAND_DISTANCE * forward
    at = at + reach * (_HAND_SIDE * right - _HAND_LOW * up)
    scale = reach * _HAND_SIZE / 0.2
    frame = np.concatenate([camera.axes * scale, at[None]])
    # Seen a little from above, as on a table.
    tilted = compose(pose(pitch=-22, yaw=-12), frame)
    for mesh, label, tint, transform in _thing_rows(state, state.held, pose(), 0.0, 1.0):
        yield mesh, label, tint, compose(transform, tilted)
    yield shapes().hand, 0, _WHITE, compose(pose((0.01, -0.03, 0.05)), frame)


def _thing_rows(state: State, o: int, transform: Floats, yaw: float, scale: float) -> Iterator[Row]:
    """Yield an object and the signs of what it is, which face who looks along `yaw`."""
    every, game = shapes(), state.game
    label = object_label(game, o)
    kind = KINDS.get(game.object_types[o], "")
    look = look_of(game.object_symbols[o])
    table = every.things
    if state.sliced >> o & 1 and kind in every.sliced:
        table = every.sliced
    elif state.toggled >> o & 1 and kind in every.things and kind in every.lit:
        table = every.lit
    meshes = table.get(kind)
    mesh = every.unknown if meshes is None else meshes[look % VARIANTS]
    tint = np.full(3, 0.9 + 0.1 * (look >> 20 & 255) / 255)
    signs = [bit for bit in every.effects if getattr(state, bit) >> o & 1]
    for bit in signs:
        tint = tint * _TINTS.get(bit, _WHITE)
    yield mesh, label, tint, transform
    top = every.meshes.bounds(mesh)[1, 1] * scale
    turn = radians(yaw)
    for number, bit in enumerate(signs):
        # Side by side, to the left: on the right the image may end. A little before the object, so
        # that what stands behind does not hide them.
        aside, near = -0.16 * number * scale, 0.06 * scale
        at = transform[3] + (
            aside * cos(turn) - near * sin(turn),
            top * 0.95,
            -aside * sin(turn) - near * cos(turn),
        )
        yield every.effects[bit], label, _WHITE, pose(at, yaw, scale=scale)


def _assigned(
    first: Sequence[int], inside: int, cells: Sequence[Slot]
) -> Iterator[tuple[int, Slot]]:
    """Yield what is inside, each with its place.

    What was there at first always comes back to its own place; what came later takes free ones.
    """
    taken: dict[int, int] = {}
    late = inside
    for place, o in enumerate(first[: len(cells)]):
        if inside >> o & 1:
            taken[place] = o
            late &= ~(1 << o)
    free = [place for place in range(len(cells) - 1, -1, -1) if place not in taken]
    taken |= dict(zip(free, bits(late), strict=False))
    for place, o in taken.items():
        yield o, cells[place]


def _levels(place: Placed) -> tuple[Level, ...]:
    """Return a receptacle's levels at their true size."""
    return tuple(level.scaled(*place.scale) for level in place.model.levels)


def _hosted(host: Placed, placed: Sequence[Placed]) -> tuple[tuple[Rectangle, ...], ...]:
    """Return what of a receptacle's top is taken up by others, in its own frame.

    First with what lies before them, which would hide them and be in the way of their doors; then
    without that; last, for the fullest tops, nothing.
    """
    top = host.at[1] + host.model.levels[0].y * host.scale[1]
    reach = sum(host.model.size) + 1.0
    taken: list[Rectangle] = []
    before: list[Rectangle] = []
    for other in placed:
        if other is host or abs(other.at[0] - host.at[0]) + abs(other.at[2] - host.at[2]) > reach:
            continue
        (x0, low, z0), (x1, high, z1) = other.box
        if high > top + 0.05 and low < top + 0.3:
            corners = [host.local(x, z) for x in (x0, x1) for z in (z0, z1)]
            xs, zs = [c[0] for c in corners], [c[1] for c in corners]
            taken.append((min(xs), max(xs), min(zs), max(zs)))
            faces_same_way = (other.yaw - host.yaw) % 360 == 0
            before.append((min(xs), max(xs), -9.0 if faces_same_way else min(zs), max(zs)))
    return (tuple(before), tuple(taken), ()) if taken else ((),)


def _ranked(game: Game, contents: int) -> tuple[int, ...]:
    """Return what is in a receptacle at first, the tallest first: those stand at the back."""
    things, bounds = shapes().things, shapes().meshes.bounds

    def height(o: int) -> float:
        meshes = things.get(KINDS.get(game.object_types[o], ""))
        return 0.16 if meshes is None else float(bounds(meshes[0])[1, 1])

    return tuple(sorted(bits(contents), key=lambda o: (-height(o), o)))
