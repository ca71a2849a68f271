"""Wrappers that change what an environment shows, accepts or pays."""

if __name__ != "crossworld.wrappers":
    raise ImportError(
        f"imported as {__name__!r}, which makes a second copy: import 'crossworld.wrappers' instead"
    )

from crossworld.wrappers.actions import DiscretizeTextAction, ParseTextAction, collect_commands
from crossworld.wrappers.captions import CaptionObservation
from crossworld.wrappers.datasets import RecordMinari
from crossworld.wrappers.embeddings import EmbedText
from crossworld.wrappers.keys import SelectKeys
from crossworld.wrappers.masks import ActionMaskObservation
from crossworld.wrappers.noise import ImageCropNoise, TextTokenNoise
from crossworld.wrappers.prompts import PromptObservation
from crossworld.wrappers.recording import RecordAnimation
from crossworld.wrappers.rewards import GoalConditionReward, InvalidActionPenalty, SubgoalReward
from crossworld.wrappers.tokens import TokenizeText

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
    "RecordAnimation",
    "RecordMinari",
    "SelectKeys",
    "SubgoalReward",
    "TextTokenNoise",
    "TokenizeText",
    "collect_commands",
]
