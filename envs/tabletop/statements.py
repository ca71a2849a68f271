"""Statements: short sentences about the present state, for captions and sub-goals.

| form | true when |
|---|---|
| `the robot is grasping the T`, `the robot is grasping nothing` | |
| `the T is on top of the T` | it stands on a thing |
| `the T is on the M`, `the T is on the table` | it stands on a painted place; on no thing at all |
| `the T is in the T` | it is in a bowl, box or corner |
| `the T is right over the M` | it fits its outline |
| `the T is left of`, `right of`, `behind`, `in front of the T` | all of it is |
| `the T is at the back left`, `in the middle`, ... | the ninth of the table that it stands in |
| `nothing is on the T` | it can be picked up |

The wording of the first three is that of Di Palo et al., "Towards a Unified Agent with Foundation
Models" (2023, arXiv 2307.09668), section 3.
"""

from collections.abc import Iterator
from functools import lru_cache

from crossworld.envs.core.pddl import Atom
from crossworld.envs.tabletop.facts import PLACES, facts, spoken
from crossworld.envs.tabletop.relations import entities
from crossworld.envs.tabletop.scene import Scene
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.text import is_plural

EMPTY = "the robot is grasping nothing"


def true_statements(state: State) -> list[str]:
    """Return all statements that are true in a state, sorted."""
    markers = _markers(state.scene)
    return sorted({words for fact in facts(state) for words in _said(fact, markers)})


@lru_cache(maxsize=256)
def statements(scene: Scene) -> frozenset[str]:
    """Return all statements that can be true in some state of a scene."""
    return frozenset(_possible(scene))


def _said(fact: Atom, markers: frozenset[str]) -> Iterator[str]:
    names = [spoken(word) for word in fact.args]
    match fact.predicate, names:
        case "handempty", []:
            yield EMPTY
        case "holding", [name]:
            yield _grasping(name)
        case "on-table", [name]:
            yield f"{_subject(name)} on the table"
        case "clear", [name]:
            yield f"nothing is on the {name}"
        case "region", [name, place]:
            yield f"{_subject(name)} {place}"
        case "in" | "right-over", [name, other]:
            yield f"{_subject(name)} {spoken(fact.predicate)} the {other}"
        case "on", [name, other]:
            yield f"{_subject(name)} {'on' if other in markers else 'on top of'} the {other}"
        case "left-of", [name, other]:
            yield f"{_subject(name)} left of the {other}"
            yield f"{_subject(other)} right of the {name}"
        case "behind", [name, other]:
            yield f"{_subject(name)} behind the {other}"
            yield f"{_subject(other)} in front of the {name}"


def _possible(scene: Scene) -> Iterator[str]:
    groups = entities(scene)
    markers = _markers(scene)
    yield EMPTY
    for name, things in groups.items():
        thing = scene.things[things[0]]
        yield f"{_subject(name)} on the table"
        for place in PLACES:
            yield f"{_subject(name)} {spoken(place)}"
        single = not thing.pile
        if single and not thing.fixed:
            yield _grasping(name)
            yield f"nothing is on the {name}"
        for other, others in groups.items():
            target = scene.things[others[0]]
            if other == name or target.pile:
                continue
            if not thing.fixed:
                yield f"{_subject(name)} {'on' if other in markers else 'on top of'} the {other}"
                if target.shape.role == "holder":
                    yield f"{_subject(name)} in the {other}"
                if target.shape.noun == f"{thing.shape.noun} outline":
                    yield f"{_subject(name)} right over the {other}"
            if single:
                for side in ("left of", "right of", "behind", "in front of"):
                    yield f"{_subject(name)} {side} the {other}"


def _markers(scene: Scene) -> frozenset[str]:
    return frozenset(thing.name for thing in scene.things if thing.shape.role == "marker")


def _subject(name: str) -> str:
    return f"the {name} {'are' if is_plural(name) else 'is'}"


def _grasping(name: str) -> str:
    return f"the robot is grasping the {name}"
