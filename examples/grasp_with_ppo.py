"""Train Stable-Baselines3's PPO to pick up the red block, and see how often it does.

It sees the numbers of `state` alone, acts in mode "point" and learns on the analytic physics, which
is many times as fast; it is tested on PyBullet, on tables that it has not seen:

    pip install crossworld stable-baselines3
    python examples/grasp_with_ppo.py
"""

import argparse
import time
from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import VecNormalize

ENV_ID = "crossworld:crossworld/TabletopGrasp-v0"


def make_env(**kwargs: Any) -> gym.Env[Any, Any]:
    """Return the environment as PPO takes it: numbers in, numbers out."""
    return gym.make(ENV_ID, modalities=("state",), action_mode="point", **kwargs)


def success_rate(
    model: PPO, norm: VecNormalize, physics: str, episodes: int
) -> tuple[float, float]:
    """Return the share of test tables that are solved, and the mean number of steps of those."""
    env = make_env(split="valid_seen", physics=physics)
    steps: list[int] = []
    for episode in range(episodes):
        observation, info = env.reset(options={"task_id": f"valid_seen/{episode}"})
        count, over = 0, False
        while not over:
            action, _ = model.predict(norm.normalize_obs(observation), deterministic=True)
            observation, _, terminated, truncated, info = env.step(action)
            count, over = count + 1, terminated or truncated
        if info["success"]:
            steps.append(count)
    return len(steps) / episodes, float(np.mean(steps)) if steps else float("nan")


class Progress(BaseCallback):
    """Prints how training goes."""

    def __init__(self, norm: VecNormalize, every: int) -> None:
        super().__init__()
        self._norm, self._every, self._next = norm, every, every
        self._begun = time.process_time()

    def _on_step(self) -> bool:
        if self.num_timesteps >= self._next:
            self._next += self._every
            rate, steps = success_rate(self.model, self._norm, "analytic", 100)
            minutes = (time.process_time() - self._begun) / 60
            print(
                f"{self.num_timesteps:>8,} steps  {minutes:5.1f} CPU min"
                f"  success {rate:4.0%}  in {steps:.1f} steps",
                flush=True,
            )
        return True


def main() -> None:
    """Train and test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=150_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--episodes", type=int, default=500, help="of the test")
    chosen = parser.parse_args()
    made = make_vec_env(lambda: make_env(physics="analytic"), n_envs=16, seed=chosen.seed)
    envs = VecNormalize(made, norm_obs_keys=["state"], norm_reward=False)
    model = PPO(
        "MultiInputPolicy", envs, seed=chosen.seed, device="cpu", n_steps=128, batch_size=512,
        n_epochs=10, learning_rate=1e-3, gamma=0.9, gae_lambda=0.9, policy_kwargs={"net_arch": [128, 128]},
    )  # fmt: skip
    model.learn(chosen.steps, callback=Progress(envs, 25_000))
    envs.training = False
    for physics in ("analytic", "bullet"):
        rate, steps = success_rate(model, envs, physics, chosen.episodes)
        print(
            f"{physics}: success {rate:.1%} of {chosen.episodes} new tables, in {steps:.2f} steps"
        )


if __name__ == "__main__":
    main()
