"""`ChatCaptioner`: asks a vision model behind an OpenAI-compatible endpoint what images show."""

import base64
import io
import json
import os
import re
import textwrap
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
from gymnasium.error import DependencyNotInstalled
from numpy.typing import NDArray
from PIL import Image

from crossworld.wrappers.captioners.base import (
    Caption,
    CaptionerError,
    CaptionerUnavailableError,
    Images,
    Scene,
    check_images,
)

OPENAI_URL = "https://api.openai.com/v1"
PLACEHOLDER = "no-key-needed"
"""What is sent where no key is known; local servers do not look at it."""

INSTRUCTION = "Look closely at the image. Say only what it shows; do not guess."
CHOOSE = (
    "Which of these statements are true of the image?\n{statements}\nAnswer with a JSON array of"
    " those that are true, copied letter for letter, and nothing else; [] if none is."
)
DESCRIBE = "Describe the image in short statements, one a line, and write nothing else."
AGAIN = "\n\nYour last answer was of no use: {reason}. Answer again, exactly as asked."

TIMES_ASKED = 2
SURE = 1.0
SHOWN = 300
"""How much of a server's words an error repeats, characters."""

KEY_ADVICE = "Set the environment variable {api_key_env} to a key that may use this model"
CLIENT_ADVICE = "Check what the endpoint says about the request"
SERVER_ADVICE = "The fault is the server's: look at its log, or try again later"
ADVICE = {
    400: "Check that the model takes images and this many max_tokens",
    401: KEY_ADVICE,
    403: KEY_ADVICE,
    404: "Check the model's name and base_url, which ends in /v1 for most servers",
    429: "Wait, lower concurrency, raise retries, or look at your quota",
}
"""What to do about an HTTP status."""

FENCE = re.compile(r"```(?:json)?\s*\n(.*)\n\s*```", re.DOTALL | re.IGNORECASE)
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
KEY = re.compile(r"([A-Za-z0-9._~+/-]+=*)?")
"""A bearer token (RFC 6750, section 2.1), or none: no text that quotes it has to escape it."""


class UnusableReply(Exception):
    """A reply that cannot be read as asked; the message says why, for the model and for people."""


class _Question(NamedTuple):
    """One image as a data URL, and the statements to choose from; None asks for free captions."""

    url: str
    statements: tuple[str, ...] | None


class ChatCaptioner:
    """Captions from any OpenAI-compatible vision endpoint, through the `openai` SDK.

    With candidates the model chooses among them; without, it writes captions of its own. Scores are
    always 1.0: a chat model does not say how sure it is, so they cannot be ranked, and a threshold
    on them changes nothing.

    A choice is read strictly: a JSON array of strings, bare, in a code fence, or in an object
    `{"captions": [...]}`. What is none of the candidates is dropped if another one of the reply is;
    `[]` says that none is true. Any other reply, one that was cut off, and a refusal are answered
    by asking once more with the reason, and after that by an error: never by a guess.

    Retries are the SDK's own: lost connections, time-outs, 408, 409, 429 and 5xx, waiting 0.5 s to
    8 s in powers of two, or as long as `Retry-After` says (SDK 3.x: up to 120 s; for longer ones it
    gives up at once). All other statuses are final.

    OpenAI's own address is sent `max_completion_tokens` and no temperature, because its reasoning
    models refuse anything else; other servers get `max_tokens`, which all of them know
    (llama.cpp: https://github.com/ggml-org/llama.cpp/issues/13700), and temperature 0. Even so a
    server may answer the same question differently the next time.

    Tried with a server of our own on the loopback that injects faults; no hosted or local model was
    reached, so nothing is known of how well any of them captions. Sources: the Chat Completions API
    (https://platform.openai.com/docs/api-reference/chat) and the SDK
    (https://github.com/openai/openai-python#retries).

    Args:
        model: its name at the endpoint.
        base_url: the endpoint, such as "http://127.0.0.1:8000/v1"; None takes the environment
            variable `OPENAI_BASE_URL`, or else OpenAI itself.
        api_key_env: the environment variable that holds the key, read at the first request. Where it
            is unset a placeholder is sent, which OpenAI itself would refuse. The key goes to
            `base_url`, whosever that is. It stands in no error, repr or pickle.
        instruction: how every prompt begins.
        candidates: statements to choose from where `caption` is given no scenes; None asks for free
            captions.
        timeout: seconds to wait for a connection, and for each next piece of an answer.
        retries: how often a failed request is sent again, from 0 on.
        max_tokens: length limit of a reply, tokens; what a model thinks counts too.
        concurrency: how many requests are under way at once, from 1 on.

    Raises:
        CaptionerError: an argument is not as said above.
        DependencyNotInstalled: the `openai` SDK is missing.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key_env: str = "OPENAI_API_KEY",
        instruction: str = INSTRUCTION,
        candidates: Sequence[str] | None = None,
        timeout: float = 30.0,
        retries: int = 4,
        max_tokens: int = 256,
        concurrency: int = 4,
    ) -> None:
        if not isinstance(model, str) or not model:
            raise CaptionerError(f"model {model!r}: give its name at the endpoint.")
        if not isinstance(api_key_env, str) or not VARIABLE.fullmatch(api_key_env):
            # It is not repeated, because it may be the key itself.
            raise CaptionerError(
                "api_key_env is no name of an environment variable in capitals, such as"
                " OPENAI_API_KEY; give the variable's name, never the key."
            )
        if isinstance(candidates, str) or not all(isinstance(c, str) for c in candidates or ()):
            raise CaptionerError(f"candidates {candidates!r}: give a list of statements, or None.")
        if not isinstance(timeout, int | float) or not timeout > 0:
            raise CaptionerError(f"timeout {timeout!r}: give seconds above 0.")
        for name, value, least in (
            ("retries", retries, 0),
            ("max_tokens", max_tokens, 1),
            ("concurrency", concurrency, 1),
        ):
            if not isinstance(value, int) or value < least:
                raise CaptionerError(f"{name} {value!r}: give a whole number from {least} on.")
        _sdk()
        self._model = model
        self._base_url = None if base_url is None else _checked_url(base_url)
        self._api_key_env = api_key_env
        self._instruction = instruction
        self._candidates = None if candidates is None else tuple(candidates)
        self._timeout = timeout
        self._retries = retries
        self._max_tokens = max_tokens
        self._concurrency = concurrency

    def caption(self, images: Images, scenes: Sequence[Scene] | None = None) -> list[list[Caption]]:
        """Return the captions of each image, with score 1.0 each.

        Identical images with the same candidates are sent once. Where there are no candidates to
        choose from, nothing is sent, and there are no captions.

        Args:
            images: uint8 (H, W, 3) each; sent as they are, as PNG.
            scenes: one an image; its `statements` are the candidates. None: the constructor's.

        Returns:
            Those of the candidates that the model calls true, in their order; if there are none to
            choose from, the lines of its reply, as they come, without blank ones.

        Raises:
            CaptionerError: an image is no picture, there are fewer or more scenes than images, or
                the API key is missing or no key.
            CaptionerUnavailableError: the endpoint cannot be reached, refuses, or answers nonsense
                after all retries.
        """
        listed = check_images(images)
        if scenes is None:
            choices = [self._candidates] * len(listed)
        elif len(scenes) == len(listed):
            choices = [tuple(scene.statements) for scene in scenes]
        else:
            raise CaptionerError(
                f"{len(scenes)} scenes for {len(listed)} images; give one an image, or None."
            )
        questions = [_Question(_png_url(i), c) for i, c in zip(listed, choices, strict=True)]
        # PNG writing is a function of the pixels, so equal pictures are equal URLs.
        distinct = [q for q in dict.fromkeys(questions) if q.statements != ()]
        answers: dict[_Question, list[str]] = {}
        if distinct:
            _ = self._client  # before the threads, so that there is one
            with ThreadPoolExecutor(min(self._concurrency, len(distinct))) as pool:
                answers = dict(zip(distinct, pool.map(self._answer, distinct), strict=True))
        return [[Caption(text, SURE) for text in answers.get(q, ())] for q in questions]

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the client, which holds the key and open connections."""
        return {name: value for name, value in self.__dict__.items() if name != "_client"}

    @cached_property
    def _client(self) -> Any:
        url = self._base_url or _checked_url(os.environ.get("OPENAI_BASE_URL") or OPENAI_URL)
        key = os.environ.get(self._api_key_env, "").strip()
        if not key and _is_openai(url):
            raise CaptionerError(
                f"{url} wants a key, and the environment variable {self._api_key_env} is unset: set"
                " it, name another one with api_key_env, or give the base_url of another server."
            )
        if not KEY.fullmatch(key):
            raise CaptionerError(
                f"the environment variable {self._api_key_env} holds characters that no key has:"
                " give letters, digits and -._~+/ only, and = at the end."
            )
        return _sdk().OpenAI(
            api_key=key or PLACEHOLDER,
            base_url=url,
            timeout=self._timeout,
            max_retries=self._retries,
        )

    def _answer(self, question: _Question) -> list[str]:
        """Ask until an answer can be used, or raise CaptionerUnavailableError."""
        prompt, read = self._task(question.statements)
        reason = ""
        for _ in range(TIMES_ASKED):
            asked = prompt + (AGAIN.format(reason=reason) if reason else "")
            try:
                return read(self._send(asked, question.url))
            except UnusableReply as fault:
                reason = str(fault)
        raise self._unavailable(
            f"asked {TIMES_ASKED} times, no answer could be used: {reason}",
            "Give another model, plainer instructions, or more max_tokens",
        )

    def _task(self, statements: tuple[str, ...] | None) -> tuple[str, Callable[[str], list[str]]]:
        """Return the prompt, and how to read its answer."""
        if statements is None:
            return f"{self._instruction}\n\n{DESCRIBE}", read_lines
        listed = json.dumps(statements, indent=0)
        task = CHOOSE.format(statements=listed)
        return f"{self._instruction}\n\n{task}", lambda reply: read_choice(reply, statements)

    def _send(self, prompt: str, url: str) -> str:
        """Return the reply to one request, or raise UnusableReply or CaptionerUnavailableError."""
        content = [
            {"type": "text", "text": prompt},
            {"type": "image_url", "image_url": {"url": url}},
        ]
        sdk = _sdk()
        try:
            completion = self._client.chat.completions.create(
                model=self._model,
                messages=[{"role": "user", "content": content}],
                **self._limits(),
            )
        except sdk.APIError as error:
            failure = self._unavailable(*self._explained(error))
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
            raise UnusableReply("it was no whole JSON document") from None
        else:
            return self._scrubbed(reply_of(completion))
        # Outside the handler: the SDK's error, which knows the request and so the key, is not
        # chained to ours.
        raise failure

    def _limits(self) -> dict[str, Any]:
        if _is_openai(str(self._client.base_url)):
            return {"max_completion_tokens": self._max_tokens}
        return {"max_tokens": self._max_tokens, "temperature": 0}

    def _explained(self, error: Any) -> tuple[str, str]:
        """Return what happened and what to do about it."""
        sdk = _sdk()
        if isinstance(error, sdk.APITimeoutError):
            return (
                f"no answer within {self._timeout:g} s, with {self._retries} retries",
                "Raise timeout, lower concurrency, or look whether the server is at its limit",
            )
        if isinstance(error, sdk.APIConnectionError):
            return (
                f"no connection, with {self._retries} retries ({error.__cause__})",
                "Look whether the server is running, and whether base_url is right",
            )
        status = getattr(error, "status_code", 0)
        advice = ADVICE.get(status, SERVER_ADVICE if status >= 500 else CLIENT_ADVICE)
        return error.message, advice.format(api_key_env=self._api_key_env)

    def _unavailable(self, happened: str, advice: str) -> CaptionerUnavailableError:
        where = f"{self._client.base_url} with model {self._model!r}"
        shown = textwrap.shorten(self._scrubbed(happened), SHOWN, placeholder=" ...")
        return CaptionerUnavailableError(f"{where}: {shown}. {advice}.")

    def _scrubbed(self, text: str) -> str:
        """Return text without the key, which some servers repeat."""
        key = self._client.api_key
        return text if key == PLACEHOLDER else text.replace(key, "[the key]")


def read_choice(reply: str, statements: Sequence[str]) -> list[str]:
    """Return the statements that a reply names, in their own order, each once.

    Raises:
        UnusableReply: it is no JSON array of strings, or names other statements only.
    """
    fenced = FENCE.fullmatch(reply.strip())
    try:
        named = json.loads(fenced[1] if fenced else reply)
    except (ValueError, RecursionError):
        raise UnusableReply(f"it was no JSON array: {_quoted(reply)}") from None
    if isinstance(named, dict):
        named = named.get("captions")
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise UnusableReply(f"it was no JSON array of strings: {_quoted(reply)}")
    chosen = [statement for statement in dict.fromkeys(statements) if statement in named]
    if named and not chosen:
        raise UnusableReply(f"it held none of the statements letter for letter: {_quoted(reply)}")
    return chosen


def read_lines(reply: str) -> list[str]:
    """Return a reply's lines without blank ones and blanks at their ends.

    Raises:
        UnusableReply: there is none.
    """
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    if not lines:
        raise UnusableReply("it was blank")
    return lines


def reply_of(completion: Any) -> str:
    """Return the text of a completion's first choice.

    The SDK does not validate what servers send, so anything may come: even a page of HTML as a str.

    Raises:
        UnusableReply: it has no text, was cut off, or is a refusal.
    """
    match completion:
        case object(choices=[object(finish_reason="length"), *_]):
            raise UnusableReply("it was cut off at max_tokens; be shorter")
        case object(choices=[object(finish_reason="content_filter"), *_]):
            raise UnusableReply("the endpoint's content filter cut it off")
        case object(choices=[object(message=object(refusal=str(refusal))), *_]) if refusal:
            raise UnusableReply(f"it was a refusal: {_quoted(refusal)}")
        case object(choices=[object(message=object(content=str(text))), *_]):
            return text
    raise UnusableReply("it held no text")


def _quoted(text: str) -> str:
    return repr(textwrap.shorten(text, SHOWN // 2, placeholder=" ..."))


def _png_url(image: NDArray[np.uint8]) -> str:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _is_openai(url: str) -> bool:
    return urlsplit(url).hostname == urlsplit(OPENAI_URL).hostname


def _checked_url(url: str) -> str:
    """Return an address that errors may name, or raise CaptionerError."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except (ValueError, AttributeError):
        sound = False
    if not sound or parts.username is not None or parts.query:
        # It is not repeated, because a password may be in it.
        raise CaptionerError(
            'base_url is no plain address such as "http://127.0.0.1:8000/v1": give http or https,'
            " host and path, without user, password or query; a key belongs into the environment"
            " variable that api_key_env names."
        )
    return url


def _sdk() -> Any:
    try:
        return import_module("openai")
    except ImportError as error:
        raise DependencyNotInstalled(
            'ChatCaptioner needs the openai SDK: pip install "crossworld[agents]"'
        ) from error
