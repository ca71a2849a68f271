"""A suite with its tasks: all that is to be played, in which order, and nothing played yet."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import gymnasium as gym
from gymnasium.error import DependencyNotInstalled

import crossworld.agents
from crossworld.agents.base import Agent
from crossworld.agents.registry import entry
from crossworld.benchmarks.protocol import ADAPT, ADAPTED, CUMULATIVE, LASTING, Protocol
from crossworld.benchmarks.records import Key, versions
from crossworld.benchmarks.suite import (
    Adaptation,
    Contestant,
    Noise,
    Suite,
    SuiteError,
    TaskSet,
)
from crossworld.envs.core.errors import CrossworldError, TaskNotFoundError
from crossworld.envs.core.task import TaskSpec
from crossworld.wrappers.noise import ImageCropNoise, TextTokenNoise

PAGE = 1000
"""Tasks asked for at a time."""

ON_DEMAND = 100
"""Episodes where tasks are made on demand, so that there is no last one, and no number is given."""

SEARCHED = 10_000
"""Tasks that are looked through for one that is named, where they are made on demand."""

NOISES: Mapping[str, Callable[[gym.Env[Any, Any], float], gym.Env[Any, Any]]] = {
    "text": TextTokenNoise,
    "image": ImageCropNoise,
}
"""What puts noise on a modality; see `suite.Noise`."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A task set with its tasks.

    Attributes:
        env: environment id.
        env_kwargs: its keyword arguments.
        split: the split that is played.
        tasks: the tasks, in the order of their episodes; one may come several times.
        manifest_hash: the environment's hash of what the split consists of.
        data: where the environment reads its tasks, if it reads any. Not a setting: the manifest's
            hash says what was read.
    """

    env: str
    env_kwargs: Mapping[str, Any]
    split: str
    tasks: tuple[TaskSpec, ...]
    manifest_hash: str
    data: Mapping[str, Any]

    def make_env(
        self, protocol: Protocol, noise: Noise, agent: Agent, *, frames: bool = False
    ) -> gym.Env[Any, Any]:
        """Make the environment as an agent gets it.

        Args:
            protocol: its step limit.
            noise: what disturbs the observations, before the agent's own wrappers.
            agent: its keyword arguments and wrappers.
            frames: show `image` even if the agent does not ask for it, so that it can be kept.
        """
        kwargs = {**self.env_kwargs, **self.data, "split": self.split, **agent.env_kwargs}
        if frames and "image" not in kwargs.get("modalities", ["image"]):
            kwargs["modalities"] = [*kwargs["modalities"], "image"]
        # The checker is for the contract tests; here it would only cost time.
        env = gym.make(
            self.env, max_episode_steps=protocol.limit, disable_env_checker=True, **kwargs
        )
        if noise.rate:
            env = _disturbed(env, noise)
        return agent.wrap(env)


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode that is to be played.

    Attributes:
        key: its place in the run.
        entered: number of the contestant.
        stage: number of the stage.
        noise: what disturbs the observations.
        protocol: limits, and what the score is called.
        transcribed: whether it is kept word by word.
    """

    key: Key
    entered: int
    stage: int
    noise: Noise
    protocol: Protocol
    transcribed: bool


@dataclass(frozen=True, slots=True)
class Course:
    """Episodes that follow one another; an episode whose task was solved in it before is left out.

    Attributes:
        episodes: in their order.
        lasting: the agent carries something over from each episode to the next.
        after: name of the course from whose end the agent begins, frozen; "" to begin from nothing.
    """

    episodes: tuple[Episode, ...]
    lasting: bool = False
    after: str = ""

    @property
    def name(self) -> str:
        """A name that no other course of the plan has, fit for a file."""
        return _hash(map(str, self.episodes[0].key))


@dataclass(frozen=True, slots=True)
class Plan:
    """A suite with its tasks.

    Attributes:
        suite: the suite.
        stages: what is scored, one a task set.
        lessons: what agents adapt on before they are scored; they follow the stages in numbers.
        left_out: optional contestants that cannot be made here, and why.
    """

    suite: Suite
    stages: tuple[Stage, ...]
    lessons: Mapping[tuple[int, Adaptation], Stage]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_stages(self) -> tuple[Stage, ...]:
        """What is scored, then what is only learned from."""
        return (*self.stages, *self.lessons.values())

    def courses(self) -> Iterator[Course]:
        """Yield all courses, contestant by contestant."""
        for entered, contestant in enumerate(self.suite.contestants):
            for number, stage in enumerate(self.stages):
                for noise in contestant.noise:
                    for seed in self.suite.seeds:
                        yield from self._courses(entered, number, stage, noise, seed)

    def episodes(self, contestant: Contestant) -> int:
        """Return how many episodes a contestant plays at most."""
        rounds = contestant.trials if contestant.protocol.kind in CUMULATIVE else 1
        times = len(contestant.noise) * len(self.suite.seeds)
        scored = sum(len(stage.tasks) for stage in self.stages) * rounds
        learned = sum(
            len(stage.tasks) * adapt.rounds
            for (_, adapt), stage in self.lessons.items()
            if adapt == contestant.adapt
        )
        return times * (scored + learned)

    def settings(self) -> dict[str, Any]:
        """Return everything that the results depend on, as JSON-able values."""
        return {
            "suite": self.suite.name,
            "title": self.suite.title,
            "task_sets": [
                {
                    "env": stage.env,
                    "env_kwargs": dict(stage.env_kwargs),
                    "split": stage.split,
                    "episodes": len(stage.tasks),
                    "manifest_hash": stage.manifest_hash,
                    "tasks_hash": _hash(task.task_id for task in stage.tasks),
                }
                for stage in self.stages
            ],
            "seeds": list(self.suite.seeds),
            "episode_seconds": self.suite.episode_seconds,
            "agents": [
                {**_describe(contestant), "episodes": self.episodes(contestant)}
                for contestant in self.suite.contestants
            ],
            "versions": versions(),
        }

    def _courses(
        self, entered: int, number: int, stage: Stage, noise: Noise, seed: int
    ) -> Iterator[Course]:
        contestant = self.suite.contestants[entered]
        kind = contestant.protocol.kind
        trials = contestant.trials if kind in CUMULATIVE else 1
        wanted = self.suite.transcripts if seed == self.suite.seeds[0] else 0
        transcribed = _transcribed(stage.tasks, wanted)

        def episode(task: int, trial: int) -> Episode:
            key = Key(contestant.name, stage.env, stage.split, str(noise), seed, task, trial)
            kept = task in transcribed and noise == contestant.noise[0]
            return Episode(key, entered, number, noise, contestant.protocol, kept)

        tasks = range(len(stage.tasks))
        if kind == ADAPT:
            rounds = [episode(task, trial) for trial in range(trials) for task in tasks]
            yield Course(tuple(rounds), lasting=True)
            return
        after = ""
        if contestant.adapt is not None:
            lesson = self._lesson(entered, contestant.adapt, number, noise, seed)
            yield lesson
            after = lesson.name
        for task in tasks:
            played = tuple(episode(task, trial) for trial in range(trials))
            yield Course(played, kind in LASTING, after)

    def _lesson(
        self, entered: int, adapt: Adaptation, number: int, noise: Noise, seed: int
    ) -> Course:
        """Return the course in which an agent adapts before it is scored."""
        contestant = self.suite.contestants[entered]
        place = len(self.stages) + list(self.lessons).index((number, adapt))
        stage = self.lessons[number, adapt]
        protocol = contestant.protocol.of_kind(ADAPT)
        keys = (
            Key(contestant.name, stage.env, stage.split, str(noise), seed, task, trial)
            for trial in range(adapt.rounds)
            for task in range(len(stage.tasks))
        )
        played = tuple(Episode(key, entered, place, noise, protocol, False) for key in keys)
        return Course(played, lasting=True)


def prepare(suite: Suite, data: Mapping[str, str] | None = None) -> Plan:
    """Find out what a suite's tasks are.

    Args:
        suite: the suite.
        data: environment id to its `data=`, for those that take one.

    Raises:
        SuiteError: an environment does not take its arguments, lists no tasks, or lists others than
            the suite names; or an agent would adapt on what it is scored on.
        TaskNotFoundError: the data has none of a task set's splits.
    """
    data = data or {}
    left_out = dict(_left_out(suite.contestants))
    suite = replace(
        suite, contestants=tuple(c for c in suite.contestants if c.name not in left_out)
    )
    stages = tuple(_stage(suite.name, tasks, data) for tasks in suite.task_sets)
    places = [(stage.env, stage.split) for stage in stages]
    if len(set(places)) < len(places):
        raise SuiteError(
            f"suite {suite.name!r}: two task sets are the same split of one environment."
        )
    lessons = {
        (number, contestant.adapt): _lesson_stage(suite, number, stage, contestant.adapt, data)
        for contestant in suite.contestants
        if contestant.adapt is not None
        for number, stage in enumerate(stages)
    }
    return Plan(suite, stages, lessons, left_out)


def _left_out(contestants: Iterable[Contestant]) -> Iterator[tuple[str, str]]:
    """Yield the optional contestants that need a library which is not installed."""
    for contestant in contestants:
        try:
            crossworld.agents.make(contestant.agent, **contestant.kwargs)
        except DependencyNotInstalled as error:
            if not contestant.optional:
                raise
            yield contestant.name, str(error)


def _stage(name: str, wanted: TaskSet, data: Mapping[str, str]) -> Stage:
    place = {"data": data[wanted.env]} if wanted.env in data else {}
    with _opened(name, wanted, {**wanted.env_kwargs, **place}) as env:
        split = _first_split(env, wanted.splits)
        digest = str(env.get_wrapper_attr("manifest_hash")(split))
        if not digest.startswith(wanted.manifest_hash):
            raise SuiteError(
                f"suite {name!r}: split {split!r} of {wanted.env} has the manifest hash {digest}, and"
                f" the suite is about {wanted.manifest_hash}; these are other tasks, so scores would"
                " not be comparable. Give the data that the suite names, or change the suite."
            )
        tasks = tuple(_tasks(name, env, split, wanted))
    return Stage(wanted.env, wanted.env_kwargs, split, tasks, digest, place)


def _disturbed(env: gym.Env[Any, Any], noise: Noise) -> gym.Env[Any, Any]:
    try:
        return NOISES[noise.modality](env, noise.rate)
    except (AttributeError, ValueError) as error:
        raise SuiteError(
            f"{env.spec.id if env.spec else env}: noise {str(noise)!r} cannot be put on it ({error});"
            " it needs that modality, and for text a 'vocabulary()' to draw words from."
        ) from error


def _lesson_stage(
    suite: Suite, number: int, scored: Stage, adapt: Adaptation, data: Mapping[str, str]
) -> Stage:
    wanted = suite.task_sets[number]
    lesson = _stage(
        suite.name,
        TaskSet(wanted.env, (adapt.split,), wanted.env_kwargs, adapt.episodes),
        data,
    )
    shared = {task.task_id for task in lesson.tasks} & {task.task_id for task in scored.tasks}
    if shared:
        raise SuiteError(
            f"suite {suite.name!r}: agents would adapt on {len(shared)} of the tasks that they are"
            f" scored on, such as {min(shared)!r}; {ADAPTED!r} is about tasks that were not touched."
            " Name another split in 'adapt'."
        )
    return lesson


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _transcribed(tasks: Sequence[TaskSpec], count: int) -> frozenset[int]:
    """Return the episodes to be kept word by word: the first of each of a few task types."""
    first = {task.task_type: number for number, task in reversed(list(enumerate(tasks)))}
    return frozenset(sorted(first.values())[:count])


def _describe(contestant: Contestant) -> dict[str, Any]:
    agent = crossworld.agents.make(contestant.agent, **contestant.kwargs)
    about = entry(contestant.agent)
    return {
        "name": contestant.name,
        "agent": contestant.agent,
        "kwargs": dict(contestant.kwargs),
        "protocol": str(contestant.protocol),
        "trials": contestant.trials if contestant.protocol.kind in CUMULATIVE else 1,
        "noise": [str(noise) for noise in contestant.noise],
        "adapt": None if contestant.adapt is None else asdict(contestant.adapt),
        "reads": sorted(agent.reads),
        "privileged": agent.privileged,
        "prompt_hash": agent.prompt_hash,
        "role": about.role,
        "description": about.description,
    }


def _first_split(env: gym.Env[Any, Any], splits: Sequence[str]) -> str:
    """Return the first split that there is; if none, the first of all: the environment objects."""
    if not splits:
        return str(env.get_wrapper_attr("split"))
    return next((split for split in splits if _has(env, split)), splits[0])


def _has(env: gym.Env[Any, Any], split: str) -> bool:
    try:
        env.get_wrapper_attr("tasks")(split, 0, 1)
    except TaskNotFoundError:
        return False
    return True


def _opened(name: str, wanted: TaskSet, kwargs: Mapping[str, Any]) -> gym.Env[Any, Any]:
    """Make an environment, and see that tasks can be asked of it."""
    try:
        env = gym.make(wanted.env, disable_env_checker=True, **kwargs)
    except CrossworldError:
        raise
    except (TypeError, ValueError) as error:
        raise SuiteError(
            f"suite {name!r}: {wanted.env} cannot be made with {dict(kwargs)}: {error}"
        ) from error
    if not hasattr(env.unwrapped, "tasks"):
        raise SuiteError(
            f"suite {name!r}: {wanted.env} lists no tasks; 'crossworld list' shows those that do."
        )
    return env


def _tasks(name: str, env: gym.Env[Any, Any], split: str, wanted: TaskSet) -> Iterator[TaskSpec]:
    """Yield as many tasks as there are episodes, or those that are named, or else all of the split."""
    size = env.get_wrapper_attr("task_count")(split)
    if wanted.task_ids:
        yield from _named(name, env, split, wanted, size)
        return
    if size is None:
        yield from _pages(env, split, wanted.episodes or ON_DEMAND)
        return
    # Evenly spaced, so that a part of a sorted split still holds every kind of task.
    count = wanted.episodes or size
    everything = list(_pages(env, split, size))
    yield from (everything[i * size // count] for i in range(count))


def _named(
    name: str, env: gym.Env[Any, Any], split: str, wanted: TaskSet, size: int | None
) -> Iterator[TaskSpec]:
    """Yield the tasks that a suite names."""
    found = {task.task_id: task for task in _pages(env, split, size or SEARCHED)}
    for task_id in wanted.task_ids:
        if task_id not in found:
            raise SuiteError(
                f"suite {name!r}: task {task_id!r} is not in split {split!r} of {wanted.env}"
                f"{'' if size else f' (its first {SEARCHED})'}."
            )
        yield found[task_id]


def _pages(env: gym.Env[Any, Any], split: str, count: int) -> Iterator[TaskSpec]:
    """Yield the first tasks of a split."""
    for start in range(0, count, PAGE):
        yield from env.get_wrapper_attr("tasks")(split, start, min(PAGE, count - start))
