"""`LanguageAgent`: what all agents share that ask a chat model for commands."""

import hashlib
import inspect
import json
from collections.abc import Mapping
from typing import Any, ClassVar

import gymnasium as gym

from crossworld.agents.base import Agent, Info, Observation
from crossworld.agents.language.conversation import Conversation, Turn, Window
from crossworld.agents.language.models import resolved
from crossworld.agents.language.prompts import examples_for, hash_of, render, world_of
from crossworld.envs.core.spaces import MAX_LENGTH, fit_text
from crossworld.envs.core.words import MISSION_MARK
from crossworld.wrappers.actions import ParseTextAction
from crossworld.wrappers.chat.base import ChatError, ChatModel, Message, Sampling, Usage
from crossworld.wrappers.replies import read_reply

LONGEST_REPLY = MAX_LENGTH
"""Characters of a reply that are read: as many as an action may have."""

STOP = ("\n",)
"""A command is one line, unless it is looked for in the whole reply."""

MOST_EXAMPLES = 2
"""As many as there are of a task type."""


class LanguageAgent(Agent):
    """Asks a chat model for a command each step, in one conversation per episode.

    The conversation holds instructions and examples (system), the opening (user), then command
    (assistant) and answer (user) in turns, texts letter for letter; how much of it is sent, `turns`,
    `chars` and `images` say, see `Window`.

    A reply is one line; of a model that writes more, the first line counts, unless a command is marked
    as `read_reply` knows it (`<action>...</action>`, `Action:`, JSON). A reply that holds no command,
    or several marked ones, is sent as it is, as far as it fits the action space: the environment says
    that nothing happens, and the step is lost. No command is ever made up.

    Equal seeds give equal episodes, if the model's answers are a function of conversation and seed:
    each request has a seed of its own, made from `seed`, the number of the episode, and the number
    of the request. With `temperature=0` most models ignore it.

    Args:
        model: a name for `chat_model`, or a ChatModel.
        seed: see above.
        temperature: 0 for the likeliest answers.
        max_tokens: of an answer, 1 or more. Models that reason in secret need much more.
        examples: how many examples the instructions hold at most, 0 to 2.
        turns: turns that are sent at most; None for all that fit `chars`.
        chars: characters of the conversation that are sent at most, instructions apart.
        admissible: whether the model is told what is possible now. It then knows what is to be found
            where it stands without looking; `reads` says so.
        lenient: whether replies go through `ParseTextAction`, which takes "put the mug in the sink"
            for "move mug 1 to sinkbasin 1" if that is the one possible command that fits. It looks
            at what is possible, so a number that is left out can be filled in by what the agent has
            not seen.
        model_kwargs: of a model that is named, see `chat_model`.

    Raises:
        ChatError: there is no such model, or a number is out of range.
    """

    reads = frozenset({"text", "mission"})
    templates: ClassVar[tuple[str, ...]] = (
        "act",
        "world",
        "household",
        "tabletop",
        "memory",
        "now",
    )
    """Templates that its words are made from."""

    thinks = False
    """Whether thoughts are asked for."""

    fixed: ClassVar[frozenset[str]] = frozenset()
    """Arguments of `LanguageAgent` that a kind of agent does not take."""

    __signature__: ClassVar[inspect.Signature]

    ambiguous = "refuse"
    """What `ParseTextAction` does with a command that may mean several."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Spell out the arguments that `**kwargs` stands for: agents are made by signature."""
        super().__init_subclass__(**kwargs)
        cls.__signature__ = _signature(cls)

    def __init__(
        self,
        model: str | ChatModel = "scripted",
        *,
        seed: int = 0,
        temperature: float = 0.0,
        max_tokens: int = 128,
        examples: int = 2,
        turns: int | None = None,
        chars: int = 32_000,
        admissible: bool = False,
        lenient: bool = False,
        model_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        if not (0 <= examples <= MOST_EXAMPLES and max_tokens >= 1 and temperature >= 0):
            raise ChatError(
                f"examples={examples!r}, max_tokens={max_tokens!r}, temperature={temperature!r}:"
                f" give 0 to {MOST_EXAMPLES} examples, 1 token or more, a temperature from 0 on."
            )
        self._model = resolved(model, model_kwargs)
        self._window = Window(turns, chars)
        self._seed, self._temperature, self._max_tokens = seed, temperature, max_tokens
        self._examples = examples
        self._lenient = lenient
        self._lists = admissible
        if admissible:
            self.reads = self.reads | {"admissible_commands"}
        self.prompt_hash = hash_of(self.templates, examples, self.thinks)
        self.usage = Usage()
        self._episodes = 0
        self._requests = 0
        self._command = ""
        self._system = ""
        self._conversation = Conversation("")

    def wrap(self, env: gym.Env[Any, Any]) -> gym.Env[Any, Any]:
        """Return the environment, behind `ParseTextAction` if the agent is lenient."""
        return ParseTextAction(env, ambiguous=self.ambiguous) if self._lenient else env

    def reset(self, observation: Observation, info: Info) -> None:
        """Begin a conversation."""
        self._episodes += 1
        self._requests = 0
        self._conversation = self._begun(observation)
        mission = str(observation.get("mission", ""))
        self._system = self._instructions(self._conversation.opening, mission)

    def act(self, observation: Observation, info: Info) -> str:
        """Return the command that the model answers with."""
        self._command = self._command_of(self._ask(self._messages(info)))
        return self._command

    def observe(
        self,
        observation: Observation,
        reward: float,
        terminated: bool,
        truncated: bool,
        info: Info,
    ) -> None:
        """Note what the command led to."""
        self._conversation.turns.append(self._answered(observation))

    def save(self) -> bytes:
        """Return what decides how later episodes differ from earlier ones: their number."""
        return json.dumps(self._state()).encode()

    def load(self, state: bytes) -> None:
        """Go on where the agent stopped that saved this."""
        if state:
            self._restore(json.loads(state))

    def _state(self) -> dict[str, Any]:
        return {"episodes": self._episodes}

    def _restore(self, state: Mapping[str, Any]) -> None:
        self._episodes = int(state["episodes"])

    def _begun(self, observation: Observation) -> Conversation:
        """Return the conversation of an episode that begins."""
        return Conversation(opening_of(observation))

    def _instructions(self, opening: str, mission: str) -> str:
        return render(
            "act",
            world=world_of(opening),
            thoughts=self.thinks,
            examples=examples_for(opening, mission, self._examples),
            memories=self._remembered(),
        )

    def _remembered(self) -> list[tuple[int, str]]:
        """Return number and text of what is remembered of earlier trials."""
        return []

    def _answered(self, observation: Observation) -> Turn:
        """Return the turn that the last command makes."""
        return Turn(self._command, str(observation["text"]))

    def _messages(self, info: Info) -> list[Message]:
        possible = info["admissible_commands"] if self._lists else ()
        commands = [command for command in possible if command != "help"]
        now = render("now", commands=commands) if commands else ""
        return self._conversation.messages(self._system, self._window, now)

    def _ask(self, messages: list[Message], max_tokens: int = 0) -> str:
        """Return the model's answer: a reply, or a text of up to `max_tokens`."""
        self._requests += 1
        words = f"{self._seed}/{self._episodes}/{self._requests}".encode()
        sampling = Sampling(
            temperature=self._temperature,
            max_tokens=max_tokens or self._max_tokens,
            stop=() if max_tokens or self._lenient else STOP,
            seed=int.from_bytes(hashlib.sha256(words).digest()[:4], "big") >> 1,
        )
        completion = self._model.complete(messages, sampling)
        self.usage = self.usage + completion.usage
        return completion.text[:LONGEST_REPLY].strip()

    def _command_of(self, reply: str) -> str:
        """Return the command in a reply, or the reply."""
        if self._lenient:
            return fit_text(reply)
        lines = read_reply(reply).lines
        return fit_text(lines[0] if lines else reply).strip()


def opening_of(observation: Observation) -> str:
    """Return the first text, with the task if it does not say it itself."""
    text, mission = str(observation["text"]), str(observation.get("mission", ""))
    if MISSION_MARK in text or not mission:
        return text
    return f"{text}\n\n{MISSION_MARK} {mission}."


def _signature(kind: type[LanguageAgent]) -> inspect.Signature:
    """Return the signature of a class, those of its bases put in where it says `**kwargs`."""
    parameters: dict[str, inspect.Parameter] = {}
    for base in kind.__mro__:
        if "__init__" not in vars(base):
            continue
        own = list(inspect.signature(vars(base)["__init__"]).parameters.values())[1:]
        more = any(parameter.kind is parameter.VAR_KEYWORD for parameter in own)
        for parameter in own:
            if parameter.kind is not parameter.VAR_KEYWORD and parameter.name not in kind.fixed:
                parameters.setdefault(parameter.name, parameter)
        if not more:
            break
    return inspect.Signature(list(parameters.values()))
