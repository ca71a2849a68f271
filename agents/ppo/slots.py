"""A vector of crossworld whose observations are commands to score. Needs Stable-Baselines3."""

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray
from stable_baselines3.common.vec_env.base_vec_env import VecEnv, VecEnvWrapper

from crossworld.agents.ppo.finds import Finds
from crossworld.agents.ppo.reading import COMMANDS, Lexicon, Reader, blank, observation_space
from crossworld.wrappers import vector
from crossworld.wrappers.adapters.vec_env import MASKS, PairedVecEnv

GOAL_CONDITIONS = 1.0
"""Weight of the share of goal conditions that a step gained, see `GoalConditionReward`."""

PENALTY = 0.02
"""What a number without a command costs."""


class CommandSlots(VecEnvWrapper):  # type: ignore[misc, unused-ignore]
    """Number i is the i-th command that is possible; observations are what `Reader` writes.

    The reward grows by what `Finds` pays.

    Args:
        envs: a `PairedVecEnv` with text, mission and discrete actions.
        lexicon: words to ids.
    """

    def __init__(self, envs: VecEnv, lexicon: Lexicon) -> None:
        super().__init__(
            envs,
            observation_space=observation_space(lexicon),
            action_space=gym.spaces.Discrete(COMMANDS),
        )
        self._lexicon = lexicon
        self._readers = [Reader(lexicon) for _ in range(envs.num_envs)]
        self._finds = [Finds() for _ in range(envs.num_envs)]
        self._sent: list[str] = []

    def reset(self) -> dict[str, NDArray[np.int16]]:
        """Begin an episode in every slot."""
        seen: Any = self.venv.reset()
        for slot in range(self.num_envs):
            self._begin(slot, seen)
        return self._arrays()

    def step_async(self, actions: NDArray[Any]) -> None:
        """Send the commands that numbers mean; beyond the list, they mean nothing."""
        self._sent = [
            reader.command(int(number))
            for reader, number in zip(self._readers, actions, strict=True)
        ]
        self.venv.step_async(actions)

    def step_wait(self) -> Any:
        """Return what came of it, as `VecEnv.step_wait` does."""
        seen: Any
        seen, rewards, dones, infos = self.venv.step_wait()
        for slot, (command, info, done) in enumerate(zip(self._sent, infos, dones, strict=True)):
            rewards[slot] += self._finds[slot].pays(command, info["admissible_commands"])
            reader = self._readers[slot]
            text = info["terminal_observation"]["text"] if done else seen["text"][slot]
            reader.step(command, text, info["admissible_commands"])
            if done:
                last = blank(self._lexicon, 1)
                reader.write(last, 0)
                info["terminal_observation"] = {key: rows[0] for key, rows in last.items()}
                self._begin(slot, seen)
        return self._arrays(), rewards, dones, infos

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return an attribute of slots; masks are those of the numbers here."""
        if attr_name == MASKS:
            return [self._readers[slot].mask for slot in self._get_indices(indices)]
        found: list[Any] = self.venv.get_attr(attr_name, indices)
        return found

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> Any:
        """Return what a method of slots answers."""
        return [method(*args, **kwargs) for method in self.get_attr(method_name, indices)]

    def _begin(self, slot: int, seen: Mapping[str, Sequence[str]]) -> None:
        mission, commands = (
            seen["mission"][slot],
            self.venv.reset_infos[slot]["admissible_commands"],
        )
        self._readers[slot].begin(mission, seen["text"][slot], commands)
        self._finds[slot] = Finds(mission)
        self._finds[slot].pays("", commands)  # what is there from the beginning was not found

    def _arrays(self) -> dict[str, NDArray[np.int16]]:
        arrays = blank(self._lexicon, self.num_envs)
        for slot, reader in enumerate(self._readers):
            reader.write(arrays, slot)
        return arrays


def make_slots(env: str, split: str, count: int) -> CommandSlots:
    """Return slots of an environment, to train in.

    Args:
        env: id of an environment with text, mission and commands.
        split: where tasks are drawn from.
        count: how many slots.
    """
    envs: Any = gym.make_vec(
        env,
        num_envs=count,
        autoreset_mode=AutoresetMode.SAME_STEP,
        split=split,
        modalities=("text", "mission"),
        action_mode="discrete",
    )
    words = envs.call("vocabulary")[0]
    envs = vector.InvalidActionPenalty(
        vector.GoalConditionReward(envs, weight=GOAL_CONDITIONS), penalty=PENALTY
    )
    return CommandSlots(PairedVecEnv(envs), Lexicon(words))
