"""One game that a person plays, whatever shows it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import gymnasium as gym
from gymnasium.error import ResetNeeded

from crossworld.commands.location import data_folder
from crossworld.envs.core.errors import CrossworldError

Outcome: TypeAlias = Literal["playing", "solved", "lost", "out of steps"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said on both sides.

    Attributes:
        command: what the player said, "" at the beginning.
        text: what the world answered.
        feedback: why the command was not possible, "" if it was.
    """

    command: str
    text: str
    feedback: str


class Game:
    """A game under way.

    Args:
        env: a text environment with snapshots and an expert.

    Attributes:
        mission: the goal in words.
        info: the environment's, of the last step.
        observation: the environment's, of the last step.
        outcome: how the game ended, if it did.
        turns: all that was said, the opening first.
        limit: step limit, None for none.
    """

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        self.mission = ""
        self.info: dict[str, Any] = {}
        self.observation: dict[str, Any] = {}
        self.outcome: Outcome = "playing"
        self.turns: list[Turn] = []
        self.limit = None if env.spec is None else env.spec.max_episode_steps
        self._env = env
        self._past: list[dict[str, Any]] = []

    @property
    def steps(self) -> int:
        """The number of steps taken."""
        return len(self._past)

    def begin(self, seed: int | None, task_id: str | None) -> Turn:
        """Start a game, and return its opening; without a task id, one is drawn.

        Raises:
            CrossworldError: there is no such task; the game before goes on as it was.
        """
        options = None if task_id is None else {"task_id": task_id}
        before = self._snapshot() if self.turns else None
        try:
            observation, info = self._env.reset(seed=seed, options=options)
        except Exception:
            # A wrapper may have begun to count anew.
            if before is not None:
                self._env.reset(options={"snapshot": before})
            raise
        self.mission = str(observation["mission"])
        self._past.clear()
        self.turns.clear()
        return self._take("", observation, info, "playing")

    def act(self, command: str) -> Turn:
        """Say a command to the world, and return what came of it.

        Raises:
            ResetNeeded: the game is over.
        """
        if self.outcome != "playing":
            raise ResetNeeded("the game is over: begin another.")
        self._past.append(self._snapshot())
        observation, _, terminated, truncated, info = self._env.step(command)
        return self._take(command, observation, info, _outcome(info, terminated, truncated))

    def undo(self) -> Turn | None:
        """Take the last command back, and return where that leads; None at the beginning."""
        if not self._past:
            return None
        self.observation, self.info = self._env.reset(options={"snapshot": self._past.pop()})
        self.outcome = "playing"
        del self.turns[-1]
        return self.turns[-1]

    def _snapshot(self) -> dict[str, Any]:
        taken: dict[str, Any] = self._env.get_wrapper_attr("snapshot")()
        return taken

    def _take(
        self, command: str, observation: dict[str, Any], info: dict[str, Any], outcome: Outcome
    ) -> Turn:
        self.observation, self.info, self.outcome = observation, info, outcome
        turn = Turn(command, str(observation["text"]), str(info["feedback"]))
        self.turns.append(turn)
        return turn


def make_env(
    env_id: str, *, split: str | None, data: Path | None, **look: Any
) -> gym.Env[Any, Any]:
    """Make an environment for a person, with an expert to ask; `look` says what it shows.

    Raises:
        gymnasium.error.Error: there is no such environment.
        CrossworldError: it is not one that can be played like this.
    """
    given = {"split": split, "data": data_folder(env_id, data)}
    kwargs: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        return gym.make(env_id, expert="planner", **look, **kwargs)
    except TypeError as error:
        raise CrossworldError(
            f"{env_id} cannot be played here ({error}); see 'crossworld list'."
        ) from error


def _outcome(info: dict[str, Any], terminated: bool, truncated: bool) -> Outcome:
    if info["success"]:
        return "solved"
    if terminated:
        return "lost"
    return "out of steps" if truncated else "playing"
