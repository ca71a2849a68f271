"""The household's state: small integers and bit masks over one compiled game.

Objects, receptacles and locations are numbered in the sorted order of their symbols; a set of objects
is a bit mask. The state is mutable and cheap to copy.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from crossworld.envs.core.errors import SnapshotError

if TYPE_CHECKING:
    from crossworld.envs.household.game import Game

OBJECT_BITS = ("hot", "cool", "clean", "sliced", "toggled")
"""Attributes of `State` that are bit masks over objects."""


def bits(mask: int) -> Iterator[int]:
    """Iterate over the set bits of a mask, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def mask_of(indices: Iterable[int]) -> int:
    """Return the mask with these bits set."""
    mask = 0
    for index in indices:
        mask |= 1 << index
    return mask


class State:
    """Where everything is.

    Attributes:
        game: the compiled game that gives the numbers their meaning.
        sentence: the task sentence of this episode.
        location: the agent's location.
        held: the object in hand, -1 for none.
        opened: mask of the opened receptacles.
        contents: per receptacle, mask of the objects in it. An object may be in several (quirk 7).
        at: per location, mask of the objects recorded there (`objectAtLocation`).
        removed: pairs (object, receptacle) that were taken apart and not joined since (quirk 6).
        hot, cool, clean, sliced, toggled: masks over objects.
    """

    __slots__ = (
        "at", "clean", "contents", "cool", "game", "held", "hot", "location", "opened", "removed",
        "sentence", "sliced", "toggled",
    )  # fmt: skip

    game: "Game"
    sentence: str
    location: int
    held: int
    opened: int
    contents: list[int]
    at: list[int]
    removed: frozenset[tuple[int, int]]
    hot: int
    cool: int
    clean: int
    sliced: int
    toggled: int

    @property
    def here(self) -> tuple[int, ...]:
        """The receptacles at the agent's location."""
        return self.game.here[self.location]

    def copy(self) -> "State":
        """Return an independent copy."""
        new = State.__new__(State)
        new.game = self.game
        new.sentence = self.sentence
        new.location = self.location
        new.held = self.held
        new.opened = self.opened
        new.contents = self.contents.copy()
        new.at = self.at.copy()
        new.removed = self.removed
        new.hot = self.hot
        new.cool = self.cool
        new.clean = self.clean
        new.sliced = self.sliced
        new.toggled = self.toggled
        return new

    def key(self) -> tuple[Any, ...]:
        """Return a hashable value that is equal for equal states of one game."""
        return (
            self.location, self.held, self.opened, tuple(self.contents), tuple(self.at),
            self.removed, self.hot, self.cool, self.clean, self.sliced, self.toggled,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON-able numbers and lists."""
        return {
            "sentence": self.sentence,
            "location": self.location,
            "held": self.held,
            "opened": list(bits(self.opened)),
            "contents": [list(bits(mask)) for mask in self.contents],
            "at": [list(bits(mask)) for mask in self.at],
            "removed": sorted(map(list, self.removed)),
            **{name: list(bits(getattr(self, name))) for name in OBJECT_BITS},
        }

    @staticmethod
    def from_json(game: "Game", data: dict[str, Any]) -> "State":
        """Rebuild a state of `game` from `to_json`.

        Raises:
            SnapshotError: the data is not a state of this game.
        """
        state = State.__new__(State)
        state.game = game
        n_objects, n_receptacles = len(game.object_names), len(game.receptacle_names)
        n_locations = len(game.location_names)
        try:
            state.sentence = str(data["sentence"])
            state.location = _index(data["location"], n_locations)
            state.held = -1 if data["held"] == -1 else _index(data["held"], n_objects)
            state.opened = _mask(data["opened"], n_receptacles)
            state.contents = [_mask(part, n_objects) for part in data["contents"]]
            state.at = [_mask(part, n_objects) for part in data["at"]]
            state.removed = frozenset(
                (_index(o, n_objects), _index(r, n_receptacles)) for o, r in data["removed"]
            )
            for name in OBJECT_BITS:
                setattr(state, name, _mask(data[name], n_objects))
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise SnapshotError(
                f"snapshot: no state of this game ({error!r}); take it with env.snapshot() from"
                " the same task."
            ) from error
        if len(state.contents) != n_receptacles or len(state.at) != n_locations:
            raise SnapshotError(
                f"snapshot: {len(state.contents)} receptacles and {len(state.at)} locations, the"
                f" game has {n_receptacles} and {n_locations}; it belongs to another task."
            )
        return state


def _index(value: Any, count: int) -> int:
    if not isinstance(value, int) or not 0 <= value < count:
        raise IndexError(f"{value!r} is not in 0..{count - 1}")
    return value


def _mask(values: Any, count: int) -> int:
    return mask_of([_index(value, count) for value in values])
