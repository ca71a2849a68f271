"""The command."""

import argparse
from pathlib import Path

from rich.progress import track

from crossworld.benchmarks.agreement.page import agreement, page, pooled
from crossworld.benchmarks.agreement.playing import DRAWS, TASKS, compared
from crossworld.benchmarks.certificates.page import write

TABLE = Path("docs/tables/agreement.md")
SEQUENCES = 1000

ENOUGH = 0.99
"""Share of uniformly drawn sequences that have to end alike."""


def main() -> None:
    """Write the table; exit with 1 if too few uniformly drawn sequences end alike."""
    parser = argparse.ArgumentParser(description="Compare the quick physics with PyBullet.")
    parser.add_argument(
        "--sequences", type=int, default=SEQUENCES, help=f"of each task and kind ({SEQUENCES})"
    )
    parser.add_argument(
        "--tasks",
        nargs="+",
        metavar="TASK",
        choices=TASKS,
        help=f"only these of {', '.join(TASKS)}",
    )
    parser.add_argument("--seed", type=int, default=0, help="of all draws (0)")
    parser.add_argument("--out", type=Path, default=TABLE, help=f"file to write ({TABLE})")
    options = parser.parse_args()
    if options.sequences < 1:
        parser.error(f"--sequences: {options.sequences} is no number of games; give 1 or more")
    if options.seed < 0:
        parser.error(f"--seed: {options.seed} is negative; give 0 or more")
    tallies = [
        compared(task, draw, track(range(options.sequences), f"{task}, {draw}"), options.seed)
        for task in options.tasks or TASKS
        for draw in DRAWS
    ]
    command = (
        f"python -m crossworld.benchmarks.agreement --sequences {options.sequences}"
        f" --seed {options.seed}"
    )
    if options.tasks:
        command += f" --tasks {' '.join(options.tasks)}"
    write(options.out, page(tallies, command))
    share = agreement(pooled(tallies, "uniform"))
    if share < ENOUGH:
        raise SystemExit(f"only {share:.2%} of uniformly drawn sequences end alike")


if __name__ == "__main__":
    main()
