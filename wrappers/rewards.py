"""Rewards beside success: progress, penalties, sub-goals."""

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np

from crossworld.wrappers.captioners.base import Captioner
from crossworld.wrappers.captioners.watching import Watcher
from crossworld.wrappers.rule import Moment, Rule, Site
from crossworld.wrappers.wrapper import RuleWrapper


class GoalConditionReward(RuleWrapper):
    """Adds what a step has changed of the share of goal conditions that hold.

    The reward grows by `weight * (now - before)`, where both are `info["goal_conditions"]`; going back
    costs what going forward paid. Over an episode that sums up to the difference of its end and its
    start, so no loop pays: potential-based shaping, Ng et al., "Policy invariance under reward
    transformations" (ICML 1999).

    Vector twin: `crossworld.wrappers.vector.GoalConditionReward`.

    Args:
        env: an environment with `goal_conditions` in its info.
        weight: of the share.

    Raises:
        ValueError: the weight is no finite number.
    """

    def __init__(self, env: gym.Env[Any, Any], weight: float = 1.0) -> None:
        super().__init__(env, ProgressRule, weight=weight)


class InvalidActionPenalty(RuleWrapper):
    """Takes something off the reward of a step whose action was not possible.

    That is one with `info["action_valid"]` False. 0.1 is what GiGPO uses (Feng et al., 2025, arXiv
    2505.10978).

    Vector twin: `crossworld.wrappers.vector.InvalidActionPenalty`.

    Args:
        env: an environment with `action_valid` in its info.
        penalty: what is taken off, at least 0.

    Raises:
        ValueError: the penalty is negative or no finite number.
    """

    def __init__(self, env: gym.Env[Any, Any], penalty: float = 0.1) -> None:
        super().__init__(env, PenaltyRule, penalty=penalty)


class SubgoalReward(RuleWrapper):
    """Pays for each sub-goal when a captioner first sees it reached.

    The internal reward of Di Palo et al., "Towards a Unified Agent with Foundation Models" (2023,
    arXiv 2307.09668), section 3: sub-goals are statements, and one is reached when the captioner gives it
    a score above a threshold. Each pays once an episode. What the first observation shows already
    counts as reached and pays nothing.

    Reset option `subgoals`: a list of statements for the next episode (of a vector: one list for
    all, or one list per slot), such as a language model proposes. Info: `subgoals_reached`, the
    number that have been reached in this episode.

    Vector twin: `crossworld.wrappers.vector.SubgoalReward`.

    Args:
        env: an environment with images.
        captioner: a name of `crossworld.wrappers.captioners.CAPTIONERS`, or a captioner.
        threshold: score above which a statement counts; None for whatever the captioner reports.
            (The scores of `ClipCaptioner` are what is above its own threshold; the similarity of the
            paper, 0.8, is an argument of the captioner.)
        subgoals: statements, the same in each episode; None where the reset option gives them.
        arguments: of the captioner, if it is a name.
        bonus: what a sub-goal pays.
        ordered: whether a sub-goal counts only when those before it have been reached.
        image: key of the images.

    Raises:
        CaptionerError: there is no such captioner, or it does not take these arguments.
        ValueError: there is no such image, or a sub-goal is none of the environment's statements.
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        captioner: str | Captioner,
        threshold: float | None = None,
        subgoals: Sequence[str] | None = None,
        arguments: Mapping[str, Any] | None = None,
        bonus: float = 1.0,
        ordered: bool = True,
        image: str = "image",
    ) -> None:
        super().__init__(
            env,
            SubgoalRule,
            captioner=captioner,
            threshold=threshold,
            subgoals=subgoals,
            arguments=arguments,
            bonus=bonus,
            ordered=ordered,
            image=image,
        )


class ProgressRule(Rule):
    """See `GoalConditionReward`."""

    pays = True

    def __init__(self, site: Site, weight: float = 1.0) -> None:
        super().__init__(site)
        self._weight = _finite("weight", weight, "GoalConditionReward")
        self._before = [0.0] * site.count
        self.reads = frozenset({"goal_conditions"})

    def begin(
        self, slots: Sequence[int], moments: Sequence[Moment], options: Sequence[Mapping[str, Any]]
    ) -> None:
        """Note where episodes start."""
        for slot, moment in zip(slots, moments, strict=True):
            self._before[slot] = moment.info["goal_conditions"]

    def step(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Pay the difference."""
        for slot, moment in zip(slots, moments, strict=True):
            now = moment.info["goal_conditions"]
            moment.reward += self._weight * (now - self._before[slot])
            self._before[slot] = now


class PenaltyRule(Rule):
    """See `InvalidActionPenalty`."""

    pays = True

    def __init__(self, site: Site, penalty: float = 0.1) -> None:
        super().__init__(site)
        self._penalty = _finite("penalty", penalty, "InvalidActionPenalty")
        if penalty < 0:
            raise ValueError(f"InvalidActionPenalty: penalty={penalty!r} would be a reward.")
        self.reads = frozenset({"action_valid"})

    def step(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Take off the penalty."""
        for moment in moments:
            if not moment.info["action_valid"]:
                moment.reward -= self._penalty


class SubgoalRule(Rule):
    """See `SubgoalReward`."""

    pays = True
    asks = True
    options = frozenset({"subgoals"})

    def __init__(
        self,
        site: Site,
        captioner: str | Captioner,
        threshold: float | None = None,
        subgoals: Sequence[str] | None = None,
        arguments: Mapping[str, Any] | None = None,
        bonus: float = 1.0,
        ordered: bool = True,
        image: str = "image",
    ) -> None:
        super().__init__(site)
        self._watcher = Watcher(site, captioner, arguments, image, "SubgoalReward")
        self._threshold = -np.inf if threshold is None else float(threshold)
        self._default = None if subgoals is None else _subgoals(subgoals)
        self._bonus = _finite("bonus", bonus, "SubgoalReward")
        self._ordered = ordered
        self._left: list[list[str]] = [[] for _ in range(site.count)]
        self._reached = [0] * site.count
        self.sees = frozenset({image})
        self.tells = frozenset({"subgoals_reached"})

    def begin(
        self, slots: Sequence[int], moments: Sequence[Moment], options: Sequence[Mapping[str, Any]]
    ) -> None:
        """Set the sub-goals, less what is reached already."""
        goals = [self._wanted(chosen) for chosen in options]
        self._watcher.check(slots, goals)
        for slot, wanted in zip(slots, goals, strict=True):
            self._left[slot] = wanted
            self._reached[slot] = 0
        self._watch(slots, moments)

    def step(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Pay for what is reached now."""
        before = [self._reached[slot] for slot in slots]
        self._watch(slots, moments)
        for slot, moment, paid in zip(slots, moments, before, strict=True):
            moment.reward += self._bonus * (self._reached[slot] - paid)

    def _wanted(self, options: Mapping[str, Any]) -> list[str]:
        given = options.get("subgoals")
        if given is not None:
            return _subgoals(given)
        if self._default is None:
            raise ValueError(
                "SubgoalReward: no sub-goals; give subgoals=[...] to the wrapper, or"
                " reset(options={'subgoals': [...]})."
            )
        return list(self._default)

    def _watch(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        busy = [i for i, slot in enumerate(slots) if self._left[slot]]
        if busy:
            asked = [slots[i] for i in busy]
            seen = self._watcher.captions(
                asked, [moments[i] for i in busy], [self._left[slot] for slot in asked]
            )
            for slot, captions in zip(asked, seen, strict=True):
                self._count(slot, {c.text for c in captions if c.score > self._threshold})
        for slot, moment in zip(slots, moments, strict=True):
            moment.info["subgoals_reached"] = self._reached[slot]

    def _count(self, slot: int, true: set[str]) -> None:
        left = self._left[slot]
        if not self._ordered:
            self._left[slot] = [goal for goal in left if goal not in true]
        else:
            while self._left[slot] and self._left[slot][0] in true:
                self._left[slot] = self._left[slot][1:]
        self._reached[slot] += len(left) - len(self._left[slot])


def _subgoals(given: Any) -> list[str]:
    if isinstance(given, str) or not all(isinstance(goal, str) for goal in given):
        raise ValueError(f"SubgoalReward: subgoals={given!r}; give a list of statements.")
    return list(given)


def _finite(name: str, value: Any, wrapper: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise ValueError(f"{wrapper}: {name}={value!r} is no finite number.")
    return float(value)
