"""Chat models: what language models are asked through, and what their answers cost."""

from crossworld.wrappers.chat.base import (
    BudgetExceededError,
    ChatError,
    ChatModel,
    ChatUnavailableError,
    Completion,
    Message,
    Role,
    Sampling,
    Usage,
)
from crossworld.wrappers.chat.budget import BudgetedChatModel
from crossworld.wrappers.chat.cache import CachedChatModel
from crossworld.wrappers.chat.endpoint import EndpointChatModel
from crossworld.wrappers.chat.local import LocalChatModel
from crossworld.wrappers.chat.replay import RecordedChatModel, ReplayedChatModel

__all__ = [
    "BudgetExceededError",
    "BudgetedChatModel",
    "CachedChatModel",
    "ChatError",
    "ChatModel",
    "ChatUnavailableError",
    "Completion",
    "EndpointChatModel",
    "LocalChatModel",
    "Message",
    "RecordedChatModel",
    "ReplayedChatModel",
    "Role",
    "Sampling",
    "Usage",
]
