"""Frames of states: pure functions of them, the same bytes in any process."""

from collections.abc import Sequence

from crossworld.envs.core.raster import Frame, Light, render_batch
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.visual.library import shapes
from crossworld.envs.tabletop.visual.template import template

LIGHT = Light((0.5, 0.3, -0.81), ambient=0.42, diffuse=0.70)
"""From above and the viewer's right: tops are brightest, then fronts, then right sides."""

BACKGROUND = (0.80, 0.84, 0.88)


def draw_views(states: Sequence[State], views: Sequence[str], size: int) -> list[Frame]:
    """Return what states look like, one frame per view; all are drawn in one call of the kernel.

    Args:
        states: s of any scenes.
        views: names, of `cameras.VIEWS`.
        size: pixels along a side, 1 to 2048.

    Returns:
        Frames with arrays (s, size, size, ...), see `raster.Frame`. They share their memory.

    Raises:
        KeyError: a view has no such name.
        ValueError: the size is out of range.
    """
    templates = [template(state.scene.cast) for state in states]
    rows = [made.instances(state) for made, state in zip(templates, states, strict=True)]
    frames = render_batch(
        shapes().meshes,
        rows * len(views),
        [made.cameras[view] for view in views for made in templates],
        size,
        LIGHT,
        BACKGROUND,
    )
    count = len(states)
    return [cut(frames, slice(k * count, (k + 1) * count)) for k in range(len(views))]


def draw(states: Sequence[State], view: str, size: int) -> Frame:
    """Return what states look like in one view, see `draw_views`."""
    return draw_views(states, (view,), size)[0]


def draw_one(state: State, view: str, size: int) -> Frame:
    """Return the same for one state, without the first axis."""
    return cut(draw((state,), view, size), 0)


def cut(frame: Frame, part: slice | int) -> Frame:
    """Return part of the first axis of a frame, without copying."""
    return Frame(frame.image[part], frame.depth[part], frame.segmentation[part])
