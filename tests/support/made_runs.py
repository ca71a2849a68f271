"""Runs made of episodes that were written down, not played, so that they can be counted by hand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from crossworld.benchmarks.folder import RunFiles, RunFolder
from crossworld.benchmarks.records import Record, Transcript, Turn

ENV, SPLIT = "made/World-v0", "few"
LIMIT = 10
FACTS = {"command": "crossworld bench made", "machine": "none", "started": "never"}


def entered(name: str, protocol: str = "pass@1", trials: int = 1, **given: Any) -> dict[str, Any]:
    """The settings of an agent."""
    return {
        "name": name,
        "agent": name,
        "kwargs": {},
        "protocol": f"{protocol}/{LIMIT}",
        "trials": trials,
        "noise": [""],
        "adapt": None,
        "reads": ["text"],
        "privileged": False,
        "prompt_hash": "",
        "role": "",
        "description": "",
        "episodes": 0,
        **given,
    }


def settings(agents: Sequence[Mapping[str, Any]], **given: Any) -> dict[str, Any]:
    tasks = {
        "env": ENV,
        "env_kwargs": {},
        "split": SPLIT,
        "episodes": 4,
        "manifest_hash": "m",
        "tasks_hash": "t",
    }
    return {
        "suite": "made",
        "title": "Made",
        "task_sets": [tasks],
        "seeds": [0],
        "episode_seconds": 60.0,
        "agents": list(agents),
        "versions": {"crossworld": "0"},
        **given,
    }


def episodes(
    agent: Mapping[str, Any], solved: Mapping[str, Sequence[bool]], **given: Any
) -> Iterator[Record]:
    """Records of tasks, each with the success of its trials."""
    for number, (task, trials) in enumerate(solved.items()):
        for trial, success in enumerate(trials):
            record = Record(
                env=ENV,
                agent=agent["name"],
                task_id=task,
                task_type="type",
                split=SPLIT,
                scene="",
                noise="",
                seed=0,
                episode=number,
                trial=trial,
                protocol=agent["protocol"],
                success=success,
                goal_conditions=float(success),
                steps=5 if success else LIMIT,
                return_=float(success),
                invalid_actions=0,
                seconds=1.0,
                model_calls=0,
                prompt_tokens=0,
                completion_tokens=0,
                latency=0.0,
                cost=0.0,
                prompt_hash="",
                error="",
                versions={},
                manifest_hash="m",
            )
            yield replace(record, **given)


def once(digits: str) -> dict[str, list[bool]]:
    """Tasks that are played once: `101` means that the first and the third were solved."""
    return {f"task {i}": [digit == "1"] for i, digit in enumerate(digits)}


def spoken(record: Record, frames: Sequence[str], opening: str = "") -> Transcript:
    """A transcript with these frames, the opening's first."""
    turns = tuple(Turn(f"go {i}", f"You went {i}.", True, f) for i, f in enumerate(frames[1:], 1))
    return Transcript(
        **record.key._asdict(),
        task_id=record.task_id,
        mission="a mission",
        opening=opening,
        frame=frames[0],
        turns=turns,
    )


def run(
    agents: Sequence[Mapping[str, Any]],
    records: Iterable[Record],
    transcripts: Iterable[Transcript] = (),
    **given: Any,
) -> RunFiles:
    return RunFiles(settings(agents, **given), FACTS, tuple(records), tuple(transcripts))


def write(folder: Path, files: RunFiles) -> Path:
    """Write a run as if it had been played."""
    transcripts = {transcript.key: transcript for transcript in files.transcripts}
    with RunFolder(folder, files.settings, files.facts) as out:
        for record in files.records:
            out.append(record, transcripts.get(record.key))
    return folder


def everything() -> RunFiles:
    """A run with all that a report can show."""
    low = entered("random", role="floor", reads=["admissible_commands"])
    blind = entered("blind", role="blind floor")
    top = entered("planner", role="ceiling", privileged=True, reads=["expert_action"])
    noises = ["", "text 0.1", "image 0.5"]
    model = entered(
        "model", noise=noises, reads=["prompt", "image"], kwargs={"name": "<m>"}, prompt_hash="p1"
    )
    me = entered("me", "k-trial", trials=3)
    control = entered("me, retry only", "retry-only", trials=3, agent="me")
    adapt = entered("adapt", "adapt", trials=2)
    lessons = {"split": "train", "episodes": 2, "rounds": 2}
    frozen = entered("frozen", "adapted-pass@1", adapt=lessons)
    used = {"model_calls": 3, "prompt_tokens": 900, "completion_tokens": 9, "latency": 2.0}
    some = {"task 0": [True], "task 1": [False, True], "task 2": [False] * 3, "task 3": [True]}
    none = {task: [False] * 3 for task in some}
    twice = {task: trials[:2] for task, trials in some.items()}
    records = [
        *episodes(low, once("0000")),
        *episodes(blind, once("0100")),
        *episodes(top, once("1111")),
        *(
            record
            for noise, digits in zip(noises, ("1101", "1000", "1100"), strict=True)
            for record in episodes(
                model, once(digits), noise=noise, **used, cost=0.02, prompt_hash="p1"
            )
        ),
        *episodes(me, some),
        *episodes(control, none),
        *episodes(adapt, twice),
        *episodes(frozen, twice, split="train", protocol="adapt/10"),
        *episodes(frozen, once("1010")),
    ]
    agents = [low, blind, top, model, me, control, adapt, frozen]
    total = [4, 4, 4, 12, 12, 12, 8, 12]
    counted = [{**a, "episodes": n} for a, n in zip(agents, total, strict=True)]
    talks = [
        spoken(record, ["QUFB", "QkJC", "Q0ND"], "Look <around>.")
        for record in records
        if record.task_id == "task 1" and record.split == SPLIT and not record.noise
    ]
    return run(counted, records, talks)
