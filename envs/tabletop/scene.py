"""A scene: which things there are, where they may be, and where they begin."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.tabletop import kernel
from crossworld.envs.tabletop.shapes import Shape

Floats = NDArray[np.float64]
Poses = Floats
"""(n, 7): x, y, z in metres and the quaternion x, y, z, w of each thing's frame."""

Parts = tuple[NDArray[np.int64], Floats, Floats, Floats, NDArray[np.int64]]
"""Kinds, halves, offsets, turns and owners, as `Packed` has them."""

WALL = 0.02
"""Distance of the walls about the table from the workspace, metres."""

CASTS = 256
"""Casts kept per process; the least recently used goes first."""

KINDS = {"box": 0, "cylinder": 1, "ball": 2}
ROLES = {"solid": 0, "holder": 1, "carrier": 2, "marker": 3}


@dataclass(frozen=True, slots=True)
class Workspace:
    """The part of the table that the gripper reaches.

    x points away from the viewer of `image`, y to the left, z up; the table's top is z = 0.

    Attributes:
        x, y: from and to, metres.
        lift: height of the lower side of what is held.
    """

    x: tuple[float, float] = (0.30, 0.70)
    y: tuple[float, float] = (-0.20, 0.20)
    lift: float = 0.20

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of it."""
        return (self.x[0] + self.x[1]) / 2, (self.y[0] + self.y[1]) / 2

    @property
    def span(self) -> float:
        """Its longer side."""
        return max(self.x[1] - self.x[0], self.y[1] - self.y[0])


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of a scene.

    Attributes:
        name: what the text calls it, unique but for pieces of one pile: "red block", "red block 2".
        shape: what it is made of.
        colour: a name of `COLOURS`.
        fixed: whether it stays where it is.
        pile: name of the pile that it is a piece of, "" for none.
    """

    name: str
    shape: Shape
    colour: str
    fixed: bool = False
    pile: str = ""


class Packed(NamedTuple):
    """A scene as the kernel takes it: m solid parts of n things.

    Attributes:
        kinds: (m,) of `KINDS`.
        halves: (m, 3) half extents.
        offsets: (m, 3) middles in the frame of their thing.
        turns: (m, 2) cosine and sine of their yaw.
        owners: (m,) which thing.
        roles: (n,) of `ROLES`.
        areas: (n, 11) half extents, round, floor and rim, zeros for solids; and the least and greatest
            x, y and z of markers, which never move, zeros for others.
        movable: (n,) bool.
        limits: (5,) workspace: x from, x to, y from, y to, lift.
    """

    kinds: NDArray[np.int64]
    halves: Floats
    offsets: Floats
    turns: Floats
    owners: NDArray[np.int64]
    roles: NDArray[np.int64]
    areas: Floats
    movable: NDArray[np.bool_]
    limits: Floats


@dataclass(frozen=True, eq=False)
class Cast:
    """Which things there are, wherever they lie: what many scenes share. Compared by identity.

    Attributes:
        things: in the order of their ids in the segmentation, which count from 1.
        workspace: where the gripper reaches.
    """

    things: tuple[Thing, ...]
    workspace: Workspace

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the text calls each thing; pieces of a pile have the pile's name."""
        return tuple(thing.pile or thing.name for thing in self.things)

    @cached_property
    def movable(self) -> tuple[int, ...]:
        """Things that can be picked up."""
        return tuple(i for i, thing in enumerate(self.things) if not thing.fixed)

    @cached_property
    def memory(self) -> dict[Any, Any]:
        """What has been worked out about it; for as long as it lives."""
        return {}

    @cached_property
    def has_piles(self) -> bool:
        """Whether there is something to be swept."""
        return any(thing.pile for thing in self.things)

    @cached_property
    def painted(self) -> Parts:
        """The parts of markers."""
        return self._parts(lambda thing: thing.shape.role == "marker")

    @cached_property
    def packed(self) -> Packed:
        """All of it for the kernel, with markers nowhere."""
        areas = np.zeros((len(self.things), 11))
        for row, thing in zip(areas, self.things, strict=True):
            if thing.shape.area is not None:
                area = thing.shape.area
                row[:5] = (*area.half, area.round, area.floor, area.rim)
        space = self.workspace
        return Packed(
            *self._parts(lambda thing: thing.shape.role != "marker"),
            np.array([ROLES[thing.shape.role] for thing in self.things], np.int64),
            areas,
            np.array([not thing.fixed for thing in self.things], np.bool_),
            np.array([*space.x, *space.y, space.lift]),
        )

    def _parts(self, wanted: Callable[[Thing], bool]) -> Parts:
        """Return kinds, halves, offsets, turns and owners of the parts of some things."""
        rows = [
            (KINDS[part.kind], part.half, part.position, part.yaw, number)
            for number, thing in enumerate(self.things)
            if wanted(thing)
            for part in thing.shape.parts
        ]
        kinds, halves, offsets, yaws, owners = zip(*rows, strict=True) if rows else ((),) * 5
        angles = np.radians(np.array(yaws, np.float64))
        return (
            np.array(kinds, np.int64),
            np.array(halves, np.float64).reshape(-1, 3),
            np.array(offsets, np.float64).reshape(-1, 3),
            np.stack([np.cos(angles), np.sin(angles)], axis=1),
            np.array(owners, np.int64),
        )


@lru_cache(maxsize=CASTS)
def cast_of(things: tuple[Thing, ...], workspace: Workspace) -> Cast:
    """Return the one cast of these things, while the process remembers it."""
    return Cast(things, workspace)


@dataclass(frozen=True, eq=False)
class Scene:
    """All things of an episode, and where they begin. Compared by identity.

    Attributes:
        things: in the order of their ids in the segmentation, which count from 1.
        poses: (n, 7) at the start, everything at rest.
        workspace: where the gripper reaches.
    """

    things: tuple[Thing, ...]
    poses: Poses
    workspace: Workspace = Workspace()

    @cached_property
    def cast(self) -> Cast:
        """What it shares with other scenes of the same things."""
        return cast_of(self.things, self.workspace)

    @property
    def names(self) -> tuple[str, ...]:
        """What the text calls each thing; pieces of a pile have the pile's name."""
        return self.cast.names

    @property
    def movable(self) -> tuple[int, ...]:
        """Things that can be picked up."""
        return self.cast.movable

    @property
    def has_piles(self) -> bool:
        """Whether there is something to be swept."""
        return self.cast.has_piles

    @cached_property
    def packed(self) -> Packed:
        """All of it for the kernel."""
        cast = self.cast
        if not len(cast.painted[0]):
            return cast.packed
        centres, _, reach = kernel.world_parts(*cast.painted, self.poses)
        areas = cast.packed.areas.copy()
        for number, thing in enumerate(self.things):
            if thing.shape.role == "marker":
                areas[number, 5:] = kernel.box_about(cast.painted[-1], centres, reach, number)
        return cast.packed._replace(areas=areas)


def named(things: Sequence[tuple[Shape, str, bool, str]]) -> tuple[Thing, ...]:
    """Return things with names: colour and noun, and a number where several would have the same.

    Args:
        things: shape, colour, whether fixed, and pile of each.
    """
    plain = [f"{colour} {shape.noun}" for shape, colour, _, _ in things]
    alike = Counter(name for name, thing in zip(plain, things, strict=True) if not thing[3])
    counted: Counter[str] = Counter()
    made = []
    for name, (shape, colour, fixed, pile) in zip(plain, things, strict=True):
        if not pile and alike[name] > 1:
            counted[name] += 1
            name = f"{name} {counted[name]}"
        made.append(Thing(name, shape, colour, fixed, pile))
    return tuple(made)


def pose_of(x: float, y: float, z: float, yaw: float = 0.0) -> tuple[float, ...]:
    """Return a pose turned by `yaw` degrees about z."""
    half = np.radians(yaw) / 2
    return x, y, z, 0.0, 0.0, float(np.sin(half)), float(np.cos(half))
