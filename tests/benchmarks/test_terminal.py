import io

import pytest
from rich.console import Console

from crossworld.benchmarks import words
from crossworld.benchmarks.folder import read_run
from crossworld.benchmarks.progress import follow
from crossworld.benchmarks.results import aggregate
from crossworld.benchmarks.table import summary_table


def shown(things, *, terminal=False):
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=terminal)
    things(console)
    return file.getvalue()


def test_plain_lines_count_what_was_there_before(played):
    records = read_run(played).records

    def pass_on(console):
        assert list(follow(records[5:], records[:5], 14, console)) == list(records[5:])

    won = sum(record.success for record in records[:14])
    assert shown(pass_on).splitlines() == [
        f"random: 14 of 14 episodes, {won / 14:4.0%} solved",
        "planner: 14 of 14 episodes, 100% solved",
    ]


def test_bars_on_a_terminal(played):
    records = read_run(played).records
    text = shown(lambda console: list(follow(records, (), 14, console)), terminal=True)
    assert "random" in text
    assert "14/14" in text
    assert "ETA" in text


def test_table_fits_a_terminal_and_names_protocols(played):
    rows = aggregate(read_run(played))
    text = shown(lambda console: console.print(summary_table("A [title]", rows)))
    assert "A [title]" in text
    assert "…" not in text
    for part in ("pass@1/5", "pass@1/3", "ceiling, privileged", "100.0 %", "64.6 to 100.0"):
        assert part in text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.00031, "0.31 ms"), (0.0042, "4.2 ms"), (1.0, "1 s"), (83.0, "83 s")]
)
def test_durations(seconds, text):
    assert words.duration(seconds) == text
