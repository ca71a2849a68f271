"""The tables of a report."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median

from crossworld.benchmarks.pairing.playing import ENOUGH
from crossworld.benchmarks.pairing.tally import ROLES, Place, Tally

CASES = 25
"""Failures that are listed one by one, the worst first."""

Figure = Callable[[Tally], str]


def table(tallies: Sequence[Tally]) -> str:
    """Return all figures in Markdown."""
    rows = [(name, list(map(figure, tallies))) for name, figure in _figures()]
    sections = [_lines(["", *(tally.source for tally in tallies)], [[n, *c] for n, c in rows])]
    cases = sorted(
        (case for tally in tallies for case in tally.cases),
        key=lambda case: (case.role == "room", case.pixels / ENOUGH[case.place.size]),
    )
    oddities = [oddity for tally in tallies for oddity in tally.oddities]
    for title, head, cells in (
        ("Seen too little, by kind", ["what", "kind", "at", "too little"], _kinds(tallies)),
        (
            f"Seen too little, the worst {CASES}",
            [*WHERE, "what", "pixels"],
            [[*_where(c.place), c.name, str(c.pixels)] for c in cases[:CASES]],
        ),
        (
            f"Frames that differ or stay where they should not, the first {CASES}",
            [*WHERE, "what"],
            [[*_where(place), what] for place, what in oddities[:CASES]],
        ),
    ):
        sections.append(f"## {title}\n\n{_lines(head, cells) if cells else 'None.'}")
    return "\n\n".join(sections) + "\n"


def _figures() -> Iterator[tuple[str, Figure]]:
    """Yield the rows of the first table."""
    yield "games", lambda t: str(len(t.games))
    yield "steps", lambda t: str(t.steps)
    for size, enough in ENOUGH.items():
        for role, what in zip(ROLES, ("objects", "receptacles", "the opening's"), strict=True):
            yield f"{what} with {enough} pixels or more at {size}", _seen(size, role)
            yield f"their pixels, least / median, at {size}", _spread(size, role)
    yield (
        "exempt, listed, lit or cut behind a door: seen",
        lambda t: _share(t.exempt[True], t.exempt.total()),
    )
    yield "things behind closed doors that have a pixel", lambda t: _share(t.leaks, t.hidden)
    yield (
        "changes of what can be seen that leave the frame as it was",
        lambda t: _share(t.still.total(), t.changes.total()),
    )
    yield "impossible actions that change the frame", lambda t: _share(t.moved, t.refused)
    for verb in ("go", "open", "close", "take", "move", "clean", "heat", "cool", "use", "slice"):
        yield f"changes by `{verb}`", _changes(verb)


def _seen(size: int, role: str) -> Figure:
    return lambda tally: _share(*tally.share(size, role))


def _spread(size: int, role: str) -> Figure:
    def spread(tally: Tally) -> str:
        pixels = tally.pixels[size, role]
        return f"{min(pixels)} / {median(pixels):.0f}" if pixels else "none"

    return spread


def _changes(verb: str) -> Figure:
    return lambda tally: str(tally.changes[verb])


def _kinds(tallies: Sequence[Tally]) -> list[list[str]]:
    asked: Counter[tuple[int, str, str]] = Counter()
    missed: Counter[tuple[int, str, str]] = Counter()
    for tally in tallies:
        asked.update(tally.asked)
        missed.update(tally.missed)
    return [
        [role, kind, str(size), _share(count, asked[size, role, kind])]
        for (size, role, kind), count in missed.most_common()
    ]


WHERE = ("source", "task", "player", "step", "command", "at")


def _where(place: Place) -> list[str]:
    last = place.commands[-1] if place.commands else "reset"
    step = str(len(place.commands))
    return [place.source, f"`{place.task_id}`", place.player, step, f"`{last}`", str(place.size)]


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _share(part: int, whole: int) -> str:
    return f"{part} / {whole} ({100 * part / whole:.2f} %)" if whole else "none"
