"""Captioners: what images show, in words."""

from crossworld.wrappers.captioners.base import (
    Caption,
    Captioner,
    CaptionerError,
    CaptionerUnavailableError,
    Scene,
)
from crossworld.wrappers.captioners.oracle import NoisyCaptioner, OracleCaptioner
from crossworld.wrappers.captioners.registry import CAPTIONERS, make_captioner

__all__ = [
    "CAPTIONERS",
    "Caption",
    "Captioner",
    "CaptionerError",
    "CaptionerUnavailableError",
    "NoisyCaptioner",
    "OracleCaptioner",
    "Scene",
    "make_captioner",
]
