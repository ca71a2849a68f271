"""The folder of a run: its settings, its journals and what is made of them."""

import fcntl
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from crossworld.benchmarks.journal import Journal, read_journal
from crossworld.benchmarks.records import Record, Transcript
from crossworld.envs.core.atomic import write_all_or_nothing
from crossworld.envs.core.errors import CrossworldError

RUN = "run.json"
EPISODES = "episodes.jsonl"
TRANSCRIPTS = "transcripts.jsonl"
RESULTS = "results.json"
REPORT = "report.html"
MEMORIES = "memories"
LOCK = ".lock"


class RunError(CrossworldError):
    """A folder that cannot take this run, or holds none."""


@dataclass(frozen=True, slots=True)
class RunFiles:
    """What a folder holds of a run.

    Attributes:
        settings: everything that the results depend on.
        facts: what is good to know beside: command, machine, start.
        records: the episodes played so far.
        transcripts: word for word, a few of them.
    """

    settings: Mapping[str, Any]
    facts: Mapping[str, Any]
    records: tuple[Record, ...]
    transcripts: tuple[Transcript, ...]


def read_run(folder: Path) -> RunFiles:
    """Read the folder of a run, finished or not.

    Raises:
        RunError: it holds no run.
        RecordError: it holds one of another version.
        JournalError: it is damaged.
    """
    try:
        run = json.loads((folder / RUN).read_text("utf-8"))
        settings, facts = run["settings"], run["facts"]
    except FileNotFoundError as error:
        raise RunError(
            f"{folder}: holds no run ({RUN} is missing); give a folder that 'crossworld bench' or"
            " 'crossworld run' wrote."
        ) from error
    except (ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise RunError(
            f"{folder / RUN}: damaged ({error}); move the folder away and play again."
        ) from error
    records = {r.key: r for r in map(Record.from_json, read_journal(folder / EPISODES))}
    # A kill between transcript and record leaves a transcript that is written again.
    spoken = map(Transcript.from_json, read_journal(folder / TRANSCRIPTS))
    transcripts = {transcript.key: transcript for transcript in spoken}
    return RunFiles(settings, facts, tuple(records.values()), tuple(transcripts.values()))


@dataclass(frozen=True, slots=True)
class Memory:
    """What an agent has learned.

    Attributes:
        course: name of the course of episodes in which it learns.
        episodes: how many of them it has played.
        content: see `Agent.save`.
    """

    course: str
    episodes: int
    content: bytes


class RunFolder:
    """The folder of a run while it is being written; use it as a context manager.

    Args:
        path: the folder; made if missing. A run with the same settings in it is continued.
        settings: everything that the results depend on, JSON-able.
        facts: what is good to know beside.

    Raises:
        RunError: it holds a run with other settings, or is in use.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(path)
        try:
            self._begin(settings, facts)
        except BaseException:
            self._lock.close()
            raise

    def _begin(self, settings: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        settings = json.loads(json.dumps(settings))
        if (self.path / RUN).exists():
            found = read_run(self.path)
            _check_same(self.path, found.settings, settings)
            self.records = list(found.records)
        else:
            if read_journal(self.path / EPISODES):
                raise RunError(
                    f"{self.path}: holds {EPISODES} but no {RUN}, so nothing says how they were"
                    " played; give another folder."
                )
            self.records = []
            write_json(self.path / RUN, {"settings": settings, "facts": dict(facts)})
        self._episodes = Journal(self.path / EPISODES)
        self._transcripts = Journal(self.path / TRANSCRIPTS)

    def append(
        self, record: Record, transcript: Transcript | None, memory: Memory | None = None
    ) -> None:
        """Keep an episode; its record comes last, as it is what makes the episode count."""
        if transcript is not None:
            self._transcripts.append(transcript.to_json())
        if memory is not None:
            content = memory.content
            write_all_or_nothing(
                self._memory_file(memory.course, memory.episodes),
                lambda draft: draft.write_bytes(content),
            )
        self._episodes.append(record.to_json())
        self.records.append(record)
        if memory is not None:
            self._memory_file(memory.course, memory.episodes - 1).unlink(missing_ok=True)

    def memory(self, course: str, episodes: int) -> bytes:
        """Return what an agent had learned after so many episodes of a course.

        Raises:
            RunError: it is not there.
        """
        if not episodes:
            return b""
        path = self._memory_file(course, episodes)
        try:
            return path.read_bytes()
        except OSError as error:
            raise RunError(
                f"{path}: what an agent had learned is missing ({error.strerror}), so the run cannot"
                " go on as it would have; give another folder, or --fresh to begin anew."
            ) from error

    def _memory_file(self, course: str, episodes: int) -> Path:
        return self.path / MEMORIES / f"{course}-{episodes}"

    def __enter__(self) -> "RunFolder":
        """Return the folder."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the files and give the folder free."""
        self._episodes.close()
        self._transcripts.close()
        self._lock.close()


def clear(folder: Path) -> None:
    """Remove the run from a folder, if there is one, and nothing else.

    Raises:
        RunError: the folder is in use.
    """
    if folder.exists():
        with _lock(folder):
            for name in (RUN, EPISODES, TRANSCRIPTS, RESULTS, REPORT):
                (folder / name).unlink(missing_ok=True)
            for made in (*folder.glob("compare-*.html"), *(folder / MEMORIES).glob("*")):
                made.unlink()


def write_json(path: Path, content: object) -> None:
    """Write JSON; see `write_text`."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    write_all_or_nothing(path, lambda draft: draft.write_text(text, "utf-8"))


def _lock(folder: Path) -> TextIO:
    """Take the folder for this process, until the file is closed or the process ends."""
    lock = (folder / LOCK).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise RunError(
            f"{folder}: another process is writing here; wait for it, or give another folder."
        ) from None
    return lock


def _check_same(path: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    there, here = dict(_flat("", found)), dict(_flat("", wanted))
    differing = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    if differing:
        lines = [
            f"  {name}: {there.get(name, 'nothing')!r} there, {here.get(name, 'nothing')!r} now"
            for name in differing
        ]
        raise RunError(
            f"{path}: holds a run with other settings, and results must not be mixed:\n"
            + "\n".join(lines)
            + "\nGive another folder, or --fresh to discard what is there."
        )


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Name the leaves of nested settings: `versions.numpy`, `agents[1].protocol`."""
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else name, part)
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        for number, part in enumerate(value):
            yield from _flat(f"{prefix}[{number}]", part)
    else:
        yield prefix, value
