"""`ReflexionAgent`: learns from lost trials, in words."""

from collections.abc import Mapping
from typing import Any

from crossworld.agents.base import Info, Observation
from crossworld.agents.language.agent import opening_of
from crossworld.agents.language.conversation import Conversation, Turn
from crossworld.agents.language.prompts import render
from crossworld.agents.language.react import ReActAgent
from crossworld.envs.core.spaces import fit_text
from crossworld.wrappers.chat.base import ChatError, Message

LONGEST_MEMORY = 2000
"""Characters of a reflection that are kept."""


class ReflexionAgent(ReActAgent):
    """ReAct with a memory of what went wrong in earlier trials of the same task.

    Reflexion (Shinn et al. 2023, arXiv 2303.11366): when a trial was lost, a critic (the same
    model) reads what was done and writes a reflection; the actor of the next trial finds the last
    three in its instructions. Here the reflection is asked for when the next trial begins, so
    that none is paid for after the last one.

    Two trials are of the same task if their opening texts and missions are equal. Another task
    empties the memory, and a trial that was won is not reflected on. That a trial was won, it
    takes from `info["success"]`; the paper takes it from the environment's reward.

    In the paper's code a trial is given up as soon as a command repeats the one before. An agent
    cannot leave an environment here: it plays on to the limit, and what repeats costs steps.

    With `memory=False` it tries again without having learned anything: the control without which
    a gain by trials means little, as trying again alone finds more, too. That needs a
    `temperature` above 0.

    `save` returns everything that later trials depend on: memories, and the last trial to reflect
    on.

    Args:
        model: see `LanguageAgent`.
        memory: whether it reflects and remembers.
        memories: reflections that are remembered, the last ones; 1 or more.
        reflection_tokens: of a reflection at most.
        **kwargs: those of `ReActAgent`.

    Raises:
        ChatError: there is no such model, or a number is out of range.
    """

    reads = ReActAgent.reads | {"success"}
    templates = (*ReActAgent.templates, "critic", "trial")

    def __init__(
        self,
        model: Any = "scripted",
        *,
        memory: bool = True,
        memories: int = 3,
        reflection_tokens: int = 256,
        **kwargs: Any,
    ) -> None:
        super().__init__(model, **kwargs)
        for name, value in (("memories", memories), ("reflection_tokens", reflection_tokens)):
            if value < 1:
                raise ChatError(f"{name}={value!r}: give 1 or more.")
        self._reflects = memory
        self._most = memories
        self._reflection_tokens = reflection_tokens
        self._task = ""
        self._won = False
        self._memories: list[tuple[int, str]] = []
        self._trial = 0

    def reset(self, observation: Observation, info: Info) -> None:
        """Reflect on the last trial, if it was one of this task and lost; then begin another."""
        task = f"{opening_of(observation)}\n{observation.get('mission', '')}"
        if task != self._task:
            self._task, self._memories, self._trial = task, [], 0
        elif self._reflects and not self._won and self._conversation.turns:
            self._reflect()
        self._trial += 1
        self._won = False
        super().reset(observation, info)

    def observe(
        self,
        observation: Observation,
        reward: float,
        terminated: bool,
        truncated: bool,
        info: Info,
    ) -> None:
        """Note what the command led to, and whether the trial is won."""
        super().observe(observation, reward, terminated, truncated, info)
        self._won = self._won or bool(info["success"])

    @property
    def memories(self) -> tuple[str, ...]:
        """What is remembered, oldest first."""
        return tuple(words for _, words in self._memories)

    def _reflect(self) -> None:
        """Ask what is to be remembered of the trial that was lost."""
        turns = self._conversation.sent(self._window)
        trial = render(
            "trial",
            opening=self._conversation.opening,
            turns=turns,
            left_out=len(self._conversation.turns) - len(turns),
            memories=self._memories,
        )
        messages = [Message("system", render("critic")), Message("user", trial)]
        said = fit_text(self._ask(messages, self._reflection_tokens))[:LONGEST_MEMORY].strip()
        if said:
            self._memories = [*self._memories, (self._trial, said)][-self._most :]

    def _remembered(self) -> list[tuple[int, str]]:
        return self._memories

    def _state(self) -> dict[str, Any]:
        return {
            **super()._state(),
            "requests": self._requests,
            "task": self._task,
            "won": self._won,
            "trial": self._trial,
            "memories": self._memories,
            "opening": self._conversation.opening,
            "turns": [[turn.said, turn.answer] for turn in self._conversation.turns],
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        super()._restore(state)
        self._requests = int(state["requests"])
        self._task, self._won, self._trial = state["task"], state["won"], state["trial"]
        self._memories = [(number, words) for number, words in state["memories"]]
        turns = [Turn(said, answer) for said, answer in state["turns"]]
        self._conversation = Conversation(state["opening"], turns=turns)
