"""The tasks, and the vectors in which they are played."""

import re
from collections.abc import Callable, Sequence
from itertools import chain, count, cycle, islice
from typing import Any, NamedTuple

import gymnasium as gym
from gymnasium.vector import VectorEnv

from crossworld.envs.core.task import TaskSpec
from crossworld.wrappers import collect_commands, vector
from crossworld.wrappers.adapters.sb3 import to_sb3
from crossworld.wrappers.matching import without_numbers
from crossworld.wrappers.vector.base import VectorWrapper

ENV_ID = "crossworld/Household-v0"
SPLIT = "train"
EASY = ("pick_and_place_simple", "look_at_obj_in_light")
"""Task types with the shortest plans: take one thing somewhere, and nothing done to it."""

TASKS = 6
IMAGE_SIZE = 64
STEPS = 50
"""Step limit, the id's own."""

FRAMES = 20_000
"""Frames kept: in a few rooms most states are seen again."""

SUBGOAL = re.compile("you hold the .*|.* is open")
"""Of what the shortest plan makes true, the statements that the training pays for."""

BONUS = 0.25
"""What it pays for each, once an episode."""


class HouseholdTask(NamedTuple):
    """A task of the set.

    Attributes:
        task_id, task_type: as the environment names them.
        room: where it is; no two tasks share one.
        mission: what is to be done; the policy never sees it.
        plan: number of steps of the shortest plan.
        subgoals: statements that the plan makes true on its way and that match `SUBGOAL`.
    """

    task_id: str
    task_type: str
    room: str
    mission: str
    plan: int
    subgoals: tuple[str, ...]


def first_tasks(number: int = TASKS) -> list[HouseholdTask]:
    """Return the first tasks of the split that are of an easy type, each in another room."""
    env = gym.make(ENV_ID, modalities=("mission",), split=SPLIT, expert="planner")
    listed: Any = env.unwrapped
    # There is no last one.
    specs = chain.from_iterable(listed.tasks(SPLIT, start, 60) for start in count(0, 60))
    found: dict[str, TaskSpec] = {}
    while len(found) < number:
        spec = next(specs)
        if spec.task_type in EASY:
            found.setdefault(spec.scene, spec)
    return [_described(env, spec) for spec in found.values()]


def _described(env: gym.Env[Any, Any], spec: TaskSpec) -> HouseholdTask:
    """Return a task with what its shortest plan tells of it."""
    observation, info = env.reset(options={"task_id": spec.task_id})
    true = env.get_wrapper_attr("true_statements")
    steps, subgoals = 0, dict.fromkeys(true(), False)
    while not info["success"]:
        info = env.step(info["expert_action"])[4]
        steps += 1
        for statement in true():
            subgoals.setdefault(statement, SUBGOAL.fullmatch(statement) is not None)
    return HouseholdTask(
        spec.task_id,
        spec.task_type,
        spec.scene,
        observation["mission"],
        steps,
        tuple(statement for statement, wanted in subgoals.items() if wanted),
    )


def commands_of(tasks: Sequence[HouseholdTask]) -> list[str]:
    """Return what the policy's numbers mean: all commands that can become possible in the tasks.

    Only where one goes is numbered. Elsewhere the number says nothing new: the agent is at one
    receptacle, and of things of a kind the lowest-numbered one is meant.
    """
    env = gym.make(ENV_ID, modalities=("mission",), split=SPLIT)
    found = collect_commands(env, [task.task_id for task in tasks])
    return sorted({c if c.startswith("go to ") else without_numbers(c) for c in found})


class OneTaskASlot(VectorWrapper):
    """Slot i plays the same task in every episode.

    In mode `SAME_STEP` a vector draws the next task by itself; here the slots whose episodes ended are
    reset once more, to their own.

    Args:
        env: a vector in mode `SAME_STEP`.
        options: of every reset, each a list with one entry per slot.
    """

    def __init__(self, env: VectorEnv[Any, Any, Any], **options: Sequence[Any]) -> None:
        super().__init__(env)
        self._options = {name: list(column) for name, column in options.items()}

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> tuple[Any, Any]:
        """Begin every slot's task."""
        return self.env.reset(seed=seed, options={**self._options, **(options or {})})

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Carry out one action per slot; see the vector."""
        observations, rewards, terminated, truncated, infos = self.env.step(actions)
        ended = terminated | truncated
        if ended.any():
            observations, fresh = self.reset(options={"reset_mask": ended})
            for key, column in fresh.items():
                infos[key][ended] = column[ended]
        return observations, rewards, terminated, truncated, infos


def own_commands(tasks: Sequence[HouseholdTask], slots: int, seed: int) -> Any:
    """Return the `VecEnv` that the policy learns on: images in, numbers of commands out.

    The reward is success, the share of goal conditions that a step gained, and `BONUS` for
    each sub-goal.
    """
    commands, mine = commands_of(tasks), _dealt(tasks, slots)

    def wrap(envs: Any) -> Any:
        envs = vector.DiscretizeTextAction(envs, commands)
        envs = vector.GoalConditionReward(envs)
        envs = vector.SubgoalReward(envs, "oracle", subgoals=[], bonus=BONUS, ordered=False)
        return OneTaskASlot(
            envs,
            task_id=[task.task_id for task in mine],
            subgoals=[list(task.subgoals) for task in mine],
        )

    return _made(tasks, slots, seed, wrap, "text")


def all_commands(tasks: Sequence[HouseholdTask], slots: int, seed: int) -> Any:
    """Return the `VecEnv` of the floor: numbers count through the commands that are possible."""
    ids = [task.task_id for task in _dealt(tasks, slots)]
    return _made(
        tasks, slots, seed, lambda envs: OneTaskASlot(envs, task_id=ids), action_mode="discrete"
    )


def _dealt(tasks: Sequence[HouseholdTask], slots: int) -> list[HouseholdTask]:
    return list(islice(cycle(tasks), slots))


def _made(
    tasks: Sequence[HouseholdTask],
    slots: int,
    seed: int,
    wrap: Callable[[Any], Any],
    action_mode: str,
) -> Any:
    # The vector draws a task before the slot's own is set: one of few is at hand, others must be made.
    last = max(int(task.task_id.rpartition("/")[2]) for task in tasks)
    return to_sb3(
        ENV_ID,
        slots,
        keys="image",
        seed=seed,
        wrap=wrap,
        action_mode=action_mode,
        split=SPLIT,
        num_tasks=last + 1,
        image_size=IMAGE_SIZE,
        frame_cache=FRAMES,
        max_episode_steps=STEPS,
    )
