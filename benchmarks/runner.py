"""Playing a plan: every contestant, every condition, every task, over workers, into a folder."""

import os
import platform
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import chain

from crossworld.benchmarks.episode import Outcome
from crossworld.benchmarks.folder import Memory, RunFolder
from crossworld.benchmarks.plan import Course, Episode, Plan
from crossworld.benchmarks.records import Key, Record
from crossworld.benchmarks.worker import Assignment, Played, record_of, transcript_of
from crossworld.benchmarks.workers.base import Arrival, Broken, Lost, Workers
from crossworld.benchmarks.workers.inline import InlineWorkers

POLL = 1.0
"""Seconds after which it is asked whether an episode takes too long."""


@dataclass(slots=True)
class _Progress:
    """How far a course is.

    Attributes:
        course: the course.
        played: how many of its episodes have been played.
        at: the number of the next one.
        solved: stage and number of the tasks that it has solved.
        memory: what the agent carries over.
    """

    course: Course
    played: int = 0
    at: int = 0
    solved: set[tuple[int, int]] = field(default_factory=set)
    memory: bytes = b""

    def next(self) -> Episode | None:
        """Return the next episode, None at the end; what was solved is left out."""
        episodes = self.course.episodes
        while self.at < len(episodes) and _task(episodes[self.at]) in self.solved:
            self.at += 1
        return episodes[self.at] if self.at < len(episodes) else None

    def end(self, success: bool) -> None:
        """Note how the next episode went."""
        if success:
            self.solved.add(_task(self.course.episodes[self.at]))
        self.at += 1
        self.played += 1


@dataclass(slots=True)
class _Desk:
    """A worker as the runner sees it: what it has been sent, and since when it plays the first."""

    sent: deque[tuple[_Progress, Assignment]] = field(default_factory=deque)
    since: float = 0.0


def play(plan: Plan, folder: RunFolder, workers: Workers | None = None) -> Iterator[Record]:
    """Play what the folder does not hold yet; yields each record once it is on disk.

    Args:
        plan: what is to be played.
        folder: where it is kept.
        workers: who plays; None plays in this process. They are closed in the end.

    Raises:
        WorkerError: a worker cannot be begun.
        Exception: whatever an environment raised.
    """
    workers = workers or InlineWorkers(plan)
    try:
        yield from _Run(plan, folder, workers).play()
    finally:
        workers.close()


def facts(command: str) -> dict[str, str]:
    """Return what is good to know about a run beside its settings.

    Args:
        command: the command that repeats the run.
    """
    return {
        "command": command,
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
    }


class _Run:
    """Hands courses to workers, episode by episode."""

    def __init__(self, plan: Plan, folder: RunFolder, workers: Workers) -> None:
        self._plan = plan
        self._folder = folder
        self._workers = workers
        self._desks = [_Desk() for _ in range(workers.count)]
        self._ready: deque[_Progress] = deque()
        self._ends: dict[str, bytes] = {}
        self._waiting: dict[str, list[_Progress]] = {}
        done = {record.key: record.success for record in folder.records}
        for course in plan.courses():
            self._enter(course, done)

    def play(self) -> Iterator[Record]:
        """Play everything."""
        self._hand_out()
        while any(desk.sent for desk in self._desks):
            arrivals = self._workers.wait(POLL)
            for worker, answer in chain(arrivals, self._overdue()):
                if isinstance(answer, Broken):
                    raise answer.error
                progress, assignment = self._desks[worker].sent.popleft()
                self._desks[worker].since = time.monotonic()
                if isinstance(answer, Lost):
                    answer = self._replace(worker, assignment, answer.why)
                yield self._keep(progress, answer)
            self._hand_out()

    def _enter(self, course: Course, done: Mapping[Key, bool]) -> None:
        """Take a course up where the folder has it."""
        progress = _Progress(course)
        while (episode := progress.next()) is not None and episode.key in done:
            progress.end(done[episode.key])
        if course.lasting:
            progress.memory = self._folder.memory(course.name, progress.played)
        if course.after and course.after not in self._ends:
            self._waiting.setdefault(course.after, []).append(progress)
        else:
            self._line_up(progress)

    def _line_up(self, progress: _Progress) -> None:
        """Have a course go on, or end, which lets those begin that wait for it."""
        course = progress.course
        if course.after:
            progress.memory = self._ends[course.after]
        if progress.next() is not None:
            # First in the line, so that what was begun is ended before more is begun.
            line = self._ready.appendleft if progress.played else self._ready.append
            line(progress)
        elif course.lasting:
            self._ends[course.name] = progress.memory
            for waiting in self._waiting.pop(course.name, ()):
                self._line_up(waiting)

    def _hand_out(self) -> None:
        """Send episodes until every worker has enough, and nobody hoards at the end."""
        fair = len(self._ready) // (2 * len(self._desks))
        most = max(1, min(self._workers.depth, fair))
        while self._ready:
            number = min(range(len(self._desks)), key=lambda i: len(self._desks[i].sent))
            desk = self._desks[number]
            if len(desk.sent) >= most:
                return
            progress = self._ready.popleft()
            episode = progress.next()
            if episode is None:
                continue
            course = progress.course
            assignment = Assignment(episode, progress.memory, course.lasting, bool(course.after))
            if not desk.sent:
                desk.since = time.monotonic()
            desk.sent.append((progress, assignment))
            self._workers.send(number, assignment)

    def _overdue(self) -> Iterator[Arrival]:
        """Give up workers whose episode takes longer than the suite allows."""
        limit = self._plan.suite.episode_seconds
        why = f"The episode had not ended after {limit:g} seconds, so it was given up."
        for number, desk in enumerate(self._desks):
            if desk.sent and time.monotonic() - desk.since > limit:
                yield Arrival(number, Lost(why))

    def _replace(self, worker: int, assignment: Assignment, why: str) -> Played:
        """Begin another worker; what the lost one was sent beside is played by anyone."""
        stack = self._workers.replace(worker)
        desk = self._desks[worker]
        self._ready.extendleft(progress for progress, _ in reversed(desk.sent))
        desk.sent.clear()
        episode = assignment.episode
        outcome = Outcome(error=f"{why}\n{stack}".strip())
        return Played(
            record_of(self._plan, episode, outcome),
            transcript_of(self._plan, episode, outcome) if episode.transcribed else None,
            assignment.memory if assignment.lasting else b"",
        )

    def _keep(self, progress: _Progress, played: Played) -> Record:
        """Write an episode down, then have its course go on."""
        course = progress.course
        progress.end(played.record.success)
        progress.memory = played.memory
        kept = Memory(course.name, progress.played, played.memory) if course.lasting else None
        self._folder.append(played.record, played.transcript, kept)
        self._line_up(progress)
        return played.record


def _task(episode: Episode) -> tuple[int, int]:
    return episode.stage, episode.key.episode
