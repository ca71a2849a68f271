"""From an environment to a folder with a policy: train in some rooms, judge in others, write."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import gymnasium as gym

from crossworld.agents.base import Agent, visible
from crossworld.agents.baselines.random_agent import RandomAgent
from crossworld.agents.ppo.agent import CommandAgent, MaskablePPOAgent, PPOAgent, model_file
from crossworld.agents.ppo.errors import PPOError
from crossworld.agents.ppo.settings import HELD_OUT_SPLIT, Settings
from crossworld.agents.ppo.training import STATE_FILE, Point, train
from crossworld.envs.core.atomic import write_all_or_nothing
from crossworld.wrappers.training import Watch, read_result, unwatched, write_result

GAMES = 200
"""Held-out games that a policy is judged on."""

AGENTS: dict[str, type[CommandAgent]] = {
    agent.algorithm: agent for agent in (PPOAgent, MaskablePPOAgent)
}
"""By algorithm."""


class Played(NamedTuple):
    """How a game went.

    Attributes:
        task_id: which game.
        task_type: of what kind.
        success: whether it was won.
        steps: commands that were given.
    """

    task_id: str
    task_type: str
    success: bool
    steps: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a training found, measured on held-out games that were played once each.

    A game is lost at the step limit of the environment's id.

    Attributes:
        settings: what was trained.
        steps: environment steps that it learned from.
        parameters: of the model.
        cpu_seconds: processor time of the training, playing included.
        play_cpu_seconds: that of playing the held-out games, the floor's included.
        split: where the games are from.
        curve: success in training.
        games: how the policy played, its commands drawn.
        floor: how random possible commands did, in the same games.
    """

    settings: Settings
    steps: int
    parameters: int
    cpu_seconds: float
    play_cpu_seconds: float
    split: str
    curve: tuple[Point, ...]
    games: tuple[Played, ...]
    floor: tuple[Played, ...]

    @property
    def won(self) -> int:
        """How many games the policy won."""
        return sum(game.success for game in self.games)

    @property
    def floor_won(self) -> int:
        """How many of them random commands won."""
        return sum(game.success for game in self.floor)


def finished(settings: Settings, folder: Path) -> Result | None:
    """Return what a training in a folder found, None if it is not finished or was never begun.

    Raises:
        PPOError: the folder is of a training with other settings, or damaged.
    """
    return read_result(folder, settings, _result, PPOError)


def _result(found: dict[str, Any]) -> Result:
    return Result(
        **found
        | {
            "curve": tuple(Point(*point) for point in found["curve"]),
            "games": tuple(Played(*game) for game in found["games"]),
            "floor": tuple(Played(*game) for game in found["floor"]),
        }
    )


def learn(
    settings: Settings, folder: Path, watch: Watch = unwatched, *, games: int = GAMES
) -> Result:
    """Train, judge, and write it all into a folder.

    If it was stopped, the same call goes on.

    Args:
        settings: what decides the weights.
        folder: to write; then the agent of the algorithm loads it.
        watch: is told how far it is.
        games: how many held-out games to judge on, 1 or more.

    Raises:
        PPOError: the folder holds a training with other settings, or is damaged.
        DependencyNotInstalled: a library is not installed.
        AdapterError: the environment is none of crossworld.
        TaskNotFoundError: it lacks a split to train or to judge on.
        OSError: the folder cannot be written to.
    """
    if (known := finished(settings, folder)) is not None:
        return known
    trained = train(settings, folder, lambda done, of, note: watch("training", done, of, note))
    trained.model.seed = None  # or whoever loads it would have the seeds of the process set
    write_all_or_nothing(folder / model_file(settings.algorithm), trained.model.save)
    began = time.process_time()
    agent = AGENTS[settings.algorithm]
    task_ids = held_out(settings, games)
    ours = play(settings, task_ids, lambda seed: agent(folder, seed=seed), _stage(watch, "playing"))
    floor = play(settings, task_ids, RandomAgent, _stage(watch, "playing at random"))
    result = Result(
        settings,
        steps=settings.steps,
        parameters=sum(weight.numel() for weight in trained.model.policy.parameters()),
        cpu_seconds=round(trained.seconds, 1),
        play_cpu_seconds=round(time.process_time() - began, 1),
        split=HELD_OUT_SPLIT,
        curve=trained.curve,
        games=tuple(ours),
        floor=tuple(floor),
    )
    write_result(folder, result)
    (folder / STATE_FILE).unlink(missing_ok=True)
    return result


def held_out(settings: Settings, count: int) -> list[str]:
    """Return the first tasks of the split that policies are judged on."""
    env = gym.make(settings.env, split=HELD_OUT_SPLIT, modalities=("text", "mission"))
    return [task.task_id for task in env.get_wrapper_attr("tasks")(HELD_OUT_SPLIT, 0, count)]


def play(
    settings: Settings,
    task_ids: Sequence[str],
    build: Callable[[int], Agent],
    watch: Callable[[int, int], object] = lambda done, total: None,
) -> list[Played]:
    """Play games of the held-out split once each.

    Args:
        settings: which environment.
        task_ids: which games.
        build: makes an agent for a game from a seed, which is the game's number.
        watch: is told how many are played, and of how many.
    """
    env = gym.make(settings.env, split=HELD_OUT_SPLIT, modalities=("text", "mission"))
    played = []
    for number, task_id in enumerate(task_ids):
        played.append(_play(env, task_id, build(number)))
        watch(number + 1, len(task_ids))
    env.close()
    return played


def _play(env: gym.Env[Any, Any], task_id: str, agent: Agent) -> Played:
    observation, info = env.reset(options={"task_id": task_id})
    reads, steps, over = agent.reads, 0, False
    shown, told = visible(reads, observation), visible(reads, info)
    agent.reset(shown, told)
    while not over:
        observation, reward, terminated, truncated, info = env.step(agent.act(shown, told))
        shown, told = visible(reads, observation), visible(reads, info)
        agent.observe(shown, float(reward), terminated, truncated, told)
        steps, over = steps + 1, terminated or truncated
    return Played(task_id, str(info["task_type"]), bool(info["success"]), steps)


def _stage(watch: Watch, name: str) -> Callable[[int, int], object]:
    return lambda done, total: watch(name, done, total)
