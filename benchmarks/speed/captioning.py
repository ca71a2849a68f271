"""How many images a second the small CLIP captions. Needs open_clip."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gymnasium as gym

from crossworld.wrappers.captioners.base import Scene
from crossworld.wrappers.captioners.clip.architecture import new_model, save_model
from crossworld.wrappers.captioners.clip.captioner import ClipCaptioner

ROUNDS, WARM = 12, 2
THRESHOLD = 0.2


def captions_per_second(batch: int, env: str = "crossworld/Household-v0") -> float:
    """Return images a second, in batches, each with all statements of its own room to choose from.

    The weights are random: what they are does not change what it costs.
    """
    with TemporaryDirectory() as folder:
        save_model(new_model(seed=0), Path(folder))
        captioner = ClipCaptioner(folder, threshold=THRESHOLD, batch_size=batch)
        envs: Any = gym.make_vec(env, num_envs=batch)
        images = envs.reset(seed=0)[0]["image"]
        streams = envs.np_random
        scenes = [
            Scene([s for s in said if s.startswith("you see")], tuple, streams[slot])
            for slot, said in enumerate(envs.call("statements"))
        ]
        best = float("inf")
        for number in range(ROUNDS):
            start = time.perf_counter()
            captioner.caption(images, scenes)
            if number >= WARM:
                best = min(best, time.perf_counter() - start)
    return batch / best
