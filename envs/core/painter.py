"""`Painter`: frames for the views of one environment, each drawn once and kept as long as asked."""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

import numpy as np

from crossworld.envs.core.parts import W

F = TypeVar("F")

SIZES = range(16, 1025)
"""Sides of images that can be asked for."""


class Painter(ABC, Generic[W, F]):
    """Draws worlds. Frames are functions of what `_key` returns, so keeping them changes nothing.

    Args:
        size: side of the square image, pixels.
        labels: whether name tags are drawn on the image.
        frame_cache: how many frames are kept besides the last one; the least recently seen goes
            first.

    Subclasses implement `_key`, `_draw` and `_draw_batch`.

    Raises:
        ValueError: an argument is out of range.
    """

    def __init__(self, size: int = 128, *, labels: bool = False, frame_cache: int = 0) -> None:
        if not _is_whole(size) or size not in SIZES:
            raise ValueError(f"image_size: {size!r} is not a whole number from 16 to 1024.")
        if not _is_whole(frame_cache) or frame_cache < 0:
            raise ValueError(f"frame_cache: {frame_cache!r} is not a number of frames, 0 or more.")
        if not isinstance(labels, bool):
            raise ValueError(f"labels: {labels!r} is neither True nor False.")
        self.size = int(size)
        self._labels = labels
        self._kept = int(frame_cache)
        self._frames: OrderedDict[Hashable, F] = OrderedDict()

    @abstractmethod
    def _key(self, world: W) -> Hashable:
        """Return what a frame depends on."""

    @abstractmethod
    def _draw(self, world: W) -> F:
        """Draw a world, name tags included."""

    @abstractmethod
    def _draw_batch(self, worlds: Sequence[W]) -> list[F]:
        """Draw several worlds together; each frame owns its arrays if frames are kept."""

    def frame(self, world: W) -> F:
        """Return what a world looks like now. The arrays are kept here: copy what leaves."""
        key = self._key(world)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._draw(world)
            self._keep(key, frame, self._kept)
        else:
            self._frames.move_to_end(key)
        return frame

    def frames(self, worlds: Sequence[W]) -> list[F]:
        """Return what many worlds look like now; the new ones are drawn together."""
        keys = [self._key(world) for world in worlds]
        new = {
            key: world for key, world in zip(keys, worlds, strict=True) if key not in self._frames
        }
        fresh = dict(zip(new, self._draw_batch(list(new.values())), strict=True))
        found = [fresh[key] if key in fresh else self._frames[key] for key in keys]
        for key, frame in zip(keys, found, strict=True):
            # Several modalities ask for the same batch: all of it has to last until the next one.
            self._keep(key, frame, max(self._kept, len(keys)))
        return found

    def clear(self) -> None:
        """Forget all frames."""
        self._frames.clear()

    def _keep(self, key: Hashable, frame: F, kept: int) -> None:
        self._frames[key] = frame
        self._frames.move_to_end(key)
        while len(self._frames) > max(kept, 1):
            self._frames.popitem(last=False)


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
