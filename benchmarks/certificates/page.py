"""The table of a report."""

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from crossworld.benchmarks.certificates.playing import ORACLE, PLAYERS, Certificate
from crossworld.envs.core.atomic import write_all_or_nothing

CASES = 5
"""Ids that are named of each kind of failure."""


def page(certificates: Sequence[Certificate], command: str) -> str:
    """Return all that was found, in Markdown.

    Args:
        certificates: of each task.
        command: what made them.
    """
    others = [player for player in PLAYERS if player != ORACLE]
    head = ["task", "things", "oracle", "steps, mean / most", *others, "settings", "certified"]
    rows = [head, ["---"] * len(head), *(_row(one, others) for one in certificates)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    passed = sum(one.certified for one in certificates)
    lines = [line for one in certificates for line in _failures(one)]
    return (
        f"Made by `{command}`: {passed} of {len(certificates)} tasks are certified.\n\n{table}\n\n"
        "Games won of those that could be played. pick_place and point say by numbers what the oracle"
        " says in words (a point places things with the yaw they have, so it cannot do what needs"
        " turning); analytic is the oracle in the other physics; handcoded sees mission and text"
        " only. A setting is sound if its words read back as its goals, no goal holds at the start"
        " and everything lies at rest.\n\n"
        f"## Not won\n\n{chr(10).join(lines) or 'None.'}\n"
    )


def write(path: Path, text: str) -> None:
    """Write a file, all of it or nothing.

    Raises:
        OSError: it cannot be written.
    """
    write_all_or_nothing(path, lambda draft: draft.write_text(text, "utf-8"))


def _row(one: Certificate, others: Sequence[str]) -> list[str]:
    steps = one.scores[ORACLE].steps
    return [
        f"`{one.task}`",
        str(one.things),
        _won(one, ORACLE),
        f"{mean(steps):.1f} / {max(steps)}" if steps else "none",
        *(_won(one, player) for player in others),
        "sound" if not one.faults else f"{len(one.faults)} faults",
        "yes" if one.certified else "**no**",
    ]


def _won(one: Certificate, player: str) -> str:
    score = one.scores.get(player)
    if score is None or not score.played:
        return "-"
    return f"{len(score.steps)} / {score.played}"


def _failures(one: Certificate) -> list[str]:
    lines = [f"- `{one.task}`: {fault}" for fault in one.faults[:CASES]]
    for player, score in one.scores.items():
        for what, ids in (("not won", score.lost), ("not to be said", score.refused)):
            if ids:
                named = ", ".join(f"`{task_id}`" for task_id in ids[:CASES])
                more = f" and {len(ids) - CASES} more" if len(ids) > CASES else ""
                lines.append(f"- `{one.task}`, {player}, {what}: {named}{more}")
    return lines
