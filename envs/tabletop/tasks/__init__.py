"""The library of tasks: a short class a file; `TASKS` has them by name."""
