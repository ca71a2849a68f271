"""What the games of a source are like, as a table: generated households beside the official games.

python -m crossworld.benchmarks.rooms --data FOLDER --out docs/tables/households.md
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from statistics import mean, median

from crossworld.envs.household import engine
from crossworld.envs.household.corpus import open_corpus
from crossworld.envs.household.experts.planner import plan
from crossworld.envs.household.game import Game
from crossworld.envs.household.games import compiled
from crossworld.envs.household.generation.generator import FAMILIES, GeneratedGames
from crossworld.envs.household.state import bits

GAMES = 500
"""Games of each generated split that are looked at."""

Measure = Callable[[Game], Iterator[float]]


def _objects(game: Game) -> Iterator[float]:
    yield sum(kind != "" for kind in game.object_types)


def _relations(game: Game) -> Iterator[float]:
    yield sum(contents.bit_count() for contents in game.start.contents)


def _contents(game: Game) -> Iterator[float]:
    for contents in game.start.contents:
        yield contents.bit_count()


def _group(game: Game) -> Iterator[float]:
    yield max(map(len, game.here))


def _sharing(game: Game) -> Iterator[float]:
    for place in game.location_of:
        yield 100.0 * (len(game.here[place]) > 1)


def _doors(game: Game) -> Iterator[float]:
    for r in range(len(game.receptacle_names)):
        yield 100.0 * (game.openable >> r & 1)


def _hidden(game: Game) -> Iterator[float]:
    for r, contents in enumerate(game.start.contents):
        for _ in bits(contents & game.goal.targets):
            yield 100.0 * (game.openable >> r & 1)


def _homes(game: Game) -> Iterator[float]:
    """Yield the number of receptacles that admit the target and would not solve the task."""
    spec, target = game.goal.spec, next(bits(game.goal.targets))
    processed = "clean" in spec.task_type or "heat" in spec.task_type or "cool" in spec.task_type
    solved = () if processed else game.goal.receptacles
    yield sum(accepted >> target & 1 for r, accepted in enumerate(game.accepts) if r not in solved)


def _commands(game: Game) -> Iterator[float]:
    state = game.start.copy()
    for command in plan(game.start) or ():
        yield len(engine.admissible_commands(state))
        engine.act(state, command)


MEASURES: Mapping[str, Measure] = {
    "receptacles": lambda game: iter([len(game.receptacle_names)]),
    "kinds of receptacles": lambda game: iter([len(set(game.receptacle_types))]),
    "receptacles with a door (%)": _doors,
    "objects": _objects,
    "kinds of objects": lambda game: iter([len(set(game.object_types) - {""})]),
    "objects in receptacles": _relations,
    "objects per receptacle": _contents,
    "locations": lambda game: iter([len(game.location_names)]),
    "largest group of receptacles at one location": _group,
    "receptacles that share a location (%)": _sharing,
    "targets": lambda game: iter([game.goal.targets.bit_count()]),
    "receptacles a target may be in": _homes,
    "targets behind a door (%)": _hidden,
    "admissible commands, on the planner's way": _commands,
    "steps of the planner": lambda game: iter([len(plan(game.start) or ())]),
}
"""What is counted, once or more a game."""


def row(name: str, sources: Iterable[list[Game]]) -> str:
    """Return a line of the table: the measure over each source, as `least / median / most (mean)`."""
    cells = []
    for games in sources:
        values = [value for game in games for value in MEASURES[name](game)]
        if name.endswith("(%)"):
            cells.append(f"{mean(values):.0f} %")
        else:
            cells.append(
                f"{min(values):.0f} / {median(values):.0f} / {max(values):.0f} ({mean(values):.1f})"
            )
    return f"| {name} | {' | '.join(cells)} |"


def table(sources: Mapping[str, list[Game]]) -> str:
    """Return the whole table in Markdown."""
    head = [
        f"| least / median / most (mean) | {' | '.join(sources)} |",
        f"|---|{'---|' * len(sources)}",
    ]
    kinds = [
        f"| kinds of {what}, all games | {' | '.join(str(len(count(games))) for games in sources.values())} |"
        for what, count in (("targets", _targets), ("destinations", _destinations))
    ]
    games = " | ".join(str(len(games)) for games in sources.values())
    rows = [row(name, sources.values()) for name in MEASURES]
    return "\n".join([*head, f"| games | {games} |", *rows, *kinds]) + "\n"


def _targets(games: Iterable[Game]) -> Counter[str]:
    return Counter(game.goal.spec.object_type for game in games)


def _destinations(games: Iterable[Game]) -> Counter[str]:
    return Counter(game.goal.spec.receptacle_type for game in games if game.goal.receptacles)


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(
        description="Compare generated households with official games."
    )
    parser.add_argument("--data", help="folder that holds json_2.1.2 ($ALFWORLD_DATA)")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file to write")
    options = parser.parse_args()
    corpus = open_corpus(options.data)
    sources = {
        "official": [compiled(game) for split in corpus.splits for game in corpus.games(split)]
    }
    generated = GeneratedGames()
    for split in FAMILIES:
        entries = [generated.find(f"{split}/{index}", split) for index in range(GAMES)]
        sources[f"generated, {split}"] = list(map(compiled, entries))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(table(sources), "utf-8")


if __name__ == "__main__":
    main()
