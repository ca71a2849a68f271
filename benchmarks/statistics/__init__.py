"""Statistics of results: every rate with its interval, and what may be said of two agents.

One agent: `wilson`, `clustered`, `cluster_bootstrap`, `trial_curve`, `aurc`, `relative_success`.
Two agents on the same tasks: `compare`. Several seeds: `pooled`, `across_seeds`. Methods that train
on each task: `iqm`, `optimality_gap`, `performance_profile`, `probability_of_improvement`.
"""

from crossworld.benchmarks.statistics.bootstrap import Bootstrap, Estimate
from crossworld.benchmarks.statistics.clusters import (
    across_seeds,
    cluster_bootstrap,
    pooled,
    two_stage_bootstrap,
)
from crossworld.benchmarks.statistics.comparison import Comparison, compare, mcnemar
from crossworld.benchmarks.statistics.outcomes import Outcomes
from crossworld.benchmarks.statistics.proportion import CONFIDENCE, Interval, clustered, wilson
from crossworld.benchmarks.statistics.robustness import aurc, relative_success, task_areas
from crossworld.benchmarks.statistics.training import (
    iqm,
    optimality_gap,
    performance_profile,
    probability_of_improvement,
)
from crossworld.benchmarks.statistics.trials import trial_curve

__all__ = [
    "CONFIDENCE",
    "Bootstrap",
    "Comparison",
    "Estimate",
    "Interval",
    "Outcomes",
    "across_seeds",
    "aurc",
    "cluster_bootstrap",
    "clustered",
    "compare",
    "iqm",
    "mcnemar",
    "optimality_gap",
    "performance_profile",
    "pooled",
    "probability_of_improvement",
    "relative_success",
    "task_areas",
    "trial_curve",
    "two_stage_bootstrap",
    "wilson",
]
