"""Captioners that know the state: perfect eyes, and eyes as bad as one likes."""

from collections.abc import Sequence

from crossworld.wrappers.captioners.base import (
    Caption,
    CaptionerError,
    Images,
    Scene,
    check_images,
)
from crossworld.wrappers.rule import share


class OracleCaptioner:
    """Says all candidates that are true, with score 1.

    It stands for a perfect eye and reads the state, not the image: what no image could show is said as
    well, unless the candidates leave it out.
    """

    def caption(self, images: Images, scenes: Sequence[Scene] | None = None) -> list[list[Caption]]:
        """Return the true statements of each scene, in the order of its candidates.

        Raises:
            CaptionerError: there are no scenes, not one an image, or an image is none.
        """
        return [
            [Caption(statement, 1.0) for statement in true_of(scene)]
            for scene in scenes_of(images, scenes, "OracleCaptioner")
        ]


class NoisyCaptioner:
    """Says true candidates and false ones, at a precision and a recall that one sets.

    Each true statement is said with probability `recall`. Each false one is said with the
    probability that makes the expected number of false ones what the precision asks for; where there
    are too few false candidates for that, all of them are said. Errors are drawn anew for every image,
    from the random numbers of the wrapper. So the error of a captioner can be swept without one: Di
    Palo et al. (2023, arXiv 2307.09668) name precision as what matters.

    Args:
        precision: expected share of what is said that is true, above 0 to 1.
        recall: expected share of what is true that is said, 0 to 1.

    Raises:
        ValueError: one is out of range.
    """

    def __init__(self, precision: float, recall: float) -> None:
        self._precision = share("precision", precision, "NoisyCaptioner")
        self._recall = share("recall", recall, "NoisyCaptioner")
        if self._precision == 0:
            raise ValueError("NoisyCaptioner: precision=0 would have no end of false captions.")

    def caption(self, images: Images, scenes: Sequence[Scene] | None = None) -> list[list[Caption]]:
        """Return statements of each scene, in the order of its candidates, with score 1.

        Raises:
            CaptionerError: there are no scenes, not one an image, or an image is none.
        """
        return [self._said(scene) for scene in scenes_of(images, scenes, "NoisyCaptioner")]

    def _said(self, scene: Scene) -> list[Caption]:
        true = set(true_of(scene))
        false = len(scene.statements) - len(true)
        # Of T true ones T * recall are said; so many false ones give that share of true ones.
        wrong = len(true) * self._recall * (1 - self._precision) / self._precision
        chance = min(1.0, wrong / false) if false else 0.0
        draws = scene.generator.random(len(scene.statements))
        return [
            Caption(statement, 1.0)
            for statement, draw in zip(scene.statements, draws, strict=True)
            if draw < (self._recall if statement in true else chance)
        ]


def true_of(scene: Scene) -> list[str]:
    """Return the candidates of a scene that are true, in their order."""
    true = set(scene.truth())
    return [statement for statement in scene.statements if statement in true]


def scenes_of(images: Images, scenes: Sequence[Scene] | None, captioner: str) -> Sequence[Scene]:
    """Return the scenes that belong to images.

    Raises:
        CaptionerError: there are none, not one an image, or an image is none.
    """
    count = len(check_images(images))
    if scenes is None:
        raise CaptionerError(
            f"{captioner} reads states, not images: give scenes, as CaptionObservation does."
        )
    if len(scenes) != count:
        raise CaptionerError(f"{captioner}: {count} images and {len(scenes)} scenes; give as many.")
    return scenes
