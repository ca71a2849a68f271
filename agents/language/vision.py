"""`VisionAgent`: a vision-language model that looks at pictures."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossworld.agents.base import Info, Observation
from crossworld.agents.language.agent import LanguageAgent, opening_of
from crossworld.agents.language.conversation import Conversation, Turn, Window
from crossworld.agents.language.prompts import render, world_of


class VisionAgent(LanguageAgent):
    """Asks a vision-language model for commands, zero-shot: it sees image and task.

    How it can know what to command: the instructions list the forms of commands, and the
    environment is made with `labels=True`, so that name tags in the picture say what things are
    called. That is help: a model that reads print need not recognise an apple. Names in the
    picture are only of what is seen, and at the start not of all furniture, as not every tag
    finds a place. Replies go through `ParseTextAction` (unless `lenient=False`), which fills in
    numbers that are left out, by the lowest-numbered possible command that fits: "take apple"
    takes the apple if one can be taken here, and tells nothing, but a command can so succeed by
    luck. What is possible is not listed unless `admissible=True`, and then `reads` says so: the
    list names all that can be taken where one stands, so the picture is hardly needed any more.

    Whether a command worked, the picture must show: the agent says "the same as before" where two
    pictures are equal in every pixel, which follows from the pictures alone.

    Of the pictures, the last `images` are sent; the words of earlier turns stay.

    Args:
        model: see `LanguageAgent`; one that takes images.
        images: how many of the last pictures are sent, 0 or more.
        image_size: side of the square picture in pixels. Tags are legible from about 256.
        labels: whether there are name tags.
        lenient: see above.
        **kwargs: those of `LanguageAgent`, but `examples`.

    Raises:
        ChatError: there is no such model, or a number is out of range.
    """

    reads = frozenset({"image", "mission"})
    templates = ("picture", "turn", "world", "household", "tabletop", "now")
    ambiguous = "first"
    fixed = frozenset({"examples"})
    modalities: tuple[str, ...] = ("image", "mission")

    def __init__(
        self,
        model: Any = "scripted",
        *,
        images: int = 1,
        image_size: int = 448,
        labels: bool = True,
        lenient: bool = True,
        turns: int | None = None,
        chars: int = 32_000,
        **kwargs: Any,
    ) -> None:
        super().__init__(model, examples=0, lenient=lenient, turns=turns, chars=chars, **kwargs)
        self.env_kwargs: Mapping[str, Any] = {
            "modalities": self.modalities,
            "image_size": image_size,
            "labels": labels,
        }
        self._window = Window(turns, chars, images)
        self._seen: NDArray[np.uint8] | None = None

    def observe(
        self,
        observation: Observation,
        reward: float,
        terminated: bool,
        truncated: bool,
        info: Info,
    ) -> None:
        """Note what is seen, and forget pictures that will not be sent any more."""
        super().observe(observation, reward, terminated, truncated, info)
        self._conversation.forget_images(self._window)

    def _begun(self, observation: Observation) -> Conversation:
        self._seen = observation["image"]
        return Conversation(self._first_words(observation), (observation["image"],))

    def _first_words(self, observation: Observation) -> str:
        mission = str(observation["mission"])
        return render("turn", captions=False, text="", picture="first", mission=mission)

    def _answered(self, observation: Observation) -> Turn:
        image = observation["image"]
        same = self._seen is not None and np.array_equal(self._seen, image)
        self._seen = image
        return Turn(self._command, self._words(observation, "same" if same else "new"), (image,))

    def _words(self, observation: Observation, picture: str) -> str:
        return render("turn", captions=False, text="", picture=picture, mission="")

    def _instructions(self, opening: str, mission: str) -> str:
        return render("picture", world=world_of(opening))


class VisionTextAgent(VisionAgent):
    """A vision-language model that sees the image and reads what the text game says.

    The text says all that the picture shows, and more; the picture can only help where a model
    understands pictures better than words. Beside `VisionAgent`, it measures what words are worth.

    Args:
        model: see `LanguageAgent`; one that takes images.
        **kwargs: those of `VisionAgent`.
    """

    reads = frozenset({"image", "text", "mission"})
    modalities = ("image", "text", "mission")

    def _first_words(self, observation: Observation) -> str:
        return opening_of(observation)

    def _words(self, observation: Observation, picture: str) -> str:
        return str(observation["text"])
