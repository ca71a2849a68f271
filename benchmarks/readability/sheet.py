"""The frames with the most errors, on one picture: to see why they are misread."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from crossworld.benchmarks.readability.page import Result
from crossworld.benchmarks.readability.samples import NAMES

_COLUMNS, _ROWS = 8, 5
_SCALE = 2
_LINE = 12
"""Height of a line of text, pixels."""


def save_worst(result: Result, path: Path) -> None:
    """Write the worst frames as a PNG; below each, its place, what is missed (-) and false (+)."""
    truth, found = result.samples.labels, result.found[:, : len(NAMES)]
    rows = np.argsort(-(truth != found).sum(axis=1), kind="stable")[: _COLUMNS * _ROWS]
    side = result.samples.images.shape[1] * _SCALE
    sheet = Image.new("RGB", (_COLUMNS * (side + 4), _ROWS * (side + 3 * _LINE + 4)))
    draw = ImageDraw.Draw(sheet)
    for number, row in enumerate(rows.tolist()):
        x, y = number % _COLUMNS * (side + 4), number // _COLUMNS * (side + 3 * _LINE + 4)
        frame = Image.fromarray(result.samples.images[row])
        sheet.paste(frame.resize((side, side), Image.Resampling.NEAREST), (x, y))
        lines = (
            result.samples.names[row].rpartition("/")[2],
            _listed("-", truth[row] & ~found[row]),
            _listed("+", found[row] & ~truth[row]),
        )
        for line, text in enumerate(lines):
            draw.text((x, y + side + line * _LINE), text[: side // 6])
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)


def _listed(sign: str, which: np.typing.NDArray[np.bool_]) -> str:
    return " ".join(f"{sign}{NAMES[k]}" for k in np.flatnonzero(which))
