"""From scenes and cameras to images."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.raster.camera import Camera
from crossworld.envs.core.raster.mesh import pose
from crossworld.envs.core.raster.scene import Instance, Scene
from crossworld.envs.core.raster.shapes import box

MAX_SIZE = 2048
"""Largest side of an image: the exact coverage test counts in 64-bit integers."""


class Frame(NamedTuple):
    """What a camera sees, or with one more axis in front, what several do. Row 0 is the top.

    Attributes:
        image: (size, size, 3) uint8.
        depth: (size, size) float32, metres along the optical axis (not along the ray), between
            the camera's near and far; far where nothing is. Fits `Box(0, far, (size, size))`.
        segmentation: (size, size) int32, 0 where nothing is.
    """

    image: NDArray[np.uint8]
    depth: NDArray[np.float32]
    segmentation: NDArray[np.int32]


def render(scene: Scene, camera: Camera, size: int) -> Frame:
    """Return what a camera sees; fresh arrays, the same bytes for the same scene and camera."""
    frames = _draw([scene], np.zeros(1, np.int64), [camera], size)
    return Frame(frames.image[0], frames.depth[0], frames.segmentation[0])


def render_batch(scenes: Sequence[Scene], cameras: Sequence[Camera], size: int) -> Frame:
    """Return what the i-th camera sees of the i-th scene, for all i, in one call of the kernel.

    Scenes may differ in everything, or be the same object several times.

    Returns:
        A frame whose arrays have the number of cameras as an additional first axis.
    """
    if len(scenes) != len(cameras):
        raise ValueError(
            f"every camera needs a scene: {len(scenes)} scenes, {len(cameras)} cameras."
        )
    places: dict[int, int] = {}
    distinct: list[Scene] = []
    which = np.empty(len(scenes), np.int64)
    for i, scene in enumerate(scenes):
        if id(scene) not in places:
            places[id(scene)] = len(distinct)
            distinct.append(scene)
        which[i] = places[id(scene)]
    return _draw(distinct, which, cameras, size)


def warm_up() -> None:
    """Compile the kernel, or load it from numba's cache: call it before timing, or forking."""
    scene = Scene([Instance(box(1), pose((0, 0, 2)), 1)])
    render(scene, Camera.facing((0, 0, 0)), 2)


def _draw(
    scenes: Sequence[Scene], which: NDArray[np.int64], cameras: Sequence[Camera], size: int
) -> Frame:
    if not 1 <= size <= MAX_SIZE:
        raise ValueError(f"size must be 1 to {MAX_SIZE} pixels, not {size!r}.")
    count = len(cameras)
    frames = Frame(
        np.empty((count, size, size, 3), np.uint8),
        np.empty((count, size, size), np.float32),
        np.empty((count, size, size), np.int32),
    )
    if count:
        rows = np.stack([camera.row() for camera in cameras])
        _kernel()(*_packed(scenes), which, rows, *frames)
    return frames


def _packed(scenes: Sequence[Scene]) -> tuple[NDArray[Any], ...]:
    """Return the kernel's first arguments: all scenes end to end, and where each begins."""
    names = ("points", "faces", "planes", "lit", "labels", "spheres", "spans", "visible")
    if len(scenes) == 1:
        arrays = [getattr(scenes[0], name) for name in names]
    else:
        arrays = [np.concatenate([getattr(scene, name) for scene in scenes]) for name in names]
    sizes = np.array([(len(s.points), len(s.faces), len(s)) for s in scenes], np.int64)
    offsets = np.zeros((len(scenes), 4), np.int64)
    offsets[1:, :3] = np.cumsum(sizes[:-1], axis=0)
    offsets[:, 3] = sizes[:, 2]
    return (*arrays, np.stack([scene.background for scene in scenes]), offsets)


def _kernel() -> Any:
    from crossworld.envs.core.raster.kernel import render_frames  # imports numba

    return render_frames
