"""The colours that things have, by the names that texts use."""

from collections.abc import Mapping

COLOURS: Mapping[str, tuple[float, float, float]] = {
    "red": (0.86, 0.16, 0.16),
    "green": (0.20, 0.65, 0.24),
    "blue": (0.16, 0.36, 0.86),
    "yellow": (0.97, 0.82, 0.15),
    "brown": (0.55, 0.35, 0.20),
    "gray": (0.55, 0.56, 0.58),
    "cyan": (0.25, 0.80, 0.85),
    "orange": (0.98, 0.53, 0.10),
    "purple": (0.52, 0.24, 0.68),
    "pink": (0.98, 0.58, 0.74),
    "white": (0.95, 0.95, 0.93),
}
"""Name to red, green and blue, 0..1."""

SEEN = ("red", "green", "blue", "yellow", "brown", "gray", "cyan")
UNSEEN = ("red", "green", "blue", "orange", "purple", "pink", "white")
"""Colours of things in training and in `valid_unseen`, as CLIPort splits them (Shridhar et al.,
CoRL 2021, arXiv 2109.12098): three in both, four only there."""
