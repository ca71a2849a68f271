"""Whether `physics="analytic"` ends as PyBullet does: the same actions in both, outcome by outcome.

python -m crossworld.benchmarks.agreement --out docs/tables/agreement.md
"""
