"""What a person sees of an environment: its image and what its text world says, side by side."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 960, 416
MARGIN = 16
IMAGE_SIDE = HEIGHT - 2 * MARGIN
GUTTER = 24
FOOTER = HEIGHT - MARGIN - 34

PAPER, FRAME, RULE = "#f7f7f4", "#e9e9e4", "#d9dad4"
INK, MUTED, ACCENT = "#1e242c", "#6c747e", "#2c5f9e"
SOLVED, FAILED, WARNING = "#2b7a4b", "#b0413a", "#9a5b00"

LABEL_FONT, MISSION_FONT, COMMAND_FONT, STATUS_FONT = 12, 20, 17, 14
TEXT_FONTS = (17, 15, 14, 12)
"""Sizes for what the world says; the first in which all of it fits."""
MISSION_LINES = 2
LINE_HEIGHT = 1.32
"""Of the font size."""

INSET, INSET_FRAME = 0.25, 2
"""Share of the width that a picture in the corner of another takes, and its frame in pixels."""

Outcome: TypeAlias = Literal["playing", "solved", "failed"]
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "playing": ("", MUTED),
    "solved": ("solved", SOLVED),
    "failed": ("not solved", FAILED),
}


@dataclass(frozen=True, slots=True)
class Status:
    """How far an episode is.

    Attributes:
        step: steps taken.
        limit: step limit, None for none.
        progress: share of the goal's conditions that hold, 0..1.
        command: the last one, "" at the beginning.
        feedback: why it was not possible, "" if it was.
        outcome: how the episode ended, if it did.
    """

    step: int
    limit: int | None = None
    progress: float = 0.0
    command: str = ""
    feedback: str = ""
    outcome: Outcome = "playing"


def panel(
    image: NDArray[np.uint8] | None, text: str, *, mission: str, status: Status
) -> NDArray[np.uint8]:
    """Return image and text side by side, uint8 (`HEIGHT`, `WIDTH`, 3) whatever they are.

    Args:
        image: uint8 (H, W, 3), shown as large as it fits; None leaves its place to the text.
        text: what the world says; shrunk, and cut with an ellipsis where that is not enough.
        mission: the goal in words.
        status: how far the episode is.
    """
    canvas = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    left = MARGIN
    if image is not None:
        _show(canvas, image)
        left += IMAGE_SIDE + GUTTER
    page = _Page(ImageDraw.Draw(canvas), left, WIDTH - MARGIN)
    _write_mission(page, mission)
    _write_command(page, status)
    _write_text(page, text)
    _write_status(page, status)
    return np.array(canvas)


def inset(image: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an image with a small version of another one in its upper right corner, framed.

    Args:
        image: uint8 (H, W, 3).
        other: uint8 (h, w, 3), shrunk to `INSET` of the width.
    """
    width = round(image.shape[1] * INSET)
    height = round(width * other.shape[0] / other.shape[1])
    small = Image.fromarray(other).resize((width, height), Image.Resampling.LANCZOS)
    result: NDArray[np.uint8] = image.copy()
    result[: height + INSET_FRAME, -width - INSET_FRAME :] = 255
    result[:height, -width:] = np.array(small)
    return result


class _Page:
    """A column that is written from top to bottom.

    Attributes:
        left, right: the column's sides.
        y: where the next line goes.
    """

    def __init__(self, draw: ImageDraw.ImageDraw, left: int, right: int) -> None:
        self.draw = draw
        self.left, self.right = left, right
        self.y = MARGIN - 2

    @property
    def width(self) -> int:
        return self.right - self.left

    def write(self, lines: Iterable[str], size: int, colour: str) -> None:
        for line in lines:
            self.draw.text((self.left, self.y), line, colour, _font(size))
            self.y += _line_height(size)

    def rule(self) -> None:
        self.draw.line((self.left, self.y, self.right, self.y), RULE)


def _show(canvas: Image.Image, image: NDArray[np.uint8]) -> None:
    """Put an image into its frame, its pixels kept square and sharp."""
    frame = (MARGIN, MARGIN, MARGIN + IMAGE_SIDE, MARGIN + IMAGE_SIDE)
    canvas.paste(FRAME, frame)
    height, width = image.shape[:2]
    scale = IMAGE_SIDE / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    # Larger than its frame, nearest neighbour would drop whole rows.
    filter_ = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.BOX
    shown = Image.fromarray(image).resize(size, filter_)
    canvas.paste(
        shown, (MARGIN + (IMAGE_SIDE - size[0]) // 2, MARGIN + (IMAGE_SIDE - size[1]) // 2)
    )


def _write_mission(page: _Page, mission: str) -> None:
    page.write(["mission"], LABEL_FONT, MUTED)
    page.write(_fitted(mission, MISSION_FONT, page.width, MISSION_LINES), MISSION_FONT, INK)
    page.y += 9
    page.rule()
    page.y += 10


def _write_command(page: _Page, status: Status) -> None:
    if status.command:
        command = _fitted(f"> {status.command}", COMMAND_FONT, page.width, 1)
        page.write(command, COMMAND_FONT, ACCENT)
        page.y += 3
    if status.feedback:
        page.write(_fitted(status.feedback, STATUS_FONT, page.width, 2), STATUS_FONT, WARNING)
        page.y += 6


def _write_text(page: _Page, text: str) -> None:
    room = FOOTER - 8 - page.y
    for size in TEXT_FONTS:
        lines = list(_wrapped(text, size, page.width))
        if len(lines) * _line_height(size) <= room:
            break
    page.write(_cut(lines, room // _line_height(size), size, page.width), size, INK)


def _write_status(page: _Page, status: Status) -> None:
    page.y = FOOTER
    page.rule()
    y = FOOTER + 8
    limit = "" if status.limit is None else f" of {status.limit}"
    page.draw.text((page.left, y), f"step {status.step}{limit}", MUTED, _font(STATUS_FONT))
    word, colour = OUTCOMES[status.outcome]
    share = f"goal {status.progress:.0%}"
    page.draw.text((page.right, y), word or share, colour, _font(STATUS_FONT), anchor="ra")
    bar = (page.left, HEIGHT - MARGIN - 5, page.right, HEIGHT - MARGIN)
    page.draw.rounded_rectangle(bar, 2, FRAME)
    done = round(page.width * min(max(status.progress, 0.0), 1.0))
    if done > 4:
        fill = ACCENT if status.outcome == "playing" else colour
        page.draw.rounded_rectangle((bar[0], bar[1], bar[0] + done, bar[3]), 2, fill)


def _fitted(text: str, size: int, width: int, most: int) -> list[str]:
    return _cut(list(_wrapped(text, size, width)), most, size, width)


def _cut(lines: list[str], most: int, size: int, width: int) -> list[str]:
    """Return at most so many lines; an ellipsis tells that there were more."""
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while _length(f"{last} ...", size) > width:
        last = last.rpartition(" ")[0] or last[:-1]
    return [*lines[: most - 1], f"{last} ...".lstrip()]


def _wrapped(text: str, size: int, width: int) -> Iterator[str]:
    """Yield lines no wider than `width` pixels; words that are wider are broken."""
    space = _length(" ", size)
    for paragraph in text.strip().split("\n"):
        line, length = "", 0.0
        for word in _pieces(paragraph, size, width):
            more = _length(word, size)
            if line and length + space + more > width:
                yield line
                line, length = word, more
            else:
                line, length = (f"{line} {word}", length + space + more) if line else (word, more)
        yield line


def _pieces(paragraph: str, size: int, width: int) -> Iterator[str]:
    for word in paragraph.split():
        while len(word) > 1 and _length(word, size) > width:
            end = (
                bisect_right(range(len(word)), width, key=lambda i: ceil(_length(word[:i], size)))
                - 1
            )
            yield word[: max(end, 1)]
            word = word[max(end, 1) :]
        yield word


def _line_height(size: int) -> int:
    return round(size * LINE_HEIGHT)


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)


@lru_cache(8192)
def _length(text: str, size: int) -> float:
    return _font(size).getlength(text)
