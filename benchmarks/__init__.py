"""Benchmarks: suites, protocols, the runner, statistics and reports."""

if __name__ != "crossworld.benchmarks":
    raise ImportError(
        f"imported as {__name__!r}, which makes a second copy: import 'crossworld.benchmarks' instead"
    )
