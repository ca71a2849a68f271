"""What decides a learned policy: an algorithm of a library, and settings."""

import math
from dataclasses import dataclass

from crossworld.agents.ppo.errors import PPOError

SLOTS, LENGTH = 32, 32
"""Episodes that are played side by side, and steps of each between two updates."""

ROLLOUT = SLOTS * LENGTH
"""Steps between two updates."""

SEGMENT = 32
"""Updates between two states on disk, a minute or less apart."""

TRAIN_SPLIT, HELD_OUT_SPLIT = "train", "valid_unseen"
"""Where tasks to learn from are drawn, and where a policy is judged; no room is in both."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """An algorithm of a library.

    Attributes:
        module, library, name: where its class is.
        policy: class of the policy, in `policy.py`.
        masked: whether it is told which numbers mean a command.
        steps_a_minute: environment steps that it learns from in what is called a minute: what one core
            of a processor does, playing included. A number of steps and no clock ends a training, so
            that a seed decides the weights.
    """

    module: str
    library: str
    name: str
    policy: str
    masked: bool
    steps_a_minute: int


ALGORITHMS: dict[str, Algorithm] = {
    "ppo": Algorithm(
        "stable_baselines3", "stable-baselines3", "PPO", "CommandPolicy", False, 66_000
    ),
    "maskable-ppo": Algorithm(
        "sb3_contrib", "sb3-contrib", "MaskablePPO", "MaskableCommandPolicy", True, 66_000
    ),
}
"""By the names that commands take."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides the weights.

    Attributes:
        algorithm: a name of `ALGORITHMS`.
        env: id of an environment whose actions are commands, with splits to learn from and to judge on.
        minutes: how much is learned, at the algorithm's `steps_a_minute`; more than 0.
        seed: of weights, tasks and draws; 0 or more.

    Raises:
        PPOError: there is no such algorithm, or a number is out of its range.
    """

    algorithm: str
    env: str
    minutes: float
    seed: int = 0

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise PPOError(
                f"algorithm: {self.algorithm!r} is none; there are {' and '.join(ALGORITHMS)}."
            )
        if not math.isfinite(self.minutes) or self.minutes <= 0:
            raise PPOError(f"minutes: {self.minutes} cannot be; give more than 0.")
        if self.seed < 0:
            raise PPOError(f"seed: {self.seed} cannot be; give 0 or more.")

    @property
    def about(self) -> Algorithm:
        """The algorithm."""
        return ALGORITHMS[self.algorithm]

    @property
    def updates(self) -> int:
        """Updates of the weights, each after `ROLLOUT` steps; at least 2."""
        return max(round(self.minutes * self.about.steps_a_minute / ROLLOUT), 2)

    @property
    def steps(self) -> int:
        """Environment steps to learn from."""
        return self.updates * ROLLOUT
