"""Games of a task, played by its oracle and by the rules that only read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym

from crossworld.envs.tabletop.goals import Goal
from crossworld.envs.tabletop.library import laid
from crossworld.envs.tabletop.physics.bullet import BulletPhysics
from crossworld.envs.tabletop.scene import Scene
from crossworld.envs.tabletop.table import Setting
from crossworld.envs.tabletop.task import TabletopTask
from crossworld.envs.tabletop.wording import UnreadableError, is_same, reading

ENOUGH = 0.95
"""Share of its games that the oracle has to win."""

UNSEEN = 4
"""One game in so many is of `valid_unseen`, the others are of `train`."""

PLAYERS: Mapping[str, Mapping[str, Any]] = {
    "oracle": {"expert": "planner"},
    "pick_place": {"expert": "planner", "action_mode": "pick_place"},
    "point": {"expert": "planner", "action_mode": "point"},
    "analytic": {"expert": "planner", "physics": "analytic"},
    "handcoded": {"expert": "handcoded"},
}
"""How the games are played: the arguments that differ. The first is what a certificate is about."""

ORACLE = "oracle"


@dataclass
class Score:
    """What a player has achieved.

    Attributes:
        steps: of each game that was won.
        lost: ids of the games that were not.
        refused: ids of those in which its action mode lacks an action for a command.
    """

    steps: list[int] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def played(self) -> int:
        """Number of games that could be played."""
        return len(self.steps) + len(self.lost)


@dataclass
class Certificate:
    """What is found of a task.

    Attributes:
        task: its name.
        games: number of settings.
        things: the most that one of them has.
        faults: what is wrong with a setting, and its id.
        scores: player to score.
    """

    task: str
    games: int = 0
    things: int = 0
    faults: list[str] = field(default_factory=list)
    scores: dict[str, Score] = field(default_factory=dict)

    @property
    def certified(self) -> bool:
        """Whether the oracle wins often enough, and nothing is wrong with any setting."""
        won = len(self.scores[ORACLE].steps)
        return not self.faults and won >= ENOUGH * self.games > 0


def numbered(seeds: int) -> list[str]:
    """Return so many task ids."""
    unseen = seeds // UNSEEN
    return [
        *(f"train/{number}" for number in range(seeds - unseen)),
        *(f"valid_unseen/{number}" for number in range(unseen)),
    ]


def certify(
    task: TabletopTask, ids: Sequence[str], players: Sequence[str] = tuple(PLAYERS)
) -> Certificate:
    """Look into settings of a task, and have them played.

    Args:
        task: of the library or not.
        ids: of the settings.
        players: names of `PLAYERS`; `ORACLE` is always one.

    Raises:
        TaskError: a setting cannot be laid.
    """
    result = Certificate(task.name, len(ids))
    for task_id in ids:
        split, _, number = task_id.partition("/")
        setting = laid(task, split, int(number))
        result.things = max(result.things, len(setting.scene.things))
        result.faults += [f"{task_id}: {fault}" for fault in faults(setting)]
    for player in dict.fromkeys((ORACLE, *players)):
        if player != "analytic" or task.analytic:
            result.scores[player] = _played(task, ids, PLAYERS[player])
    return result


def faults(setting: Setting) -> Iterator[str]:
    """Yield what is wrong with a setting."""
    scene, goals = setting.scene, setting.goals
    for goal, words in zip(goals.goals, goals.words, strict=True):
        if not _means(scene, words, goal):
            yield f"{words!r} is not read as what it rewards"
    if max(goals.start_shares(scene)) >= 1:
        yield "a goal holds from the start"
    settled = BulletPhysics().settle(scene, scene.poses, ())
    for before, after, name in zip(scene.poses, settled, scene.names, strict=True):
        if before.tobytes() != after.tobytes():
            yield f"the {name} does not lie at rest"


def _means(scene: Scene, words: str, goal: Goal) -> bool:
    try:
        return is_same(reading(scene, words), goal)
    except UnreadableError:
        return False


def _played(task: TabletopTask, ids: Sequence[str], arguments: Mapping[str, Any]) -> Score:
    env = gym.make("crossworld/Tabletop-v0", task=task, modalities=("text", "mission"), **arguments)
    score = Score()
    for task_id in ids:
        steps = _steps(env, task_id)
        if steps is None:
            score.refused.append(task_id)
        elif steps:
            score.steps.append(steps)
        else:
            score.lost.append(task_id)
    env.close()
    return score


def _steps(env: gym.Env[Any, Any], task_id: str) -> int | None:
    """Play a game as its expert advises.

    Returns:
        After how many steps it was won: 0 if never, None if the action mode has no action for what
        the expert advises.
    """
    world: Any = env.unwrapped
    _, info = env.reset(seed=0, options={"task_id": task_id})
    steps, over = 0, False
    while not over and info["expert_action"]:
        try:
            action = world.action_of(info["expert_action"])
        except ValueError:
            return None
        _, _, won, cut, info = env.step(action)
        steps, over = steps + 1, won or cut
    return steps if info["success"] else 0
