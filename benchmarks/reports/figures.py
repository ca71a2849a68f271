"""The pictures of a report: which plot shows which findings."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from crossworld.benchmarks.folder import RunFiles
from crossworld.benchmarks.protocol import ADAPT, Protocol
from crossworld.benchmarks.reports import plots, words
from crossworld.benchmarks.reports.curves import NoiseCurve, TrialCurve
from crossworld.benchmarks.reports.pages import drawing
from crossworld.benchmarks.reports.pairs import Pair
from crossworld.benchmarks.reports.plots.bars import Gap, Spent
from crossworld.benchmarks.reports.plots.lines import Line, Spot
from crossworld.benchmarks.reports.plots.looks import Look
from crossworld.benchmarks.reports.sections import Section, highest
from crossworld.benchmarks.results import Row, grouped


def of_task_set(run: RunFiles, section: Section, looks: Mapping[str, Look]) -> dict[str, Markup]:
    """Return the pictures of one task set by name; one that would show nothing is left out."""
    held = section.held
    once = [row for row in section.rows if row.trials == 1]
    # Some models do not count tokens.
    spots = [_spot(section, cost.agent) for cost in section.costs if cost.tokens.value]
    drawn: dict[str, str] = {}
    if section.rows:
        drawn["agents"] = plots.success_by_agent(
            f"{section.name}-agents", section.rows, held, looks
        )
    if once:
        drawn["steps"] = plots.success_over_steps(
            f"{section.name}-steps", grouped(run), once, looks
        )
    for number, kind in enumerate(section.kinds if len(section.kinds) > 1 else ()):
        rows = [row for row in _of_kind(section, kind) if not row.noise]
        if rows:
            drawn[f"kind {kind}"] = plots.success_of_type(
                f"{section.name}-kind{number}", rows, highest(rows), looks
            )
    for why, pairs in (("floor", section.with_floor), ("control", section.with_control)):
        if pairs:
            drawn[f"against {why}"] = plots.differences(
                f"{section.name}-{why}", [_gap(pair, looks) for pair in pairs], "points"
            )
    for unit, curves in by_unit(section.trials).items():
        drawn[unit] = plots.success_over_trials(
            f"{section.name}-{unit}", [_line(curve) for curve in curves], unit, held, looks
        )
    for modality, noisy in section.noise.items():
        lines = [_noise_line(section, curve) for curve in noisy]
        there = {line.agent for line in lines}
        drawn[f"noise {modality}"] = plots.success_over_noise(
            f"{section.name}-noise-{modality}",
            lines,
            modality,
            [row for row in held if row.agent not in there],
            looks,
        )
    if spots:
        drawn["tokens"] = plots.success_over_tokens(f"{section.name}-tokens", spots, held, looks)
    for unit, bars in _bars(section).items():
        drawn[f"cost {unit}"] = plots.cost_by_agent(
            f"{section.name}-cost-{unit.split()[0]}", bars, unit, looks
        )
    return {name: drawing(svg) for name, svg in drawn.items()}


def of_lessons(learned: Sequence[TrialCurve], looks: Mapping[str, Look]) -> dict[str, Markup]:
    """Return a learning curve for each task set that agents only learned from, by its name."""
    places = dict.fromkeys((curve.env, curve.split) for curve in learned)
    return {
        ", ".join(place): drawing(
            plots.success_over_trials(
                f"lesson{number}",
                [_line(c) for c in learned if (c.env, c.split) == place and not c.noise],
                "rounds",
                (),
                looks,
            )
        )
        for number, place in enumerate(places)
        if any((c.env, c.split) == place and not c.noise for c in learned)
    }


def by_unit(curves: Sequence[TrialCurve]) -> dict[str, list[TrialCurve]]:
    """Return curves by what they run over: trials of each task, or rounds over all tasks."""
    found: dict[str, list[TrialCurve]] = {}
    for curve in curves:
        unit = "rounds" if Protocol.parse(curve.protocol).kind == ADAPT else "trials"
        found.setdefault(unit, []).append(curve)
    return found


def _of_kind(section: Section, kind: str) -> list[Row]:
    return [row for (_, _, type_), row in section.of_kind.items() if type_ == kind]


def _line(curve: TrialCurve) -> Line:
    return Line(curve.agent, range(1, curve.trials + 1), curve.points)


def _noise_line(section: Section, curve: NoiseCurve) -> Line:
    rows = [row for row in (*section.rows, *section.noisy) if row.agent == curve.agent]
    by_noise = {row.noise: (row.success, row.low, row.high) for row in rows}
    return Line(curve.agent, curve.rates, [by_noise[noise] for noise in curve.noises])


def _gap(pair: Pair, looks: Mapping[str, Look]) -> Gap:
    return Gap(f"{pair.agent}\nminus {pair.second}", looks[pair.agent], pair.comparison)


def _spot(section: Section, agent: str) -> Spot:
    (cost,) = (cost for cost in section.costs if cost.agent == agent)
    (row,) = (row for row in section.rows if row.agent == agent)
    return Spot(agent, cost.tokens, (row.success, row.low, row.high))


def _bars(section: Section) -> dict[str, list[Spent]]:
    """Return what is spent by agent, for each unit in which anything is."""
    units = {
        "tokens": [(c.agent, c.tokens, words.count(c.tokens.value)) for c in section.costs],
        "seconds of waiting": [
            (c.agent, c.latency, words.duration(c.latency.value)) for c in section.costs
        ],
        "US dollars": [(c.agent, c.dollars, words.dollars(c.dollars.value)) for c in section.costs],
    }
    return {
        unit: [Spent(*bar) for bar in bars]
        for unit, bars in units.items()
        if any(value.value for _, value, _ in bars)
    }
