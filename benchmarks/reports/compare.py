"""Two runs: what their agents differ by on the same tasks, and what was set otherwise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossworld.benchmarks.folder import RunError, RunFiles, read_run, write_text
from crossworld.benchmarks.reports import plots
from crossworld.benchmarks.reports.curves import controls_of
from crossworld.benchmarks.reports.pages import drawing, page
from crossworld.benchmarks.reports.pairs import RUNS, Pair, paired
from crossworld.benchmarks.reports.plots.bars import Gap
from crossworld.benchmarks.reports.words import listed, noise_name
from crossworld.benchmarks.results import ALL, aggregate, grouped, outcomes


@dataclass(frozen=True, slots=True)
class RunComparison:
    """What two runs differ by: the second run minus the first.

    Attributes:
        first, second: names of the runs.
        title: of the second run.
        pairs: agents of one name on the same tasks, under the same protocol and noise.
        refused: what is not compared, and why; sentences.
        differing: settings that differ, with their values in both runs.
        commands: that repeat the runs.
        agents: settings of the agents of the second run.
    """

    first: str
    second: str
    title: str
    pairs: tuple[Pair, ...]
    refused: tuple[str, ...]
    differing: tuple[tuple[str, str, str], ...]
    commands: tuple[str, str]
    agents: tuple[Mapping[str, Any], ...]


def compare(folder_a: Path, folder_b: Path) -> RunComparison:
    """Compare the agents of two runs, by name, on the same tasks.

    Args:
        folder_a: the folder of a run, to start from.
        folder_b: the folder of another; differences are its scores minus those of the first.

    Raises:
        RunError: a folder holds no run, or one without an episode.
        RecordError: a run is of another version.
        JournalError: a folder is damaged.
    """
    runs = [read_run(folder) for folder in (folder_a, folder_b)]
    for folder, run in zip((folder_a, folder_b), runs, strict=True):
        if not run.records:
            raise RunError(f"{folder}: no episode has ended yet, so there is nothing to compare.")
    before, after = runs
    names = (folder_a.resolve().name, folder_b.resolve().name)
    if names[0] == names[1]:
        names = (str(folder_a), str(folder_b))
    pairs = _between(before, after, names, _shared(before, after))
    return RunComparison(
        *names,
        title=str(after.settings["title"]),
        pairs=tuple(pairs),
        refused=(*_refusals(before, after, names), *_unplayed(before, after, names)),
        differing=tuple(_differing(before.settings, after.settings)),
        commands=(str(before.facts["command"]), str(after.facts["command"])),
        agents=tuple(after.settings["agents"]),
    )


def write_comparison(
    folder_a: Path, folder_b: Path, path: Path | None = None
) -> tuple[RunComparison, Path]:
    """Write what two runs differ by as a page; return both.

    Args:
        folder_a: the folder of a run, to start from.
        folder_b: the folder of another.
        path: where to write; None for `compare-<name of B>.html` in the first folder.

    Raises:
        CrossworldError: as `compare`.
    """
    found = compare(folder_a, folder_b)
    path = path or folder_a / f"compare-{folder_b.resolve().name}.html"
    write_text(path, render(found))
    return found, path


def render(found: RunComparison) -> str:
    """Return a comparison as HTML."""
    styles = plots.looks(found.agents, controls_of(found.agents))
    groups: dict[tuple[str, str, str], list[Pair]] = {}
    for pair in found.pairs:
        groups.setdefault((pair.env, pair.split, pair.noise), []).append(pair)
    pictures = {
        place: drawing(
            plots.differences(
                f"set{number}",
                [Gap(pair.agent, styles[pair.agent], pair.comparison) for pair in pairs],
                "points",
            )
        )
        for number, (place, pairs) in enumerate(groups.items())
    }
    return page(
        "compare.html",
        found=found,
        groups=groups,
        pictures=pictures,
        swatches={name: drawing(plots.swatch(look)) for name, look in styles.items()},
    )


def _between(
    before: RunFiles, after: RunFiles, names: tuple[str, str], shared: set[tuple[str, str]]
) -> list[Pair]:
    old, new = (
        {row.group: row for row in aggregate(run) if row.task_type == ALL}
        for run in (before, after)
    )
    old_records, new_records = grouped(before), grouped(after)
    pairs = (
        paired(
            RUNS,
            (row, old[group]),
            (names[1], names[0]),
            (outcomes(new_records[group]), outcomes(old_records[group])),
        )
        for group, row in new.items()
        if group in old and group[:2] in shared and old[group].trials == row.trials
    )
    return [pair for pair in pairs if pair is not None]


def _task_sets(run: RunFiles) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(tasks["env"], tasks["split"]): tasks for tasks in run.settings["task_sets"]}


def _agents(run: RunFiles) -> dict[str, Mapping[str, Any]]:
    return {agent["name"]: agent for agent in run.settings["agents"]}


def _shared(before: RunFiles, after: RunFiles) -> set[tuple[str, str]]:
    """Return the task sets that are the same in both runs."""
    old, new = _task_sets(before), _task_sets(after)
    return {
        place for place in old if new.get(place, {}).get("tasks_hash") == old[place]["tasks_hash"]
    }


def _refusals(before: RunFiles, after: RunFiles, names: tuple[str, str]) -> Iterator[str]:
    """Yield a sentence for everything that is not compared."""
    old, new = _task_sets(before), _task_sets(after)
    for place in [*old, *(place for place in new if place not in old)]:
        said = f"{place[0]}, split {place[1]}"
        if place not in old or place not in new:
            yield f"Only {names[place in new]} has {said}; nothing is compared on it."
        elif old[place]["tasks_hash"] != new[place]["tasks_hash"]:
            counts = (old[place]["episodes"], new[place]["episodes"])
            yield (
                f"{said}: the runs are about other tasks ({counts[0]} with hash"
                f" {old[place]['tasks_hash']}, {counts[1]} with hash {new[place]['tasks_hash']}), so"
                " nothing is compared on it. Play one of the runs again with the tasks of the other."
            )
        elif old[place]["manifest_hash"] != new[place]["manifest_hash"]:
            yield (
                f"{said}: tasks of the same names are compared, but the manifest hashes differ"
                f" ({old[place]['manifest_hash']}, {new[place]['manifest_hash']}): what is in a task"
                " may differ as well."
            )
    ours, theirs = _agents(before), _agents(after)
    for number, (here, there) in enumerate(((ours, theirs), (theirs, ours))):
        if alone := [agent for agent in here if agent not in there]:
            yield f"Only {names[number]} has {listed(alone)}."
    for agent in [agent for agent in ours if agent in theirs]:
        yield from _refused_scores(agent, ours[agent], theirs[agent], names)


def _refused_scores(
    agent: str, old: Mapping[str, Any], new: Mapping[str, Any], names: tuple[str, str]
) -> Iterator[str]:
    for part, said in (("protocol", "protocol"), ("trials", "number of trials")):
        if old[part] != new[part]:
            yield (
                f"{agent} is not compared: the {said} is {old[part]} in {names[0]} and {new[part]} in"
                f" {names[1]}, so the scores are of different things."
            )
            return
    for number, (here, there) in enumerate(((old, new), (new, old))):
        if alone := [noise_name(noise) for noise in here["noise"] if noise not in there["noise"]]:
            yield f"{agent}: only {names[number]} has {listed(alone)}."


def _unplayed(before: RunFiles, after: RunFiles, names: tuple[str, str]) -> Iterator[str]:
    """Yield a sentence for every score that an unfinished run does not have yet."""
    shared = _shared(before, after)
    old, new = grouped(before), grouped(after)
    for name, run, here, there in ((names[0], before, old, new), (names[1], after, new, old)):
        agents = _agents(run)
        for group in there:
            entered = agents.get(group.agent)
            planned = (
                group[:2] in shared
                and entered is not None
                and entered["protocol"] == group.protocol
                and group.noise in entered["noise"]
            )
            if planned and group not in here:
                place = ", ".join(filter(None, (group.env, group.split, group.noise)))
                yield f"{group.agent} on {place}: {name} has no episode of it yet."


def _differing(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """Yield the settings that differ, agents and task sets by their names."""
    old, new = (dict(_leaves("", _by_name(settings))) for settings in (before, after))
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            yield name, old.get(name, "-"), new.get(name, "-")


def _by_name(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Name agents and task sets; one that is in one run only differs as a whole, see `_refusals`."""
    named: dict[str, Any] = {**settings}
    named["agents"] = {agent["name"]: agent for agent in settings["agents"]}
    named["task_sets"] = {
        f"{tasks['env']}, {tasks['split']}": tasks for tasks in settings["task_sets"]
    }
    return named


def _leaves(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _leaves(f"{prefix}: {name}" if prefix else name, part)
    else:
        yield prefix, str(value)
