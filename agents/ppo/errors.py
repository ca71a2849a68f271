"""The error of everything around the learned policies."""

from crossworld.envs.core.errors import CrossworldError


class PPOError(CrossworldError, ValueError):
    """A training that cannot be, or a folder that does not hold what it should."""
