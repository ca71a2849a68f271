"""The tables of a report."""

from collections.abc import Sequence

from crossworld.benchmarks.agreement.playing import LENGTH, NEAR, SPREAD, Outcome, Tally
from crossworld.benchmarks.reports.words import interval, percent
from crossworld.benchmarks.statistics import wilson

CASES = 5
"""Tasks that are named of each kind of difference."""

HEAD = (
    "task",
    "drawn",
    "sequences",
    "same success",
    "95 % interval, %",
    "succeed in PyBullet",
    "in analytic",
    "success in both, of either",
    "move something",
    "`on` in both, of either",
)


def page(tallies: Sequence[Tally], command: str) -> str:
    """Return all that was found, in Markdown.

    Args:
        tallies: of each task.
        command: what made them.
    """
    draws = dict.fromkeys(tally.draw for tally in tallies)
    rows = [HEAD, ["---"] * len(HEAD)]
    rows += [_cells(f"`{tally.task}`", tally) for tally in tallies]
    rows += [_cells("all", pooled(tallies, draw)) for draw in draws]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    lines = [line for tally in tallies for line in _cases(tally)]
    return (
        f"Made by `{command}`.\n\n{table}\n\n"
        f"Sequences of {LENGTH} picks and places, by the same numbers in both physics and from the same"
        " start; success is that all goals hold at once after one of them. Uniform: drawn uniformly"
        " from the action space. Aimed: each picks one of the things and places it, with probability"
        f" {NEAR:g}, near another thing or a spot (normal, {100 * SPREAD:g} cm in x and in y), else"
        " anywhere; they look at where things are in PyBullet, so that one that lies elsewhere in the"
        " other physics may be missed from then on. `on`: pairs of things of which one is on the"
        " other at the end.\n\n"
        f"## Success in one physics only\n\n{chr(10).join(lines) or 'None.'}\n"
    )


def pooled(tallies: Sequence[Tally], draw: str) -> Tally:
    """Return the sequences of all tasks that were drawn in one way."""
    found = [one for tally in tallies if tally.draw == draw for one in tally.outcomes]
    return Tally("all", draw, found)


def agreement(tally: Tally) -> float:
    """Return the share of sequences that succeed in both physics or in none."""
    return 1 - len(tally.differing) / len(tally.outcomes)


def _cells(name: str, tally: Tally) -> list[str]:
    played, outcomes = len(tally.outcomes), tally.outcomes
    return [
        name,
        tally.draw,
        str(played),
        percent(agreement(tally)),
        interval(*wilson(played - len(tally.differing), played)),
        *(percent(sum(one.won[k] > 0 for one in outcomes) / played) for k in (0, 1)),
        _part(sum(all(one.won) for one in outcomes), sum(any(one.won) for one in outcomes)),
        percent(sum(one.moved for one in outcomes) / played),
        _part(sum(one.shared for one in outcomes), sum(one.found for one in outcomes)),
    ]


def _part(part: int, whole: int) -> str:
    return f"{part} / {whole} ({percent(part / whole)})" if whole else "none"


def _cases(tally: Tally) -> list[str]:
    lines = []
    for k, where in enumerate(("PyBullet", "analytic")):
        cases = [one for one in tally.differing if one.won[k]]
        if cases:
            named = ", ".join(_case(one, k) for one in cases[:CASES])
            more = f" and {len(cases) - CASES} more" if len(cases) > CASES else ""
            lines.append(f"- `{tally.task}`, {tally.draw}, in {where}: {named}{more}")
    return lines


def _case(one: Outcome, k: int) -> str:
    return f"`{one.number}` (by pick and place {one.won[k]})"
