"""What can be said of a frame without looking: what such receptacles usually hold."""

import numpy as np

from crossworld.benchmarks.readability.samples import Samples
from crossworld.benchmarks.readability.scores import Floats, Labels, thresholds


def guessed(known: Samples, asked: Samples) -> Labels:
    """Return (n, types): which types one would report who knows only the kind of receptacle.

    Args:
        known: frames whose labels are known.
        asked: frames to guess of.
    """
    limits = thresholds(known.labels, _shares(known, known))
    return _shares(known, asked) > limits


def _shares(known: Samples, asked: Samples) -> Floats:
    """Return (n, types): in what share of the known frames of that kind of receptacle a type is."""
    kinds, every = np.array(_kinds(known)), known.labels.mean(axis=0)
    shares = {kind: known.labels[kinds == kind].mean(axis=0) for kind in np.unique(kinds).tolist()}
    return np.array([shares.get(kind, every) for kind in _kinds(asked)])


def _kinds(samples: Samples) -> list[str]:
    return [name.rpartition(": ")[2].rpartition(" ")[0] for name in samples.names]
