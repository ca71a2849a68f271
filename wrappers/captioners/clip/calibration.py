"""Thresholds: which similarity is enough to say a statement.

CLIP's loss makes similarities estimate how much likelier an image makes a text than it is anyway
(pointwise mutual information; van den Oord et al. 2018, arXiv 1807.03748, sec. 2.3). So a statement
that is often true has a lower similarity where it is true than one that is seldom true, and one
threshold for all is too strict for the one and too lenient for the other. Here a logistic regression
for each statement turns similarities into log odds (Platt scaling), and one value of these, chosen for
precision, becomes a threshold of similarity for each statement. Slopes and offsets of statements are
drawn towards what holds for all; a statement that the model cannot tell has a flat slope, so that it
is hardly ever said.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.atomic import write_all_or_nothing
from crossworld.wrappers.captioners.base import CaptionerError
from crossworld.wrappers.captioners.clip.libraries import torch_and_open_clip
from crossworld.wrappers.captioners.clip.scores import Flags, curve

CALIBRATION_FILE = "calibration.json"

AIM = 0.93
"""Precision that thresholds are chosen for in rooms kept back. New rooms are a little harder: this
is to leave 0.9 there."""

NEVER = 1.0
"""A threshold that no cosine similarity exceeds."""

_SPREAD = 2.0
"""How much offsets of statements differ, as a standard deviation of log odds: so few examples of a
statement move it little from what holds for all."""

_TILT = 0.7
"""How much slopes of statements differ, as a standard deviation of their logarithms."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Thresholds of cosine similarity, and what they are for.

    Attributes:
        pattern: regular expression of the statements that the model was trained on.
        threshold: for a statement without one of its own, -1..1.
        thresholds: by statement, -1..1.
    """

    pattern: str
    threshold: float
    thresholds: Mapping[str, float]

    def limits(self, statements: Sequence[str]) -> NDArray[np.float32]:
        """Return (m,) thresholds of statements."""
        return np.array(
            [self.thresholds.get(text, self.threshold) for text in statements], np.float32
        )

    def covers(self, statement: str) -> bool:
        """Return whether the model was trained on statements such as this one."""
        return re.fullmatch(self.pattern, statement) is not None

    def write(self, folder: Path) -> None:
        """Write it into the folder of a model.

        Raises:
            OSError: it cannot be written.
        """
        text = json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"
        write_all_or_nothing(folder / CALIBRATION_FILE, lambda path: path.write_text(text))


def read_calibration(folder: Path) -> Calibration | None:
    """Return the calibration in the folder of a model, None if there is none.

    Raises:
        CaptionerError: it is damaged.
    """
    path = folder / CALIBRATION_FILE
    try:
        found = json.loads(path.read_text("utf-8"))
        own = {str(text): float(value) for text, value in found["thresholds"].items()}
        re.compile(found["pattern"])
        return Calibration(found["pattern"], float(found["threshold"]), own)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, re.error) as error:
        raise CaptionerError(
            f"{path} is no calibration ({error!r}); give threshold=, or train again."
        ) from error


def calibrate(
    similarities: NDArray[np.float32],
    truth: Flags,
    candidates: Flags,
    statements: Sequence[str],
    pattern: str,
    aim: float = AIM,
) -> Calibration:
    """Return the thresholds that say most at a precision of `aim` over all pairs.

    Args:
        similarities: (n, m) of images and statements.
        truth: (n, m), which statements are true.
        candidates: (n, m), which ones are asked.
        statements: the m statements.
        pattern: see `Calibration`.
        aim: precision, 0..1.
    """
    common = curve(similarities[candidates], truth[candidates]).cut_at(aim)
    slopes, offsets = _fitted(similarities, truth, candidates)
    odds = slopes * similarities + offsets
    least = curve(odds[candidates], truth[candidates]).cut_at(aim)
    asked = np.asarray(candidates.any(axis=0)).tolist()
    own = np.clip((least - offsets) / slopes, -1.0, NEVER).tolist()
    limits = {text: limit for text, limit, was in zip(statements, own, asked, strict=True) if was}
    return Calibration(pattern, float(np.clip(common, -1.0, NEVER)), limits)


def _fitted(
    similarities: NDArray[np.float32], truth: Flags, candidates: Flags
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return slopes (m,), above 0, and offsets (m,) of the logistic regressions."""
    torch, _ = torch_and_open_clip()
    rows, columns = np.nonzero(candidates)
    seen = torch.from_numpy(similarities[rows, columns].astype(np.float64))
    true = torch.from_numpy(truth[rows, columns].astype(np.float64))
    column = torch.from_numpy(columns)
    steepness = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    base = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    own = torch.zeros(candidates.shape[1], dtype=torch.float64, requires_grad=True)
    tilt = torch.zeros(candidates.shape[1], dtype=torch.float64, requires_grad=True)
    weights = [steepness, base, own, tilt]
    solver = torch.optim.LBFGS(weights, max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> object:
        solver.zero_grad()
        odds = (steepness + tilt[column]).exp() * seen + base + own[column]
        missed = torch.nn.functional.binary_cross_entropy_with_logits(odds, true, reduction="sum")
        kept = own.square().sum() / _SPREAD**2 + tilt.square().sum() / _TILT**2
        whole = missed + kept / 2
        whole.backward()
        return whole

    solver.step(loss)
    slopes: NDArray[np.float64] = (steepness + tilt).detach().exp().numpy()
    offsets: NDArray[np.float64] = (base + own).detach().numpy()
    return slopes, offsets
