"""`Painter`: frames for the views of one environment, each drawn once and kept as long as asked."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.labels import draw_labels
from crossworld.envs.core.raster import Frame
from crossworld.envs.household.visual.frames import draw, draw_batch, seen_labels
from crossworld.envs.household.visual.numbering import label_names
from crossworld.envs.household.world import HouseholdWorld

SIZES = range(16, 1025)
"""Sides of images that can be asked for."""


class Painter:
    """Draws worlds. Frames are functions of (state, gaze), so keeping them changes nothing.

    Args:
        size: side of the square image, pixels.
        labels: whether name tags are drawn on the image, beside what is looked at.
        frame_cache: how many frames are kept besides the last one; the least recently seen goes
            first.

    Raises:
        ValueError: a number is out of range.
    """

    def __init__(self, size: int = 128, *, labels: bool = False, frame_cache: int = 0) -> None:
        if not _is_whole(size) or size not in SIZES:
            raise ValueError(f"image_size: {size!r} is not a whole number from 16 to 1024.")
        if not _is_whole(frame_cache) or frame_cache < 0:
            raise ValueError(f"frame_cache: {frame_cache!r} is not a number of frames, 0 or more.")
        if not isinstance(labels, bool):
            raise ValueError(f"labels: {labels!r} is neither True nor False.")
        self.size = int(size)
        self._finish = _labelled if labels else _plain
        self._kept = frame_cache
        self._frames: OrderedDict[Hashable, Frame] = OrderedDict()

    def frame(self, world: HouseholdWorld) -> Frame:
        """Return what a world looks like now. The arrays are kept here: copy what leaves."""
        key = _key(world)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._finish(world, draw(world.state, world.gaze, self.size))
            self._keep(key, frame, self._kept)
        else:
            self._frames.move_to_end(key)
        return frame

    def frames(self, worlds: Sequence[HouseholdWorld]) -> list[Frame]:
        """Return what many worlds look like now; the new ones are drawn together."""
        keys = [_key(world) for world in worlds]
        new = {
            key: world for key, world in zip(keys, worlds, strict=True) if key not in self._frames
        }
        drawn = draw_batch(
            [world.state for world in new.values()],
            [world.gaze for world in new.values()],
            self.size,
        )
        if self._kept:
            # Views of a batch would keep all of it alive.
            drawn = [Frame(*(array.copy() for array in frame)) for frame in drawn]
        fresh = {
            key: self._finish(world, frame)
            for (key, world), frame in zip(new.items(), drawn, strict=True)
        }
        found = [fresh.get(key) or self._frames[key] for key in keys]
        for key, frame in zip(keys, found, strict=True):
            # Several modalities ask for the same batch: all of it has to last until the next one.
            self._keep(key, frame, max(self._kept, len(keys)))
        return found

    def clear(self) -> None:
        """Forget all frames."""
        self._frames.clear()

    def _keep(self, key: Hashable, frame: Frame, kept: int) -> None:
        self._frames[key] = frame
        self._frames.move_to_end(key)
        while len(self._frames) > max(kept, 1):
            self._frames.popitem(last=False)


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _key(world: HouseholdWorld) -> Hashable:
    """Return what a frame depends on. Games are compared by identity, and kept alive."""
    return world.state.game, world.state.key(), world.gaze


def _plain(world: HouseholdWorld, frame: Frame) -> Frame:
    return frame


def _labelled(world: HouseholdWorld, frame: Frame) -> Frame:
    """Return the frame with the names of what is looked at."""
    names = label_names(world.state.game)
    receptacles, objects = seen_labels(world.state, world.gaze)
    wanted = {label: names[label] for label in (*receptacles, *objects)}
    image: NDArray[np.uint8] = draw_labels(frame.image, frame.segmentation, wanted)
    return frame._replace(image=image)
