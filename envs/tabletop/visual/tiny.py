"""The same views, drawn by the software renderer that PyBullet brings along, TinyRenderer.

Slower and plainer: every piece has one colour, and there are no shadows. What is where is the same:
pieces have the same meshes at the same places, and cameras see them the same way.
"""

import math
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.raster import INSTANCE, Camera, Frame, MeshLibrary
from crossworld.envs.tabletop import kernel
from crossworld.envs.tabletop.physics.bullet import load_bullet
from crossworld.envs.tabletop.scene import Cast, Floats
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.visual.frames import BACKGROUND, LIGHT, cut
from crossworld.envs.tabletop.visual.library import shapes
from crossworld.envs.tabletop.visual.template import Template, template

STAGES = 16
"""Scenes kept per process, each with a client of PyBullet; the least recently used goes first."""

_UPRIGHT = np.array((0.0, 0.0, 0.0, 1.0))


def draw_views(states: Sequence[State], views: Sequence[str], size: int) -> list[Frame]:
    """Return what states look like, one frame per view, as `frames.draw_views` does.

    Args:
        states: s of any scenes.
        views: names, of `cameras.VIEWS`.
        size: pixels along a side.

    Returns:
        Frames with arrays (s, size, size, ...), see `raster.Frame`.

    Raises:
        KeyError: a view has no such name.
    """
    frames = [_blank(len(states), size) for _ in views]
    for number, state in enumerate(states):
        stage = _stage(state.scene.cast)
        stage.arrange(state)
        for view, frame in zip(views, frames, strict=True):
            stage.draw(view, cut(frame, number))
    return frames


def _blank(count: int, size: int) -> Frame:
    return Frame(
        np.empty((count, size, size, 3), np.uint8),
        np.empty((count, size, size), np.float32),
        np.empty((count, size, size), np.int32),
    )


_STAGES: OrderedDict[Cast, "_Stage"] = OrderedDict()


def _stage(cast: Cast) -> "_Stage":
    """Return the stage of a cast."""
    stage = _STAGES.get(cast)
    if stage is None:
        while len(_STAGES) >= STAGES:
            _STAGES.popitem(last=False)[1].close()
        stage = _STAGES[cast] = _Stage(template(cast))
    _STAGES.move_to_end(cast)
    return stage


class _Stage:
    """One body for each row of a template but the shadows."""

    def __init__(self, made: Template) -> None:
        bullet = load_bullet()
        client = bullet.connect(bullet.DIRECT)
        self._place = partial(bullet.resetBasePositionAndOrientation, physicsClientId=client)
        self._look = partial(
            bullet.getCameraImage, shadow=0, renderer=bullet.ER_TINY_RENDERER, physicsClientId=client,
            lightDirection=[-part for part in LIGHT.direction], lightColor=(1, 1, 1),
            lightAmbientCoeff=LIGHT.ambient, lightDiffuseCoeff=LIGHT.diffuse, lightSpecularCoeff=0,
        )  # fmt: skip
        self.close = partial(bullet.disconnect, physicsClientId=client)
        self._template = made
        count = made.first[-1] + made.cups
        rows, local = made.rows.view(INSTANCE)[:count], made.local[:count]
        # The last label is for -1, which TinyRenderer calls the background.
        self._labels = np.append(rows["label"], 0).astype(np.int32)
        halves = np.sqrt((local[:, :3] ** 2).sum(axis=2))
        turns = np.arctan2(local[:, 0, 1], local[:, 0, 0]) / 2
        self._turns = np.zeros((count, 4))
        self._turns[:, 2], self._turns[:, 3] = np.sin(turns), np.cos(turns)
        self._owners = np.searchsorted(made.first, np.arange(count), side="right") - 1
        meshes = [_corners(shapes().meshes, mesh) for mesh in range(len(shapes().meshes))]
        for number, row in enumerate(rows):
            corners, normals = meshes[row["mesh"]]
            visual = bullet.createVisualShape(
                bullet.GEOM_MESH, vertices=corners, normals=normals, indices=range(len(corners)),
                meshScale=halves[number].tolist(), rgbaColor=[*row["tint"].tolist(), 1.0],
                physicsClientId=client,
            )  # fmt: skip
            bullet.createMultiBody(
                0, -1, visual, local[number, 3].tolist(), self._turns[number].tolist(),
                physicsClientId=client,
            )  # fmt: skip

    def arrange(self, state: State) -> None:
        """Put everything where it is."""
        made = self._template
        rows = made.instances(state)
        things = len(state.poses)
        turn = np.empty(4)
        for number in range(made.first[0], made.first[-1] + made.cups):
            owner = self._owners[number]
            pose = state.poses[owner, 3:] if owner < things else _UPRIGHT
            kernel.times(pose, self._turns[number], turn)
            self._place(number, rows[number]["transform"][3].tolist(), turn.tolist())

    def draw(self, view: str, frame: Frame) -> None:
        """Write what a camera sees into a frame of one image."""
        camera = self._template.cameras[view]
        size = len(frame.depth)
        seen, lens = _matrices(camera, size)
        _, _, image, near, bodies = self._look(size, size, seen, lens)
        bodies = np.asarray(bodies).reshape(size, size)
        nothing = bodies < 0
        frame.image[:] = np.asarray(image).reshape(size, size, 4)[..., :3]
        frame.image[nothing] = [round(255 * part) for part in BACKGROUND]
        # From what OpenGL keeps, 0 at near and 1 at far, to metres.
        share = np.asarray(near, np.float64).reshape(size, size)
        far = camera.far
        frame.depth[:] = far * camera.near / (far - (far - camera.near) * share)
        frame.depth[nothing] = far
        frame.segmentation[:] = self._labels[bodies]


def _corners(meshes: MeshLibrary, number: int) -> tuple[list[list[float]], list[list[float]]]:
    """Return the corners of each triangle of a mesh, and its normal for each: edges stay sharp."""
    packed = meshes.packed()
    first, _, start, end = packed.spans[number].tolist()
    corners = packed.vertices[first + packed.faces[start:end].ravel()]
    return corners.tolist(), packed.planes[start:end, :3].repeat(3, axis=0).tolist()


def _matrices(camera: Camera, size: int) -> tuple[list[float], list[float]]:
    """Return the view and the projection of a camera as OpenGL takes them, column by column."""
    axes: NDArray[np.float64] = camera.axes * np.array((1.0, 1.0, -1.0))[:, None]
    view: Floats = np.eye(4)
    view[:3, :3] = axes
    view[:3, 3] = -(axes * camera.position).sum(axis=1)
    near, far = camera.near, camera.far
    focus = 1 / math.tan(math.radians(camera.fov) / 2)
    lens: Floats = np.zeros((4, 4))
    lens[0, 0] = lens[1, 1] = focus
    # TinyRenderer looks at corners of pixels, `raster` at their middles: half a pixel apart.
    lens[0, 2] = lens[1, 2] = 1 / size
    lens[2, 2], lens[2, 3] = (near + far) / (near - far), 2 * near * far / (near - far)
    lens[3, 2] = -1
    return view.T.ravel().tolist(), lens.T.ravel().tolist()
