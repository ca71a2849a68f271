"""`data record`: episodes of an agent as a Minari data set."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

import crossworld.agents
from crossworld.agents.base import Agent
from crossworld.benchmarks.episode import play_episode
from crossworld.benchmarks.plan import PAGE
from crossworld.benchmarks.worker import episode_seed
from crossworld.commands.location import data_folder
from crossworld.envs.core.errors import CrossworldError
from crossworld.envs.core.spaces import text_space
from crossworld.wrappers.datasets import RecordMinari, load_dataset

TaskId = Callable[[int], str]


class RecordingError(CrossworldError):
    """An environment or agent that cannot be recorded as asked."""


def record(
    env: str,
    dataset_id: str,
    *,
    agent: str,
    episodes: int,
    split: str | None = None,
    seed: int = 0,
    out_root: Path | None = None,
    data: Path | None = None,
    image_size: int | None = None,
    action_mode: str | None = None,
) -> None:
    """Let an agent play until a data set holds so many episodes, and show what it holds.

    Episode k is the same whatever was recorded before it: tasks that are made on demand are played by
    number, those of a list in an order that their ids alone decide, again from the start when it is
    at its end; environment and agent are seeded by (seed, k, task). So a recording that was stopped goes
    on where it stopped, one with more episodes goes on too, and both end as one that ran through.

    Recorded is what the environment itself shows and is given. The wrappers that an agent needs are
    around the recorder, so the episodes can be played again without them.

    Args:
        env: environment id.
        dataset_id: `name-v0` or `namespace/name-v0`.
        agent: a registered name, or `module:Class`. What it reads is all that it sees.
        episodes: how many the data set shall hold, at least 1.
        split: by default the environment's own.
        seed: of environment and agent.
        out_root: folder of data sets; by default Minari's own.
        data: where the environment reads its games, if it reads any.
        image_size: side of the images, pixels; by default the environment's own.
        action_mode: by default the environment's own. Where actions are not text, the commands of
            an agent become the actions that carry them out.

    Raises:
        RecordingError: the environment does not take its arguments or lists no tasks, or the agent
            failed; what was recorded before stays.
        DatasetError: see `RecordMinari`.
        AgentError: there is no such agent.
        TaskNotFoundError: there is no such split.
        DataError: there are no games, or the environment reads none.
        gymnasium.error.Error: there is no such environment, or a library is missing.
        ValueError: `episodes` is below 1.
    """
    if episodes < 1:
        raise ValueError(f"episodes {episodes!r}: give a number from 1 on.")
    console = Console()
    given = {"split": split, "image_size": image_size, "action_mode": action_mode}
    kwargs: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if data is not None:
        kwargs["data"] = data_folder(env, data)
    made = crossworld.agents.make(agent)
    kwargs = {**made.env_kwargs, **kwargs}
    with _made(env, kwargs) as bare:
        playing = str(bare.get_wrapper_attr("split"))
        digest = bare.get_wrapper_attr("manifest_hash")(playing)
        task_id = _numbered(bare, playing)
        about = {
            "algorithm_name": agent,
            "description": f"{agent} plays {env}, split {playing}",
            "recording": {"agent": agent, "split": playing, "seed": seed, "tasks": digest},
        }
        with RecordMinari(bare, dataset_id, root=out_root, metadata=about) as recorder:
            done = recorder.episode_count
            if done:
                _say(console, f"{dataset_id} holds {done} episodes already; they are kept.")
            shown = made.wrap(_in_words(recorder))
            try:
                for number in _tracked(console, range(done, episodes)):
                    _play(shown, agent, seed, number, task_id(number))
            except KeyboardInterrupt:
                count = recorder.episode_count
                _say(console, f"Stopped after {count} episodes; the same command goes on.")
                raise typer.Exit(130) from None
    _show(console, dataset_id, out_root)


class _InWords(gym.ActionWrapper[Any, Any, Any]):
    """Takes commands in words where actions are numbers."""

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        super().__init__(env)
        self.action_space = text_space()

    def action(self, action: Any) -> Any:
        """Return the action that carries out a command; other actions stay as they are."""
        return self.get_wrapper_attr("action_of")(action) if isinstance(action, str) else action


def _in_words(env: gym.Env[Any, Any]) -> gym.Env[Any, Any]:
    return env if isinstance(env.action_space, gym.spaces.Text) else _InWords(env)


def _made(env: str, kwargs: Mapping[str, Any]) -> gym.Env[Any, Any]:
    """Make the environment, and see that tasks can be asked of it."""
    try:
        made = gym.make(env, disable_env_checker=True, **kwargs)
    except CrossworldError:
        raise
    except (TypeError, ValueError) as error:
        raise RecordingError(f"{env} cannot be made with {dict(kwargs)}: {error}") from error
    if not hasattr(made.unwrapped, "tasks"):
        made.close()
        raise RecordingError(
            f"{env} lists no tasks to play; 'crossworld list' shows environments that do. To record"
            " another one, wrap it in crossworld.wrappers.RecordMinari."
        )
    return made


def _numbered(env: gym.Env[Any, Any], split: str) -> TaskId:
    """Return what names the task of an episode by its number."""
    tasks = env.get_wrapper_attr("tasks")
    size = env.get_wrapper_attr("task_count")(split)
    if size is None:
        return lambda number: str(tasks(split, number, 1)[0].task_id)
    pages = (tasks(split, start, min(PAGE, size - start)) for start in range(0, size, PAGE))
    # Lists are sorted by kind of task. In this order every beginning is mixed, of whatever length.
    order = sorted(
        (str(task.task_id) for page in pages for task in page),
        key=lambda task_id: episode_seed("order", 0, task_id, 0),
    )
    return lambda number: order[number % size]


def _play(env: gym.Env[Any, Any], agent: str, seed: int, number: int, task_id: str) -> None:
    build: Callable[[], Agent] = partial(
        crossworld.agents.make, agent, seed=episode_seed("agent", seed, task_id, number)
    )
    env_seed = episode_seed("env", seed, task_id, number)
    try:
        outcome = play_episode(env, build, env_seed, {"task_id": task_id})
    except CrossworldError:
        raise
    except ValueError as error:  # a command that no action of the action mode carries out
        raise _failed(agent, number, task_id, str(error)) from error
    if outcome.error:
        raise _failed(agent, number, task_id, outcome.error.strip())


def _failed(agent: str, number: int, task_id: str, why: str) -> RecordingError:
    return RecordingError(
        f"agent {agent!r} failed in episode {number} (task {task_id}), which is not recorded; the"
        f" {number} before it are. The same command tries it again.\n{why}"
    )


def _tracked(console: Console, numbers: range) -> Iterator[int]:
    """Pass episodes' numbers on behind a progress bar, which only a terminal shows."""
    columns = (
        TextColumn("recording"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("ETA", style="dim"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=numbers.stop, completed=numbers.start)
        for number in numbers:
            yield number
            progress.update(bar, completed=number + 1)


def _show(console: Console, dataset_id: str, root: Path | None) -> None:
    """Show what a data set holds and how to load it."""
    dataset = load_dataset(dataset_id, root)
    count, steps = dataset.total_episodes, dataset.total_steps
    about = dataset.storage.get_episode_metadata(range(count))
    solved = sum(bool(one["success"]) for one in about)
    folder = Path(dataset.spec.data_path).parent.absolute()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    place = "" if root is None else f", root={str(root)!r}"
    table = Table.grid(padding=(0, 3))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_row("episodes", f"{count:,}")
    table.add_row("success", f"{solved:,} ({solved / count:.0%})")
    table.add_row("steps", f"{steps:,}, {steps / count:.1f} an episode")
    table.add_row("size", f"{size / 1e6:,.1f} MB, {size / steps / 1e3:,.1f} kB a step")
    _say(console, f"\n{dataset_id}: {dataset.storage.metadata['description']}\n")
    console.print(table, highlight=False)
    _say(console, f"\nIn {folder}. To load it:\n")
    _say(console, "    from crossworld.wrappers.datasets import load_episodes")
    _say(console, f"    episodes = load_episodes({dataset_id!r}{place})\n")


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
