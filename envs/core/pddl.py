"""PDDL: atoms, and a reader and writer for problems and domains.

Symbols are case-insensitive in PDDL; everything read here is lower-cased. Comments (`;` to the end
of the line) are dropped. The subset is what planning problems use in practice: typed objects, flat
initial atoms, any goal formula. Reference: McDermott et al., "PDDL - the planning domain definition
language" (1998); Fox and Long, "PDDL 2.1" (2003).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, TypeVar, cast

from crossworld.envs.core.errors import PddlSyntaxError

Value = TypeVar("Value")
Expression: TypeAlias = "str | list[Expression]"

_TOKEN = re.compile(r"[()]|[^\s()]+")
# Most lists hold symbols only: taking each as one match halves the time.
_FLAT_OR_TOKEN = re.compile(r"\(([^()]*)\)|([()]|[^\s()]+)")
DEEPEST = 100
"""Brackets inside each other that are read; real problems have about ten."""

_COMMENT = re.compile(r";[^\n]*")


class Atom(NamedTuple):
    """A ground fact, for example `Atom("inReceptacle", ("mug_1", "shelf_2"))`."""

    predicate: str
    args: tuple[str, ...]

    def __str__(self) -> str:
        """Return the atom in PDDL syntax."""
        return f"({' '.join((self.predicate, *self.args))})"


@dataclass(frozen=True, slots=True)
class Problem:
    """A PDDL problem.

    Attributes:
        name: problem name.
        domain: name of the domain it belongs to.
        objects: symbol to type, in the order of declaration.
        init: initial facts, `[predicate, arg, ...]` each, in the order of the text.
        goal: the goal formula.
    """

    name: str
    domain: str
    objects: Mapping[str, str]
    init: list[list[str]]
    goal: Expression


@dataclass(frozen=True, slots=True)
class Action:
    """A PDDL action schema; `parameters` maps each variable to its type."""

    name: str
    parameters: Mapping[str, str]
    precondition: Expression
    effect: Expression


@dataclass(frozen=True, slots=True)
class Domain:
    """A PDDL domain.

    Attributes:
        name: domain name.
        requirements: PDDL features it needs, such as `:adl`.
        types: type to its parent type.
        predicates: predicate to its parameters' types.
        functions: numeric fluents, as declared.
        actions: action name to schema.
    """

    name: str
    requirements: tuple[str, ...]
    types: Mapping[str, str]
    predicates: Mapping[str, tuple[str, ...]]
    functions: list[Expression]
    actions: Mapping[str, Action]


def strip_comments(text: str) -> str:
    """Return the text without `;` comments."""
    return _COMMENT.sub("", text) if ";" in text else text


def tokens(text: str) -> list[str]:
    """Return the lower-cased tokens: brackets and symbols, comments dropped."""
    return _TOKEN.findall(strip_comments(text).lower())


def parse(text: str) -> Expression:
    """Read one s-expression.

    Raises:
        PddlSyntaxError: brackets do not match, or something follows the expression.
    """
    root: list[Expression] = []
    stack = [root]
    current = root
    for flat, token in _FLAT_OR_TOKEN.findall(strip_comments(text).lower()):
        if not token:
            current.append(flat.split())
        elif token == "(":
            child: list[Expression] = []
            current.append(child)
            stack.append(child)
            current = child
            if len(stack) > DEEPEST:
                raise PddlSyntaxError(f"PDDL: more than {DEEPEST} brackets inside each other.")
        elif token == ")":
            stack.pop()
            if not stack:
                raise PddlSyntaxError("PDDL: a closing bracket has no opening one; remove it.")
            current = stack[-1]
        else:
            current.append(token)
    if len(stack) > 1:
        raise PddlSyntaxError(
            f"PDDL: {len(stack) - 1} bracket(s) are never closed; is the file truncated?"
        )
    if len(root) != 1:
        raise PddlSyntaxError(f"PDDL: expected one expression, found {len(root)}.")
    return root[0]


def read_problem(text: str) -> Problem:
    """Read a PDDL problem.

    Raises:
        PddlSyntaxError: the text is no well-formed problem.
    """
    sections = _sections(text, "problem")
    return Problem(
        name=_name(sections, "problem"),
        domain=_name(sections, ":domain"),
        objects=_typed(sections.get(":objects", []), ":objects"),
        init=[_flat(fact) for fact in sections.get(":init", [])],
        goal=_single(sections, ":goal"),
    )


def read_domain(text: str) -> Domain:
    """Read a PDDL domain.

    Raises:
        PddlSyntaxError: the text is no well-formed domain.
    """
    actions: dict[str, Action] = {}
    sections: dict[str, list[Expression]] = {}
    for head, *body in _definition(text):
        if head == ":action":
            action = _action(body)
            _once(actions, action.name, action, "action")
        else:
            _once(sections, str(head), body, "section")
    predicates = {}
    for declaration in sections.get(":predicates", []):
        if not isinstance(declaration, list) or not declaration:
            raise PddlSyntaxError(f"PDDL: {declaration!r} in :predicates is no declaration.")
        name, *parameters = declaration
        predicates[str(name)] = tuple(_typed(parameters, ":predicates").values())
    return Domain(
        name=_name(sections, "domain"),
        requirements=tuple(map(str, sections.get(":requirements", []))),
        types=_typed(sections.get(":types", []), ":types"),
        predicates=predicates,
        functions=sections.get(":functions", []),
        actions=actions,
    )


def write_domain(domain: Domain) -> str:
    """Write a PDDL domain that `read_domain` reads as the same."""
    types = " ".join(
        name if parent == "object" else f"{name} - {parent}"
        # A list without "- parent" ends where a typed one begins, so the plain names come last.
        for name, parent in sorted(domain.types.items(), key=lambda pair: pair[1] == "object")
    )
    lines = [f"(define (domain {domain.name})"]
    if domain.requirements:
        lines.append(f"  (:requirements {' '.join(domain.requirements)})")
    lines += [f"  (:types {types})", "  (:predicates"]
    for name, kinds in domain.predicates.items():
        lines.append(f"    {write_expression([name, *_parameters(kinds)])}")
    lines.append("  )")
    if domain.functions:
        lines.append(f"  {write_expression([':functions', *domain.functions])}")
    for action in domain.actions.values():
        variables = _declarations(action.parameters)
        lines += [
            f"  (:action {action.name}",
            f"    :parameters {write_expression(variables)}",
            f"    :precondition {write_expression(action.precondition)}",
            f"    :effect {write_expression(action.effect)})",
        ]
    return "\n".join([*lines, ")", ""])


def _declarations(parameters: Mapping[str, str]) -> list[Expression]:
    return [word for name, kind in parameters.items() for word in (name, "-", kind)]


def _parameters(kinds: tuple[str, ...]) -> list[Expression]:
    return _declarations({f"?x{number}": kind for number, kind in enumerate(kinds)})


def write_problem(
    name: str,
    domain: str,
    objects: Mapping[str, str],
    init: Iterable[Atom],
    goal: str,
    metric: str = "",
) -> str:
    """Write a PDDL problem; facts are sorted, so equal states give equal text.

    Args:
        name: problem name.
        domain: domain name.
        objects: symbol to type.
        init: the facts that hold.
        goal: the goal formula in PDDL syntax, without `(:goal ...)`.
        metric: optional metric, for example `minimize (total-cost)`.
    """
    lines = [f"(define (problem {name})", f"  (:domain {domain})", "  (:objects"]
    lines += [f"    {symbol} - {kind}" for symbol, kind in objects.items()]
    lines += ["  )", "  (:init", *(f"    {atom}" for atom in sorted(init)), "  )"]
    lines += [f"  (:goal {goal})", *([f"  (:metric {metric})"] if metric else []), ")", ""]
    return "\n".join(lines)


def write_expression(expression: Expression) -> str:
    """Write an s-expression on one line."""
    if isinstance(expression, str):
        return expression
    return f"({' '.join(map(write_expression, expression))})"


def _definition(text: str) -> list[list[Expression]]:
    """Return the lists inside `(define ...)`, each with a symbol at its head."""
    root = parse(text)
    if not isinstance(root, list) or not root or root[0] != "define":
        raise PddlSyntaxError("PDDL: the text must be one '(define ...)'.")
    parts: list[list[Expression]] = []
    for part in root[1:]:
        if not isinstance(part, list) or not part or not isinstance(part[0], str):
            raise PddlSyntaxError(f"PDDL: {write_expression(part)[:80]!r} is no section.")
        parts.append(part)
    return parts


def _sections(text: str, kind: str) -> dict[str, list[Expression]]:
    sections: dict[str, list[Expression]] = {}
    for head, *body in _definition(text):
        _once(sections, str(head), body, "section")
    if kind not in sections:
        raise PddlSyntaxError(f"PDDL: this is no {kind}: '({kind} NAME)' is missing.")
    return sections


def _once(table: dict[str, Value], name: str, value: Value, what: str) -> None:
    """Add an entry that must not be there yet."""
    if name in table:
        raise PddlSyntaxError(f"PDDL: {what} {name!r} occurs twice; it must occur once.")
    table[name] = value


def _single(sections: Mapping[str, list[Expression]], key: str) -> Expression:
    body = sections.get(key, [])
    if len(body) != 1:
        raise PddlSyntaxError(f"PDDL: section '{key}' needs exactly one entry, has {len(body)}.")
    return body[0]


def _name(sections: Mapping[str, list[Expression]], key: str) -> str:
    name = _single(sections, key)
    if not isinstance(name, str):
        raise PddlSyntaxError(f"PDDL: section '{key}' needs a name, has {write_expression(name)}.")
    return name


def _typed(body: list[Expression], where: str) -> dict[str, str]:
    """Read a typed list `a b - kind c`; symbols without a type are of type `object`."""
    typed: dict[str, str] = {}
    pending: list[str] = []

    def declare(kind: str) -> None:
        for symbol in pending:
            if typed.setdefault(symbol, kind) != kind:
                raise PddlSyntaxError(
                    f"PDDL: {symbol!r} in {where} is declared as {typed[symbol]!r} and as {kind!r}."
                )
        pending.clear()

    symbols = iter(body)
    for symbol in symbols:
        if not isinstance(symbol, str):
            raise PddlSyntaxError(f"PDDL: {write_expression(symbol)!r} in {where} is no symbol.")
        if symbol != "-":
            pending.append(symbol)
            continue
        kind = next(symbols, None)
        if not isinstance(kind, str) or not pending:
            raise PddlSyntaxError(f"PDDL: a '-' in {where} needs symbols before and a type after.")
        declare(kind)
    declare("object")
    return typed


def _flat(fact: Expression) -> list[str]:
    if not isinstance(fact, list) or not fact:
        raise PddlSyntaxError(f"PDDL: {fact!r} in :init is no fact.")
    if set(map(type, fact)) == {str}:
        return cast(list[str], fact)
    if fact[0] == "=":  # a numeric fluent such as (= (total-cost) 0)
        return ["="]
    raise PddlSyntaxError(f"PDDL: {write_expression(fact)!r} in :init is no flat fact.")


def _action(body: list[Expression]) -> Action:
    if not body or not isinstance(body[0], str) or len(body) % 2 == 0:
        raise PddlSyntaxError("PDDL: an :action needs a name and keyword-value pairs.")
    fields = {str(key): value for key, value in zip(body[1::2], body[2::2], strict=True)}
    parameters = fields.get(":parameters", [])
    if not isinstance(parameters, list):
        raise PddlSyntaxError(f"PDDL: the parameters of action '{body[0]}' must be a list.")
    return Action(
        name=body[0],
        parameters=_typed(parameters, f"action '{body[0]}'"),
        precondition=fields.get(":precondition", []),
        effect=fields.get(":effect", []),
    )
