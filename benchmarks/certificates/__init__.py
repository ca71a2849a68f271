"""Whether every task on the table can be done, begins as it should, and asks for what it rewards.

python -m crossworld.benchmarks.certificates --out docs/tables/tabletop.md --seeds 100

Its scripted oracle plays each task of the library; a task is certified if that wins at least 95 of
100 games, all begin at rest with nothing achieved, and all missions read back as their goals.
"""
