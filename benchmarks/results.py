"""From episodes to a table: success with intervals, steps, invalid actions."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crossworld.benchmarks.folder import RESULTS, RunFiles, write_json
from crossworld.benchmarks.protocol import Protocol
from crossworld.benchmarks.records import Record
from crossworld.benchmarks.statistics import CONFIDENCE, clustered

ALL = "all"
"""The `task_type` of a row over all task types."""


@dataclass(frozen=True, slots=True)
class Row:
    """One agent on one task type.

    Attributes:
        agent: what the suite calls the agent.
        protocol: its protocol and step limit.
        role: "floor", "blind floor", "ceiling" or "".
        privileged: whether it reads what no fair contestant may see.
        task_type: the task type, or `ALL`.
        episodes, tasks, successes, errors: counts; an error is an episode whose agent raised.
        success: success rate.
        low, high: its 95 % interval; see `statistics.clustered`.
        goal_conditions: mean share of the goal's conditions that held at the end.
        steps: mean steps; a failure counts the limit.
        steps_given_success: mean steps of the successes; none without a success.
        invalid_rate: share of the actions that were not possible; none without an action.
        mean_return: mean sum of rewards.
        seconds: mean wall time.
    """

    agent: str
    protocol: str
    role: str
    privileged: bool
    task_type: str
    episodes: int
    tasks: int
    successes: int
    errors: int
    success: float
    low: float
    high: float
    goal_conditions: float
    steps: float
    steps_given_success: float | None
    invalid_rate: float | None
    mean_return: float
    seconds: float


def aggregate(run: RunFiles) -> list[Row]:
    """Return a row per agent over all task types, then one per task type; agents in suite order."""
    return [
        _row(agent, kind, [r for r in played if kind in (ALL, r.task_type)])
        for agent in run.settings["agents"]
        if (played := [record for record in run.records if record.agent == agent["name"]])
        for kind in (ALL, *task_types(played))
    ]


def task_types(records: Iterable[Record]) -> list[str]:
    """Return the task types, sorted."""
    return sorted({record.task_type for record in records})


def write_results(folder: Path, run: RunFiles, rows: Sequence[Row]) -> None:
    """Write `results.json`, whole or not at all."""
    content = {
        "settings": run.settings,
        "facts": run.facts,
        "confidence": CONFIDENCE,
        "rows": [asdict(row) for row in rows],
    }
    write_json(folder / RESULTS, content)


def _row(agent: dict[str, Any], task_type: str, records: Sequence[Record]) -> Row:
    outcomes: dict[str, list[bool]] = {}
    for record in records:
        outcomes.setdefault(record.task_id, []).append(record.success)
    interval = clustered(outcomes)
    won = [record for record in records if record.success]
    limit = Protocol.parse(agent["protocol"]).limit
    actions = sum(record.steps for record in records)
    return Row(
        agent=agent["name"],
        protocol=agent["protocol"],
        role=agent["role"],
        privileged=agent["privileged"],
        task_type=task_type,
        episodes=len(records),
        tasks=len(outcomes),
        successes=len(won),
        errors=sum(bool(record.error) for record in records),
        success=len(won) / len(records),
        low=interval.low,
        high=interval.high,
        goal_conditions=_mean(record.goal_conditions for record in records),
        steps=_mean(record.steps if record.success else limit for record in records),
        steps_given_success=_mean(record.steps for record in won) if won else None,
        invalid_rate=sum(r.invalid_actions for r in records) / actions if actions else None,
        mean_return=_mean(record.return_ for record in records),
        seconds=_mean(record.seconds for record in records),
    )


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers)
