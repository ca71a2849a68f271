"""The report's plots, as SVG to stand inside HTML.

Colours are CSS variables, so one picture serves light and dark pages, and text stays text.
"""

from crossworld.benchmarks.reports.plots.bars import (
    cost_by_agent,
    differences,
    success_by_agent,
    success_of_type,
)
from crossworld.benchmarks.reports.plots.lines import (
    success_over_noise,
    success_over_steps,
    success_over_tokens,
    success_over_trials,
)
from crossworld.benchmarks.reports.plots.looks import Look, looks, swatch

__all__ = [
    "Look",
    "cost_by_agent",
    "differences",
    "looks",
    "success_by_agent",
    "success_of_type",
    "success_over_noise",
    "success_over_steps",
    "success_over_tokens",
    "success_over_trials",
    "swatch",
]
