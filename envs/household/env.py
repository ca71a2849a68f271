"""`crossworld/ALFWorld-v0`: the official ALFWorld games as a Gymnasium environment."""

import os
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

from crossworld.envs.core.controllers import DiscreteController, TextController
from crossworld.envs.core.errors import DataError
from crossworld.envs.core.paired import PairedEnv
from crossworld.envs.core.parts import Controller, Expert, Task
from crossworld.envs.core.snapshot import Snapshot
from crossworld.envs.core.task import TaskSpec
from crossworld.envs.household import files
from crossworld.envs.household.corpus import (
    ENVIRONMENT_VARIABLE,
    GameFolder,
    compiled,
    open_corpus,
)
from crossworld.envs.household.experts.handcoded import HandcodedExpert
from crossworld.envs.household.experts.planner import PlannerExpert, plan
from crossworld.envs.household.versions import VERSIONS
from crossworld.envs.household.views import make_views
from crossworld.envs.household.world import HouseholdWorld, task_of

ACTION_MODES: Mapping[str, Callable[[], Controller[HouseholdWorld]]] = {
    "text": TextController,
    "discrete": DiscreteController,
}
EXPERTS: Mapping[str, Callable[[], Expert[HouseholdWorld]]] = {
    "planner": PlannerExpert,
    "handcoded": HandcodedExpert,
}
INSTRUCTIONS = ("template", "human")


def sample_data() -> str:
    """Return the folder of the few games that this package ships, one of each task type."""
    return str(Path(str(resources("crossworld.envs.household") / "data" / "games")))


def default_data() -> str:
    """Return `$ALFWORLD_DATA`, or else the folder of the games that this package ships."""
    return os.environ.get(ENVIRONMENT_VARIABLE) or sample_data()


def _chosen(what: str, name: str, table: Mapping[str, Any] | Sequence[str]) -> str:
    if name not in table:
        raise ValueError(f"{what}: {name!r} is not one of {', '.join(table)}.")
    return name


class ALFWorldEnv(PairedEnv[HouseholdWorld]):
    """ALFWorld's official household games, byte for byte, compiled.

    ## Description

    An agent is told to find, clean, heat, cool, look at or put away things in a house. It moves
    between receptacles (cabinets, tables, the fridge), opens them, and takes, places and processes
    objects. Rules and wording are those of the text games of ALFWorld (Shridhar et al., ICLR 2021,
    arXiv 2010.03768) as TextWorld plays them, with all their quirks. The games are read from
    ALFWorld's own files.

    ## Action Space

    `action_mode="text"` (default): `Text(0..4096)`, a command. All commands that are possible now
    are in `info["admissible_commands"]`; anything else is answered with "Nothing happens.", changes
    nothing, and `info["feedback"]` says why.

    | command | what it does |
    |---|---|
    | `look`, `inventory`, `help` | tells |
    | `go to R` | moves to a receptacle |
    | `open R`, `close R` | moves a door or drawer |
    | `take O from R`, `move O to R` | one object in hand; version 2.1.1 says `put O in/on R` |
    | `clean O with R`, `heat O with R`, `cool O with R` | at a sink basin, microwave, fridge |
    | `use O` | switches a lamp on |
    | `slice O with K` | with a knife in hand |
    | `examine R`, `examine O` | a receptacle here, or the object in hand |

    `action_mode="discrete"`: `Discrete(256)`, an index into the sorted
    `info["admissible_commands"]`; `info["action_mask"]` says which are in use.

    ## Observation Space

    `Dict` of the chosen `modalities`:

    | key | space | meaning |
    |---|---|---|
    | `text` | `Text(0..4096)` | what the game says; at reset the opening with the task |
    | `mission` | `Text(0..4096)` | the task sentence alone |

    ## Rewards

    1.0 on the step that first reaches the goal, else 0.0.

    ## Starting State

    A game of the split, drawn uniformly with `np_random`, or `options={"task_id": ...}`; the state
    is the one its file gives.

    ## Episode End

    Terminated when the goal holds, or when it cannot be reached any more: an object in hand that no
    receptacle of the game accepts cannot be put down (upstream goes on until the limit). Truncated
    after 50 steps; commands that are not possible count. An environment that is stepped on after
    success keeps running, as upstream's does.

    ## Arguments

    | argument | default | meaning |
    |---|---|---|
    | `data` | `None` | folder with games; `None` means `$ALFWORLD_DATA`. The tree with `json_2.1.*` in it (the newest is taken), one such folder, or any folder of `game.tw-pddl` files |
    | `split` | `None` | `train`, `valid_seen`, `valid_unseen`, ...; `None` means `train`, or else the first there is |
    | `modalities` | `("text", "mission")` | what the observation holds |
    | `action_mode` | `"text"` | or `"discrete"` |
    | `instruction` | `"template"` | or `"human"`: a crowd worker's sentence, drawn with `np_random` from the game's `traj_data.json` |
    | `text_version` | `"auto"` | wording: what the game's own grammar speaks, or `"2.1.1"`, `"2.1.2"`, `"wheel"` |
    | `expert` | `None` | `"planner"` (optimal, sees everything) or `"handcoded"` (reads only the text) fills `info["expert_action"]` |
    | `max_steps` | `None` | set it to the same number as `max_episode_steps=` when you change that one, so that an episode resumed from a snapshot counts from its true start |
    | `render_mode` | `None` | or `"ansi"` |

    Reset options: `task_id`, `instruction`, or `snapshot` alone.

    Raises:
        DataError: there is no data, or a file is damaged.
        GameError: a game is whole but not one that can be played exactly.
        TaskNotFoundError: there is no such split or task.

    ## Vectors

    Gymnasium's `AsyncVectorEnv` reads text from shared memory only once (seen in 1.1 to 1.4), so use
    `gym.make_vec(..., vectorization_mode="async", vector_kwargs={"shared_memory": False})`.

    ## Version History

    * v0: first version.
    """

    def __init__(
        self,
        *,
        data: str | None = None,
        split: str | None = None,
        modalities: Sequence[str] = ("text", "mission"),
        action_mode: str = "text",
        instruction: str = "template",
        text_version: str = "auto",
        expert: str | None = None,
        max_steps: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        self._corpus = open_corpus(data or os.environ.get(ENVIRONMENT_VARIABLE))
        self._instruction = _chosen("instruction", instruction, INSTRUCTIONS)
        self._text_version = _chosen("text_version", text_version, ("auto", *VERSIONS))
        super().__init__(
            views=make_views(modalities),
            controller=ACTION_MODES[_chosen("action_mode", action_mode, ACTION_MODES)](),
            expert=None if expert is None else EXPERTS[_chosen("expert", expert, EXPERTS)](),
            split=self._corpus.default_split if split is None else split,
            max_steps=max_steps,
            render_mode=render_mode,
        )
        self._corpus.folders(self.split)  # a wrong split should fail here, not at reset

    def tasks(self, split: str, start: int = 0, count: int = 1000) -> list[TaskSpec]:
        """Return `count` games of a split, sorted by id, from number `start` on.

        Raises:
            TaskNotFoundError: there is no such split.
        """
        return self._corpus.tasks(split, start, count)

    def manifest_hash(self, split: str) -> str:
        """Return one sha256 over the ids and file hashes of all games of a split."""
        return self._corpus.manifest_hash(split)

    def expert_action(self) -> str:
        """Return the expert's next command, "" if there is none; without `expert=`, the planner's."""
        world = self._playing()
        if self._expert is not None:
            return self._expert.suggest(world)
        commands = plan(world.state)
        return commands[0] if commands else ""

    def _start(self, options: dict[str, Any]) -> tuple[HouseholdWorld, Task[HouseholdWorld]]:
        task_id = options.get("task_id")
        if task_id is None:
            folders = self._corpus.folders(self.split)
            folder = folders[int(self.np_random.integers(len(folders)))]
        else:
            folder = self._corpus.folder(task_id, self.split)
        instruction = options.get("instruction") or self._instruction
        game = compiled(folder, self._text_version)
        state = game.start.copy()
        if _chosen("instruction", instruction, INSTRUCTIONS) == "human":
            sentences = _instructions(folder)
            state.sentence = sentences[int(self.np_random.integers(len(sentences)))]
        return HouseholdWorld(state), task_of(game, folder.task_id, folder.split)

    def _resume(self, snapshot: Snapshot) -> tuple[HouseholdWorld, Task[HouseholdWorld]]:
        folder = self._corpus.folder(snapshot["task_id"], snapshot["split"])
        game = compiled(folder, self._text_version)
        world = HouseholdWorld.from_json(game, snapshot["world"])
        return world, task_of(game, folder.task_id, folder.split)

    def _text(self, world: HouseholdWorld) -> str:
        return world.text()


def _instructions(folder: GameFolder) -> tuple[str, ...]:
    if not folder.trajectory_file.exists():
        raise DataError(
            f"{folder.trajectory_file}: missing; human instructions are read from it. Use"
            ' instruction="template" or get the complete data.'
        )
    return files.read_instructions(folder.trajectory_file)
