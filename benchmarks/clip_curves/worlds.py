"""What is trained, and on how much: one training a folder, each of which can be gone on with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from crossworld.wrappers.captioners.clip.recipe import (
    Result,
    Rooms,
    default_pattern,
    finished,
    learn,
    visit,
)
from crossworld.wrappers.captioners.clip.training import Settings
from crossworld.wrappers.training import Watch

WORLDS: Mapping[str, str] = {
    "household": "crossworld/Household-v0",
    "tabletop": "crossworld/TabletopStack-v0",
}
"""Names of worlds, and the environments that are played."""

SIZES = (100, 300, 1_000, 3_000, 10_000, 30_000)
"""Images to train on."""


def plans(
    worlds: Sequence[str], sizes: Sequence[int], minutes: float, seed: int
) -> Iterator[tuple[str, Settings]]:
    """Yield the name of a world and the settings of each training, those of a world in a row.

    The largest training comes first, for the others see a part of its rooms; then small ones.
    """
    largest, *others = sorted(sizes, reverse=True)
    for world in worlds:
        env = WORLDS[world]
        whole = Settings(env, default_pattern(env), largest, minutes, seed)
        yield world, whole
        for pairs in reversed(others):
            yield world, replace(whole, pairs=pairs)


def folder_of(runs: Path, world: str, settings: Settings) -> Path:
    """Return where a training is kept."""
    return runs / f"{world}-{settings.pairs}"


def results(
    runs: Path, planned: Sequence[tuple[str, Settings]], watch: Watch
) -> Iterator[tuple[str, Result]]:
    """Yield the results of trainings; those that are not finished are begun or gone on with.

    The rooms of a world are played in once, for its largest training; the others see a part of them.

    Args:
        runs: folder for the trainings.
        planned: see `plans`.
        watch: is told how far it is.
    """
    rooms: dict[str, Rooms] = {}
    for world, settings in planned:
        folder = folder_of(runs, world, settings)
        result = finished(settings, folder)
        if result is None:
            if world not in rooms:
                rooms.clear()  # two worlds at once would not fit into the memory of many machines
                rooms[world] = visit(settings, _named(watch, world))
            name = f"{world} {settings.pairs:,}"
            result = learn(settings, rooms[world], folder, _named(watch, name))
        yield world, result


def _named(watch: Watch, name: str) -> Watch:
    """Return a watch that is told what it is about."""

    def told(stage: str, done: int, total: int, note: str = "") -> None:
        watch(f"{name}: {stage}", done, total, note)

    return told
