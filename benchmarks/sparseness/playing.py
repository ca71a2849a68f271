"""The random policy on a table, as a Markov chain."""

from collections.abc import Mapping
from typing import NamedTuple

import gymnasium as gym
import numpy as np

from crossworld.benchmarks.sparseness.splitting import Plan
from crossworld.envs.core.numbered import NumberedTasks
from crossworld.envs.tabletop.controllers import PointController
from crossworld.envs.tabletop.episodes import PHYSICS, Episodes
from crossworld.envs.tabletop.library import PALETTES, Choice, TabletopTasks, find_tasks
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.table import Setting
from crossworld.envs.tabletop.world import TabletopWorld

SPLIT = "train"


class Moment(NamedTuple):
    """All that decides how an episode goes on, but for the steps it has left."""

    setting: Setting
    state: State


class RandomPlay:
    """Episodes of `action_mode="point"` with actions drawn uniformly from its space.

    The level of a state is the number of goals that hold in it.

    Args:
        task: a task, as `task=` takes it.
        physics: a name of `PHYSICS`.
    """

    def __init__(self, task: Choice, physics: str) -> None:
        source = TabletopTasks(find_tasks(task), NumberedTasks(tuple(PALETTES)))
        self._episodes = Episodes(source, SPLIT, physics=physics)
        self._physics = PHYSICS[physics]()
        self._controller = PointController()

    def start(self, dice: np.random.Generator) -> Moment:
        """Return the start of a task drawn from the split."""
        world, _ = self._episodes.start({}, dice)
        return Moment(world.setting, world.state)

    def step(self, state: Moment, dice: np.random.Generator) -> Moment:
        """Return what a random action leads to; one that is not possible leads nowhere."""
        world = TabletopWorld(state.setting, self._physics, "", state.state)
        world.act(self._controller.command(dice.uniform(-1, 1, 3).astype(np.float32), world))
        return state._replace(state=world.state)

    def level(self, state: Moment) -> int:
        """Return how many goals hold."""
        return sum(share >= 1 for share in state.setting.goals.shares(state.state))


class Row(NamedTuple):
    """A task of the paper.

    Attributes:
        env_id: of the environment.
        stated: steps per success as the paper has them.
        steps: physics to steps of its independent episodes, if each went its full length: enough for
            intervals of about +-5 %, +-10 % and +-30 % in the quick physics, and for five minutes in
            the other one.
        copies: see `Plan`.
    """

    env_id: str
    stated: str
    steps: Mapping[str, int]
    copies: tuple[int, ...] = ()


ROWS = (
    Row("crossworld/TabletopGrasp-v0", "10^1", {"analytic": 160_000, "bullet": 100_000}),
    Row("crossworld/TabletopStack-v0", "10^3", {"analytic": 2_400_000, "bullet": 800_000}),
    Row(
        "crossworld/TabletopTripleStack-v0",
        "> 10^6",
        {"analytic": 4_000_000, "bullet": 600_000},
        (150,),
    ),
)


def plan_of(row: Row) -> Plan:
    """Return how the episodes of a task are played."""
    steps = gym.spec(row.env_id).max_episode_steps
    if steps is None:
        raise ValueError(f"{row.env_id} has no step limit; its episodes would not end.")
    return Plan(steps, row.copies)


def play_of(row: Row, physics: str) -> RandomPlay:
    """Return the chain of a task."""
    return RandomPlay(gym.spec(row.env_id).kwargs["task"], physics)
