"""The household's rules: what a command means, when it is possible, what it changes.

Source of every rule: the domain file of ALFWorld's v2.1.2 data, played by TextWorld 1.7. The quirks
of that pair are kept on purpose; numbers in comments name them as `tests/household/test_quirks.py`
does.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from crossworld.envs.household.game import Game
from crossworld.envs.household.state import State, bits

NOTHING, OPENING, LOOK, INVENTORY, HELP = "nothing", "opening", "look", "inventory", "help"
GO, OPEN, CLOSE, EXAMINE, EXAMINE_OBJECT = "go", "open", "close", "examine", "examine object"
TAKE, PLACE, CLEAN, HEAT, COOL = "take", "place", "clean", "heat", "cool"
USE, SLICE = "use", "slice"

VERBS = frozenset(
    {NOTHING, OPENING, LOOK, INVENTORY, HELP, GO, OPEN, CLOSE, EXAMINE, EXAMINE_OBJECT, TAKE,
     PLACE, CLEAN, HEAT, COOL, USE, SLICE}
)  # fmt: skip

LOOKING = frozenset({NOTHING, OPENING, LOOK, INVENTORY, HELP, EXAMINE, EXAMINE_OBJECT})
"""Verbs that change nothing."""

QUIET = LOOKING | {OPEN, CLOSE, SLICE}
"""Verbs that no goal depends on."""

STAYING_QUIET = QUIET | {GO}
"""Verbs that no goal depends on that holds wherever the agent is."""

CACHE_LIMIT = 256
"""Entries a game keeps of each text cache before it starts afresh."""


class Event(NamedTuple):
    """What the last command did.

    Attributes:
        verb: one of `VERBS`; `nothing` for a command that was not possible.
        object: the object it concerned, -1 for none.
        receptacle: the receptacle it concerned (for `slice`: the knife), -1 for none.
        feedback: why the command was not possible, "" otherwise.
        ticks: time it took; every command takes one.
    """

    verb: str
    object: int = -1
    receptacle: int = -1
    feedback: str = ""
    ticks: int = 1

    @property
    def valid(self) -> bool:
        """Whether the command was possible."""
        return self.verb != NOTHING


_FLAG = {CLEAN: "cleanable", HEAT: "heatable", COOL: "coolable"}


def act(state: State, command: str) -> Event:
    """Carry out a command: change `state` in place and say what happened.

    White space around the command is ignored; everything else must match exactly, in lower case
    (quirk 15). A command that is not possible changes nothing.
    """
    verb, _, rest = command.strip().partition(" ")
    rule = _RULES.get(verb)
    if rule is None:
        return _refuse(
            f"{command.strip()[:60]!r} is no command. Commands are listed as admissible."
        )
    return rule(state, state.game, verb, rest)


def admissible_commands(state: State) -> list[str]:
    """Return all commands that are possible now, sorted as strings (quirk 2)."""
    game = state.game
    site = game.sites[state.location]
    contents = state.contents
    close: list[str] = []
    open_: list[str] = []
    reach: list[int] = []
    lamps = 0
    for r in site.receptacles:
        lamps |= contents[r]
        if not site.doors >> r & 1:
            reach.append(r)
        elif state.opened >> r & 1:
            reach.append(r)
            close.append(f"close {game.receptacle_names[r]}")
        else:
            open_.append(f"open {game.receptacle_names[r]}")
    if len(close) > 1:
        close.sort()
    if len(open_) > 1:
        open_.sort()
    use: list[str] = []
    lamps &= game.flags["toggleable"]
    if lamps:
        use = sorted(f"use {game.object_names[o]}" for o in bits(lamps))

    if state.held < 0:
        take: list[str] = []
        for r in reach:
            take += _takes(game, r, contents[r])
        if len(reach) > 1:
            take.sort()
        return [*close, *site.always, *open_, *take, *use]

    o = state.held
    name = game.object_names[o]
    flags = game.flags
    clean = heat = cool = ()  # type: tuple[int, ...]
    if flags["cleanable"] >> o & 1:
        clean = site.clean
    if flags["heatable"] >> o & 1:
        heat = site.heat
    if flags["coolable"] >> o & 1:
        cool = site.cool
    verb, to = game.version.place
    places = [
        f"{verb} {name}{to}{game.receptacle_names[r]}" for r in reach if game.accepts[r] >> o & 1
    ]
    if len(places) > 1:
        places.sort()
    slices: list[str] = []
    if game.cutters >> o & 1:
        slices = sorted(
            f"slice {game.object_names[other]} with {name}"
            for other in bits(state.at[state.location] & flags["sliceable"])
        )
    return [
        *(sorted(f"clean {name} with {game.receptacle_names[r]}" for r in clean) if clean else ()),
        *close,
        *(sorted(f"cool {name} with {game.receptacle_names[r]}" for r in cool) if cool else ()),
        *sorted((f"examine {name}", *site.examine)),
        *site.go,
        *(sorted(f"heat {name} with {game.receptacle_names[r]}" for r in heat) if heat else ()),
        *game.version.basic,
        *(places if verb == "move" else ()),
        *open_,
        *(places if verb == "put" else ()),
        *slices,
        *use,
    ]


def reachable(state: State, receptacle: int) -> bool:
    """Return whether things can be taken from or placed in a receptacle, seen from anywhere."""
    return not state.game.openable >> receptacle & 1 or bool(state.opened >> receptacle & 1)


def _takes(game: Game, receptacle: int, contents: int) -> tuple[str, ...]:
    """Return the sorted take commands for a reachable receptacle with these contents."""
    key = (receptacle, contents)
    commands = game.takes.get(key)
    if commands is None:
        if len(game.takes) >= CACHE_LIMIT:
            game.takes.clear()
        name = game.receptacle_names[receptacle]
        commands = game.takes[key] = tuple(
            sorted(
                f"take {game.object_names[o]} from {name}"
                for o in bits(contents & game.flags["pickupable"])
            )
        )
    return commands


def _refuse(feedback: str) -> Event:
    return Event(NOTHING, feedback=feedback)


def _missing(game: Game, kind: str, name: str) -> Event:
    if not name:
        return _refuse(f"Name a {kind}, for example {game.receptacle_names[0]!r}.")
    return _refuse(f"There is no {kind} called {name[:60]!r}.")


def _away(state: State, game: Game, receptacle: int) -> Event | None:
    """Refuse if the agent is not at the receptacle."""
    if game.location_of[receptacle] == state.location:
        return None
    return _refuse(f"You are not at the {game.receptacle_names[receptacle]}: go there first.")


def _out_of_reach(state: State, game: Game, receptacle: int) -> Event | None:
    """Refuse if the agent is not at the receptacle, or it is closed."""
    if not reachable(state, receptacle):
        return _away(state, game, receptacle) or _refuse(
            f"The {game.receptacle_names[receptacle]} is closed: open it first."
        )
    return _away(state, game, receptacle)


def _not_held(state: State, game: Game, name: str) -> Event | None:
    """Refuse if the named object is not in hand."""
    if state.held < 0:
        return _refuse("Your hands are empty: take an object first.")
    if game.object_names[state.held] != name:
        return _refuse(f"You hold the {game.object_names[state.held]}, not {name[:60]!r}.")
    return None


def _go(state: State, game: Game, verb: str, rest: str) -> Event:
    name = rest[3:] if rest.startswith("to ") else ""
    receptacle = game.receptacle_index.get(name, -1)
    if receptacle < 0:
        return _missing(game, "receptacle", name)
    location = game.location_of[receptacle]
    if location == state.location:  # quirk 4: also for receptacles that share the location
        return _refuse(f"You are at the {name} already.")
    state.location = location
    return Event(GO, -1, receptacle)


def _open_or_close(state: State, game: Game, verb: str, name: str) -> Event:
    receptacle = game.receptacle_index.get(name, -1)
    if receptacle < 0:
        return _missing(game, "receptacle", name)
    if refusal := _away(state, game, receptacle):
        return refusal
    bit = 1 << receptacle
    if not game.openable & bit:
        return _refuse(f"The {name} cannot be opened or closed.")
    if bool(state.opened & bit) == (verb == "open"):
        return _refuse(f"The {name} is {'open' if verb == 'open' else 'closed'} already.")
    state.opened ^= bit
    return Event(verb, -1, receptacle)


def _take(state: State, game: Game, verb: str, rest: str) -> Event:
    object_name, _, name = rest.partition(" from ")
    receptacle = game.receptacle_index.get(name, -1)
    if receptacle < 0:
        return _missing(game, "receptacle", name)
    if refusal := _out_of_reach(state, game, receptacle):
        return refusal
    if state.held >= 0:
        return _refuse(f"Your hands are full: you hold the {game.object_names[state.held]}.")
    o = game.object_index.get(object_name, -1)
    bit = 1 << o if o >= 0 else 0
    if not state.contents[receptacle] & bit:
        return _refuse(f"There is no {object_name[:60]!r} in or on the {name}.")
    if not game.flags["pickupable"] & bit:
        return _refuse(f"The {object_name} cannot be picked up.")
    state.contents[receptacle] ^= bit
    state.removed |= {(o, receptacle)}
    state.at[state.location] &= ~bit  # quirk 8: only here
    state.held = o
    return Event(TAKE, o, receptacle)


def _place(state: State, game: Game, verb: str, rest: str) -> Event:
    if verb != game.version.place[0]:
        return _refuse(f"This text version says {game.version.place[0]!r}, not {verb!r}.")
    object_name, _, name = rest.partition(game.version.place[1])
    if refusal := _not_held(state, game, object_name):
        return refusal
    receptacle = game.receptacle_index.get(name, -1)
    if receptacle < 0:
        return _missing(game, "receptacle", name)
    if refusal := _out_of_reach(state, game, receptacle):
        return refusal
    o = state.held
    bit = 1 << o
    if not game.accepts[receptacle] & bit:  # quirk 11: type only, capacity does not count
        return _refuse(f"The {object_name} does not belong in or on the {name}.")
    state.contents[receptacle] |= bit
    state.removed -= {(o, receptacle)}
    state.at[state.location] |= bit
    state.held = -1
    return Event(PLACE, o, receptacle)


def _process(state: State, game: Game, verb: str, rest: str) -> Event:
    object_name, _, name = rest.partition(" with ")
    if refusal := _not_held(state, game, object_name):
        return refusal
    receptacle = game.receptacle_index.get(name, -1)
    if receptacle < 0:
        return _missing(game, "receptacle", name)
    if refusal := _away(state, game, receptacle):  # quirk 10: it may stay closed
        return refusal
    site = game.sites[state.location]
    if receptacle not in {CLEAN: site.clean, HEAT: site.heat, COOL: site.cool}[verb]:
        return _refuse(f"You cannot {verb} anything with the {name}.")
    bit = 1 << state.held
    if not game.flags[_FLAG[verb]] & bit:
        return _refuse(f"You cannot {verb} the {object_name}.")
    if verb == CLEAN:
        state.clean |= bit
    elif verb == HEAT:
        state.hot |= bit
        state.cool &= ~bit
    else:
        state.cool |= bit
        state.hot &= ~bit
    return Event(verb, state.held, receptacle)


def _use(state: State, game: Game, verb: str, name: str) -> Event:
    o = game.object_index.get(name, -1)
    bit = 1 << o & game.flags["toggleable"] if o >= 0 else 0
    # Quirk 9: through closed doors too. One refusal for all, as others would tell what is behind them.
    if not any(state.contents[r] & bit for r in state.here):
        return _refuse(f"There is no {name[:60]!r} here that can be switched on.")
    state.toggled |= bit  # quirk 9: never switched off
    return Event(USE, o)


def _slice(state: State, game: Game, verb: str, rest: str) -> Event:
    name, _, knife = rest.partition(" with ")
    if refusal := _not_held(state, game, knife):
        return refusal
    if not game.cutters >> state.held & 1:
        return _refuse(f"The {knife} does not cut.")
    o = game.object_index.get(name, -1)
    bit = 1 << o & game.flags["sliceable"] if o >= 0 else 0
    if not state.at[state.location] & bit:  # quirk 12: recorded location, not sight
        return _refuse(f"There is no {name[:60]!r} here that can be sliced.")
    state.sliced |= bit
    return Event(SLICE, o, state.held)


def _examine(state: State, game: Game, verb: str, name: str) -> Event:
    receptacle = game.receptacle_index.get(name, -1)
    if receptacle >= 0:
        return _away(state, game, receptacle) or Event(EXAMINE, -1, receptacle)
    if state.held >= 0 and game.object_names[state.held] == name:  # quirk 3: only what is held
        return Event(EXAMINE_OBJECT, state.held)
    return _refuse(f"You can examine what you hold or stand at, not {name[:60]!r}.")


def _tell(state: State, game: Game, verb: str, rest: str) -> Event:
    if rest:
        return _refuse(f"{verb!r} takes no argument, not {rest[:60]!r}.")
    if verb == HELP and not game.version.help:
        return _refuse("This text version has no 'help'.")
    return Event(verb)


_RULES: Mapping[str, Callable[[State, Game, str, str], Event]] = {
    "go": _go,
    "open": _open_or_close,
    "close": _open_or_close,
    "take": _take,
    "move": _place,
    "put": _place,
    "clean": _process,
    "heat": _process,
    "cool": _process,
    "use": _use,
    "slice": _slice,
    "examine": _examine,
    "look": _tell,
    "inventory": _tell,
    "help": _tell,
}
"""First word of a command to its rule, which gets the state, the game, this word and the rest."""
