"""Train sb3-contrib's MaskablePPO on two household tasks, from images alone.

The policy sees a small image and which of its commands are possible, and learns in a minute or two
to look at a book under a lamp; the other task of the two, to throw away a sponge, takes it longer:

    pip install "crossworld[agents]"
    python examples/household_with_maskable_ppo.py
"""

import argparse
from collections import defaultdict
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from sb3_contrib import MaskablePPO

from crossworld.wrappers import collect_commands
from crossworld.wrappers.adapters.sb3 import to_sb3
from crossworld.wrappers.vector import DiscretizeTextAction, GoalConditionReward

ENV_ID = "crossworld:crossworld/Household-v0"
TASKS = 2


def make_envs(seed: int) -> Any:
    """Return sixteen slots, with the same meaning of each action at all times."""
    scalar = gym.make(ENV_ID, modalities=("mission",))
    commands = collect_commands(scalar, [f"train/{number}" for number in range(TASKS)])
    return to_sb3(
        ENV_ID,
        num_envs=16,
        keys="image",
        image_size=64,
        num_tasks=TASKS,
        frame_cache=10_000,
        seed=seed,
        action_mode="text",
        wrap=lambda envs: GoalConditionReward(DiscretizeTextAction(envs, commands)),
    )


def success(model: MaskablePPO, envs: Any, episodes: int) -> dict[str, float]:
    """Return the share of episodes that succeed, by task, the first ones of every slot."""
    observations, won, left = envs.reset(), defaultdict(list), [episodes] * envs.num_envs
    while any(left):
        masks = np.stack(envs.env_method("action_masks"))
        actions, _ = model.predict(observations, action_masks=masks)
        observations, _, dones, infos = envs.step(actions)
        for slot in np.flatnonzero(dones):
            if left[slot]:
                left[slot] -= 1
                won[infos[slot]["task_id"]].append(infos[slot]["is_success"])
    return {task: float(np.mean(won[task])) for task in sorted(won)}


def main() -> None:
    """Train, and print what changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    envs = make_envs(chosen.seed)
    model = MaskablePPO(
        "CnnPolicy", envs, seed=chosen.seed, device="cpu", n_steps=64, batch_size=512,
        n_epochs=3, learning_rate=5e-4, gamma=0.95, ent_coef=0.02,
        policy_kwargs={"features_extractor_kwargs": {"features_dim": 256}, "net_arch": []},
    )  # fmt: skip
    before = success(model, envs, 2)
    model.learn(chosen.steps)
    after = success(model, envs, 5)
    for task in after:
        print(f"{task}: success {before.get(task, 0.0):.0%} before, {after[task]:.0%} after")


if __name__ == "__main__":
    main()
