"""`python -m crossworld.benchmarks.clip_curves --out docs/tables/clip.md`."""

import argparse
from pathlib import Path

from gymnasium.error import DependencyNotInstalled
from rich.console import Console

from crossworld.benchmarks.certificates.page import write
from crossworld.benchmarks.clip_curves.page import draw, page
from crossworld.benchmarks.clip_curves.worlds import SIZES, WORLDS, plans, results
from crossworld.benchmarks.progress import stages
from crossworld.envs.core.errors import CrossworldError
from crossworld.wrappers.captioners.clip.libraries import torch_and_open_clip
from crossworld.wrappers.captioners.clip.recipe import Result

PICTURE = Path("docs/_static/clip-curves.png")
RUNS = Path("runs/clip-curves")
MINUTES = 4.0


def main() -> None:
    """Train all that is not trained yet, and write the table and the picture after each training."""
    parser, options = _options()
    try:
        torch, _ = torch_and_open_clip()
        planned = list(plans(options.worlds, options.sizes, options.minutes, options.seed))
    except (CrossworldError, DependencyNotInstalled) as error:
        parser.error(str(error))
    torch.set_num_threads(options.threads)
    command = (
        f"python -m crossworld.benchmarks.clip_curves --minutes {options.minutes:g} --sizes"
        f" {' '.join(map(str, options.sizes))} --seed {options.seed}"
    )
    done: list[tuple[str, Result]] = []
    try:
        with stages(Console(stderr=True), 34) as watch:
            for found in results(options.runs, planned, watch):
                done.append(found)
                write(options.out, page(done, command))
                draw(done, options.picture)
    except CrossworldError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        raise SystemExit("Stopped; the same command goes on.") from None


def _options() -> tuple[argparse.ArgumentParser, argparse.Namespace]:
    parser = argparse.ArgumentParser(
        prog="python -m crossworld.benchmarks.clip_curves",
        description="Train small CLIPs on more and more pairs, and measure them. Needs PyTorch.",
    )
    parser.add_argument("--out", type=Path, required=True, help="Markdown file to write")
    parser.add_argument("--picture", type=Path, default=PICTURE, help=f"PNG file ({PICTURE})")
    parser.add_argument("--runs", type=Path, default=RUNS, help=f"folder for trainings ({RUNS})")
    parser.add_argument(
        "--minutes", type=float, default=MINUTES, help=f"of each training at most ({MINUTES:g})"
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=list(SIZES), help="images to train on"
    )
    parser.add_argument(
        "--worlds", nargs="+", choices=WORLDS, default=list(WORLDS), help="default: all"
    )
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn (0)")
    parser.add_argument("--threads", type=int, default=2, help="threads of PyTorch (2)")
    options = parser.parse_args()
    if options.threads < 1:
        parser.error(f"--threads {options.threads}: give 1 or more")
    return parser, options


if __name__ == "__main__":
    main()
