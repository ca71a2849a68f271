"""Chat models by name, made once per process."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from crossworld.wrappers.chat.base import ChatError, ChatModel

ENDPOINT = "openai:"
"""What stands before the name of a model behind an OpenAI-compatible endpoint."""

NAMES = (
    "'scripted', 'text-lm', 'openai:MODEL', or the folder of a model that was saved with"
    " save_pretrained"
)


def chat_model(name: str, **kwargs: Any) -> ChatModel:
    """Return a chat model. Asked again with the same arguments, it returns the same one.

    Args:
        name: "scripted", a heuristic (see `ScriptedChatModel`); "text-lm", the small text model
            that comes with the package; "openai:MODEL", a model behind any endpoint that speaks
            OpenAI's protocol; or the folder of a model of transformers.
        **kwargs: for a folder and "text-lm": those of `LocalChatModel`. For "openai:MODEL": those of
            `EndpointChatModel`, such as `base_url`; and `cache`, a file that answers are kept in;
            `max_cost` in US dollars and `max_tokens_total`, after which nothing more is asked, and
            `account`, a file in which the spent sums are kept beyond this process.

    Raises:
        ChatError: there is no such model, or it does not take these arguments.
        gymnasium.error.DependencyNotInstalled: a library is missing.
    """
    try:
        return _made(name, tuple(sorted((key, _hashable(v)) for key, v in kwargs.items())))
    except TypeError as error:
        raise ChatError(f"model {name!r}: {error}. Given were {kwargs}.") from error


def resolved(model: str | ChatModel, kwargs: Mapping[str, Any] | None) -> ChatModel:
    """Return the chat model that was named, or given.

    Raises:
        ChatError: there is none, or arguments were given for one that is made already.
    """
    if isinstance(model, str):
        return chat_model(model, **(kwargs or {}))
    if kwargs:
        raise ChatError(f"model_kwargs={dict(kwargs)!r}: a model that is made takes none.")
    if not callable(getattr(model, "complete", None)):
        raise ChatError(f"model: a {type(model).__name__} is none; give {NAMES}, or a ChatModel.")
    return model


@lru_cache(maxsize=8)
def _made(name: str, arguments: tuple[tuple[str, Any], ...]) -> ChatModel:
    kwargs = dict(arguments)
    if name == "scripted":
        from crossworld.agents.language.scripted import ScriptedChatModel

        return ScriptedChatModel(**kwargs)
    if name == "text-lm":
        from crossworld.agents.text_lm import default_folder
        from crossworld.wrappers.chat.local import LocalChatModel

        return LocalChatModel(default_folder(), **kwargs)
    if name.startswith(ENDPOINT):
        return _endpoint(name.removeprefix(ENDPOINT), kwargs)
    if Path(name).is_dir():
        from crossworld.wrappers.chat.local import LocalChatModel

        return LocalChatModel(name, **kwargs)
    raise ChatError(f"model {name!r} does not exist; give {NAMES}.")


def _endpoint(name: str, kwargs: dict[str, Any]) -> ChatModel:
    """Return a remote model behind its cache and its budget: what is cached costs nothing."""
    from crossworld.wrappers.chat.budget import BudgetedChatModel
    from crossworld.wrappers.chat.cache import CachedChatModel
    from crossworld.wrappers.chat.endpoint import EndpointChatModel

    cache, account = kwargs.pop("cache", None), kwargs.pop("account", None)
    limits = (kwargs.pop("max_tokens_total", None), kwargs.pop("max_cost", None))
    model: ChatModel = EndpointChatModel(name, **kwargs)
    if limits != (None, None) or account is not None:
        model = BudgetedChatModel(model, account, max_tokens=limits[0], max_cost=limits[1])
    return model if cache is None else CachedChatModel(model, cache)


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list | tuple) else value
