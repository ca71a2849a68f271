"""`python -m crossworld.benchmarks.results_page runs/household --out docs/benchmarks/household.md`."""

import argparse
import shlex
from pathlib import Path

from crossworld.benchmarks.folder import read_run
from crossworld.benchmarks.results_page.merging import merged
from crossworld.benchmarks.results_page.page import write_page


def main() -> None:
    """Make the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, help="folders that 'crossworld bench' wrote")
    parser.add_argument("--out", required=True, type=Path, help="the Markdown file to write")
    parser.add_argument("--after", nargs="*", default=[], help="commands to name before the runs'")
    given = parser.parse_args()
    runs = [read_run(folder) for folder in given.runs]
    made = ["python", "-m", "crossworld.benchmarks.results_page", *map(str, given.runs)]
    commands = [
        *given.after,
        *(str(run.facts["command"]) for run in runs),
        shlex.join([*made, "--out", str(given.out)]),
    ]
    write_page(merged(runs), given.out, commands)


if __name__ == "__main__":
    main()
