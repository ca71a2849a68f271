"""Two scores on the same tasks: an agent and the highest floor, or an agent and its control."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crossworld.benchmarks import statistics
from crossworld.benchmarks.folder import RunFiles
from crossworld.benchmarks.protocol import RETRY, Protocol
from crossworld.benchmarks.records import Record
from crossworld.benchmarks.reports.curves import controls_of
from crossworld.benchmarks.reports.words import score_of
from crossworld.benchmarks.results import ALL, Group, Row, grouped, outcomes
from crossworld.benchmarks.statistics import CONFIDENCE, Comparison

FLOOR, CONTROL, RUNS = "floor", "control", "runs"
"""Why two scores are compared: with the highest floor, with the control, or one run with another."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two scores, paired by task: the first minus the second.

    Attributes:
        why: `FLOOR`, `CONTROL` or `RUNS`.
        env, split, noise: what both were played on.
        first, second: what is compared: agents, or names of runs.
        agent: whose score the first is.
        first_score, second_score: what the scores are called.
        first_success, second_success: means over the tasks that both have played.
        test: what the p value is of.
        comparison: see `statistics.compare`.
    """

    why: str
    env: str
    split: str
    noise: str
    first: str
    second: str
    agent: str
    first_score: str
    second_score: str
    first_success: float
    second_success: float
    test: str
    comparison: Comparison

    @property
    def certain(self) -> bool:
        """Whether both interval and test say that there is a difference."""
        found = self.comparison
        return (found.low > 0 or found.high < 0) and found.p_value < 1 - CONFIDENCE


def highest_floor(rows: Iterable[Row], of: Row) -> Row | None:
    """Return the highest floor that a score may stand beside.

    That is one on the same tasks, under the same noise and with as many trials: what is solved in
    one of five trials must not stand beside what is solved in the only one.
    """
    floors = [
        row
        for row in rows
        if "floor" in row.role
        and (row.env, row.split, row.noise, row.task_type, row.trials)
        == (of.env, of.split, of.noise, of.task_type, of.trials)
    ]
    return max(floors, key=lambda row: row.success, default=None)


def within(run: RunFiles, rows: Sequence[Row]) -> list[Pair]:
    """Return each agent against the highest floor, and each that remembers against its control."""
    records = grouped(run)
    totals = [row for row in rows if row.task_type == ALL]
    by_group = {row.group: row for row in totals}
    controls = controls_of(run.settings["agents"])
    found = []
    for row in totals:
        floor = highest_floor(totals, row)
        if floor is not None and not row.role and row.agent not in controls.values():
            found.append(_in_run(FLOOR, records, row, floor))
        control = by_group.get(_control(row, controls))
        if control is not None:
            found.append(_in_run(CONTROL, records, row, control))
    return [pair for pair in found if pair is not None]


def paired(
    why: str,
    rows: tuple[Row, Row],
    names: tuple[str, str],
    played: tuple[Mapping[str, list[bool]], Mapping[str, list[bool]]],
) -> Pair | None:
    """Compare two scores on the tasks that both have played: all, unless a run is unfinished.

    Args:
        why: see `Pair`.
        rows: the scores.
        names: of what is compared.
        played: what was solved, see `results.outcomes`.

    Returns:
        None if there is no such task.
    """
    first, second = rows
    shared = sorted(played[0].keys() & played[1].keys())
    if not shared:
        return None
    ours, theirs = ({task: solved[task] for task in shared} for solved in played)
    once = all(len(solved[task]) == 1 for solved in (ours, theirs) for task in shared)
    means = [
        sum(sum(solved[task]) / len(solved[task]) for task in shared) / len(shared)
        for solved in (ours, theirs)
    ]
    return Pair(
        why=why,
        env=first.env,
        split=first.split,
        noise=first.noise,
        first=names[0],
        second=names[1],
        agent=first.agent,
        first_score=score_of(first),
        second_score=score_of(second),
        first_success=means[0],
        second_success=means[1],
        test="McNemar's test" if once else "sign test",
        comparison=statistics.compare(ours, theirs),
    )


def _control(row: Row, controls: Mapping[str, str]) -> Group:
    protocol = str(Protocol.parse(row.protocol).of_kind(RETRY))
    return row.group._replace(agent=controls.get(row.agent, ""), protocol=protocol)


def _in_run(
    why: str, records: Mapping[Group, list[Record]], first: Row, second: Row
) -> Pair | None:
    return paired(
        why,
        (first, second),
        (first.agent, second.agent),
        (outcomes(records[first.group]), outcomes(records[second.group])),
    )
