"""What an agent is."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import gymnasium as gym

from crossworld.wrappers.chat.base import Usage

Observation: TypeAlias = Mapping[str, Any]
Info: TypeAlias = Mapping[str, Any]


class Agent(Protocol):
    """Chooses actions from what it may see.

    Any class of this shape is an agent; deriving from this one is optional and saves the parts that
    have a default. An agent which draws random numbers takes `seed` in its constructor and draws
    from a generator of its own, so that equal seeds give equal episodes.

    Attributes:
        reads: names of the observation and info entries that the agent sees; whoever runs it strips
            all the others, so that a claim such as "image only" is enforced, not promised.
        env_kwargs: keyword arguments the environment needs for this agent, such as
            `{"expert": "planner"}`.
        privileged: whether it reads what no fair contestant may see. Its score is then a ceiling.
        prompt_hash: of the words that it asks a language model with, examples included; "" if none.
        usage: what its language models have cost since it was made.
    """

    reads: frozenset[str]
    env_kwargs: Mapping[str, Any] = {}
    privileged: bool = False
    prompt_hash: str = ""
    usage: Usage = Usage()

    def wrap(self, env: gym.Env[Any, Any]) -> gym.Env[Any, Any]:
        """Return the environment with the wrappers that the agent needs around it.

        Called once, before the first `reset`; `reads` names what is there afterwards. Agents made
        with the same arguments may share what it returns, so it must not depend on the seed.
        """
        return env

    def reset(self, observation: Observation, info: Info) -> None:
        """Begin an episode with what the environment's `reset` returned."""
        return

    def act(self, observation: Observation, info: Info) -> Any:
        """Return the next action."""

    def observe(
        self,
        observation: Observation,
        reward: float,
        terminated: bool,
        truncated: bool,
        info: Info,
    ) -> None:
        """Take in what the action led to; called after every step, the last one included."""
        return

    def save(self) -> bytes:
        """Return what the agent has learned or remembers, for `load`; b"" if nothing.

        Asked for after each episode of a protocol in which agents may remember, so that a run which
        is killed goes on as if nothing had happened.
        """
        return b""

    def load(self, state: bytes) -> None:
        """Take in what `save` of an agent made with the same arguments returned."""
        return

    def freeze(self) -> None:
        """Learn nothing more from here on."""
        return


def visible(reads: frozenset[str], entries: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries of an observation or info that an agent with these `reads` may see."""
    return {name: entries[name] for name in reads if name in entries}
