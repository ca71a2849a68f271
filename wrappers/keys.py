"""`SelectKeys`: some parts of an observation, or one alone."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym

from crossworld.wrappers.rule import Rule, Site, needs
from crossworld.wrappers.wrapper import RuleWrapper


class SelectKeys(RuleWrapper):
    """Keeps some keys of the observation, or the value of one key alone.

    Vector twin: `crossworld.wrappers.vector.SelectKeys`.

    Args:
        env: an environment with a Dict observation.
        keys: a list of keys: the observation is a Dict of these. One key as a string: the
            observation is its value.

    Raises:
        ValueError: a key is not there, or the list is empty.

    Example:
        >>> import gymnasium as gym, crossworld
        >>> from crossworld.wrappers import SelectKeys
        >>> SelectKeys(gym.make("crossworld/Household-v0"), "image").observation_space.shape
        (128, 128, 3)
    """

    def __init__(self, env: gym.Env[Any, Any], keys: str | Sequence[str]) -> None:
        super().__init__(env, SelectRule, keys=keys)


class SelectRule(Rule):
    """See `SelectKeys`."""

    def __init__(self, site: Site, keys: str | Sequence[str]) -> None:
        super().__init__(site)
        kept = (keys,) if isinstance(keys, str) else tuple(keys)
        if not kept:
            raise ValueError("SelectKeys: no key is given, so nothing would be left.")
        needs(kept, site.observation_space, "SelectKeys")
        self.hides = frozenset(site.observation_space.spaces) - set(kept)
        self.only = keys if isinstance(keys, str) else None
