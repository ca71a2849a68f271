"""What pixels are called in the segmentation."""

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.tabletop.scene import Cast


def labels(cast: Cast) -> NDArray[np.int32]:
    """Return the (n,) int32 labels of things: their number + 1, in a pile that of its first piece.

    0 is everything else: table, gripper and background.
    """
    first: dict[str, int] = {}
    return np.array(
        [
            first.setdefault(thing.pile, number + 1) if thing.pile else number + 1
            for number, thing in enumerate(cast.things)
        ],
        np.int32,
    )


def label_names(cast: Cast) -> dict[int, str]:
    """Return what the text calls that which has a label; without 0."""
    return dict(zip(labels(cast).tolist(), cast.names, strict=True))
