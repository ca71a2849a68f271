"""Where things usually are, counted over training games: all that `blind-script` knows.

There is a table for ALFWorld's official games and one for generated households, `data/*.json.gz`.
They hold counts only:

- `things`: per kind of thing and role it plays in a game (`TASKS`, or "" where the task is not about
  it): the number of games by how many there are (`amounts`), and per kind of receptacle how many
  things were found (`found`) in how many receptacles (`looked`);
- `doors`: per kind of receptacle, how many have a door and how many there are;
- `rooms`: per room, known again by its list of receptacles: these in the order that numbering
  follows, which of them share a place (`sites`), which have a door, and what was found in which.

Made by

    python -m crossworld.agents.baselines.blind_priors alfworld --data FOLDER
    python -m crossworld.agents.baselines.blind_priors household --games 3000
"""

import argparse
import gzip
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from crossworld.envs.household.catalogue import ADMITS
from crossworld.envs.household.corpus import open_corpus
from crossworld.envs.household.game import Game
from crossworld.envs.household.games import Entry, Games, compiled
from crossworld.envs.household.generation.generator import GeneratedGames
from crossworld.envs.household.state import bits

TASKS: Mapping[str, str] = {
    "pick_and_place_simple": "one",
    "look_at_obj_in_light": "look",
    "pick_clean_then_place_in_recep": "clean",
    "pick_heat_then_place_in_recep": "heat",
    "pick_cool_then_place_in_recep": "cool",
    "pick_two_obj_and_place": "two",
}
"""Official task types to the roles of the table."""

LAYOUTS = 1024
"""Layouts of a room that are imagined; more cost time and win nothing."""

SAME_TASK, OTHER_TASK = 9, 3
"""How many games a game counts for whose task is about this thing: the same task, another."""

EPSILON = 0.02
"""Added to `found` wherever a receptacle admits a thing."""

POPULARITY = 4
"""Things added to what each receptacle of a known room was seen to hold, of whatever kind."""

TRUST, TRUST_FIXED = 8.0, 0.2
"""How many sightings in this very room the general prior is worth: for what moves, for lamps."""

TABLES = ("alfworld", "household")
"""The tables that come with the package."""

_ADMITTED = {kind.lower(): {thing.lower() for thing in ADMITS[kind]} for kind in ADMITS}
_STRIDES = tuple(prime**0.5 % 1 for prime in (2, 3, 5, 7, 11, 13, 17, 19))

Masks = dict[tuple[int, str], int]
"""Per number of a thing and receptacle, the set of imagined layouts in which it is there."""


def kind_of(name: str) -> str:
    """Return the kind of a thing: "drawer" of "drawer 12"."""
    return name.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Room:
    """What is known about a room from its list of receptacles.

    Attributes:
        receptacles: their names; for a known room in the order that numbering follows.
        site: receptacles with the same value share a place.
        door: the probability that a receptacle has a door.
        counts: for a known room, its entry of the table.
    """

    receptacles: Sequence[str]
    site: Mapping[str, object]
    door: Mapping[str, float]
    counts: Mapping[str, Any] | None


class Priors:
    """The counted table, and what follows from it.

    Args:
        table: the counts.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.table = table
        self._rooms: dict[tuple[str, ...], Mapping[str, Any]] = {}
        for room in sorted(table["rooms"], key=lambda room: -int(room["games"])):
            self._rooms.setdefault(tuple(sorted(room["receptacles"])), room)
        self._kinds = [Counter(map(kind_of, names)) for names in self._rooms]

    def distance(self, kinds: Counter[str]) -> int:
        """Return by how many receptacles the most similar known room differs."""
        return min(((kinds - known) + (known - kinds)).total() for known in self._kinds)

    def room(self, receptacles: Sequence[str]) -> Room:
        """Return the room with these receptacles."""
        known = self._rooms.get(tuple(sorted(receptacles)))
        if known:
            names = known["receptacles"]
            sites = dict(zip(names, known["sites"], strict=True))
            doors = dict(zip(names, map(float, known["doors"]), strict=True))
            return Room(names, sites, doors, known)
        chance = {kind: with_door / all_ for kind, (with_door, all_) in self.table["doors"].items()}
        doors = {name: chance.get(kind_of(name), 0.0) for name in receptacles}
        return Room(receptacles, {name: name for name in receptacles}, doors, None)

    def imagine(self, room: Room, thing: str, task: str, place: str = "") -> Masks:
        """Return `LAYOUTS` equally likely layouts of the things of one kind, as bit masks.

        Args:
            room: the room.
            thing: the kind.
            task: the role, a value of `TASKS`; "" for what only lights the scene.
            place: a kind of receptacle that holds none of them, or the task would be solved.

        The layouts come from a Kronecker sequence, which covers the distribution evenly without
        random numbers.
        """
        amounts: Counter[int] = Counter()
        found: Counter[str] = Counter()
        looked: Counter[str] = Counter()
        for role, seen in self.table["things"].get(thing, {}).items():
            weight = 1 if not role or not task else SAME_TASK if role == task else OTHER_TASK
            amounts.update({int(n): weight * games for n, games in seen["amounts"].items()})
            found.update({kind: weight * n for kind, n in seen["found"].items()})
            looked.update({kind: weight * n for kind, n in seen["looked"].items()})
        least = 2 if task == "two" else 1
        amounts = Counter({n: c for n, c in amounts.items() if n >= least}) or Counter([least])

        held = Counter(room.counts["held"]) if room.counts else Counter()
        here = Counter(room.counts["things"].get(thing, {})) if room.counts else Counter()
        total: Counter[str] = Counter()
        for name in room.receptacles:
            total[kind_of(name)] += held[name] + POPULARITY
        size = Counter(map(kind_of, room.receptacles))
        rates = {}
        for name in room.receptacles:
            kind = kind_of(name)
            if kind != place:
                floor = EPSILON if thing in _ADMITTED.get(kind, ()) else 0
                rates[name] = (found[kind] + floor) / (looked[kind] + 1) * size[kind]
                rates[name] *= (held[name] + POPULARITY) / total[kind]
        scale = (TRUST if task else TRUST_FIXED) / (sum(rates.values()) or 1)
        chances = {name: rate * scale + here[name] for name, rate in rates.items()}
        if not any(chances.values()):
            return {}
        order = {name: rank for rank, name in enumerate(room.receptacles)} if room.counts else {}
        games = dict(sorted(amounts.items()))
        masks: Masks = defaultdict(int)
        for k in range(LAYOUTS):
            strides = _STRIDES[: _draw(games, (k + 0.5) / LAYOUTS)]
            places = [_draw(chances, (k + 0.5) * stride % 1) for stride in strides]
            for number, name in enumerate(_numbered(places, order), 1):
                masks[number, name] |= 1 << k
        return dict(masks)


def _draw(weights: Mapping[Any, float], share: float) -> Any:
    """Return the key at `share`, between 0 and 1, of the accumulated weights."""
    left = share * sum(weights.values())
    for key, weight in weights.items():
        left -= weight
        if left < 0:
            return key
    return list(weights)[-1]  # rounding


def _numbered(places: list[str], order: Mapping[str, int]) -> list[str]:
    """Number things as the game does: along the room, as far as its order is known."""
    if order:
        return sorted(places, key=order.__getitem__)
    kinds: dict[str, list[str]] = defaultdict(list)
    for place in sorted(places, key=lambda name: -int(name.rpartition(" ")[2])):
        kinds[kind_of(place)].append(place)
    return [kinds[kind_of(place)].pop() for place in places]


def count(games: Iterable[Game]) -> dict[str, Any]:
    """Count over games; `write` adds where they come from."""
    things: dict[str, dict[str, dict[str, Counter[str]]]] = defaultdict(dict)
    doors: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    rooms: dict[str, dict[str, Any]] = {}
    for game in games:
        names = game.receptacle_names
        room = _room(game, rooms)
        room["games"] += 1
        for r, name in enumerate(names):
            doors[kind_of(name)][0] += game.openable >> r & 1
            doors[kind_of(name)][1] += 1
        for thing, objects in _movables(game).items():
            about = f"{thing}type" == game.goal.spec.object_type
            role = TASKS[game.goal.spec.task_type] if about else ""
            seen = things[thing].setdefault(
                role, {key: Counter() for key in ("amounts", "found", "looked")}
            )
            seen["amounts"][str(len(objects))] += 1
            seen["looked"].update(map(kind_of, names))
            for r, contents in enumerate(game.start.contents):
                here = sum(contents >> o & 1 for o in objects)
                if here:
                    seen["found"][kind_of(names[r])] += here
                    room["held"][names[r]] += here
                    room["things"].setdefault(thing, Counter())[names[r]] += here
    return {"things": things, "doors": doors, "rooms": [rooms[key] for key in sorted(rooms)]}


def _movables(game: Game) -> dict[str, list[int]]:
    """Return, per kind, what can be taken or switched."""
    objects: dict[str, list[int]] = defaultdict(list)
    for o in bits(game.flags["pickupable"] | game.flags["toggleable"]):
        objects[kind_of(game.object_names[o])].append(o)
    return objects


def _room(game: Game, rooms: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the entry of a game's room, a new one if it is the first there."""
    # Numbers follow the coordinates in the symbols, backwards (quirk 1).
    symbols = game.receptacle_symbols
    order = sorted(range(len(symbols)), key=lambda r: symbols[r].partition("_bar_")[2])[::-1]
    locations = [game.location_of[r] for r in order]
    fixed = {
        "receptacles": [game.receptacle_names[r] for r in order],
        "sites": [locations.index(location) for location in locations],
        "doors": [game.openable >> r & 1 for r in order],
    }
    fresh = {**fixed, "games": 0, "held": Counter(), "things": {}}
    return rooms.setdefault(json.dumps(fixed), fresh)


def table_of(games: Games, split: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """Count over these games of a split, and say which they are."""
    return {
        "source": f"{len(entries)} games of split {split!r}",
        "split": split,
        "manifest": games.manifest_hash(split),
        **count(map(compiled, entries)),
    }


def write(table: Mapping[str, Any], target: Path) -> None:
    """Write a table, whole or not at all; the same table gives the same bytes."""
    text = json.dumps(table, sort_keys=True, separators=(",", ":"))
    partial = target.with_suffix(".partial")
    partial.write_bytes(gzip.compress(text.encode(), mtime=0))
    os.replace(partial, target)


@lru_cache(maxsize=len(TABLES))
def shipped(name: str) -> Priors:
    """Return the priors of a name in `TABLES`."""
    packed = (files("crossworld.agents.baselines") / "data" / f"{name}.json.gz").read_bytes()
    return Priors(json.loads(gzip.decompress(packed)))


def priors_for(receptacles: Sequence[str]) -> Priors:
    """Return the shipped priors that know a room, or else those whose rooms are most like it.

    Rooms are alike as far as they have as many receptacles of each kind.
    """
    kinds = Counter(map(kind_of, receptacles))
    return min(map(shipped, TABLES), key=lambda priors: priors.distance(kinds))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Count the priors of blind-script.")
    parser.add_argument("table", choices=TABLES)
    parser.add_argument("--data", help="alfworld: folder that holds json_2.1.2")
    parser.add_argument("--games", type=int, default=3000, help="household: how many (3000)")
    options = parser.parse_args()
    source: Games
    chosen: Sequence[Entry]
    if options.table == "alfworld":
        source = corpus = open_corpus(options.data)
        chosen = corpus.games("train")
    else:
        source = GeneratedGames()
        chosen = [source.find(f"train/{i}", "train") for i in range(options.games)]
    folder = Path(__file__).resolve().parent / "data"
    write(table_of(source, "train", chosen), folder / f"{options.table}.json.gz")
