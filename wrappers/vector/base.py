"""Gymnasium's `VectorWrapper`, which takes types since 1.4 only."""

from typing import TYPE_CHECKING, Any, TypeAlias

import gymnasium as gym
from numpy.typing import NDArray

if TYPE_CHECKING:
    VectorWrapper: TypeAlias = gym.vector.VectorWrapper[Any, Any, Any, Any, NDArray[Any]]
else:
    VectorWrapper = gym.vector.VectorWrapper
