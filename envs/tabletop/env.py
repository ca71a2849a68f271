"""`crossworld/Tabletop-v0` and its kin: pick and place on a table as a Gymnasium environment."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.numbered import NumberedTasks
from crossworld.envs.core.paired import PairedEnv
from crossworld.envs.core.panel import inset
from crossworld.envs.core.snapshot import Snapshot
from crossworld.envs.core.task import TaskSpec
from crossworld.envs.core.views import make_views
from crossworld.envs.tabletop.episodes import Episode, Episodes, make_controller, make_expert
from crossworld.envs.tabletop.experts import plan_step
from crossworld.envs.tabletop.library import PALETTES, Choice, TabletopTasks, find_tasks
from crossworld.envs.tabletop.painter import FRONT, SIDE, TabletopPainter
from crossworld.envs.tabletop.views import DEFAULT_MODALITIES, cameras_of, views
from crossworld.envs.tabletop.vocabulary import VOCABULARY
from crossworld.envs.tabletop.world import TabletopWorld

POSTER_SIZE = 384
"""Side of the image that people are shown, pixels."""


class TaskLists:
    """What can be told of a source of tasks before one is played."""

    _source: TabletopTasks

    def task_count(self, split: str) -> int | None:
        """Return `num_tasks`, None where there is no end.

        Raises:
            TaskNotFoundError: there is no such split.
        """
        return self._source.numbers.count(split)

    def tasks(self, split: str, start: int = 0, count: int = 1000) -> list[TaskSpec]:
        """Return `count` tasks of a split, in order, from number `start` on.

        Raises:
            TaskNotFoundError: there is no such split.
            ValueError: `start` or `count` is negative.
        """
        if start < 0 or count < 0:
            raise ValueError(f"tasks: start={start}, count={count}; neither can be negative.")
        return self._source.tasks_of(split, start, count)

    def manifest_hash(self, split: str) -> str:
        """Return one sha256 over what a split consists of."""
        return self._source.manifest_hash(split)

    def vocabulary(self) -> list[str]:
        """Return all words of this world's texts, commands and missions, sorted."""
        return list(VOCABULARY)


class TabletopEnv(TaskLists, PairedEnv[TabletopWorld]):
    """Pick and place on a table, with goals in words; each state is an image, a text, and numbers.

    ## Description

    Blocks, balls, cylinders, bowls, boxes, pallets and letters lie on a table; zones, spots, lines and
    outlines are painted on it. A suction gripper picks things up and puts them where it is told to;
    what is let go falls, tips and rolls as PyBullet has it. A task is a sentence such as "put the red
    block on the blue block", and success is exactly what the sentence says, heights included.

    | id | task |
    |---|---|
    | `crossworld/TabletopGrasp-v0` | pick up the red one of three blocks in a basket |
    | `crossworld/TabletopStack-v0` | put one of the blocks on another: six ordered pairs |
    | `crossworld/TabletopTripleStack-v0` | stack all three in a given order |
    | `crossworld/Tabletop-v0` | the library: `task=` names one or some, all of them by default |

    The first three are those of Di Palo et al., "Towards a Unified Agent with Foundation Models"
    (2023, arXiv 2307.09668), without the arm. `physics="analytic"` plays tasks of upright boxes and
    cylinders without PyBullet, many times as fast, and mostly with the same outcome.

    ## Action Space

    | `action_mode` | space | meaning |
    |---|---|---|
    | `"text"` (default) | `Text(0..4096)` | a command, see below |
    | `"discrete"` | `Discrete(256)` | an index into the sorted `info["admissible_commands"]`; `info["action_mask"]` says which are in use |
    | `"pick_place"` | `Box(-1, 1, (6,), float32)` | pick x, y, yaw and place x, y, yaw; with piles, the spatula is swept from the one to the other |
    | `"point"` | `Box(-1, 1, (3,), float32)` | x, y, and pick (below 0) or place |

    Numbers span the workspace: x from near to far, y from right to left, yaw from -180 to 180 degrees.
    What is placed goes with its middle to the place, turned by the difference of the yaws, and never
    sticks out of the workspace. What is in or on a bowl, box or pallet goes with it.

    | command | what it does |
    |---|---|
    | `look` | tells |
    | `pick up the T` | lifts a thing |
    | `put it WHERE`, `put the T WHERE` | puts down what is held; picks and puts down in one step |
    | `push the T left`, `right`, `back`, `forward` | 8 cm along the table |
    | `sweep the P onto the M` | one stroke of the spatula through a pile |

    WHERE is `on the table`, `on the T`, `in the T`, and, though not listed as admissible, `on the T
    and the T`, `left of the T`, `right of the T`, `behind the T`, `in front of the T` or `at X Y turned
    D`. What cannot be reached, is not there or can mean several things is answered in
    `info["feedback"]`, and nothing changes.

    ## Observation Space

    `Dict` of the chosen `modalities`:

    | key | space | meaning |
    |---|---|---|
    | `image` | `Box(0, 255, (S, S, 3), uint8)` | from the near side, S = `image_size` |
    | `image_side` | `Box(0, 255, (S, S, 3), uint8)` | from the right side, lower |
    | `state` | `Box(-10, 10, (4 + 13 N,), float32)` | cup x, y, z, holding; then of each thing x, y, z, quaternion (x, y, z, w), extents, colour; N is the most things a task lays |
    | `text` | `Text(0..4096)` | what is where, in words; at reset the task as well |
    | `mission` | `Text(0..4096)` | the task sentence alone |
    | `depth`, `depth_side` | `Box(0, 5, (S, S), float32)` | metres along the optical axis; 5 where nothing is |
    | `segmentation`, `segmentation_side` | `Box(0, 2147483647, (S, S), int32)` | what each pixel shows; 0 is the table and the gripper, all else has a name in `segmentation_names()` |

    Metres, in a right-handed frame: x away from the viewer of `image`, y to the left, z up from the
    table. Left, right, behind and in front of are told as that viewer sees them. What the text says is
    seen has pixels in `segmentation` or `segmentation_side`: at least 6 at 64 x 64, 12 at 128 x 128.

    ## Rewards

    1.0 on the step that first reaches the goal, else 0.0. `info["goal_conditions"]` has partial credit.

    ## Starting State

    A task of the split, its number drawn uniformly with `np_random`, or
    `options={"task_id": "train/17"}`. With several tasks, they take turns with the numbers. Splits are
    `train`, `valid_seen` (the same colours) and `valid_unseen` (four colours of seven are others, as
    CLIPort has it; the three basket tasks keep theirs). Nothing touches by chance; no goal holds.

    ## Episode End

    Terminated when all goals hold at once. Truncated after 20 steps. An environment that is stepped on
    after success keeps running.

    ## Arguments

    | argument | default | meaning |
    |---|---|---|
    | `task` | `None` | a name of the library, `"module:Class"`, the path of a Python file, a `TabletopTask`, or a list of them; `None` means all of the library |
    | `split` | `None` | `train` (also for `None`), `valid_seen` or `valid_unseen` |
    | `num_tasks` | `None` | draw and list only the first so many tasks of the split |
    | `modalities` | `("image", "image_side", "state", "text", "mission")` | what the observation holds |
    | `image_size` | `128` | side of the square images in pixels, 16 to 1024 |
    | `labels` | `False` | draw name tags on the images |
    | `frame_cache` | `0` | frames kept, so that a state seen again is not drawn again |
    | `renderer` | `"raster"` | or `"tiny"`, PyBullet's TinyRenderer: slower, other pixels |
    | `physics` | `"bullet"` | or `"analytic"`, for tasks of upright boxes and cylinders |
    | `action_mode` | `"text"` | or `"discrete"`, `"pick_place"`, `"point"` |
    | `instruction` | `"template"` | or `"human"`: the mission in freer words, drawn with `np_random` |
    | `expert` | `None` | `"planner"` (sees the state) or `"handcoded"` (reads mission and text) fills `info["expert_action"]` |
    | `max_steps` | `None` | step limit that also holds after a snapshot; see `crossworld/Household-v0` |
    | `render_mode` | `None` | or `"ansi"`, `"rgb_array"` (both images and text side by side, `uint8`), `"human"` (the same in a window) |

    Reset options: `task_id`, `instruction`, or `snapshot` alone.

    ## Vectors

    `gym.make_vec("crossworld/TabletopStack-v0", num_envs=64)` is a native batch, see
    `TabletopVectorEnv`. With Gymnasium's own `AsyncVectorEnv` use
    `vector_kwargs={"shared_memory": False}`: its shared memory passes text on only once.

    Raises:
        TaskNotFoundError: there is no such split or task.
        TaskError: a task cannot be laid as it is written.

    ## Version History

    * v0: first version.
    """

    def __init__(
        self,
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
            views=make_views(modalities, views(most_things(self._source)), self._painter),
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

    def _plan(self, world: TabletopWorld) -> str:
        return plan_step(world)

    def _picture(self, world: TabletopWorld) -> NDArray[np.uint8]:
        return poster(self._poster, world)

    def close(self) -> None:
        """Forget all frames, and close the window if there is one."""
        self._painter.clear()
        self._poster.clear()
        super().close()


def make_source(task: Choice | Sequence[Choice] | None, num_tasks: int | None) -> TabletopTasks:
    """Return the source of the tasks that an environment's arguments name."""
    return TabletopTasks(find_tasks(task), NumberedTasks(tuple(PALETTES), num_tasks))


def most_things(source: TabletopTasks) -> int:
    """Return how many things a task of a source lays at most."""
    return max(task.most for task in source.tasks)


def poster(painter: TabletopPainter, world: TabletopWorld) -> NDArray[np.uint8]:
    """Return what the front camera sees, and the other one in a corner that is always empty."""
    seen = painter.frame(world)
    return inset(seen[FRONT].image, seen[SIDE].image)
