"""Where an environment finds its data."""

from importlib import import_module
from pathlib import Path
from typing import Any

import gymnasium as gym

from crossworld.envs.core.errors import DataError


def data_folder(env_id: str, given: Path | None) -> str | None:
    """Return the `data=` of an environment: as given, or its module's default; None if it has none.

    An environment that reads data has a function `default_data` beside it.

    Raises:
        gymnasium.error.Error: there is no such environment.
        DataError: a folder is given, but the environment reads none.
    """
    if given is not None and not reads_data(env_id):
        raise DataError(
            f"{env_id} makes its games and reads none; leave out --data, or choose"
            " --env crossworld/ALFWorld-v0."
        )
    found = _default(env_id) if given is None else given
    return None if found is None else str(found)


def reads_data(env_id: str) -> bool:
    """Return whether an environment reads data."""
    return hasattr(_module(env_id), "default_data")


def _default(env_id: str) -> str | None:
    return _module(env_id).default_data() if reads_data(env_id) else None


def _module(env_id: str) -> Any:
    return import_module(str(gym.spec(env_id).entry_point).partition(":")[0])
