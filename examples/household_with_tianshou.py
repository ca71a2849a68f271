"""Train Tianshou's DQN on images and missions of the household, with masked actions.

It is paid for goal conditions. A minute shows that it runs; to learn takes far longer.

    pip install "crossworld[agents]"
    python examples/household_with_tianshou.py
"""

import argparse
from typing import Any

import torch
from tianshou.algorithm import DQN
from tianshou.algorithm.modelfree.dqn import DiscreteQLearningPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Collector, VectorReplayBuffer
from tianshou.trainer import OffPolicyTrainerParams
from torch import Tensor, nn

from crossworld.wrappers import GoalConditionReward
from crossworld.wrappers.adapters import to_tianshou


class Values(nn.Module):
    """From images, uint8 (B, 64, 64, 3), and missions, int32 (B, 24), to values of actions, (B, n)."""

    def __init__(self, actions: int) -> None:
        super().__init__()
        convs = nn.Conv2d(3, 16, 8, 4), nn.ReLU(), nn.Conv2d(16, 32, 4, 2), nn.ReLU(), nn.Flatten()
        self.eye, self.words = nn.Sequential(*convs, nn.Linear(1152, 128)), nn.Embedding(1024, 128)
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(128, actions))

    def forward(self, obs: Any, state: Any = None, info: Any = None) -> tuple[Tensor, Any]:
        """Return the values; the policy puts the mask on them."""
        seen = self.eye(torch.as_tensor(obs.image).permute(0, 3, 1, 2) / 255.0)
        read = self.words(torch.as_tensor(obs.mission).long()).mean(1)
        return self.head(seen + read), state


def main() -> None:
    """Train, and print what the episodes in the buffer came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=8, help="of 1024 steps")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    torch.manual_seed(chosen.seed)
    torch.set_num_threads(1)  # The network is small: more threads would wait for each other.
    made: dict[str, Any] = {"image_size": 64, "num_tasks": 4, "max_episode_steps": 30}
    envs = to_tianshou(
        "crossworld/Household-v0",
        8,
        seed=chosen.seed,
        max_tokens=24,
        wrap=GoalConditionReward,
        **made,
    )
    actions = envs.action_space[0]
    policy = DiscreteQLearningPolicy(
        model=Values(int(actions.n)), action_space=actions, eps_training=0.2, eps_inference=0.05
    )
    algorithm = DQN(
        policy=policy, optim=AdamOptimizerFactory(lr=5e-4), gamma=0.97, target_update_freq=200
    )
    buffer = VectorReplayBuffer(4096, len(envs))
    collector = Collector(algorithm, envs, buffer, exploration_noise=True)

    def told(epoch: int, step: int) -> None:
        if step and step % 1024 == 0:
            mean = buffer.rew.sum() / max(buffer.done.sum(), 1)
            print(f"epoch {epoch}, {step:>6,} steps: mean return {mean:.3f}", flush=True)

    algorithm.run_training(
        OffPolicyTrainerParams(
            training_collector=collector,
            max_epochs=chosen.epochs,
            epoch_num_steps=1024,
            collection_step_num_env_steps=64,
            batch_size=64,
            update_step_num_gradient_steps_per_sample=0.1,
            training_fn=told,
            show_progress=False,
        )
    )


if __name__ == "__main__":
    main()
