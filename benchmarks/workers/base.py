"""What plays episodes."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from crossworld.benchmarks.worker import Assignment, Played
from crossworld.envs.core.errors import CrossworldError


class WorkerError(CrossworldError):
    """A worker that cannot work."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The run cannot go on: an environment raised, or an agent and an environment do not fit."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Lost:
    """The worker is gone, and has taken the episode that it was playing with it."""

    why: str


Answer: TypeAlias = Played | Broken | Lost


class Arrival(NamedTuple):
    """An answer, and whose it is."""

    worker: int
    answer: Answer


class Workers(Protocol):
    """Some workers, numbered from 0.

    Each plays what it is sent in order, and answers in order.

    Attributes:
        count: how many there are.
        depth: how many assignments one may have at a time, the one it plays included; more than one
            hides the way there and back.
    """

    count: int
    depth: int

    def send(self, worker: int, assignment: Assignment) -> None:
        """Give a worker an episode to play."""

    def wait(self, seconds: float) -> list[Arrival]:
        """Return what has been answered, after so many seconds at the latest.

        An answer `Lost` comes once; the worker must be replaced before it is sent anything.
        """

    def replace(self, worker: int) -> str:
        """End a worker at once, whatever it does, and begin another one in its place.

        Returns:
            What it was doing, as a traceback; "" if that is not known.
        """

    def close(self) -> None:
        """End all workers."""
