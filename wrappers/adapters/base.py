"""What all adapters do first: arrays only, discrete or numeric actions, chosen keys."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import gymnasium as gym
from gymnasium.error import DependencyNotInstalled

from crossworld.envs.core.errors import CrossworldError
from crossworld.wrappers import vector
from crossworld.wrappers.keys import SelectKeys
from crossworld.wrappers.masks import ActionMaskObservation
from crossworld.wrappers.tokens import TokenizeText

Keys = str | Sequence[str]
"""One key: the observation is its array. Several: a Dict of arrays; texts are tokenised."""

WrapOne = Callable[[gym.Env[Any, Any]], gym.Env[Any, Any]]
WrapMany = Callable[[Any], Any]

MASK = "action_mask"


class AdapterError(CrossworldError, ValueError):
    """An environment that cannot be made as a library takes it, and why."""


def array_env(
    env: str,
    keys: Keys,
    *,
    mask: bool,
    max_tokens: int,
    wrap: WrapOne | None,
    arguments: Mapping[str, Any],
) -> gym.Env[Any, Any]:
    """Return one environment whose observations are arrays.

    Args:
        env: environment id.
        keys: what is observed.
        mask: whether the observation has `action_mask` as well, if actions are discrete; it then is
            a Dict.
        max_tokens: length of tokenised texts.
        wrap: what is put around the environment first.
        arguments: of `gym.make`; actions are discrete unless they say otherwise.
    """
    made = gym.make(env, **_with_modalities(keys, arguments))
    made = made if wrap is None else wrap(made)
    chosen, texts = _chosen(keys, made.observation_space)
    if texts:
        made = TokenizeText(made, texts, max_tokens=max_tokens)
    if mask and isinstance(made.action_space, gym.spaces.Discrete):
        made = ActionMaskObservation(made, MASK)
        return SelectKeys(made, [*chosen, MASK])
    return SelectKeys(made, keys if isinstance(keys, str) else chosen)


def array_envs(
    env: str,
    num_envs: int,
    keys: Keys,
    *,
    max_tokens: int,
    wrap: WrapMany | None,
    arguments: Mapping[str, Any],
) -> Any:
    """Return the native vector of an id whose observations are arrays, in mode `SAME_STEP`.

    Args:
        env: environment id.
        num_envs: number of slots.
        keys: what is observed.
        max_tokens: length of tokenised texts.
        wrap: what is put around the vector first.
        arguments: of `gym.make_vec`; actions are discrete unless they say otherwise.
    """
    envs: Any = gym.make_vec(
        env,
        num_envs=num_envs,
        autoreset_mode=gym.vector.AutoresetMode.SAME_STEP,
        **_with_modalities(keys, arguments),
    )
    envs = envs if wrap is None else wrap(envs)
    chosen, texts = _chosen(keys, envs.single_observation_space)
    if texts:
        envs = vector.TokenizeText(envs, texts, max_tokens=max_tokens)
    return vector.SelectKeys(envs, keys if isinstance(keys, str) else chosen)


def needed(module: str, library: str) -> Any:
    """Return a module of an optional library.

    Raises:
        DependencyNotInstalled: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise DependencyNotInstalled(
            f"{library} is not installed: pip install 'crossworld[agents]' or {library}."
        ) from error


def known(env: str, adapter: str) -> str:
    """Return an id if it is one of crossworld.

    Raises:
        AdapterError: it is none.
    """
    ours = sorted(name for name in gym.registry if name.startswith("crossworld/"))
    if str(env).rpartition(":")[2] not in ours:
        raise AdapterError(f"{adapter}: {env!r} is no id of crossworld; it has {', '.join(ours)}.")
    return env


def check_actions(space: gym.Space[Any], env: str, adapter: str) -> None:
    """Check that actions are numbers.

    Raises:
        AdapterError: they are text.
    """
    if isinstance(space, gym.spaces.Text):
        raise AdapterError(
            f"{adapter}: the actions of {env} are text, which no algorithm of this library takes; give"
            ' action_mode="discrete", or DiscretizeTextAction with a list of commands in wrap=.'
        )


def _with_modalities(keys: Keys, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments, with the modalities that are asked for and no others."""
    chosen = (keys,) if isinstance(keys, str) else tuple(keys)
    return {"action_mode": "discrete", "modalities": chosen, **arguments}


def _chosen(keys: Keys, space: gym.Space[Any]) -> tuple[list[str], list[str]]:
    """Return the keys as a list, and which of them are texts."""
    chosen = [keys] if isinstance(keys, str) else list(keys)
    spaces = space.spaces if isinstance(space, gym.spaces.Dict) else {}
    return chosen, [key for key in chosen if isinstance(spaces.get(key), gym.spaces.Text)]
