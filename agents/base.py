"""What an agent is."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

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
    """

    reads: frozenset[str]
    env_kwargs: Mapping[str, Any] = {}
    privileged: bool = False

    def reset(self, observation: Observation, info: Info) -> None:
        """Begin an episode with what the environment's `reset` returned."""

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


def visible(reads: frozenset[str], entries: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries of an observation or info that an agent with these `reads` may see."""
    return {name: value for name, value in entries.items() if name in reads}
