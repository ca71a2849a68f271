"""The tabletop as a native vector environment: many tables side by side in one process."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from crossworld.envs.core.paired import lowest_limit
from crossworld.envs.core.snapshot import Snapshot
from crossworld.envs.core.vector import PairedVectorEnv
from crossworld.envs.core.views import make_views
from crossworld.envs.tabletop.env import (
    POSTER_SIZE,
    TabletopEnv,
    TaskLists,
    make_source,
    most_things,
    poster,
)
from crossworld.envs.tabletop.episodes import Episode, Episodes, make_controller, make_expert
from crossworld.envs.tabletop.experts import plan_step
from crossworld.envs.tabletop.library import Choice
from crossworld.envs.tabletop.painter import FRONT, SIDE, TabletopPainter
from crossworld.envs.tabletop.views import DEFAULT_MODALITIES, cameras_of, views
from crossworld.envs.tabletop.world import TabletopWorld


class TabletopVectorEnv(TaskLists, PairedVectorEnv[TabletopWorld]):
    """Tables, many at a time in one process.

    ## Description

    `num_envs` slots, each of which is exactly what `TabletopEnv` is with the slot's seed, batched as
    `gymnasium.vector.SyncVectorEnv` batches them. All images of a step are drawn in one call, and
    slots whose things have the same shapes share a simulation. It is what
    `gym.make_vec("crossworld/TabletopStack-v0", num_envs=n)` makes; `crossworld/Household-v0` says
    how slots, groups, masks and snapshots work.

    ## Action Space

    A batch of the scalar environment's: `(num_envs, 6)` or `(num_envs, 3)` numbers, `MultiDiscrete`,
    or a `Tuple` of texts. All actions are read before the first is carried out.

    ## Observation Space

    A batch of the scalar environment's.

    ## Rewards

    float64 array of shape `(num_envs,)`: 1.0 on the step that first reaches a slot's goal, else 0.0.

    ## Starting State

    As the scalar environment, from a stream of random numbers per slot; reset options may be one value
    for all slots or a sequence with one entry per slot, and `reset_mask` and `group_size`.

    ## Episode End

    Terminated as the scalar environment; truncated after `max_episode_steps` steps, counted per
    slot. What follows is up to `autoreset_mode`: `NEXT_STEP` (default), `SAME_STEP` or `DISABLED`.

    ## Arguments

    | argument | default | meaning |
    |---|---|---|
    | `num_envs` | `1` | number of slots |
    | `task` | `None` | as the scalar environment; all of the library for `None` |
    | `split` | `None` | `train` (also for `None`), `valid_seen` or `valid_unseen` |
    | `num_tasks` | `None` | draw and list only the first so many tasks of the split |
    | `modalities` | `("image", "image_side", "state", "text", "mission")` | what the observation holds |
    | `image_size` | `128` | side of the square images in pixels, 16 to 1024 |
    | `labels` | `False` | draw name tags on the images |
    | `frame_cache` | `0` | frames kept, so that a state seen again is not drawn again; the last batch always is |
    | `renderer` | `"raster"` | or `"tiny"`, PyBullet's TinyRenderer |
    | `physics` | `"bullet"` | or `"analytic"`, for tasks of upright boxes and cylinders |
    | `action_mode` | `"text"` | or `"discrete"`, `"pick_place"`, `"point"` |
    | `instruction` | `"template"` | or `"human"` |
    | `expert` | `None` | `"planner"` or `"handcoded"` fills `infos["expert_action"]` |
    | `autoreset_mode` | `NEXT_STEP` | an `AutoresetMode` or its value, such as `"SameStep"` |
    | `group_size` | `1` | consecutive slots that play the same tasks; divides `num_envs` |
    | `max_episode_steps` | `None` | step limit; `gym.make_vec` passes the id's. `None` and -1 mean none |
    | `max_steps` | `None` | the same; the lower counts |
    | `render_mode` | `None` | or `"ansi"`, `"rgb_array"` |

    Raises:
        TaskNotFoundError: there is no such split or task.
        ValueError: an argument is not one of those above.

    ## Version History

    * v0: first version.
    """

    scalar = TabletopEnv

    def __init__(
        self,
        num_envs: int = 1,
        *,
        task: Choice | Sequence[Choice] | None = None,
        split: str | None = None,
        num_tasks: int | None = None,
        modalities: Sequence[str] = DEFAULT_MODALITIES,
        image_size: int = 128,
        labels: bool = False,
        frame_cache: int = 0,
        renderer: str = "raster",
        physics: str = "bullet",
        action_mode: str = "text",
        instruction: str = "template",
        expert: str | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        group_size: int = 1,
        max_episode_steps: int | None = None,
        max_steps: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        self._source = make_source(task, num_tasks)
        split = self._source.numbers.splits[0] if split is None else split
        self._episodes = Episodes(self._source, split, instruction, physics)
        self._painter = TabletopPainter(
            cameras_of(modalities), renderer, image_size, labels=labels, frame_cache=frame_cache
        )
        self._poster = TabletopPainter((FRONT, SIDE), renderer, POSTER_SIZE, labels=labels)
        super().__init__(
            num_envs,
            views=make_views(modalities, views(most_things(self._source)), self._painter),
            controller=make_controller(action_mode),
            make_expert=lambda: make_expert(expert),
            split=split,
            autoreset_mode=autoreset_mode,
            group_size=group_size,
            image_size=image_size,
            max_steps=lowest_limit(max_episode_steps, max_steps),
            render_mode=render_mode,
        )

    def _start(self, options: dict[str, Any], generator: np.random.Generator) -> Episode:
        return self._episodes.start(options, generator)

    def _resume(self, snapshot: Snapshot) -> Episode:
        return self._episodes.resume(snapshot)

    def _plan(self, world: TabletopWorld) -> str:
        return plan_step(world)

    def _picture(self, world: TabletopWorld) -> NDArray[np.uint8]:
        return poster(self._poster, world)

    def close_extras(self, **kwargs: Any) -> None:
        """Forget all frames."""
        self._painter.clear()
        self._poster.clear()
