"""What is kept of an episode: a record of every one, a transcript of a few."""

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeAlias

import gymnasium
import numpy as np

import crossworld
from crossworld.envs.core.errors import CrossworldError

Key: TypeAlias = tuple[str, int, int]
"""Which episode of a run: agent, seed, number."""


class RecordError(CrossworldError, ValueError):
    """Something that should be a record and is not."""


@dataclass(frozen=True, slots=True)
class Record:
    """One episode.

    Attributes:
        env: environment id.
        agent: what the suite calls the agent.
        task_id, task_type, split, scene: the task.
        seed: seed of the run.
        episode: number of the episode under this agent and seed.
        protocol: what a trial was and how many steps it had, for example `pass@1/50`.
        success: whether the task was solved.
        goal_conditions: share of the goal's conditions that held at the end.
        steps: steps played.
        return_: sum of rewards.
        invalid_actions: steps whose action was not possible.
        seconds: wall time; the only entry that differs between equal runs.
        error: traceback of an agent that raised, which fails the episode; else "".
        versions: of crossworld, gymnasium, numpy and python.
        manifest_hash: hash over all tasks of the split.
    """

    env: str
    agent: str
    task_id: str
    task_type: str
    split: str
    scene: str
    seed: int
    episode: int
    protocol: str
    success: bool
    goal_conditions: float
    steps: int
    return_: float
    invalid_actions: int
    seconds: float
    error: str
    versions: Mapping[str, str]
    manifest_hash: str

    @property
    def key(self) -> Key:
        """Which episode of the run this is."""
        return self.agent, self.seed, self.episode

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads; `return_` is written `return`."""
        return {name.rstrip("_"): value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, content: Any) -> "Record":
        """Read a record.

        Raises:
            RecordError: the content is not a record of this version.
        """
        return cls(**_exactly(cls, content))


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of a transcript: the command, and what the world said."""

    command: str
    text: str
    valid: bool


@dataclass(frozen=True, slots=True)
class Transcript:
    """One episode word by word; `opening` is the text at reset."""

    agent: str
    seed: int
    episode: int
    task_id: str
    mission: str
    opening: str
    turns: tuple[Turn, ...]

    @property
    def key(self) -> Key:
        """Which episode of the run this is."""
        return self.agent, self.seed, self.episode

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Any) -> "Transcript":
        """Read a transcript.

        Raises:
            RecordError: the content is not a transcript of this version.
        """
        given = _exactly(cls, content)
        return cls(**{**given, "turns": tuple(Turn(**_exactly(Turn, t)) for t in given["turns"])})


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {
        "crossworld": crossworld.__version__,
        "gymnasium": gymnasium.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def _exactly(kind: type[Record | Transcript | Turn], content: Any) -> dict[str, Any]:
    names = {field.name.rstrip("_"): field.name for field in fields(kind)}
    if not isinstance(content, dict) or content.keys() != names.keys():
        found = sorted(content) if isinstance(content, dict) else type(content).__name__
        raise RecordError(f"not a {kind.__name__}: expected {sorted(names)}, found {found}.")
    return {names[name]: value for name, value in content.items()}
