"""Conversations as the Chat Completions API has them, and its answers read back.

Source: https://platform.openai.com/docs/api-reference/chat
"""

import base64
import io
import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossworld.wrappers.chat.base import ChatError, ChatUnavailableError, Message, Role, Sampling

CHARACTERS_A_TOKEN = 4
"""Of English text; https://help.openai.com/en/articles/4936856."""
PIXELS_A_TOKEN = 32 * 32
"""https://platform.openai.com/docs/guides/images-vision#calculating-costs."""

ABSURD = 2**53
"""More tokens than this are none."""


class MalformedAnswerError(ChatUnavailableError):
    """An answer came that cannot be read.

    Attributes:
        reason: why, in words that a model understands, too.
    """

    reason = ""


class Answer(NamedTuple):
    """What a server answered.

    Attributes:
        text: of the first choice; "" where the model came to its end before it said a word.
        refusal: the model's, if it refused.
        finish: why the text ends: "stop", "length", "content_filter"; "" if the server says nothing.
        model: which model answered; "" if the server says nothing.
        prompt_tokens, completion_tokens: as the server counts; None if it does not.
    """

    text: str
    refusal: str
    finish: str
    model: str
    prompt_tokens: int | None
    completion_tokens: int | None


class Unreadable(Exception):
    """A body that holds no answer; the message says why."""


def check_request(messages: Sequence[Message], sampling: Sampling) -> None:
    """Raise ChatError for what no server could be asked."""
    if not messages or messages[-1].role != "user":
        raise ChatError("messages: give at least one, the last one of them the user's.")
    for number, message in enumerate(messages):
        if message.role not in get_args(Role):
            raise ChatError(f"message {number}: role {message.role!r} is none of {get_args(Role)}.")
        if not isinstance(message.text, str) or not _is_utf8(message.text):
            raise ChatError(f"message {number}: {message.text!r:.80} cannot be written as UTF-8.")
        for image in message.images:
            check_image(image, f"message {number}")
    check_sampling(sampling)


def check_image(image: NDArray[np.uint8], where: str) -> None:
    """Raise ChatError for what is no uint8 (H, W, 3) array."""
    shape: tuple[int, ...] = getattr(image, "shape", ())
    dtype = getattr(image, "dtype", None)
    if dtype != np.uint8 or len(shape) != 3 or shape[2] != 3 or 0 in shape:
        found = f"{dtype} {tuple(shape)}" if dtype is not None else type(image).__name__
        raise ChatError(f"{where}: {found} is no image; give uint8 (H, W, 3) arrays.")


def check_sampling(sampling: Sampling) -> None:
    """Raise ChatError for values that no model takes."""
    if not (0 <= sampling.temperature < math.inf):
        raise ChatError(f"temperature {sampling.temperature!r}: give a finite number from 0 on.")
    if not isinstance(sampling.max_tokens, int | np.integer) or sampling.max_tokens < 1:
        raise ChatError(f"max_tokens {sampling.max_tokens!r}: give a whole number from 1 on.")
    if not isinstance(sampling.seed, int | np.integer):
        raise ChatError(f"seed {sampling.seed!r}: give a whole number.")
    if isinstance(sampling.stop, str) or not all(isinstance(s, str) and s for s in sampling.stop):
        raise ChatError(f"stop {sampling.stop!r}: give a tuple of texts, none of them empty.")


def to_wire(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Return messages as the API takes them, images as PNG in data URLs, before the text."""
    return [{"role": message.role, "content": _content(message)} for message in messages]


def read_answer(body: bytes) -> Answer:
    """Return the answer that a body holds.

    Servers are not trusted to keep to the schema: anything may come, even a page of HTML.

    Raises:
        Unreadable: it holds none.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("it was no whole JSON document") from None
    match document:
        case {"choices": [{"message": dict(message)} as choice, *_]}:
            finish, content, refusal = (
                _text(choice.get("finish_reason")),
                message.get("content"),
                _text(message.get("refusal")),
            )
        case _:
            raise Unreadable("it held no text")
    if not isinstance(content, str) and not refusal and finish not in ("length", "content_filter"):
        raise Unreadable("it held no text")
    usage = document.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    return Answer(
        text=_text(content),
        refusal=refusal,
        finish=finish,
        model=_text(document.get("model")),
        prompt_tokens=_count(counts.get("prompt_tokens")),
        completion_tokens=_count(counts.get("completion_tokens")),
    )


def cut(text: str, stop: Sequence[str]) -> str:
    """Return what stands before the first of the stops, without white space at its ends."""
    ends = [at for at in (text.find(word) for word in stop) if at >= 0]
    return text[: min(ends, default=len(text))].strip()


def estimate_prompt(messages: Sequence[Message]) -> int:
    """Return about how many tokens messages have, for servers that do not count."""
    pixels: int = sum(image.shape[0] * image.shape[1] for m in messages for image in m.images)
    return estimate_text("".join(m.text for m in messages)) + math.ceil(pixels / PIXELS_A_TOKEN)


def estimate_text(text: str) -> int:
    """Return about how many tokens a text has."""
    return math.ceil(len(text) / CHARACTERS_A_TOKEN)


def _content(message: Message) -> str | list[dict[str, Any]]:
    if not message.images:
        return message.text  # chat templates of models without eyes know nothing of parts
    pictures = [{"type": "image_url", "image_url": {"url": _png_url(i)}} for i in message.images]
    return [*pictures, {"type": "text", "text": message.text}]


def _png_url(image: NDArray[np.uint8]) -> str:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def _text(value: Any) -> str:
    # JSON can hold half a surrogate pair, which could not be sent back.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < ABSURD else None
