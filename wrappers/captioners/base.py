"""What a captioner is: images in, scored statements out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.errors import CrossworldError

Images: TypeAlias = Sequence[NDArray[np.uint8]] | NDArray[np.uint8]
"""Images, uint8 (H, W, 3) each: a sequence of them, or one array (n, H, W, 3)."""


class CaptionerError(CrossworldError, ValueError):
    """A captioner that cannot be made as asked, or cannot caption what it is given, and why."""


class CaptionerUnavailableError(CrossworldError, ConnectionError):
    """A model behind a network that did not answer, or answered nonsense, after all retries."""


class Caption(NamedTuple):
    """One statement about an image.

    Attributes:
        text: the statement.
        score: how sure the captioner is; higher is surer. Its scale is the captioner's own.
    """

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known beside an image.

    Attributes:
        statements: the candidates: what could be said of the image, sorted.
        truth: says which of these are true; for captioners that stand for perfect or flawed eyes.
        generator: for captioners that draw random numbers.
    """

    statements: Sequence[str]
    truth: Callable[[], Sequence[str]]
    generator: np.random.Generator


class Captioner(Protocol):
    """Says what images show.

    A captioner that chooses among candidates takes them as a second argument, `scenes`: a sequence
    with one `Scene` an image. Whoever calls it gives them if the parameter is there.
    """

    def caption(self, images: Images) -> list[list[Caption]]:
        """Return the captions of each image, surest first."""


def check_images(images: Images) -> list[NDArray[np.uint8]]:
    """Return the images as a list.

    Raises:
        CaptionerError: one is no uint8 array (H, W, 3).
    """
    listed: list[Any] = list(images)
    for number, image in enumerate(listed):
        shape, dtype = getattr(image, "shape", None), getattr(image, "dtype", None)
        if dtype != np.uint8 or shape is None or len(shape) != 3 or shape[2] != 3 or 0 in shape:
            found = type(image).__name__ if shape is None else f"{dtype} {tuple(shape)}"
            raise CaptionerError(
                f"image {number}: {found} is no uint8 (H, W, 3) picture; give a list of them or one"
                " array (n, H, W, 3)."
            )
    return listed
