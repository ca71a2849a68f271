"""The blind floor: an open-loop script, made from the opening text alone.

The script sees the list of receptacles and the task sentence, and then never looks again, not even
at whether a command worked. That is enough to win most games, because impossible commands change
nothing: `take apple 1 from countertop 1` is harmless where there is no such apple, and once something
is in hand every further `take` fails. What a seeing agent wins beyond this script, it wins by seeing.

How it is made: the room is imagined many times over (`Priors.imagine`). A script is a few rounds, each
a tour of receptacles with numbers to try at each, and an errand at its end: process, place, switch on.
Tours grow by the addition that wins the most imagined rooms for its cost, until the limits are used
up. Sets of imagined rooms are bit masks, so that one addition is judged in microseconds.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from crossworld.agents.base import Agent, Info, Observation
from crossworld.agents.baselines.blind_priors import (
    LAYOUTS,
    Masks,
    Priors,
    Room,
    kind_of,
    priors_for,
)
from crossworld.envs.household.experts.handcoded import Handcoded

IDLE = "look"
"""The command when there is nothing (more) to do."""

MOST_NUMBERS, MOST_LAMPS = 4, 6
"""Numbers of a kind, and places of the lamp, that are tried at most."""

THRIFT = (0.6, 1.0, 1.4)
"""Exponents with which costs count while a script grows; the best of the scripts is taken."""

HALF_DONE = 0.25
"""What one round's find is worth beside the whole task, to have a slope to climb."""

_APPLIANCES = {"clean": "sinkbasin", "heat": "microwave", "cool": "fridge"}

Tour = dict[str, list[int]]
"""Receptacles to visit, and the numbers to take there."""


def blind_script(
    opening: str,
    max_steps: int,
    max_invalid: int | None = None,
    *,
    place_wording: tuple[str, str] = ("move", "to"),
    priors: Priors | None = None,
) -> list[str]:
    """Return the script for an opening; empty if the opening makes no sense.

    Args:
        opening: the text at reset, task sentence included.
        max_steps: most commands in the script.
        max_invalid: impossible commands that are survived; None for any number.
        place_wording: the text version's place command: `("put", "in/on")` before 2.1.2.
        priors: other counts than those of the package that fit the room best.
    """
    task = Handcoded(opening).memory
    role = task.process or task.kind
    if not role or not task.receptacles:
        return []
    priors = priors or priors_for(task.receptacles)
    room = priors.room(task.receptacles)
    solved = task.place if role in ("one", "two") else ""
    errands = _errands(room, role, task.place, priors)
    masks = priors.imagine(room, task.target, role, solved)
    search = _Search(room, task.target, masks, max_steps, max_invalid, place_wording)
    best, script = 0.0, _Script()
    for errand, most, thrift in product(errands, range(1, MOST_NUMBERS + 1), THRIFT):
        if role != "look" or most == MOST_NUMBERS:  # numbers cost nothing at a lamp
            grown = search.grow(errand, 2 if role == "two" else 1, most, thrift)
            if grown.value > best:
                best, script = grown.value, grown
    return list(search.commands(script)) if best else []


class BlindScriptAgent(Agent):
    """Plays the script made from the opening text; deaf and blind afterwards.

    Args:
        max_steps: commands the script may use; best the environment's step limit.
        max_invalid: impossible commands that the environment forgives; None for any number.
    """

    reads = frozenset({"text", "mission"})

    def __init__(self, max_steps: int = 30, max_invalid: int | None = None) -> None:
        self.max_steps = max_steps
        self.max_invalid = max_invalid
        self._script: Iterator[str] = iter(())

    def reset(self, observation: Observation, info: Info) -> None:
        """Make the script."""
        self._script = iter(
            blind_script(str(observation.get("text", "")), self.max_steps, self.max_invalid)
        )

    def act(self, observation: Observation, info: Info) -> str:
        """Return the script's next command."""
        return next(self._script, IDLE)


@dataclass(frozen=True, slots=True)
class _Errand:
    """The end of a round: what to do with what is in hand.

    Attributes:
        stops: receptacles to go to, in this order, with the command there: "clean", "heat", "cool",
            "place", or "use desklamp 1".
        chance: how likely it works out.
    """

    stops: Sequence[tuple[str, str]]
    chance: float = 1.0


@dataclass(slots=True)
class _Script:
    """Tours that each end in the errand.

    Attributes:
        errand: what each tour ends in.
        tours: one a round.
        value: the chance to win.
        slope: what partial success counts beside it while the script grows.
    """

    errand: _Errand = _Errand(())
    tours: list[Tour] = field(default_factory=list)
    value: float = 0.0
    slope: float = 0.0

    def added(self, name: str, numbers: Sequence[int], rounds: Sequence[int]) -> "_Script":
        """Return a copy which also tries these numbers there, in these rounds."""
        tours = list(self.tours)
        for k in rounds:
            have = tours[k].get(name, [])
            tours[k] = {**tours[k], name: have + [i for i in numbers if i not in have]}
        return _Script(self.errand, tours)


def _errands(room: Room, role: str, place: str, priors: Priors) -> list[_Errand]:
    """Return the errands to choose from."""
    if role == "look":
        return _lamp_errands(room, place, priors)
    stops = [(name, role) for name in room.receptacles if kind_of(name) == _APPLIANCES.get(role)]
    site = room.site[stops[0][0]] if stops else None
    places = [name for name in room.receptacles if kind_of(name) == place]
    if not places or (role in _APPLIANCES and not stops):
        return []
    best = min(places, key=lambda name: room.door[name] + (room.site[name] != site))
    return [_Errand((*stops[:1], (best, "place")))]


def _lamp_errands(room: Room, lamp: str, priors: Priors) -> list[_Errand]:
    """Return tours of the one, two, ... likeliest places of a lamp."""
    masks = priors.imagine(room, lamp, "")
    lit, stops, errands = 0, (), []  # type: int, tuple[tuple[str, str], ...], list[_Errand]
    for _ in range(MOST_LAMPS):
        gains = {key: (mask & ~lit).bit_count() for key, mask in masks.items()}
        key = max(gains, key=gains.__getitem__, default=(0, ""))
        if not gains.get(key):
            break
        lit |= masks[key]
        stops = (*stops, (key[1], f"use {lamp} {key[0]}"))
        errands.append(_Errand(stops, lit.bit_count() / LAYOUTS))
    return errands


@dataclass(frozen=True, slots=True)
class _Search:
    """Grows scripts for one room, thing and pair of limits."""

    room: Room
    thing: str
    masks: Masks
    max_steps: int
    max_invalid: int | None
    place_wording: tuple[str, str]

    def grow(self, errand: _Errand, rounds: int, most: int, thrift: float) -> _Script:
        """Return the script that greedy additions lead to, with numbers up to `most`.

        Additions wait in a heap under the score they last had; only the first is judged afresh.
        """
        script = _Script(errand, [{} for _ in range(rounds)])
        steps, invalid, _ = self._cost(script)
        heap = [
            (float("-inf"), name, numbers, which)
            for name in self.room.receptacles
            for numbers in self._bundles(name, most)
            for which in ([(0,)] if rounds == 1 else [(0, 1), (0,), (1,)])
        ]
        while heap:
            _, name, numbers, which = heapq.heappop(heap)
            longer = script.added(name, numbers, which)
            more_steps, more_invalid, survival = self._cost(longer)
            won, slope = self._found(longer)
            longer.value = won * survival * errand.chance
            longer.slope = slope * survival * errand.chance
            gain = longer.value + longer.slope - script.value - script.slope
            if gain <= 0 or more_steps > self.max_steps or not survival:
                continue
            cost = (more_steps - steps) / max(self.max_steps - steps, 1)
            if self.max_invalid is not None:
                cost += (more_invalid - invalid) / max(self.max_invalid - invalid, 1)
            score = -gain / max(cost, 1e-9) ** thrift
            if heap and score > heap[0][0]:
                heapq.heappush(heap, (score, name, numbers, which))
                continue
            script, steps, invalid = longer, more_steps, more_invalid
        return script

    def commands(self, script: _Script) -> Iterator[str]:
        """Spell a script out."""
        site, opened = None, set[str]()  # type: object, set[str]
        move, to = self.place_wording
        for tour in script.tours:
            numbers = sorted({i for tried in tour.values() for i in tried})
            for name, command in [*self._stops(script, tour), *script.errand.stops]:
                if self.room.site[name] != site:
                    site = self.room.site[name]
                    yield f"go to {name}"
                if command in ("take", "place") and self.room.door[name] and name not in opened:
                    opened.add(name)
                    yield f"open {name}"
                if command == "take":
                    yield from (f"take {self.thing} {i} from {name}" for i in tour[name])
                elif command == "place":
                    yield from (f"{move} {self.thing} {i} {to} {name}" for i in numbers)
                elif command in _APPLIANCES:
                    yield from (f"{command} {self.thing} {i} with {name}" for i in numbers)
                else:
                    yield command

    def _stops(self, script: _Script, tour: Tour) -> list[tuple[str, str]]:
        """Order a tour: what shares a place together, what is at the errand's first stop last."""
        site, end = self.room.site, self.room.site[script.errand.stops[0][0]]
        sites = list(dict.fromkeys(site[name] for name in tour))
        rank = {place: (place == end, k) for k, place in enumerate(sites)}
        return [(name, "take") for name in sorted(tour, key=lambda name: rank[site[name]])]

    def _bundles(self, name: str, most: int) -> Iterator[tuple[int, ...]]:
        """Return the numbers that may be in a receptacle: each, the two likeliest, three, ..."""
        likely = sorted(
            (i for i in range(1, most + 1) if (i, name) in self.masks),
            key=lambda i: -self.masks[i, name].bit_count(),
        )
        yield from ((i,) for i in likely)
        yield from (tuple(likely[:n]) for n in range(2, len(likely) + 1))

    def _found(self, script: _Script) -> tuple[float, float]:
        """Return the share of layouts in which each round finds something, and a slope to it."""
        taken: dict[int, int] = defaultdict(int)
        won, slope = -1, 0
        for tour in script.tours:
            hand = 0
            for name, numbers in tour.items():
                for i in numbers:
                    new = self.masks.get((i, name), 0) & ~hand & ~taken[i]
                    taken[i] |= new
                    hand |= new
            won &= hand
            slope += hand.bit_count()
        return won.bit_count() / LAYOUTS, HALF_DONE * slope / LAYOUTS

    def _cost(self, script: _Script) -> tuple[int, int, float]:
        """Return steps, surely impossible commands, and the chance to survive the possible ones.

        Where a script wins, each round has one `take` and one command of each kind of its errand
        that work. Opening fails where there is no door.
        """
        commands = list(self.commands(script))
        if self.max_invalid is None:
            return len(commands), 0, 1.0
        opened = [command[5:] for command in commands if command.startswith("open ")]
        tries = sum(not command.startswith(("go ", "open ")) for command in commands)
        kinds = {command.partition(" ")[0] for _, command in script.errand.stops}
        invalid = tries - len(script.tours) * (1 + len(kinds))
        fails = [1.0]  # the distribution of the number of openings that fail
        for door in map(self.room.door.__getitem__, opened):
            fails = [
                a * door + b * (1 - door) for a, b in zip([*fails, 0.0], [0.0, *fails], strict=True)
            ]
        return len(commands), invalid, sum(fails[: max(0, self.max_invalid - invalid + 1)])
