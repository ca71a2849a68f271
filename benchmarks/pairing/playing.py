"""Games played in images of several sizes at once."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from crossworld.benchmarks.pairing.claims import Truth

ENOUGH: Mapping[int, int] = {128: 12, 64: 6}
"""Side of the image to the pixels that show a thing."""

STEPS = 40
"""Of random play in each game."""

WRONG = 0.15
"""Share of commands that are not possible, in play that is no expert's."""


class Frame(NamedTuple):
    """What one size of image shows: colours, and pixels of each name."""

    image: NDArray[np.uint8]
    pixels: Mapping[str, int]


class Moment(NamedTuple):
    """What came of one command.

    Attributes:
        commands: all commands so far, this one last; none where the episode begins.
        possible: whether the last one was.
        text: what the text says now.
        truth: what is true now.
        frames: side of the image to what it shows now.
    """

    commands: tuple[str, ...]
    possible: bool
    text: str
    truth: Truth
    frames: Mapping[int, Frame]


Envs = Mapping[int, gym.Env[Any, Any]]
Chooser = Callable[[list[str], Random, Sequence[str]], str]
"""From what is possible, dice and the commands given so far to the next one."""


def random_command(possible: list[str], dice: Random, given: Sequence[str]) -> str:
    """Return a command: any verb is as likely as any other."""
    verb = dice.choice(sorted(set(map(verb_of, possible))))
    return dice.choice([command for command in possible if verb_of(command) == verb])


def curious_command(possible: list[str], dice: Random, given: Sequence[str]) -> str:
    """Return a command of the least used verb, and of these about kinds of things least dealt with."""
    verbs, shapes = Counter(map(verb_of, given)), Counter(map(_shape, given))
    shuffled = dice.sample(possible, len(possible))
    return min(shuffled, key=lambda command: (verbs[verb_of(command)], shapes[_shape(command)]))


def verb_of(command: str) -> str:
    """Return the first word of a command."""
    return command.partition(" ")[0]


def _shape(command: str) -> str:
    return re.sub(r" \d+", "", command)


CHOOSERS: Mapping[str, Chooser] = {"random": random_command, "curious": curious_command}

PLAYERS = (*CHOOSERS, "expert")
"""The expert is the planner, and never tries what is not possible."""


def make_envs(env_id: str, **arguments: Any) -> Envs:
    """Return the same environment once for each size of image."""
    return {
        size: gym.make(
            env_id,
            modalities=("image", "text", "segmentation"),
            image_size=size,
            expert="planner",
            max_episode_steps=10 * STEPS,
            disable_env_checker=True,
            **arguments,
        )
        for size in ENOUGH
    }


def play(
    envs: Envs, task_id: str, player: str, steps: int = STEPS, seed: int = 0
) -> Iterator[Moment]:
    """Yield the moments of one episode, the first one included."""
    dice = Random(f"{seed} {task_id}")
    began = {size: env.reset(options={"task_id": task_id}) for size, env in envs.items()}
    info = next(iter(began.values()))[1]
    given: tuple[str, ...] = ()
    known = {"", "dance", "take", "open the door"}
    yield _moment(envs, {size: seen for size, (seen, _) in began.items()}, info, given)
    for _ in range(steps):
        possible = info["admissible_commands"]
        known.update(possible)
        if player not in CHOOSERS:
            command = info["expert_action"]
        elif dice.random() < WRONG:
            command = dice.choice(sorted(known.difference(possible)))
        else:
            command = CHOOSERS[player](possible, dice, given)
        given += (command,)
        stepped = {size: env.step(command) for size, env in envs.items()}
        _, _, terminated, truncated, info = next(iter(stepped.values()))
        yield _moment(envs, {size: result[0] for size, result in stepped.items()}, info, given)
        if terminated or truncated:
            break


def _moment(
    envs: Envs, seen: Mapping[int, Any], info: dict[str, Any], commands: tuple[str, ...]
) -> Moment:
    asked: Any = next(iter(envs.values())).unwrapped
    names = asked.segmentation_names()
    frames = {}
    for size, observation in seen.items():
        counts = np.bincount(observation["segmentation"].ravel(), minlength=max(names) + 1)
        pixels = {name: int(counts[label]) for label, name in names.items()}
        frames[size] = Frame(observation["image"], pixels)
    text = str(next(iter(seen.values()))["text"])
    truth = Truth.of(asked.true_statements())
    return Moment(commands, bool(info["action_valid"]), text, truth, frames)
