"""The household as native vector environments: many games side by side in one process."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from crossworld.envs.core.paired import lowest_limit
from crossworld.envs.core.snapshot import Snapshot
from crossworld.envs.core.vector import PairedVectorEnv
from crossworld.envs.core.views import make_views
from crossworld.envs.household.alfworld import ALFWorldEnv, default_data
from crossworld.envs.household.base import (
    POSTER_SIZE,
    GameLists,
    make_controller,
    make_expert,
    plan_step,
)
from crossworld.envs.household.corpus import open_corpus
from crossworld.envs.household.env import HouseholdEnv
from crossworld.envs.household.episodes import Episode, Episodes
from crossworld.envs.household.games import Games
from crossworld.envs.household.generation.generator import GeneratedGames
from crossworld.envs.household.views import DEFAULT_MODALITIES, VIEWS
from crossworld.envs.household.visual.painter import HouseholdPainter
from crossworld.envs.household.world import HouseholdWorld


class GamesVectorEnv(GameLists, PairedVectorEnv[HouseholdWorld]):
    """The vectorised household over a source of games; arguments as its subclasses document them.

    Subclasses name their `scalar` environment and pass their arguments on; the defaults are here.
    """

    def __init__(
        self,
        games: Games,
        num_envs: int = 1,
        *,
        split: str | None = None,
        modalities: Sequence[str] = DEFAULT_MODALITIES,
        image_size: int = 128,
        labels: bool = False,
        frame_cache: int = 0,
        action_mode: str = "text",
        instruction: str = "template",
        text_version: str = "auto",
        expert: str | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        group_size: int = 1,
        max_episode_steps: int | None = None,
        max_steps: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        split = games.default_split if split is None else split
        self._games = games
        self._episodes = Episodes(games, split, instruction, text_version)
        self._painter = HouseholdPainter(image_size, labels=labels, frame_cache=frame_cache)
        self._poster = HouseholdPainter(POSTER_SIZE, labels=labels)
        super().__init__(
            num_envs,
            views=make_views(modalities, VIEWS, self._painter),
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

    def _picture(self, world: HouseholdWorld) -> NDArray[np.uint8]:
        return self._poster.frame(world).image

    def _plan(self, world: HouseholdWorld) -> str:
        return plan_step(world)

    def close_extras(self, **kwargs: Any) -> None:
        """Forget all frames."""
        self._painter.clear()
        self._poster.clear()


class HouseholdVectorEnv(GamesVectorEnv):
    """Household tasks in rooms made on demand, many at a time in one process.

    ## Description

    `num_envs` slots, each of which is exactly what `HouseholdEnv` is with the slot's seed: same
    games, texts, rewards and infos, batched as `gymnasium.vector.SyncVectorEnv` batches them, but
    without an environment, its wrappers and its dictionaries for each slot. It is what
    `gym.make_vec("crossworld/Household-v0", num_envs=n)` makes.

    ## Action Space

    `action_mode="text"` (default): `Tuple` of `num_envs` texts; lists and arrays of strings are
    fine, too. `action_mode="discrete"`: `MultiDiscrete` with 256 actions per slot. Their meaning is
    the scalar environment's. All actions are read before the first is carried out.

    ## Observation Space

    `Dict` of the chosen `modalities`: `text` and `mission`, each a tuple of `num_envs` strings;
    `image`, `depth` and `segmentation`, each one array with `num_envs` as its first axis. All images
    of a step are drawn in one call.

    ## Rewards

    float64 array of shape `(num_envs,)`: 1.0 on the step that first reaches a slot's goal, else 0.0.

    ## Starting State

    Every slot has a stream of random numbers of its own, from which its games are drawn, also at
    autoresets: `reset(seed=s)` seeds slot i with s + i, a list gives each slot its seed. Reset
    options are the scalar environment's (`task_id`, `instruction`, `snapshot`), each as one value
    for all slots or as a sequence with one entry per slot (None = not given), and `reset_mask` (bool
    array `(num_envs,)`: reset only these) and `group_size` (at this reset, each group of so many
    consecutive slots plays one drawn task).

    Groups, as GRPO and its relatives need them, for good: with the argument `group_size=g` the slots
    of a group share their stream (`seed=s` seeds group k with s + k), so that the k-th episode of
    each is the same task, told in the same words, also after autoresets. When a whole group is
    reset without a seed, all of it goes on with the stream of its first slot, so its slots are in
    step again, however many episodes each has finished. A task or snapshot given by name draws
    nothing. Where the sequence of tasks must not depend on how long episodes were, give a seed at
    every reset.

    ## Episode End

    Terminated as the scalar environment; truncated after `max_episode_steps` steps, counted per
    slot and, after a snapshot, from the true start of the episode. What follows is up to
    `autoreset_mode`: `NEXT_STEP` (default), `SAME_STEP` (`infos` has `final_obs` and
    `final_info`) or `DISABLED` (to step on with an ended slot is an error; reset it with a mask).

    ## Arguments

    | argument | default | meaning |
    |---|---|---|
    | `num_envs` | `1` | number of slots |
    | `split` | `None` | `train` (also for `None`), `valid_seen` or `valid_unseen` |
    | `num_tasks` | `None` | draw and list only the first so many games of the split |
    | `modalities` | `("image", "text", "mission")` | what the observation holds |
    | `image_size` | `128` | side of the square images in pixels, 16 to 1024 |
    | `labels` | `False` | draw name tags on the images, beside what is looked at |
    | `frame_cache` | `0` | frames kept, so that a state seen again is not drawn again; the last batch always is |
    | `action_mode` | `"text"` | or `"discrete"` |
    | `instruction` | `"template"` | or `"human"` |
    | `text_version` | `"auto"` | or `"2.1.1"`, `"2.1.2"`, `"wheel"` |
    | `expert` | `None` | `"planner"` or `"handcoded"` fills `infos["expert_action"]` |
    | `autoreset_mode` | `NEXT_STEP` | an `AutoresetMode` or its value, such as `"SameStep"`; a spec can be saved (`to_json`) with the value only |
    | `group_size` | `1` | consecutive slots that play the same tasks; divides `num_envs` |
    | `max_episode_steps` | `None` | step limit; `gym.make_vec` passes the id's. `None` and -1 mean none |
    | `max_steps` | `None` | the same, so that both kinds of environment take the same arguments; the lower counts |
    | `render_mode` | `None` | or `"ansi"`, `"rgb_array"` |

    Raises:
        TaskNotFoundError: there is no such split or task.
        ValueError: an argument is not one of those above.

    ## Version History

    * v0: first version.
    """

    scalar = HouseholdEnv

    def __init__(
        self, num_envs: int = 1, *, num_tasks: int | None = None, **arguments: Any
    ) -> None:
        super().__init__(GeneratedGames(num_tasks), num_envs, **arguments)


class ALFWorldVectorEnv(GamesVectorEnv):
    """ALFWorld's official household games, many at a time in one process.

    ## Description

    It is to `ALFWorldEnv` what `HouseholdVectorEnv` is to `HouseholdEnv`, which says how slots,
    groups, masks and snapshots work. `gym.make_vec("crossworld/ALFWorld-v0", num_envs=n)` makes it.

    ## Action Space

    A batch of the scalar environment's.

    ## Observation Space

    A batch of the scalar environment's.

    ## Rewards

    float64 array of shape `(num_envs,)`: 1.0 on the step that first reaches a slot's goal, else 0.0.

    ## Starting State

    As `HouseholdVectorEnv`, with games of the data.

    ## Episode End

    As `HouseholdVectorEnv`.

    ## Arguments

    | argument | default | meaning |
    |---|---|---|
    | `num_envs` | `1` | number of slots |
    | `data` | `None` | folder or pack with games; `None` means `$ALFWORLD_DATA`, see `ALFWorldEnv` |
    | `split` | `None` | `train`, `valid_seen`, `valid_unseen`, ...; `None` means `train`, or else the first there is |
    | `modalities` | `("image", "text", "mission")` | what the observation holds |
    | `image_size` | `128` | side of the square images in pixels, 16 to 1024 |
    | `labels` | `False` | draw name tags on the images, beside what is looked at |
    | `frame_cache` | `0` | frames kept, so that a state seen again is not drawn again; the last batch always is |
    | `action_mode` | `"text"` | or `"discrete"` |
    | `instruction` | `"template"` | or `"human"` |
    | `text_version` | `"auto"` | or `"2.1.1"`, `"2.1.2"`, `"wheel"` |
    | `expert` | `None` | `"planner"` or `"handcoded"` fills `infos["expert_action"]` |
    | `autoreset_mode` | `NEXT_STEP` | an `AutoresetMode` or its value, such as `"SameStep"`; a spec can be saved (`to_json`) with the value only |
    | `group_size` | `1` | consecutive slots that play the same tasks; divides `num_envs` |
    | `max_episode_steps` | `None` | step limit; `gym.make_vec` passes the id's. `None` and -1 mean none |
    | `max_steps` | `None` | the same, so that both kinds of environment take the same arguments; the lower counts |
    | `render_mode` | `None` | or `"ansi"`, `"rgb_array"` |

    Raises:
        DataError: there is no data, or a file is damaged.
        GameError: a game is whole but not one that can be played exactly.
        TaskNotFoundError: there is no such split or task.
        ValueError: an argument is not one of those above.

    ## Version History

    * v0: first version.
    """

    scalar = ALFWorldEnv

    def __init__(self, num_envs: int = 1, *, data: str | None = None, **arguments: Any) -> None:
        super().__init__(open_corpus(data or default_data()), num_envs, **arguments)
