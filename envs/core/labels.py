"""Name tags drawn beside what an image shows.

A tag never covers the thing that it names, another tag, or anything small. Of a large thing, tags
of others may cover a sixth in all: in a full picture there is no other place. A tag that finds no
place is left out; large things choose first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Mask: TypeAlias = NDArray[np.bool_]
Pixels: TypeAlias = NDArray[np.int64]
Box: TypeAlias = tuple[int, int, int, int]
"""Top, left, bottom, right, in pixels; bottom and right are not included."""

FONT_SIZES = ((96, (7,)), (160, (9, 7)), (224, (10, 8)), (384, (11, 9)))
"""Font sizes to try, by the image's shorter side: the first line whose side is not exceeded."""
LARGE_FONT_SIZES = (14, 11)

PAPER, INK = (252, 251, 247), (28, 32, 40)
LINE_ON_DARK, LINE_ON_LIGHT = PAPER, INK

COVERABLE = 6
"""One `COVERABLE`th of a large thing may be covered."""
LONGEST_LINE = 96
LINE_COST = 16
"""Of each pixel of a line, as much again where it crosses something; also of a pixel's distance."""
TRIES = 24
"""Places looked at closely, in one size."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that has found its place.

    Attributes:
        label: id of what it names.
        name: what it says.
        size: size of its font.
        box: its pixels.
        line: pixels (y, x) of the line to what it names; empty where it stands right beside it.
    """

    label: int
    name: str
    size: int
    box: Box
    line: tuple[tuple[int, int], ...]


def draw_labels(
    image: NDArray[np.uint8], segmentation: NDArray[np.int32], names: Mapping[int, str]
) -> NDArray[np.uint8]:
    """Return a copy of an image with name tags beside what it shows.

    Args:
        image: uint8 (H, W, 3).
        segmentation: int32 (H, W), the id of what each pixel shows.
        names: id to name; ids that are not in it stand for background.

    Raises:
        ValueError: image and segmentation do not fit together.
    """
    if image.shape != (*segmentation.shape, 3):
        raise ValueError(
            f"an image of shape {image.shape} and a segmentation of shape {segmentation.shape}"
            " do not belong together; give (H, W, 3) and (H, W)."
        )
    drawn: NDArray[np.uint8] = image.copy()
    for tag in place_tags(segmentation, names):
        if tag.line:
            ys, xs = np.array(tag.line).T
            is_dark = image[ys, xs].mean(-1, keepdims=True) < 128
            drawn[ys, xs] = np.where(is_dark, LINE_ON_DARK, LINE_ON_LIGHT)
        top, left, bottom, right = tag.box
        drawn[top:bottom, left:right] = _tag_image(tag.name, tag.size)
    return drawn


def place_tags(segmentation: NDArray[np.int32], names: Mapping[int, str]) -> list[Tag]:
    """Return the tags that find a place, the largest thing's first.

    Args:
        segmentation: int32 (H, W), the id of what each pixel shows.
        names: id to name; ids that are not in it stand for background.
    """
    if not segmentation.size:
        return []
    ids, counts = np.unique(segmentation, return_counts=True)
    named = {
        int(label): int(count)
        for label, count in zip(ids, counts, strict=True)
        if names.get(int(label))
    }
    enough = min(segmentation.shape) // 8
    seen = [label for label, count in named.items() if count >= enough]
    sizes = _font_sizes(segmentation)
    largest = max((_tag_image(names[label], sizes[0])[..., 0].size for label in seen), default=0)
    ground = _Ground(segmentation, named, largest)
    tags = []
    for label in sorted(seen, key=lambda label: (-named[label], label)):
        tag = _placed(ground, label, names[label], sizes)
        if tag is not None:
            ground.take(tag)
            tags.append(tag)
    return tags


class _Ground:
    """What may be covered, and how much of it is left.

    Args:
        segmentation: int32 (H, W).
        counts: id to pixels of all that is named and seen.
        largest: pixels of the largest tag.

    Attributes:
        closed: pixels that no tag may cover.
        barred: pixels that no line may cross.
        owned: pixels of named things; covering one of these costs more than background.
        reach: pixels that a line may have.
    """

    def __init__(
        self, segmentation: NDArray[np.int32], counts: Mapping[int, int], largest: int
    ) -> None:
        self.segmentation = segmentation
        self.reach = min(min(segmentation.shape) // 2, LONGEST_LINE)
        self.owned: Mask = np.isin(segmentation, np.array([*counts], segmentation.dtype))
        self._left = {label: count // COVERABLE for label, count in counts.items()}
        # A thing is closed while there is still room for one more, so none is ever too much.
        self._for_tag = largest + self.reach
        self.closed = self._with_less_than(self._for_tag)
        self.barred = self._with_less_than(self.reach)

    def take(self, tag: Tag) -> None:
        """Close the place of a tag, with a pixel around it."""
        top, left, bottom, right = tag.box
        self._count(self.segmentation[top:bottom, left:right])
        around = (slice(max(top - 1, 0), bottom + 1), slice(max(left - 1, 0), right + 1))
        self.closed[around] = self.barred[around] = True
        if tag.line:
            ys, xs = np.array(tag.line).T
            self._count(self.segmentation[ys, xs])
            self.closed[ys, xs] = self.barred[ys, xs] = True

    def _count(self, covered: NDArray[np.int32]) -> None:
        for label, count in zip(*np.unique(covered, return_counts=True), strict=True):
            before = self._left.get(int(label), 0)
            after = self._left[int(label)] = before - int(count)
            if before >= self._for_tag > after:
                self.closed |= self.segmentation == label
            if before >= self.reach > after:
                self.barred |= self.segmentation == label

    def _with_less_than(self, room: int) -> Mask:
        full = [label for label, left in self._left.items() if left < room]
        return np.isin(self.segmentation, np.array(full, self.segmentation.dtype))


def _placed(ground: _Ground, label: int, name: str, sizes: Sequence[int]) -> Tag | None:
    """Return the best place of one tag in the largest font that has one, None if there is none."""
    mask = ground.segmentation == label
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    thing = (int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    blocked, barred = ground.closed | mask, ground.barred | mask
    edge = _edge(mask, thing)
    for size in sizes:
        height, width = _tag_image(name, size).shape[:2]
        best: tuple[int, Tag] | None = None
        for cost, top, left in _candidates(ground, blocked, thing, height, width):
            box = (top, left, top + height, left + width)
            line = _line(box, edge)
            if len(line) > ground.reach or any(barred[pixel] for pixel in line):
                continue
            cost += LINE_COST * sum(1 + int(ground.owned[pixel]) for pixel in line)
            if best is None or cost < best[0]:
                shown = tuple(line) if len(line) > 1 else ()
                best = cost, Tag(label, name, size, box, shown)
            if not line:
                break  # all others are further away
        if best is not None:
            return best[1]
    return None


def _candidates(
    ground: _Ground, blocked: Mask, thing: Box, height: int, width: int
) -> Iterator[tuple[int, int, int]]:
    """Yield cost and corner (top, left) of places that are free, the cheapest first.

    Whole numbers only, and the first of equals, so that every machine agrees.
    """
    row0, row1 = _window(thing[0], thing[2], ground.reach + height, blocked.shape[0])
    column0, column1 = _window(thing[1], thing[3], ground.reach + width, blocked.shape[1])
    if row1 - row0 < height or column1 - column0 < width:
        return
    part = (slice(row0, row1), slice(column0, column1))
    area = height * width
    weights = ground.owned[part] + blocked[part] * np.int32(area + 1)
    covered = _window_sums(weights, height, width)
    along_y = _distance(row0 + np.arange(covered.shape[0]), height, thing[0], thing[2])
    along_x = _distance(column0 + np.arange(covered.shape[1]), width, thing[1], thing[3])
    cost = along_y[:, None] + along_x[None, :] + 128 * covered // area
    never = np.iinfo(cost.dtype).max
    cost[covered > area] = never
    for _ in range(TRIES):
        y, x = divmod(int(cost.argmin()), cost.shape[1])
        if cost[y, x] == never:
            return
        yield int(cost[y, x]), row0 + y, column0 + x
        near_y = slice(max(y - height // 2, 0), y + height // 2 + 1)
        near_x = slice(max(x - width // 4, 0), x + width // 4 + 1)
        cost[near_y, near_x] = never


def _window(low: int, high: int, margin: int, end: int) -> tuple[int, int]:
    return max(low - margin, 0), min(high + margin, end)


def _distance(starts: Pixels, length: int, low: int, high: int) -> NDArray[np.int32]:
    """Return what a tag's distance from its thing costs along one axis, for each start of it."""
    gap = np.maximum(np.maximum(low - starts - length, starts - high), 0)
    off_centre = abs(2 * starts + length - low - high)
    return (LINE_COST * gap + off_centre).astype(np.int32)


def _window_sums(weights: NDArray[np.int32], height: int, width: int) -> NDArray[np.int32]:
    """Return the sum of each window of a size, by its corner.

    The running sums may wrap around; their differences are right all the same.
    """
    sums = np.zeros((weights.shape[0] + 1, weights.shape[1] + 1), np.int32)
    np.cumsum(weights, 0, dtype=np.int32, out=sums[1:, 1:])
    np.cumsum(sums, 1, dtype=np.int32, out=sums)
    rows: NDArray[np.int32] = sums[height:] - sums[:-height]
    return rows[:, width:] - rows[:, :-width]


def _edge(mask: Mask, thing: Box) -> tuple[Pixels, Pixels]:
    """Return rows and columns of a thing's pixels that have a neighbour outside of it."""
    top, left, bottom, right = thing
    padded = np.pad(mask[top:bottom, left:right], 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    ys, xs = np.nonzero(padded[1:-1, 1:-1] & ~inner)
    return ys + top, xs + left


def _line(box: Box, edge: tuple[Pixels, Pixels]) -> list[tuple[int, int]]:
    """Return the pixels between a tag and the nearest pixel of its thing, neither included."""
    top, left, bottom, right = box
    ys, xs = edge
    starts_y, starts_x = np.clip(ys, top, bottom - 1), np.clip(xs, left, right - 1)
    nearest = int(((ys - starts_y) ** 2 + (xs - starts_x) ** 2).argmin())
    y0, x0 = int(starts_y[nearest]), int(starts_x[nearest])
    dy, dx = int(ys[nearest]) - y0, int(xs[nearest]) - x0
    steps = max(abs(dy), abs(dx))
    # Halves are rounded up, which is exact in whole numbers.
    return [
        (y0 + (2 * dy * i + steps) // (2 * steps), x0 + (2 * dx * i + steps) // (2 * steps))
        for i in range(1, steps)
    ]


def _font_sizes(segmentation: NDArray[np.int32]) -> tuple[int, ...]:
    side = min(segmentation.shape)
    return next((sizes for limit, sizes in FONT_SIZES if side <= limit), LARGE_FONT_SIZES)


@lru_cache(1024)
def _tag_image(name: str, size: int) -> NDArray[np.uint8]:
    """Return a tag as it is drawn, uint8 (h, w, 3), read-only."""
    font = ImageFont.load_default(size=size)
    # From the tallest to the deepest letter, so that all tags of a size are equally high.
    _, top, _, bottom = font.getbbox("dgy")
    left, _, right, _ = font.getbbox(name)
    pad = 1 if size < 10 else 2
    shape = (int(right - left) + 2 * pad, int(bottom - top) + 2 * pad)
    picture = Image.new("RGB", shape, PAPER)
    ImageDraw.Draw(picture).text((pad - left, pad - top), name, INK, font)
    drawn = np.array(picture)
    drawn.flags.writeable = False
    return drawn
