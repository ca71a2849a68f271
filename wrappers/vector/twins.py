"""The vector twins: each is the rule of the wrapper of the same name, for all slots.

What they do and what their arguments mean is told by the wrappers in `crossworld.wrappers`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from gymnasium.vector import VectorEnv
from numpy.typing import NDArray

from crossworld.wrappers.actions import ChoiceRule, ParseRule
from crossworld.wrappers.captioners.base import Captioner
from crossworld.wrappers.captions import CaptionRule
from crossworld.wrappers.embeddings import Embedder, EmbedRule
from crossworld.wrappers.keys import SelectRule
from crossworld.wrappers.masks import MaskRule
from crossworld.wrappers.noise import CropRule, TokenRule
from crossworld.wrappers.prompts import PromptRule
from crossworld.wrappers.rewards import PenaltyRule, ProgressRule, SubgoalRule
from crossworld.wrappers.tokens import WORLD, Tokenizer, TokensRule
from crossworld.wrappers.vector.wrapper import RuleVectorWrapper

Envs: TypeAlias = VectorEnv[Any, Any, NDArray[Any]]


class ImageCropNoise(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.ImageCropNoise`."""

    def __init__(self, env: Envs, rate: float, per_step_prob: float = 1.0) -> None:
        super().__init__(env, CropRule, rate=rate, per_step_prob=per_step_prob)


class TextTokenNoise(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.TextTokenNoise`."""

    def __init__(self, env: Envs, rate: float, vocabulary: Sequence[str] | None = None) -> None:
        super().__init__(env, TokenRule, rate=rate, vocabulary=vocabulary)


class CaptionObservation(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.CaptionObservation`."""

    def __init__(
        self,
        env: Envs,
        captioner: str | Captioner,
        arguments: Mapping[str, Any] | None = None,
        key: str = "text",
        image: str = "image",
        matching: str | None = None,
    ) -> None:
        super().__init__(
            env,
            CaptionRule,
            captioner=captioner,
            arguments=arguments,
            key=key,
            image=image,
            matching=matching,
        )


class PromptObservation(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.PromptObservation`."""

    def __init__(
        self,
        env: Envs,
        template: str = "text",
        history: int = 5,
        admissible: bool = True,
        image_slot: str = "<image>",
    ) -> None:
        super().__init__(
            env,
            PromptRule,
            template=template,
            history=history,
            admissible=admissible,
            image_slot=image_slot,
        )


class TokenizeText(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.TokenizeText`."""

    def __init__(
        self,
        env: Envs,
        keys: Sequence[str] | None = None,
        tokenizer: str | Tokenizer = WORLD,
        max_tokens: int = 256,
        mask: bool = False,
        size: int | None = None,
    ) -> None:
        super().__init__(
            env,
            TokensRule,
            keys=keys,
            tokenizer=tokenizer,
            max_tokens=max_tokens,
            mask=mask,
            size=size,
        )


class EmbedText(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.EmbedText`."""

    def __init__(
        self,
        env: Envs,
        keys: Sequence[str] | None = None,
        embedder: str | Embedder = "hashing",
        arguments: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(env, EmbedRule, keys=keys, embedder=embedder, arguments=arguments)


class SelectKeys(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.SelectKeys`."""

    def __init__(self, env: Envs, keys: str | Sequence[str]) -> None:
        super().__init__(env, SelectRule, keys=keys)


class ParseTextAction(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.ParseTextAction`."""

    def __init__(self, env: Envs, ambiguous: str = "refuse") -> None:
        super().__init__(env, ParseRule, ambiguous=ambiguous)


class DiscretizeTextAction(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.DiscretizeTextAction`."""

    def __init__(self, env: Envs, commands: Sequence[str]) -> None:
        super().__init__(env, ChoiceRule, commands=commands)


class ActionMaskObservation(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.ActionMaskObservation`."""

    def __init__(self, env: Envs, key: str = "action_mask") -> None:
        super().__init__(env, MaskRule, key=key)


class GoalConditionReward(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.GoalConditionReward`."""

    def __init__(self, env: Envs, weight: float = 1.0) -> None:
        super().__init__(env, ProgressRule, weight=weight)


class InvalidActionPenalty(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.InvalidActionPenalty`."""

    def __init__(self, env: Envs, penalty: float = 0.1) -> None:
        super().__init__(env, PenaltyRule, penalty=penalty)


class SubgoalReward(RuleVectorWrapper):
    """Vector twin of `crossworld.wrappers.SubgoalReward`."""

    def __init__(
        self,
        env: Envs,
        captioner: str | Captioner,
        threshold: float | None = None,
        subgoals: Sequence[str] | None = None,
        arguments: Mapping[str, Any] | None = None,
        bonus: float = 1.0,
        ordered: bool = True,
        image: str = "image",
    ) -> None:
        super().__init__(
            env,
            SubgoalRule,
            captioner=captioner,
            threshold=threshold,
            subgoals=subgoals,
            arguments=arguments,
            bonus=bonus,
            ordered=ordered,
            image=image,
        )
