"""crossworld: Gymnasium environments that show the same state as an image and as text."""

from crossworld.registration import register_envs

__version__ = "0.1.0"

register_envs()
