"""Where an environment finds its data."""

from importlib import import_module
from pathlib import Path

import gymnasium as gym

from crossworld.envs.core.errors import DataError


def data_folder(env_id: str, given: Path | None) -> str | None:
    """Return the `data=` of an environment: as given, or its module's default; None if it has none.

    An environment that reads data has a function `default_data` beside it.

    Raises:
        gymnasium.error.Error: there is no such environment.
        DataError: a folder is given, but the environment reads none.
    """
    module = str(gym.spec(env_id).entry_point).partition(":")[0]
    default = getattr(import_module(module), "default_data", None)
    if default is None and given is not None:
        raise DataError(
            f"{env_id} makes its games and reads none; leave out --data, or choose"
            " --env crossworld/ALFWorld-v0."
        )
    found = default() if given is None and default is not None else given
    return None if found is None else str(found)
