"""What the text world says: of facts, and of a state after an event."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from crossworld.envs.core.pddl import Atom
from crossworld.envs.tabletop.facts import facts, spoken, symbol
from crossworld.envs.tabletop.state import NOTHING, State, listed

OPENING, LOOK, PICK, PUT, MOVE, PUSH, FAIL = (
    "opening", "look", "pick", "put", "move", "push", "nothing"
)  # fmt: skip

GREETING = "You sit at a table. Your gripper has a suction cup, which holds one thing at a time."


class Event(NamedTuple):
    """What the last action did.

    Attributes:
        verb: one of `VERBS`.
        thing: the thing that it moved, -1 for none or many.
        feedback: why the action was not possible, "" if it was.
        ticks: time it took; every action takes one.
    """

    verb: str
    thing: int = NOTHING
    feedback: str = ""
    ticks: int = 1

    @property
    def valid(self) -> bool:
        """Whether the action was possible."""
        return self.verb != FAIL


VERBS = {
    OPENING: GREETING,
    LOOK: "You look at the table.",
    PICK: "You pick up {name}.",
    PUT: "You put down {name}. It is now {place}.",
    MOVE: "You move {name}. It is now {place}.",
    PUSH: "You sweep along the table.",
    FAIL: "Nothing happens.",
}
"""Verb to what is said of it."""

MOVING = frozenset({PICK, PUT, MOVE})
"""Verbs that move one thing."""


def describe(state: State, event: Event, mission: str) -> str:
    """Return what the text world says after an event; when it opens, the task as well."""
    known = facts(state)
    name = place = ""
    if event.thing != NOTHING:
        name = state.scene.names[event.thing]
        place = place_of(name, known)
    said = f"{VERBS[event.verb].format(name=f'the {name}', place=place)}\n{facts_to_text(known)}"
    if event.verb == OPENING:
        return f"{said}\n\nYour task is to: {mission}."
    return said


def facts_to_text(known: Collection[Atom]) -> str:
    """Return what is seen on the table, in words: a function of the facts alone.

    What no camera sees is left out, but for its name where something that is seen lies on it.
    """
    under: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    table, regions = [], {}
    held = "nothing"
    unseen = {spoken(atom.args[0]) for atom in known if atom.predicate == "hidden"}
    for atom in sorted(known):
        name = spoken(atom.args[0]) if atom.args else ""
        if name in unseen:
            continue
        match atom.predicate:
            case "on" | "in":
                under[name][atom.predicate].append(f"the {spoken(atom.args[1])}")
            case "on-table":
                table.append(name)
            case "region":
                regions[name] = spoken(atom.args[1])
            case "holding":
                held = one(name)
    lines = []
    if table:
        seen = listed(
            f"{one(name)} {regions[name]}" if name in regions else one(name) for name in table
        )
        lines.append(f"On the table you see {seen}.")
    above: dict[str, list[str]] = defaultdict(list)
    for name, places in under.items():
        # In a bowl, a thing may stand on another one as well; it is named once all the same.
        where = " and ".join(f"{word} {listed(others)}" for word, others in places.items())
        above[where[0].upper() + where[1:]].append(one(name))
    lines += [f"{place} you see {listed(names)}." for place, names in sorted(above.items())]
    lines.append(f"The gripper holds {held}.")
    return "\n".join(lines)


def place_of(name: str, known: Collection[Atom]) -> str:
    """Return where a thing is, in words."""
    word = symbol(name)
    on = sorted(spoken(a.args[1]) for a in known if a.predicate == "on" and a.args[0] == word)
    within = sorted(spoken(a.args[1]) for a in known if a.predicate == "in" and a.args[0] == word)
    if within:
        return f"in {listed(f'the {other}' for other in within)}"
    return f"on {listed(f'the {other}' for other in on) if on else 'the table'}"


def one(name: str) -> str:
    """Return a name with its article; piles have none."""
    if is_plural(name):
        return name
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def is_plural(name: str) -> bool:
    """Return whether a name is that of a pile."""
    return name.endswith("beads")
