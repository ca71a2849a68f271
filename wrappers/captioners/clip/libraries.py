"""PyTorch and open_clip, or the error that says how to get them."""

from importlib import import_module
from types import ModuleType

from gymnasium.error import DependencyNotInstalled


def torch_and_open_clip() -> tuple[ModuleType, ModuleType]:
    """Return the modules `torch` and `open_clip`.

    Raises:
        gymnasium.error.DependencyNotInstalled: one is missing.
    """
    try:
        return import_module("torch"), import_module("open_clip")
    except ImportError as error:
        raise DependencyNotInstalled(
            'CLIP needs PyTorch and open_clip: pip install "crossworld[agents]"'
        ) from error
