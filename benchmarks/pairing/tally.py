"""Counts of what images show of what texts say."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from crossworld.benchmarks.pairing.claims import read
from crossworld.benchmarks.pairing.playing import (
    ENOUGH,
    PLAYERS,
    Envs,
    Moment,
    play,
    verb_of,
)

ROLES = ("object", "receptacle", "room")
"""What can be missed; `room` stands for the receptacles that the opening lists."""


class Place(NamedTuple):
    """Where in an episode something is wrong; `player` and `task_id` determine all commands.

    Attributes:
        source, task_id, player: the episode.
        commands: all up to then.
        size: side of the image.
    """

    source: str
    task_id: str
    player: str
    commands: tuple[str, ...]
    size: int


class Case(NamedTuple):
    """A thing that a frame should show and does not.

    Attributes:
        place: where.
        role: one of `ROLES`.
        name: the thing.
        pixels: what is seen of it.
    """

    place: Place
    role: str
    name: str
    pixels: int


@dataclass(slots=True)
class Tally:
    """What was found in one source of games.

    Attributes:
        source: its name.
        games: those that were played.
        steps: how many commands were given.
        pixels: size and role to the pixels of each thing that should be seen.
        asked, missed: size, role and kind to how often it should be seen, and was not.
        exempt: whether it was seen to how often, of things behind doors that are exempt.
        hidden, leaks: things behind closed doors, and those of them that have pixels.
        changes, still: verb to commands that changed what can be seen, and those of them that
            left the frame as it was.
        refused, moved: commands that were not possible, and those of them that changed the frame.
        cases: the failures of `missed`.
        oddities: the failures of other kinds, and what they are.
    """

    source: str
    games: set[str] = field(default_factory=set)
    steps: int = 0
    pixels: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    asked: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    exempt: Counter[bool] = field(default_factory=Counter)
    hidden: int = 0
    leaks: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    still: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    moved: int = 0
    cases: list[Case] = field(default_factory=list)
    oddities: list[tuple[Place, str]] = field(default_factory=list)

    def watch(self, moments: Iterable[Moment], task_id: str, player: str) -> None:
        """Count one episode; what its opening says of the room, once a game."""
        roles = ROLES[:2] if task_id in self.games else ROLES
        self.games.add(task_id)
        before: Moment | None = None
        for moment in moments:
            said = read(moment.text)
            unseen = [o for o in said.get("doubtful", ()) if not moment.truth.before_eyes(o)]
            claims = [(role, name) for role in roles for name in said.get(role, ())]
            claims += [("object", o) for o in said.get("doubtful", ()) if o not in unseen]
            for size, frame in moment.frames.items():
                place = Place(self.source, task_id, player, moment.commands, size)
                for role, name in claims:
                    self._expect(Case(place, role, name, frame.pixels.get(name, 0)))
                self.exempt.update(frame.pixels[name] >= ENOUGH[size] for name in unseen)
                self._look_behind_doors(place, moment)
                if before is not None:
                    self._compare(place, before, moment, in_sight=not unseen)
            self.steps += before is not None
            before = moment

    def share(self, size: int, role: str) -> tuple[int, int]:
        """Return how many things of a role were seen, of how many that should be."""
        pixels = self.pixels[size, role]
        return sum(n >= ENOUGH[size] for n in pixels), len(pixels)

    def _expect(self, case: Case) -> None:
        size = case.place.size
        key = (size, case.role, case.name.partition(" ")[0])
        self.asked[key] += 1
        self.pixels[size, case.role].append(case.pixels)
        if case.pixels < ENOUGH[size]:
            self.missed[key] += 1
            self.cases.append(case)

    def _look_behind_doors(self, place: Place, moment: Moment) -> None:
        hidden = moment.truth.hidden()
        self.hidden += len(hidden)
        for name in hidden:
            if moment.frames[place.size].pixels[name]:
                self.leaks += 1
                self.oddities.append((place, f"{name} is behind a door, and seen"))

    def _compare(self, place: Place, before: Moment, now: Moment, in_sight: bool) -> None:
        same = np.array_equal(before.frames[place.size].image, now.frames[place.size].image)
        if not now.possible:
            self.refused += 1
            if not same:
                self.moved += 1
                self.oddities.append((place, "impossible, and the frame changes"))
        elif in_sight and before.truth.statements != now.truth.statements:
            verb = verb_of(now.commands[-1])
            self.changes[verb] += 1
            if same:
                self.still[verb] += 1
                self.oddities.append((place, "done, and the frame stays as it was"))


def survey(source: str, envs: Envs, task_ids: Iterable[str], seed: int = 0) -> Tally:
    """Play games with every player and return what was found."""
    tally = Tally(source)
    for task_id in task_ids:
        for player in PLAYERS:
            tally.watch(play(envs, task_id, player, seed=seed), task_id, player)
    return tally
