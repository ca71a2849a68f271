"""The wrappers for vectors of environments; each does what its scalar twin of the same name does."""

from crossworld.wrappers.vector.datasets import RecordMinari
from crossworld.wrappers.vector.twins import (
    ActionMaskObservation,
    CaptionObservation,
    DiscretizeTextAction,
    EmbedText,
    GoalConditionReward,
    ImageCropNoise,
    InvalidActionPenalty,
    ParseTextAction,
    PromptObservation,
    SelectKeys,
    SubgoalReward,
    TextTokenNoise,
    TokenizeText,
)

__all__ = [
    "ActionMaskObservation",
    "CaptionObservation",
    "DiscretizeTextAction",
    "EmbedText",
    "GoalConditionReward",
    "ImageCropNoise",
    "InvalidActionPenalty",
    "ParseTextAction",
    "PromptObservation",
    "RecordMinari",
    "SelectKeys",
    "SubgoalReward",
    "TextTokenNoise",
    "TokenizeText",
]
