"""Whether two results of environments are the same."""

from typing import Any

import numpy as np


def same(ours: Any, theirs: Any) -> bool:
    """Return whether two results are equal in every key, value, type and dtype."""
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, np.ndarray):
        if (ours.dtype, ours.shape) != (theirs.dtype, theirs.shape):
            return False
        if ours.dtype != object:
            return np.array_equal(ours, theirs)
        return same(ours.tolist(), theirs.tolist())
    if isinstance(ours, list | tuple):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return bool(ours == theirs)
