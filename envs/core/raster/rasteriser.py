"""From scenes and cameras to images."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.raster.camera import Camera
from crossworld.envs.core.raster.mesh import LIMIT
from crossworld.envs.core.raster.scene import INSTANCE, Light, MeshLibrary, Rows, instances, join
from crossworld.envs.core.raster.shapes import box

AT_ONCE = 2**24
"""Samples that one call of the kernel makes at most: a larger batch is drawn in parts."""

MAX_SIZE = 2048
"""Largest side of an image: the exact coverage test counts in 64-bit integers."""


Colour = tuple[float, float, float]
DAYLIGHT = Light()
BLACK: Colour = (0.0, 0.0, 0.0)

FAULTS = {
    "mesh": "there is no mesh {value}; the library has {meshes}, numbered from 0",
    "tint": "a tint is three factors in 0..1, not {value}",
    "transform": f"a transform is made of numbers up to {LIMIT:.0e}, and neither mirrors nor"
    " flattens: use finite places and positive scales, not {value}",
}
"""What may be wrong with a row, by its field; the kernel counts them from 1."""


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


def render(
    library: MeshLibrary,
    scene: Rows,
    camera: Camera,
    size: int,
    light: Light = DAYLIGHT,
    background: Colour = BLACK,
    samples: int = 1,
) -> Frame:
    """Return what a camera sees; fresh arrays, the same bytes for the same arguments.

    Args:
        library: the meshes.
        scene: (n,) rows of `INSTANCE`.
        camera: of any kind.
        size: pixels along a side.
        light: for all of the scene.
        background: colour, 0..1.
        samples: per side of a pixel. Colours are means of all of them; depth and segmentation,
            which have no mean, are those of the upper left one.

    Raises:
        ValueError: if a row names no mesh, has a tint outside 0..1, or a transform that mirrors,
            flattens or is not finite; or another argument is out of range.
    """
    frames = render_batch(library, [scene], [camera], size, light, background, samples)
    return Frame(frames.image[0], frames.depth[0], frames.segmentation[0])


def render_batch(
    library: MeshLibrary,
    scenes: Sequence[Rows],
    cameras: Sequence[Camera],
    size: int,
    light: Light | Sequence[Light] = DAYLIGHT,
    background: Colour = BLACK,
    samples: int = 1,
) -> Frame:
    """Return what the i-th camera sees of the i-th scene, for all i, in one call of the kernel.

    Scenes may differ in length and everything else. The light is the same for all, or one for each.

    Returns:
        A frame whose arrays have the number of cameras as an additional first axis.

    Raises:
        ValueError: as `render`; also if there are more scenes or lights than cameras, or fewer.
    """
    if len(scenes) != len(cameras):
        raise ValueError(
            f"every camera needs a scene: {len(scenes)} scenes, {len(cameras)} cameras."
        )
    if not 1 <= samples <= size * samples <= MAX_SIZE:
        raise ValueError(
            f"size x samples must be 1 to {MAX_SIZE} pixels, not {size!r} x {samples!r}."
        )
    count = len(cameras)
    most = max(AT_ONCE // (size * samples) ** 2, 1)
    if count > most:
        shared = _each(light, count)
        parts = [
            render_batch(
                library, scenes[i : i + most], cameras[i : i + most], size,
                shared[i : i + most], background, samples,
            )
            for i in range(0, count, most)
        ]  # fmt: skip
        return Frame(*map(np.concatenate, zip(*parts, strict=True)))
    frames = _blank(count, size * samples)
    if count:
        rows, starts = _joined(scenes)
        views = np.array([camera.row for camera in cameras])
        lights = np.array([each.row() for each in _each(light, count)])
        row, fault = _kernel().render_frames(
            *library.packed(), rows, starts, views, lights, _bytes(background), LIMIT, *frames
        )
        if fault:
            _refuse(rows, starts, row, fault, len(library))
    if samples == 1:
        return frames
    reduced = _blank(count, size)
    _kernel().reduce_frames(*frames, *reduced)
    return reduced


def warm_up() -> None:
    """Compile the kernel, or load it from numba's cache: call it before timing, or forking."""
    render(MeshLibrary([box(1)]), instances(1), Camera.facing((0, 0, -2)), 2, samples=2)


def _each(light: Light | Sequence[Light], count: int) -> Sequence[Light]:
    """Return one light per camera."""
    if isinstance(light, Light):
        return [light] * count
    if len(light) != count:
        raise ValueError(f"every camera needs a light: {len(light)} lights, {count} cameras.")
    return light


def _joined(scenes: Sequence[Rows]) -> tuple[Rows, NDArray[np.int64]]:
    """Return a copy of all rows end to end, and where each scene begins, and the last one ends."""
    for scene in scenes:
        if not isinstance(scene, np.ndarray) or scene.dtype != INSTANCE or scene.ndim != 1:
            raise ValueError(
                "a scene is a 1-D array of INSTANCE (see `instances`), not"
                f" {getattr(scene, 'dtype', type(scene))} of shape {np.shape(scene)}."
            )
    starts = np.cumsum([0, *(len(scene) for scene in scenes)], dtype=np.int64)
    return join(scenes), starts


def _bytes(colour: Colour) -> tuple[int, ...]:
    if len(colour) != 3 or not all(0 <= part <= 1 for part in colour):
        raise ValueError(f"a background is three numbers in 0..1, not {colour!r}.")
    return tuple(round(float(part) * 255) for part in colour)


def _refuse(rows: Rows, starts: NDArray[np.int64], row: int, fault: int, meshes: int) -> None:
    """Say what is wrong with the row in which the kernel found a fault."""
    scene = int(np.searchsorted(starts, row, side="right")) - 1
    field, message = list(FAULTS.items())[fault - 1]
    what = message.format(value=rows[row][field].tolist(), meshes=meshes)
    raise ValueError(f"row {row - starts[scene]} of scene {scene}: {what}.")


def _blank(count: int, size: int) -> Frame:
    return Frame(
        np.empty((count, size, size, 3), np.uint8),
        np.empty((count, size, size), np.float32),
        np.empty((count, size, size), np.int32),
    )


def _kernel() -> Any:
    from crossworld.envs.core.raster import kernel  # imports numba

    return kernel
