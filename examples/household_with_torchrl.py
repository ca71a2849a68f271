"""Train TorchRL's PPO on images and missions of the household, with masked actions.

It is paid for goal conditions. A minute shows that it runs; to learn takes far longer.

    pip install "crossworld[agents]"
    python examples/household_with_torchrl.py
"""

import argparse
from typing import Any

import torch
from tensordict.nn import TensorDictModule
from torch import Tensor, nn
from torchrl.collectors import Collector
from torchrl.modules import MaskedCategorical, ProbabilisticActor, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

from crossworld.wrappers import GoalConditionReward
from crossworld.wrappers.adapters import to_torchrl

SEEN = ["image", "mission"]


class Reader(nn.Module):
    """From images, uint8 (..., 64, 64, 3), and missions, int32 (..., 24), to (..., n)."""

    def __init__(self, n: int) -> None:
        super().__init__()
        convs = nn.Conv2d(3, 16, 8, 4), nn.ReLU(), nn.Conv2d(16, 32, 4, 2), nn.ReLU(), nn.Flatten()
        self.eye, self.words = nn.Sequential(*convs, nn.Linear(1152, 128)), nn.Embedding(1024, 128)
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(128, n))

    def forward(self, image: Tensor, mission: Tensor) -> Tensor:
        """Return what there is to say of each moment."""
        seen = self.eye(image.flatten(0, -4).permute(0, 3, 1, 2) / 255.0)
        read = self.words(mission.flatten(0, -2).long()).mean(1)
        out: Tensor = self.head(seen + read)
        return out.unflatten(0, image.shape[:-3])


def main() -> None:
    """Train, and print after each batch what its episodes came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=8192)
    chosen = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)  # The networks are small: more threads would wait for each other.
    made: dict[str, Any] = {"image_size": 64, "num_tasks": 4, "max_episode_steps": 30}
    made |= {"max_tokens": 24, "wrap": GoalConditionReward}
    env = to_torchrl("crossworld/Household-v0", 8, seed=0, **made)
    actor = ProbabilisticActor(
        TensorDictModule(Reader(256), SEEN, ["logits"]),
        in_keys={"logits": "logits", "mask": "action_mask"},
        distribution_class=MaskedCategorical,
        return_log_prob=True,
    )
    value = ValueOperator(Reader(1), SEEN)
    loss_of = ClipPPOLoss(actor, value, entropy_coeff=0.01, critic_coeff=0.5)
    advantage = GAE(gamma=0.97, lmbda=0.95, value_network=value)
    optimizer = torch.optim.Adam(loss_of.parameters(), 1e-3)
    collector = Collector(
        env,
        actor,
        frames_per_batch=512,
        total_frames=chosen.steps,
        auto_register_policy_transforms=True,
    )
    for number, batch in enumerate(collector, 1):
        advantage(batch)
        moments = batch.reshape(-1)
        for part in torch.cat([torch.randperm(len(moments)) for _ in range(3)]).split(128):
            losses = loss_of(moments[part])
            total = sum(losses[name] for name in ("loss_objective", "loss_critic", "loss_entropy"))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
        ended = int(batch["next", "done"].sum())
        mean = float(batch["next", "reward"].sum()) / max(ended, 1)
        print(f"{number * 512:>6,} steps: {ended} episodes, return {mean:.3f}, loss {total:.3f}")
    collector.shutdown()


if __name__ == "__main__":
    main()
