"""Which episode a report shows step by step, as whom, and its frames kept once each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crossworld.benchmarks.folder import RunFiles
from crossworld.benchmarks.records import Record, Transcript
from crossworld.benchmarks.results import Row

COLUMNS = 6
"""Agents whose episodes stand side by side at most."""

FRAME_BYTES = 2_000_000
"""Size of all frames of a report at most, in base64."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A transcript beside its record."""

    transcript: Transcript
    record: Record


@dataclass(slots=True)
class Frames:
    """Different frames of a report, each once; those beyond the limit are left out.

    Attributes:
        limit: size at most, in characters of base64.
        numbers: frame to its number.
        left_out: whether one had no room.
    """

    limit: int = FRAME_BYTES
    numbers: dict[str, int] = field(default_factory=dict)
    left_out: bool = False
    _size: int = 0

    def of(self, transcripts: Sequence[Transcript]) -> tuple[tuple[int | None, ...], ...]:
        """Return for each transcript the numbers of its frames, the opening's first.

        Room is given step by step, so that what is left out is the ends of long episodes.
        """
        shown = [[it.frame, *(turn.frame for turn in it.turns)] for it in transcripts]
        for step in range(max(map(len, shown), default=0)):
            for frames in shown:
                if step < len(frames):
                    self._number(frames[step])
        return tuple(tuple(map(self.numbers.get, frames)) for frames in shown)

    def _number(self, frame: str) -> None:
        if not frame or frame in self.numbers:
            return
        if self._size + len(frame) > self.limit:
            self.left_out = True
            return
        self._size += len(frame)
        self.numbers[frame] = len(self.numbers)


def chosen(run: RunFiles, rows: Sequence[Row]) -> list[Spoken]:
    """Return one episode as several agents played it: the one on which they differ most.

    Of each agent it is the trial that counts: the one that solved the task, or else the last.

    Args:
        run: what was played.
        rows: of one task set, over all task types: the agents to choose from.
    """
    records = {record.key: record for record in run.records}
    place = {(row.env, row.split) for row in rows}
    agents = tell_apart(rows)
    groups: dict[tuple[int, int], dict[str, Spoken]] = {}
    for transcript in sorted(run.transcripts, key=lambda transcript: transcript.trial):
        record = records.get(transcript.key)
        if record and (record.env, record.split) in place and record.agent in agents:
            group = groups.setdefault((record.seed, record.episode), {})
            group[record.agent] = Spoken(transcript, record)
    best = max(groups.values(), key=_contrast, default={})
    return [best[agent] for agent in agents if agent in best]


def tell_apart(rows: Sequence[Row]) -> list[str]:
    """Return the agents that tell most beside each other, in the order of the rows.

    The highest floor and blind floor, the highest ceiling, then the best and the worst contestant,
    and so on inwards.
    """
    ranked = sorted(rows, key=lambda row: -row.success)
    ends = [next((row for row in ranked if row.role == role), None) for role in _ENDS]
    contestants = [row for row in ranked if not row.role]
    inwards: list[Row | None] = []
    while contestants:
        inwards.append(contestants.pop(0))
        inwards += [contestants.pop()] if contestants else []
    rest = [row for row in ranked if row.role]
    order = list(dict.fromkeys(row.agent for row in [*ends, *inwards, *rest] if row is not None))
    kept = set(order[:COLUMNS])
    return list(dict.fromkeys(row.agent for row in rows if row.agent in kept))


_ENDS = ("floor", "blind floor", "ceiling")


def steps(spoken: Iterable[Spoken]) -> int:
    """Return how many steps the longest of some episodes has."""
    return max((len(item.transcript.turns) for item in spoken), default=0)


def _contrast(group: Mapping[str, Spoken]) -> tuple[int, int]:
    won = sum(spoken.record.success for spoken in group.values())
    return len(group), min(won, len(group) - won)
