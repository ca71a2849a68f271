"""A suite: which agents play which environment, by which protocol. Suites are TOML files."""

import sys
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from crossworld.agents.registry import unknown
from crossworld.benchmarks.protocol import Protocol, ProtocolError
from crossworld.envs.core.errors import CrossworldError

_toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")


class SuiteError(CrossworldError, ValueError):
    """A suite that does not exist or cannot be read."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """An agent as a suite enters it.

    Attributes:
        agent: name of the agent.
        protocol: how it is played.
        kwargs: keyword arguments of the agent.
        label: what tables call it; needed when a suite enters one agent twice.
    """

    agent: str
    protocol: Protocol
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""

    @property
    def name(self) -> str:
        """What records and tables call it."""
        return self.label or self.agent


@dataclass(frozen=True, slots=True)
class Suite:
    """A benchmark.

    Attributes:
        name: its name.
        title: one line that says what it measures.
        env: environment id.
        splits: the first of these that the environment's data has is played; none = its default.
        contestants: the agents, in the order of the tables.
        env_kwargs: keyword arguments of the environment.
        episodes: episodes per agent and seed; 0 = every task of the split once, or 100 where they are
            made on demand.
        seeds: every seed plays all the episodes.
    """

    name: str
    title: str
    env: str
    splits: tuple[str, ...]
    contestants: tuple[Contestant, ...]
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    episodes: int = 0
    seeds: tuple[int, ...] = (0,)


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
    """Read a suite from TOML; `agents` holds a table per contestant, `protocol` is their default.

    Raises:
        SuiteError: the text is not TOML, or a field is missing, unknown or of another type.
    """
    try:
        content: dict[str, Any] = _toml.loads(text)
    except _toml.TOMLDecodeError as error:
        raise SuiteError(f"suite {name!r} is not valid TOML: {error}.") from error
    protocol = content.pop("protocol", "")
    agents = content.pop("agents", [])
    where = f"suite {name!r}"
    if not isinstance(agents, list) or not agents:
        raise SuiteError(f"{where}: has no agents; add a table [[agents]] for each.")
    contestants = tuple(
        _contestant(f"{where}, agent {number}", {"protocol": protocol, **given})
        for number, given in enumerate(agents, 1)
    )
    names = [contestant.name for contestant in contestants]
    if len(set(names)) < len(names):
        raise SuiteError(f"{where}: two of {', '.join(names)} are the same; give them a 'label'.")
    return Suite(**_checked(where, Suite, {**content, "name": name, "contestants": contestants}))


def _contestant(where: str, given: dict[str, Any]) -> Contestant:
    checked = _checked(where, Contestant, given)
    try:
        return Contestant(**{**checked, "protocol": Protocol.parse(str(checked["protocol"]))})
    except ProtocolError as error:
        raise SuiteError(f"{where}: {error}") from error


def _checked(where: str, kind: type[Suite | Contestant], given: dict[str, Any]) -> dict[str, Any]:
    """Check names and types of what was given; TOML's lists become tuples."""
    expected = {item.name: item for item in fields(kind)}
    for name in given.keys() - expected.keys():
        raise SuiteError(f"{where}: {unknown('field', name, expected)}")
    for name, item in expected.items():
        if name not in given and item.default is MISSING and item.default_factory is MISSING:
            raise SuiteError(f"{where}: field {name!r} is missing.")
    return {name: _value(f"{where}: field {name!r}", name, given[name]) for name in given}


def _value(where: str, name: str, value: Any) -> Any:
    wanted = _TYPES.get(name, str)
    if isinstance(value, bool) or not isinstance(value, wanted):
        raise SuiteError(f"{where} must be of type {wanted.__name__}, not {value!r}.")
    if not isinstance(value, list):
        return value
    element = _ELEMENTS[name]
    if not value or not all(isinstance(part, element) for part in value):
        raise SuiteError(
            f"{where} must hold one value or more of type {element.__name__}, not {value!r}."
        )
    return tuple(value)


_TYPES: dict[str, type] = {
    "splits": list,
    "seeds": list,
    "episodes": int,
    "kwargs": dict,
    "env_kwargs": dict,
    "contestants": tuple,
}
_ELEMENTS: dict[str, type] = {"splits": str, "seeds": int}


def _folder() -> Path:
    return Path(str(files("crossworld.benchmarks") / "suites"))
