"""The experts of the environments as agents."""

from crossworld.agents.base import Agent, Info, Observation
from crossworld.envs.household.experts.handcoded import Handcoded
from crossworld.envs.tabletop.reader import Handcoded as TabletopHandcoded
from crossworld.envs.tabletop.text import GREETING


class HandcodedAgent(Agent):
    """Plays the handcoded expert, which sees what a player of the text game sees.

    Which world's rules it follows, it tells from the opening.
    """

    reads = frozenset({"text", "mission"})

    def reset(self, observation: Observation, info: Info) -> None:
        """Read the opening text."""
        text, mission = observation["text"], observation["mission"]
        on_table = text.startswith(GREETING)
        self._expert = TabletopHandcoded(mission, text) if on_table else Handcoded(text)

    def act(self, observation: Observation, info: Info) -> str:
        """Return the expert's command."""
        self._command = self._expert.next_command()
        return self._command

    def observe(
        self,
        observation: Observation,
        reward: float,
        terminated: bool,
        truncated: bool,
        info: Info,
    ) -> None:
        """Tell the expert what its command led to."""
        self._expert.update(self._command, observation["text"])


class PlannerAgent(Agent):
    """Follows the environment's planner, which knows the full state: the ceiling."""

    reads = frozenset({"expert_action"})
    env_kwargs = {"expert": "planner"}
    privileged = True

    def act(self, observation: Observation, info: Info) -> str:
        """Return the planner's command."""
        return str(info["expert_action"])
