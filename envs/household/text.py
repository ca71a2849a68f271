"""What the text world says, as a pure function of (state, last event).

The wording is that of ALFWorld's grammar (file `alfred.twl2` of alfworld 0.4.2 and of its data
releases), reproduced to the byte.
"""

from collections.abc import Callable, Mapping

from crossworld.envs.household import engine
from crossworld.envs.household.engine import Event
from crossworld.envs.household.game import Game
from crossworld.envs.household.names import listing
from crossworld.envs.household.state import State, bits

WELCOME = "-= Welcome to TextWorld, ALFRED! =-"
NOTHING_HAPPENS = "Nothing happens."


def describe(state: State, event: Event) -> str:
    """Return what the text world says after `event` has led to `state`."""
    return _TEXTS[event.verb](state, state.game, event)


def objects_listing(game: Game, objects: int) -> str:
    """Return the listing of a set of objects: descending numbers within a class (quirk 2)."""
    text = game.listings.get(objects)
    if text is None:
        if len(game.listings) >= engine.CACHE_LIMIT:
            game.listings.clear()
        text = listing([game.object_names[o] for o in bits(objects)])
        game.listings[objects] = text
    return text


def describe_receptacle(state: State, receptacle: int) -> str:
    """Return what a look at a receptacle shows."""
    game = state.game
    name = game.receptacle_names[receptacle]
    if not game.openable >> receptacle & 1:
        return f"On the {name}, you see {objects_listing(game, state.contents[receptacle])}."
    if state.opened >> receptacle & 1:
        inside = objects_listing(game, state.contents[receptacle])
        return f"The {name} is open. In it, you see {inside}."
    return f"The {name} is closed."


def _opening(state: State, game: Game, event: Event) -> str:
    # Upstream asks whether any receptacle is at the agent's location; if not, it lists them all.
    look = _facing(state) if state.here else _middle(listing(list(game.receptacle_names)))
    return f"{WELCOME}\n\n{look}\n\nYour task is to: {state.sentence}."


def _look(state: State, game: Game, event: Event) -> str:
    return _facing(state) if state.here else _middle("nothing")  # quirk 5


def _middle(seen: str) -> str:
    return f"You are in the middle of a room. Looking quickly around you, you see {seen}."


def _facing(state: State) -> str:
    game = state.game
    names = listing([game.receptacle_names[r] for r in state.here], article="")
    floor = [  # quirk 6
        game.object_names[o]
        for o, r in sorted(state.removed)
        if game.location_of[r] == state.location and state.at[state.location] >> o & 1
    ]
    return f"You are facing the {names}. Next to it, you see {listing(floor)}."


def _inventory(state: State, game: Game, event: Event) -> str:
    if state.held < 0:
        return "You are not carrying anything."
    return f"You are carrying: a {game.object_names[state.held]}."


def _go(state: State, game: Game, event: Event) -> str:
    r = event.receptacle
    if game.version.arrives_at_location:
        place = game.location_names[game.location_of[r]]
    else:
        place = game.receptacle_names[r]
    return f"You arrive at {place}. {describe_receptacle(state, r)}"


def _open(state: State, game: Game, event: Event) -> str:
    r = event.receptacle
    return f"You open the {game.receptacle_names[r]}. {describe_receptacle(state, r)}"


# Conditions in upstream's order; the first that holds wins. The rows for lamps are unreachable there
# (a lamp is never held) and kept for the same reason as they stand there.
_CONDITIONS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("clean", "hot", "sliced"), "This is a hot and clean sliced {o}."),
    (("clean", "cool", "sliced"), "This is a cool and clean sliced {o}."),
    (("clean", "sliced"), "This is a clean sliced {o}."),
    (("hot", "sliced"), "This is a hot sliced {o}."),
    (("cool", "sliced"), "This is a cool sliced {o}."),
    (("clean", "hot"), "This is a hot and clean {o}."),
    (("clean", "cool"), "This is a cool and clean {o}."),
    (("hot",), "This is a hot {o}."),
    (("clean",), "This is a clean {o}."),
    (("cool",), "This is a cold {o}."),
)


def _examine_object(state: State, game: Game, event: Event) -> str:
    bit = 1 << event.object
    name = game.object_names[event.object]
    if game.flags["isReceptacleObject"] & bit:  # quirk 13: hides hot, cool, clean and sliced
        inside = listing([game.object_names[o] for o in game.inner.get(event.object, ())])
        return f"This is a normal {name}. In it, you see {inside}."
    for attributes, text in _CONDITIONS:
        if all(getattr(state, attribute) & bit for attribute in attributes):
            return text.format(o=name)
    if game.flags["toggleable"] & bit:
        return f"This {name} is {'on' if state.toggled & bit else 'off'}."
    if game.flags["sliceable"] & state.sliced & bit:
        return f"This is a sliced {name}."
    return f"There's nothing special about {name}."


def _with_objects(template: str) -> Callable[[State, Game, Event], str]:
    def text(state: State, game: Game, event: Event) -> str:
        return template.format(
            o=game.object_names[event.object], r=game.receptacle_names[event.receptacle]
        )

    return text


def _place(state: State, game: Game, event: Event) -> str:
    return game.version.placed.format(
        o=game.object_names[event.object], r=game.receptacle_names[event.receptacle]
    )


def _slice(state: State, game: Game, event: Event) -> str:
    names = game.object_names
    return f"You sliced the {names[event.object]} with the {names[event.receptacle]}."


_TEXTS: Mapping[str, Callable[[State, Game, Event], str]] = {
    engine.NOTHING: lambda state, game, event: NOTHING_HAPPENS,
    engine.OPENING: _opening,
    engine.LOOK: _look,
    engine.INVENTORY: _inventory,
    engine.HELP: lambda state, game, event: game.version.help,
    engine.GO: _go,
    engine.OPEN: _open,
    engine.CLOSE: lambda s, game, event: (
        f"You close the {game.receptacle_names[event.receptacle]}."
    ),
    engine.EXAMINE: lambda state, game, event: describe_receptacle(state, event.receptacle),
    engine.EXAMINE_OBJECT: _examine_object,
    engine.TAKE: _with_objects("You pick up the {o} from the {r}."),
    engine.PLACE: _place,
    engine.CLEAN: _with_objects("You clean the {o} using the {r}."),
    engine.HEAT: _with_objects("You heat the {o} using the {r}."),
    engine.COOL: _with_objects("You cool the {o} using the {r}."),
    engine.USE: lambda state, game, event: f"You turn on the {game.object_names[event.object]}.",
    engine.SLICE: _slice,
}
