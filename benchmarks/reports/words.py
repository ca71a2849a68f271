"""Numbers and names as tables and reports write them."""

from crossworld.benchmarks.results import Row


def percent(share: float | None) -> str:
    """Return `71.4 %`, or a dash for what does not exist."""
    return "-" if share is None else f"{100 * share:.1f} %"


def interval(low: float, high: float) -> str:
    """Return `63.4 to 78.2`: percent, the unit left to the heading."""
    return f"{100 * low:.1f} to {100 * high:.1f}"


def number(value: float | None) -> str:
    """Return one decimal, or a dash for what does not exist."""
    return "-" if value is None else f"{value:.1f}"


def duration(seconds: float) -> str:
    """Return `0.31 ms`, `4.2 s`: two digits that count."""
    value, unit = (seconds, "s") if seconds >= 1 else (seconds * 1e3, "ms")
    return f"{float(f'{value:.2g}'):g} {unit}"


def standing(row: Row) -> str:
    """Return what a score stands for: `floor`, `ceiling, privileged` and so on; "" if for itself."""
    return ", ".join(filter(None, (row.role, "privileged" if row.privileged else "")))


def readable(task_type: str) -> str:
    """Return a task type in words."""
    return task_type.replace("_", " ")
