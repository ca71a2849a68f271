"""What a household's snapshot must hold besides what every world's does."""

from typing import Any

import gymnasium as gym
import pytest
from samples import sample_data

from crossworld import CrossworldError


@pytest.mark.parametrize(
    "damage",
    [
        lambda world: world.pop("gaze"),
        lambda world: world.update(gaze=-3),
        lambda world: world.update(gaze=10**6),
        lambda world: world.update(gaze=False),
    ],
)
def test_damaged_gaze_is_a_clear_error(damage: Any) -> None:
    env: Any = gym.make("crossworld/ALFWorld-v0", data=sample_data()).unwrapped
    env.reset(seed=0)
    snapshot = env.snapshot()
    damage(snapshot["world"])
    with pytest.raises(CrossworldError, match="snapshot"):
        env.reset(options={"snapshot": snapshot})
