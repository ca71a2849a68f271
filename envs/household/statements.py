"""Statements: short sentences about the present state, for captions and sub-goals.

| form | true when |
|---|---|
| `you see a K` | something of kind K is looked at (see `gaze`): a receptacle, what is in it if it is open, or what is held |
| `you are at the R` | the receptacle is where the agent is |
| `you hold the O`, `your hands are empty` | |
| `the O is in the R`, `the O is on the R` | "in" for what has a door, "on" for the rest |
| `the R is open`, `the R is closed` | for what has a door |
| `the O is hot`, `cool`, `clean`, `sliced`, `switched on` | for what can be |
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from crossworld.envs.household.game import Game
from crossworld.envs.household.gaze import sight
from crossworld.envs.household.state import State, bits

EMPTY_HANDS = "your hands are empty"

_PROPERTIES: Mapping[str, tuple[str, str]] = {
    "hot": ("heatable", "hot"),
    "cool": ("coolable", "cool"),
    "clean": ("cleanable", "clean"),
    "sliced": ("sliceable", "sliced"),
    "toggled": ("toggleable", "switched on"),
}
"""Bit of `State` to the flag that allows it and the word for it."""


def true_statements(state: State, gaze: int) -> list[str]:
    """Return all statements that are true in a state in which something is looked at, sorted."""
    return sorted(set(_true(state, gaze)))


@lru_cache(maxsize=256)
def statements(game: Game) -> frozenset[str]:
    """Return all statements that can be true in some state of a game."""
    return frozenset(_possible(game))


def _true(state: State, gaze: int) -> Iterator[str]:
    game = state.game
    names, receptacles = game.object_names, game.receptacle_names
    if state.held < 0:
        yield EMPTY_HANDS
    else:
        yield f"you hold the {names[state.held]}"
    for r in state.here:
        yield f"you are at the {receptacles[r]}"
    seen = sight(state, gaze)
    for r in bits(seen.receptacles):
        yield _sight(receptacles[r])
    for o in bits(seen.objects):
        yield _sight(names[o])
    for r in bits(game.openable):
        yield f"the {receptacles[r]} is {'open' if state.opened >> r & 1 else 'closed'}"
    for r, contents in enumerate(state.contents):
        for o in bits(contents):
            yield _place(game, o, r)
    for bit, (_, word) in _PROPERTIES.items():
        for o in bits(getattr(state, bit)):
            yield f"the {names[o]} is {word}"


def _possible(game: Game) -> Iterator[str]:
    names, receptacles = game.object_names, game.receptacle_names
    pickupable = game.flags["pickupable"]
    yield EMPTY_HANDS
    for o in bits(pickupable):
        yield f"you hold the {names[o]}"
    for r, name in enumerate(receptacles):
        yield f"you are at the {name}"
        yield _sight(name)
        if game.openable >> r & 1:
            yield f"the {name} is open"
            yield f"the {name} is closed"
        for o in bits(game.start.contents[r] | game.accepts[r] & pickupable):
            yield _place(game, o, r)
            yield _sight(names[o])
    for o in bits(pickupable if game.start.held < 0 else pickupable | 1 << game.start.held):
        yield _sight(names[o])
    for bit, (flag, word) in _PROPERTIES.items():
        for o in bits(game.flags[flag] | getattr(game.start, bit)):
            yield f"the {names[o]} is {word}"


def _sight(name: str) -> str:
    return f"you see a {name.partition(' ')[0]}"


def _place(game: Game, o: int, r: int) -> str:
    preposition = "in" if game.openable >> r & 1 else "on"
    return f"the {game.object_names[o]} is {preposition} the {game.receptacle_names[r]}"
