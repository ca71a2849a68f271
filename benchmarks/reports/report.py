"""The report of a run: one HTML file that works offline, and is readable without scripts."""

from pathlib import Path

from crossworld.benchmarks.folder import REPORT, RunError, RunFiles, read_run, write_text
from crossworld.benchmarks.protocol import CUMULATIVE, KINDS, Protocol
from crossworld.benchmarks.reports import figures
from crossworld.benchmarks.reports.curves import controls_of
from crossworld.benchmarks.reports.findings import Findings, find
from crossworld.benchmarks.reports.pages import drawing, page
from crossworld.benchmarks.reports.plots import looks, swatch
from crossworld.benchmarks.reports.replay import Frames
from crossworld.benchmarks.reports.sections import sections
from crossworld.benchmarks.results import Row, trials_of, write_results

ERRORS = 3
"""Tracebacks that are shown."""


def write_report(folder: Path) -> tuple[RunFiles, list[Row]]:
    """Write `results.json` and `report.html` from what was played; return what is in them.

    Raises:
        RunError: the folder holds no run, or one without an episode.
        RecordError: it holds one of another version.
        JournalError: it is damaged.
    """
    run = read_run(folder)
    if not run.records:
        raise RunError(f"{folder}: no episode has ended yet, so there is nothing to report.")
    found = find(run)
    write_results(folder, run, found.to_json())
    write_text(folder / REPORT, render(run, found))
    return run, list(found.rows)


def render(run: RunFiles, found: Findings) -> str:
    """Return the report as HTML."""
    agents = run.settings["agents"]
    styles = looks(agents, controls_of(agents))
    frames = Frames()
    shown = sections(run, found, frames)
    places = {(section.env, section.split) for section in shown}
    learned = [c for c in found.trial_curves if (c.env, c.split) not in places]
    used = {Protocol.parse(row.protocol).kind for row in found.rows}
    return page(
        "report.html",
        settings=run.settings,
        facts=run.facts,
        played=len(run.records),
        planned=planned(run),
        sections=shown,
        pictures={s.name: figures.of_task_set(run, s, styles) for s in shown},
        frames=frames,
        learned=learned,
        learning=figures.of_lessons(learned, styles),
        swatches={name: drawing(swatch(look)) for name, look in styles.items()},
        kinds_of_protocol=[kind for kind in KINDS if kind in used],
        protocol_words=KINDS,
        has_blind_floor=any(row.role == "blind floor" for row in found.rows),
        prompts=prompt_hashes(run),
        failures=[record for record in run.records if record.error],
        shown_failures=ERRORS,
    )


def planned(run: RunFiles) -> int:
    """Return how many episodes the whole run has; what is solved is played no more."""
    agents = {agent["name"]: agent for agent in run.settings["agents"]}
    most = sum(int(agent["episodes"]) for agent in agents.values())
    spared = sum(
        trials_of(agents[record.agent], record.protocol) - 1 - record.trial
        for record in run.records
        if record.success and Protocol.parse(record.protocol).kind in CUMULATIVE
    )
    return most - spared


def prompt_hashes(run: RunFiles) -> dict[str, list[str]]:
    """Return for each agent the hashes of the prompts that it was seen to ask with."""
    seen: dict[str, set[str]] = {}
    for record in run.records:
        if record.prompt_hash:
            seen.setdefault(record.agent, set()).add(record.prompt_hash)
    return {agent: sorted(hashes) for agent, hashes in seen.items()}
