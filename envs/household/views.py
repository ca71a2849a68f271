"""The household's modalities."""

from collections.abc import Callable, Mapping
from operator import attrgetter

import numpy as np
from gymnasium.spaces import Box

from crossworld.envs.core.parts import View
from crossworld.envs.core.views import FrameView, MissionView, TextView
from crossworld.envs.household.visual.painter import HouseholdPainter
from crossworld.envs.household.visual.viewpoint import FARTHEST
from crossworld.envs.household.world import HouseholdWorld

DEFAULT_MODALITIES = ("image", "text", "mission")


def image_view(painter: HouseholdPainter) -> FrameView:
    """Return the view of colours."""
    return FrameView(
        painter, attrgetter("image"), Box(0, 255, (painter.size, painter.size, 3), np.uint8)
    )


def depth_view(painter: HouseholdPainter) -> FrameView:
    """Return the view of depths, metres along the optical axis."""
    return FrameView(
        painter, attrgetter("depth"), Box(0, FARTHEST, (painter.size, painter.size), np.float32)
    )


def segmentation_view(painter: HouseholdPainter) -> FrameView:
    """Return the view of labels."""
    most = int(np.iinfo(np.int32).max)
    return FrameView(
        painter, attrgetter("segmentation"), Box(0, most, (painter.size, painter.size), np.int32)
    )


VIEWS: Mapping[str, Callable[[HouseholdPainter], View[HouseholdWorld]]] = {
    "image": image_view,
    "text": TextView,
    "mission": MissionView,
    "depth": depth_view,
    "segmentation": segmentation_view,
}
