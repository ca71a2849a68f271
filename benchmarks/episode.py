"""Playing one episode."""

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from gymnasium import Env

from crossworld.agents.base import Agent, visible
from crossworld.benchmarks.records import Turn
from crossworld.envs.core.errors import CrossworldError

Result = TypeVar("Result")


class ContractError(CrossworldError, TypeError):
    """An agent and an environment that do not fit together."""


class _AgentFailed(Exception):
    """The agent raised; the message is the traceback."""


@dataclass(slots=True)
class Outcome:
    """How an episode went; the attributes are those of `Record`, the texts those of `Transcript`."""

    success: bool = False
    goal_conditions: float = 0.0
    steps: int = 0
    return_: float = 0.0
    invalid_actions: int = 0
    seconds: float = 0.0
    error: str = ""
    mission: str = ""
    opening: str = ""
    turns: tuple[Turn, ...] = ()


def play_episode(
    env: Env[Any, Any],
    build: Callable[[], Agent],
    seed: int,
    options: Mapping[str, Any],
    max_invalid: int | None = None,
) -> Outcome:
    """Play one episode with a fresh agent.

    The agent sees what it declares in `reads` and nothing else. If it raises, or returns something
    that is no action, the episode has failed and the outcome says why; an environment that raises is
    a bug and stops the run.

    Args:
        env: the environment; it truncates at the step limit.
        build: makes the agent.
        seed: for the environment's `reset`.
        options: likewise.
        max_invalid: actions that may be impossible; one more ends the episode as a failure.

    Raises:
        ContractError: the agent reads something that the environment does not show.
    """
    outcome = Outcome()
    turns: list[Turn] = []
    started = time.perf_counter()
    observation, info = env.reset(seed=seed, options=dict(options))
    outcome.mission = str(observation.get("mission", ""))
    outcome.opening = str(observation.get("text", ""))
    try:
        agent = _ask(build)
        check_reads(agent, observation, info)
        _ask(agent.reset, *_seen(agent, observation, info))
        over = False
        while not over:
            action = _ask(agent.act, *_seen(agent, observation, info))
            observation, reward, terminated, truncated, info = _step(env, action)
            outcome.steps += 1
            outcome.return_ += float(reward)
            outcome.invalid_actions += not info["action_valid"]
            disqualified = max_invalid is not None and outcome.invalid_actions > max_invalid
            over = terminated or truncated or disqualified
            text = str(observation.get("text", ""))
            turns.append(Turn(str(action), text, bool(info["action_valid"])))
            shown, told = _seen(agent, observation, info)
            _ask(agent.observe, shown, float(reward), terminated, truncated, told)
        outcome.success = bool(info["success"])
    except _AgentFailed as failure:
        outcome.error = str(failure)
    outcome.goal_conditions = float(info["goal_conditions"])
    outcome.turns = tuple(turns)
    outcome.seconds = time.perf_counter() - started
    return outcome


def check_reads(agent: Agent, observation: Mapping[str, Any], info: Mapping[str, Any]) -> None:
    """Check that all an agent reads is there.

    Raises:
        ContractError: something is not.
    """
    missing = sorted(agent.reads - observation.keys() - info.keys())
    if missing:
        raise ContractError(
            f"agent {type(agent).__name__} reads {', '.join(missing)}, which the environment does"
            f" not show; its observation has {', '.join(observation)}, its info"
            f" {', '.join(info)}. Add to the environment's modalities=, or to the agent's env_kwargs."
        )


def _seen(
    agent: Agent, observation: Mapping[str, Any], info: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    return visible(agent.reads, observation), visible(agent.reads, info)


def _ask(call: Callable[..., Result], *arguments: object) -> Result:
    """Call the agent; whatever it raises becomes the episode's failure."""
    try:
        return call(*arguments)
    except Exception as error:
        raise _AgentFailed(traceback.format_exc()) from error


def _step(env: Env[Any, Any], action: object) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
    try:
        observation, reward, terminated, truncated, info = env.step(action)
    except Exception as error:
        if _is_action(env, action):
            raise
        raise _AgentFailed(f"The action {action!r} is not in {env.action_space}.") from error
    return observation, reward, bool(terminated), bool(truncated), info


def _is_action(env: Env[Any, Any], action: object) -> bool:
    """Ask the action space, which may itself choke on what it is given."""
    try:
        return bool(env.action_space.contains(action))
    except Exception:
        return False
