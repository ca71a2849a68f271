"""The policies: one network scores each command. Needs PyTorch, Stable-Baselines3 and sb3-contrib."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import torch
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import nn

from crossworld.agents.ppo.reading import COMMANDS, MARKS, PAD, Lexicon

HIDDEN, SECOND, VALUE = 128, 64, 64
"""Units of the two layers that score a command, and of the one that values a state."""


class CommandScorer(BaseFeaturesExtractor):  # type: ignore[misc, unused-ignore]
    """Scores the commands that are possible: Q(s, a) of DRRN as the logit of a policy.

    The state (mission, last text, what was given before) and the words and marks of a command are
    added up in one layer and go through a second one to a number; the weights are the same for
    every command, so any number of them can be scored, and words that are known from one room help
    in another. (He et al., "Deep Reinforcement Learning with a Natural Language Action Space", 2016,
    arXiv 1511.04636, multiply the two; adding them before a layer is cheaper and knows products,
    too.) What the policy is about to do is summed up for the value.

    Args:
        observation_space: see `reading.observation_space`.
        words: those of the lexicon, in order of their ids; kept in saved models, so that a later
            vocabulary cannot shift them.

    Output: float32 (batch, COMMANDS + HIDDEN + SECOND): logits, state, summary.
    """

    def __init__(self, observation_space: gym.spaces.Dict, words: Sequence[str]) -> None:
        super().__init__(observation_space, COMMANDS + HIDDEN + SECOND)
        self.words = tuple(words)
        size = Lexicon(words).size
        self.mission = nn.EmbeddingBag(size, HIDDEN, mode="sum", padding_idx=PAD)
        self.text = nn.EmbeddingBag(size, HIDDEN, mode="sum", padding_idx=PAD)
        self.command = nn.EmbeddingBag(size, HIDDEN, mode="sum", padding_idx=PAD)
        self.given = nn.Linear(size, HIDDEN)
        self.marks = nn.Linear(MARKS, HIDDEN, bias=False)
        self.second = nn.Linear(HIDDEN, SECOND)
        self.score = nn.Linear(SECOND, 1, bias=False)
        self.nothing = nn.Parameter(torch.zeros(1))
        with torch.no_grad():
            for bag, spread in ((self.mission, 0.3), (self.text, 0.03), (self.command, 0.3)):
                bag.weight.normal_(0.0, spread)
                bag.weight[PAD] = 0.0
            self.score.weight.mul_(0.1)  # all commands begin about equally likely

    def forward(self, observations: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return logits, state and summary side by side; see the class."""
        state = (
            self.mission(observations["mission"].long())
            + self.text(observations["text"].long())
            + self.given(torch.log1p(observations["given"]))
        )
        words, kind = observations["words"].long(), observations["kind"].long()
        used = words[..., 0] != PAD
        # Most rows are not used, and nothing is computed of them.
        owner = used.nonzero()[:, 0]
        marks = torch.log1p(observations["marks"][used])
        hidden = torch.relu(self.command(words[used]) + self.marks(marks) + state[owner])
        hidden = torch.relu(self.second(hidden))
        scores = self.score(hidden).squeeze(-1)
        rows = self.nothing.expand(used.shape).masked_scatter(used, scores)
        # Row 0 of the table is what a number without a command gets.
        logits = torch.cat([self.nothing.expand(len(rows), 1), rows], dim=1).gather(1, kind)
        chances = logits.detach().masked_fill(kind == 0, -torch.inf).softmax(dim=1)
        weights = torch.zeros_like(rows).scatter_add(1, (kind - 1).clamp(min=0), chances)
        summary = hidden.new_zeros(len(rows), SECOND)
        summary = summary.index_add(0, owner, hidden * weights[used][:, None])
        return torch.cat([logits, torch.relu(state), summary], dim=1)


class Heads(nn.Module):
    """Takes the output of `CommandScorer` apart, as Stable-Baselines3 wants it: logits, and a value's layer."""

    latent_dim_pi, latent_dim_vf = COMMANDS, VALUE

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Sequential(nn.Linear(HIDDEN + SECOND, VALUE), nn.ReLU())

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits (batch, COMMANDS) and what the value is made of (batch, VALUE)."""
        return self.forward_actor(features), self.forward_critic(features)

    def forward_actor(self, features: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        return features[:, :COMMANDS]

    def forward_critic(self, features: torch.Tensor) -> torch.Tensor:
        """Return what the value is made of."""
        made: torch.Tensor = self.value(features[:, COMMANDS:])
        return made


class CommandPolicy(ActorCriticPolicy):  # type: ignore[misc, unused-ignore]
    """For `stable_baselines3.PPO`: numbers without a command share one learned logit."""

    def _build_mlp_extractor(self) -> None:
        _give_heads(self)

    def _build(self, lr_schedule: Any) -> None:
        _build(self, super()._build, lr_schedule)


class MaskableCommandPolicy(MaskableActorCriticPolicy):  # type: ignore[misc, unused-ignore]
    """For `sb3_contrib.MaskablePPO`: numbers without a command are never drawn."""

    def _build_mlp_extractor(self) -> None:
        _give_heads(self)

    def _build(self, lr_schedule: Any) -> None:
        _build(self, super()._build, lr_schedule)


def _give_heads(policy: Any) -> None:
    policy.mlp_extractor = Heads()


def _build(policy: Any, build: Any, lr_schedule: Any) -> None:
    """Build a policy whose logits are the scores, with no layer in between."""
    build(lr_schedule)
    policy.action_net = nn.Identity()
    policy.optimizer = policy.optimizer_class(
        policy.parameters(), lr=lr_schedule(1), **policy.optimizer_kwargs
    )
