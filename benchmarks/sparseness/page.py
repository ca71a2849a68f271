"""The table of a report."""

from collections.abc import Sequence
from typing import NamedTuple

from crossworld.benchmarks.sparseness.playing import Row
from crossworld.benchmarks.sparseness.splitting import Estimate

HEAD = (
    "task",
    "physics",
    "method",
    "steps per success",
    "95 % interval",
    "stated",
    "successes",
    "episodes",
    "entrances",
    "steps played",
)


class Line(NamedTuple):
    """What was found of a task in one physics."""

    row: Row
    physics: str
    estimate: Estimate


def page(lines: Sequence[Line], command: str) -> str:
    """Return all that was found, in Markdown.

    Args:
        lines: of the table.
        command: what made them.
    """
    rows = [HEAD, ["---"] * len(HEAD), *map(_cells, lines)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return (
        f"Made by `{command}`.\n\n{table}\n\n"
        "Mean number of environment steps per success of actions drawn uniformly from the space of"
        ' `action_mode="point"`, in episodes of 20 steps of tasks drawn at random; success ends an'
        " episode. Stated: Di Palo et al. (2023, arXiv 2307.09668), as orders of magnitude.\n\n"
        "Direct: episodes are played; Wilson's interval of successes per step. Splitting: an episode"
        " in which the first of the two goals has been reached for the first time, its entrance, is"
        " played on many times with the steps that it has left, and counts as the mean of what comes"
        " of it, which leaves all expectations as they are; successes are those of all these runs,"
        " and the interval is a percentile bootstrap over independent episodes.\n"
    )


def _cells(line: Line) -> list[str]:
    found = line.estimate
    copies = line.row.copies
    return [
        f"`{line.row.env_id}`",
        line.physics,
        f"splitting, {' x '.join(map(str, copies))}" if copies else "direct",
        _rounded(found.value),
        f"{_rounded(found.interval.low)} to {_rounded(found.interval.high)}",
        line.row.stated,
        str(found.successes),
        str(found.episodes),
        str(found.entrances) if copies else "-",
        str(found.played),
    ]


def _rounded(steps: float) -> str:
    """Return three digits that count: `28.9`, `2600`, `1500000`."""
    number = float(f"{steps:.3g}")
    return f"{number:.0f}" if number >= 100 else f"{number:g}"
