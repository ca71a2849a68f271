"""Fresh episodes of a policy, and of the floors."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Choose = Callable[[Any, NDArray[np.bool_]], NDArray[np.int64]]
"""From images (n, S, S, 3) and what is possible (n, actions) to numbers of actions (n,)."""


class Episode(NamedTuple):
    """How an episode went.

    Attributes:
        task_id: which task.
        number: of the episode among those of the task; agents are compared number by number.
        success: whether the goal was reached.
        steps: its length.
    """

    task_id: str
    number: int
    success: bool
    steps: int


def play(envs: Any, choose: Choose, each: int) -> list[Episode]:
    """Return the first `each` episodes of every slot: that many, however long they take.

    To take those that end first would favour success, which ends episodes.

    Args:
        envs: a `VecEnv` whose slots play one task each.
        choose: the policy.
        each: episodes of a slot.
    """
    observations = envs.reset()
    first: list[int] = []
    names: list[str] = [info["task_id"] for info in envs.reset_infos]
    for slot, name in enumerate(names):
        first.append(each * names[:slot].count(name))
    played = [0] * len(names)
    episodes: list[Episode] = []
    while min(played) < each:
        masks = np.stack(envs.env_method("action_masks"))
        observations, _, dones, infos = envs.step(choose(observations, masks))
        for slot in np.flatnonzero(dones).tolist():
            if played[slot] < each:
                info, number = infos[slot], first[slot] + played[slot]
                length = info["episode"]["l"]
                episodes.append(Episode(names[slot], number, info["is_success"], length))
                played[slot] += 1
    return sorted(episodes)


def at_random(seed: int) -> Choose:
    """Return a policy that draws uniformly from what is possible."""
    dice = np.random.default_rng(seed)

    def choose(observations: Any, masks: NDArray[np.bool_]) -> NDArray[np.int64]:
        drawn: NDArray[np.int64] = np.where(masks, dice.random(masks.shape), -1.0).argmax(axis=1)
        return drawn

    return choose


def by_policy(model: Any, seed: int) -> Choose:
    """Return a trained policy, whose actions are drawn as in training."""
    model.set_random_seed(seed)

    def choose(observations: Any, masks: NDArray[np.bool_]) -> NDArray[np.int64]:
        actions: NDArray[np.int64] = model.predict(observations, action_masks=masks)[0]
        return actions

    return choose


def outcomes(episodes: Sequence[Episode]) -> NDArray[np.float64]:
    """Return success by task and number, (tasks, episodes of each), tasks sorted by id."""
    names = sorted({episode.task_id for episode in episodes})
    table = np.full((len(names), len(episodes) // len(names)), np.nan)
    for episode in episodes:
        table[names.index(episode.task_id), episode.number] = episode.success
    return table
