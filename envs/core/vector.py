"""`PairedVectorEnv`: many slots of one world in one process, without an environment per slot."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Generic

import gymnasium as gym
import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Dict
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from crossworld.envs.core.batching import (
    Column,
    final_info,
    full_info,
    objects,
    partial_info,
    unbatched,
)
from crossworld.envs.core.info import action_masks
from crossworld.envs.core.inspection import Slot
from crossworld.envs.core.options import check_group_size, read_seeds, read_vector_options
from crossworld.envs.core.paired import (
    NO_EPISODE,
    PairedEnv,
    ansi,
    check_render_mode,
    status,
)
from crossworld.envs.core.panel import panel
from crossworld.envs.core.parts import Controller, Expert, Task, View, W
from crossworld.envs.core.snapshot import (
    NO_LIMIT,
    Snapshot,
    check_snapshot,
    restore_generator,
    restored_expert,
    take_snapshot,
)
from crossworld.envs.core.streams import Streams

Observations = dict[str, Any]
Stepped = tuple[
    Observations, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]
]

SHARED = frozenset(
    {"action_space", "manifest_hash", "metadata", "observation_space", "render_mode", "split",
     "spec", "task_count", "tasks", "vocabulary"}
)  # fmt: skip
"""What can be asked of a scalar environment and has one answer for all slots."""


RENDER_MODES = ("ansi", "rgb_array")
"""What a batch can be shown as; a window shows one environment only."""


class PairedVectorEnv(ABC, gym.vector.VectorEnv[Observations, Any, NDArray[Any]], Generic[W]):
    """A batch of what `PairedEnv` is one of: slot i equals the scalar environment with its seed.

    Worlds subclass this and say how an episode begins. What it returns, types included, is what
    `gymnasium.vector.SyncVectorEnv` returns over the scalar environments.

    Args:
        num_envs: number of slots.
        views: observation key to view, in the order of the observation.
        controller: the action mode.
        make_expert: makes a slot's expert, or None.
        split: the split that tasks are drawn from.
        autoreset_mode: what follows the end of a slot's episode.
        group_size: consecutive slots that share a stream of tasks.
        image_size: side of the images, pixels.
        max_steps: step limit, None for none; it counts from the true start of an episode.
        render_mode: None or a name of `RENDER_MODES`.

    Subclasses implement `_start`, `_resume`, `_picture` and `_plan`, and name the `scalar` environment.
    """

    scalar: ClassVar[type[PairedEnv[Any]]]
    """The environment that one slot equals; snapshots fit both."""

    def __init__(
        self,
        num_envs: int,
        *,
        views: Mapping[str, View[W]],
        controller: Controller[W],
        make_expert: Callable[[], Expert[W] | None],
        split: str,
        autoreset_mode: str | AutoresetMode,
        group_size: int,
        image_size: int,
        max_steps: int | None,
        render_mode: str | None,
    ) -> None:
        if num_envs < 1:
            raise ValueError(f"num_envs: {num_envs} slots; at least one is needed.")
        self.num_envs = num_envs
        self._image_size = image_size
        self._autoreset = AutoresetMode(autoreset_mode)
        self.metadata = {**self.scalar.metadata, "autoreset_mode": self._autoreset}
        self.metadata["render_modes"] = list(RENDER_MODES)
        self.render_mode = check_render_mode(render_mode, self.metadata["render_modes"])
        self.split = split
        self._streams = Streams(num_envs, check_group_size(group_size, num_envs))
        self.single_observation_space = Dict({key: view.space for key, view in views.items()})
        self.single_action_space = controller.space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._views = tuple((key, view.render, view.render_batch) for key, view in views.items())
        self._controller = controller
        self._limit = NO_LIMIT if max_steps is None else max_steps
        self._everyone = list(range(num_envs))
        self._no_options: list[dict[str, Any]] = [{} for _ in self._everyone]
        self._experts = [expert for _ in self._everyone if (expert := make_expert()) is not None]
        self._worlds: list[W] = []
        self._tasks: list[Task[W]] = []
        self._labels = {key: np.full(num_envs, None) for key in ("task_id", "task_type", "split")}
        self._progress = np.zeros(num_envs)
        self._elapsed = np.zeros(num_envs, np.int64)
        self._ticks = np.zeros(num_envs, np.int64)
        self._succeeded = np.zeros(num_envs, np.bool_)
        self._ended = np.zeros(num_envs, np.bool_)
        self._last: dict[int, Slot[W]] = {}

    def reset(
        self,
        *,
        seed: int | list[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Observations, dict[str, Any]]:
        """Start an episode in every slot, or in those of a mask. If it raises, nothing changes.

        Args:
            seed: an int s seeds slot i with s + i (with `group_size` g: s + i // g); or one seed
                per slot, None to go on with the slot's stream.
            options: those of the scalar environment, as one value for all slots or a sequence
                with one entry per slot (None = not given); and

                * `reset_mask`, bool array `(num_envs,)`: only these slots are reset. The others
                  return their present observation, and no info.
                * `group_size`: at this reset, consecutive slots play the task that the first of
                  them draws (under a mask: the masked ones the draw of the first masked one).
                  The streams of the others stay untouched: later episodes differ again.

        Raises:
            ValueError: an option is unknown, of the wrong length, or does not go with another.
            TypeError: an option or a seed is of the wrong type.
            ResetNeeded: a mask leaves out a slot that was never reset.
            TaskNotFoundError: there is no such task.
            SnapshotError: a snapshot does not fit.
        """
        chosen = read_vector_options(options, self.num_envs, self.scalar.OPTIONS)
        seeds = read_seeds(seed, self.num_envs, self._streams.group_size)
        slots = chosen.slots
        if not self._worlds and len(slots) < self.num_envs:
            raise ResetNeeded("the first reset() must cover all slots: leave out reset_mask.")
        with self._streams.kept_on_error():
            self._streams.seed(seeds, slots)
            generators = self._streams.shared(slots, chosen.group_size)
            self._begin(slots, chosen.options, generators)
        for slot in slots:
            snapshot = chosen.options[slot].get("snapshot")
            if snapshot is not None and seeds[slot] is None:
                restore_generator(generators[slot], snapshot["np_random"])
        self._ended[slots] = False
        columns = self._columns(slots)
        if len(slots) == self.num_envs:
            return self._observe(), full_info(columns, self.num_envs)
        return self._observe(), partial_info(columns, slots, self.num_envs)

    def step(self, actions: Any) -> Stepped:
        """Carry out one action per slot.

        Args:
            actions: a sequence or array with one action per slot. In mode `NEXT_STEP` the action
                of a slot whose episode has ended is ignored: the slot is reset instead.

        Returns:
            Observations, rewards `float64 (num_envs,)`, terminations and truncations
            `bool (num_envs,)`, infos (see `StepInfo`; every key with its mask `_key`). In mode
            `SAME_STEP` infos has `final_obs` and `final_info` of the slots that have ended.

        Raises:
            ResetNeeded: `reset` was not called; or, in mode `DISABLED`, a slot has ended.
            TypeError: an action is of the wrong kind for the action mode; no slot has acted.
            ValueError: there are too many actions or too few.
        """
        if not self._worlds:
            raise ResetNeeded(NO_EPISODE)
        listed = unbatched(actions, self.num_envs)
        over: list[int] = self._ended.nonzero()[0].tolist()
        if over and self._autoreset is AutoresetMode.DISABLED:
            raise ResetNeeded(
                f"the episodes of slots {over} have ended; with autoreset_mode=DISABLED call"
                " reset(options={'reset_mask': ...}) for them first."
            )
        playing = [i for i in self._everyone if not self._ended[i]] if over else self._everyone
        self._last = {}
        self._act(playing, listed)
        rewards, terminations, truncations = self._judge()
        if over:
            terminations[over] = truncations[over] = False
            self._begin(over, self._no_options, self._streams.generators)
        self._ended = terminations | truncations
        ended: list[int] = self._ended.nonzero()[0].tolist()
        final = {}
        if ended and self._autoreset is AutoresetMode.SAME_STEP:
            final = self._final(ended)
            self._last = {
                slot: Slot(self._worlds[slot], self._plan, _forgotten, self._image_size)
                for slot in ended
            }
            self._begin(ended, self._no_options, self._streams.generators)
            self._ended = np.zeros(self.num_envs, np.bool_)
        infos = full_info(self._columns(self._everyone), self.num_envs)
        return self._observe(), rewards, terminations, truncations, infos | final

    def render(self) -> tuple[Any, ...] | None:
        """Return each slot as the scalar environment's `render` shows it ("ansi", "rgb_array")."""
        if self.render_mode is None:
            return None
        show = self._panel if self.render_mode == "rgb_array" else self._ansi
        return tuple(
            show(world, task, int(elapsed))
            for world, task, elapsed in zip(
                self._playing(), self._tasks, self._elapsed, strict=True
            )
        )

    def _ansi(self, world: W, task: Task[W], elapsed: int) -> str:
        return ansi(world, task, elapsed)

    def _panel(self, world: W, task: Task[W], elapsed: int) -> NDArray[np.uint8]:
        limit = None if self._limit == NO_LIMIT else self._limit
        shown = status(world, task, elapsed, limit, command="")
        return panel(self._picture(world), world.text(), mission=world.mission, status=shown)

    @property  # type: ignore[misc]  # read-only, as in SyncVectorEnv
    def np_random(self) -> tuple[np.random.Generator, ...]:  # type: ignore[override]
        """The generators of the slots."""
        return tuple(self._streams.generators)

    @property
    def np_random_seed(self) -> tuple[int, ...]:  # type: ignore[override]
        """The seeds of the slots' generators."""
        return tuple(self._streams.seeds)

    def slot(self, index: int) -> "Slot[W]":
        """Return one slot as it is now, to be asked what a scalar environment can be asked.

        Raises:
            ResetNeeded: `reset` was not called.
            IndexError: there is no such slot.
        """
        world = self._playing()[index]
        suggest = self._experts[index].suggest if self._experts else self._plan
        return Slot(world, suggest, partial(self.snapshot, index), self._image_size)

    def last_slot(self, index: int) -> "Slot[W]":
        """Return a slot as it was when its episode ended in the last step, in mode `SAME_STEP`.

        It answers everything but `snapshot`.

        Raises:
            ResetNeeded: no episode of it ended in the last step.
        """
        if index not in self._last:
            raise ResetNeeded(f"slot {index}: its episode did not end in the last step.")
        return self._last[index]

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Return what each slot answers, as `SyncVectorEnv.call` does of environments.

        Args:
            name: a method of `Slot`, `render`, `np_random` or `np_random_seed`; or one of `SHARED`,
                which is asked once and answered `num_envs` times, and needs no `reset`.
            *args: of the method.
            **kwargs: of the method.

        Raises:
            AttributeError: `name` is none of these.
            ResetNeeded: `reset` was not called.
        """
        if name in SHARED:
            return (self._shared(name, *args, **kwargs),) * self.num_envs
        if name == "render":
            return self.render() or (None,) * self.num_envs
        if name in ("np_random", "np_random_seed"):
            return tuple(getattr(self, name))
        if name.startswith("_") or not hasattr(Slot, name):
            raise AttributeError(f"a slot of {type(self).__name__} has no {name!r}.")
        return tuple(getattr(self.slot(i), name)(*args, **kwargs) for i in self._everyone)

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """Return an attribute of each slot, as `SyncVectorEnv.get_attr` does; see `call`.

        There is no `set_attr`: slots have no attributes of their own. What can be chosen is an
        argument of the vector or an option of `reset`.
        """
        return self.call(name)

    def admissible_commands(self) -> tuple[list[str], ...]:
        """Return all commands that are possible now, sorted, for each slot."""
        return self.call("admissible_commands")

    def expert_action(self) -> tuple[str, ...]:
        """Return the expert's next command for each slot; without `expert=`, the planner's."""
        return self.call("expert_action")

    def snapshot(self, index: int) -> dict[str, Any]:
        """Return this moment of one slot, as the scalar environment's `snapshot` does.

        Raises:
            ResetNeeded: `reset` was not called.
            IndexError: there is no such slot.
        """
        world = self._playing()[index]
        return take_snapshot(
            self.scalar.__name__,
            world,
            self._tasks[index],
            self._experts[index] if self._experts else None,
            elapsed_steps=int(self._elapsed[index]),
            succeeded=bool(self._succeeded[index]),
            generator=self._streams.generators[index],
        )

    def snapshots(self) -> tuple[dict[str, Any], ...]:
        """Return the snapshots of all slots, as `reset(options={"snapshot": ...})` takes them."""
        return self.call("snapshot")

    @abstractmethod
    def _start(self, options: dict[str, Any], generator: np.random.Generator) -> tuple[W, Task[W]]:
        """Build the world of the task that the options name, or of one drawn."""

    @abstractmethod
    def _resume(self, snapshot: Snapshot) -> tuple[W, Task[W]]:
        """Build the world of a snapshot, as it was."""

    @abstractmethod
    def _picture(self, world: W) -> NDArray[np.uint8]:
        """Return a large image of the world for people, uint8 (H, W, 3)."""

    @abstractmethod
    def _plan(self, world: W) -> str:
        """Return the planner's next command, "" if there is none."""

    def _begin(
        self,
        slots: list[int],
        options: list[dict[str, Any]],
        generators: list[np.random.Generator],
    ) -> None:
        """Begin episodes in these slots; if one cannot be had, none of them changes."""
        begun = [self._episode(slot, options[slot], generators[slot]) for slot in slots]
        for slot, (world, task, snapshot, expert) in zip(slots, begun, strict=True):
            if expert is not None:
                self._experts[slot] = expert
            elif self._experts:
                self._experts[slot].begin(world)
            # Slices append to the lists, which are empty before the first reset.
            self._worlds[slot : slot + 1] = [world]
            self._tasks[slot : slot + 1] = [task]
            self._elapsed[slot] = 0 if snapshot is None else snapshot["elapsed_steps"]
            self._succeeded[slot] = snapshot is not None and snapshot["succeeded"]
            self._progress[slot] = task.progress(world)
            self._ticks[slot] = 0
            for key, column in self._labels.items():
                column[slot] = getattr(task, key)

    def _episode(
        self, slot: int, options: dict[str, Any], generator: np.random.Generator
    ) -> tuple[W, Task[W], Snapshot | None, Expert[W] | None]:
        """Return an episode and, if it goes on from a snapshot, that and the slot's expert then."""
        if options.get("snapshot") is None:
            return *self._start(options, generator), None, None
        snapshot = check_snapshot(options["snapshot"], self.scalar.__name__, generator)
        world, task = self._resume(snapshot)
        expert = restored_expert(self._experts[slot], snapshot, world) if self._experts else None
        return world, task, snapshot, expert

    def _shared(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Return what a scalar environment would answer, whichever slot it were."""
        if name.endswith("_space"):
            return getattr(self, f"single_{name}")
        answer = getattr(self.scalar if name == "metadata" else self, name)
        return answer(*args, **kwargs) if callable(answer) else answer

    def _act(self, slots: list[int], actions: Sequence[Any]) -> None:
        """Carry out the actions of these slots."""
        worlds = self._worlds
        # All are read before the first is carried out: a wrong one must not leave half a step.
        commands = self._controller.commands(
            [actions[slot] for slot in slots], [worlds[slot] for slot in slots]
        )
        rows = self._rows(slots)
        self._ticks[rows] = [
            worlds[slot].act(command).ticks for slot, command in zip(slots, commands, strict=True)
        ]
        self._elapsed[rows] += 1
        if self._experts:
            for slot, command in zip(slots, commands, strict=True):
                self._experts[slot].observe(command, worlds[slot])

    def _judge(self) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
        """Return rewards, terminations and truncations of the present states."""
        tasks, worlds = self._tasks, self._worlds
        shares = [task.progress(world) for task, world in zip(tasks, worlds, strict=True)]
        self._progress = np.array(shares, np.float64)
        lost = np.array([t.lost(world) for t, world in zip(tasks, worlds, strict=True)], np.bool_)
        success = self._progress >= 1.0
        rewards = (success & ~self._succeeded).astype(np.float64)
        self._succeeded |= success
        return rewards, success | lost, self._elapsed >= self._limit

    def _observe(self) -> Observations:
        return {key: render_batch(self._worlds) for key, _, render_batch in self._views}

    def _final(self, slots: list[int]) -> dict[str, Any]:
        """Return what the slots that have ended see and are told before their autoreset."""
        seen = [{key: render(self._worlds[i]) for key, render, _ in self._views} for i in slots]
        return final_info(seen, self._columns(slots), slots, self.num_envs)

    def _columns(self, slots: list[int]) -> dict[str, Column]:
        """Return the infos of these slots, stacked; see `StepInfo`."""
        n = len(slots)
        worlds = [self._worlds[slot] for slot in slots]
        events = [world.event for world in worlds]
        commands = [world.admissible_commands() for world in worlds]
        rows = self._rows(slots)
        progress = self._progress[rows].copy()
        advice = [self._experts[i].suggest(self._worlds[i]) if self._experts else "" for i in slots]
        return {
            **{key: column[rows].copy() for key, column in self._labels.items()},
            "success": progress >= 1.0,
            "goal_conditions": progress,
            "action_valid": np.array([event.valid for event in events], np.bool_),
            "feedback": objects([event.feedback for event in events], n),
            "ticks": self._ticks[rows].copy(),
            "admissible_commands": objects(commands, n),
            "action_mask": action_masks(list(map(len, commands))),
            "expert_action": objects(advice, n),
        }

    def _rows(self, slots: list[int]) -> list[int] | slice:
        """Return an index for arrays; a slice is much faster than a list of all slots."""
        return slice(None) if len(slots) == self.num_envs else slots

    def _playing(self) -> list[W]:
        if not self._worlds:
            raise ResetNeeded(NO_EPISODE)
        return self._worlds


def _forgotten() -> dict[str, Any]:
    raise ResetNeeded(
        "the episode has ended, and its snapshot is not kept; take it a step earlier."
    )
