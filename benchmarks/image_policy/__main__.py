"""The command."""

import argparse
from pathlib import Path

from rich.console import Console

from crossworld.benchmarks.certificates.page import write
from crossworld.benchmarks.image_policy.learning import BLIND, SEEING, SLOTS, Point, train
from crossworld.benchmarks.image_policy.page import (
    BLANK,
    FLOOR,
    OWN_FLOOR,
    POLICY,
    Findings,
    draw,
    page,
)
from crossworld.benchmarks.image_policy.playing import at_random, by_policy, play
from crossworld.benchmarks.image_policy.tasks import all_commands, first_tasks, own_commands

TABLE = Path("docs/tables/image-policy.md")
PICTURE = Path("docs/_static/image-policy.png")
FOLDER = Path("runs/image-policy")
MINUTES = 8.0
EACH = 10
"""Test episodes of each of the slots."""

GAINS = {POLICY: SEEING, BLANK: BLIND}


def main() -> None:
    """Train, test, and write the table and the picture."""
    parser = argparse.ArgumentParser(description="Learn a policy from images alone.")
    parser.add_argument("--out", type=Path, default=TABLE, help=f"file to write ({TABLE})")
    parser.add_argument("--picture", type=Path, default=PICTURE, help=f"PNG to write ({PICTURE})")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help=f"weights and curves, to go on from ({FOLDER})"
    )
    parser.add_argument(
        "--minutes", type=float, default=MINUTES, help=f"CPU time of a training ({MINUTES:g})"
    )
    parser.add_argument("--each", type=int, default=EACH, help=f"test episodes a slot ({EACH})")
    parser.add_argument("--seed", type=int, default=0, help="of all draws (0)")
    options = parser.parse_args()
    if options.minutes <= 0:
        parser.error(f"--minutes: {options.minutes} is no time; give more than 0")
    if options.each < 1:
        parser.error(f"--each: {options.each} is no number of episodes; give 1 or more")
    if options.seed < 0:
        parser.error(f"--seed: {options.seed} is negative; give 0 or more")
    console = Console()
    tasks = first_tasks()
    test = options.seed + 1_000_000  # far from the seeds of training
    own = own_commands(tasks, SLOTS, test)
    episodes, curves = {}, {}
    for name, gain in GAINS.items():
        folder = options.folder / ("images" if gain else "blank")
        folder.mkdir(parents=True, exist_ok=True)

        def tell(point: Point, name: str = name) -> None:
            line = f"{name}: {point.minutes:.1f} CPU min, {point.steps} steps, {point.success:.0%}"
            console.print(line, highlight=False)

        model, curves[name] = train(tasks, folder, options.minutes, options.seed, gain, tell)
        episodes[name] = play(own, by_policy(model, test), options.each)
    episodes[OWN_FLOOR] = play(own, at_random(test), options.each)
    episodes[FLOOR] = play(all_commands(tasks, SLOTS, test), at_random(test), options.each)
    command = f"python -m crossworld.benchmarks.image_policy --minutes {options.minutes:g}"
    found = Findings(tasks, episodes, curves, int(own.action_space.n), command)
    draw(found, options.picture)
    write(options.out, page(found))
    console.print(page(found), markup=False, highlight=False)


if __name__ == "__main__":
    main()
