"""Train PPO on images of the household in one file, in the manner of CleanRL.

It is paid for goal conditions. A minute shows that it runs; to learn takes far longer.

    pip install crossworld torch
    python examples/household_cleanrl_style.py
"""

import argparse
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Categorical

from crossworld.wrappers.adapters.cleanrl import to_cleanrl
from crossworld.wrappers.vector import GoalConditionReward


@dataclass
class Args:
    """What can be chosen, each as `--name value`."""

    total_timesteps: int = 24_576
    num_envs: int = 16
    num_steps: int = 64
    update_epochs: int = 4
    learning_rate: float = 1e-3
    gamma: float = 0.97
    gae_lambda: float = 0.95
    clip_coef: float = 0.2
    ent_coef: float = 0.01


def judged(agent: nn.Module, images: Tensor, masks: Tensor) -> tuple[Categorical, Tensor]:
    """Return policies over the possible actions, and values (B,), of images (B, 3, 64, 64)."""
    out = agent(images / 255.0)
    return Categorical(logits=out[:, 1:].masked_fill(masks == 0, -1e9)), out[:, 0]


def train(args: Args) -> None:
    """Train, and print after each round what its episodes came to."""
    made: dict[str, Any] = {"num_tasks": 4, "image_size": 64, "max_episode_steps": 30}
    envs = to_cleanrl("crossworld/Household-v0", args.num_envs, wrap=GoalConditionReward, **made)
    convs = nn.Conv2d(3, 16, 8, 4), nn.ReLU(), nn.Conv2d(16, 32, 4, 2), nn.ReLU(), nn.Flatten()
    agent = nn.Sequential(*convs, nn.Linear(1152, 128), nn.ReLU(), nn.Linear(128, 1 + 256))
    optimizer = torch.optim.Adam(agent.parameters(), args.learning_rate, eps=1e-5)
    obs, infos = envs.reset(seed=0)
    for step in range(0, args.total_timesteps, args.num_envs * args.num_steps):
        rows, returns = [], []
        for _ in range(args.num_steps):
            image, mask = torch.tensor(obs), torch.tensor(infos["action_mask"])
            with torch.no_grad():
                policy, value = judged(agent, image, mask)
            action = policy.sample()
            obs, reward, ends, cuts, infos = envs.step(action.numpy())
            paid, going = torch.as_tensor(reward).float(), torch.as_tensor(~(ends | cuts))
            rows.append((image, mask, action, policy.log_prob(action), value, paid, going))
            if "episode" in infos:
                returns.extend(infos["episode"]["r"][infos["_episode"]])
        *seen, values, rewards, goings = map(torch.stack, zip(*rows, strict=True))
        after = judged(agent, torch.tensor(obs), torch.tensor(infos["action_mask"]))[1].detach()
        gains, gain = torch.zeros_like(values), torch.zeros(args.num_envs)
        for t in reversed(range(args.num_steps)):
            ahead = args.gamma * goings[t] * (after + args.gae_lambda * gain)
            gain, after = rewards[t] + ahead - values[t], values[t]
            gains[t] = gain
        batch = [column.flatten(0, 1) for column in (*seen, gains, gains + values)]
        # Each moment comes up `update_epochs` times, in any order.
        for part in torch.randperm(args.update_epochs * len(batch[0])).split(256):
            image, mask, action, before, gain, target = (x[part % len(x)] for x in batch)
            policy, value = judged(agent, image, mask)
            gain = (gain - gain.mean()) / (gain.std() + 1e-8)
            ratio = (policy.log_prob(action) - before).exp()
            clipped = ratio.clamp(1 - args.clip_coef, 1 + args.clip_coef)
            loss = -torch.min(ratio * gain, clipped * gain).mean()
            loss += 0.5 * (value - target).square().mean() - args.ent_coef * policy.entropy().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"{step:>6,} steps: return {sum(returns) / len(returns):.3f}, loss {loss:.3f}")


if __name__ == "__main__":
    torch.set_num_threads(1)  # More would wait for each other: the network is small.
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in asdict(Args()).items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    train(Args(**vars(parser.parse_args())))
