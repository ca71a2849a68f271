"""From episodes to a table: success with intervals, steps, invalid actions, what models cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from crossworld.benchmarks.folder import RESULTS, RunFiles, write_json
from crossworld.benchmarks.protocol import ADAPT, Protocol
from crossworld.benchmarks.records import Record
from crossworld.benchmarks.statistics import CONFIDENCE, clustered

ALL = "all"
"""The `task_type` of a row over all task types."""


MODALITIES = {
    "image": "image",
    "depth": "depth",
    "segmentation": "segmentation",
    "text": "text",
    "prompt": "text",
    "caption": "caption",
    "captions": "caption",
    "expert_action": "expert",
}
"""Observation and info entries that tell of the world, and what tables call them."""


class Group(NamedTuple):
    """What is aggregated on its own: one score."""

    env: str
    split: str
    agent: str
    protocol: str
    noise: str


@dataclass(frozen=True, slots=True)
class Row:
    """One score: an agent on one task type of a task set, under one protocol and noise.

    A *task played* is one task under one seed. Under protocols with trials it is all its trials, and
    counts as solved if one of them solved it; steps are those of that trial, or of the last one.

    Attributes:
        env, split, agent, protocol, noise: what is scored; see `Group`.
        trials: how often at most a task was played: k of protocols with trials, else 1.
        seeds: number of seeds that it is over.
        sees: what of the world the agent reads, see `sees`.
        role: "floor", "blind floor", "ceiling" or "".
        privileged: whether it reads what no fair contestant may see.
        task_type: the task type, or `ALL`.
        episodes, tasks, played, solved, errors: numbers of episodes, of different tasks, of tasks
            played, of those that were solved, and of episodes whose agent raised or hung.
        success: share of the tasks played that were solved; every task counts the same.
        low, high: its 95 % interval; see `statistics.clustered`.
        goal_conditions: mean share of the goal's conditions that held at the end.
        steps: mean steps; a failure counts the limit.
        steps_given_success: mean steps of what was solved; None if nothing was.
        invalid_rate: share of the actions that were not possible; None without an action.
        mean_return: mean sum of rewards.
        seconds: mean wall time of a task played.
        model_calls, tokens, latency, cost: of language models, per task played: answers, tokens of
            prompts and answers, seconds, US dollars.
    """

    env: str
    split: str
    agent: str
    protocol: str
    noise: str
    trials: int
    seeds: int
    sees: str
    role: str
    privileged: bool
    task_type: str
    episodes: int
    tasks: int
    played: int
    solved: int
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
    model_calls: float
    tokens: float
    latency: float
    cost: float

    @property
    def group(self) -> Group:
        """What is scored."""
        return Group(*(getattr(self, name) for name in Group._fields))


def aggregate(run: RunFiles) -> list[Row]:
    """Return a row per group over all task types, then one per task type.

    Groups are in the order of the suite: agents, within them task sets, within them noise.
    """
    entered = {agent["name"]: agent for agent in run.settings["agents"]}
    return [
        _row(group, entered[group.agent], kind, [r for r in records if kind in (ALL, r.task_type)])
        for group, records in grouped(run).items()
        for kind in (ALL, *task_types(records))
    ]


def grouped(run: RunFiles) -> dict[Group, list[Record]]:
    """Return the records of each group, sorted by seed, episode and trial."""
    agents = [agent["name"] for agent in run.settings["agents"]]
    noises = [noise for agent in run.settings["agents"] for noise in agent["noise"]]
    sets = [(tasks["env"], tasks["split"]) for tasks in run.settings["task_sets"]]

    def place(record: Record) -> tuple[int, ...]:
        at = (record.env, record.split)
        # What was only learned from is in no task set, and comes first.
        return (
            agents.index(record.agent),
            sets.index(at) if at in sets else -1,
            noises.index(record.noise),
            record.seed,
            record.episode,
            record.trial,
        )

    groups: dict[Group, list[Record]] = {}
    for record in sorted(run.records, key=place):
        group = Group(record.env, record.split, record.agent, record.protocol, record.noise)
        groups.setdefault(group, []).append(record)
    return groups


def tasks_played(records: Iterable[Record]) -> list[list[Record]]:
    """Return the trials of each task played; records must be of one group, and sorted."""
    played: dict[tuple[int, int], list[Record]] = {}
    for record in records:
        played.setdefault((record.seed, record.episode), []).append(record)
    return list(played.values())


def task_types(records: Iterable[Record]) -> list[str]:
    """Return the task types, sorted."""
    return sorted({record.task_type for record in records})


def outcomes(records: Iterable[Record]) -> dict[str, list[bool]]:
    """Return for each task id whether it was solved, once for each time it is a task played.

    Args:
        records: of one group, and sorted.
    """
    found: dict[str, list[bool]] = {}
    for trials in tasks_played(records):
        found.setdefault(trials[0].task_id, []).append(any(trial.success for trial in trials))
    return found


def trials_of(agent: Mapping[str, Any], protocol: str) -> int:
    """Return how often at most a task was played.

    Args:
        agent: its settings, see `Plan.settings`.
        protocol: that of the group; where an agent only learns it has rounds of its own.
    """
    if agent["adapt"] is not None and Protocol.parse(protocol).kind == ADAPT:
        return int(agent["adapt"]["rounds"])
    return int(agent["trials"])


def sees(reads: Iterable[str]) -> str:
    """Return what an agent reads of the world in short, such as `image` or `image, text`.

    `commands` stands for the list of what is possible now, which says where things are to who looks
    nowhere; `nothing` for an agent that reads not even that.
    """
    names = {**MODALITIES, "admissible_commands": "commands"}
    return ", ".join(sorted({names[entry] for entry in reads if entry in names})) or "nothing"


def write_results(folder: Path, run: RunFiles, found: Mapping[str, Any]) -> None:
    """Write `results.json`, whole or not at all.

    Args:
        folder: where.
        run: what was played.
        found: what was made of it, see `findings.Findings`.
    """
    content = {"settings": run.settings, "facts": run.facts, "confidence": CONFIDENCE, **found}
    write_json(folder / RESULTS, content)


def _row(group: Group, agent: Mapping[str, Any], task_type: str, records: Sequence[Record]) -> Row:
    played = tasks_played(records)
    ends = [next((r for r in trials if r.success), trials[-1]) for trials in played]
    solved = outcomes(records)
    interval = clustered(solved)
    won = [end for end in ends if end.success]
    limit = Protocol.parse(group.protocol).limit
    actions = sum(record.steps for record in records)

    def per_task(values: Iterable[float]) -> float:
        return sum(values) / len(ends)

    return Row(
        **group._asdict(),
        trials=trials_of(agent, group.protocol),
        seeds=len({record.seed for record in records}),
        sees=sees(agent["reads"]),
        role=agent["role"],
        privileged=agent["privileged"],
        task_type=task_type,
        episodes=len(records),
        tasks=len(solved),
        played=len(ends),
        solved=len(won),
        errors=sum(bool(record.error) for record in records),
        success=sum(sum(of) / len(of) for of in solved.values()) / len(solved),
        low=interval.low,
        high=interval.high,
        goal_conditions=per_task(end.goal_conditions for end in ends),
        steps=per_task(end.steps if end.success else limit for end in ends),
        steps_given_success=sum(end.steps for end in won) / len(won) if won else None,
        invalid_rate=sum(r.invalid_actions for r in records) / actions if actions else None,
        mean_return=per_task(end.return_ for end in ends),
        seconds=per_task(record.seconds for record in records),
        model_calls=per_task(record.model_calls for record in records),
        tokens=per_task(record.prompt_tokens + record.completion_tokens for record in records),
        latency=per_task(record.latency for record in records),
        cost=per_task(record.cost for record in records),
    )
