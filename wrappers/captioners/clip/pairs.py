"""Pairs to learn from: what an environment shows, and which statements are true of it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import count, islice
from typing import Any, NamedTuple
from zlib import crc32

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.task import TaskSpec
from crossworld.wrappers.captioners.base import CaptionerError

KEPT_BACK = 8
"""One in so many training rooms is kept back to choose thresholds."""

SLOTS = 16
"""Episodes that are played side by side."""

STEPS = 16
"""Steps an episode at most: many rooms, each seen a few times, teach more than few rooms."""

EXPERT = 0.5
"""How often the expert acts. It brings about what random commands seldom do, such as a stack."""

_SPAN = 1_000_000
"""Tasks made on demand that belong to one seed."""

_LISTED = 64
"""Tasks that are listed at a time."""


class Moment(NamedTuple):
    """One state of an episode.

    Attributes:
        image: uint8 (S, S, 3).
        candidates: the statements that can be true in this task and match the pattern, sorted.
        true: those that are true now, sorted.
    """

    image: NDArray[np.uint8]
    candidates: tuple[str, ...]
    true: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Images, and what is true of each.

    Attributes:
        images: uint8 (n, S, S, 3).
        statements: the m different statements, sorted.
        candidates: bool (n, m), which statements could be true of an image.
        truth: bool (n, m), which are.
    """

    images: NDArray[np.uint8]
    statements: tuple[str, ...]
    candidates: NDArray[np.bool_]
    truth: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.images)

    def first(self, n: int) -> "Pairs":
        """Return the first n images, with all statements."""
        return Pairs(self.images[:n], self.statements, self.candidates[:n], self.truth[:n])


Fits = Callable[[str], object]
"""Says of a statement, by what is true in Python, whether it is looked at."""

Keep = Callable[[str], bool]
"""Says of a room or task whether it is played."""


def fitting(name: str) -> bool:
    """Return whether weights are fitted to what this room or task shows."""
    return not tuning(name)


def tuning(name: str) -> bool:
    """Return whether this room or task is kept back to choose thresholds."""
    return crc32(name.encode()) % KEPT_BACK == 0


def every(name: str) -> bool:
    """Return True: all are played."""
    return True


def gather(
    moments: Iterable[Moment], n: int, tick: Callable[[int], None] = lambda done: None
) -> Pairs:
    """Return the first n moments as arrays; fewer if there are not so many.

    Args:
        moments: see `play`.
        n: how many.
        tick: is told how many there are so far.

    Raises:
        CaptionerError: there is none, or none of them has a candidate.
    """
    said: list[Moment] = []
    images = np.empty((0,), np.uint8)
    for row, moment in enumerate(islice(moments, n)):
        if not row:
            images = np.empty((n, *moment.image.shape), np.uint8)
        images[row] = moment.image
        said.append(moment._replace(image=images[row]))
        tick(row + 1)
    statements = tuple(sorted({text for moment in said for text in moment.candidates}))
    if not statements:
        raise CaptionerError(
            f"none of the {len(said)} images that were played for has a statement that matches;"
            " give another pattern, or an environment with more tasks."
        )
    column = {text: number for number, text in enumerate(statements)}
    candidates = np.zeros((len(said), len(statements)), np.bool_)
    truth = np.zeros_like(candidates)
    for row, moment in enumerate(said):
        candidates[row, [column[text] for text in moment.candidates]] = True
        truth[row, [column[text] for text in moment.true]] = True
    return Pairs(images[: len(said)], statements, candidates, truth)


def captioned(moments: Iterable[Moment]) -> Iterator[Moment]:
    """Yield the moments of which something is true: there is nothing to say of the others."""
    return (moment for moment in moments if moment.true)


def play(
    env: str,
    pattern: str,
    *,
    split: str = "train",
    keep: Keep = every,
    seed: int = 0,
    image_size: int = 128,
) -> Iterator[Moment]:
    """Yield what episodes of an environment show.

    In each step the expert acts, or a random command is carried out. Of the latter, the verb is drawn
    first: else most would be "go to". A frame that equals the one before it is left out. What is
    yielded depends on the arguments alone, so that few moments are a part of many.

    Args:
        env: id of an environment that has statements.
        pattern: regular expression; statements that match it as a whole are looked at.
        split: whose tasks are played.
        keep: says of a room whether it is played; where all tasks share one, of a task.
        seed: of the choice of tasks and of the play.
        image_size: side of the images, pixels.

    Raises:
        CaptionerError: the pattern is no regular expression, or the environment has no native vector.
        TaskNotFoundError: there is no such split.
        gymnasium.error.Error: there is no such environment.
    """
    fits = _compiled(pattern).fullmatch
    envs = _vector(env, split, image_size)
    try:
        yield from _episodes(envs, fits, _tasks(envs, split, keep, seed), seed)
    finally:
        envs.close()


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise CaptionerError(
            f"pattern {pattern!r} is no regular expression ({error}); a statement such as"
            " 'you see a mug' must match it as a whole."
        ) from error


def _vector(env: str, split: str, image_size: int) -> Any:
    """Return a native vector of the environment."""
    module, _, name = env.rpartition(":")
    if module:  # gym.make imports it, gym.spec does not know the form
        import_module(module)
    spec = gym.spec(name)
    unfit = (
        f"env {env!r} has no native vector environment, which tells statements of every slot; give"
        " one of 'crossworld list'."
    )
    if spec.vector_entry_point is None:
        raise CaptionerError(unfit)
    try:
        return gym.make_vec(
            env,
            num_envs=SLOTS,
            vectorization_mode="vector_entry_point",
            split=split,
            modalities=("image",),
            image_size=image_size,
            autoreset_mode="Disabled",
        )
    except TypeError as error:
        raise CaptionerError(unfit) from error


def _tasks(envs: Any, split: str, keep: Keep, seed: int) -> Iterator[str]:
    """Yield ids of tasks that are kept; without end if tasks are made on demand."""
    total: int | None = envs.call("task_count", split)[0]
    dice = np.random.default_rng((seed, crc32(split.encode())))
    if total is None:
        listed: Iterator[TaskSpec] = (
            spec
            for start in count(seed * _SPAN, _LISTED)
            for spec in envs.call("tasks", split, start, _LISTED)[0]
        )
    else:
        specs = envs.call("tasks", split, 0, total)[0]
        listed = (specs[k] for k in dice.permutation(total).tolist())
    first = list(islice(listed, _LISTED))
    alone = len({spec.scene for spec in first}) == 1
    for some in (first, listed):
        for spec in some:
            if keep(spec.task_id if alone else spec.scene):
                yield spec.task_id


@dataclass(slots=True)
class _Seat:
    """What is known of one slot.

    Attributes:
        dice: draws its random commands.
        candidates: the statements that its task can make true.
        shown: its last frame, as bytes.
        steps: of its episode.
    """

    dice: np.random.Generator
    candidates: tuple[str, ...] = ()
    shown: bytes = b""
    steps: int = 0


def _episodes(envs: Any, fits: Fits, tasks: Iterator[str], seed: int) -> Iterator[Moment]:
    """Play tasks in all slots, each as soon as a slot is free, until there are no more."""
    seats = [_Seat(np.random.default_rng((seed, number))) for number in range(SLOTS)]
    free = list(range(SLOTS))
    while True:
        ids = list(islice(tasks, len(free)))
        if len(ids) < len(free):
            return
        if free:
            seen = _begun(envs, dict(zip(free, ids, strict=True)), seed)
        for number in free:
            candidates = tuple(filter(fits, envs.slot(number).statements()))
            seats[number] = _Seat(seats[number].dice, candidates)
        actions = []
        for number, seat in enumerate(seats):
            slot = envs.slot(number)
            yield from _moment(seat, slot, seen["image"][number], fits)
            actions.append(_action(slot, seat.dice))
            seat.steps += 1
        seen, _, terminated, truncated, _ = envs.step(actions)
        ended = terminated | truncated
        free = [number for number in range(SLOTS) if ended[number] or seats[number].steps >= STEPS]
        # The last frame of an episode, such as a finished stack, is seen before the next one begins.
        for number in free:
            yield from _moment(seats[number], envs.slot(number), seen["image"][number], fits)


def _begun(envs: Any, tasks: Mapping[int, str], seed: int) -> Any:
    """Begin tasks in slots and return what all slots see."""
    slots = range(SLOTS)
    options = {
        "task_id": [tasks.get(number) for number in slots],
        "reset_mask": np.array([number in tasks for number in slots]),
    }
    seen, _ = envs.reset(
        seed=[seed if number in tasks else None for number in slots], options=options
    )
    return seen


def _moment(seat: _Seat, slot: Any, image: NDArray[np.uint8], fits: Fits) -> Iterator[Moment]:
    """Yield what a slot shows, unless it shows the same as before."""
    frame = image.tobytes()
    if frame != seat.shown:
        seat.shown = frame
        yield Moment(image, seat.candidates, tuple(filter(fits, slot.true_statements())))


def _action(slot: Any, dice: np.random.Generator) -> str:
    """Return what the expert does next, or a random command."""
    if dice.random() < EXPERT and (advice := slot.expert_action()):
        return str(advice)
    by_verb: dict[str, list[str]] = {}
    for command in slot.admissible_commands():
        by_verb.setdefault(command.split(maxsplit=1)[0], []).append(command)
    if not by_verb:
        return ""
    commands = by_verb[sorted(by_verb)[int(dice.integers(len(by_verb)))]]
    return commands[int(dice.integers(len(commands)))]
