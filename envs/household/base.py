"""What all household environments share; they differ in where their games come from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.controllers import DiscreteController, TextController
from crossworld.envs.core.options import chosen
from crossworld.envs.core.paired import PairedEnv
from crossworld.envs.core.parts import Controller, Expert
from crossworld.envs.core.snapshot import Snapshot
from crossworld.envs.core.task import TaskSpec
from crossworld.envs.core.views import make_views
from crossworld.envs.household.episodes import Episode, Episodes
from crossworld.envs.household.experts.handcoded import HandcodedExpert
from crossworld.envs.household.experts.planner import PlannerExpert, plan
from crossworld.envs.household.games import Games
from crossworld.envs.household.views import VIEWS
from crossworld.envs.household.visual.painter import HouseholdPainter
from crossworld.envs.household.vocabulary import VOCABULARY
from crossworld.envs.household.world import HouseholdWorld

ACTION_MODES: Mapping[str, Callable[[], Controller[HouseholdWorld]]] = {
    "text": TextController,
    "discrete": DiscreteController,
}
EXPERTS: Mapping[str, Callable[[], Expert[HouseholdWorld]]] = {
    "planner": PlannerExpert,
    "handcoded": HandcodedExpert,
}


POSTER_SIZE = 384
"""Side of the image that people are shown, pixels."""


def make_controller(action_mode: str) -> Controller[HouseholdWorld]:
    """Return the controller of an action mode; raises ValueError for an unknown one."""
    return ACTION_MODES[chosen("action_mode", action_mode, ACTION_MODES)]()


def make_expert(expert: str | None) -> Expert[HouseholdWorld] | None:
    """Return an expert by name, None for None; raises ValueError for an unknown one."""
    return None if expert is None else EXPERTS[chosen("expert", expert, EXPERTS)]()


def plan_step(world: HouseholdWorld) -> str:
    """Return the first command of a shortest plan, "" if there is none."""
    commands = plan(world.state)
    return commands[0] if commands else ""


class GameLists:
    """What can be told of a source of games before one is played."""

    _games: Games

    def task_count(self, split: str) -> int | None:
        """Return the number of games of a split, None where they are made on demand.

        Raises:
            TaskNotFoundError: there is no such split.
        """
        return self._games.count(split)

    def tasks(self, split: str, start: int = 0, count: int = 1000) -> list[TaskSpec]:
        """Return `count` games of a split, sorted, from number `start` on.

        Raises:
            TaskNotFoundError: there is no such split.
            ValueError: `start` or `count` is negative.
        """
        if start < 0 or count < 0:
            raise ValueError(f"tasks: start={start}, count={count}; neither can be negative.")
        return self._games.tasks(split, start, count)

    def manifest_hash(self, split: str) -> str:
        """Return one sha256 over what a split consists of."""
        return self._games.manifest_hash(split)

    def vocabulary(self) -> list[str]:
        """Return all words of this world's texts, commands and template missions, sorted."""
        return list(VOCABULARY)


class GamesEnv(GameLists, PairedEnv[HouseholdWorld]):
    """The household over a source of games; arguments as its subclasses document them."""

    def __init__(
        self,
        games: Games,
        *,
        split: str | None,
        modalities: Sequence[str],
        image_size: int,
        labels: bool,
        frame_cache: int,
        action_mode: str,
        instruction: str,
        text_version: str,
        expert: str | None,
        max_steps: int | None,
        render_mode: str | None,
    ) -> None:
        split = games.default_split if split is None else split
        self._games = games
        self._episodes = Episodes(games, split, instruction, text_version)
        self._painter = HouseholdPainter(image_size, labels=labels, frame_cache=frame_cache)
        self._poster = HouseholdPainter(POSTER_SIZE, labels=labels)
        super().__init__(
            views=make_views(modalities, VIEWS, self._painter),
            controller=make_controller(action_mode),
            expert=make_expert(expert),
            split=split,
            image_size=image_size,
            max_steps=max_steps,
            render_mode=render_mode,
        )

    def _start(self, options: dict[str, Any]) -> Episode:
        return self._episodes.start(options, self.np_random)

    def _resume(self, snapshot: Snapshot) -> Episode:
        return self._episodes.resume(snapshot)

    def _plan(self, world: HouseholdWorld) -> str:
        return plan_step(world)

    def _picture(self, world: HouseholdWorld) -> NDArray[np.uint8]:
        return self._poster.frame(world).image

    def close(self) -> None:
        """Forget all frames, and close the window if there is one."""
        self._painter.clear()
        self._poster.clear()
        super().close()
