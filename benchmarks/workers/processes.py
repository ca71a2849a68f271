"""Workers as processes of this machine."""

import contextlib
import faulthandler
import os
import pickle
import signal
import tempfile
import threading
import time
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from crossworld.benchmarks.plan import Plan
from crossworld.benchmarks.worker import Assignment, Worker
from crossworld.benchmarks.workers.base import Answer, Arrival, Broken, Lost, WorkerError

READY = "ready"
"""What a worker says first."""

START_SECONDS = 300.0
"""How long a worker may take to import everything, on a machine that is busy."""

DUMP_SECONDS = 2.0
"""How long a worker that hangs may take to say where."""

DEPTH = 4

_CONTEXT = get_context("forkserver")


@dataclass(slots=True)
class _Process:
    """A worker as this process knows it; `stacks` is the file that it writes its traceback to."""

    process: Any
    pipe: Connection
    stacks: Path


class ProcessWorkers:
    """Processes that are begun by a server which has imported all that is needed.

    Args:
        plan: what the assignments are about.
        count: how many.

    Raises:
        WorkerError: a process ends before it can play.
    """

    depth = DEPTH

    def __init__(self, plan: Plan, count: int) -> None:
        self.count = count
        self._plan = pickle.dumps(plan)
        self._threads = max(1, len(os.sched_getaffinity(0)) // count)
        self._folder = tempfile.TemporaryDirectory(prefix="crossworld-")
        _CONTEXT.set_forkserver_preload(["crossworld.benchmarks.worker"])
        self._processes: list[_Process] = []
        try:
            self._processes += [self._begin(number) for number in range(count)]
            for one in self._processes:
                _await(one)
        except BaseException:
            self.close()
            raise

    def send(self, worker: int, assignment: Assignment) -> None:
        """Give a worker an episode to play."""
        with contextlib.suppress(BrokenPipeError):  # it is gone; `wait` says so
            self._processes[worker].pipe.send(assignment)

    def wait(self, seconds: float) -> list[Arrival]:
        """Return what has been answered, after so many seconds at the latest."""
        ready = connection.wait([one.pipe for one in self._processes], seconds)
        return [
            Arrival(number, _read(one))
            for number, one in enumerate(self._processes)
            if one.pipe in ready
        ]

    def replace(self, worker: int) -> str:
        """End a worker at once, and begin another one in its place."""
        stack = _stack(self._processes[worker])
        _end(self._processes[worker])
        self._processes[worker] = self._begin(worker)
        _await(self._processes[worker])
        return stack

    def close(self) -> None:
        """End all workers."""
        for one in self._processes:
            _end(one)
        self._folder.cleanup()

    def _begin(self, number: int) -> _Process:
        here, there = _CONTEXT.Pipe()
        stacks = Path(self._folder.name) / f"{number}-{time.monotonic_ns()}"
        process = _CONTEXT.Process(
            target=_work, args=(there, self._plan, str(stacks), self._threads), daemon=True
        )
        process.start()
        there.close()
        return _Process(process, here, stacks)


def _work(pipe: Connection, plan: bytes, stacks: str, threads: int) -> None:
    """Be a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the main process decides
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    threading.Thread(target=_follow_parent, daemon=True).start()
    with Path(stacks).open("w") as file:
        faulthandler.register(signal.SIGUSR1, file, all_threads=True)
        worker = Worker(pickle.loads(plan))
        pipe.send(READY)
        while True:
            try:
                assignment = pipe.recv()
            except EOFError:
                return
            pipe.send(_answer(worker, assignment))


def _answer(worker: Worker, assignment: Assignment) -> Answer:
    try:
        return worker.play(assignment)
    except Exception as error:
        return Broken(_portable(error))


def _portable(error: Exception) -> Exception:
    """Return the error as it survives a pipe, with its traceback where the exception cannot."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return WorkerError(f"{type(error).__name__}: {error}")
    return error


def _follow_parent() -> None:
    """End with the main process, even if that is killed and an agent here hangs."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _await(one: _Process) -> None:
    """Wait until a worker can play."""
    try:
        if one.pipe.poll(START_SECONDS):
            one.pipe.recv()
            return
    except (EOFError, ConnectionResetError):
        pass
    raise WorkerError(
        f"a worker process {_fate(one)} before it could play; its own words are above. Try"
        " --workers 0, which plays in the main process."
    )


def _read(one: _Process) -> Answer:
    try:
        answer: Answer = one.pipe.recv()
    except (EOFError, ConnectionResetError):
        return Lost(f"The worker process {_fate(one)} during the episode.")
    return answer


def _fate(one: _Process) -> str:
    one.process.join(DUMP_SECONDS)
    code = one.process.exitcode
    if code is None:
        return "did not answer"
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _stack(one: _Process) -> str:
    """Ask a worker where it is; the signal is handled even while Python code is not run."""
    if not one.process.is_alive():
        return ""
    os.kill(one.process.pid, signal.SIGUSR1)
    until = time.monotonic() + DUMP_SECONDS
    text, last = "", None
    while time.monotonic() < until and (not text or text != last):
        last = text
        time.sleep(0.05)
        text = one.stacks.read_text("utf-8", "replace")
    return text


def _end(one: _Process) -> None:
    one.process.kill()
    one.process.join()
    one.pipe.close()
