"""Frames of states. What stands between the eye and what it looks at is left out.

In rooms whose sizes are partly guessed, and in which doors and drawers may stand open, now and then
something would hide what the text says is seen. Then whatever hides it is not drawn, as in films,
where the fourth wall is missing. So the pairing of image and text does not depend on luck.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from crossworld.envs.core.raster import Frame, Rows, render, render_batch
from crossworld.envs.household.gaze import sight
from crossworld.envs.household.state import State, bits
from crossworld.envs.household.visual.library import shapes
from crossworld.envs.household.visual.numbering import object_label, receptacle_label
from crossworld.envs.household.visual.outlook import Outlook, enough
from crossworld.envs.household.visual.pieces import HAND_REACH
from crossworld.envs.household.visual.scene import scene_of

BACKGROUND = (0.16, 0.17, 0.19)

_SAMPLES = 2
"""Samples per side of a pixel: without, small things fall apart into single pixels."""

_ATTEMPTS = 3
"""Rounds of leaving out what hides something."""

_LARGER = (1.0, 1.5, 2.2)
"""How much larger than usual things are drawn, in turn, that still have too few pixels: in a wide
view of a small image, what lies in a drawer may be only a few pixels long."""


def draw(state: State, gaze: int, size: int) -> Frame:
    """Return what a state looks like: `size` x `size` pixels, see `Frame`."""
    scene = scene_of(state.game)
    outlook = scene.outlook(state, gaze)
    rows = scene.instances(state, gaze, outlook)
    frame = _render(rows, outlook, size)
    return _cleared(frame, rows, outlook, seen_labels(state, gaze))


def draw_batch(states: Sequence[State], gazes: Sequence[int], size: int) -> list[Frame]:
    """Return the same for many states, in one call of the kernel and some for what was hidden."""
    pairs = list(zip(states, gazes, strict=True))
    outlooks = [scene_of(state.game).outlook(state, gaze) for state, gaze in pairs]
    rows = [
        scene_of(state.game).instances(state, gaze, outlook)
        for (state, gaze), outlook in zip(pairs, outlooks, strict=True)
    ]
    frames = render_batch(
        shapes().meshes,
        rows,
        [outlook.camera for outlook in outlooks],
        size,
        light=[outlook.light for outlook in outlooks],
        background=BACKGROUND,
        samples=_SAMPLES,
    )
    return [
        _cleared(Frame(*arrays), rows[i], outlooks[i], seen_labels(*pairs[i]))
        for i, arrays in enumerate(zip(*frames, strict=True))
    ]


class Labels(NamedTuple):
    """Labels of all that a frame must show."""

    receptacles: list[int]
    objects: list[int]


def seen_labels(state: State, gaze: int) -> Labels:
    """Return the labels of all that a frame must show."""
    receptacles, objects = sight(state, gaze)
    return Labels(
        [receptacle_label(r) for r in bits(receptacles)],
        [object_label(state.game, o) for o in bits(objects)],
    )


def _cleared(frame: Frame, rows: Rows, outlook: Outlook, seen: Labels) -> Frame:
    """Return the frame, or one without what hides something that is wanted.

    Args:
        frame: as it was drawn.
        rows: of what.
        outlook: from where.
        seen: labels of what has to be seen.
    """
    wanted = [*seen.receptacles, *seen.objects]
    size = len(frame.segmentation)
    for _ in range(_ATTEMPTS):
        missing = _missing(frame, wanted)
        if not missing:
            return frame
        alone = _render(rows[np.isin(rows["label"], missing)], outlook, size)
        there = frame.segmentation[np.isin(alone.segmentation, missing)]
        hiding = np.setdiff1d(there, [0, *wanted])
        if not len(hiding):
            break
        rows = rows[~np.isin(rows["label"], hiding)]
        frame = _render(rows, outlook, size)
    if outlook.close:
        # Things may hide furniture, but nothing may hide things except what is in the hand.
        _uncover(frame, rows, outlook, seen.receptacles, kept=seen.objects)
        for factor in _LARGER:
            _uncover(frame, _enlarged(rows, seen.objects, factor), outlook, seen.objects, kept=[])
    return frame


def _uncover(
    frame: Frame, rows: Rows, outlook: Outlook, wanted: list[int], kept: list[int]
) -> None:
    """Cut holes into what hides something and has to be seen itself: a shelf, the rim of a basin.

    Args:
        frame: changed in place.
        rows: what it shows.
        outlook: from where.
        wanted: labels of what has to be seen.
        kept: labels that are not cut.
    """
    missing = _missing(frame, wanted)
    if not missing:
        return
    alone = _render(rows[np.isin(rows["label"], missing)], outlook, len(frame.segmentation))
    hole = (alone.segmentation != 0) & (frame.depth > HAND_REACH)
    hole &= ~np.isin(frame.segmentation, kept)
    frame.image[hole] = alone.image[hole]
    frame.depth[hole] = alone.depth[hole]
    frame.segmentation[hole] = alone.segmentation[hole]


def _enlarged(rows: Rows, labels: list[int], factor: float) -> Rows:
    """Return rows in which things are larger."""
    larger = rows[np.isin(rows["label"], labels)]
    larger["transform"][:, :3] *= factor
    return larger


def _render(rows: Rows, outlook: Outlook, size: int) -> Frame:
    return render(
        shapes().meshes,
        rows,
        outlook.camera,
        size,
        light=outlook.light,
        background=BACKGROUND,
        samples=_SAMPLES,
    )


def _missing(frame: Frame, wanted: list[int]) -> list[int]:
    """Return the labels that have too few pixels."""
    counts = np.bincount(frame.segmentation.ravel(), minlength=max(wanted, default=0) + 1)
    limit = enough(len(frame.segmentation))
    return [label for label in wanted if counts[label] < limit]
