"""What decides a small language model: settings, and the environments they name."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym

from crossworld.agents.text_lm.errors import TextModelError
from crossworld.agents.text_lm.model import WEIGHTS_FILE
from crossworld.envs.household.vocabulary import VOCABULARY

DEMONSTRATIONS_A_MINUTE = 1450
"""Demonstrations that are learned from in what is called a minute: what two cores of a processor with
bfloat16 instructions do at leisure. A number and no clock ends a training, so that a seed decides the weights."""

BATCH = 8
"""Demonstrations that are learned from at once."""


@dataclass(frozen=True, slots=True)
class World:
    """An environment that can be learned from.

    Attributes:
        table: counts that the teacher searches by, a name of `blind_priors.TABLES`.
        held_out: the split that a model is judged on.
        listed: whether its games can be listed; else they are made on demand.
    """

    table: str
    held_out: str
    listed: bool


WORLDS: dict[str, World] = {
    "Household": World("household", "valid_unseen", listed=False),
    "ALFWorld": World("alfworld", "valid_seen", listed=True),
}
"""By how the name of an environment begins."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides the weights.

    Attributes:
        env: id of a household environment.
        minutes: how much is learned, at `DEMONSTRATIONS_A_MINUTE`; more than 0.
        seed: of weights, tasks and slips; 0 or more.
        start: sha256 of the weights that training begins with, "" for random ones.
        data: where games are read from, "" for the environment's own place.

    Raises:
        TextModelError: nothing is known of the environment, or a number is out of its range.
    """

    env: str
    minutes: float
    seed: int = 0
    start: str = ""
    data: str = ""

    def __post_init__(self) -> None:
        world = self.world
        if not math.isfinite(self.minutes) or self.minutes <= 0:
            raise TextModelError(f"minutes: {self.minutes} cannot be; give more than 0.")
        if self.seed < 0:
            raise TextModelError(f"seed: {self.seed} cannot be; give 0 or more.")
        if self.data and not world.listed:
            raise TextModelError(f"env {self.env!r} makes its games; leave out the data.")

    @property
    def world(self) -> World:
        """What is known of the environment."""
        name = self.env.rpartition("/")[2]
        for start, world in WORLDS.items():
            if name.startswith(start):
                return world
        raise TextModelError(
            f"env {self.env!r}: demonstrations are known of {' and '.join(WORLDS)} only."
        )

    @property
    def steps(self) -> int:
        """Batches to learn from."""
        return max(round(self.minutes * DEMONSTRATIONS_A_MINUTE / BATCH), 2)

    @property
    def demonstrations(self) -> int:
        """Demonstrations to learn from."""
        return self.steps * BATCH

    def make_env(self, split: str) -> gym.Env[Any, Any]:
        """Return the environment with text and mission, without a step limit.

        Raises:
            TextModelError: it says other things than the household.
            TaskNotFoundError, DataError: it cannot be made.
        """
        data: dict[str, Any] = {"data": self.data} if self.data else {}
        env = gym.make(
            self.env, split=split, modalities=("text", "mission"), disable_env_checker=True, **data
        ).unwrapped
        if env.get_wrapper_attr("vocabulary")() != list(VOCABULARY):
            raise TextModelError(f"env {self.env!r} says other things than the household.")
        return env

    def task_ids(self, split: str, count: int | None = None) -> list[str]:
        """Return the first games of a split, all of them for None; they must be listed then."""
        env = self.make_env(split)
        if count is None:
            count = env.get_wrapper_attr("task_count")(split) or 0
        return [task.task_id for task in env.get_wrapper_attr("tasks")(split, 0, count)]


def weights_hash(folder: Path | None) -> str:
    """Return the sha256 of a model's weights, "" for None.

    Raises:
        TextModelError: there are none.
    """
    if folder is None:
        return ""
    try:
        return hashlib.sha256((folder / WEIGHTS_FILE).read_bytes()).hexdigest()
    except OSError as error:
        raise TextModelError(
            f"start: {folder} holds no {WEIGHTS_FILE}; give the folder of a trained text model."
        ) from error
