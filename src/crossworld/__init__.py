"""crossworld: Gymnasium environments that show the same state as an image and as text."""

from crossworld.envs.core.errors import CrossworldError
from crossworld.envs.core.spaces import CHARSET
from crossworld.registration import ENVIRONMENTS, register_envs

__all__ = ["CHARSET", "ENVIRONMENTS", "CrossworldError", "__version__", "register_envs"]

__version__ = "0.1.0"

register_envs()
