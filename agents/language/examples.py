"""Writes the examples of the prompts: training games, played and thought about by rules.

    python -m crossworld.agents.language.examples --out FOLDER

The player is the handcoded expert; it searches as people would and reads only the text. Thoughts follow
from what it knows before and after a turn (`thoughts.py`). The same files come out every time.
"""

import argparse
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import gymnasium as gym

from crossworld.agents.language.prompts import TABLETOP, TASK_TYPES, Example, Step, written
from crossworld.agents.language.searching import copied
from crossworld.agents.language.thoughts import household_thought, tabletop_thought
from crossworld.envs.household.experts.handcoded import Handcoded
from crossworld.envs.tabletop.reader import Handcoded as TabletopHandcoded

EXAMPLES = 2
"""Examples of a task type."""

STEPS = range(6, 15)
"""Steps of an example: some search, but a short prompt."""

LONGEST_OPENING = 640
"""Characters of an opening."""

TABLETOP_TASKS = ("reverse-tower", "put-block-in-bowl")
"""What is played on the table, once each."""

Environment = gym.Env[Any, Any]


def household_examples() -> dict[str, list[Example]]:
    """Return the first training games of each type that are won in such a number of steps."""
    found: dict[str, list[Example]] = {name: [] for name in TASK_TYPES.values()}
    targets: set[str] = set()
    env = gym.make("crossworld/Household-v0", split="train", modalities=("text", "mission"))
    for number in count():
        if all(len(examples) == EXAMPLES for examples in found.values()):
            return found
        observation, info = env.reset(options={"task_id": f"train/{number}"})
        rules = Handcoded(observation["text"])
        same = found.get(info["task_type"], [])
        long = len(observation["text"]) > LONGEST_OPENING
        if len(same) == EXAMPLES or long or rules.memory.target in targets:
            continue
        example = _played(info["task_id"], observation["text"], _household_steps(env, rules))
        if example and len(example.steps) in STEPS:
            targets.add(rules.memory.target)
            same.append(example)
    raise AssertionError("there is no last training game")


def tabletop_examples() -> list[Example]:
    """Return one training task of each of `TABLETOP_TASKS`."""
    found = []
    for task in TABLETOP_TASKS:
        env = gym.make(
            "crossworld/Tabletop-v0",
            task=task,
            split="train",
            modalities=("text", "mission"),
            action_mode="text",
            physics="analytic",
        )
        for number in count():
            observation, info = env.reset(seed=number)
            rules = TabletopHandcoded(observation["mission"], observation["text"])
            steps = _tabletop_steps(env, rules, observation["mission"], observation["text"])
            example = _played(info["task_id"], observation["text"], steps)
            if example:
                found.append(example)
                break
    return found


def write(folder: Path) -> None:
    """Write all examples, a file a task type."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, examples in {**household_examples(), TABLETOP: tabletop_examples()}.items():
        (folder / f"{name}.json").write_text(written(examples), "utf-8")


def _played(source: str, opening: str, steps: Iterator[Step | None]) -> Example | None:
    """Return the example that some steps make, None if they end in None: a game that is not won."""
    listed = list(steps)
    if not listed or listed[-1] is None:
        return None
    return Example(source, opening, tuple(step for step in listed if step))


def _household_steps(env: Environment, rules: Handcoded) -> Iterator[Step | None]:
    before = None
    while True:
        now = copied(rules.memory)
        command = rules.next_command()
        thought = household_thought(before, now, command)
        observation, _, terminated, truncated, info = env.step(command)
        yield Step(thought, command, observation["text"])
        rules.update(command, observation["text"])
        before = now
        if terminated or truncated:
            break
    if not info["success"]:
        yield None


def _tabletop_steps(
    env: Environment, rules: TabletopHandcoded, mission: str, opening: str
) -> Iterator[Step | None]:
    text, done = opening, False
    while True:
        command = rules.next_command()
        thought = tabletop_thought(mission, text, done, command)
        observation, _, terminated, truncated, info = env.step(command)
        text, done = observation["text"], True
        yield Step(thought, command, text)
        rules.update(command, text)
        if terminated or truncated:
            break
    if not info["success"]:
        yield None


def main() -> None:
    """Write the examples."""
    parser = argparse.ArgumentParser(description=__doc__)
    here = Path(__file__).parent / "prompts" / "examples"
    parser.add_argument("--out", type=Path, default=here, help="folder to write to")
    write(parser.parse_args().out)


if __name__ == "__main__":
    main()
