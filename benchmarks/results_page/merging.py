"""Several runs on the same tasks as one."""

from collections.abc import Mapping, Sequence
from typing import Any

from crossworld.benchmarks.folder import RunError, RunFiles


def merged(runs: Sequence[RunFiles]) -> RunFiles:
    """Return the runs as one, with the agents of all; settings and facts are the first one's.

    Raises:
        RunError: two runs have an agent of the same name, or other tasks or versions.
    """
    first, *others = runs
    tasks = _tasks(first)
    agents = {agent["name"]: agent for agent in first.settings["agents"]}
    for run in others:
        for place, digest in _tasks(run).items():
            if tasks.setdefault(place, digest) != digest:
                raise RunError(f"{place[0]}, {place[1]}: the runs have other tasks there.")
        if run.settings["versions"] != first.settings["versions"]:
            raise RunError(
                f"the runs were made with {first.settings['versions']} and"
                f" {run.settings['versions']}; play one of them again."
            )
        for agent in run.settings["agents"]:
            if agent["name"] in agents:
                raise RunError(f"two runs have an agent {agent['name']!r}; give one a 'label'.")
            agents[agent["name"]] = agent
    sets = {
        (tasks["env"], tasks["split"]): tasks for run in runs for tasks in run.settings["task_sets"]
    }
    settings = {
        **first.settings,
        "agents": sorted(agents.values(), key=lambda agent: agent["role"] == "ceiling"),
        "task_sets": list(sets.values()),
    }
    records = tuple(record for run in runs for record in run.records)
    return RunFiles(settings, first.facts, records, ())


def _tasks(run: RunFiles) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(t["env"], t["split"]): t["tasks_hash"] for t in run.settings["task_sets"]}
