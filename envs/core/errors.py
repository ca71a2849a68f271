"""Errors that users of crossworld may want to catch."""


class CrossworldError(Exception):
    """Base of every error that crossworld raises on purpose."""


class PddlSyntaxError(CrossworldError, ValueError):
    """PDDL text that cannot be read; the message names the place."""


class GameError(CrossworldError, ValueError):
    """A game that cannot be played exactly as its file says, and why."""


class DataError(CrossworldError):
    """A data folder or file that is missing, damaged or not what it claims to be."""


class TaskNotFoundError(CrossworldError, KeyError):
    """A split or task id that the environment does not have."""

    def __str__(self) -> str:
        """Return the plain message (KeyError would print its repr)."""
        return str(self.args[0])


class SnapshotError(CrossworldError, ValueError):
    """A snapshot that does not fit this environment."""


class MetadataError(CrossworldError, ValueError):
    """A simulator's metadata that cannot be read as facts; the message names the record."""


class TaskError(CrossworldError, ValueError):
    """A task that cannot be set up as it is written, and why."""
