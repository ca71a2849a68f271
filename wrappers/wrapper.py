"""`RuleWrapper`: a rule around one environment."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, SupportsFloat

import gymnasium as gym
from gymnasium.utils import RecordConstructorArgs

from crossworld.wrappers.rule import (
    Generators,
    Moment,
    Rule,
    Site,
    depth_of,
    dict_space,
    shown_space,
)

MakeRule = Callable[..., Rule]


class RuleWrapper(gym.Wrapper[Any, Any, Any, Any], RecordConstructorArgs):
    """Base of the wrappers that are a rule.

    Args:
        env: the environment.
        make_rule: makes the rule from a `Site` and the arguments.
        **arguments: of the rule; recorded for the spec.
    """

    def __init__(self, env: gym.Env[Any, Any], make_rule: MakeRule, **arguments: Any) -> None:
        RecordConstructorArgs.__init__(self, **recorded(arguments))
        super().__init__(env)
        self._site = _One(env, type(self).__name__)
        self._rule = rule = make_rule(self._site, **arguments)
        self.observation_space = shown_space(rule, self._site.observation_space)
        self.action_space = rule.action_space

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start an episode; see the environment."""
        mine = {key: value for key, value in (options or {}).items() if key in self._rule.options}
        if mine:
            options = {key: value for key, value in (options or {}).items() if key not in mine}
        observation, info = self.env.reset(seed=seed, options=options)
        if seed is not None:
            self._site.generators.seed(0, seed)
        moment = Moment(dict(observation), dict(info))
        self._rule.begin((0,), (moment,), ({**(options or {}), **mine},))
        return self._shown(moment), moment.info

    def step(self, action: Any) -> tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]:
        """Carry out one action; see the environment."""
        rule = self._rule
        if rule.acts:
            (action,) = rule.act((0,), (action,))
        observation, reward, terminated, truncated, info = self.env.step(action)
        moment = Moment(dict(observation), dict(info), float(reward), terminated, truncated)
        rule.step((0,), (moment,))
        return self._shown(moment), moment.reward, terminated, truncated, moment.info

    def _shown(self, moment: Moment) -> Any:
        rule, observation = self._rule, moment.observation
        if rule.only is not None:
            return observation[rule.only]
        for key in rule.hides:
            del observation[key]
        return observation


class _One(Site):
    """One environment as a site."""

    def __init__(self, env: gym.Env[Any, Any], name: str) -> None:
        self.count = 1
        self.observation_space = dict_space(env.observation_space, name)
        self.action_space = env.action_space
        self.generators = Generators(1, name, depth_of(name, env))
        self._env = env

    def ask(self, name: str, slots: Sequence[int]) -> list[Any]:
        return [self._env.get_wrapper_attr(name)() for _ in slots]

    def ask_once(self, name: str) -> Any:
        return self._env.get_wrapper_attr(name)()


def recorded(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments as a spec keeps them; models that were given as objects are only named.

    Such a spec can be printed and compared, but not made again: the name says so when it is tried.
    """
    return {key: _plain(value) for key, value in arguments.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        entries = sorted(value) if isinstance(value, set | frozenset) else value
        return [_plain(entry) for entry in entries]
    return f"{GIVEN}{type(value).__module__}.{type(value).__qualname__}"


GIVEN = "object given at run time: "
"""How the record of an argument begins that cannot be rebuilt from a spec."""
