"""PDDL reading and writing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossworld.envs.core.errors import PddlSyntaxError
from crossworld.envs.core.pddl import (
    Atom,
    parse,
    read_domain,
    read_problem,
    write_domain,
    write_expression,
    write_problem,
)

SYMBOL = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True).filter(lambda s: s != "-")
EXPRESSION = st.recursive(SYMBOL, lambda inner: st.lists(inner, max_size=4), max_leaves=30)

PROBLEM = """
; a comment (with brackets
(define (problem P) (:domain D)
  (:objects a1 - agent  x y - object  z)
  (:init (At a1 x) ; here
         (= (total-cost) 0)
         (clear y))
  (:goal (exists (?o - object) (at a1 ?o)))
  (:metric minimize (total-cost)))
"""


@given(EXPRESSION)
def test_expressions_round_trip(expression) -> None:
    assert parse(write_expression(expression)) == expression


def test_problem_is_read_in_lower_case_without_comments() -> None:
    problem = read_problem(PROBLEM)
    assert (problem.name, problem.domain) == ("p", "d")
    assert problem.objects == {"a1": "agent", "x": "object", "y": "object", "z": "object"}
    assert problem.init == [["at", "a1", "x"], ["="], ["clear", "y"]]
    assert problem.goal == ["exists", ["?o", "-", "object"], ["at", "a1", "?o"]]


@given(
    st.dictionaries(SYMBOL, SYMBOL, max_size=5),
    st.sets(st.builds(Atom, SYMBOL, st.lists(SYMBOL, max_size=3).map(tuple)), max_size=6),
)
def test_written_problems_are_read_back(objects, atoms) -> None:
    problem = read_problem(write_problem("p", "d", objects, atoms, "(and)", "minimize (c)"))
    assert problem.objects == objects
    assert {Atom(name, tuple(args)) for name, *args in problem.init} == atoms


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected one expression, found 0"),
        ("(a) (b)", "found 2"),
        ("(a", "never closed"),
        ("a)", "no opening one"),
        ("(problem p)", r"one '\(define"),
        ("(define x)", "is no section"),
        ("(define (problem p))", "section ':domain'"),
        ("(define (domain d) (:goal (x)))", "this is no problem"),
        ("(define (problem p) (:domain d) (:init (a (b))) (:goal (x)))", "no flat fact"),
        ("(define (problem p) (:domain d) (:init x) (:goal (x)))", "is no fact"),
        ("(define (problem p) (:domain d) (:objects - t) (:goal (x)))", "'-' in :objects"),
        ("(define (problem p) (:domain d) (:objects (a)) (:goal (x)))", "is no symbol"),
        ("(define (problem p) (:domain (d)) (:goal (x)))", "needs a name"),
        ("(define (problem p) (:domain d) (:goal))", "needs exactly one entry"),
    ],
)
def test_bad_problems_say_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(PddlSyntaxError, match=message):
        read_problem(text)


@given(st.text(alphabet="()ab; \n-:", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for reader in (parse, read_problem, read_domain):
        try:
            reader(text)
        except PddlSyntaxError:
            continue


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(define (problem p) (:domain d) (:init) (:init) (:goal g))", "':init' occurs twice"),
        ("(define (problem p) (:domain d) (:objects a - b a - c) (:goal g))", "'b' and as 'c'"),
        ("(define (problem p) (:domain d) (:objects a a - c) (:goal " + "(" * 5000, "inside each"),
        ("(define (problem p) (:domain d) (:init " + "(" * 5000 + ")" * 5000, "inside each other"),
    ],
)
def test_what_would_be_misread_is_refused(text: str, message: str) -> None:
    with pytest.raises(PddlSyntaxError, match=message):
        read_problem(text)


def test_domain_lists_types_predicates_and_actions() -> None:
    domain = read_domain(
        "(define (domain d) (:requirements :adl) (:types thing place)"
        " (:predicates (at ?t - thing ?p - place) (done))"
        " (:action go :parameters (?p - place) :precondition (done) :effect (and)))"
    )
    assert domain.types == {"thing": "object", "place": "object"}
    assert domain.predicates == {"at": ("thing", "place"), "done": ()}
    assert domain.actions["go"].parameters == {"?p": "place"}
    assert domain.actions["go"].precondition == ["done"]


def test_written_domains_are_read_back() -> None:
    from crossworld.envs.household.facts import domain

    household = read_domain(domain())
    assert read_domain(write_domain(household)) == household
    typed = read_domain("(define (domain d) (:types a - b b c) (:predicates (p ?x - a ?y)))")
    assert read_domain(write_domain(typed)) == typed


def test_the_households_own_domain_declares_what_the_compiler_reads() -> None:
    from crossworld.envs.household.compile import PREDICATES
    from crossworld.envs.household.facts import domain

    declared = read_domain(domain()).predicates
    assert set(declared) == {name.lower() for name in PREDICATES}
    for name, kinds in PREDICATES.items():
        if name != "checked":  # upstream checks receptacles, objects, places and agents alike
            assert declared[name.lower()] == kinds
