"""A client for one address, and the key that it shows nobody else."""

import logging
import os
import re
import sys
import threading
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from gymnasium.error import DependencyNotInstalled

from crossworld.wrappers.chat.base import ChatError

OPENAI_URL = "https://api.openai.com/v1"
PLACEHOLDER = "no-key-needed"
"""What is sent where no key is known; local servers do not look at it."""
SECRET = 8
"""Keys with fewer characters than this are placeholders such as "EMPTY", and may be in answers."""

VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
KEY = re.compile(r"([A-Za-z0-9._~+/-]+=*)?")
"""A bearer token (RFC 6750, section 2.1), or none: no text that quotes it has to escape it."""

CHATTY = (
    "openai._base_client",
    *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy")),
    *(f"httpcore2.{part}" for part in ("connection", "http11", "http2", "proxy")),
)
"""Loggers that write whole headers of answers at level DEBUG."""
HUSHED: set[str] = set()
"""Keys that these loggers leave out already."""


class Connection(NamedTuple):
    """What one process holds: never copied, never pickled, never forked.

    Attributes:
        client: the SDK's.
        url: its address.
        key: "" for none.
        slots: how many requests may be under way.
        faults: what the client raises, whichever way the body of an answer is read.
    """

    client: Any
    url: str
    key: str
    slots: threading.BoundedSemaphore
    faults: tuple[type[Exception], ...]

    @property
    def is_openai(self) -> bool:
        """Whether it leads to OpenAI itself."""
        return _is_openai(self.url)

    def scrubbed(self, text: str) -> str:
        """Return text without the key, which some servers repeat."""
        return _scrubbed(text, self.key)


def connect(base_url: str | None, api_key_env: str, concurrency: int) -> Connection:
    """Return a new connection; nothing is sent yet.

    Args:
        base_url: None takes `OPENAI_BASE_URL`, or else OpenAI itself.
        api_key_env: the environment variable that holds the key.
        concurrency: how many requests may be under way at once.

    Raises:
        ChatError: the API key is missing or no key, or `OPENAI_BASE_URL` is no address.
    """
    url = base_url or checked_url(os.environ.get("OPENAI_BASE_URL") or OPENAI_URL)
    key = os.environ.get(api_key_env, "").strip()
    if not key and _is_openai(url):
        raise ChatError(
            f"{url} wants a key, and the environment variable {api_key_env} is unset: set it, name"
            " another one with api_key_env, or give the base_url of another server."
        )
    if not KEY.fullmatch(key):
        raise ChatError(
            f"the environment variable {api_key_env} holds characters that no key has: give"
            " letters, digits and -._~+/ only, and = at the end."
        )
    _hush(key)
    sdk = import_sdk()
    client = sdk.OpenAI(api_key=key or PLACEHOLDER, base_url=url, max_retries=0)
    # The SDK does not wrap errors of a body that is read piece by piece. It reads with httpx up to
    # version 2, and with httpx2 from 3 on.
    http = [sys.modules[name] for name in ("httpx", "httpx2") if name in sys.modules]
    faults = (sdk.APIError, *(module.RequestError for module in http))
    return Connection(client, url, key, threading.BoundedSemaphore(concurrency), faults)


def checked_variable(name: str) -> str:
    """Return a name of an environment variable, or raise ChatError."""
    if not isinstance(name, str) or not VARIABLE.fullmatch(name):
        # It is not repeated, because it may be the key itself.
        raise ChatError(
            "api_key_env is no name of an environment variable in capitals, such as OPENAI_API_KEY;"
            " give the variable's name, never the key."
        )
    return name


def checked_url(url: str) -> str:
    """Return an address that errors may name, or raise ChatError."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except (ValueError, AttributeError):
        sound = False
    if not sound or parts.username is not None or parts.query:
        # It is not repeated, because a password may be in it.
        raise ChatError(
            'base_url is no plain address such as "http://127.0.0.1:8000/v1": give http or https,'
            " host and path, without user, password or query; a key belongs into the environment"
            " variable that api_key_env names."
        )
    return url


def import_sdk() -> Any:
    """Return the module `openai`.

    Raises:
        DependencyNotInstalled: it is missing.
    """
    try:
        return import_module("openai")
    except ImportError as error:
        raise DependencyNotInstalled(
            'an OpenAI-compatible endpoint needs the openai SDK: pip install "crossworld[agents]"'
        ) from error


def _scrubbed(text: str, key: str) -> str:
    return text if len(key) < SECRET else text.replace(key, "[the key]")


def _hush(key: str) -> None:
    """Keep a key out of logs, where servers repeat it in headers."""
    if key in HUSHED:
        return
    HUSHED.add(key)

    def leave_out(record: logging.LogRecord) -> bool:
        record.msg, record.args = _scrubbed(record.getMessage(), key), ()
        return True

    for name in CHATTY:
        logging.getLogger(name).addFilter(leave_out)


def _is_openai(url: str) -> bool:
    return urlsplit(url).hostname == urlsplit(OPENAI_URL).hostname
