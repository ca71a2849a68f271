"""The error of everything around the small language model."""

from crossworld.envs.core.errors import CrossworldError


class TextModelError(CrossworldError):
    """A training of a text model that cannot be, or a folder that does not hold what it should."""
