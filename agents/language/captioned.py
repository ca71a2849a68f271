"""`CaptionAgent`: a language model that is told what a captioner makes out in the image."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gymnasium as gym

from crossworld.agents.base import Observation
from crossworld.agents.language.agent import LanguageAgent
from crossworld.agents.language.conversation import Conversation, Turn
from crossworld.agents.language.prompts import render
from crossworld.wrappers.captions import CaptionObservation

SEEN = r"(?!the [a-z]+ \d+ is ).*"
"""Matches the statements that an image can bear out: of a household not where each thing is that is out
of sight, or which door far away is open."""

STATE_READERS = frozenset({"oracle", "noisy"})
"""Captioners that read the state."""


class CaptionAgent(LanguageAgent):
    """Asks a language model for commands, and tells it only what a captioner says of the image.

    So images become words before they reach the model, as in Di Palo et al. (2023, arXiv
    2307.09668). The environment's own text is not read. It is zero-shot: examples in the game's words
    would not fit captions.

    With `captioner="oracle"` (or "noisy") the statements are those that are true in the state,
    limited by `matching` to what is in sight: perfect eyes, which no image agent has. The agent is then
    `privileged`. Another captioner sees pixels only; but one that chooses among candidates gets the
    environment's `statements()`, which name the things that there are in this task.

    Captions of a household say kinds without numbers, so replies go through `ParseTextAction` (unless
    `lenient=False`), which fills in the lowest number that is possible; see `VisionAgent` for what
    that means.

    Args:
        model: see `LanguageAgent`.
        captioner: a name of `CAPTIONERS`; the folder of a CLIP that `crossworld train clip` wrote; or
            a captioner.
        captioner_kwargs: of a captioner that is named.
        matching: regular expression of the statements that may be made; None for all.
        image_size: side of the square image in pixels.
        lenient: see above.
        **kwargs: those of `LanguageAgent`, but `examples`.

    Raises:
        ChatError: there is no such model, or a number is out of range.
        CaptionerError: when the environment is wrapped: there is no such captioner.
    """

    reads = frozenset({"caption", "mission"})
    templates = ("captions", "turn", "world", "household", "tabletop", "now")
    ambiguous = "first"
    fixed = frozenset({"examples"})

    def __init__(
        self,
        model: Any = "scripted",
        *,
        captioner: Any = "oracle",
        captioner_kwargs: Mapping[str, Any] | None = None,
        matching: str | None = SEEN,
        image_size: int = 128,
        lenient: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(model, examples=0, lenient=lenient, **kwargs)
        self.env_kwargs: Mapping[str, Any] = {
            "modalities": ("image", "mission"),
            "image_size": image_size,
        }
        self._captioner, self._arguments = captioner, dict(captioner_kwargs or {})
        if isinstance(captioner, str | Path) and Path(captioner).is_dir():
            self._captioner, self._arguments = "clip", {"model": str(captioner), **self._arguments}
        self._matching = matching
        self.privileged = captioner in STATE_READERS if isinstance(captioner, str) else False

    def wrap(self, env: gym.Env[Any, Any]) -> gym.Env[Any, Any]:
        """Return the environment with captions."""
        captioned = CaptionObservation(
            env, self._captioner, self._arguments or None, key="caption", matching=self._matching
        )
        return super().wrap(captioned)

    def _begun(self, observation: Observation) -> Conversation:
        return Conversation(self._words(observation, str(observation["mission"])))

    def _answered(self, observation: Observation) -> Turn:
        return Turn(self._command, self._words(observation, ""))

    def _words(self, observation: Observation, mission: str) -> str:
        text = str(observation["caption"])
        return render("turn", captions=bool(mission), text=text, picture="", mission=mission)

    def _instructions(self, opening: str, mission: str) -> str:
        return render("captions", world="")
