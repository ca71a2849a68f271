"""The command."""

import argparse
from math import ceil
from pathlib import Path

import numpy as np
from rich.progress import track

from crossworld.benchmarks.certificates.page import write
from crossworld.benchmarks.sparseness.page import Line, page
from crossworld.benchmarks.sparseness.playing import ROWS, Row, plan_of, play_of
from crossworld.benchmarks.sparseness.splitting import estimated, play

TABLE = Path("docs/tables/sparseness.md")
PHYSICS = ("analytic", "bullet")


def measured(row: Row, physics: str, steps: int, seed: int) -> Line:
    """Return what is found of a task.

    Args:
        row: the task.
        physics: in which it is played.
        steps: of its independent episodes, if each goes its full length.
        seed: of all draws.
    """
    chain, plan = play_of(row, physics), plan_of(row)
    dice = np.random.default_rng(seed)
    # A fixed number of episodes: to stop by what has happened would favour what happens soon.
    episodes = range(ceil(steps / plan.steps))
    roots = [play(chain, plan, dice) for _ in track(episodes, f"{row.env_id}, {physics}")]
    return Line(row, physics, estimated(roots, seed))


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description="Measure how rare success is for random play.")
    parser.add_argument(
        "--physics", nargs="+", choices=PHYSICS, default=PHYSICS, help="what to play in (both)"
    )
    parser.add_argument(
        "--steps", type=int, help="of independent episodes of each task (as many as it takes)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of all draws (0)")
    parser.add_argument("--out", type=Path, default=TABLE, help=f"file to write ({TABLE})")
    options = parser.parse_args()
    if options.steps is not None and options.steps < 1:
        parser.error(f"--steps: {options.steps} is no number of steps; give 1 or more")
    if options.seed < 0:
        parser.error(f"--seed: {options.seed} is negative; give 0 or more")
    lines = [
        measured(row, physics, options.steps or row.steps[physics], options.seed)
        for physics in options.physics
        for row in ROWS
    ]
    command = f"python -m crossworld.benchmarks.sparseness --seed {options.seed}"
    if options.steps:
        command += f" --steps {options.steps}"
    if tuple(options.physics) != PHYSICS:
        command += f" --physics {' '.join(options.physics)}"
    write(options.out, page(lines, command))


if __name__ == "__main__":
    main()
