"""Aggregations along an axis: success by trial or round, and success by noise rate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any

from crossworld.benchmarks.folder import RunFiles
from crossworld.benchmarks.protocol import CUMULATIVE, RETRY, TRIALS, Protocol
from crossworld.benchmarks.records import Record
from crossworld.benchmarks.results import Group, grouped, outcomes, tasks_played, trials_of
from crossworld.benchmarks.statistics import (
    Estimate,
    Outcomes,
    aurc,
    relative_success,
    trial_curve,
)


@dataclass(frozen=True, slots=True)
class TrialCurve:
    """Success of one group within so many trials, or rounds.

    Attributes:
        env, split, agent, protocol, noise: the group, see `results.Group`.
        trials: k.
        tasks: number of different tasks.
        control: name of the agent whose group is the same without memory; "" if there is none.
        points: cumulative success within 1, 2, ..., k trials, with 95 % intervals.
    """

    env: str
    split: str
    agent: str
    protocol: str
    noise: str
    trials: int
    tasks: int
    control: str
    points: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class NoiseCurve:
    """Success of one agent over the rate of noise on one modality.

    Attributes:
        env, split, agent, protocol: as of `results.Group`.
        modality: what the noise is on.
        tasks: number of different tasks.
        area: under the curve, divided by the range of the rates; see `statistics.aurc`.
        relative: rate to the share of the success without noise that is left, with what is beyond
            all bounds as None; empty if there is nothing to relate to.
    """

    env: str
    split: str
    agent: str
    protocol: str
    modality: str
    tasks: int
    rates: tuple[float, ...]
    area: Estimate
    relative: Mapping[float, tuple[float, float, float | None]]

    @property
    def noises(self) -> tuple[str, ...]:
        """The `noise` of the rows that are its points, by rising rate."""
        return tuple(f"{self.modality} {rate:g}" if rate else "" for rate in self.rates)


def trial_curves(run: RunFiles) -> list[TrialCurve]:
    """Return the curve of each group that may play tasks several times.

    A group with a task that has trials left has none yet: what is ended first is what was solved,
    so its curve would be too high.
    """
    controls = controls_of(run.settings["agents"])
    entered = {agent["name"]: agent for agent in run.settings["agents"]}
    curves = []
    for group, records in grouped(run).items():
        if Protocol.parse(group.protocol).kind not in CUMULATIVE:
            continue
        trials = trials_of(entered[group.agent], group.protocol)
        attempts = _attempts(records)
        if _ended(attempts, trials):
            points = tuple(trial_curve(attempts, trials))
            control = controls.get(group.agent, "")
            curves.append(TrialCurve(*group, trials, len(attempts), control, points))
    return curves


def controls_of(agents: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return for each agent with trials and memory the agent that is its retry-only control.

    Args:
        agents: their settings, see `Plan.settings`. A suite enters the control right after the
            agent, see `suite.with_control`.
    """
    return {
        agent["name"]: following["name"]
        for agent, following in pairwise(agents)
        if _is_control(agent, following)
    }


def noise_curves(run: RunFiles) -> list[NoiseCurve]:
    """Return a curve for each agent, task set and modality that was played under two rates or more.

    All rates must have been played on the same tasks, which is so unless the run is unfinished.
    """
    conditions: dict[tuple[Group, str], dict[float, Outcomes]] = {}
    clean: dict[Group, Outcomes] = {}
    for group, records in grouped(run).items():
        place, solved = group._replace(noise=""), outcomes(records)
        if group.noise:
            modality, rate = group.noise.split()
            conditions.setdefault((place, modality), {})[float(rate)] = solved
        else:
            clean[place] = solved
    curves = []
    for (place, modality), noisy in conditions.items():
        quiet = {0.0: clean[place]} if place in clean else {}
        played = dict(sorted({**quiet, **noisy}.items()))
        if len(played) > 1 and len({frozenset(solved) for solved in played.values()}) == 1:
            curves.append(_noise_curve(place, modality, played))
    return curves


def _noise_curve(place: Group, modality: str, played: Mapping[float, Outcomes]) -> NoiseCurve:
    return NoiseCurve(
        *place[:4],
        modality=modality,
        tasks=len(next(iter(played.values()))),
        rates=tuple(played),
        area=aurc(played),
        relative=_relative(played),
    )


def _relative(played: Mapping[float, Outcomes]) -> dict[float, tuple[float, float, float | None]]:
    if 0.0 not in played or not any(any(solved) for solved in played[0.0].values()):
        return {}
    return {
        rate: (value, low, high if isfinite(high) else None)
        for rate, (value, low, high) in relative_success(played).items()
    }


def _attempts(records: list[Record]) -> dict[str, list[list[bool]]]:
    """Return for each task id the success of the trials of each time it was played."""
    attempts: dict[str, list[list[bool]]] = {}
    for trials in tasks_played(records):
        attempts.setdefault(trials[0].task_id, []).append([trial.success for trial in trials])
    return attempts


def _ended(attempts: Mapping[str, list[list[bool]]], trials: int) -> bool:
    return all(
        any(attempt) or len(attempt) == trials for tried in attempts.values() for attempt in tried
    )


def _is_control(agent: Mapping[str, Any], following: Mapping[str, Any]) -> bool:
    protocol = Protocol.parse(agent["protocol"])
    same = ("agent", "kwargs", "trials", "noise")
    return (
        protocol.kind == TRIALS
        and following["protocol"] == str(protocol.of_kind(RETRY))
        and all(agent[name] == following[name] for name in same)
    )
