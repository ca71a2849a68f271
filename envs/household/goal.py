"""Goals: the six official shapes, read from PDDL and tested against a state.

The shapes are those of every official game; anything else is refused. Quantifiers are existential
and conjunctions flat, so a goal is a set of literals over variables: it is matched as such, whatever
its nesting, order or variable names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crossworld.envs.core.errors import GameError
from crossworld.envs.core.pddl import Expression, parse, write_expression
from crossworld.envs.household.state import bits

if TYPE_CHECKING:
    from crossworld.envs.household.state import State

Literal = tuple[str, ...]

_PLACED = "(inReceptacle ?o ?r) (objectType ?o #x) (receptacleType ?r #y)"

# `?name` stands for a variable, `#name` for a type to be read.
SHAPES: Mapping[str, str] = {
    "pick_and_place_simple": _PLACED,
    "look_at_obj_in_light": (
        "(objectType ?lamp #z) (toggleable ?lamp) (isToggled ?lamp) (receptacleAtLocation ?r ?l)"
        " (atLocation ?a ?l) (inReceptacle ?lamp ?r) (objectType ?o #x) (holds ?b ?o)"
    ),
    "pick_clean_then_place_in_recep": f"{_PLACED} (cleanable ?o) (isClean ?o)",
    "pick_heat_then_place_in_recep": f"{_PLACED} (heatable ?o) (isHot ?o)",
    "pick_cool_then_place_in_recep": f"{_PLACED} (coolable ?o) (isCool ?o)",
    "pick_two_obj_and_place": f"{_PLACED} (not= ?o ?p) (objectType ?p #x) (inReceptacle ?p ?r)",
}

TASK_TYPES = tuple(SHAPES)
"""The official task types, in the order of their official numbers 1 to 6."""

_PATTERNS: Mapping[str, frozenset[Literal]] = {
    task_type: frozenset(tuple(map(str, literal)) for literal in parse(f"({shape})"))
    for task_type, shape in SHAPES.items()
}

NEEDED_STATE: Mapping[str, str] = {
    "pick_clean_then_place_in_recep": "clean",
    "pick_heat_then_place_in_recep": "hot",
    "pick_cool_then_place_in_recep": "cool",
}
"""The bit of `State` that the target of a task type must have."""

PROCESS: Mapping[str, str] = {"clean": "clean", "hot": "heat", "cool": "cool"}
"""The command, and the attribute of `Site`, that gives an object this bit."""


@dataclass(frozen=True, slots=True)
class GoalSpec:
    """What a goal asks for, by type names in lower case ("" where a shape has none)."""

    task_type: str
    object_type: str
    receptacle_type: str = ""
    lamp_type: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal grounded in one game.

    Attributes:
        spec: the types it names.
        targets: bit mask of the objects that may satisfy it.
        receptacles: the receptacles they must end in.
        lamps: bit mask of the lamps that count.
        deliverable: whether those receptacles accept the targets; official ones do.
    """

    spec: GoalSpec
    targets: int
    receptacles: tuple[int, ...]
    lamps: int
    deliverable: bool

    def share(self, state: "State") -> float:
        """Return the share of the goal's conditions that hold, from 0 to 1.

        Conditions are counted for the best candidate: object placed (and processed), two objects
        placed in one receptacle, or lamp on within reach and object in hand. 1.0 exactly when the
        goal holds.
        """
        contents = state.contents
        task_type = self.spec.task_type
        if task_type == "look_at_obj_in_light":
            lit = self.lamps & state.toggled
            near = lit and any(contents[r] & lit for r in state.here)
            held = state.held >= 0 and self.targets >> state.held & 1
            return (bool(near) + bool(held)) / 2
        if task_type == "pick_two_obj_and_place":
            most = 0
            for r in self.receptacles:
                most = max(most, (contents[r] & self.targets).bit_count())
            return min(most, 2) / 2
        placed = 0
        for r in self.receptacles:
            placed |= contents[r]
        placed &= self.targets
        bit = NEEDED_STATE.get(task_type)
        if bit is None:
            return float(placed != 0)
        ready = getattr(state, bit) & self.targets
        if placed & ready:
            return 1.0
        return 0.5 if placed | ready else 0.0

    def judge(self, state: "State") -> tuple[float, bool]:
        """Return the share of the conditions that hold, and whether the goal is lost."""
        share = self.share(state)
        return share, share < 1 and self._hopeless(state)

    def lost(self, state: "State") -> bool:
        """Return whether the goal cannot be reached any more.

        Two things cannot be undone. An object in hand that no receptacle of the game accepts is never
        put down. And where the right receptacles do not accept the targets, one that lay there from
        the start and was taken does not get back. What is in several receptacles at once may still
        be finished in hand.
        """
        return self.judge(state)[1]

    def _hopeless(self, state: "State") -> bool:
        stuck = state.held >= 0 and bool(state.game.sticky >> state.held & 1)
        if self.spec.task_type == "look_at_obj_in_light":
            return stuck and not self.targets >> state.held & 1
        if self.deliverable and not stuck:
            return False
        return not self._can_finish_in_hand(state, stuck)

    def _can_finish_in_hand(self, state: "State", stuck: bool) -> bool:
        """Return whether processing a target that stays listed where it belongs is possible."""
        verb = PROCESS.get(NEEDED_STATE.get(self.spec.task_type, ""))
        if verb is None or not any(getattr(site, verb) for site in state.game.sites):
            return False
        for o in bits(self.targets & state.game.flags["pickupable"]):
            places = [r for r, contents in enumerate(state.contents) if contents >> o & 1]
            takeable = not stuck and len(places) > 1
            if (state.held == o or takeable) and not set(places).isdisjoint(self.receptacles):
                return True
        return False


def read_goal(formula: Expression) -> GoalSpec:
    """Recognise a goal formula as one of the six shapes.

    Raises:
        GameError: it is none of them.
    """
    literals = frozenset(_literals(formula, {}, [0]))
    for task_type, pattern in _PATTERNS.items():
        if len(pattern) != len(literals):
            continue
        bound = next(_match(sorted(pattern), literals, {}), None)
        if bound is not None:
            return GoalSpec(task_type, bound["#x"], bound.get("#y", ""), bound.get("#z", ""))
    raise GameError(
        f"goal {write_expression(formula)[:200]!r} is none of the six official shapes"
        f" ({', '.join(TASK_TYPES)})."
    )


def write_goal(spec: GoalSpec) -> str:
    """Write a goal as a PDDL formula (the inverse of `read_goal`)."""
    text = SHAPES[spec.task_type].replace("(not= ?o ?p)", "(not (= ?o ?p))")
    for mark, name in (
        ("#x", spec.object_type),
        ("#y", spec.receptacle_type),
        ("#z", spec.lamp_type),
    ):
        text = text.replace(mark, name)
    kinds = {"?r": "receptacle", "?l": "location", "?a": "agent", "?b": "agent"}
    used = sorted({token for token in text.replace(")", " ").split() if token.startswith("?")})
    variables = " ".join(f"{name} - {kinds.get(name, 'object')}" for name in used)
    return f"(exists ({variables}) (and {text}))"


def _literals(formula: Expression, scope: dict[str, str], counter: list[int]) -> Iterator[Literal]:
    """Flatten nested `and` and `exists`, giving every quantified variable a name of its own."""
    match formula:
        case ["and", *parts]:
            for part in parts:
                yield from _literals(part, scope, counter)
        case ["exists", list(variables), body]:
            inner = dict(scope)
            for variable in variables:
                if isinstance(variable, str) and variable.startswith("?"):
                    counter[0] += 1
                    inner[variable] = f"?{counter[0]}"
            yield from _literals(body, inner, counter)
        case ["not", ["=", str(left), str(right)]]:
            yield ("not=", scope.get(left, left), scope.get(right, right))
        case [str(predicate), *args] if predicate not in ("or", "not", "forall", "imply"):
            yield (predicate, *(scope.get(str(arg), str(arg)) for arg in args))
        case _:
            raise GameError(
                f"goal part {write_expression(formula)[:200]!r} is not supported: official goals"
                " use only 'and', 'exists' and 'not (= ...)'."
            )


def _match(
    pattern: list[Literal], literals: frozenset[Literal], bound: dict[str, str]
) -> Iterator[dict[str, str]]:
    """Find one-to-one assignments of pattern marks that turn the pattern into the literals."""
    if not pattern:
        yield bound
        return
    first, *rest = pattern
    for literal in literals:
        if literal[0] != first[0] or len(literal) != len(first):
            continue
        extended = _bind(first[1:], literal[1:], bound)
        if extended is not None:
            yield from _match(rest, literals - {literal}, extended)


def _bind(marks: Literal, values: Literal, bound: dict[str, str]) -> dict[str, str] | None:
    extended = dict(bound)
    for mark, value in zip(marks, values, strict=True):
        if mark.startswith("?") != value.startswith("?"):
            return None
        if extended.setdefault(mark, value) != value:
            return None
    names = [value for mark, value in extended.items() if mark.startswith("?")]
    return extended if len(set(names)) == len(names) else None
