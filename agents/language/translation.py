"""Captions, and lists of what is possible, in the text worlds' words, for rules that read these."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from crossworld.agents.language.conversation import Turn
from crossworld.envs.core.words import MISSION_MARK
from crossworld.envs.household.catalogue import ADMITS
from crossworld.envs.household.text import NOTHING_HAPPENS, WELCOME
from crossworld.envs.tabletop.text import GREETING

_FURNITURE = frozenset(kind.lower() for kind in ADMITS)
_WITH_DOOR = frozenset({"cabinet", "drawer", "fridge", "microwave", "safe"})
_SEE = re.compile(r"^you see a (\w+)$", re.MULTILINE)
_HOLD = re.compile(r"^you hold the (\w+ \d+)$", re.MULTILINE)
_LIES = re.compile(r"^the (.+) (?:is|are) (on top of|on|in) the (.+)$", re.MULTILINE)
_GRASP = re.compile(r"^the robot is grasping (?:the )?(.+)$", re.MULTILINE)
_TASK = re.compile(rf"{MISSION_MARK} .*", re.DOTALL)
_UNNUMBERED = re.compile(r"(take|use) (\w+) \d+")

Told = tuple[str, tuple[Turn, ...]]
"""Opening and turns."""


def is_of_table(captions: str) -> bool:
    """Return whether captions are of the tabletop."""
    return bool(_GRASP.search(captions))


def table_text(captions: str) -> str:
    """Return captions of the tabletop as its text says it; the task as well, if they hold it."""
    under: dict[str, list[str]] = defaultdict(list)
    for thing, where, what in _LIES.findall(captions):
        if not what.startswith(("back", "front", "left", "right", "middle")):
            under[f"{where.split(' ')[0].capitalize()} the {what}"].append(_one(thing))
    lines = [f"{place} you see {', '.join(names)}." for place, names in sorted(under.items())]
    held = _GRASP.search(captions)
    name = held[1] if held else "nothing"
    lines.append(f"The gripper holds {name if name == 'nothing' else _one(name)}.")
    return "\n".join([*lines, *_TASK.findall(captions)])


def table_of(opening: str, turns: Sequence[Turn]) -> Told:
    """Return a conversation in captions of the tabletop as one in its text."""
    told = []
    before = table_text(_TASK.sub("", opening))
    for turn in turns:
        now = table_text(turn.answer)
        told.append(
            Turn(turn.said, f"{NOTHING_HAPPENS if now == before else 'You move it.'}\n{now}")
        )
        before = now
    return f"{GREETING}\n{table_text(opening)}", tuple(told)


def house_of(opening: str, turns: Sequence[Turn]) -> Told:
    """Return a conversation in captions of a household as one in its text.

    Captions say kinds, not numbers: furniture is counted up as far as going there leads somewhere,
    and things are given number 1 (`unnumbered` takes it off again). Furniture that could have a door
    and shows nothing counts as closed until it was opened.
    """
    highest = dict.fromkeys((kind for kind in _SEE.findall(opening) if kind in _FURNITURE), 1)
    told = []
    for turn in turns:
        verb, _, rest = turn.said.partition(" ")
        name = rest.removeprefix("to ")
        kind, _, number = name.partition(" ")
        if verb == "go":
            if f"you are at the {name}" not in turn.answer.splitlines():
                if number == str(highest.get(kind)):
                    highest[kind] -= 1
                continue
            if number == str(highest.get(kind)):
                highest[kind] += 1
        told.append(Turn(turn.said, _house_answer(turn.said, turn.answer)))
    receptacles = [f"{kind} {n + 1}" for kind, count in highest.items() for n in range(count)]
    return _house_opening(receptacles, opening), tuple(told)


def unnumbered(command: str) -> str:
    """Return a command about a thing whose number captions do not tell, without it."""
    return _UNNUMBERED.sub(r"\1 \2", command)


def from_possible(opening: str, turns: Sequence[Turn], possible: Sequence[str]) -> Told:
    """Return a conversation without words as one in a household's text, by what is possible now.

    What was possible earlier is not known any more: where the agent went on from, nothing was found.
    """
    places = {c.removeprefix("go to "): None for c in possible if c.startswith("go to ")}
    places |= {t.said.removeprefix("go to "): None for t in turns if t.said.startswith("go to ")}
    told = [Turn(turn.said, _supposed(turn.said)) for turn in turns]
    here = next((t.said[6:] for t in reversed(turns) if t.said.startswith("go to ")), "")
    if told and here:
        last = told[-1]
        before = "" if last.said.startswith(("go ", "open ")) else f"{last.answer} "
        told[-1] = last._replace(answer=before + _listed(here, possible))
    return _house_opening(sorted(places, key=_counting), opening), tuple(told)


def _house_opening(receptacles: Iterable[str], opening: str) -> str:
    listed = ", ".join(f"a {name}" for name in receptacles)
    return f"{WELCOME}\n\nYou see {listed}.\n\n{''.join(_TASK.findall(opening))}"


def _house_answer(command: str, captions: str) -> str:
    """Return what the text would say after a command that these captions followed."""
    held = _HOLD.search(captions)
    name = held[1] if held else ""
    verb, _, rest = command.partition(" ")
    place = re.split(r" from | to | in/on | with |^to |^from ", rest)[-1]
    seen = [kind for kind in _SEE.findall(captions) if kind not in _FURNITURE]
    things = [f"a {kind} 1" for kind in seen if kind != name.partition(" ")[0]]
    shown = f"On the {place}, you see {', '.join(things) or 'nothing'}."
    if verb == "go" and not things and place.partition(" ")[0] in _WITH_DOOR:
        shown = f"The {place} is closed."
    says: Mapping[str, str] = {
        "go": f"You arrive at {place}. {shown}",
        "open": f"You open the {place}. {shown}",
        "examine": shown,
        "take": f"You pick up the {name} from the {place}. {shown}" if name else "",
        "move": "" if name else f"You {_moved(command)}.",
        **{verb: f"You {verb} the {name} using the {place}." for verb in ("clean", "heat", "cool")},
        "use": "You turn it on.",
    }
    return says.get(verb, "") or NOTHING_HAPPENS


def _moved(command: str) -> str:
    """Return "move the mug 1 to the shelf 1" of "move mug 1 to shelf 1"."""
    return re.sub(r"^move (.+) to (.+)$", r"move the \1 to the \2", command)


def _supposed(command: str) -> str:
    """Return what the text says if a command works, and nothing is found."""
    for pattern, answer in _SUPPOSED:
        if found := re.fullmatch(pattern, command):
            return answer.format(*found.groups())
    return ""


_SUPPOSED = (
    (r"go to (.+)", "You arrive at {0}. On the {0}, you see nothing."),
    (r"open (.+)", "You open the {0}. The {0} is open. In it, you see nothing."),
    (r"take (.+) from (.+)", "You pick up the {0} from the {1}."),
    (r"move (.+) to (.+)", "You move the {0} to the {1}."),
    (r"(clean|heat|cool) (.+) with (.+)", "You {0} the {1} using the {2}."),
)


def _listed(here: str, possible: Sequence[str]) -> str:
    """Return what the text would show at a receptacle, by what is possible there."""
    if f"open {here}" in possible:
        return f"The {here} is closed."
    taken = [re.fullmatch(r"take (.+) from (.+)|use (.+)", command) for command in possible]
    names = [found[1] or found[3] for found in taken if found and found[2] in (here, None)]
    return f"On the {here}, you see {', '.join(f'a {name}' for name in names) or 'nothing'}."


def _one(name: str) -> str:
    return name if name.endswith("beads") else f"a {name}"


def _counting(name: str) -> tuple[str, int]:
    kind, _, number = name.partition(" ")
    return kind, int(number) if number.isdecimal() and len(number) < 10 else 0
