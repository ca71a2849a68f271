"""`PairedEnv`: composes a world, views, a controller and a task into a Gymnasium environment."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, cast

import gymnasium as gym
import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Dict
from numpy.typing import NDArray

from crossworld.envs.core.info import StepInfo, action_mask
from crossworld.envs.core.inspection import Inspection
from crossworld.envs.core.options import check_options
from crossworld.envs.core.panel import Status, panel
from crossworld.envs.core.parts import Controller, Expert, Task, View, W
from crossworld.envs.core.snapshot import (
    NO_LIMIT,
    Snapshot,
    check_snapshot,
    restore_generator,
    restored_expert,
    take_snapshot,
)
from crossworld.envs.core.task import TaskSpec
from crossworld.envs.core.window import Window

Observation = dict[str, Any]

NO_EPISODE = "call reset() first: no episode is under way."


class PairedEnv(Inspection[W], gym.Env[Observation, Any]):
    """One state, several exact views. Worlds subclass this and add tasks and scene.

    Args:
        views: observation key to view, in the order of the observation.
        controller: the action mode.
        expert: what fills `info["expert_action"]`; None leaves it empty.
        split: the split that tasks are drawn from.
        image_size: side of the images, pixels.
        max_steps: step limit of our own, see `_step_limit`.
        render_mode: None, "ansi", "rgb_array" or "human".

    Subclasses implement `_start`, `_resume`, `_plan` and `_picture`, and the task list.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi", "rgb_array", "human"], "render_fps": 4}

    OPTIONS: frozenset[str] = frozenset({"task_id", "snapshot", "instruction"})
    """The reset options that this environment understands."""

    def __init__(
        self,
        *,
        views: Mapping[str, View[W]],
        controller: Controller[W],
        expert: Expert[W] | None,
        split: str,
        image_size: int,
        max_steps: int | None,
        render_mode: str | None,
    ) -> None:
        self._image_size = image_size
        self.render_mode = check_render_mode(render_mode, self.metadata["render_modes"])
        self.split = split
        self.observation_space = Dict({key: view.space for key, view in views.items()})
        self.action_space = controller.space
        self._views = tuple((key, view.render) for key, view in views.items())
        self._controller = controller
        self._expert = expert
        self._world: W | None = None
        self._task: Task[W] | None = None
        self._elapsed = 0
        self._command: Any = ""
        self._succeeded = False
        self._window: Window | None = None
        self._max_steps = lowest_limit(max_steps)
        self._limit = NO_LIMIT

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start an episode.

        Args:
            seed: seeds `np_random`, from which the task is drawn.
            options: `task_id`, `snapshot` or `instruction`; see the class.

        Raises:
            ValueError: an option is unknown.
            TaskNotFoundError: there is no such task.
            SnapshotError: the snapshot does not fit.
        """
        chosen = dict(options or {})
        check_options(chosen, self.OPTIONS)
        snapshot = chosen.get("snapshot")
        resumed = None if snapshot is None else self._resumed(snapshot)
        super().reset(seed=seed)
        if resumed is not None:
            self._go_on(*resumed, with_generator=seed is None)
        else:
            self._world, self._task = self._start(chosen)
            self._elapsed = 0
            self._succeeded = False
            if self._expert is not None:
                self._expert.begin(self._world)
        self._command = ""
        self._limit = self._step_limit()
        if self.render_mode == "human":
            self._show()
        return self._observe(), self._info(self._playing(), self._playing_task(), ticks=0)

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Carry out one action.

        Returns:
            Observation, reward (1.0 on the first success of the episode, else 0.0), terminated
            (the goal holds, or cannot be reached any more), truncated (the step limit is reached),
            info (see `StepInfo`).

        Raises:
            ResetNeeded: `reset` was not called.
            TypeError: the action is of the wrong kind for the action mode.
        """
        world, task = self._world, self._task
        if world is None or task is None:
            raise ResetNeeded(NO_EPISODE)
        command = self._command = self._controller.command(action, world)
        event = world.act(command)
        self._elapsed += 1
        if self._expert is not None:
            self._expert.observe(command, world)
        success = task.progress(world) >= 1.0
        reward = 1.0 if success and not self._succeeded else 0.0
        if success:
            self._succeeded = True
        observation = {key: render(world) for key, render in self._views}
        info = self._info(world, task, event.ticks)
        terminated = success or task.lost(world)
        if self.render_mode == "human":
            self._show()
        return observation, reward, terminated, self._elapsed >= self._limit, info

    def render(self) -> str | NDArray[np.uint8] | None:
        """Return the present moment for people.

        Returns:
            In mode "ansi" mission, text and success as one string; in mode "rgb_array" image and
            text side by side, uint8 (416, 960, 3); in mode "human" None, as `reset` and `step` have
            shown it in a window; without a mode None.
        """
        if self.render_mode is None or self.render_mode == "human":
            return None
        world = self._playing()
        if self.render_mode == "rgb_array":
            return self._panel()
        return ansi(world, self._playing_task(), self._elapsed)

    def close(self) -> None:
        """Close the window, if there is one."""
        if self._window is not None:
            self._window.close()

    @abstractmethod
    def _start(self, options: dict[str, Any]) -> tuple[W, Task[W]]:
        """Build the world of the task that the options name, or of one drawn with `np_random`."""

    @abstractmethod
    def _resume(self, snapshot: Snapshot) -> tuple[W, Task[W]]:
        """Build the world of a snapshot, as it was."""

    @abstractmethod
    def _plan(self, world: W) -> str:
        """Return the planner's next command, "" if there is none."""

    @abstractmethod
    def _picture(self, world: W) -> NDArray[np.uint8]:
        """Return a large image of the world for people, uint8 (H, W, 3)."""

    @abstractmethod
    def task_count(self, split: str) -> int | None:
        """Return the number of tasks of a split, None where they are made on demand."""

    @abstractmethod
    def tasks(self, split: str, start: int = 0, count: int = 1000) -> list[TaskSpec]:
        """Return `count` tasks of a split, sorted by id, from number `start` on."""

    @abstractmethod
    def manifest_hash(self, split: str) -> str:
        """Return one hash over all tasks of a split."""

    @abstractmethod
    def vocabulary(self) -> list[str]:
        """Return all words of this world's texts, commands and template missions, sorted.

        Words are what `crossworld.envs.core.words.words_of` cuts a text into.
        """

    def expert_action(self) -> str:
        """Return the expert's next command, "" if there is none; without `expert=`, the planner's."""
        world = self._playing()
        return self._plan(world) if self._expert is None else self._expert.suggest(world)

    def action_of(self, command: str) -> Any:
        """Return the action of this action mode that carries out a command in words.

        Where an action does less than the command asks for, it is the first of those that do it.

        Raises:
            ValueError: the command is not possible now, or no action does it.
        """
        return self._controller.action(command, self._playing())

    def snapshot(self) -> dict[str, Any]:
        """Return this moment, complete and JSON-able: state, last event, steps, generator."""
        return take_snapshot(
            type(self).__name__,
            self._playing(),
            self._playing_task(),
            self._expert,
            elapsed_steps=self._elapsed,
            succeeded=self._succeeded,
            generator=self.np_random,
        )

    def restore(self, snapshot: dict[str, Any]) -> Observation:
        """Go to a snapshot for inspection and return its observation.

        To play on from one, use `reset(options={"snapshot": ...})`: wrappers learn of a reset only.

        Raises:
            SnapshotError: it does not fit this environment.
        """
        self._go_on(*self._resumed(snapshot), with_generator=True)
        return self._observe()

    def _resumed(self, data: Any) -> tuple[Snapshot, W, Task[W], Expert[W] | None]:
        """Return what a snapshot holds. All that can fail is done here, and nothing changed."""
        snapshot = check_snapshot(data, type(self).__name__, self.np_random)
        world, task = self._resume(snapshot)
        if self._expert is None:
            return snapshot, world, task, None
        return snapshot, world, task, restored_expert(self._expert, snapshot, world)

    def _go_on(
        self,
        snapshot: Snapshot,
        world: W,
        task: Task[W],
        expert: Expert[W] | None,
        *,
        with_generator: bool,
    ) -> None:
        self._world, self._task, self._expert = world, task, expert
        self._elapsed = snapshot["elapsed_steps"]
        self._succeeded = snapshot["succeeded"]
        if with_generator:
            restore_generator(self.np_random, snapshot["np_random"])

    def _step_limit(self) -> int:
        """Return the step at which this environment truncates on its own.

        The limit counts from the true start of an episode. Gymnasium's `TimeLimit` counts from the
        last reset and tells nobody its number, so after a snapshot it would allow too many steps:
        then this environment keeps the id's registered limit, or `max_steps`. A snapshot that is
        at the registered limit already, or beyond it, was taken under a longer one; without
        `max_steps` only Gymnasium's counts then.
        """
        if self._max_steps is not None:
            return self._max_steps
        registered = None if self.spec is None else gym.registry.get(self.spec.id)
        limit = (registered and registered.max_episode_steps) or NO_LIMIT
        return limit if 0 < self._elapsed < limit else NO_LIMIT

    def _observe(self) -> Observation:
        world = self._playing()
        return {key: render(world) for key, render in self._views}

    def _info(self, world: W, task: Task[W], ticks: int) -> dict[str, Any]:
        commands = world.admissible_commands()
        event = world.event
        progress = task.progress(world)
        info: StepInfo = {
            "task_id": task.task_id,
            "task_type": task.task_type,
            "split": task.split,
            "success": progress >= 1.0,
            "goal_conditions": progress,
            "action_valid": event.valid,
            "feedback": event.feedback,
            "ticks": ticks,
            "admissible_commands": commands,
            "action_mask": action_mask(len(commands)),
            "expert_action": "" if self._expert is None else self._expert.suggest(world),
        }
        return cast(dict[str, Any], info)

    def _panel(self) -> NDArray[np.uint8]:
        """Return image and text side by side."""
        world, task = self._playing(), self._playing_task()
        shown = status(world, task, self._elapsed, self._max_steps, self._command)
        return panel(self._picture(world), world.text(), mission=world.mission, status=shown)

    def _show(self) -> None:
        """Show the present moment in a window."""
        if self._window is None:
            self._window = Window("crossworld", self.metadata["render_fps"])
        self._window.show(self._panel())

    def _playing(self) -> W:
        if self._world is None:
            raise ResetNeeded(NO_EPISODE)
        return self._world

    def _playing_task(self) -> Task[W]:
        if self._task is None:
            raise ResetNeeded(NO_EPISODE)
        return self._task


def lowest_limit(*limits: int | None) -> int | None:
    """Return the lowest of these step limits; None and -1 stand for none.

    Raises:
        ValueError: one is no positive number.
    """
    given = [limit for limit in limits if limit is not None and limit != -1]
    for limit in given:
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise ValueError(f"step limit: {limit!r} is no positive whole number (-1 for none).")
    return min(given, default=None)


def check_render_mode(render_mode: str | None, known: list[str]) -> str | None:
    """Return a render mode that the environment has; raises ValueError for any other."""
    if render_mode is not None and render_mode not in known:
        raise ValueError(f"render_mode {render_mode!r} is not one of {known}.")
    return render_mode


def ansi(world: W, task: Task[W], elapsed: int) -> str:
    """Return mission, text and success as one string."""
    state = "done" if task.progress(world) >= 1.0 else f"step {elapsed}"
    return f"[{state}] {world.mission}\n\n{world.text()}\n"


def status(world: W, task: Task[W], elapsed: int, limit: int | None, command: object) -> Status:
    """Return how far an episode is, as panels show it."""
    event, progress = world.event, task.progress(world)
    ended = task.lost(world) or (limit is not None and elapsed >= limit)
    return Status(
        step=elapsed,
        limit=limit,
        progress=progress,
        command=str(command),
        feedback=event.feedback,
        outcome="solved" if progress >= 1.0 else "failed" if ended else "playing",
    )
