"""EMMA-noise-v0: images cropped at random, words of the text replaced at random.

Yang et al., "Embodied Multi-Modal Agent trained by an LLM from a Parallel TextWorld" (CVPR 2024, arXiv
2311.16714), section 3.3, perturbs observations "at a specific noise rate": an image by cropping a random
part and resizing it, a text by replacing random tokens. What the rate is a rate of, how the
vocabulary is made and whether the task sentence is touched, the paper leaves open and no code
was released; the definitions here are ours, and `VERSION` names them.
"""

import re
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from numba import njit
from numpy.typing import NDArray

from crossworld.envs.core.spaces import fit_text
from crossworld.envs.core.words import MISSION_MARK
from crossworld.wrappers.rule import Moment, Rule, Site, needs, share
from crossworld.wrappers.wrapper import RuleWrapper

VERSION = "EMMA-noise-v0"
"""Name of the definition of both kinds of noise; any change of it gets a new number."""

_TOKEN = re.compile(r"\S+")


class ImageCropNoise(RuleWrapper):
    """Shows a random part of each image, enlarged to the image's size (EMMA-noise-v0).

    The part has `1 - rate` of the image's area and its shape, to whole pixels and at least one; its
    place is uniform. It is enlarged bilinearly. Every image of an observation has a part of its own;
    depth and segmentation stay as they are, and so does the state, for scoring.

    Vector twin: `crossworld.wrappers.vector.ImageCropNoise`. Source: see the module.

    Args:
        env: an environment whose observation has images, uint8 (H, W, 3).
        rate: share of the area that is cut away, 0 to 1.
        per_step_prob: probability that a step's observation is touched at all, 0 to 1.

    Raises:
        ValueError: an argument is out of range, or there are no images.

    Example:
        >>> import gymnasium as gym, crossworld
        >>> from crossworld.wrappers import ImageCropNoise
        >>> env = ImageCropNoise(gym.make("crossworld/Household-v0"), rate=0.2)
        >>> env.reset(seed=0)[0]["image"].shape
        (128, 128, 3)
    """

    def __init__(self, env: gym.Env[Any, Any], rate: float, per_step_prob: float = 1.0) -> None:
        super().__init__(env, CropRule, rate=rate, per_step_prob=per_step_prob)


class TextTokenNoise(RuleWrapper):
    """Replaces random words of the text by words of the world's vocabulary (EMMA-noise-v0).

    Each white-space token of `text` is replaced with probability `rate`, independently, by a token
    drawn uniformly from the vocabulary (which may be the same one). White space stays. Neither the
    `mission` is touched nor the task sentence that ends an opening text.

    Vector twin: `crossworld.wrappers.vector.TextTokenNoise`. Source: see the module.

    Args:
        env: an environment whose observation has `text`.
        rate: probability that a token is replaced, 0 to 1.
        vocabulary: the tokens to draw from; None for the world's `vocabulary()`.

    Raises:
        ValueError: an argument is out of range, there is no `text`, or the vocabulary is empty.
    """

    def __init__(
        self, env: gym.Env[Any, Any], rate: float, vocabulary: Sequence[str] | None = None
    ) -> None:
        super().__init__(env, TokenRule, rate=rate, vocabulary=vocabulary)


class CropRule(Rule):
    """See `ImageCropNoise`."""

    def __init__(self, site: Site, rate: float, per_step_prob: float = 1.0) -> None:
        super().__init__(site)
        self._kept = (1.0 - share("rate", rate, "ImageCropNoise")) ** 0.5
        self._prob = share("per_step_prob", per_step_prob, "ImageCropNoise")
        self._keys = image_keys(site.observation_space)
        if not self._keys:
            raise ValueError(
                "ImageCropNoise: the observation has no image, only"
                f" {', '.join(site.observation_space.spaces)}."
            )
        self.sees = frozenset(self._keys)
        self.shows = {key: site.observation_space[key] for key in self._keys}

    def change(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Crop the images."""
        for slot, moment in zip(slots, moments, strict=True):
            generator = self.site.generators[slot]
            # All draws are made whatever comes of them: a rate does not change another one's noise.
            draws = generator.random(1 + 2 * len(self._keys))
            if draws[0] >= self._prob:
                continue
            for number, key in enumerate(self._keys):
                moment.observation[key] = cropped(
                    moment.observation[key],
                    self._kept,
                    draws[1 + 2 * number],
                    draws[2 + 2 * number],
                )


class TokenRule(Rule):
    """See `TextTokenNoise`."""

    def __init__(self, site: Site, rate: float, vocabulary: Sequence[str] | None = None) -> None:
        super().__init__(site)
        needs(("text",), site.observation_space, "TextTokenNoise")
        self._rate = share("rate", rate, "TextTokenNoise")
        if isinstance(vocabulary, str):
            raise ValueError(
                f"TextTokenNoise: vocabulary={vocabulary[:40]!r}; give a list of words."
            )
        words = site.ask_once("vocabulary") if vocabulary is None else vocabulary
        self._vocabulary = [fit_text(str(word)) for word in words]
        if not self._vocabulary:
            raise ValueError("TextTokenNoise: the vocabulary is empty; give at least one word.")
        self.sees = frozenset({"text"})
        self.shows = {"text": site.observation_space["text"]}

    def change(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Replace words."""
        for slot, moment in zip(slots, moments, strict=True):
            observation = moment.observation
            observation["text"] = self._noisy(observation["text"], self.site.generators[slot])

    def _noisy(self, text: str, generator: np.random.Generator) -> str:
        said, mark, sentence = text.partition(MISSION_MARK)
        places = list(_TOKEN.finditer(said))
        chances = generator.random(len(places))
        picks = generator.integers(len(self._vocabulary), size=len(places)).tolist()
        parts, end = [], 0
        for number in (chances < self._rate).nonzero()[0].tolist():
            place = places[number]
            parts += [said[end : place.start()], self._vocabulary[picks[number]]]
            end = place.end()
        return fit_text("".join((*parts, said[end:], mark, sentence)))


def image_keys(space: gym.spaces.Dict) -> tuple[str, ...]:
    """Return the keys of the images of an observation, uint8 (H, W, 3), sorted."""
    return tuple(
        sorted(
            key
            for key, value in space.items()
            if isinstance(value, gym.spaces.Box)
            and value.dtype == np.uint8
            and value.shape[2:] == (3,)
        )
    )


def cropped(image: NDArray[np.uint8], side: float, u: float, v: float) -> NDArray[np.uint8]:
    """Return a part of an image, enlarged bilinearly to the image's size.

    Args:
        image: uint8 (H, W, 3).
        side: the part's height and width in those of the image, 0 to 1; at least a pixel is kept.
        u: where the part lies, 0 (top) to below 1 (bottom).
        v: where it lies, 0 (left) to below 1 (right).
    """
    height, width = image.shape[:2]
    h, w = max(1, round(height * side)), max(1, round(width * side))
    top, left = int(u * (height - h + 1)), int(v * (width - w + 1))
    enlarged: NDArray[np.uint8] = _enlarged(image, top, left, h, w)
    return enlarged


@njit(cache=True)
def _enlarged(image: Any, top: int, left: int, h: int, w: int) -> Any:
    """Enlarge a window; centres of pixels at halves, edges repeated, to 1/256 of a pixel."""
    height, width = image.shape[:2]
    columns = np.empty((width, 3), np.int32)
    for x in range(width):
        at = min(max(((2 * x + 1) * w * 128) // width - 128, 0), (w - 1) * 256)
        columns[x] = left + at // 256, left + min(at // 256 + 1, w - 1), at % 256
    # Rows first, then whole rows mixed: the second half runs on vectors of the processor.
    rows = np.empty((h, width * 3), np.int32)
    for y in range(h):
        line = image[top + y]
        for x in range(width):
            a, b, share_x = columns[x]
            for c in range(3):
                rows[y, 3 * x + c] = np.int32(line[a, c]) * (256 - share_x) + line[b, c] * share_x
    out = np.empty((height, width * 3), np.uint8)
    for y in range(height):
        at = min(max(((2 * y + 1) * h * 128) // height - 128, 0), (h - 1) * 256)
        upper, lower = rows[at // 256], rows[min(at // 256 + 1, h - 1)]
        share_y = np.int32(at % 256)
        rest = np.int32(256) - share_y
        for i in range(width * 3):
            out[y, i] = (upper[i] * rest + lower[i] * share_y + np.int32(32768)) >> np.int32(16)
    return out.reshape(image.shape)
