"""The planner: a shortest sequence of commands from any state. It sees the whole state.

Every location is one `go to` away from every other, and doors, takes and places cost one command
each. So a shortest plan is the cheapest of a few sequences of errands (fetch, process, deliver) over
the possible objects and receptacles, and counting each is exact. Closing doors, looking around and
handling any object but the targets never make a later errand cheaper, except that a wrong object in
hand must be put down first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from crossworld.envs.household.goal import NEEDED_STATE, PROCESS
from crossworld.envs.household.state import State, bits
from crossworld.envs.household.world import HouseholdWorld


class Errand(NamedTuple):
    """One command to be given at a receptacle, with its door open if `reach` says so.

    An empty command stands for being there.
    """

    receptacle: int
    reach: bool
    command: str


Errands = tuple[Errand, ...]


def plan(state: State) -> list[str] | None:
    """Return a shortest sequence of commands to the goal, None if there is none.

    Empty if the goal holds already. Equal states give equal plans.
    """
    goal = state.game.goal
    if goal.share(state) >= 1:
        return []
    best = min(_SEQUENCES[goal.spec.task_type](state), key=lambda e: _cost(state, e), default=None)
    return None if best is None else _commands(state, best)


class PlannerExpert:
    """The planner as an environment's expert; keeps its plan while it is followed."""

    def __init__(self) -> None:
        self._plan: list[str] | None = None

    def begin(self, world: HouseholdWorld) -> None:
        """Forget the last episode."""
        self._plan = None

    def observe(self, command: str, world: HouseholdWorld) -> None:
        """Keep the rest of the plan if its first command was given."""
        if self._plan and command.strip() == self._plan[0]:
            self._plan = self._plan[1:]
        else:
            self._plan = None

    def suggest(self, world: HouseholdWorld) -> str:
        """Return the next command of a shortest plan, "" if there is none to give."""
        if not self._plan:
            self._plan = plan(world.state)
        return self._plan[0] if self._plan else ""

    def to_json(self) -> Any:
        """Return nothing: plans follow from the state."""
        return None

    def restore(self, memory: Any, world: HouseholdWorld) -> None:
        """Forget the last plan."""
        self._plan = None


def _cost(state: State, errands: Errands) -> int:
    game = state.game
    location, opened, cost = state.location, state.opened, 0
    for receptacle, reach, command in errands:
        cost += bool(command)
        place = game.location_of[receptacle]
        cost += place != location
        location = place
        if reach and game.openable & ~opened & 1 << receptacle:
            cost += 1
            opened |= 1 << receptacle
    return cost


def _commands(state: State, errands: Errands) -> list[str]:
    game = state.game
    location, opened = state.location, state.opened
    commands = []
    for receptacle, reach, command in errands:
        name = game.receptacle_names[receptacle]
        if game.location_of[receptacle] != location:
            commands.append(f"go to {name}")
            location = game.location_of[receptacle]
        if reach and game.openable & ~opened & 1 << receptacle:
            commands.append(f"open {name}")
            opened |= 1 << receptacle
        if command:
            commands.append(command)
    return commands


def _take(state: State, o: int, receptacle: int) -> Errand:
    game = state.game
    command = f"take {game.object_names[o]} from {game.receptacle_names[receptacle]}"
    return Errand(receptacle, True, command)


def _put(state: State, o: int, receptacle: int) -> Errand:
    game = state.game
    verb, to = game.version.place
    command = f"{verb} {game.object_names[o]}{to}{game.receptacle_names[receptacle]}"
    return Errand(receptacle, True, command)


def _sources(state: State) -> Iterator[tuple[int, int]]:
    """Yield every (target object, receptacle) that can be taken apart."""
    wanted = state.game.goal.targets & state.game.flags["pickupable"]
    for receptacle, contents in enumerate(state.contents):
        for o in bits(contents & wanted):
            yield o, receptacle


def _fetches(
    state: State, sources: Iterable[tuple[int, int]], destination: int
) -> Iterator[tuple[int, Errands]]:
    """Yield (object, errands) that end with a target in hand, to be brought to `destination`.

    Anything else in hand is put down first: here, at the source, at the destination or at the
    cheapest of all other places. No other choice can be cheaper.
    """
    held = state.held
    if held >= 0 and state.game.goal.targets >> held & 1:
        yield held, ()
    if held < 0:
        for o, receptacle in sources:
            yield o, (_take(state, o, receptacle),)
        return
    game = state.game
    drops = [r for r, accepted in enumerate(game.accepts) if accepted >> held & 1]
    if not drops:
        return
    cheapest = min(drops, key=lambda r: bool(game.openable & ~state.opened & 1 << r))
    for o, receptacle in sources:
        if o == held:
            continue
        near = {state.location, game.location_of[receptacle]}
        for drop in drops:
            if drop in (cheapest, destination) or game.location_of[drop] in near:
                yield o, (_put(state, held, drop), _take(state, o, receptacle))


def _deliver_one(state: State) -> Iterator[Errands]:
    """Fetch one target, process it if the task says so, and put it where it belongs."""
    game = state.game
    needed = NEEDED_STATE.get(game.goal.spec.task_type)
    sources = list(_sources(state))
    for destination in game.goal.receptacles:
        for o, fetch in _fetches(state, sources, destination):
            # An object can be in several receptacles at once; then it is still listed where it
            # belongs while it is in hand, and processing alone reaches the goal.
            taken_from = fetch[-1].receptacle if fetch else -1
            stays = state.contents[destination] >> o & 1 and destination != taken_from
            if not stays and not game.accepts[destination] >> o & 1:
                continue
            deliver = () if stays else (_put(state, o, destination),)
            if needed is None or getattr(state, needed) >> o & 1:
                yield (*fetch, *deliver)
                continue
            for process in _processes(state, o, needed):
                yield (*fetch, process, *deliver)


def _processes(state: State, o: int, needed: str) -> Iterator[Errand]:
    verb = PROCESS[needed]
    name = state.game.object_names[o]
    for site in state.game.sites:
        for appliance in getattr(site, verb):
            command = f"{verb} {name} with {state.game.receptacle_names[appliance]}"
            yield Errand(appliance, False, command)


def _deliver_two(state: State) -> Iterator[Errands]:
    """Bring two different targets together in one receptacle, counting those already there."""
    game = state.game
    sources = list(_sources(state))
    for destination in game.goal.receptacles:
        there = state.contents[destination] & game.goal.targets
        elsewhere = [(o, r) for o, r in sources if r != destination and not there >> o & 1]
        for o, fetch in _fetches(state, elsewhere, destination):
            if not game.accepts[destination] >> o & 1 or there >> o & 1:
                continue
            first = (*fetch, _put(state, o, destination))
            if there:
                yield first
                continue
            for other, source in elsewhere:
                if other != o:
                    take, put = _take(state, other, source), _put(state, other, destination)
                    yield (*first, take, put)


def _carry_to_lamp(state: State) -> Iterator[Errands]:
    """Take a target to a lamp's place and switch the lamp on, if it is not on yet."""
    game = state.game
    sources = list(_sources(state))
    for place, contents in enumerate(state.contents):
        for lamp in bits(contents & game.goal.lamps):
            name = game.object_names[lamp]
            command = "" if state.toggled >> lamp & 1 else f"use {name}"
            for _, fetch in _fetches(state, sources, place):
                yield (*fetch, Errand(place, False, command))


_SEQUENCES: Mapping[str, Callable[[State], Iterator[Errands]]] = {
    "pick_and_place_simple": _deliver_one,
    "look_at_obj_in_light": _carry_to_lamp,
    "pick_clean_then_place_in_recep": _deliver_one,
    "pick_heat_then_place_in_recep": _deliver_one,
    "pick_cool_then_place_in_recep": _deliver_one,
    "pick_two_obj_and_place": _deliver_two,
}
