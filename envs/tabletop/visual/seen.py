"""What no camera sees: the text does not say that it is seen."""

from functools import lru_cache

import numpy as np

from crossworld.envs.tabletop.relations import entities
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.visual.frames import draw_one

SIZE, ENOUGH = 64, 6
"""Side of the images in which it is looked for, and pixels that it must have in one of them."""

STATES = 256
"""States of which it is kept; the least recently asked goes first."""


@lru_cache(maxsize=STATES)
def hidden(state: State) -> frozenset[str]:
    """Return the names of things that have too few pixels in both views."""
    left = {pieces[0] + 1: name for name, pieces in entities(state.scene).items()}
    for view in ("front", "side"):
        shown = np.bincount(draw_one(state, view, SIZE).segmentation.ravel(), minlength=1)
        left = {
            label: name
            for label, name in left.items()
            if label >= len(shown) or shown[label] < ENOUGH
        }
        if not left:
            break
    return frozenset(left.values())
