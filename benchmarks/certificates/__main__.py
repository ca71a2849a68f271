"""The command."""

import argparse
from pathlib import Path

from rich.progress import track

from crossworld.benchmarks.certificates.page import page, write
from crossworld.benchmarks.certificates.playing import certify, numbered
from crossworld.envs.core.errors import CrossworldError
from crossworld.envs.tabletop.library import find_tasks

TABLE = Path("docs/tables/tabletop.md")


def main() -> None:
    """Write the table; exit with 1 if a task is not certified."""
    parser = argparse.ArgumentParser(description="Check that every task on the table can be done.")
    parser.add_argument("--seeds", type=int, default=100, help="games of each task (100)")
    parser.add_argument(
        "--tasks", nargs="+", metavar="TASK",
        help="only these: names of the library, paths of Python files, module:Class",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=TABLE, help=f"file to write ({TABLE})")
    options = parser.parse_args()
    if options.seeds < 1:
        parser.error(f"--seeds: {options.seeds} is no number of games; give 1 or more")
    ids = numbered(options.seeds)
    try:
        tasks = find_tasks(options.tasks)
    except CrossworldError as error:
        parser.error(str(error))
    certificates = [certify(task, ids) for task in track(tasks, "Certifying")]
    command = f"python -m crossworld.benchmarks.certificates --seeds {options.seeds}"
    if options.tasks:
        command += f" --tasks {' '.join(options.tasks)}"
    write(options.out, page(certificates, command))
    failed = [one.task for one in certificates if not one.certified]
    if failed:
        raise SystemExit(f"not certified: {', '.join(failed)}")


if __name__ == "__main__":
    main()
