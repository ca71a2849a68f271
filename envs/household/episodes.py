"""How an episode begins: a game is drawn, found or resumed. Shared by scalar and vector environments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossworld.envs.core.options import chosen
from crossworld.envs.core.parts import Task
from crossworld.envs.core.snapshot import Snapshot
from crossworld.envs.household.games import Games, compiled
from crossworld.envs.household.versions import VERSIONS
from crossworld.envs.household.world import HouseholdWorld, task_of

INSTRUCTIONS = ("template", "human")
"""How a task can be told: in the template of its grammar, or in free words."""

Episode = tuple[HouseholdWorld, Task[HouseholdWorld]]


@dataclass(frozen=True, slots=True)
class Episodes:
    """Begins episodes.

    Attributes:
        games: where they come from.
        split: the split that games are drawn from.
        instruction: a name of `INSTRUCTIONS`.
        text_version: "auto" or a name of `VERSIONS`.

    Raises:
        ValueError: a name is unknown.
        TaskNotFoundError: there is no such split.
    """

    games: Games
    split: str
    instruction: str = "template"
    text_version: str = "auto"

    def __post_init__(self) -> None:
        chosen("instruction", self.instruction, INSTRUCTIONS)
        chosen("text_version", self.text_version, ("auto", *VERSIONS))
        self.games.count(self.split)  # a wrong split should fail here, not at reset

    def start(self, options: Mapping[str, Any], generator: np.random.Generator) -> Episode:
        """Begin the game that `options["task_id"]` names, or one drawn from the split."""
        task_id = options.get("task_id")
        if task_id is None:
            entry = self.games.draw(self.split, generator)
        else:
            entry = self.games.find(task_id, self.split)
        instruction = options.get("instruction") or self.instruction
        game = compiled(entry, self.text_version)
        state = game.start.copy()
        if chosen("instruction", instruction, INSTRUCTIONS) == "human":
            sentences = entry.instructions()
            state.sentence = sentences[int(generator.integers(len(sentences)))]
        return HouseholdWorld(state), task_of(game, entry.task_id, entry.split)

    def resume(self, snapshot: Snapshot) -> Episode:
        """Go on from a snapshot."""
        entry = self.games.find(snapshot["task_id"], snapshot["split"])
        game = compiled(entry, self.text_version)
        world = HouseholdWorld.from_json(game, snapshot["world"])
        return world, task_of(game, entry.task_id, entry.split)
