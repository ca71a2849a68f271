"""What the agent looks at: which receptacle its last possible action concerned.

A frame is a function of the state and of this; an action that is not possible changes neither, so
the frame stays.
"""

from typing import NamedTuple

from crossworld.envs.household import engine
from crossworld.envs.household.engine import Event, reachable
from crossworld.envs.household.state import State, mask_of

ROOM = -1
"""The whole room."""

HERE = -2
"""All receptacles at the agent's location. Other gazes are numbers of receptacles."""

_TURNING = frozenset(
    {engine.GO, engine.OPEN, engine.CLOSE, engine.EXAMINE, engine.TAKE, engine.PLACE,
     engine.CLEAN, engine.HEAT, engine.COOL}
)  # fmt: skip
"""Verbs whose event names the receptacle that the agent turns to."""


class Sight(NamedTuple):
    """What a frame must show, as masks.

    Attributes:
        receptacles: the receptacles that are looked at.
        objects: what is in those of them that are open, what lies beside, and what is held.
    """

    receptacles: int
    objects: int


def first_gaze(state: State) -> int:
    """Return what the agent looks at when an episode begins."""
    return HERE if state.here else ROOM


def next_gaze(state: State, event: Event, gaze: int) -> int:
    """Return what the agent looks at after an event that has led to `state`."""
    verb = event.verb
    if verb in _TURNING:
        return event.receptacle
    if verb == engine.LOOK:
        return first_gaze(state)
    if verb in (engine.USE, engine.SLICE):
        return next((r for r in _reached(state) if state.contents[r] >> event.object & 1), gaze)
    return gaze


def sight(state: State, gaze: int) -> Sight:
    """Return what the agent sees when it looks at something.

    It is all that the text says is seen after an event that leads to this gaze.
    """
    held = 0 if state.held < 0 else 1 << state.held
    if gaze == ROOM:
        return Sight((1 << len(state.contents)) - 1, held)
    if gaze == HERE:
        return Sight(mask_of(state.here), held | _beside(state))
    inside = state.contents[gaze] if reachable(state, gaze) else 0
    return Sight(1 << gaze, held | inside)


def _reached(state: State) -> list[int]:
    """Return the receptacles here, those that hide nothing first."""
    return sorted(state.here, key=lambda r: not reachable(state, r))


def _beside(state: State) -> int:
    """Return the objects that a look finds "next to" the receptacles here, unless they are hidden.

    What was taken from one receptacle here and put into another is listed, even if that was closed
    since; what is behind a door is not seen.
    """
    listed = mask_of(
        o
        for o, r in state.removed
        if state.game.location_of[r] == state.location and state.at[state.location] >> o & 1
    )
    if not listed:
        return 0
    open_ = 0
    for r in state.here:
        if reachable(state, r):
            open_ |= state.contents[r]
    return listed & open_
