"""`PromptObservation`: what a language model is asked at each step, made from a template."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import gymnasium as gym
import jinja2

from crossworld.envs.core.spaces import CHARSET
from crossworld.envs.core.words import MISSION_MARK
from crossworld.wrappers.noise import image_keys
from crossworld.wrappers.rule import Moment, Rule, Site, needs
from crossworld.wrappers.wrapper import RuleWrapper

PROMPT_LENGTH = 16384
"""Most characters of a prompt; where it would be longer, the oldest turns are left out."""


class PromptObservation(RuleWrapper):
    """Adds `prompt`: task, step count, the last turns, what is possible now, slots for images.

    The wording is a Jinja template, which is data: `template="text"` (for language models), `"vision"`
    (for models that get the images; each image key has a slot `<image>`, in the order of the
    observation's image keys, sorted), or the path of a file. It may use

    * `mission`: the task sentence;
    * `step`: number of actions so far;
    * `start`: the opening text without the task; "" while it is `observation` itself;
    * `turns`: the last `history` turns, oldest first: `action`, `observation` (what came of it), `valid`;
    * `observation`: the present text, "" without `text`;
    * `commands`: what is possible now, sorted, without `help`; empty unless `admissible`;
    * `images`: a slot per image.

    Actions are what was sent to the environment: above `ParseTextAction` the parsed command, not the
    model's whole answer. After a reset from a snapshot the step count goes on, and the turns begin
    anew.

    Vector twin: `crossworld.wrappers.vector.PromptObservation`.

    Args:
        env: an environment with `mission`.
        template: "text", "vision", or the path of a template.
        history: number of turns kept.
        admissible: whether what is possible now is listed.
        image_slot: what stands where an image belongs.

    Observation: `prompt` is a Text of up to 16,384 characters.

    Raises:
        ValueError: there is no `mission`, the template is missing or no template, or `history` is
            negative.

    Example:
        >>> import gymnasium as gym, crossworld
        >>> from crossworld.wrappers import PromptObservation
        >>> env = PromptObservation(gym.make("crossworld/Household-v0"), history=2)
        >>> env.reset(seed=0)[0]["prompt"].splitlines()[0]
        'Your task: cool some apple and put it in cabinet'
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        template: str = "text",
        history: int = 5,
        admissible: bool = True,
        image_slot: str = "<image>",
    ) -> None:
        super().__init__(
            env,
            PromptRule,
            template=template,
            history=history,
            admissible=admissible,
            image_slot=image_slot,
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """An action and what came of it."""

    action: str
    observation: str
    valid: bool


@dataclass(slots=True)
class _Episode:
    """What is remembered of a slot's episode."""

    turns: deque[Turn]
    start: str = ""
    action: str = ""
    step: int = 0


class PromptRule(Rule):
    """See `PromptObservation`."""

    acts = True

    def __init__(
        self,
        site: Site,
        template: str = "text",
        history: int = 5,
        admissible: bool = True,
        image_slot: str = "<image>",
    ) -> None:
        super().__init__(site)
        space = site.observation_space
        needs(("mission",), space, "PromptObservation")
        if history < 0:
            raise ValueError(f"PromptObservation: history={history!r}; give 0 or more.")
        self._source = template
        self._template = load_template(template)
        self._history = history
        self._admissible = admissible
        self._images = [image_slot] * len(image_keys(space))
        self._has_text = "text" in space.spaces
        self._episodes = [self._episode() for _ in range(site.count)]
        self.sees = frozenset({"mission", "text"} if self._has_text else {"mission"})
        self.reads = frozenset({"admissible_commands", "action_valid", "command"})
        self.shows = {"prompt": gym.spaces.Text(PROMPT_LENGTH, min_length=0, charset=CHARSET)}

    def begin(
        self, slots: Sequence[int], moments: Sequence[Moment], options: Sequence[Mapping[str, Any]]
    ) -> None:
        """Forget the episode before."""
        for slot, moment, chosen in zip(slots, moments, options, strict=True):
            episode = self._episodes[slot] = self._episode()
            episode.step = _elapsed(chosen)
            episode.start = self._text(moment).partition(MISSION_MARK)[0].strip()
            moment.observation["prompt"] = self._prompt(episode, moment)

    def act(self, slots: Sequence[int], actions: Sequence[Any]) -> list[Any]:
        """Note what was answered."""
        for slot, action in zip(slots, actions, strict=True):
            self._episodes[slot].action = str(action)
        return list(actions)

    def step(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Note what came of it, and ask again."""
        for slot, moment in zip(slots, moments, strict=True):
            episode = self._episodes[slot]
            episode.step += 1
            action = moment.info.get("command", episode.action)
            turn = Turn(action, self._text(moment), moment.info["action_valid"])
            episode.turns.append(turn)
            moment.observation["prompt"] = self._prompt(episode, moment)

    def _prompt(self, episode: _Episode, moment: Moment) -> str:
        turns = list(episode.turns)
        while True:
            prompt = self._rendered(episode, turns, moment)
            if len(prompt) <= PROMPT_LENGTH or not turns:
                return prompt[:PROMPT_LENGTH]
            turns.pop(0)

    def _rendered(self, episode: _Episode, turns: list[Turn], moment: Moment) -> str:
        commands: list[str] = []
        if self._admissible:
            commands = [
                command for command in moment.info["admissible_commands"] if command != "help"
            ]
        rendered: str = self._template.render(
            mission=moment.observation["mission"],
            step=episode.step,
            start=episode.start if episode.turns else "",
            turns=turns,
            observation=self._text(moment),
            commands=commands,
            images=self._images,
        )
        return rendered

    def _episode(self) -> _Episode:
        return _Episode(deque(maxlen=self._history))

    def _text(self, moment: Moment) -> str:
        return str(moment.observation["text"]) if self._has_text else ""

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_template": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._template = load_template(self._source)


@lru_cache(maxsize=32)
def load_template(template: str) -> jinja2.Template:
    """Return a template by name or path.

    Raises:
        ValueError: there is none, or it is no template.
    """
    shipped = files("crossworld.wrappers") / "templates" / f"{template}.jinja"
    source = shipped if template.isidentifier() and shipped.is_file() else Path(template)
    try:
        text = source.read_text("utf-8")
    except OSError as error:
        raise ValueError(
            f"template {template!r} is neither 'text' nor 'vision' nor a file ({error.strerror})."
        ) from error
    try:
        return _JINJA.from_string(text)
    except jinja2.TemplateSyntaxError as error:
        raise ValueError(f"template {template!r}, line {error.lineno}: {error.message}.") from error


_JINJA = jinja2.Environment(
    trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, autoescape=False
)


def _elapsed(options: Mapping[str, Any]) -> int:
    """Return how many steps of the episode are behind it: some, if it goes on from a snapshot."""
    snapshot = options.get("snapshot")
    return int(snapshot.get("elapsed_steps", 0)) if isinstance(snapshot, Mapping) else 0
