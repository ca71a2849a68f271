"""The table and the learning curve."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from crossworld.benchmarks.image_policy.comparing import paired_difference
from crossworld.benchmarks.image_policy.learning import FEATURES, PPO, SLOTS, Point
from crossworld.benchmarks.image_policy.playing import Episode, outcomes
from crossworld.benchmarks.image_policy.tasks import (
    BONUS,
    ENV_ID,
    IMAGE_SIZE,
    SPLIT,
    STEPS,
    HouseholdTask,
)
from crossworld.benchmarks.statistics import wilson

POLICY = "MaskablePPO, images"
BLANK = "MaskablePPO, blank images"
FLOOR = "random possible command"
OWN_FLOOR = "random of the policy's own commands"

COLOURS = {POLICY: "#1f6feb", BLANK: "#9a6700"}


class Findings(NamedTuple):
    """All that was measured.

    Attributes:
        tasks: the tasks.
        episodes: agent to its episodes, of `FLOOR` at least.
        curves: learned agent to its learning curve.
        actions: number of the policy's actions.
        command: what made the page.
    """

    tasks: Sequence[HouseholdTask]
    episodes: Mapping[str, Sequence[Episode]]
    curves: Mapping[str, Sequence[Point]]
    actions: int
    command: str


def page(found: Findings) -> str:
    """Return all that was found, in Markdown."""
    floor = outcomes(found.episodes[FLOOR])
    head = ("agent", "success", "95 % interval", "more than the floor, points", "95 % interval, paired",
            "steps", "episodes", "CPU minutes", "training steps", "steps per CPU second")  # fmt: skip
    rows = [
        _agent(name, episodes, floor, found.curves.get(name, ()))
        for name, episodes in found.episodes.items()
    ]
    by_task = [_task(task, found.episodes) for task in found.tasks]
    task_head = ("task", "type", "room", "mission (not seen)", "shortest plan", *found.episodes)
    return (
        f"Made by `{found.command}`.\n\n{_table(head, rows)}\n\n{_seeing(found)}\n\n"
        "![Success against CPU time](../_static/image-policy.png)\n\n"
        f"{_table(task_head, by_task)}\n\n{_method(found)}"
    )


def draw(found: Findings, path: Path) -> None:
    """Write the learning curves as a PNG, the floor drawn in."""
    figure = Figure(figsize=(7, 4), layout="constrained", dpi=150)
    axes = figure.subplots()
    for name, curve in found.curves.items():
        minutes = [0.0, *(point.minutes for point in curve)]
        rates = [_rate(found.episodes[OWN_FLOOR]), *(point.success for point in curve)]
        axes.plot(minutes, rates, color=COLOURS[name], label=f"{name}, in training")
        last, low, high = _interval(found.episodes[name])
        axes.errorbar(
            minutes[-1], last, [[last - low], [high - last]], fmt="o", capsize=4,
            color=COLOURS[name], label=f"{name}, fresh episodes",
        )  # fmt: skip
    rate, low, high = _interval(found.episodes[FLOOR])
    axes.axhspan(low, high, color="#8b949e", alpha=0.4, linewidth=0)
    axes.axhline(rate, color="#57606a", linestyle="--", label=f"floor: {FLOOR}, {rate:.1%}")
    axes.set(
        xlabel="CPU time of the training, minutes",
        ylabel=f"success within {STEPS} steps",
        ylim=(-0.03, 1.03),
        title=f"Learning from images alone: {len(found.tasks)} tasks of {ENV_ID.split('/')[1]}",
    )
    axes.set_xlim(left=0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="center right", frameon=False, fontsize=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})


def _agent(
    name: str, episodes: Sequence[Episode], floor: NDArray[np.float64], curve: Sequence[Point]
) -> list[str]:
    rate, low, high = _interval(episodes)
    cells = [name, f"**{rate:.1%}**", f"{low:.1%} to {high:.1%}"]
    if name == FLOOR:
        cells += ["-", "-"]
    else:
        cells += _points(outcomes(episodes), floor)
    cells += [f"{sum(e.steps for e in episodes) / len(episodes):.1f}", str(len(episodes))]
    if not curve:
        return [*cells, "-", "-", "-"]
    last = curve[-1]
    speed = last.steps / last.minutes / 60
    return [*cells, f"{last.minutes:.1f}", f"{last.steps:,}", f"{speed:.0f}"]


def _seeing(found: Findings) -> str:
    """Return what images are worth beyond the mask."""
    seeing, blank = (outcomes(found.episodes[name]) for name in (POLICY, BLANK))
    value, spread = _points(seeing, blank)
    return f"Images are worth {value} percentage points beyond blank ones ({spread}, paired)."


def _points(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> tuple[str, str]:
    """Return a difference and its interval, percentage points."""
    value, (low, high) = paired_difference(ours, theirs)
    return f"{100 * value:+.1f}", f"{100 * low:+.1f} to {100 * high:+.1f}"


def _task(task: HouseholdTask, episodes: Mapping[str, Sequence[Episode]]) -> list[str]:
    rates = [
        _rate([e for e in played if e.task_id == task.task_id]) for played in episodes.values()
    ]
    return [
        f"`{task.task_id}`",
        task.task_type,
        task.room,
        task.mission,
        f"{task.plan} steps",
        *(f"{rate:.0%}" for rate in rates),
    ]


def _method(found: Findings) -> str:
    settings = ", ".join(f"`{name}={value}`" for name, value in PPO.items())
    return (
        f"Tasks: the first {len(found.tasks)} of the split `{SPLIT}` of `{ENV_ID}` whose type is one of"
        " the two with the shortest plans, each in a room of its own, since a policy that is not told"
        " the mission must see from the room what is to be done. They are the same in training and in"
        " test: this measures whether images can be read and acted upon, not whether it generalises.\n\n"
        f'Policy: `sb3_contrib.MaskablePPO` through `to_sb3(keys="image")`: one image of {IMAGE_SIZE} x'
        f" {IMAGE_SIZE} pixels a step and the mask of what is possible, neither text nor mission nor"
        f" memory. Its {found.actions} actions are the commands that can become possible in any of the"
        " tasks, numbered places only where it goes to one (`DiscretizeTextAction`). Three small"
        f" convolutions, {FEATURES} features; {SLOTS} slots, as many for each task; {settings}; one"
        " thread.\n\n"
        "Reward in training: success, what a step gained of the share of goal conditions"
        f" (`GoalConditionReward`), and {BONUS} once an episode for each door that the shortest plan"
        " opens and the thing that it takes (`SubgoalReward` with the oracle captioner). The test counts"
        " success alone.\n\n"
        f"Test: fresh episodes of at most {STEPS} steps, as many of each task, actions drawn from the"
        " policy. Success has Wilson's interval; the difference a percentile bootstrap over pairs, the"
        " k-th episode of a task by either, drawn anew within tasks, and is nowhere narrower"
        " than Newcombe's for independent rates. CPU time is that of the process, all threads,"
        " environments and drawing included.\n\n"
        f'Floors: "{FLOOR}" draws from all that is possible, "{OWN_FLOOR}" from the policy\'s own'
        " list. The policy with blank images is trained in the same way for the same time but sees"
        " nothing: what it reaches, the mask gives away.\n"
    )


def _interval(episodes: Sequence[Episode]) -> tuple[float, float, float]:
    won = sum(episode.success for episode in episodes)
    return won / len(episodes), *wilson(won, len(episodes))


def _rate(episodes: Sequence[Episode]) -> float:
    return sum(episode.success for episode in episodes) / len(episodes)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))
