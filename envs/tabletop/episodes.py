"""How an episode begins: a setting is drawn, found or resumed. Shared by scalar and vector."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossworld.envs.core.controllers import DiscreteController, TextController
from crossworld.envs.core.options import chosen
from crossworld.envs.core.parts import Controller, Expert, Task
from crossworld.envs.core.snapshot import Snapshot
from crossworld.envs.tabletop.controllers import PickPlaceController, PointController
from crossworld.envs.tabletop.experts import HandcodedExpert, PlannerExpert
from crossworld.envs.tabletop.library import TabletopTasks
from crossworld.envs.tabletop.moves import Physics
from crossworld.envs.tabletop.paraphrases import paraphrased
from crossworld.envs.tabletop.physics.analytic import AnalyticPhysics
from crossworld.envs.tabletop.physics.bullet import BulletPhysics
from crossworld.envs.tabletop.table import Setting
from crossworld.envs.tabletop.world import TabletopWorld, task_of

ACTION_MODES: Mapping[str, Callable[[], Controller[TabletopWorld]]] = {
    "text": TextController,
    "discrete": DiscreteController,
    "pick_place": PickPlaceController,
    "point": PointController,
}
EXPERTS: Mapping[str, Callable[[], Expert[TabletopWorld]]] = {
    "planner": PlannerExpert,
    "handcoded": HandcodedExpert,
}
PHYSICS: Mapping[str, Callable[[], Physics]] = {
    "bullet": BulletPhysics,
    "analytic": AnalyticPhysics,
}
INSTRUCTIONS = ("template", "human")
"""How a task can be told: in the words of its goals, or in freer ones."""

Episode = tuple[TabletopWorld, Task[TabletopWorld]]


def make_controller(action_mode: str) -> Controller[TabletopWorld]:
    """Return the controller of an action mode; raises ValueError for an unknown one."""
    return ACTION_MODES[chosen("action_mode", action_mode, ACTION_MODES)]()


def make_expert(expert: str | None) -> Expert[TabletopWorld] | None:
    """Return an expert by name, None for None; raises ValueError for an unknown one."""
    return None if expert is None else EXPERTS[chosen("expert", expert, EXPERTS)]()


@dataclass(frozen=True, slots=True)
class Episodes:
    """Begins episodes.

    Attributes:
        source: the tasks and their numbers.
        split: the split that tasks are drawn from.
        instruction: a name of `INSTRUCTIONS`.
        physics: a name of `PHYSICS`.

    Raises:
        ValueError: a name is unknown, or the physics cannot play one of the tasks.
        TaskNotFoundError: there is no such split.
    """

    source: TabletopTasks
    split: str
    instruction: str = "template"
    physics: str = "bullet"

    def __post_init__(self) -> None:
        chosen("instruction", self.instruction, INSTRUCTIONS)
        chosen("physics", self.physics, PHYSICS)
        self.source.numbers.count(self.split)
        if self.physics == "analytic":
            unfit = [task.name for task in self.source.tasks if not task.analytic]
            if unfit:
                raise ValueError(
                    f"physics='analytic' knows upright boxes and cylinders only, and cannot play"
                    f" {', '.join(unfit)}; choose other tasks with task=, or physics='bullet'."
                )

    def start(self, options: Mapping[str, Any], generator: np.random.Generator) -> Episode:
        """Begin the task that `options["task_id"]` names, or one drawn from the split."""
        numbers, task_id = self.source.numbers, options.get("task_id")
        if task_id is None:
            split, number = self.split, numbers.draw(self.split, generator)
        else:
            split, number = numbers.find(task_id, self.split)
        instruction = options.get("instruction") or self.instruction
        setting, physics = self._laid(split, number)
        sentence = ""
        if chosen("instruction", instruction, INSTRUCTIONS) == "human":
            sentence = paraphrased(setting.goals.words, generator)
        world = TabletopWorld(setting, physics, sentence)
        return world, self._task(split, number)

    def resume(self, snapshot: Snapshot) -> Episode:
        """Go on from a snapshot."""
        split, number = self.source.numbers.find(snapshot["task_id"], snapshot["split"])
        setting, physics = self._laid(split, number)
        world = TabletopWorld.from_json(setting, physics, snapshot["world"])
        return world, self._task(split, number)

    def _laid(self, split: str, number: int) -> tuple[Setting, Physics]:
        """Return a setting, and a physics that can play it, whatever its task says of itself."""
        setting, physics = self.source.setting(split, number), PHYSICS[self.physics]()
        physics.check(setting.scene)
        return setting, physics

    def _task(self, split: str, number: int) -> Task[TabletopWorld]:
        return task_of(self.source.task(number).name, f"{split}/{number}", split)
