"""`ReActAgent`: thoughts between commands."""

import re
from typing import Any

from crossworld.agents.base import Info, Observation
from crossworld.agents.language.agent import LanguageAgent
from crossworld.agents.language.conversation import Turn
from crossworld.agents.language.prompts import THINK, THOUGHT_ANSWER
from crossworld.envs.core.spaces import fit_text
from crossworld.wrappers.chat.base import ChatError

LONGEST_THOUGHT = 1000
"""Characters of a thought that are kept."""

_THOUGHT = re.compile(rf"\s*>?\s*{THINK}(.*)", re.IGNORECASE)


class ReActAgent(LanguageAgent):
    """Asks a chat model for thoughts and commands in turn (Yao et al. 2023, arXiv 2210.03629).

    The first line of a reply that begins with "think:" is a thought. It is kept in the
    conversation, answered "OK.", and does not reach the environment; then the model is asked
    again. In the paper's code a thought is an action: it costs one of the 50 steps. Here it costs
    none, so that step limits mean the same for all agents, and scores under them are a little
    better than by the paper's count; tokens are counted in `usage`. After `thoughts` thoughts in
    a row, one more is sent as it is, as every reply without a command: then it does cost a step.

    Args:
        model: see `LanguageAgent`.
        thoughts: how many may follow one another, 1 or more.
        **kwargs: those of `LanguageAgent`.

    Raises:
        ChatError: there is no such model, or a number is out of range.
    """

    thinks = True

    def __init__(self, model: Any = "scripted", *, thoughts: int = 2, **kwargs: Any) -> None:
        super().__init__(model, **kwargs)
        if thoughts < 1:
            raise ChatError(f"thoughts={thoughts!r}: give 1 or more, or take ActAgent.")
        self._thoughts = thoughts

    def act(self, observation: Observation, info: Info) -> str:
        """Return the next command, after as many thoughts as the model likes to have."""
        for _ in range(self._thoughts):
            reply = self._ask(self._messages(info))
            found = _THOUGHT.match(reply)
            if not found:
                break
            words = " ".join(fit_text(found[1]).split())[:LONGEST_THOUGHT].strip()
            self._conversation.turns.append(Turn(f"{THINK} {words}".strip(), THOUGHT_ANSWER))
        else:
            reply = self._ask(self._messages(info))
        self._command = self._command_of(reply)
        return self._command
