"""The page: tables in Markdown, plots as SVG files beside it."""

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from crossworld.benchmarks.folder import RunFiles, write_text
from crossworld.benchmarks.reports import figures, words
from crossworld.benchmarks.reports.curves import controls_of
from crossworld.benchmarks.reports.findings import find
from crossworld.benchmarks.reports.plots import looks
from crossworld.benchmarks.reports.replay import Frames
from crossworld.benchmarks.reports.report import planned
from crossworld.benchmarks.reports.sections import Section, sections
from crossworld.benchmarks.results import ALL, Row

PLOTS = {
    "agents": "Success by agent, with 95 % intervals; floors and the ceiling are drawn through",
    "trials": "Cumulative success over trials, with and without memory",
    "noise text": "Success over the rate of noise on the text",
    "noise image": "Success over the rate of noise on the image",
    "against floor": "Difference from the highest floor on the same tasks, in points",
}
"""The plots that a page shows, by their names in a report, and what is under them."""

WORDS = ("agent", "score", "sees", "what it does", "arguments", "reads", "prompts")
"""Columns that hold words, not numbers."""

NOTES = """
Success is the share of tasks; intervals are Wilson's at 95 %, over tasks. *Beyond the floor* is the difference from the highest
floor on the same tasks, in points, with a paired bootstrap interval over tasks. *Sees* is what an agent reads of the world;
agents marked as privileged read what no fair contestant may. Steps count a failure as the limit. Tokens are per task, all its
trials. Agents that ask a language model ask the one in the table of agents below; the scripted one is a heuristic that reads
text only (so an agent that sees images alone is lost with it), and counts words as tokens.
"""


def write_page(run: RunFiles, out: Path, commands: Sequence[str]) -> None:
    """Write the page, and its plots beside it.

    Args:
        run: the records.
        out: the Markdown file; plots are named after it.
        commands: what made the runs and the page, to be repeated.
    """
    found = find(run)
    agents = run.settings["agents"]
    styles = looks(agents, controls_of(agents))
    shown = sections(run, found, Frames())
    parts = [f"# {run.settings['title']}\n", _repeat(run, commands), _unfinished(run), NOTES]
    for section in shown:
        drawn = figures.of_task_set(run, section, styles)
        parts += [f"## {_place(section)}\n", f"{section.verdict}\n", _scores(section)]
        for number, (name, caption) in enumerate(PLOTS.items()):
            if name in drawn:
                picture = out.with_name(f"{out.stem}-{section.name}-{number}.svg")
                write_text(picture, standalone(drawn[name]))
                parts.append(f"![{caption}]({picture.name})\n\n*{caption}.*\n")
        parts += [_trials(section), _noise(section), _kinds(section)]
    parts.append(_agents(run))
    write_text(out, "\n".join(filter(None, parts)).rstrip() + "\n")


def standalone(svg: str) -> str:
    """Return a plot of a report as a file of its own, in the colours of the light page."""
    style = (files("crossworld.benchmarks.reports") / "templates" / "style.css").read_text("utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#\w+)", style[: style.index("@media")]))
    svg = re.sub(r"var\(--([\w-]+)\)", lambda found: colours[found[1]], svg)
    return svg.replace(
        "<svg",
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        ' style="background: #fff; font-family: sans-serif"',
        1,
    )


def _repeat(run: RunFiles, commands: Sequence[str]) -> str:
    lines = "\n".join(commands)
    sets = "; ".join(
        f"`{tasks['env']}`, `{tasks['split']}`: {tasks['episodes']} tasks, manifest"
        f" `{tasks['manifest_hash'][:16]}`"
        for tasks in run.settings["task_sets"]
    )
    versions = ", ".join(f"{name} {value}" for name, value in run.settings["versions"].items())
    return f"Made by\n\n```bash\n{lines}\n```\n\nTasks: {sets}. Versions: {versions}.\n"


def _unfinished(run: RunFiles) -> str:
    played, most = len(run.records), planned(run)
    return f"**Unfinished: {played} of {most} episodes.**\n" if played < most else ""


def _agents(run: RunFiles) -> str:
    rows = [
        (
            agent["name"],
            agent["description"],
            ", ".join(f"{name} = `{value}`" for name, value in agent["kwargs"].items()),
            ", ".join(f"`{name}`" for name in agent["reads"]),
            f"`{agent['prompt_hash']}`" if agent["prompt_hash"] else "",
        )
        for agent in run.settings["agents"]
    ]
    return "## The agents\n\n" + _table(
        ("agent", "what it does", "arguments", "reads", "prompts"), rows
    )


def _place(section: Section) -> str:
    return f"{section.env}, {section.split}"


def _scores(section: Section) -> str:
    head = (
        "agent",
        "score",
        "sees",
        "success",
        "95 %",
        "beyond the floor",
        "steps",
        "invalid",
        "tokens",
    )
    beyond = {pair.agent: pair.comparison for pair in section.with_floor}
    tokens = {cost.agent: cost.tokens.value for cost in section.costs}
    rows = []
    for row in section.rows:
        against = beyond.get(row.agent)
        gap = (
            f"{words.points(against.difference)} ({words.gap(against.low, against.high)})"
            if against
            else ""
        )
        standing = words.standing(row)
        rows.append(
            (
                f"**{row.agent}**" + (f" ({standing})" if standing else ""),
                words.score_of(row),
                row.sees,
                words.percent(row.success),
                words.interval(row.low, row.high),
                gap,
                words.number(row.steps),
                words.percent(row.invalid_rate),
                words.count(tokens[row.agent]) if row.agent in tokens else "",
            )
        )
    return _table(head, rows)


def _trials(section: Section) -> str:
    if not section.trials:
        return ""
    most = max(curve.trials for curve in section.trials)
    rows = [
        (
            curve.agent,
            words.score_name(curve.protocol, curve.trials, 1),
            *(f"{words.percent(p.value)} ({words.interval(p.low, p.high)})" for p in curve.points),
        )
        for curve in section.trials
    ]
    head = ("agent", "score", *(f"within {n}" for n in range(1, most + 1)))
    return "### Within so many trials\n\n" + _table(head, rows)


def _noise(section: Section) -> str:
    parts = []
    for modality, curves in section.noise.items():
        rates = sorted({rate for curve in curves for rate in curve.rates})
        rows = []
        for curve in curves:
            points = dict(
                zip(curve.rates, _points(section, curve.agent, curve.noises), strict=True)
            )
            area = f"{curve.area.value:.3f} ({curve.area.low:.3f} to {curve.area.high:.3f})"
            rows.append((curve.agent, *(points.get(rate, "") for rate in rates), area))
        head = ("agent", *(f"{rate:g}" for rate in rates), "area")
        parts.append(f"### Noise on the {modality}\n\n" + _table(head, rows))
    return "\n".join(parts)


def _points(section: Section, agent: str, noises: Sequence[str]) -> Iterator[str]:
    for noise in noises:
        row = section.of_kind[agent, noise, ALL]
        yield f"{words.percent(row.success)} ({words.interval(row.low, row.high)})"


def _kinds(section: Section) -> str:
    if len(section.kinds) < 2:
        return ""
    rows = [
        (row.agent, *(_of_kind(section, row, kind) for kind in section.kinds))
        for row in section.rows
    ]
    head = ("agent", *(f"{words.readable(kind)} ({n})" for kind, n in section.kinds.items()))
    return "### By task type\n\n" + _table(head, rows)


def _of_kind(section: Section, row: Row, kind: str) -> str:
    found = section.of_kind.get((row.agent, row.noise, kind))
    return (
        ""
        if found is None
        else f"{words.percent(found.success)} ({words.interval(found.low, found.high)})"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, [":---" if name in WORDS else "---:" for name in head], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
