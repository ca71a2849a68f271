"""All that is aggregated from a run: what the report shows, and other programs need not work out."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from crossworld.benchmarks.folder import RunFiles
from crossworld.benchmarks.reports.costs import Cost, costs
from crossworld.benchmarks.reports.curves import NoiseCurve, TrialCurve, noise_curves, trial_curves
from crossworld.benchmarks.reports.pairs import Pair, within
from crossworld.benchmarks.results import Row, aggregate


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found; the names are those in `results.json`.

    Attributes:
        rows: scores, see `results.aggregate`.
        trial_curves: see `curves.trial_curves`.
        noise_curves: see `curves.noise_curves`.
        comparisons: see `pairs.within`.
        costs: see `costs.costs`.
    """

    rows: tuple[Row, ...]
    trial_curves: tuple[TrialCurve, ...]
    noise_curves: tuple[NoiseCurve, ...]
    comparisons: tuple[Pair, ...]
    costs: tuple[Cost, ...]

    def to_json(self) -> dict[str, Any]:
        """Return all of it, JSON-able; estimates as `value`, `low`, `high`."""
        return {item.name: plain(getattr(self, item.name)) for item in fields(self)}


def find(run: RunFiles) -> Findings:
    """Aggregate a run."""
    rows = aggregate(run)
    return Findings(
        tuple(rows),
        tuple(trial_curves(run)),
        tuple(noise_curves(run)),
        tuple(within(run, rows)),
        tuple(costs(run)),
    )


def plain(value: Any) -> Any:
    """Return a value with records as dictionaries, and sequences as lists."""
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    return value
