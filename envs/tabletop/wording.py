"""Goals in words, and words as goals: each the inverse of the other.

    words = words_of(scene, goal)
    assert reading(scene, words) == goal

So a task's sentence can be checked against what the task rewards.
"""

import re
from collections.abc import Collection

from crossworld.envs.tabletop.goals import Gathered, Goal, Held, Related, Which
from crossworld.envs.tabletop.scene import Scene
from crossworld.envs.tabletop.state import listed

_PLURALS = {"box": "boxes", "cross": "crosses", "arch": "arches"}

_RELATIONS = "on|in front of|in|left of|right of|behind"
_SPLIT = re.compile(r",? (?:and|or) the |, the ")
_HELD = re.compile(r"pick up (the .+)")
_FIT = re.compile(r"fit (the .+) onto (different )?(.+)")
_PUT = re.compile(rf"put (the .+?) ({_RELATIONS}) (different )?(.+)")
_SWEEP = re.compile(r"sweep the (.+) onto (.+)")


class UnreadableError(ValueError):
    """Words that are no goal of this scene."""


def words_of(scene: Scene, goal: Goal) -> str:
    """Return a goal in words.

    Raises:
        UnreadableError: there are no words for it (it has places that are numbers).
    """
    match goal:
        case Held(thing):
            return f"pick up {_called(scene, (thing,), 'and')}"
        case Gathered(pile, targets):
            return f"sweep the {pile} onto {_called(scene, targets, 'or')}"
        case Related(things, relation, targets, which):
            what = _called(scene, things, "and")
            # A plural means any of them, so of "all" each is named.
            where = (
                _each(scene, targets, "and") if which == "all" else _called(scene, targets, "or")
            )
            if which == "own":
                where = f"different {where.removeprefix('the ')}"
            if relation == "right over":
                return f"fit {what} onto {where}"
            return f"put {what} {relation} {where}"
    raise UnreadableError(f"{type(goal).__name__} is a goal without words; give the task its own.")


def reading(scene: Scene, words: str) -> Goal:
    """Return the goal that some words mean, things in the scene's order.

    Raises:
        UnreadableError: they mean none.
    """
    if found := _HELD.fullmatch(words):
        (thing,), _ = _meant(scene, found[1])
        return Held(thing)
    if found := _SWEEP.fullmatch(words):
        return Gathered(found[1], _meant(scene, found[2])[0])
    if found := _FIT.fullmatch(words):
        return _related(scene, found[1], "right over", found[2], found[3])
    if found := _PUT.fullmatch(words):
        return _related(scene, found[1], *found.groups()[1:])
    raise UnreadableError(f"{words!r} is read as no goal.")


def is_same(a: Goal, b: Goal) -> bool:
    """Return whether two goals ask for the same, in whatever order they name things."""
    if isinstance(a, Related) and isinstance(b, Related):
        return (a.relation, a.which, {*a.things}, {*a.targets}) == (
            b.relation, b.which, {*b.things}, {*b.targets}
        )  # fmt: skip
    return a == b


def _related(scene: Scene, what: str, relation: str, different: str | None, where: str) -> Related:
    things, _ = _meant(scene, what)
    targets, joined = _meant(scene, where)
    which: Which = "own" if different else "all" if joined == "and" else "any"
    return Related(things, relation, targets, which)


def _called(scene: Scene, things: Collection[int], last: str) -> str:
    """Return the shortest words for exactly these things."""
    chosen = set(things)
    if len(chosen) > 1:
        for words, group in _groups(scene).items():
            if group == chosen:
                return f"the {words}"
    return _each(scene, chosen, last)


def _each(scene: Scene, things: Collection[int], last: str) -> str:
    """Return the names of these things."""
    return listed((f"the {scene.names[thing]}" for thing in sorted(things)), last)


def _meant(scene: Scene, words: str) -> tuple[tuple[int, ...], str]:
    """Return the things that some words name, and what joins the words ("" for one expression)."""
    joined = "and" if " and the " in words else "or" if " or the " in words else ""
    groups = _groups(scene)
    things: set[int] = set()
    for name in _SPLIT.split(words.removeprefix("the ")):
        if name in groups:
            things |= groups[name]
        elif name in scene.names:
            things |= {i for i, other in enumerate(scene.names) if other == name}
        else:
            raise UnreadableError(f"{words!r}: there is nothing here that {name!r} means.")
    return tuple(sorted(things)), joined


def _groups(scene: Scene) -> dict[str, set[int]]:
    """Return what plural words mean: all of a colour and noun, or all of a noun."""
    groups: dict[str, set[int]] = {}
    for number, thing in enumerate(scene.things):
        if not thing.pile:
            plural = _plural(thing.shape.noun)
            for words in (f"{thing.colour} {plural}", plural):
                groups.setdefault(words, set()).add(number)
    return groups


def _plural(noun: str) -> str:
    *before, last = noun.split()
    return " ".join([*before, _PLURALS.get(last, f"{last}s")])
