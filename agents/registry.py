"""Agents by name.

Classes are imported when they are made, so listing the names costs nothing.
"""

import difflib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import cast

from crossworld.agents.base import Agent
from crossworld.envs.core.errors import CrossworldError

PARTS = (
    "reads",
    "env_kwargs",
    "privileged",
    "prompt_hash",
    "usage",
    "wrap",
    "reset",
    "act",
    "observe",
    "save",
    "load",
    "freeze",
)
"""What an agent has, see `Agent`."""


class AgentError(CrossworldError, ValueError):
    """An agent that cannot be made as asked."""


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """A registered agent.

    Attributes:
        entry_point: `module:Class`.
        description: one line for lists and reports.
        role: what its score stands for beside others: "floor", "blind floor", "ceiling" or "".
    """

    entry_point: str
    description: str
    role: str = ""


AGENTS: dict[str, AgentEntry] = {
    "random": AgentEntry(
        "crossworld.agents.baselines.random_agent:RandomAgent",
        "Draws uniformly from the admissible commands.",
        role="floor",
    ),
    "blind-script": AgentEntry(
        "crossworld.agents.baselines.blind_script:BlindScriptAgent",
        "Plays a script made from the opening text, and never looks again.",
        role="blind floor",
    ),
    "handcoded": AgentEntry(
        "crossworld.agents.baselines.expert_agents:HandcodedAgent",
        "Follows fixed rules from text and mission, and knows where things usually are.",
    ),
    "act": AgentEntry(
        "crossworld.agents.language.act:ActAgent",
        "Asks a language model for a command at each step.",
    ),
    "react": AgentEntry(
        "crossworld.agents.language.react:ReActAgent",
        "Lets a language model think before it gives a command.",
    ),
    "reflexion": AgentEntry(
        "crossworld.agents.language.reflexion:ReflexionAgent",
        "Has a language model look back on lost trials, and reads in the next what it wrote.",
    ),
    "text-lm": AgentEntry(
        "crossworld.agents.language.act:TextLMAgent",
        "Asks the small language model that comes with the package.",
    ),
    "vlm": AgentEntry(
        "crossworld.agents.language.vision:VisionAgent",
        "Asks a vision-language model, which sees the image and no text.",
    ),
    "vlm-text": AgentEntry(
        "crossworld.agents.language.vision:VisionTextAgent",
        "Asks a vision-language model, which sees image and text.",
    ),
    "caption": AgentEntry(
        "crossworld.agents.language.captioned:CaptionAgent",
        "Asks a language model, which reads captions of the image.",
    ),
    "ppo": AgentEntry(
        "crossworld.agents.ppo.agent:PPOAgent",
        "Scores commands with PPO, trained in other rooms; may choose none.",
    ),
    "maskable-ppo": AgentEntry(
        "crossworld.agents.ppo.agent:MaskablePPOAgent",
        "Scores the possible commands with MaskablePPO, trained in other rooms.",
    ),
    "planner": AgentEntry(
        "crossworld.agents.baselines.expert_agents:PlannerAgent",
        "Follows the optimal planner, which knows the full state.",
        role="ceiling",
    ),
}
"""The registered agents; add your own, or name them `module:Class` wherever a name is asked for."""


def entry(name: str) -> AgentEntry:
    """Return the entry of a name; a `module:Class` that is not registered gets a plain one.

    Raises:
        AgentError: there is no such agent.
    """
    if name in AGENTS:
        return AGENTS[name]
    if ":" in name:
        return AgentEntry(name, "")
    raise AgentError(f"{unknown('agent', name, AGENTS)} Your own agent: give 'module:Class'.")


def make(name: str, *, seed: int = 0, **kwargs: object) -> Agent:
    """Make an agent.

    Args:
        name: a registered name, or `module:Class`.
        seed: for its random numbers; not passed on to an agent that takes no `seed`.
        **kwargs: the agent's own arguments.

    Raises:
        AgentError: there is no such agent, or it does not take these arguments.
    """
    build, parameters = _load(name, entry(name).entry_point)
    if "seed" in parameters.parameters:
        kwargs = {"seed": seed, **kwargs}
    try:
        parameters.bind(**kwargs)
    except TypeError as error:
        raise AgentError(
            f"agent {name!r}: {error}. Its arguments are {parameters}, given were {kwargs}."
        ) from error
    made = build(**kwargs)
    missing = [part for part in PARTS if not hasattr(made, part)]
    if missing:
        raise AgentError(
            f"agent {name!r}: a {type(made).__name__} without {', '.join(missing)} is no agent;"
            " derive it from crossworld.agents.Agent, which has defaults for most parts."
        )
    return made


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Return a sentence for a name that does not exist, with the most similar one or all of them."""
    names = sorted(known)
    similar = difflib.get_close_matches(name, names, n=1)
    if similar:
        return f"{kind} {name!r} does not exist; did you mean {similar[0]!r}?"
    return f"{kind} {name!r} does not exist; there are {', '.join(names)}."


@lru_cache(maxsize=256)
def _load(name: str, entry_point: str) -> tuple[Callable[..., Agent], inspect.Signature]:
    """Return what makes an agent, and the arguments it takes."""
    module_name, _, attribute = entry_point.partition(":")
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        raise AgentError(
            f"agent {name!r}: module {error.name!r} is not installed here; install it, or check"
            " the name (it must be importable, for example through PYTHONPATH)."
        ) from error
    build = getattr(module, attribute, None)
    if not callable(build):
        raise AgentError(f"agent {name!r}: module {module_name!r} has no class {attribute!r}.")
    # That it makes agents shows when it is played.
    return cast(Callable[..., Agent], build), inspect.signature(build)
