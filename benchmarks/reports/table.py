"""The results as a table on the terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from crossworld.benchmarks.results import ALL, Row
from crossworld.benchmarks.words import interval, number, percent, standing


def summary_table(title: str, rows: Sequence[Row]) -> Table:
    """Return one line per agent, over all task types."""
    table = Table(box=SIMPLE_HEAD, title=Text(title), title_justify="left", title_style="bold")
    # Names fold where a terminal is narrow; numbers never do.
    table.add_column("agent", overflow="fold")
    table.add_column("protocol", overflow="fold")
    for heading in ("played", "success\n95 % interval", "steps", "invalid"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        if row.task_type == ALL:
            table.add_row(
                _two_lines(row.agent, standing(row), "dim"),
                row.protocol,
                _two_lines(str(row.episodes), f"{row.errors} raised" if row.errors else "", "red"),
                _two_lines(percent(row.success), interval(row.low, row.high), "dim"),
                number(row.steps),
                percent(row.invalid_rate),
            )
    return table


def _two_lines(first: str, second: str, style: str) -> Text:
    return Text.assemble((first, "bold"), "\n", (second, style))
