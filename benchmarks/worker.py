"""What a worker does: episodes of a plan, one after the other, each on its own.

An episode depends on nothing but its assignment. So it does not matter which worker plays it, what
that worker has played before, or how many there are.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import Any

import gymnasium as gym

import crossworld.agents
from crossworld.agents.base import Agent
from crossworld.benchmarks.episode import Outcome, play_episode
from crossworld.benchmarks.plan import Episode, Plan
from crossworld.benchmarks.records import Key, Record, Transcript, versions

KEPT = 8
"""Environments that a worker keeps open."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """An episode for a worker.

    Attributes:
        episode: which one.
        memory: what the agent begins from, see `Agent.save`; b"" for nothing.
        lasting: whether it carries something over to the next.
        frozen: whether it learns no more.
    """

    episode: Episode
    memory: bytes = b""
    lasting: bool = False
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """An episode that was played; `memory` is what the next one of its course begins from."""

    record: Record
    transcript: Transcript | None = None
    memory: bytes = b""


class Worker:
    """Plays assignments.

    Args:
        plan: what they are about.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._envs: OrderedDict[tuple[Any, ...], gym.Env[Any, Any]] = OrderedDict()

    def play(self, assignment: Assignment) -> Played:
        """Play an episode; raises only what stops the run."""
        episode = assignment.episode
        stage = self._plan.all_stages[episode.stage]
        task = stage.tasks[episode.key.episode]
        outcome = play_episode(
            self._env(episode),
            build=partial(self._agent, assignment, task.task_id),
            seed=_seed("env", episode.key, task.task_id),
            options={"task_id": task.task_id},
            max_invalid=episode.protocol.max_invalid,
            transcribed=episode.transcribed,
            lasting=assignment.lasting,
        )
        # An agent that broke has lost what this episode taught it, but not what it knew before.
        memory = assignment.memory if outcome.error else outcome.memory
        return Played(
            record_of(self._plan, episode, outcome),
            transcript_of(self._plan, episode, outcome) if episode.transcribed else None,
            memory if assignment.lasting else b"",
        )

    def close(self) -> None:
        """Close all environments."""
        while self._envs:
            self._envs.popitem()[1].close()

    def _agent(self, assignment: Assignment, task_id: str) -> Agent:
        contestant = self._plan.suite.contestants[assignment.episode.entered]
        seed = _seed("agent", assignment.episode.key, task_id)
        agent = crossworld.agents.make(contestant.agent, **{"seed": seed, **contestant.kwargs})
        if assignment.memory:
            agent.load(assignment.memory)
        if assignment.frozen:
            agent.freeze()
        return agent

    def _env(self, episode: Episode) -> gym.Env[Any, Any]:
        """Return the environment as the contestant gets it, from those that are open if it is."""
        contestant = self._plan.suite.contestants[episode.entered]
        place = (episode.entered, episode.stage, episode.noise, episode.transcribed)
        if place not in self._envs:
            if len(self._envs) >= KEPT:
                self._envs.popitem(last=False)[1].close()
            self._envs[place] = self._plan.all_stages[episode.stage].make_env(
                contestant.protocol,
                episode.noise,
                crossworld.agents.make(contestant.agent, **contestant.kwargs),
                frames=episode.transcribed,
            )
        self._envs.move_to_end(place)
        return self._envs[place]


def record_of(plan: Plan, episode: Episode, outcome: Outcome) -> Record:
    """Return the record of an episode."""
    stage = plan.all_stages[episode.stage]
    task = stage.tasks[episode.key.episode]
    usage = outcome.usage
    return Record(
        **episode.key._asdict(),
        task_id=task.task_id,
        task_type=task.task_type,
        scene=task.scene,
        protocol=str(episode.protocol),
        success=outcome.success,
        goal_conditions=outcome.goal_conditions,
        steps=outcome.steps,
        return_=outcome.return_,
        invalid_actions=outcome.invalid_actions,
        seconds=round(outcome.seconds, 6),
        model_calls=usage.calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        latency=round(usage.seconds, 6),
        cost=usage.cost,
        prompt_hash=outcome.prompt_hash,
        error=outcome.error,
        versions=versions(),
        manifest_hash=stage.manifest_hash,
    )


def transcript_of(plan: Plan, episode: Episode, outcome: Outcome) -> Transcript:
    """Return an episode word by word."""
    return Transcript(
        **episode.key._asdict(),
        task_id=plan.all_stages[episode.stage].tasks[episode.key.episode].task_id,
        mission=outcome.mission,
        opening=outcome.opening,
        frame=outcome.frame,
        turns=outcome.turns,
    )


def episode_seed(purpose: str, seed: int, task_id: str, episode: int, trial: int = 0) -> int:
    """Return a seed that depends on nothing but its arguments, so not on what was played before.

    It does not depend on the agent: all of them play the same tasks under the same noise.
    """
    text = f"{purpose} {seed} {episode} {trial} {task_id}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def _seed(purpose: str, key: Key, task_id: str) -> int:
    return episode_seed(purpose, key.seed, task_id, key.episode, key.trial)
