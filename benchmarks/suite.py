"""A suite: which agents play which tasks, by which protocol. Suites are TOML files.

    title = "Two agents, on generated rooms and on the official ones"
    protocol = "pass@1/50"            # of agents that name none of their own
    seeds = [0, 1]

    [[task_sets]]
    env = "crossworld/Household-v0"
    splits = ["valid_unseen"]         # the first of these that the data has
    episodes = 200                    # of each agent and seed
    env_kwargs = { modalities = ["text", "mission"] }

    [[task_sets]]
    env = "crossworld/ALFWorld-v0"
    splits = ["valid_seen"]
    manifest_hash = "..."             # refuse any other tasks

    [[agents]]
    agent = "act"
    kwargs = { model = "scripted" }
    noise = { text = [0.0, 0.1, 0.2] }

    [[agents]]
    agent = "reflexion"
    protocol = "k-trial/50"           # its retry-only control is added by itself
    trials = 5

Where there is one task set only, its fields may stand at the top.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from crossworld.agents.registry import unknown
from crossworld.benchmarks.protocol import (
    ADAPTED,
    CUMULATIVE,
    RETRY,
    TRIALS,
    Protocol,
    ProtocolError,
)
from crossworld.envs.core.errors import CrossworldError

_toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

Part = TypeVar("Part", bound="Suite | TaskSet | Contestant | Adaptation")

DEFAULT_TRIALS = 5
"""Trials of a task under protocols with trials, where a suite names no other number."""

EPISODE_SECONDS = 600.0
"""How long an episode may take, where a suite names no other limit."""

TRANSCRIPTS = 6
"""Episodes that are kept word by word, where a suite names no other number."""

MODALITIES = ("text", "image")
"""What noise can be put on."""


class SuiteError(CrossworldError, ValueError):
    """A suite that does not exist or cannot be read."""


@dataclass(frozen=True, slots=True)
class Noise:
    """EMMA-noise-v0 on one modality; written `text 0.1`, and "" at rate 0.

    Attributes:
        modality: one of `MODALITIES`.
        rate: in [0, 1].
    """

    modality: str = MODALITIES[0]
    rate: float = 0.0

    def __str__(self) -> str:
        """Return the name."""
        return f"{self.modality} {self.rate:g}" if self.rate else ""


CLEAN = Noise()
"""No noise."""


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What an agent learns on before it is frozen.

    Attributes:
        split: a split other than the scored one.
        episodes: how many of its tasks; 0 for all.
        rounds: how often at most each is played.
    """

    split: str
    episodes: int = 0
    rounds: int = 1


@dataclass(frozen=True, slots=True)
class Contestant:
    """An agent as a suite enters it.

    Attributes:
        agent: name of the agent.
        protocol: how it is played.
        kwargs: keyword arguments of the agent.
        label: what tables call it; needed when a suite enters one agent twice.
        trials: how often at most a task is played, under protocols with trials.
        noise: each is a condition of its own, under which all tasks are played.
        adapt: for `adapted-pass@1`, what it learns on.
        optional: leave it out where a library that it needs is not installed.
    """

    agent: str
    protocol: Protocol
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    trials: int = DEFAULT_TRIALS
    noise: tuple[Noise, ...] = (CLEAN,)
    adapt: Adaptation | None = None
    optional: bool = False

    @property
    def name(self) -> str:
        """What records and tables call it."""
        return self.label or self.agent


@dataclass(frozen=True, slots=True)
class TaskSet:
    """Tasks of one environment.

    Attributes:
        env: environment id.
        splits: the first of these that the environment's data has is played; none = its default.
        env_kwargs: keyword arguments of the environment.
        episodes: tasks per agent and seed; 0 = every task of the split once, or 100 where they are
            made on demand.
        task_ids: these tasks, instead of `episodes` of them.
        manifest_hash: that of the split must begin with it; "" takes any.
    """

    env: str
    splits: tuple[str, ...] = ()
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    episodes: int = 0
    task_ids: tuple[str, ...] = ()
    manifest_hash: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """A benchmark.

    Attributes:
        name: its name.
        title: one line that says what it measures.
        task_sets: what is played; every agent plays all.
        contestants: the agents, in the order of the tables.
        seeds: every seed plays all the episodes.
        episode_seconds: an agent that takes longer for an episode is taken to hang.
        transcripts: episodes per agent and task set that are kept word by word, with frames.
    """

    name: str
    title: str
    task_sets: tuple[TaskSet, ...]
    contestants: tuple[Contestant, ...]
    seeds: tuple[int, ...] = (0,)
    episode_seconds: float = EPISODE_SECONDS
    transcripts: int = TRANSCRIPTS


def suite_names() -> list[str]:
    """Return the names of the suites that come with the package."""
    return sorted(path.stem for path in _folder().glob("*.toml"))


def load_suite(name: str) -> Suite:
    """Return a suite.

    Args:
        name: name of a shipped suite, or the path of a `.toml` file.

    Raises:
        SuiteError: there is no such suite, or the file is not one.
    """
    if name in suite_names():
        return read_suite(name, (_folder() / f"{name}.toml").read_text("utf-8"))
    path = Path(name)
    if path.suffix != ".toml":
        raise SuiteError(f"{unknown('suite', name, suite_names())} Your own: give a .toml file.")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"suite {name!r} cannot be read: {error}.") from error
    return read_suite(path.stem, text)


def read_suite(name: str, text: str) -> Suite:
    """Read a suite from TOML; see the module.

    Raises:
        SuiteError: the text is not TOML, or a field is missing, unknown or of another type.
    """
    try:
        content: dict[str, Any] = _toml.loads(text)
    except _toml.TOMLDecodeError as error:
        raise SuiteError(f"suite {name!r} is not valid TOML: {error}.") from error
    where = f"suite {name!r}"
    shared: dict[str, Any] = {
        part: content.pop(part) for part in ("protocol", "noise") if part in content
    }
    agents = content.pop("agents", [])
    task_sets = content.pop("task_sets", None)
    if task_sets is None:
        inline = {item.name for item in fields(TaskSet)} & content.keys()
        task_sets = [{part: content.pop(part) for part in inline}]
    if not isinstance(agents, list) or not agents:
        raise SuiteError(f"{where}: has no agents; add a table [[agents]] for each.")
    if not isinstance(task_sets, list) or not task_sets:
        raise SuiteError(f"{where}: has no tasks; give 'env', or a table [[task_sets]] for each.")
    contestants = tuple(
        entered
        for number, given in enumerate(agents, 1)
        for entered in enter(f"{where}, agent {number}", {**shared, **given})
    )
    names = [contestant.name for contestant in contestants]
    if len(set(names)) < len(names):
        raise SuiteError(f"{where}: two of {', '.join(names)} are the same; give them a 'label'.")
    sets = tuple(
        _read(f"{where}, task set {number}" if len(task_sets) > 1 else where, TaskSet, given)
        for number, given in enumerate(task_sets, 1)
    )
    return _read(
        where, Suite, {**content, "name": name, "task_sets": sets, "contestants": contestants}
    )


def enter(where: str, given: dict[str, Any]) -> tuple[Contestant, ...]:
    """Read a contestant as a suite's `agents` hold them, and add its control if it has one.

    Args:
        where: how errors begin.
        given: the table.

    Raises:
        SuiteError: a field is missing, unknown or of another type.
    """
    return tuple(with_control(_contestant(where, given)))


def with_control(contestant: Contestant) -> Iterator[Contestant]:
    """Yield a contestant, and after one that remembers trials its control, which does not.

    Trying again is worth something by itself: of the 34 points that Reflexion gains in ten trials,
    13 come without its memory (released logs of Shinn et al. 2023).
    """
    yield contestant
    if contestant.protocol.kind == TRIALS:
        yield replace(
            contestant,
            protocol=contestant.protocol.of_kind(RETRY),
            label=f"{contestant.name}, retry only",
        )


def _contestant(where: str, given: dict[str, Any]) -> Contestant:
    made = {**given}
    if "noise" in given:
        made["noise"] = tuple(_noises(where, given["noise"]))
    if "adapt" in given:
        made["adapt"] = _read(f"{where}: 'adapt'", Adaptation, _table(where, "adapt", given))
    try:
        made["protocol"] = Protocol.parse(str(given.get("protocol", "")))
    except ProtocolError as error:
        raise SuiteError(f"{where}: {error}") from error
    contestant = _read(where, Contestant, made)
    kind = contestant.protocol.kind
    if (kind == ADAPTED) != (contestant.adapt is not None):
        raise SuiteError(
            f"{where}: protocol {kind!r} and 'adapt' = {contestant.adapt}: 'adapt' is for"
            f" {ADAPTED!r}, which needs it, for example adapt = {{ split = 'train', episodes = 100 }}."
        )
    if "trials" in given and kind not in CUMULATIVE:
        raise SuiteError(f"{where}: 'trials' is for {', '.join(sorted(CUMULATIVE))}, not {kind!r}.")
    return contestant


def _noises(where: str, given: Any) -> Iterator[Noise]:
    """Yield the conditions of a table such as `{ text = [0, 0.1], image = [0.3] }`."""
    if not isinstance(given, dict) or not given.keys() <= set(MODALITIES):
        raise SuiteError(
            f"{where}: 'noise' must be a table of rates for {' and '.join(MODALITIES)}, not {given!r}."
        )
    seen = set()
    for modality, rates in given.items():
        for rate in rates if isinstance(rates, list) else [rates]:
            if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
                raise SuiteError(f"{where}: noise rate {rate!r} of {modality}: give 0 to 1.")
            noise = Noise(modality, float(rate)) if rate else CLEAN
            if noise not in seen:
                seen.add(noise)
                yield noise


def _table(where: str, name: str, given: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(given[name], dict):
        raise SuiteError(f"{where}: {name!r} must be a table, not {given[name]!r}.")
    return dict(given[name])


def _read(where: str, kind: type[Part], given: Any) -> Part:
    """Check names and types of what was given; TOML's lists become tuples."""
    if not isinstance(given, dict):
        raise SuiteError(f"{where}: must be a table, not {given!r}.")
    expected = {item.name: item for item in fields(kind)}
    for name in given.keys() - expected.keys():
        raise SuiteError(f"{where}: {unknown('field', name, expected)}")
    for name, item in expected.items():
        if name not in given and item.default is MISSING and item.default_factory is MISSING:
            raise SuiteError(f"{where}: field {name!r} is missing.")
    return kind(**{name: _value(f"{where}: field {name!r}", name, given[name]) for name in given})


def _value(where: str, name: str, value: Any) -> Any:
    wanted = _TYPES.get(name, str)
    if isinstance(value, bool) != (wanted is bool) or not isinstance(value, wanted):
        kind = getattr(wanted, "__name__", str(wanted))
        raise SuiteError(f"{where} must be of type {kind}, not {value!r}.")
    if not isinstance(value, list):
        return value
    element = _ELEMENTS[name]
    if not value or not all(isinstance(part, element) for part in value):
        raise SuiteError(
            f"{where} must hold one value or more of type {element.__name__}, not {value!r}."
        )
    return tuple(value)


_TYPES: dict[str, Any] = {
    "splits": list,
    "seeds": list,
    "task_ids": list,
    "episodes": int,
    "trials": int,
    "rounds": int,
    "transcripts": int,
    "optional": bool,
    "episode_seconds": int | float,
    "kwargs": dict,
    "env_kwargs": dict,
    "contestants": tuple,
    "task_sets": tuple,
    "noise": tuple,
    "protocol": Protocol,
    "adapt": Adaptation,
}
_ELEMENTS: dict[str, type] = {"splits": str, "seeds": int, "task_ids": str}


def _folder() -> Path:
    return Path(str(files("crossworld.benchmarks") / "suites"))
