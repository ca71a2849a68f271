"""What language models cost: tokens, waiting, dollars, for each task played, with intervals."""

from collections.abc import Callable
from dataclasses import dataclass

from crossworld.benchmarks.folder import RunFiles
from crossworld.benchmarks.records import Record
from crossworld.benchmarks.results import grouped, tasks_played
from crossworld.benchmarks.statistics import Estimate, cluster_bootstrap


@dataclass(frozen=True, slots=True)
class Cost:
    """What one group that asks a language model costs; means per task played, all its trials.

    Attributes:
        env, split, agent, protocol, noise: the group, see `results.Group`.
        tokens: of prompts and answers.
        latency: seconds that the agent waited for answers.
        dollars: US dollars.
    """

    env: str
    split: str
    agent: str
    protocol: str
    noise: str
    tokens: Estimate
    latency: Estimate
    dollars: Estimate


def costs(run: RunFiles) -> list[Cost]:
    """Return what each group costs that asked a language model anything."""
    return [
        Cost(
            *group,
            tokens=_mean(records, lambda record: record.prompt_tokens + record.completion_tokens),
            latency=_mean(records, lambda record: record.latency),
            dollars=_mean(records, lambda record: record.cost),
        )
        for group, records in grouped(run).items()
        if any(record.model_calls for record in records)
    ]


def _mean(records: list[Record], value: Callable[[Record], float]) -> Estimate:
    spent: dict[str, list[float]] = {}
    for trials in tasks_played(records):
        spent.setdefault(trials[0].task_id, []).append(sum(map(value, trials)))
    return cluster_bootstrap(spent)
