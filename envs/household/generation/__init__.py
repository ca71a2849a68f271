"""Households made on demand: rooms, what is in them, and tasks, from a split and a number."""
