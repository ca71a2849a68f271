"""`CaptionObservation`: words for what an image shows, instead of the world's own."""

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym

from crossworld.envs.core.spaces import MAX_LENGTH, fit_text, text_space
from crossworld.wrappers.captioners.base import Caption, Captioner
from crossworld.wrappers.captioners.watching import Watcher
from crossworld.wrappers.rule import Moment, Rule, Site
from crossworld.wrappers.wrapper import RuleWrapper


class CaptionObservation(RuleWrapper):
    """Puts the captions of an image into the observation, one a line, surest first.

    Candidates, for captioners that choose among some, are the environment's `statements()`. What would
    not fit into the text space is left out, whole captions from the end.

    Vector twin: `crossworld.wrappers.vector.CaptionObservation`; it captions all slots in one
    call.

    Args:
        env: an environment with images.
        captioner: a name of `crossworld.wrappers.captioners.CAPTIONERS` ("oracle", "noisy", "clip",
            "chat", "hf"), or a captioner.
        arguments: of the captioner, if it is a name.
        key: where the captions go: "text" replaces what the world says, any new key adds to it.
        image: key of the images.
        matching: regular expression that candidates match as a whole, such as "you see a .*"; None
            for all of them.

    Raises:
        CaptionerError: there is no such captioner, or it does not take these arguments.
        ValueError: there are no such images, or the expression is none.

    Example:
        >>> import gymnasium as gym, crossworld
        >>> from crossworld.wrappers import CaptionObservation
        >>> env = gym.make("crossworld/TabletopStack-v0", modalities=("image", "mission"))
        >>> env = CaptionObservation(env, "oracle", matching="the robot is grasping .*")
        >>> env.reset(seed=0)[0]["text"]
        'the robot is grasping nothing'
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        captioner: str | Captioner,
        arguments: Mapping[str, Any] | None = None,
        key: str = "text",
        image: str = "image",
        matching: str | None = None,
    ) -> None:
        super().__init__(
            env,
            CaptionRule,
            captioner=captioner,
            arguments=arguments,
            key=key,
            image=image,
            matching=matching,
        )


class CaptionRule(Rule):
    """See `CaptionObservation`."""

    asks = True

    def __init__(
        self,
        site: Site,
        captioner: str | Captioner,
        arguments: Mapping[str, Any] | None = None,
        key: str = "text",
        image: str = "image",
        matching: str | None = None,
    ) -> None:
        super().__init__(site)
        self._watcher = Watcher(site, captioner, arguments, image, "CaptionObservation", matching)
        taken = site.observation_space.spaces.get(key)
        if taken is not None and not isinstance(taken, gym.spaces.Text):
            raise ValueError(
                f"CaptionObservation: key={key!r} is {taken}, not text; choose another."
            )
        self._key = key
        self.sees = frozenset({image})
        self.shows = {key: text_space()}

    def begin(
        self, slots: Sequence[int], moments: Sequence[Moment], options: Sequence[Mapping[str, Any]]
    ) -> None:
        """Ask what can be said, and caption the first images."""
        self._watcher.begin(slots)
        self.change(slots, moments)

    def change(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Caption images."""
        for moment, captions in zip(moments, self._watcher.captions(slots, moments), strict=True):
            moment.observation[self._key] = lines_of(captions)


def lines_of(captions: Sequence[Caption]) -> str:
    """Return as many captions as fit into the text space, one a line."""
    lines: list[str] = []
    free = MAX_LENGTH + 1
    for caption in captions:
        line = fit_text(caption.text.replace("\n", " ").strip())
        free -= len(line) + 1
        if free < 0:
            break
        lines.append(line)
    return "\n".join(lines)
