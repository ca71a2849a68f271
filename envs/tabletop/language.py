"""Commands in words: what they mean, and which are possible.

| command | what it does |
|---|---|
| `look` | tells |
| `pick up the T` | lifts a thing |
| `put it WHERE`, `put the T WHERE` | lets go of what is held; lifts a thing and puts it down |
| `push the T left`, `right`, `back`, `forward` | 8 cm along the table |
| `sweep the P onto the M` | one stroke of the spatula through a pile, towards a painted place |

`fit the T onto the M` says the same as `put the T on the M`.
WHERE is `on the table`, `on the T`, `in the T`, `on the T and the T` (across both), `left of the T`,
`right of the T`, `behind the T`, `in front of the T`, or `at X Y turned D` (metres and degrees).
A thing is called by its name, or by a part of it that fits no other thing.
"""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from crossworld.envs.tabletop import kernel
from crossworld.envs.tabletop.moves import (
    SPATULA,
    Impossible,
    Move,
    Pick,
    PickPlace,
    Place,
    Push,
    check_liftable,
    lifted,
)
from crossworld.envs.tabletop.relations import entities, yaw_of
from crossworld.envs.tabletop.scene import Scene
from crossworld.envs.tabletop.state import NOTHING, State, listed

PUSHED = 0.08
"""How far a push moves a thing, metres."""

BESIDE = 0.006
"""Gap that is left to a thing beside which another one is put, metres."""

BESIDE_STEP = 0.02
"""How much farther off the next place is, if the one beside it is taken, metres."""

KEPT = 256
"""Lists of commands that a cast keeps."""

DIRECTIONS = {"left": (0.0, 1.0), "right": (0.0, -1.0), "back": (1.0, 0.0), "forward": (-1.0, 0.0)}
SIDES = {
    "left of": (0.0, 1.0),
    "right of": (0.0, -1.0),
    "behind": (1.0, 0.0),
    "in front of": (-1.0, 0.0),
}

_NUMBER = r"(-?\d{1,3}(?:\.\d{1,6})?)"
_PICK = re.compile(r"(?:pick up|grasp) (?:the )?(.+)")
_FIT = re.compile(r"fit (?:the )?(.+) (?:onto|into) (?:the )?(.+)")
_PUSH = re.compile(rf"push (?:the )?(.+) ({'|'.join(DIRECTIONS)})")
_SWEEP = re.compile(r"(?:sweep|push) (?:the )?(.+) (?:onto|into|to) (?:the )?(.+)")
_PUT = re.compile(r"put (.+?) ((?:on|onto|in|into|at|left of|right of|behind|in front of) .+)")
_AT = re.compile(rf"at {_NUMBER} {_NUMBER}(?: turned {_NUMBER})?")
_SIDE = re.compile(rf"({'|'.join(SIDES)}) (?:the )?(.+)")
_IN = re.compile(r"(?:in|into) (?:the )?(.+)")
_ON = re.compile(r"(?:on|onto) (?:top of )?(?:the )?(.+)")


def read(state: State, command: str) -> Move | None:
    """Return the move that a command stands for, None for one that only looks.

    White space around the command is ignored; everything else must match exactly, in lower case.

    Raises:
        Impossible: it is no command, names nothing here or several things, or cannot be done.
    """
    words = command.strip()
    if words == "look":
        return None
    for form, meaning in _FORMS:
        found = form.fullmatch(words)
        if found:
            return meaning(state, *found.groups())
    raise Impossible(f"{command.strip()[:60]!r} is no command. Commands are listed as admissible.")


def find(scene: Scene, words: str) -> int:
    """Return the thing that some words name; of a pile, its first piece.

    Raises:
        Impossible: there is no such thing, or there are several.
    """
    groups = entities(scene)
    if words in groups:
        return groups[words][0]
    fitting = [name for name in groups if f" {words} " in f" {name} "]
    if len(fitting) == 1:
        return groups[fitting[0]][0]
    if fitting:
        raise Impossible(f"Which {words[:40]}? There are {listed(f'the {n}' for n in fitting)}.")
    raise Impossible(
        f"There is no {words[:40]} here; there are {listed(f'the {n}' for n in groups)}."
    )


def _pick(state: State, name: str) -> Move:
    if state.held != NOTHING:
        raise Impossible(f"The gripper already holds the {state.scene.names[state.held]}.")
    return grip(state, find(state.scene, name))


def grip(state: State, thing: int) -> Pick:
    """Return where to pick a thing up: as near to its middle as the cup can touch it.

    Raises:
        Impossible: it cannot be picked up.
    """
    check_liftable(state, thing)
    x, y = state.grips[thing].tolist()
    if math.isnan(x):
        raise Impossible(f"The {state.scene.names[thing]} cannot be reached from above.")
    return Pick(x, y)


def _put(state: State, name: str, where: str) -> Move:
    if name == "it":
        if state.held == NOTHING:
            raise Impossible("The gripper holds nothing that could be put down.")
        return _place(state, where)
    thing = find(state.scene, name.removeprefix("the "))
    if state.held == thing:
        return _place(state, where)
    if state.held != NOTHING:
        raise Impossible(f"The gripper already holds the {state.scene.names[state.held]}.")
    pick = grip(state, thing)
    return PickPlace(pick, _place(lifted(state, thing), where))


def _place(state: State, where: str) -> Place:
    """Return where to let go of what is held."""
    if where in ("on the table", "on table"):
        return _on_table(state)
    if at := _AT.fullmatch(where):
        return _at(state, *at.groups())
    if side := _SIDE.fullmatch(where):
        return _beside(state, side[1], _target(state, side[2]))
    if within := _IN.fullmatch(where):
        target = _target(state, within[1])
        if state.scene.things[target].shape.role != "holder":
            raise Impossible(f"Nothing can be in the {state.scene.names[target]}.")
        return _spot(state, target)
    if on := _ON.fullmatch(where):
        both = re.split(r" and (?:the )?", on[1])
        if len(both) == 2:
            return _across(state, _target(state, both[0]), _target(state, both[1]))
        target = _target(state, on[1])
        if state.scene.things[target].shape.area is None:
            x, y = state.poses[target, :2].tolist()
            return Place(x, y, _aligned(state, target))
        return _spot(state, target)
    raise Impossible(f"{where[:60]!r} is no place.")


def _target(state: State, name: str) -> int:
    target = find(state.scene, name)
    if target in state.lifted:
        raise Impossible(f"The {state.scene.names[target]} is in the gripper.")
    if state.scene.things[target].pile:
        raise Impossible(f"Nothing can be put on the {state.scene.names[target]}.")
    return target


def _spot(state: State, target: int) -> Place:
    """Return the lowest place in an area, of those the one nearest to its middle."""
    turn = _aligned(state, target)
    group = np.zeros(len(state.poses), np.bool_)
    group[list(state.lifted)] = True
    x, y = kernel.lowest_spot(
        *state.scene.packed, state.poses, state.held, group, target, math.radians(turn)
    )
    return Place(float(x), float(y), turn)


def _on_table(state: State) -> Place:
    group = np.zeros(len(state.poses), np.bool_)
    group[list(state.lifted)] = True
    x, y = kernel.free_spot(*state.scene.packed, state.poses, state.held, group, state.boxes)
    return Place(float(x), float(y))


def _at(state: State, x: str, y: str, turn: str | None) -> Place:
    space = state.scene.workspace
    place = Place(float(x), float(y), 0.0)
    if not (space.x[0] <= place.x <= space.x[1] and space.y[0] <= place.y <= space.y[1]):
        raise Impossible(
            f"The gripper reaches x from {space.x[0]:g} to {space.x[1]:g} and y from"
            f" {space.y[0]:g} to {space.y[1]:g} only."
        )
    # To this yaw, not by it: in numbers as in the state.
    return place if turn is None else place._replace(turn=float(turn) - yaw_of(state, state.held))


def _beside(state: State, side: str, target: int) -> Place:
    (dx, dy), box, mine = SIDES[side], state.boxes[target], state.boxes[state.held]
    half_x, half_y = (mine[1] - mine[0]) / 2, (mine[3] - mine[2]) / 2
    x, y = (box[0] + box[1]) / 2, (box[2] + box[3]) / 2
    x += dx * ((box[1] - box[0]) / 2 + half_x + BESIDE)
    y += dy * ((box[3] - box[2]) / 2 + half_y + BESIDE)
    # The first place that is free: farther on that side, and first straight, then more and more off.
    for off in (0, 1, -1, 2, -2, 3, -3, 4, -4):
        for on in range(8):
            u = float(x + BESIDE_STEP * (on * dx + off * dy))
            v = float(y + BESIDE_STEP * (on * dy + off * dx))
            if _is_free(state, u - half_x, u + half_x, v - half_y, v + half_y):
                return Place(u, v)
    return Place(float(x), float(y))


def _is_free(state: State, x0: float, x1: float, y0: float, y1: float) -> bool:
    """Return whether a rectangle is in the workspace, and no thing but painted ones is there."""
    space = state.scene.workspace
    if x0 < space.x[0] or x1 > space.x[1] or y0 < space.y[0] or y1 > space.y[1]:
        return False
    return not any(
        box[0] < x1 and box[1] > x0 and box[2] < y1 and box[3] > y0
        for number, (thing, box) in enumerate(zip(state.scene.things, state.boxes, strict=True))
        if thing.shape.role != "marker" and number not in state.lifted
    )


def _across(state: State, a: int, b: int) -> Place:
    """Return the place midway, what is held turned so that its longer side spans the gap."""
    x, y = ((state.poses[a, :2] + state.poses[b, :2]) / 2).tolist()
    gap_x, gap_y = (state.poses[b, :2] - state.poses[a, :2]).tolist()
    width, depth, _ = state.scene.things[state.held].shape.size
    # A shape is the longer one along its y axis if it is deeper than wide.
    yaw = math.degrees(math.atan2(gap_y, gap_x)) - (90.0 if depth > width else 0.0)
    return Place(x, y, _turned_to(state, yaw))


def _aligned(state: State, target: int) -> float:
    """Return the least turn after which what is held is turned as the target is, degrees."""
    return _turned_to(state, yaw_of(state, target))


def _turned_to(state: State, yaw: float) -> float:
    """Return the least turn after which what is held looks as if turned to a yaw, degrees."""
    period = state.scene.things[state.held].shape.turn
    if period == 0:
        return 0.0
    return (yaw - yaw_of(state, state.held) + period / 2) % period - period / 2


def _push(state: State, name: str, direction: str) -> Move:
    thing = find(state.scene, name)
    things = state.scene.things
    if things[thing].fixed:
        raise Impossible(f"The {things[thing].name} cannot be pushed.")
    if things[thing].pile:
        raise Impossible(f"The {things[thing].pile} are pushed by sweeping them onto a place.")
    if state.held != NOTHING:
        raise Impossible(f"The gripper cannot push while it holds the {things[state.held].name}.")
    if not state.on[thing, -1]:
        raise Impossible(f"The {things[thing].name} does not stand on the table.")
    dx, dy = DIRECTIONS[direction]
    box = state.boxes[thing]
    x, y = (box[0] + box[1]) / 2, (box[2] + box[3]) / 2
    reach = (box[1] - box[0]) / 2 * abs(dx) + (box[3] - box[2]) / 2 * abs(dy) + SPATULA[0]
    start = reach + 0.005
    end = reach - PUSHED
    return Push(
        float(x - dx * start), float(y - dy * start), float(x - dx * end), float(y - dy * end)
    )


def _sweep(state: State, name: str, place: str) -> Move:
    """Return a stroke from behind the piece that is farthest from the place, to its middle."""
    scene = state.scene
    pile, target = find(scene, name), find(scene, place)
    if not scene.things[pile].pile:
        raise Impossible(f"The {scene.names[pile]} is no pile; push it.")
    if scene.things[target].shape.role != "marker":
        raise Impossible(f"Nothing can be swept onto the {scene.names[target]}.")
    if state.held != NOTHING:
        raise Impossible(f"The gripper cannot sweep while it holds the {scene.names[state.held]}.")
    pieces = [i for i in entities(scene)[scene.names[pile]] if not state.on[i, target]]
    if not pieces:
        raise Impossible(f"All of the {scene.names[pile]} are there already.")
    middle = state.poses[target, :2]
    gaps = state.poses[pieces, :2] - middle
    far = np.sqrt((gaps**2).sum(axis=1))
    first = int(far.argmax())
    along = gaps[first] / max(float(far[first]), 1e-6)
    start = middle + along * (far[first] + 0.025)
    area = scene.things[target].shape.area
    # The spatula stops where what it pushes lies between it and the middle.
    end = middle + along * (0.6 * min(area.half) if area else 0.0)
    return Push(*start.tolist(), *end.tolist())


_FORMS: tuple[tuple[re.Pattern[str], Callable[..., Move]], ...] = (
    (_PICK, _pick),
    (_PUT, _put),
    (_FIT, lambda state, name, target: _put(state, name, f"on {target}")),
    (_PUSH, _push),
    (_SWEEP, _sweep),
)


def admissible(state: State) -> list[str]:
    """Return the commands that are possible now, sorted.

    Left out are those that name places by numbers, by the side of a thing or across two.
    """
    known: dict[Any, list[str]] = state.scene.cast.memory.setdefault("commands", {})
    key = state.symbols()
    if key not in known:
        if len(known) >= KEPT:
            known.clear()
        known[key] = sorted({"look", *_possible(state)})
    return known[key].copy()


def possible(scene: Scene) -> list[str]:
    """Return all commands that can become admissible in a scene, sorted."""
    return sorted({"look", *_ever(scene)})


def _ever(scene: Scene) -> Iterator[str]:
    things, names = scene.things, scene.names
    for thing in scene.movable:
        if things[thing].pile:
            continue
        yield f"pick up the {names[thing]}"
        for where in _places_of(scene, {thing}):
            yield f"put it {where}"
            yield f"put the {names[thing]} {where}"
        for direction in DIRECTIONS:
            yield f"push the {names[thing]} {direction}"
    yield from _sweeps(scene)


def _sweeps(scene: Scene) -> Iterator[str]:
    for name, pieces in entities(scene).items():
        if scene.things[pieces[0]].pile:
            for thing in scene.things:
                if thing.shape.role == "marker":
                    yield f"sweep the {name} onto the {thing.name}"


def _possible(state: State) -> Iterator[str]:
    scene = state.scene
    things, names = scene.things, scene.names
    if state.held != NOTHING:
        for where in _places_of(scene, set(state.lifted)):
            yield f"put it {where}"
        return
    for thing in scene.movable:
        if things[thing].pile:
            continue
        if state.is_liftable(thing):
            yield f"pick up the {names[thing]}"
            for where in _places_of(scene, {thing, *state.riders(thing)}):
                yield f"put the {names[thing]} {where}"
        if state.on[thing, -1]:
            for direction in DIRECTIONS:
                yield f"push the {names[thing]} {direction}"
    for name, pieces in entities(scene).items():
        if things[pieces[0]].pile:
            for target, place in enumerate(things):
                if place.shape.role == "marker" and not state.on[list(pieces), target].all():
                    yield f"sweep the {name} onto the {names[target]}"


def _places_of(scene: Scene, away: set[int]) -> Iterator[str]:
    """Return where something can be put, but for on what is away."""
    yield "on the table"
    for target, thing in enumerate(scene.things):
        if target not in away and not thing.pile:
            preposition = "in" if thing.shape.role == "holder" else "on"
            yield f"{preposition} the {thing.name}"
