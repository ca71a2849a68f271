"""The command."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.progress import track

from crossworld.benchmarks.pairing.page import table
from crossworld.benchmarks.pairing.playing import Envs, make_envs
from crossworld.benchmarks.pairing.tally import survey

TABLE = Path("docs/tables/pairing.md")


def sources(data: str | None, games: int) -> Iterator[tuple[str, Envs, list[str]]]:
    """Yield each source of games: its name, its environments, and some of its tasks, spread out."""
    official = ("crossworld/ALFWorld-v0", {"data": data})
    generated = ("crossworld/Household-v0", {"num_tasks": games})
    for name, (env_id, given), splits in (
        ("official", official, ("train", "valid_seen")),
        ("generated", generated, ("train", "valid_seen", "valid_unseen")),
    ):
        for split in splits:
            envs = make_envs(env_id, split=split, **given)
            asked: Any = next(iter(envs.values())).unwrapped
            ids = [task.task_id for task in asked.tasks(split, count=asked.task_count(split))]
            chosen = [ids[i * len(ids) // games] for i in range(games)] if ids[games:] else ids
            yield f"{name}, {split}", envs, chosen
            for env in envs.values():
                env.close()


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description="Check that images show what texts say.")
    parser.add_argument("--data", help="folder that holds json_2.1.2 ($ALFWORLD_DATA)")
    parser.add_argument("--games", type=int, default=100, help="games of each split (100)")
    parser.add_argument("--seed", type=int, default=0, help="of the players' choices (0)")
    parser.add_argument("--out", type=Path, default=TABLE, help=f"file to write ({TABLE})")
    options = parser.parse_args()
    tallies = [
        survey(source, envs, track(task_ids, source), options.seed)
        for source, envs, task_ids in sources(options.data, options.games)
    ]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    made = f"python -m crossworld.benchmarks.pairing --games {options.games} --seed {options.seed}"
    options.out.write_text(f"Made by `{made}`.\n\n{table(tallies)}", "utf-8")


if __name__ == "__main__":
    main()
