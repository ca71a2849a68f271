"""What is kept of an episode: a record of every one, a transcript of a few."""

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, NamedTuple

import gymnasium
import numpy as np

import crossworld
from crossworld.envs.core.errors import CrossworldError


class Key(NamedTuple):
    """Which episode of a run.

    Attributes:
        agent: what the suite calls the agent.
        env: id of the environment that its task is from.
        split: where its task is in it.
        noise: what disturbed the observations, "" for nothing; see `suite.Noise`.
        seed: seed of the run.
        episode: number of the task among those that are played.
        trial: how often the task was played before, under this agent, noise and seed.
    """

    agent: str
    env: str
    split: str
    noise: str
    seed: int
    episode: int
    trial: int


class RecordError(CrossworldError, ValueError):
    """Something that should be a record and is not."""


@dataclass(frozen=True, slots=True)
class Record:
    """One episode.

    Attributes:
        env: environment id.
        agent: what the suite calls the agent.
        task_id: the task's name.
        task_type: its kind.
        split: where it is from.
        scene: the room or scene that it plays in, "" if unknown.
        noise: what disturbed the observations, "" for nothing.
        seed: seed of the run.
        episode: number of the task among those that are played.
        trial: how often the task was played before; above 0 only under protocols with trials.
        protocol: what a trial was and how many steps it had, for example `pass@1/50`.
        success: whether the task was solved.
        goal_conditions: share of the goal's conditions that held at the end.
        steps: steps played.
        return_: sum of rewards.
        invalid_actions: steps whose action was not possible.
        seconds: wall time.
        model_calls: answers that the agent asked a language model for.
        prompt_tokens: what they were asked with, as the model counts it.
        completion_tokens: what they said, as the model counts it.
        latency: seconds that it waited for them.
        cost: US dollars that they cost.
        prompt_hash: of the words that it asks with; "" without a language model.
        error: traceback of an agent that raised or hung, which fails the episode; else "".
        versions: of crossworld, gymnasium, numpy and python.
        manifest_hash: hash over all tasks of the split.
    """

    env: str
    agent: str
    task_id: str
    task_type: str
    split: str
    scene: str
    noise: str
    seed: int
    episode: int
    trial: int
    protocol: str
    success: bool
    goal_conditions: float
    steps: int
    return_: float
    invalid_actions: int
    seconds: float
    model_calls: int
    prompt_tokens: int
    completion_tokens: int
    latency: float
    cost: float
    prompt_hash: str
    error: str
    versions: Mapping[str, str]
    manifest_hash: str

    @property
    def key(self) -> Key:
        """Which episode of the run this is."""
        return Key(*(getattr(self, name) for name in Key._fields))

    def timeless(self) -> "Record":
        """Return the record without what differs between equal runs: times and their price."""
        return replace(self, seconds=0.0, latency=0.0, cost=0.0)

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads; `return_` is written `return`."""
        return {name.rstrip("_"): getattr(self, name) for name in _RECORD}

    @classmethod
    def from_json(cls, content: Any) -> "Record":
        """Read a record.

        Raises:
            RecordError: the content is not a record of this version.
        """
        return cls(**_exactly(cls, content))


_RECORD = tuple(field.name for field in fields(Record))


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of a transcript: the command, what the world said, and the frame.

    `frame` is a JPEG image as base64, "" without one.
    """

    command: str
    text: str
    valid: bool
    frame: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One episode word by word; `opening` and `frame` are text and image at reset."""

    agent: str
    env: str
    split: str
    noise: str
    seed: int
    episode: int
    trial: int
    task_id: str
    mission: str
    opening: str
    frame: str
    turns: tuple[Turn, ...]

    @property
    def key(self) -> Key:
        """Which episode of the run this is."""
        return Key(*(getattr(self, name) for name in Key._fields))

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
