"""A compiled game: PDDL problem and task sentence turned into tables, once.

Everything a step looks up is precomputed here: names, who is where, what fits where, and for every
location the commands that are always on offer there. Source of the rules: the domain file of
ALFWorld's v2.1.2 data (see `versions`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crossworld.envs.household.goal import Goal
from crossworld.envs.household.state import State
from crossworld.envs.household.versions import TextVersion

CUTTERS = frozenset({"knifetype", "butterknifetype"})
"""Object types that slice."""

OBJECT_FLAGS = (
    "pickupable", "cleanable", "heatable", "coolable", "toggleable", "sliceable",
    "isReceptacleObject",
)  # fmt: skip
"""Static predicates over one object."""


@dataclass(frozen=True, slots=True)
class Site:
    """What is fixed about one location.

    Attributes:
        receptacles: those at this location, in sorted-symbol order.
        doors: mask of those of them that can be opened.
        examine: sorted `examine ...` commands for them.
        go: sorted `go to ...` commands for all the others.
        always: `examine`, `go` and the commands without arguments: what empty hands can always do.
        clean, heat, cool: those of `receptacles` that do this.
    """

    receptacles: tuple[int, ...]
    doors: int
    examine: tuple[str, ...]
    go: tuple[str, ...]
    always: tuple[str, ...]
    clean: tuple[int, ...]
    heat: tuple[int, ...]
    cool: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Game:
    """One compiled game. Immutable; shared by all environments of a process.

    Attributes:
        version: the wording.
        agent: the agent's symbol.
        object_symbols, receptacle_symbols, location_symbols: sorted PDDL symbols.
        object_names, receptacle_names, location_names: what the text calls them.
        object_types, receptacle_types: type symbols ("" for an object without a type).
        location_of: per receptacle, its location.
        here: per location, its receptacles.
        sites: per location, what is fixed there.
        openable: mask over receptacles.
        flags: per name of `OBJECT_FLAGS`, a mask over objects.
        cutters: mask of the objects that slice.
        accepts: per receptacle, mask of the objects it can contain.
        sticky: mask of the objects that no receptacle accepts: in hand, they stay there.
        can_contain: per receptacle type, the object types it admits.
        inner: per receptacle object, what is statically inside.
        other_facts: initial facts without visible influence, kept for `facts()`.
        goal: what counts as success.
        start: the initial state; copy before use.
        object_index, receptacle_index: name to number.
    """

    version: TextVersion
    agent: str
    object_symbols: tuple[str, ...]
    receptacle_symbols: tuple[str, ...]
    location_symbols: tuple[str, ...]
    object_names: tuple[str, ...]
    receptacle_names: tuple[str, ...]
    location_names: tuple[str, ...]
    object_types: tuple[str, ...]
    receptacle_types: tuple[str, ...]
    location_of: tuple[int, ...]
    here: tuple[tuple[int, ...], ...]
    sites: tuple[Site, ...]
    openable: int
    flags: Mapping[str, int]
    cutters: int
    accepts: tuple[int, ...]
    sticky: int
    can_contain: Mapping[str, frozenset[str]]
    inner: Mapping[int, tuple[int, ...]]
    other_facts: tuple[tuple[str, ...], ...]
    goal: Goal
    start: State
    object_index: Mapping[str, int]
    receptacle_index: Mapping[str, int]
    # Texts that depend on a set of objects only; filled on demand, bounded, never observable.
    listings: dict[int, str] = field(default_factory=dict)
    takes: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
