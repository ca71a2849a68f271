"""Playing one episode."""

import base64
import io
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gymnasium import Env
from PIL import Image

from crossworld.agents.base import Agent, visible
from crossworld.benchmarks.records import Turn
from crossworld.envs.core.errors import CrossworldError
from crossworld.wrappers.chat.base import BudgetExceededError, Usage

FRAME_SIZE, FRAME_QUALITY = 128, 60
"""Most pixels a side of a frame that is kept, and JPEG's quality in percent."""


class ContractError(CrossworldError, TypeError):
    """An agent and an environment that do not fit together."""


@dataclass(slots=True)
class Outcome:
    """How an episode went; the attributes are those of `Record`, the texts those of `Transcript`.

    `memory` is what the agent saved at its end, if that was asked for.
    """

    success: bool = False
    goal_conditions: float = 0.0
    steps: int = 0
    return_: float = 0.0
    invalid_actions: int = 0
    seconds: float = 0.0
    usage: Usage = field(default_factory=Usage)
    prompt_hash: str = ""
    error: str = ""
    memory: bytes = b""
    mission: str = ""
    opening: str = ""
    frame: str = ""
    turns: tuple[Turn, ...] = ()


def play_episode(
    env: Env[Any, Any],
    build: Callable[[], Agent],
    seed: int,
    options: Mapping[str, Any],
    *,
    max_invalid: int | None = None,
    transcribed: bool = False,
    lasting: bool = False,
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
        transcribed: whether texts and frames are kept.
        lasting: whether the agent is asked to save what it has learned.

    Raises:
        ContractError: the agent reads something that the environment does not show.
        BudgetExceededError: a language model may spend nothing more.
    """
    outcome = Outcome()
    turns: list[Turn] = []
    started = time.perf_counter()
    observation, info = env.reset(seed=seed, options=dict(options))
    if transcribed:
        outcome.mission = str(observation.get("mission", ""))
        outcome.opening = str(observation.get("text", ""))
        outcome.frame = _frame(observation)
    agent: Agent | None = None
    action: Any = None
    asking = True  # whose fault it is if something raises: the agent's, while it is asked
    try:
        agent = build()
        reads = agent.reads
        shown, told = visible(reads, observation), visible(reads, info)
        check_reads(agent, observation, info)
        agent.reset(shown, told)
        over = False
        while not over:
            action = agent.act(shown, told)
            asking = False
            observation, given, terminated, truncated, info = env.step(action)
            asking = True
            reward = float(given)
            shown, told = visible(reads, observation), visible(reads, info)
            valid = info["action_valid"]
            outcome.steps += 1
            outcome.return_ += reward
            if not valid:
                outcome.invalid_actions += 1
            disqualified = max_invalid is not None and outcome.invalid_actions > max_invalid
            over = terminated or truncated or disqualified
            if transcribed:
                text = str(observation.get("text", ""))
                turns.append(Turn(str(action), text, bool(valid), _frame(observation)))
            agent.observe(shown, reward, terminated, truncated, told)
        if lasting:
            outcome.memory = agent.save()
        outcome.success = bool(info["success"])
    except (ContractError, BudgetExceededError):
        raise  # no fault of the agent; what was played stays, and the run can go on later
    except Exception:
        if not asking and _is_action(env, action):
            raise
        outcome.error = (
            traceback.format_exc()
            if asking
            else f"The action {action!r} is not in {env.action_space}."
        )
    if agent is not None:
        outcome.usage, outcome.prompt_hash = agent.usage, agent.prompt_hash
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


def _is_action(env: Env[Any, Any], action: object) -> bool:
    """Ask the action space, which may itself choke on what it is given."""
    try:
        return bool(env.action_space.contains(action))
    except Exception:
        return False


def _frame(observation: Mapping[str, Any]) -> str:
    """Return the image of an observation, small, as JPEG in base64; "" without one."""
    image = observation.get("image")
    if image is None:
        return ""
    picture = Image.fromarray(image)
    picture.thumbnail((FRAME_SIZE, FRAME_SIZE))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=FRAME_QUALITY)
    return base64.b64encode(file.getvalue()).decode()
