"""Where an environment finds its data."""

from importlib import import_module
from pathlib import Path

import gymnasium as gym


def data_folder(env_id: str, given: Path | None) -> str | None:
    """Return the `data=` of an environment: as given, or its module's default; None if it has none.

    An environment that reads data has a function `default_data` beside it.

    Raises:
        gymnasium.error.Error: there is no such environment.
    """
    entry_point = gym.spec(env_id).entry_point
    if given is not None or not isinstance(entry_point, str):
        return None if given is None else str(given)
    default = getattr(import_module(entry_point.partition(":")[0]), "default_data", None)
    return None if default is None else str(default())
