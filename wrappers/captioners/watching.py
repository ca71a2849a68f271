"""How wrappers look through a captioner: candidates, truth and random numbers of each slot."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import gymnasium as gym
import numpy as np

from crossworld.wrappers.captioners.base import Caption, Captioner, Scene
from crossworld.wrappers.captioners.registry import make_captioner
from crossworld.wrappers.rule import Moment, Site, needs


class Watcher:
    """A captioner at a site.

    Args:
        site: where the wrapper stands.
        captioner: a registered name, or a captioner.
        arguments: of the captioner, if it is a name.
        image: key of the images.
        wrapper: name of the wrapper, for errors.
        matching: regular expression that candidates match as a whole; None for all of them.

    Raises:
        CaptionerError: there is no such captioner, or it does not take these arguments.
        ValueError: there are no such images, or the expression is none.
    """

    def __init__(
        self,
        site: Site,
        captioner: str | Captioner,
        arguments: Mapping[str, Any] | None,
        image: str,
        wrapper: str,
        matching: str | None = None,
    ) -> None:
        needs((image,), site.observation_space, wrapper)
        space = site.observation_space[image]
        if not isinstance(space, gym.spaces.Box) or space.dtype != np.uint8:
            raise ValueError(f"{wrapper}: {image!r} is no image, uint8 (H, W, 3), but {space}.")
        try:
            self._pattern = None if matching is None else re.compile(matching)
        except re.error as error:
            raise ValueError(f"{wrapper}: matching={matching!r}: {error}.") from error
        self._captioner: Any = make_captioner(captioner, arguments)
        self._takes_scenes = "scenes" in inspect.signature(self._captioner.caption).parameters
        self._site = site
        self._image = image
        self._wrapper = wrapper
        self._known: list[list[str]] = [[] for _ in range(site.count)]

    def begin(self, slots: Sequence[int]) -> None:
        """Ask what can be said in the episodes that begin in these slots.

        Raises:
            ValueError: nothing that matches can be said.
        """
        if not self._takes_scenes:
            return
        for slot, statements in zip(slots, self._site.ask("statements", slots), strict=True):
            self._known[slot] = statements if self._pattern is None else self._fitting(statements)

    def check(self, slots: Sequence[int], statements: Sequence[Sequence[str]]) -> None:
        """Check that these can be said in the episodes of these slots.

        Raises:
            ValueError: one cannot.
        """
        for asked, known in zip(statements, self._site.ask("statements", slots), strict=True):
            for statement in asked:
                if statement not in known:
                    near = get_close_matches(statement, known, n=3)
                    hint = f" Near ones: {', '.join(map(repr, near))}." if near else ""
                    raise ValueError(
                        f"{self._wrapper}: {statement!r} is none of the environment's"
                        f" statements().{hint}"
                    )

    def captions(
        self,
        slots: Sequence[int],
        moments: Sequence[Moment],
        candidates: Sequence[Sequence[str]] | None = None,
    ) -> list[list[Caption]]:
        """Return the captions of what these slots show.

        Args:
            slots: the slots.
            moments: theirs.
            candidates: per slot, what could be said; None for all that can be.
        """
        images = [moment.observation[self._image] for moment in moments]
        if not self._takes_scenes:
            captions: list[list[Caption]] = self._captioner.caption(images)
            return captions
        known = [self._known[slot] for slot in slots] if candidates is None else candidates
        truth = _Truth(self._site, slots)
        scenes = [
            Scene(statements, truth.of(number, statements), self._site.generators[slot])
            for number, (slot, statements) in enumerate(zip(slots, known, strict=True))
        ]
        captions = self._captioner.caption(images, scenes)
        return captions

    def _fitting(self, statements: Sequence[str]) -> list[str]:
        pattern = self._pattern
        fitting = [s for s in statements if pattern is not None and pattern.fullmatch(s)]
        if not fitting:
            raise ValueError(
                f"{self._wrapper}: none of the {len(statements)} statements here, such as"
                f" {statements[0]!r}, matches {pattern and pattern.pattern!r}."
            )
        return fitting


class _Truth:
    """What is true in some slots, asked once for all of them, and only if somebody wants to know."""

    def __init__(self, site: Site, slots: Sequence[int]) -> None:
        self._site = site
        self._slots = slots
        self._said: list[list[str]] | None = None

    def of(self, number: int, among: Sequence[str]) -> Callable[[], list[str]]:
        """Return what says which of some statements are true in the slot of this number."""

        def true() -> list[str]:
            if self._said is None:
                self._said = self._site.ask("true_statements", self._slots)
            asked = set(among)
            return [statement for statement in self._said[number] if statement in asked]

        return true
