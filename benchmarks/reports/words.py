"""Numbers and names as tables and reports write them."""

from collections.abc import Sequence

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


def points(difference: float) -> str:
    """Return the difference of two shares in percentage points: `+12.5`, `-3.0`, `0.0`."""
    text = f"{100 * difference:+.1f}"
    return "0.0" if float(text) == 0 else text


def span(low: float, high: float, text: str) -> str:
    """Return an interval's text, or what is to be said of one that is a point.

    Where all tasks have the same value so have all resamples of them: it tells nothing.
    """
    return text if low < high else "all tasks alike"


def gap(low: float, high: float) -> str:
    """Return the interval of a difference in percentage points: `+3.1 to +20.5`; see `span`."""
    return span(low, high, f"{points(low)} to {points(high)}")


def p_value(p: float) -> str:
    """Return `= 0.012`, two digits that count, or `< 0.001`."""
    return "< 0.001" if p < 0.001 else f"= {float(f'{p:.2g}'):g}"


def duration(seconds: float) -> str:
    """Return `0.31 ms`, `4.2 s`: two digits that count."""
    value, unit = (seconds, "s") if seconds >= 1 else (seconds * 1e3, "ms")
    return f"{float(f'{value:.2g}'):g} {unit}"


def count(value: float) -> str:
    """Return `12,300`: a mean number of things, to the last whole one above 10."""
    return f"{value:,.1f}" if 0 < value < 10 else f"{value:,.0f}"


def short(value: float) -> str:
    """Return `200k`, `0.2`: what stands at an axis."""
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"


def dollars(cost: float) -> str:
    """Return `$0.0042`: two digits that count, cents at least."""
    if cost >= 0.1 or not cost:
        return f"${cost:,.2f}"
    return f"${float(f'{cost:.2g}'):.10f}".rstrip("0")


def standing(row: Row) -> str:
    """Return what a score stands for: `floor`, `ceiling, privileged` and so on; "" if for itself."""
    return ", ".join(filter(None, (row.role, "privileged" if row.privileged else "")))


def score_name(protocol: str, trials: int, seeds: int) -> str:
    """Return what a score is called: `pass@1/50`, `k-trial/50, k = 5, 3 seeds`."""
    several = [f"k = {trials}"] * (trials > 1) + [f"{seeds} seeds"] * (seeds > 1)
    return ", ".join([protocol, *several])


def score_of(row: Row) -> str:
    """Return what the score of a row is called."""
    return score_name(row.protocol, row.trials, row.seeds)


def plural(number: int, thing: str) -> str:
    """Return `1 task`, `3 tasks`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def listed(names: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def noise_name(noise: str) -> str:
    """Return a condition in words; see `suite.Noise`."""
    return noise or "no noise"


def readable(task_type: str) -> str:
    """Return a task type in words."""
    return task_type.replace("_", " ")
