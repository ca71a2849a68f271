"""`RuleVectorWrapper`: a rule around a vector of environments, in every autoreset mode."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Text
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space, concatenate, create_empty_array, iterate
from numpy.typing import NDArray

from crossworld.envs.core.vector import SHARED, PairedVectorEnv
from crossworld.wrappers.rule import (
    Generators,
    Moment,
    Rule,
    Site,
    depth_of,
    dict_space,
    shown_space,
)
from crossworld.wrappers.vector.base import VectorWrapper
from crossworld.wrappers.wrapper import MakeRule

Booleans = NDArray[np.bool_]
Stepped = tuple[Any, NDArray[np.float64], Booleans, Booleans, dict[str, Any]]


class RuleVectorWrapper(VectorWrapper):
    """Base of the vector twins: the same rule for all slots.

    Works over native vectors and over Gymnasium's `SyncVectorEnv` and `AsyncVectorEnv`, in all
    autoreset modes. One limit: in mode `SAME_STEP` those of Gymnasium have forgotten the last state of
    an episode when they return, so a rule that asks about states refuses them there.

    Args:
        env: the vector.
        make_rule: makes the rule from a `Site` and the arguments.
        **arguments: of the rule.

    Raises:
        ValueError: the rule asks about states that this vector does not keep, or reads texts that it
            does not pass on.
    """

    def __init__(
        self, env: VectorEnv[Any, Any, NDArray[Any]], make_rule: MakeRule, **arguments: Any
    ) -> None:
        super().__init__(env)
        name = type(self).__name__
        self._site = site = _Many(env, name)
        self._rule = rule = make_rule(site, **arguments)
        self._mode = AutoresetMode(env.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP))
        if rule.asks and self._mode is AutoresetMode.SAME_STEP and not site.keeps_last_states:
            raise ValueError(
                f"{name}: {type(env.unwrapped).__name__} with autoreset_mode=SAME_STEP has forgotten"
                " the last state when it returns; wrap each environment instead, or use gym.make_vec"
                " with the native vector of a crossworld id."
            )
        _check_texts_arrive(env, rule, name)
        count = env.num_envs
        self.single_observation_space = shown_space(rule, site.observation_space)
        self.observation_space = batch_space(self.single_observation_space, count)
        self.single_action_space = rule.action_space
        self.action_space = batch_space(rule.action_space, count)
        self._everyone = list(range(count))
        self._shown: list[dict[str, Any]] = [{} for _ in self._everyone]
        self._ended: Booleans = np.zeros(count, np.bool_)

    def reset(
        self, *, seed: Any = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start an episode in every slot, or in those of `reset_mask`; see the vector."""
        mine, others = self._split(options)
        mask = others.get("reset_mask")
        observations, infos = self.env.reset(seed=seed, options=others or None)
        slots = self._everyone if mask is None else np.flatnonzero(mask).tolist()
        if seed is not None:
            self._seed(seed, slots)
        given = [self._of_slot(mine, others, slot) for slot in slots]
        moments = self._moments(slots, observations, infos)
        self._rule.begin(slots, moments, given)
        self._ended[slots] = False
        self._keep(slots, moments)
        self._tell(slots, moments, infos)
        return self._assembled(observations), infos

    def step(self, actions: Any) -> Stepped:
        """Carry out one action per slot; see the vector."""
        rule = self._rule
        begun: list[int] = []
        if self._mode is AutoresetMode.NEXT_STEP:
            begun = np.flatnonzero(self._ended).tolist()
        if rule.acts:
            actions = self._act(actions, begun)
        observations, rewards, terminations, truncations, infos = self.env.step(actions)
        ended = terminations | truncations
        final: list[int] = []
        if self._mode is AutoresetMode.SAME_STEP:
            final = np.flatnonzero(ended).tolist()
        if begun or final:
            self._mixed(begun, final, (observations, rewards, terminations, truncations, infos))
        else:
            slots = self._everyone
            moments = self._moments(slots, observations, infos)
            self._pay(slots, moments, rewards, terminations, truncations)
            rule.step(slots, moments)
            self._paid(slots, moments, rewards)
            self._keep(slots, moments)
            self._tell(slots, moments, infos)
        self._ended = ended if self._mode is not AutoresetMode.SAME_STEP else self._ended
        return self._assembled(observations), rewards, terminations, truncations, infos

    def _mixed(self, begun: list[int], final: list[int], stepped: Stepped) -> None:
        """Take in a step in which some slots begin an episode, or end one and begin the next."""
        observations, rewards, terminations, truncations, infos = stepped
        played = [slot for slot in self._everyone if slot not in begun]
        going = [slot for slot in played if slot not in final]
        lasts = self._last_moments(final, infos)
        now = dict(zip(going, self._moments(going, observations, infos), strict=True))
        steps = [lasts[slot] if slot in lasts else now[slot] for slot in played]
        self._pay(played, steps, rewards, terminations, truncations)
        with self._site.looking_back(final):
            self._rule.step(played, steps)
        self._paid(played, steps, rewards)
        self._show_last(lasts, infos)
        fresh = sorted((*begun, *final))
        firsts = self._moments(fresh, observations, infos)
        self._rule.begin(fresh, firsts, [{}] * len(fresh))
        slots = [*going, *fresh]
        moments = [*(now[slot] for slot in going), *firsts]
        self._keep(slots, moments)
        self._tell(slots, moments, infos)

    def _split(self, options: dict[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the rule's reset options, and a copy of the others: SyncVectorEnv empties its."""
        given = options or {}
        mine = {key: value for key, value in given.items() if key in self._rule.options}
        return mine, {key: value for key, value in given.items() if key not in mine}

    def _of_slot(
        self, mine: Mapping[str, Any], others: Mapping[str, Any], slot: int
    ) -> dict[str, Any]:
        """Return what one slot is given.

        A list is read slot by slot, but for a list of strings that is meant for the rule: it is one
        value, such as the sub-goals of all slots.
        """
        options = {}
        for key, value in {**others, **mine}.items():
            per_slot = isinstance(value, list | tuple) and len(value) == self.num_envs
            if key in mine and per_slot:
                per_slot = not all(isinstance(entry, str) for entry in value)
            options[key] = value[slot] if per_slot else value
        return options

    def _seed(self, seed: Any, slots: Sequence[int]) -> None:
        """Seed the rule's streams as the environments were seeded, groups included."""
        given = [seed] * self.num_envs if isinstance(seed, int | np.integer) else list(seed)
        seeds: Any = self.env.unwrapped.np_random_seed
        for slot in slots:
            if given[slot] is not None:
                self._site.generators.seed(slot, int(seeds[slot]))

    def _act(self, actions: Any, idle: Sequence[int]) -> Any:
        """Return the actions for the vector below; those of slots that begin anew are ignored there."""
        listed = list(actions if isinstance(actions, list) else iterate(self.action_space, actions))
        if len(listed) != self.num_envs:
            raise ValueError(
                f"step: {len(listed)} actions for num_envs={self.num_envs}; give one per slot."
            )
        playing = [slot for slot in self._everyone if slot not in idle] if idle else self._everyone
        done = self._rule.act(playing, [listed[slot] for slot in playing])
        space = self._site.action_space
        # Nobody looks at the action of a slot that begins anew, but it must be in the space.
        below = [_idle(space)] * self.num_envs if idle else done
        for slot, action in zip(playing, done, strict=True):
            below[slot] = action
        if isinstance(space, Text):
            return tuple(below)
        return _stacked(space, below)

    def _moments(self, slots: Sequence[int], observations: Any, infos: Any) -> list[Moment]:
        seen = [(key, observations[key]) for key in self._rule.sees]
        read = [(key, infos[key]) for key in self._rule.reads if key in infos]
        return [
            Moment(
                {key: column[slot] for key, column in seen},
                {key: _plain(column[slot]) for key, column in read},
            )
            for slot in slots
        ]

    def _last_moments(self, slots: Sequence[int], infos: dict[str, Any]) -> dict[int, Moment]:
        """Return the last moments of the episodes that ended in this step."""
        moments = {}
        for slot in slots:
            seen, told = infos["final_obs"][slot], infos["final_info"]
            moments[slot] = Moment(
                {key: seen[key] for key in self._rule.sees},
                {key: _plain(told[key][slot]) for key in self._rule.reads if key in told},
            )
        return moments

    def _show_last(self, lasts: Mapping[int, Moment], infos: dict[str, Any]) -> None:
        rule = self._rule
        for slot, moment in lasts.items():
            shown = {
                key: value
                for key, value in infos["final_obs"][slot].items()
                if key not in rule.hides
            }
            shown.update({key: moment.observation[key] for key in rule.shows})
            infos["final_obs"][slot] = shown if rule.only is None else shown[rule.only]
        if lasts and rule.tells:
            self._tell(list(lasts), list(lasts.values()), infos["final_info"])

    def _pay(
        self, slots: Sequence[int], moments: Sequence[Moment], rewards: Any, ends: Any, cuts: Any
    ) -> None:
        """Write rewards and ends into moments."""
        for slot, moment in zip(slots, moments, strict=True):
            moment.reward = float(rewards[slot])
            moment.terminated, moment.truncated = bool(ends[slot]), bool(cuts[slot])

    def _paid(self, slots: Sequence[int], moments: Sequence[Moment], rewards: Any) -> None:
        if self._rule.pays:
            rewards[list(slots)] = [moment.reward for moment in moments]

    def _keep(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Remember what slots show: a masked reset returns the others' present observations again."""
        for slot, moment in zip(slots, moments, strict=True):
            self._shown[slot] = {key: moment.observation[key] for key in self._rule.shows}

    def _tell(self, slots: Sequence[int], moments: Sequence[Moment], infos: dict[str, Any]) -> None:
        for key in self._rule.tells:
            # Made anew: what is told may be of another shape than what was.
            infos.pop(key, None)
            infos.pop(f"_{key}", None)
        for slot, moment in zip(slots, moments, strict=True):
            if self._rule.tells:
                told = {key: moment.info[key] for key in self._rule.tells}
                self.env._add_info(infos, told, slot)

    def _assembled(self, observations: Any) -> Any:
        """Return the observations as the rule shows them."""
        rule = self._rule
        made = {
            key: _stacked(space, [shown[key] for shown in self._shown])
            for key, space in rule.shows.items()
        }
        everything = {
            key: value for key, value in observations.items() if key not in rule.hides
        } | made
        return everything if rule.only is None else everything[rule.only]


class _Many(Site):
    """A vector as a site."""

    def __init__(self, envs: VectorEnv[Any, Any, NDArray[Any]], name: str) -> None:
        self.count = envs.num_envs
        self.observation_space = dict_space(envs.single_observation_space, name)
        self.action_space = envs.single_action_space
        self.generators = Generators(envs.num_envs, name, depth_of(name, envs))
        self.keeps_last_states = isinstance(envs.unwrapped, PairedVectorEnv)
        self._envs: Any = envs.unwrapped
        self._past: frozenset[int] = frozenset()

    @contextmanager
    def looking_back(self, slots: Sequence[int]) -> Iterator[None]:
        """Within this context, questions about these slots are about the episode that has ended."""
        self._past = frozenset(slots)
        try:
            yield
        finally:
            self._past = frozenset()

    def ask(self, name: str, slots: Sequence[int]) -> list[Any]:
        if not self.keeps_last_states:
            answers = self._envs.call(name)
            return [answers[slot] for slot in slots]
        envs = self._envs
        return [
            getattr(envs.last_slot(slot) if slot in self._past else envs.slot(slot), name)()
            for slot in slots
        ]

    def ask_once(self, name: str) -> Any:
        if self.keeps_last_states and name not in SHARED:
            return getattr(self._envs, name)()
        return self._envs.call(name)[0]


def _check_texts_arrive(envs: VectorEnv[Any, Any, Any], rule: Rule, name: str) -> None:
    """Refuse an AsyncVectorEnv whose shared memory passes texts on only once (Gymnasium 1.1 to 1.4)."""
    spaces = rule.site.observation_space
    read = [key for key in rule.sees if isinstance(spaces[key], Text)]
    if read and getattr(envs.unwrapped, "shared_memory", False):
        raise ValueError(
            f"{name}: {read[0]!r} would never change, as AsyncVectorEnv's shared memory passes texts"
            " on only once; make the vector with shared_memory=False."
        )


def _plain(value: Any) -> Any:
    """Return an info's value as one environment gives it."""
    return value.item() if isinstance(value, np.generic) else value


def _stacked(space: gym.Space[Any], values: Sequence[Any]) -> Any:
    """Return values of a space as a batch of them, fresh."""
    empty: Any = create_empty_array(space, len(values))
    return concatenate(space, values, empty)


def _idle(space: gym.Space[Any]) -> Any:
    """Return some action of a space, the same every time."""
    empty: Any = create_empty_array(space, 1)
    return empty[0]
