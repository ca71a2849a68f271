"""Whether images show what texts say: the pairing guarantee, counted over many games.

python -m crossworld.benchmarks.pairing --data FOLDER --games 100 --out docs/tables/pairing.md

It reads what the text of each step says is seen, word by word, and looks for it in the segmentation.
It knows nothing of how frames are made; what is behind doors comes from `true_statements()`.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

ENOUGH: Mapping[int, int] = {128: 12, 64: 6}
"""Side of the image to the pixels that show a thing."""

STEPS = 40
"""Of random play in each game."""

WRONG = 0.15
"""Share of commands that are not possible, in play that is no expert's."""

TABLE = Path("docs/tables/pairing.md")

CASES = 25
"""Failures that are listed one by one, the worst first."""

NAME = re.compile(r"[a-z]+ \d+")

_N = NAME.pattern
SENTENCES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        r"Looking quickly around you, you see (?P<room>.+?)\.",
        r"You are facing the (?P<receptacle>.+?)\. Next to it, you see (?P<doubtful>.+?)\.",
        rf"You arrive at (?!loc )(?P<receptacle>{_N})\.",
        rf"On the (?P<receptacle>{_N}), you see (?P<object>.+?)\.",
        rf"The (?P<receptacle>{_N}) is open\. In it, you see (?P<object>.+?)\.",
        rf"The (?P<receptacle>{_N}) is closed\.",
        rf"You (?:open|close) the (?P<receptacle>{_N})\.",
        rf"You pick up the (?P<object>{_N}) from the (?P<receptacle>{_N})\.",
        rf"You (?:move|put) the (?P<object>{_N}) (?:to|in/on) the (?P<receptacle>{_N})\.",
        rf"You (?:clean|heat|cool) the (?P<object>{_N}) using the (?P<receptacle>{_N})\.",
        rf"You turn on the (?P<doubtful>{_N})\.",
        rf"You sliced the (?P<doubtful>{_N}) with the (?P<object>{_N})\.",
        rf"You are carrying: a (?P<object>{_N})\.",
        # What such a thing holds is listed as it was when the game was made: nothing to be seen.
        rf"This is a [a-z ]*?(?P<object>{_N})\.",
        rf"There's nothing special about (?P<object>{_N})\.",
    )
)
"""What the text world says. Groups: `room`, all receptacles there are; `receptacle` and `object`,
seen now; `doubtful`, objects that the rules let the agent list, light or cut behind a closed door."""

ROLES = ("object", "receptacle", "room")
"""What can be missed; `room` stands for the receptacles that the opening lists."""


def read(text: str) -> dict[str, list[str]]:
    """Return the names that a text mentions, by the groups of `SENTENCES`, each once."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for sentence in SENTENCES:
        for match in sentence.finditer(text):
            for group, words in match.groupdict().items():
                found[group].update(dict.fromkeys(NAME.findall(words)))
    return {group: list(names) for group, names in found.items()}


class Truth(NamedTuple):
    """What is true at a moment, by names.

    Attributes:
        statements: all of it.
        held: the object in hand, "" for none.
        here: the receptacles where the agent is.
        closed: those that are closed.
        places: object to the receptacles that it is in.
    """

    statements: tuple[str, ...]
    held: str
    here: frozenset[str]
    closed: frozenset[str]
    places: Mapping[str, frozenset[str]]

    @staticmethod
    def of(statements: Sequence[str]) -> "Truth":
        """Read an environment's `true_statements()`."""
        held, here, closed = "", set(), set()
        places: dict[str, set[str]] = defaultdict(set)
        for statement in statements:
            if match := re.fullmatch(rf"the ({_N}) is (?:in|on) the ({_N})", statement):
                places[match[1]].add(match[2])
            elif match := re.fullmatch(rf"you are at the ({_N})", statement):
                here.add(match[1])
            elif match := re.fullmatch(rf"you hold the ({_N})", statement):
                held = match[1]
            elif match := re.fullmatch(rf"the ({_N}) is closed", statement):
                closed.add(match[1])
        found = {name: frozenset(inside) for name, inside in places.items()}
        return Truth(tuple(statements), held, frozenset(here), frozenset(closed), found)

    def hidden(self) -> list[str]:
        """Return the objects that are behind closed doors only."""
        return [o for o, inside in self.places.items() if o != self.held and inside <= self.closed]

    def before_eyes(self, name: str) -> bool:
        """Return whether an object is in hand or in something open where the agent is."""
        inside = self.places.get(name, frozenset())
        return name == self.held or bool(inside & self.here - self.closed)


class Frame(NamedTuple):
    """What one size of image shows: colours, and pixels of each name."""

    image: NDArray[np.uint8]
    pixels: Mapping[str, int]


class Moment(NamedTuple):
    """What came of one command.

    Attributes:
        commands: all commands so far, this one last; none where the episode begins.
        possible: whether the last one was.
        text: what the text says now.
        truth: what is true now.
        frames: side of the image to what it shows now.
    """

    commands: tuple[str, ...]
    possible: bool
    text: str
    truth: Truth
    frames: Mapping[int, Frame]


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


Envs = Mapping[int, gym.Env[Any, Any]]
Chooser = Callable[[list[str], Random, Sequence[str]], str]
"""From what is possible, dice and the commands given so far to the next one."""


def random_command(possible: list[str], dice: Random, given: Sequence[str]) -> str:
    """Return a command: any verb is as likely as any other."""
    verb = dice.choice(sorted(set(map(_verb, possible))))
    return dice.choice([command for command in possible if _verb(command) == verb])


def curious_command(possible: list[str], dice: Random, given: Sequence[str]) -> str:
    """Return a command of the least used verb, and of these about kinds of things least dealt with."""
    verbs, shapes = Counter(map(_verb, given)), Counter(map(_shape, given))
    shuffled = dice.sample(possible, len(possible))
    return min(shuffled, key=lambda command: (verbs[_verb(command)], shapes[_shape(command)]))


def _verb(command: str) -> str:
    return command.partition(" ")[0]


def _shape(command: str) -> str:
    return re.sub(r" \d+", "", command)


CHOOSERS: Mapping[str, Chooser] = {"random": random_command, "curious": curious_command}

PLAYERS = (*CHOOSERS, "expert")
"""The expert is the planner, and never tries what is not possible."""


def make_envs(env_id: str, **arguments: Any) -> Envs:
    """Return the same environment once for each size of image."""
    return {
        size: gym.make(
            env_id,
            modalities=("image", "text", "segmentation"),
            image_size=size,
            expert="planner",
            max_episode_steps=10 * STEPS,
            disable_env_checker=True,
            **arguments,
        )
        for size in ENOUGH
    }


def play(
    envs: Envs, task_id: str, player: str, steps: int = STEPS, seed: int = 0
) -> Iterator[Moment]:
    """Yield the moments of one episode, the first one included."""
    dice = Random(f"{seed} {task_id}")
    began = {size: env.reset(options={"task_id": task_id}) for size, env in envs.items()}
    info = next(iter(began.values()))[1]
    given: tuple[str, ...] = ()
    known = {"", "dance", "take", "open the door"}
    yield _moment(envs, {size: seen for size, (seen, _) in began.items()}, info, given)
    for _ in range(steps):
        possible = info["admissible_commands"]
        known.update(possible)
        if player not in CHOOSERS:
            command = info["expert_action"]
        elif dice.random() < WRONG:
            command = dice.choice(sorted(known.difference(possible)))
        else:
            command = CHOOSERS[player](possible, dice, given)
        given += (command,)
        stepped = {size: env.step(command) for size, env in envs.items()}
        _, _, terminated, truncated, info = next(iter(stepped.values()))
        yield _moment(envs, {size: result[0] for size, result in stepped.items()}, info, given)
        if terminated or truncated:
            break


def _moment(
    envs: Envs, seen: Mapping[int, Any], info: dict[str, Any], commands: tuple[str, ...]
) -> Moment:
    asked: Any = next(iter(envs.values())).unwrapped
    names = asked.segmentation_names()
    frames = {}
    for size, observation in seen.items():
        counts = np.bincount(observation["segmentation"].ravel(), minlength=max(names) + 1)
        pixels = {name: int(counts[label]) for label, name in names.items()}
        frames[size] = Frame(observation["image"], pixels)
    text = str(next(iter(seen.values()))["text"])
    truth = Truth.of(asked.true_statements())
    return Moment(commands, bool(info["action_valid"]), text, truth, frames)


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
            verb = _verb(now.commands[-1])
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


Figure = Callable[[Tally], str]


def table(tallies: Sequence[Tally]) -> str:
    """Return all figures in Markdown."""
    rows = [(name, list(map(figure, tallies))) for name, figure in _figures()]
    sections = [_lines(["", *(tally.source for tally in tallies)], [[n, *c] for n, c in rows])]
    cases = sorted(
        (case for tally in tallies for case in tally.cases),
        key=lambda case: (case.role == "room", case.pixels / ENOUGH[case.place.size]),
    )
    oddities = [oddity for tally in tallies for oddity in tally.oddities]
    for title, head, cells in (
        ("Seen too little, by kind", ["what", "kind", "at", "too little"], _kinds(tallies)),
        (
            f"Seen too little, the worst {CASES}",
            [*WHERE, "what", "pixels"],
            [[*_where(c.place), c.name, str(c.pixels)] for c in cases[:CASES]],
        ),
        (
            f"Frames that differ or stay where they should not, the first {CASES}",
            [*WHERE, "what"],
            [[*_where(place), what] for place, what in oddities[:CASES]],
        ),
    ):
        sections.append(f"## {title}\n\n{_lines(head, cells) if cells else 'None.'}")
    return "\n\n".join(sections) + "\n"


def _figures() -> Iterator[tuple[str, Figure]]:
    """Yield the rows of the first table."""
    yield "games", lambda t: str(len(t.games))
    yield "steps", lambda t: str(t.steps)
    for size, enough in ENOUGH.items():
        for role, what in zip(ROLES, ("objects", "receptacles", "the opening's"), strict=True):
            yield f"{what} with {enough} pixels or more at {size}", _seen(size, role)
            yield f"their pixels, least / median, at {size}", _spread(size, role)
    yield (
        "exempt, listed, lit or cut behind a door: seen",
        lambda t: _share(t.exempt[True], t.exempt.total()),
    )
    yield "things behind closed doors that have a pixel", lambda t: _share(t.leaks, t.hidden)
    yield (
        "changes of what can be seen that leave the frame as it was",
        lambda t: _share(t.still.total(), t.changes.total()),
    )
    yield "impossible actions that change the frame", lambda t: _share(t.moved, t.refused)
    for verb in ("go", "open", "close", "take", "move", "clean", "heat", "cool", "use", "slice"):
        yield f"changes by `{verb}`", _changes(verb)


def _seen(size: int, role: str) -> Figure:
    return lambda tally: _share(*tally.share(size, role))


def _spread(size: int, role: str) -> Figure:
    def spread(tally: Tally) -> str:
        pixels = tally.pixels[size, role]
        return f"{min(pixels)} / {median(pixels):.0f}" if pixels else "none"

    return spread


def _changes(verb: str) -> Figure:
    return lambda tally: str(tally.changes[verb])


def _kinds(tallies: Sequence[Tally]) -> list[list[str]]:
    asked: Counter[tuple[int, str, str]] = Counter()
    missed: Counter[tuple[int, str, str]] = Counter()
    for tally in tallies:
        asked.update(tally.asked)
        missed.update(tally.missed)
    return [
        [role, kind, str(size), _share(count, asked[size, role, kind])]
        for (size, role, kind), count in missed.most_common()
    ]


WHERE = ("source", "task", "player", "step", "command", "at")


def _where(place: Place) -> list[str]:
    last = place.commands[-1] if place.commands else "reset"
    step = str(len(place.commands))
    return [place.source, f"`{place.task_id}`", place.player, step, f"`{last}`", str(place.size)]


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _share(part: int, whole: int) -> str:
    return f"{part} / {whole} ({100 * part / whole:.2f} %)" if whole else "none"


def sources(data: str | None, games: int) -> Iterator[tuple[str, Envs, list[str]]]:
    """Yield each source of games: its name, its environments, and some of its tasks, spread out."""
    official = ("crossworld/ALFWorld-v0", {"data": data})
    generated = ("crossworld/Household-v0", {"num_tasks": games})
    for name, (env_id, given), splits in (
        ("official", official, ("train", "valid_seen")),
        ("generated", generated, ("train", "valid_seen", "valid_unseen")),
    ):
        for split in splits:
            envs = make_envs(env_id, split=split, **given)
            asked: Any = next(iter(envs.values())).unwrapped
            ids = [task.task_id for task in asked.tasks(split, count=asked.task_count(split))]
            chosen = [ids[i * len(ids) // games] for i in range(games)] if ids[games:] else ids
            yield f"{name}, {split}", envs, chosen
            for env in envs.values():
                env.close()


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description="Check that images show what texts say.")
    parser.add_argument("--data", help="folder that holds json_2.1.2 ($ALFWORLD_DATA)")
    parser.add_argument("--games", type=int, default=100, help="games of each split (100)")
    parser.add_argument("--seed", type=int, default=0, help="of the players' choices (0)")
    parser.add_argument("--out", type=Path, default=TABLE, help=f"file to write ({TABLE})")
    options = parser.parse_args()
    tallies = [
        survey(source, envs, track(task_ids, source), options.seed)
        for source, envs, task_ids in sources(options.data, options.games)
    ]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    made = f"python -m crossworld.benchmarks.pairing --games {options.games} --seed {options.seed}"
    options.out.write_text(f"Made by `{made}`.\n\n{table(tallies)}", "utf-8")


if __name__ == "__main__":
    main()
