"""How rarely a Markov chain succeeds: fixed splitting of its episodes.

An episode is a Markov chain: states are followed by states until the top level is reached or a
number of steps has been taken. Where success needs several rare things one after another, an episode
that has had the first of them for the first time, its entrance, is played on many times over, each
time with the steps that it has left, and counts as the mean of what comes of it.

That changes no expectation. Let T be the step at which a level is first reached. Success is the
highest level, so no success comes before T (it may come at T: then there is nothing left to split).
T depends on the past alone, so by the strong Markov property what follows has, given the entrance
and the steps left, the same law as a fresh run from there. The mean over any number of such runs,
fixed beforehand and independent, given the entrance, of all that was played, has the expectation of
a single one; and the mean over all episodes is that of plain play. It does not matter that a level
may be lost again after T, nor that a step may pass several levels: a level is reached *at least*,
and play goes on from the level that was reached. The same holds of the mean number of steps.

Runs from one entrance are alike, and entrances differ: so intervals resample whole episodes. For the
method see P. Glasserman, P. Heidelberger, P. Shahabuddin and T. Zajic, "Multilevel splitting for
estimating rare event probabilities" (Operations Research 47, 1999).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from crossworld.benchmarks.statistics import CONFIDENCE, Interval, wilson

RESAMPLES = 1000
"""Of a bootstrap interval."""

State = TypeVar("State")


class Chain(Protocol[State]):
    """A Markov chain with levels: 0 at the start, the highest one is success."""

    def start(self, dice: np.random.Generator) -> State:
        """Return the state of a new episode, at level 0."""

    def step(self, state: State, dice: np.random.Generator) -> State:
        """Return the next state; `state` stays as it is."""

    def level(self, state: State) -> int:
        """Return the level of a state."""


class Plan(NamedTuple):
    """How episodes are played.

    Attributes:
        steps: the most that an episode has.
        copies: how often an entrance to level 1, 2, ... is played on; the level after these is
            success. Empty for plain play.
    """

    steps: int
    copies: tuple[int, ...] = ()


class Root(NamedTuple):
    """An independent episode, with all that was split from it.

    Attributes:
        chance: estimated probability that it succeeds after its last split, 0..1.
        steps: its length in steps, mean over what was split from it.
        played: steps that were really taken.
        entrances: how often a level below success was entered for the first time.
        successes: runs that succeeded.
    """

    chance: float
    steps: float
    played: int
    entrances: int
    successes: int


def play(chain: Chain[State], plan: Plan, dice: np.random.Generator) -> Root:
    """Play an episode from its start, and on from its entrances."""
    return _played(chain, plan, chain.start(dice), plan.steps, 0, dice)


def _played(
    chain: Chain[State], plan: Plan, state: State, left: int, level: int, dice: np.random.Generator
) -> Root:
    """Play on from a state until a level above `level` is reached or no steps are left."""
    taken, reached = 0, level
    while taken < left and reached <= level:
        state = chain.step(state, dice)
        taken, reached = taken + 1, chain.level(state)
    if reached > len(plan.copies):
        return Root(1.0, taken, taken, 0, 1)
    if reached <= level:
        return Root(0.0, taken, taken, 0, 0)
    copies = plan.copies[reached - 1]
    runs = [_played(chain, plan, state, left - taken, reached, dice) for _ in range(copies)]
    chances, steps, played, entrances, successes = zip(*runs, strict=True)
    return Root(
        sum(chances) / copies,
        taken + sum(steps) / copies,
        taken + sum(played),
        1 + sum(entrances),
        sum(successes),
    )


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean number of steps per success, infinite if there was none.

    Attributes:
        value: steps of all episodes by their successes, both as expected.
        interval: of 95 % confidence.
        episodes: independent episodes.
        played: steps that were taken.
        entrances: first entrances to levels below success.
        successes: runs that succeeded.
    """

    value: float
    interval: Interval
    episodes: int
    played: int
    entrances: int
    successes: int


def estimated(roots: Iterable[Root], seed: int) -> Estimate:
    """Return steps per success over independent episodes.

    Without splits the interval is Wilson's of successes per step: given the past, each step succeeds
    or does not, and episodes end where they succeed, so successes are as good as independent trials.
    With splits it is a percentile bootstrap over whole episodes, and goes from 0 to infinity if there
    was no success.

    Args:
        roots: the episodes, at least one step in all.
        seed: of the bootstrap.

    Raises:
        ValueError: there is no episode.
    """
    found = list(roots)
    if not found:
        raise ValueError("estimated: there are no episodes; give at least one.")
    table = np.array([(root.chance, root.steps) for root in found])
    played = sum(root.played for root in found)
    entrances = sum(root.entrances for root in found)
    successes = sum(root.successes for root in found)
    chance, steps = table.sum(axis=0).tolist()
    if entrances:
        interval = bootstrapped(table, seed)
    else:
        rate = wilson(successes, played)
        interval = Interval(1 / rate.high, _inverse(rate.low))
    value = steps * _inverse(chance)
    return Estimate(value, interval, len(found), played, entrances, successes)


def bootstrapped(table: NDArray[np.float64], seed: int) -> Interval:
    """Return a percentile interval of steps per success, resampling rows.

    Args:
        table: (n, 2) chance and steps of independent episodes.
        seed: of the draws.
    """
    if not table[:, 0].any():
        return Interval(0.0, np.inf)
    dice = np.random.default_rng(seed)
    values = []
    for _ in range(RESAMPLES):
        chance, steps = table[dice.integers(len(table), size=len(table))].sum(axis=0).tolist()
        values.append(steps * _inverse(chance))
    tail = (1 - CONFIDENCE) / 2
    ranked: Sequence[float] = sorted(values)
    return Interval(ranked[int(tail * RESAMPLES)], ranked[-1 - int(tail * RESAMPLES)])


def _inverse(rate: float) -> float:
    return 1 / rate if rate > 0 else np.inf
