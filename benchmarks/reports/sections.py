"""What a report says of each task set."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crossworld.benchmarks.folder import RunFiles
from crossworld.benchmarks.records import Record
from crossworld.benchmarks.reports import words
from crossworld.benchmarks.reports.costs import Cost
from crossworld.benchmarks.reports.curves import NoiseCurve, TrialCurve
from crossworld.benchmarks.reports.findings import Findings
from crossworld.benchmarks.reports.pairs import CONTROL, FLOOR, Pair
from crossworld.benchmarks.reports.replay import FRAME_BYTES, Frames, Spoken, chosen, steps
from crossworld.benchmarks.results import ALL, Row, task_types

ROLES = ("floor", "blind floor", "ceiling")
"""What scores are held against."""


@dataclass(frozen=True, slots=True)
class Section:
    """What the report says of one task set.

    Attributes:
        env, split: the task set.
        name: of its part of the page, for ids.
        rows: scores without noise, over all task types, in the order of the suite.
        held: of these, the highest floor, blind floor and ceiling that play each task once.
        noisy: scores with noise, likewise.
        kinds: task types, with their numbers of different tasks.
        of_kind: agent, noise and task type to the score.
        verdict: what was found in short.
        with_floor, with_control: comparisons without noise.
        trials: curves of agents that may play tasks several times, without noise.
        noise: curves over noise, by modality.
        costs: of agents that ask language models, without noise.
        spoken: an episode as several agents played it.
        frames: of each step of each of these, number of the frame or None, the opening first.
        steps: of the longest.
    """

    env: str
    split: str
    name: str
    rows: tuple[Row, ...]
    held: tuple[Row, ...]
    noisy: tuple[Row, ...]
    kinds: dict[str, int]
    of_kind: dict[tuple[str, str, str], Row]
    verdict: str
    with_floor: tuple[Pair, ...]
    with_control: tuple[Pair, ...]
    trials: tuple[TrialCurve, ...]
    noise: dict[str, tuple[NoiseCurve, ...]]
    costs: tuple[Cost, ...]
    spoken: tuple[Spoken, ...]
    frames: tuple[tuple[int | None, ...], ...]
    steps: int


def sections(run: RunFiles, found: Findings, frames: Frames) -> list[Section]:
    """Return what is said of each task set that was played."""
    played = {(row.env, row.split) for row in found.rows}
    places = [
        place
        for tasks in run.settings["task_sets"]
        if (place := (tasks["env"], tasks["split"])) in played
    ]
    made = []
    for number, place in enumerate(places, 1):
        # Each task set may use its share of the room, and what those before it have left.
        frames.limit = FRAME_BYTES * number // len(places)
        made.append(_section(run, found, frames, place, f"set{number}"))
    return made


def highest(rows: Sequence[Row]) -> list[Row]:
    """Return the highest floor, blind floor and ceiling of scores in which tasks are played once."""
    once = [row for row in rows if row.trials == 1]
    of_role = {role: [row for row in once if row.role == role] for role in ROLES}
    return [max(there, key=lambda row: row.success) for there in of_role.values() if there]


def verdict(rows: Sequence[Row], pairs: Iterable[Pair]) -> str:
    """Return what was found in short: the best contestant against the highest floor.

    Args:
        rows: scores of one task set, over all task types, under one noise.
        pairs: comparisons of these with the highest floor.
    """
    once = [row for row in rows if row.trials == 1]
    contestants = [row for row in once if not row.role and not row.privileged]
    floors = [row for row in once if "floor" in row.role]
    sentences = []
    if contestants:
        best = max(contestants, key=lambda row: row.success)
        sentences.append(f"{best.agent} solves {_score(best)}.")
    if floors:
        highest = max(floors, key=lambda row: row.success)
        sentences.append(f"The highest floor, {highest.agent}, solves {_score(highest)}.")
    sentences += [
        _difference(pair) for pair in pairs if contestants and pair.agent == best.agent and floors
    ]
    return " ".join(sentences)


def _section(
    run: RunFiles, found: Findings, frames: Frames, place: tuple[str, str], name: str
) -> Section:
    mine = [row for row in found.rows if _is_of(row, *place)]
    totals = [row for row in mine if row.task_type == ALL]
    rows = [row for row in totals if not row.noise]
    records = [record for record in run.records if _is_of(record, *place)]
    kinds = task_types(records)
    tasks = Counter(kind for kind, _ in {(r.task_type, r.task_id) for r in records})
    pairs = [pair for pair in found.comparisons if _is_of(pair, *place) and not pair.noise]
    with_floor = [pair for pair in pairs if pair.why == FLOOR]
    curves: dict[str, list[NoiseCurve]] = {}
    for curve in found.noise_curves:
        if _is_of(curve, *place):
            curves.setdefault(curve.modality, []).append(curve)
    spoken = chosen(run, rows or totals)
    return Section(
        *place,
        name=name,
        rows=tuple(rows),
        held=tuple(highest(rows)),
        noisy=tuple(row for row in totals if row.noise),
        kinds={kind: tasks[kind] for kind in kinds},
        of_kind={(row.agent, row.noise, row.task_type): row for row in mine},
        verdict=verdict(rows, with_floor),
        with_floor=tuple(with_floor),
        with_control=tuple(pair for pair in pairs if pair.why == CONTROL),
        trials=tuple(
            curve for curve in found.trial_curves if _is_of(curve, *place) and not curve.noise
        ),
        noise={modality: tuple(there) for modality, there in curves.items()},
        costs=tuple(cost for cost in found.costs if _is_of(cost, *place) and not cost.noise),
        spoken=tuple(spoken),
        frames=frames.of([item.transcript for item in spoken]),
        steps=steps(spoken),
    )


def _is_of(
    part: Row | Record | Pair | Cost | TrialCurve | NoiseCurve, env: str, split: str
) -> bool:
    return (part.env, part.split) == (env, split)


def _score(row: Row) -> str:
    return f"{words.percent(row.success)} of its tasks ({words.score_of(row)})"


def _difference(pair: Pair) -> str:
    """Return a sentence on what two scores differ by."""
    found = pair.comparison
    return (
        f"On the same {words.plural(found.tasks, 'task')} the difference is"
        f" {words.points(found.difference)} points (95 % interval {words.gap(found.low, found.high)};"
        f" {pair.test}: p {words.p_value(found.p_value)}){'' if pair.certain else ', which may be chance'}."
    )
