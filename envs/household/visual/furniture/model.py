"""What a piece of furniture is made of, and builders that the kinds share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crossworld.envs.core.raster import Mesh, box, merge, pose, quad

BOARD = 0.025
"""Thickness of boards, metres."""


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal rectangle on which contents stand.

    Attributes:
        left, right: least and greatest x.
        front, back: least and greatest z.
        y: its height.
        headroom: free height above it.
        cell: side of the largest cell that one thing gets, metres.
        pitch: depth of a cell by its width; rows that hide each other are farther apart.
    """

    left: float
    right: float
    front: float
    back: float
    y: float
    headroom: float = 0.3
    cell: float = 0.24
    pitch: float = 1.0

    def scaled(self, width: float, height: float, depth: float) -> "Level":
        """Return the level of a receptacle that is larger by these factors; cells stay."""
        return Level(
            left=self.left * width,
            right=self.right * width,
            front=self.front * depth,
            back=self.back * depth,
            y=self.y * height,
            headroom=self.headroom * height,
            cell=self.cell,
            pitch=self.pitch,
        )


@dataclass(frozen=True, slots=True)
class Stance:
    """How the agent stands to look at something: it steps nearer or back, crouches or stretches.

    Attributes:
        low, high: least and greatest angle at which it looks down, degrees.
        near, far: least and greatest distance of the eye from the middle of what it looks at.
    """

    low: float
    high: float
    near: float
    far: float


@dataclass(frozen=True, slots=True, eq=False)
class Hinge:
    """A door that swings about an upright axis.

    Attributes:
        mesh: the closed door, its hinge at x = z = 0, reaching to +x.
        at: (x, y, z) of the hinge.
        angle: degrees that it turns about the axis when it opens, clockwise from above.
    """

    mesh: Mesh
    at: tuple[float, float, float]
    angle: float = 110.0

    def mirrored(self) -> "Hinge":
        """Return the same door with its hinge on the other side."""
        x, y, z = self.at
        mirror = np.array((-1, 1, 1), np.float32)
        mesh = Mesh(self.mesh.vertices * mirror, self.mesh.triangles[:, ::-1], self.mesh.colours)
        return Hinge(mesh, (-x, y, z), -self.angle)


@dataclass(frozen=True, slots=True, eq=False)
class Slide:
    """A drawer that slides out.

    Attributes:
        mesh: the drawer, pushed in.
        out: how far it comes out, to -z, metres.
    """

    mesh: Mesh
    out: float


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A kind of receptacle at its usual size.

    Frame: y = 0 is its lowest point, x = z = 0 its middle; the front faces -z.

    Attributes:
        size: width, height and depth, metres.
        body: what does not move.
        levels: where contents stand (of a drawer: when it is pushed in).
        stance: how it is looked at.
        door: what moves when it is opened; None if nothing can.
        right_door: the same door with its hinge on the right, for who looks from the left; None if
            there is none.
        spare: how many more things than at first it has places for.
        whole: whether all of it is in view when its contents are looked at.
    """

    size: tuple[float, float, float]
    body: Mesh
    levels: tuple[Level, ...]
    stance: Stance
    door: Hinge | Slide | None = None
    right_door: Hinge | None = None
    spare: int = 2
    whole: bool = False


def cupboard(
    size: tuple[float, float, float],
    body: Mesh,
    levels: tuple[Level, ...],
    stance: Stance,
    door: Hinge,
) -> Model:
    """Return the model of something with a door that can be hung on either side."""
    return Model(size, body, levels, stance, door, right_door=door.mirrored())


def block(
    width: float,
    height: float,
    depth: float,
    x: float = 0.0,
    y: float = 0.0,
    z: float = 0.0,
    colour: ArrayLike = (1.0, 1.0, 1.0),
) -> Mesh:
    """Return a box that stands on y, with its middle at x and z."""
    return box((width, height, depth), colour).moved(pose((x, y + height / 2, z)))


def panel(width: float, height: float, z: float, colour: ArrayLike) -> Mesh:
    """Return an upright board from y = 0 that is seen from the front only.

    From behind, in a view of the whole room, it must not hide what is built in before it.
    """
    return quad(width, height, colour).moved(pose((0, height / 2, z)))


def legs(
    width: float, height: float, depth: float, colour: ArrayLike, thick: float = 0.05
) -> list[Mesh]:
    """Return four legs in the corners of a rectangle."""
    x, z = width / 2 - thick / 2, depth / 2 - thick / 2
    return [block(thick, height, thick, sx, 0, sz, colour) for sx in (-x, x) for sz in (-z, z)]


def hoop(width: float, height: float, depth: float, y: float, colour: ArrayLike) -> list[Mesh]:
    """Return a band of boards around a rectangle, empty inside."""
    thick = 0.015
    x, z = (width + thick) / 2, (depth + thick) / 2
    return [
        *(block(thick, height, depth + 2 * thick, side, y, 0, colour) for side in (-x, x)),
        *(block(width, height, thick, 0, y, side, colour) for side in (-z, z)),
    ]


def carcass(
    width: float,
    height: float,
    depth: float,
    colour: ArrayLike,
    inside: ArrayLike,
    boards: Sequence[float] = (),
    wall: float = BOARD,
) -> Mesh:
    """Return a box that is open in front, with boards at these heights inside."""
    inner = width - 2 * wall
    return merge(
        [
            block(wall, height, depth, -(width - wall) / 2, 0, 0, colour),
            block(wall, height, depth, (width - wall) / 2, 0, 0, colour),
            block(inner, wall, depth, 0, 0, 0, colour),
            block(inner, wall, depth, 0, height - wall, 0, colour),
            block(inner, height - 2 * wall, wall, 0, wall, (depth - wall) / 2, inside),
            *(block(inner, wall * 0.7, depth - wall, 0, y, -wall / 2, inside) for y in boards),
        ]
    )


def tray(
    width: float, height: float, depth: float, colour: ArrayLike, wall: float = BOARD
) -> list[Mesh]:
    """Return a box that is open on top."""
    inner = depth - 2 * wall
    return [
        block(width, wall, depth, 0, 0, 0, colour),
        block(wall, height, inner, -(width - wall) / 2, 0, 0, colour),
        block(wall, height, inner, (width - wall) / 2, 0, 0, colour),
        block(width, height, wall, 0, 0, (depth - wall) / 2, colour),
        block(width, height, wall, 0, 0, -(depth - wall) / 2, colour),
    ]
