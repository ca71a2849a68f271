"""What a wrapper does, written once: for one environment and for the slots of a vector.

A wrapper is a `Rule` and somebody who calls it. `RuleWrapper` calls it with one slot, `vector.wrapper`
with many; so a wrapper and its vector twin cannot differ. Rules are batch-first: they get a list of slots
and one `Moment` for each, which they change in place. Models caption a whole batch at once.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import gymnasium as gym
import numpy as np


@dataclass(slots=True)
class Moment:
    """What one slot returned from a reset or a step.

    Attributes:
        observation: key to value; of a vector's slot only what the rule `sees`.
        info: key to value; of a vector's slot only what the rule `reads`.
        reward: of the step, 0 at a reset.
        terminated, truncated: as `step` returns them.
    """

    observation: dict[str, Any]
    info: dict[str, Any]
    reward: float = 0.0
    terminated: bool = False
    truncated: bool = False


class Site(Protocol):
    """Where a rule stands: the environment below, be it one or a vector.

    Attributes:
        count: number of slots.
        observation_space: of one slot; a Dict.
        action_space: of one slot.
        generators: a random stream per slot, of this wrapper alone.
    """

    count: int
    observation_space: gym.spaces.Dict
    action_space: gym.Space[Any]
    generators: "Generators"

    def ask(self, name: str, slots: Sequence[int]) -> list[Any]:
        """Return what a method of the environment says of each of these slots."""

    def ask_once(self, name: str) -> Any:
        """Return what a method says that needs no episode, and is the same for every slot."""


class Rule:
    """Changes what an environment shows, accepts or pays.

    Subclasses say in attributes what they touch, and implement `change`, or `begin` and `step`; `act`
    where they take actions. Everything else of an observation or info passes by.

    Attributes:
        sees: observation keys it reads.
        shows: observation keys it sets, with the space of each.
        hides: observation keys it takes away.
        only: the key whose value alone is the observation, None for a Dict.
        reads, tells: info keys it reads, and sets.
        action_space: what it accepts.

    Args:
        site: where it stands.
    """

    acts: ClassVar[bool] = False
    """Whether it looks at actions."""
    pays: ClassVar[bool] = False
    """Whether it changes rewards."""
    asks: ClassVar[bool] = False
    """Whether it asks the environment about states."""
    options: ClassVar[frozenset[str]] = frozenset()
    """Reset options that are meant for it, and that the environment below does not see."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.sees: frozenset[str] = frozenset()
        self.shows: Mapping[str, gym.Space[Any]] = {}
        self.hides: frozenset[str] = frozenset()
        self.only: str | None = None
        self.reads: frozenset[str] = frozenset()
        self.tells: frozenset[str] = frozenset()
        self.action_space = site.action_space

    def begin(
        self, slots: Sequence[int], moments: Sequence[Moment], options: Sequence[Mapping[str, Any]]
    ) -> None:
        """Take in the first moments of new episodes, with the reset options of each."""
        self.change(slots, moments)

    def act(self, slots: Sequence[int], actions: Sequence[Any]) -> list[Any]:
        """Return the actions that the environment below gets."""
        return list(actions)

    def step(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Take in what a step led to."""
        self.change(slots, moments)

    def change(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Change moments in place, first ones of an episode and others alike."""


class Generators:
    """A random stream per slot that belongs to one wrapper.

    It is derived from (seed, the wrapper's name, how many of that name stand below it): the
    environment's own stream is never touched, so the tasks drawn do not depend on the wrapper. A reset
    without a seed goes on with the stream.

    Args:
        count: number of slots.
        name: the wrapper's name.
        depth: how many wrappers of that name stand below.
    """

    def __init__(self, count: int, name: str, depth: int) -> None:
        self._key = (zlib.crc32(name.encode()), depth)
        self._streams = [np.random.default_rng() for _ in range(count)]

    def __getitem__(self, slot: int) -> np.random.Generator:
        return self._streams[slot]

    def seed(self, slot: int, seed: int) -> None:
        """Begin a slot's stream anew."""
        self._streams[slot] = np.random.default_rng([seed, *self._key])


def depth_of(name: str, env: Any) -> int:
    """Return how many wrappers of this class name are in a chain of wrappers."""
    depth = 0
    while isinstance(env, gym.Wrapper | gym.vector.VectorWrapper):
        depth += type(env).__name__ == name
        env = env.env
    return depth


def dict_space(space: gym.Space[Any], wrapper: str) -> gym.spaces.Dict:
    """Return the observation space if it is a Dict.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(space, gym.spaces.Dict):
        raise ValueError(
            f"{wrapper}: the observation is no Dict but {space}; put this wrapper below the one that"
            " takes the Dict apart."
        )
    return space


def shown_space(rule: Rule, below: gym.spaces.Dict) -> gym.Space[Any]:
    """Return the observation space above a rule."""
    spaces = {key: space for key, space in below.items() if key not in rule.hides}
    spaces.update(rule.shows)
    return gym.spaces.Dict(spaces) if rule.only is None else spaces[rule.only]


def needs(keys: Sequence[str], space: gym.spaces.Dict, wrapper: str) -> None:
    """Check that an observation has these keys.

    Raises:
        ValueError: one is missing.
    """
    missing = [key for key in keys if key not in space.spaces]
    if missing:
        raise ValueError(
            f"{wrapper}: the observation has no {missing[0]!r}, only {', '.join(space.spaces)}; make"
            f" the environment with modalities=(..., {missing[0]!r})."
        )


def called(space: gym.Space[Any]) -> str:
    """Return what a space is called in errors; a text space would spell out its characters."""
    return "text" if isinstance(space, gym.spaces.Text) else str(space)


def needs_text_actions(site: Site, wrapper: str) -> None:
    """Check that the environment takes commands in words.

    Raises:
        ValueError: it takes something else.
    """
    if not isinstance(site.action_space, gym.spaces.Text):
        raise ValueError(
            f"{wrapper}: the actions are {called(site.action_space)}, not text; make the environment with"
            ' action_mode="text".'
        )


def share(name: str, value: Any, wrapper: str) -> float:
    """Return a number from 0 to 1.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise ValueError(f"{wrapper}: {name}={value!r} is no number from 0 to 1.")
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{wrapper}: {name}={value!r} is not from 0 to 1.")
    return float(value)
