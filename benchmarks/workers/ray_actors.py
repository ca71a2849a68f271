"""Workers as Ray actors, on this machine or on many."""

import sys
import threading
import traceback
from collections import deque
from importlib import import_module
from typing import Any

from gymnasium.error import DependencyNotInstalled

from crossworld.benchmarks.plan import Plan
from crossworld.benchmarks.worker import Assignment, Worker
from crossworld.benchmarks.workers.base import Answer, Arrival, Broken, Lost

DEPTH = 8
"""The way to a Ray actor and back is longer than a pipe."""

DUMP_SECONDS = 5.0


class Actor:
    """What runs inside Ray: a worker, and beside it somebody who can be asked where it is."""

    def __init__(self, plan: Plan) -> None:
        self._worker = Worker(plan)
        self._thread = 0

    def play(self, assignment: Assignment) -> Answer:
        """Play an episode."""
        self._thread = threading.get_ident()
        try:
            return self._worker.play(assignment)
        except Exception as error:
            return Broken(RuntimeError(traceback.format_exc()).with_traceback(error.__traceback__))

    def where(self) -> str:
        """Return the stack of the episode that is being played."""
        frame = sys._current_frames().get(self._thread)
        return "" if frame is None else "".join(traceback.format_stack(frame))


class RayWorkers:
    """Ray actors, each on one CPU of the cluster.

    All machines of the cluster need this package, the agents' modules and the environments' data at
    the same paths.

    Args:
        plan: what the assignments are about.
        count: how many actors; None for one per CPU of the cluster.
        address: of the cluster, as `ray.init` takes it; None begins one on this machine.

    Raises:
        DependencyNotInstalled: Ray is missing.
    """

    depth = DEPTH

    def __init__(self, plan: Plan, count: int | None, address: str | None) -> None:
        self._ray = _ray()
        self._began = begin(address, count)
        self.count = count or int(self._ray.cluster_resources()["CPU"])
        self._plan = self._ray.put(plan)
        # A second thread answers `where` while the first plays.
        self._kind = self._ray.remote(num_cpus=1, concurrency_groups={"play": 1, "ask": 1})(Actor)
        self._actors = [self._begin() for _ in range(self.count)]
        self._ray.get([self._where(actor) for actor in self._actors])  # all can play now
        self._asked: list[deque[Any]] = [deque() for _ in range(self.count)]

    def send(self, worker: int, assignment: Assignment) -> None:
        """Give a worker an episode to play."""
        play = self._actors[worker].play.options(concurrency_group="play")
        self._asked[worker].append(play.remote(assignment))

    def wait(self, seconds: float) -> list[Arrival]:
        """Return what has been answered, after so many seconds at the latest."""
        heads = {asked[0]: number for number, asked in enumerate(self._asked) if asked}
        ready, _ = self._ray.wait(list(heads), timeout=seconds)
        arrived = [Arrival(heads[head], self._read(head)) for head in ready]
        for number, answer in arrived:
            self._asked[number].popleft()
            if isinstance(answer, Lost):
                self._asked[number].clear()
        return arrived

    def replace(self, worker: int) -> str:
        """End a worker at once, and begin another one in its place."""
        stack = self._stack(self._actors[worker])
        self._ray.kill(self._actors[worker])
        self._asked[worker].clear()
        self._actors[worker] = self._begin()
        self._ray.get(self._where(self._actors[worker]))
        return stack

    def close(self) -> None:
        """End all workers, and the cluster if it was begun here."""
        for actor in self._actors:
            self._ray.kill(actor)
        if self._began:
            self._ray.shutdown()

    def _begin(self) -> Any:
        return self._kind.remote(self._plan)

    def _read(self, head: Any) -> Answer:
        try:
            answer: Answer = self._ray.get(head)
        except self._ray.exceptions.RayActorError as error:
            return Lost(f"The Ray actor ended during the episode: {error}")
        return answer

    def _stack(self, actor: Any) -> str:
        try:
            return str(self._ray.get(self._where(actor), timeout=DUMP_SECONDS))
        except self._ray.exceptions.RayError:
            return ""

    def _where(self, actor: Any) -> Any:
        return actor.where.options(concurrency_group="ask").remote()


def begin(address: str | None, count: int | None) -> bool:
    """Join the cluster at an address, or begin one here; return False if that was done before.

    Args:
        address: as `ray.init` takes it; None begins one on this machine.
        count: CPUs of that one; None for as many as there are.

    Raises:
        DependencyNotInstalled: Ray is missing.
    """
    ray = _ray()
    if ray.is_initialized():
        return False
    local = {"num_cpus": count, "include_dashboard": False} if address is None else {}
    ray.init(address, log_to_driver=False, logging_level="error", runtime_env=_paths(), **local)
    return True


def _paths() -> dict[str, Any]:
    """Let actors import what this process can import."""
    return {"env_vars": {"PYTHONPATH": ":".join(filter(None, sys.path))}}


def _ray() -> Any:
    try:
        return import_module("ray")
    except ImportError as error:
        raise DependencyNotInstalled('--ray needs Ray: pip install "crossworld[ray]"') from error
