"""`ActionMaskObservation`: which actions are possible, where networks can see it."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np

from crossworld.wrappers.rule import Moment, Rule, Site, called
from crossworld.wrappers.wrapper import RuleWrapper


class ActionMaskObservation(RuleWrapper):
    """Puts `info["action_mask"]` into the observation, where TorchRL, Tianshou and RLlib look for it.

    Vector twin: `crossworld.wrappers.vector.ActionMaskObservation`.

    Args:
        env: an environment with discrete actions and `action_mask` in its info.
        key: where the mask goes.

    Observation: `key` is a Box, int8 (n,), 1 where action i is possible.

    Raises:
        ValueError: actions are not discrete, or the key is taken.
    """

    def __init__(self, env: gym.Env[Any, Any], key: str = "action_mask") -> None:
        super().__init__(env, MaskRule, key=key)


class MaskRule(Rule):
    """See `ActionMaskObservation`."""

    def __init__(self, site: Site, key: str = "action_mask") -> None:
        super().__init__(site)
        if not isinstance(site.action_space, gym.spaces.Discrete):
            raise ValueError(
                f"ActionMaskObservation: the actions are {called(site.action_space)}, not discrete; make the"
                ' environment with action_mode="discrete", or use DiscretizeTextAction.'
            )
        if key in site.observation_space.spaces:
            raise ValueError(f"ActionMaskObservation: the observation has a {key!r} already.")
        self._key = key
        self.reads = frozenset({"action_mask"})
        self.shows = {key: gym.spaces.Box(0, 1, (int(site.action_space.n),), np.int8)}

    def change(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Copy the mask."""
        for moment in moments:
            moment.observation[self._key] = moment.info["action_mask"].copy()
