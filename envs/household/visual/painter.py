"""`HouseholdPainter`: frames of households; they depend on (state, gaze)."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.labels import draw_labels
from crossworld.envs.core.painter import Painter
from crossworld.envs.core.raster import Frame
from crossworld.envs.household.visual.frames import draw, draw_batch, seen_labels
from crossworld.envs.household.visual.numbering import label_names
from crossworld.envs.household.world import HouseholdWorld


class HouseholdPainter(Painter[HouseholdWorld, Frame]):
    """Draws households; name tags stand beside what is looked at."""

    def _key(self, world: HouseholdWorld) -> Hashable:
        # Games are compared by identity, and kept alive.
        return world.state.game, world.state.key(), world.gaze

    def _draw(self, world: HouseholdWorld) -> Frame:
        return self._finished(world, draw(world.state, world.gaze, self.size))

    def _draw_batch(self, worlds: Sequence[HouseholdWorld]) -> list[Frame]:
        states = [world.state for world in worlds]
        drawn = draw_batch(states, [world.gaze for world in worlds], self.size)
        if self._kept:
            # Views of a batch would keep all of it alive.
            drawn = [Frame(*(array.copy() for array in frame)) for frame in drawn]
        return [self._finished(world, frame) for world, frame in zip(worlds, drawn, strict=True)]

    def _finished(self, world: HouseholdWorld, frame: Frame) -> Frame:
        """Return the frame, with the names of what is looked at if they are asked for."""
        if not self._labels:
            return frame
        names = label_names(world.state.game)
        receptacles, objects = seen_labels(world.state, world.gaze)
        wanted = {label: names[label] for label in (*receptacles, *objects)}
        image: NDArray[np.uint8] = draw_labels(frame.image, frame.segmentation, wanted)
        return frame._replace(image=image)
