"""The report of a run: one HTML file that needs nothing else, neither network nor scripts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from crossworld.benchmarks import plots, words
from crossworld.benchmarks.folder import REPORT, RunError, RunFiles, read_run, write_text
from crossworld.benchmarks.protocol import KINDS, Protocol
from crossworld.benchmarks.records import Record, Transcript
from crossworld.benchmarks.results import ALL, Row, aggregate, task_types, write_results

ERRORS = 3
"""Tracebacks that are shown."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A transcript beside its record."""

    transcript: Transcript
    record: Record


def write_report(folder: Path) -> tuple[RunFiles, list[Row]]:
    """Write `results.json` and `report.html` from what was played; return what is in them.

    Raises:
        RunError: the folder holds no run, or one without an episode.
    """
    run = read_run(folder)
    if not run.records:
        raise RunError(f"{folder}: no episode has ended yet, so there is nothing to report.")
    rows = aggregate(run)
    write_results(folder, run, rows)
    write_text(folder / REPORT, render(run, rows))
    return run, rows


def render(run: RunFiles, rows: Sequence[Row]) -> str:
    """Return the report as HTML."""
    template = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).from_string((files("crossworld.benchmarks") / "templates" / "report.html").read_text("utf-8"))
    totals = [row for row in rows if row.task_type == ALL]
    colours = {row.agent: number % plots.SERIES for number, row in enumerate(totals)}
    kinds = task_types(run.records)
    return template.render(
        settings=run.settings,
        facts=run.facts,
        played=len(run.records),
        planned=planned(run),
        totals=totals,
        verdict=verdict(totals),
        kinds=kinds,
        of_kind={(row.agent, row.task_type): row for row in rows},
        task_counts=Counter(kind for kind, _ in {(r.task_type, r.task_id) for r in run.records}),
        colours=colours,
        kinds_of_protocol={Protocol.parse(row.protocol).kind for row in totals},
        protocol_words=KINDS,
        about={agent["name"]: agent for agent in run.settings["agents"]},
        by_agent=Markup(plots.success_by_agent(rows, colours)),
        by_type=Markup(plots.success_by_type(rows, colours)),
        over_steps=Markup(plots.success_over_steps(run.records, rows, colours)),
        spoken=chosen(run),
        failures=[record for record in run.records if record.error],
        shown_failures=ERRORS,
        words=words,
    )


def planned(run: RunFiles) -> int:
    """Return how many episodes the whole run has."""
    settings = run.settings
    return int(settings["episodes"]) * len(settings["seeds"]) * len(settings["agents"])


def verdict(totals: Sequence[Row]) -> str:
    """Return what the run shows in short: the best contestant against the highest floor."""
    floors = [row for row in totals if "floor" in row.role]
    contestants = [row for row in totals if not row.role and not row.privileged]
    sentences = []
    if contestants:
        best = max(contestants, key=lambda row: row.success)
        sentences.append(f"The agent {best.agent} solves {_score(best)}.")
    if floors:
        highest = max(floors, key=lambda row: row.success)
        sentences.append(f"The highest floor, {highest.agent}, solves {_score(highest)}.")
    return " ".join(sentences)


def chosen(run: RunFiles) -> list[Spoken]:
    """Return one episode as every agent played it: the one on which the agents differ most."""
    records = {record.key: record for record in run.records}
    groups: dict[tuple[int, int], list[Spoken]] = {}
    for transcript in run.transcripts:
        if transcript.key in records:
            group = groups.setdefault((transcript.seed, transcript.episode), [])
            group.append(Spoken(transcript, records[transcript.key]))
    return max(groups.values(), key=_contrast, default=[])


def _contrast(group: Sequence[Spoken]) -> tuple[int, int]:
    won = sum(spoken.record.success for spoken in group)
    return len(group), min(won, len(group) - won)


def _score(row: Row) -> str:
    return f"{words.percent(row.success)} of its episodes ({row.protocol})"
