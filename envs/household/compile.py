"""From PDDL problem and task sentence to a compiled `Game`.

Nothing is guessed: a symbol that is not declared, an unknown predicate, a receptacle in two places
or a goal of another shape is refused with its name, never silently misread.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from sys import intern

from crossworld.envs.core.errors import GameError
from crossworld.envs.core.pddl import Problem, read_problem
from crossworld.envs.household.game import CUTTERS, OBJECT_FLAGS, Game, Site
from crossworld.envs.household.goal import Goal, GoalSpec, read_goal
from crossworld.envs.household.names import display_names
from crossworld.envs.household.state import State, mask_of
from crossworld.envs.household.versions import TextVersion

PREDICATES: Mapping[str, tuple[str, ...]] = {
    "atLocation": ("agent", "location"),
    "receptacleAtLocation": ("receptacle", "location"),
    "objectAtLocation": ("object", "location"),
    "openable": ("receptacle",),
    "opened": ("receptacle",),
    "inReceptacle": ("object", "receptacle"),
    "isReceptacleObject": ("object",),
    "inReceptacleObject": ("object", "object"),
    "isReceptacleObjectFull": ("object",),
    "wasInReceptacle": ("object", "receptacle"),
    "checked": ("receptacle",),
    "examined": ("location",),
    "receptacleType": ("receptacle", "rtype"),
    "canContain": ("rtype", "otype"),
    "objectType": ("object", "otype"),
    "holds": ("agent", "object"),
    "holdsAny": ("agent",),
    "holdsAnyReceptacleObject": ("agent",),
    "full": ("receptacle",),
    "isClean": ("object",),
    "cleanable": ("object",),
    "isHot": ("object",),
    "heatable": ("object",),
    "isCool": ("object",),
    "coolable": ("object",),
    "pickupable": ("object",),
    "moveable": ("object",),
    "toggleable": ("object",),
    "isOn": ("object",),
    "isToggled": ("object",),
    "sliceable": ("object",),
    "isSliced": ("object",),
}
"""The domain's predicates, in its spelling, with the types of their arguments."""

STATE_BITS: Mapping[str, str] = {
    "hot": "isHot",
    "cool": "isCool",
    "clean": "isClean",
    "sliced": "isSliced",
    "toggled": "isToggled",
}
"""Bit of `State` to its predicate."""

_SPELLING = {name.lower(): name for name in PREDICATES}

# Facts that the engine derives or that nothing visible depends on.
_UNSEEN = frozenset(
    {"isReceptacleObjectFull", "checked", "examined", "holdsAny", "holdsAnyReceptacleObject",
     "full", "moveable", "isOn"}
)  # fmt: skip

_HEATS = frozenset({"microwavetype"})
_COOLS = frozenset({"fridgetype"})

Facts = Mapping[str, Sequence[tuple[str, ...]]]


def compile_game(problem_text: str, sentence: str, version: TextVersion) -> Game:
    """Compile one game from the text of its problem.

    Raises:
        PddlSyntaxError: the text is not PDDL.
        GameError: the problem is not one that the household's rules cover.
    """
    return compile_problem(read_problem(problem_text), sentence, version)


def compile_problem(problem: Problem, sentence: str, version: TextVersion) -> Game:
    """Compile one game.

    Args:
        problem: the PDDL problem.
        sentence: the task sentence, as the grammar embeds it.
        version: the wording.

    Raises:
        GameError: the problem is not one that the household's rules cover.
    """
    facts, used = _read_facts(problem)
    names = display_names(used)
    declared = problem.objects

    def of_type(kind: str) -> tuple[str, ...]:
        # Games of one room share their symbols, and all games their types: interned, once each.
        return tuple(intern(s) for s in sorted(used) if declared[s] == kind)

    objects, receptacles = of_type("object"), of_type("receptacle")
    locations, agents = of_type("location"), of_type("agent")
    if len(agents) != 1:
        raise GameError(f"problem: {len(agents)} agents at a location; there must be one.")
    if not receptacles:
        raise GameError("problem: no receptacles; there must be one to go to.")
    object_number = {symbol: i for i, symbol in enumerate(objects)}
    receptacle_number = {symbol: i for i, symbol in enumerate(receptacles)}
    location_number = {symbol: i for i, symbol in enumerate(locations)}

    object_types = _one_each(facts["objectType"], objects, "types", default="")
    receptacle_types = _one_each(facts["receptacleType"], receptacles, "types")
    location_of = tuple(
        location_number[place]
        for place in _one_each(facts["receptacleAtLocation"], receptacles, "locations")
    )
    here = _grouped(location_of, len(locations))

    def object_mask(predicate: str) -> int:
        return mask_of([object_number[args[0]] for args in facts[predicate]])

    def typed_mask(wanted: Callable[[str], bool]) -> int:
        return mask_of([i for i, kind in enumerate(object_types) if wanted(kind)])

    can_contain: dict[str, set[str]] = defaultdict(set)
    for receptacle_type, object_type in facts["canContain"]:
        can_contain[intern(receptacle_type)].add(intern(object_type))
    admitted = {kind: typed_mask(can_contain[kind].__contains__) for kind in set(receptacle_types)}
    inner: dict[int, list[int]] = defaultdict(list)
    for inside, outside in facts["inReceptacleObject"]:
        inner[object_number[outside]].append(object_number[inside])

    flags = {flag: object_mask(flag) for flag in OBJECT_FLAGS}
    accepts = tuple(admitted[kind] for kind in receptacle_types)
    placeable = 0
    for accepted in accepts:
        placeable |= accepted
    object_names = tuple(names[symbol] for symbol in objects)
    receptacle_names = tuple(names[symbol] for symbol in receptacles)
    openable = mask_of([receptacle_number[args[0]] for args in facts["openable"]])
    # Empty places differ from game to game; without them the groups are those of the room.
    groups = ((), *filter(None, here))
    sites = _sites(groups, receptacle_names, receptacle_types, openable, version)
    start = _start(facts, object_number, receptacle_number, location_number)
    game = Game(
        version=version,
        agent=agents[0],
        object_symbols=objects,
        receptacle_symbols=receptacles,
        location_symbols=locations,
        object_names=object_names,
        receptacle_names=receptacle_names,
        location_names=tuple(names[symbol] for symbol in locations),
        object_types=object_types,
        receptacle_types=receptacle_types,
        location_of=location_of,
        here=here,
        sites=tuple(map(sites.__getitem__, here)),
        openable=openable,
        flags=flags,
        cutters=typed_mask(CUTTERS.__contains__),
        accepts=accepts,
        sticky=mask_of(range(len(objects))) & ~placeable,
        can_contain={kind: frozenset(types) for kind, types in can_contain.items()},
        inner={outside: tuple(sorted(inside)) for outside, inside in inner.items()},
        other_facts=tuple(
            (name, *args) for name in sorted(_UNSEEN & facts.keys()) for args in facts[name]
        ),
        goal=_ground(read_goal(problem.goal), object_types, receptacle_types, flags, accepts),
        start=start,
        object_index={name: i for i, name in enumerate(object_names)},
        receptacle_index={name: i for i, name in enumerate(receptacle_names)},
    )
    start.game = game
    start.sentence = sentence
    return game


def _read_facts(problem: Problem) -> tuple[dict[str, list[tuple[str, ...]]], set[str]]:
    """Sort the initial facts by predicate, checking each; also return all symbols they use."""
    if problem.domain != "alfred":
        raise GameError(f"problem: its domain is {problem.domain!r}; the household's is 'alfred'.")
    facts: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    used: set[str] = set()
    declared = problem.objects
    kind_of = declared.get
    for name, *words in problem.init:
        if name == "=":
            continue
        predicate = _SPELLING.get(name)
        if predicate is None:
            raise GameError(f"problem: unknown predicate {name!r} in :init.")
        args = tuple(words)
        if tuple(map(kind_of, args)) != PREDICATES[predicate]:
            raise _mistyped(predicate, args, declared)
        used.update(args)
        facts[predicate].append(args)
    for symbol in used:
        if not (symbol.isascii() and symbol.isprintable()):
            raise GameError(f"problem: symbol {symbol!r} is not printable ASCII.")
    return facts, used


def _mistyped(predicate: str, args: tuple[str, ...], declared: Mapping[str, str]) -> GameError:
    """Return what is wrong with the arguments of a fact."""
    kinds = PREDICATES[predicate]
    if len(args) != len(kinds):
        return GameError(
            f"problem: {predicate} takes {len(kinds)} arguments, has {len(args)}: {list(args)}."
        )
    symbol, kind = next((s, k) for s, k in zip(args, kinds, strict=True) if declared.get(s) != k)
    return GameError(
        f"problem: {symbol!r} in {predicate} must be declared as {kind!r}, is"
        f" {declared.get(symbol, 'not declared')!r}."
    )


def _one_each(
    pairs: Sequence[tuple[str, ...]],
    symbols: Sequence[str],
    what: str,
    default: str | None = None,
) -> tuple[str, ...]:
    """Return the one partner of every symbol, in the symbols' order."""
    found: dict[str, str] = {}
    for symbol, partner in pairs:
        if found.setdefault(symbol, partner) != partner:
            raise GameError(f"problem: {symbol!r} has several {what}; it must have one.")
    missing = [symbol for symbol in symbols if symbol not in found]
    if missing and default is None:
        raise GameError(f"problem: {missing[0]!r} has no {what}; it must have one.")
    return tuple(intern(found.get(symbol, default or "")) for symbol in symbols)


def _grouped(location_of: Sequence[int], n_locations: int) -> tuple[tuple[int, ...], ...]:
    groups: list[list[int]] = [[] for _ in range(n_locations)]
    for receptacle, location in enumerate(location_of):
        groups[location].append(receptacle)
    return tuple(map(tuple, groups))


@lru_cache(maxsize=1024)
def _sites(
    groups: tuple[tuple[int, ...], ...],
    names: tuple[str, ...],
    types: tuple[str, ...],
    openable: int,
    version: TextVersion,
) -> Mapping[tuple[int, ...], Site]:
    """Return what is fixed about each group of receptacles; games of one room share it."""
    # Interned, as most games have the same commands: one copy of each stays in the processor's cache.
    visits = sorted((intern(f"go to {name}"), r) for r, name in enumerate(names))

    def doing(group: tuple[int, ...], kinds: frozenset[str]) -> tuple[int, ...]:
        return tuple(r for r in group if types[r] in kinds)

    def site(group: tuple[int, ...]) -> Site:
        examine = tuple(sorted(intern(f"examine {names[r]}") for r in group))
        go = tuple(command for command, r in visits if r not in group)
        return Site(
            receptacles=group,
            doors=openable & mask_of(group),
            examine=examine,
            go=go,
            always=(*examine, *go, *version.basic),
            clean=doing(group, version.clean_types),
            heat=doing(group, _HEATS),
            cool=doing(group, _COOLS),
        )

    return {group: site(group) for group in groups}


def _start(
    facts: Facts,
    objects: Mapping[str, int],
    receptacles: Mapping[str, int],
    locations: Mapping[str, int],
) -> State:
    state = State()
    places = {place for _, place in facts["atLocation"]}
    if len(places) != 1:
        raise GameError(f"problem: the agent starts in {len(places)} places; it must be one.")
    state.location = locations[places.pop()]
    held = {thing for _, thing in facts["holds"]}
    if len(held) > 1:
        raise GameError(f"problem: {len(held)} objects in hand; there can be one.")
    state.held = objects[held.pop()] if held else -1
    state.opened = mask_of([receptacles[args[0]] for args in facts["opened"]])
    state.contents = [0] * len(receptacles)
    for thing, receptacle in facts["inReceptacle"]:
        state.contents[receptacles[receptacle]] |= 1 << objects[thing]
    state.at = [0] * len(locations)
    for thing, place in facts["objectAtLocation"]:
        state.at[locations[place]] |= 1 << objects[thing]
    state.removed = frozenset(
        (objects[thing], receptacles[receptacle])
        for thing, receptacle in facts["wasInReceptacle"]
        if not state.contents[receptacles[receptacle]] >> objects[thing] & 1
    )
    for bit, predicate in STATE_BITS.items():
        setattr(state, bit, mask_of([objects[args[0]] for args in facts[predicate]]))
    return state


def _ground(
    spec: GoalSpec,
    object_types: Sequence[str],
    receptacle_types: Sequence[str],
    flags: Mapping[str, int],
    accepts: Sequence[int],
) -> Goal:
    needed = {
        "pick_clean_then_place_in_recep": "cleanable",
        "pick_heat_then_place_in_recep": "heatable",
        "pick_cool_then_place_in_recep": "coolable",
    }.get(spec.task_type)

    def typed(kind: str) -> int:
        return mask_of([i for i, other in enumerate(object_types) if kind and other == kind])

    targets = typed(spec.object_type)
    receptacles = tuple(
        r for r, kind in enumerate(receptacle_types) if kind == spec.receptacle_type
    )
    return Goal(
        spec=spec,
        targets=targets & flags[needed] if needed else targets,
        receptacles=receptacles,
        deliverable=any(accepts[r] & targets for r in receptacles),
        lamps=typed(spec.lamp_type) & flags["toggleable"],
    )
