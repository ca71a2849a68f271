"""A game as a scene: instances of meshes for a state, seen from where a gaze is.

Everything that does not depend on the state is made once per game; what a receptacle with certain
contents looks like is kept, too. Nothing here changes a state, and a scene is never changed by what
it has drawn: frames are functions of state and gaze alone.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from crossworld.envs.core.raster import Row, Rows, join, pack, pose
from crossworld.envs.household.engine import reachable
from crossworld.envs.household.game import Game
from crossworld.envs.household.gaze import HERE, ROOM, sight
from crossworld.envs.household.state import OBJECT_BITS, State, bits, mask_of
from crossworld.envs.household.visual.arrangement import arrange
from crossworld.envs.household.visual.ids import pose_of
from crossworld.envs.household.visual.library import shapes
from crossworld.envs.household.visual.numbering import receptacle_label
from crossworld.envs.household.visual.outlook import Outlook, close_up, overview, room_view
from crossworld.envs.household.visual.pieces import (
    content_rows,
    door_rows,
    hand_rows,
    holders,
    loose_rows,
)
from crossworld.envs.household.visual.room import (
    extent,
    fixture_rows,
    loose_things,
    shell_rows,
    style_of,
)

SCENES = 256
"""Scenes that one process keeps."""

_PARTS = 512
"""Looks of receptacles that one scene keeps before it starts afresh."""

_LARGER = {
    "HandTowelHolder": 1.6, "StoveBurner": 1.25, "Toaster": 1.2, "ToiletPaperHanger": 1.6,
    "TowelHolder": 1.3,
}  # fmt: skip
"""How much larger small receptacles are drawn in a view of the whole room."""

_DEEPER = 0.2
"""How far what is built in low is drawn backwards in a view of the whole room, metres: what stands
at the near walls is seen from behind, where tops would hide it."""

_BUILT_IN = frozenset({"Cabinet", "Drawer"})

_LOW = 0.8
"""Height of the underside, metres, up to which something is built in below a top."""


class RoomScene:
    """One game to be drawn.

    Args:
        game: any game; rooms of files with unknown types are drawn with boxes.

    Attributes:
        placed: where its receptacles stand.
        room: least and greatest corner of the room.
    """

    def __init__(self, game: Game) -> None:
        self.game = game
        self.placed = arrange(game)
        self.room = extent(game, self.placed)
        self._tint = style_of(game)[2]
        self._holders = holders(game, self.placed)
        fixed = [*shell_rows(game, self.room, shapes())]
        fixed += fixture_rows(game, self.room, self.placed, shapes())
        self._loose = loose_things(game, self.placed)
        self._moving = mask_of(r for r, p in enumerate(self.placed) if p.model.door is not None)
        self._static = pack([*fixed, *self._bodies()])
        self._static_room = pack([*fixed, *self._room_bodies()])
        self._parts: dict[tuple[Any, ...], Rows] = {}
        self._outlooks: dict[tuple[int, ...], Outlook] = {}

    def instances(self, state: State, gaze: int, outlook: Outlook | None = None) -> Rows:
        """Return all that is drawn of a state; without an outlook, nothing is in anybody's hand."""
        parts = [self._static_room if gaze == ROOM else self._static]
        changed = state.hot | state.cool | state.clean | state.sliced | state.toggled
        hidden = () if outlook is None else outlook.hidden
        if hidden:
            parts[0] = parts[0][~np.isin(parts[0]["label"], hidden)]
        focus = self._looked_into(state, gaze)
        for r, contents in enumerate(state.contents):
            if not contents and not self._moving >> r & 1:
                continue
            part = self._part(state, r, contents, bool(focus >> r & 1), changed)
            if len(part) and self._holders[r].label not in hidden:
                parts.append(part)
        if self._loose:
            parts.append(self._loose_part(state))
        if state.held >= 0 and outlook is not None:
            parts.append(pack([*hand_rows(state, outlook.camera)]))
        return join(parts)

    def outlook(self, state: State, gaze: int) -> Outlook:
        """Return where a state is seen from."""
        if gaze == ROOM:
            key: tuple[int, ...] = (ROOM,)
        elif gaze == HERE:
            focus = self._looked_into(state, gaze)
            cells = (len(self._holders[r].cells(state.contents[r])) for r in bits(focus))
            key = (HERE, state.location, focus, *cells)
        else:
            open_ = reachable(state, gaze)
            inside = state.contents[gaze] if open_ else 0
            key = (gaze, open_, len(self._holders[gaze].cells(inside)) if open_ else 0)
        outlook = self._outlooks.get(key)
        if outlook is None:
            outlook = self._outlooks[key] = self._new_outlook(state, gaze)
        return outlook

    def _new_outlook(self, state: State, gaze: int) -> Outlook:
        # As an episode begins, but for a door: an outlook must not depend on what has happened.
        # Without what can be carried: what that hides is seen to frame by frame.
        then = self.game.start.copy()
        then.contents = [0] * len(then.contents)
        if gaze == ROOM:
            viewer = pose_of(self.game.location_symbols[then.location])
            return room_view(self.instances(then, ROOM), self.placed, self.room, viewer)
        if gaze == HERE:
            viewer = pose_of(self.game.location_symbols[state.location])
            focus = self._looked_into(state, gaze)
            looked_at = [(self._holders[r], state.contents[r] if focus >> r & 1 else 0)
                         for r in state.here]  # fmt: skip
            return overview(looked_at, viewer)
        open_ = reachable(state, gaze)
        inside = state.contents[gaze] if open_ else 0
        then.opened = then.opened & ~(1 << gaze) | (state.opened & 1 << gaze)
        return close_up(self._holders[gaze], open_, inside, self.instances(then, gaze))

    def _looked_into(self, state: State, gaze: int) -> int:
        """Return the receptacles that are looked into, as a mask.

        What a look finds beside something may lie in a drawer; so that is looked into then.
        """
        if gaze != HERE:
            return 0 if gaze == ROOM else 1 << gaze
        beside = sight(state, gaze).objects
        return mask_of(r for r in state.here if state.contents[r] & beside) if beside else 0

    def _part(self, state: State, r: int, contents: int, focus: bool, changed: int) -> Rows:
        """Return the instances of a receptacle that depend on the state.

        `changed` are all objects that are hot, cool, clean, sliced or switched on: mostly none.
        """
        open_ = reachable(state, r)
        inside = contents if open_ else 0
        key: tuple[int, ...] = (r, open_, focus, inside)
        if inside & changed:
            key += tuple(getattr(state, bit) & inside for bit in OBJECT_BITS)
        part = self._parts.get(key)
        if part is None:
            if len(self._parts) >= _PARTS:
                self._parts.clear()
            holder = self._holders[r]
            rows = [*door_rows(holder, open_, focus, self._tint)]
            rows += content_rows(state, holder, inside, focus)
            part = self._parts[key] = pack(rows)
        return part

    def _loose_part(self, state: State) -> Rows:
        """Return the instances of what stands in the room and can be sliced there."""
        key = ("loose", state.sliced & mask_of(self._loose))
        part = self._parts.get(key)
        if part is None:
            rows = [row for o, at in self._loose.items() for row in loose_rows(state, o, at)]
            part = self._parts[key] = pack(rows)
        return part

    def _bodies(self) -> Iterator[Row]:
        """Yield what of the receptacles does not move."""
        for r, place in enumerate(self.placed):
            transform = pose(place.at, place.yaw, scale=place.scale)
            yield shapes().bodies[place.kind], receptacle_label(r), self._tint, transform

    def _room_bodies(self) -> Iterator[Row]:
        """Yield the same for a view of the whole room: small kinds larger, low ones deeper."""
        for r, place in enumerate(self.placed):
            scale = np.array(place.scale) * _LARGER.get(place.kind, 1.0)
            at = place.at
            if place.kind in _BUILT_IN and at[1] < _LOW:
                depth = place.model.size[2] * place.scale[2]
                scale[2] *= 1 + _DEEPER / depth
                at = place.world(0.0, 0.0, _DEEPER / 2)
            yield (
                shapes().bodies[place.kind],
                receptacle_label(r),
                self._tint,
                pose(at, place.yaw, scale=scale),
            )


@lru_cache(maxsize=SCENES)
def scene_of(game: Game) -> RoomScene:
    """Return the scene of a game, from the process's cache if it is there."""
    return RoomScene(game)
