"""`EndpointChatModel`: a chat model behind any OpenAI-compatible endpoint."""

import math
import os
import textwrap
import time
import warnings
import weakref
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crossworld.wrappers.chat.base import (
    ChatError,
    ChatUnavailableError,
    Completion,
    Message,
    Sampling,
    Usage,
)
from crossworld.wrappers.chat.connection import (
    Connection,
    checked_url,
    checked_variable,
    connect,
    import_sdk,
)
from crossworld.wrappers.chat.names import is_same_model
from crossworld.wrappers.chat.waits import wait_before_retry
from crossworld.wrappers.chat.wire import (
    Answer,
    MalformedAnswerError,
    Unreadable,
    check_request,
    cut,
    estimate_prompt,
    estimate_text,
    read_answer,
    to_wire,
)

TIMES_ASKED = 2
SHOWN = 300
"""How much of a server's words an error repeats, characters."""
MILLION = 1e6

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


class _Overdue(Exception):
    """The total time of an answer is over."""


class EndpointChatModel:
    """Answers from any OpenAI-compatible server, through the `openai` SDK.

    OpenAI, vLLM, Ollama, llama.cpp, `transformers serve` and others speak this API. It may be used
    by many threads, pickled, and inherited by forked processes; the limit of `concurrency` is one
    of each process.

    Lost connections, time-outs and the statuses 408, 409, 429 and 5xx are tried again after 0.5 s
    to 8 s in powers of two, or as long as `Retry-After` says; all other statuses are final. Answers
    that cannot be read (no whole JSON, no choices) are asked for once more.

    OpenAI's own address is sent `max_completion_tokens`, no temperature and no stops, because its
    reasoning models refuse anything else; other servers get `max_tokens`, which all of them know
    (llama.cpp: https://github.com/ggml-org/llama.cpp/issues/13700), temperature and stops. A seed
    is sent where there is a draw; not every server honours it. All answers are cut at the stops
    here, too. `transformers serve` 5.23 draws by the seed only while one request is under way
    (`concurrency=1`), and draws at all only if the model's own generation config says so.

    An answer that was cut off at `max_tokens` counts as it is, and so does a refusal.

    The key stands in no error, repr, pickle, log or answer, even if the server repeats it. One of fewer
    than 8 characters is taken for a placeholder and may.

    Tried with `transformers serve` and with a server of our own that injects faults. Sources: the
    Chat Completions API (https://platform.openai.com/docs/api-reference/chat) and the SDK
    (https://github.com/openai/openai-python).

    Args:
        model: its name at the endpoint.
        base_url: the endpoint, such as "http://127.0.0.1:8000/v1"; None takes the environment
            variable `OPENAI_BASE_URL`, or else OpenAI itself.
        api_key_env: the environment variable that holds the key, read at the first request. Where it
            is unset a placeholder is sent, which OpenAI itself would refuse. The key goes to
            `base_url`, whosever that is.
        timeout: seconds to wait for a connection, and for each next piece of an answer.
        total_timeout: seconds for one answer with all its retries and waits; not for the wait until
            fewer than `concurrency` requests are under way.
        retries: how often a failed request is sent again, from 0 on.
        concurrency: how many requests are under way at once, from 1 on.
        prices: US dollars for a million tokens of prompts, and of answers; None: costs are 0.
        answers_as: the name that the server gives the model in its answers, where that is another
            one than `model`, as gateways with names of their own do.
        stops: whether the server is told where answers end; they are cut there in any case.
            `transformers serve` 5.23 fails on stops if a model's vocabulary is one of whole words.

    Raises:
        ChatError: an argument is not as said above.
        DependencyNotInstalled: the `openai` SDK is missing.
    """

    def __init__(
        self,
        model: str,
        base_url: str | None = None,
        api_key_env: str = "OPENAI_API_KEY",
        timeout: float = 60.0,
        retries: int = 4,
        concurrency: int = 4,
        prices: tuple[float, float] | None = None,
        *,
        total_timeout: float = 600.0,
        answers_as: str | None = None,
        stops: bool = True,
    ) -> None:
        if not isinstance(model, str) or not model:
            raise ChatError(f"model {model!r}: give its name at the endpoint.")
        for name, seconds in (("timeout", timeout), ("total_timeout", total_timeout)):
            if not isinstance(seconds, int | float) or not 0 < seconds < math.inf:
                raise ChatError(f"{name} {seconds!r}: give seconds above 0.")
        for name, value, least in (("retries", retries, 0), ("concurrency", concurrency, 1)):
            if not isinstance(value, int) or value < least:
                raise ChatError(f"{name} {value!r}: give a whole number from {least} on.")
        import_sdk()
        self.name = model
        self._base_url = None if base_url is None else checked_url(base_url)
        self._api_key_env = checked_variable(api_key_env)
        self._timeout = timeout
        self._total_timeout = total_timeout
        self._retries = retries
        self._concurrency = concurrency
        self._prices = _checked_prices(prices)
        self._answers_as = answers_as or model
        self._stops = stops
        self._connections: dict[int, Connection] = {}

    def complete(self, messages: Sequence[Message], sampling: Sampling) -> Completion:
        """Return the answer to a conversation.

        Tokens are counted by the server; where it does not, they are estimated (4 characters or
        1024 pixels a token), and a warning says so. Requests that failed count nothing.

        Raises:
            ChatError: the request is none that can be sent, the API key is missing or no key, or
                another model answered.
            ChatUnavailableError: the endpoint cannot be reached, refuses, or answers nonsense after
                all retries.
        """
        begun = time.perf_counter()
        for _ in range(TIMES_ASKED):
            try:
                answer = self.ask(messages, sampling)
                break
            except MalformedAnswerError as error:
                failure = error
        else:
            raise failure
        if answer.model and not is_same_model(self._answers_as, answer.model):
            raise ChatError(
                f"{self._where()}: the server answered with another model, {answer.model!r}. Ask for"
                " that one, serve the right one, or say with answers_as that they are the same."
            )
        text = cut(answer.text or answer.refusal, sampling.stop)
        if not text and answer.finish == "length":
            warnings.warn(
                f"model {self.name!r}: an answer ended at max_tokens before its first word; raise"
                " max_tokens (what a model thinks counts, too)",
                stacklevel=2,
            )
        return Completion(text, self._usage(messages, answer, time.perf_counter() - begun))

    def ask(self, messages: Sequence[Message], sampling: Sampling) -> Answer:
        """Return what the server answers, as it is but for the key.

        Raises:
            ChatError, ChatUnavailableError: as `complete`, but whichever model answers is taken.
            MalformedAnswerError: the answer cannot be read.
        """
        check_request(messages, sampling)
        connection = self._connection()
        limits = _limits(connection, sampling if self._stops else replace(sampling, stop=()))
        with connection.slots:
            body = self._send(connection, {"messages": to_wire(messages), **limits})
        try:
            answer = read_answer(body)
        except Unreadable as fault:
            reason = str(fault)
        else:
            return answer._replace(
                text=connection.scrubbed(answer.text),
                refusal=connection.scrubbed(answer.refusal),
                finish=connection.scrubbed(answer.finish),
                model=connection.scrubbed(answer.model),
            )
        malformed = MalformedAnswerError(
            f"{self._where()}: the answer cannot be read: {reason}. {SERVER_ADVICE}."
        )
        malformed.reason = reason
        raise malformed

    def unavailable(self, happened: str, advice: str) -> ChatUnavailableError:
        """Return an error that names the endpoint and the model, but never the key."""
        shown = textwrap.shorten(self._connection().scrubbed(happened), SHOWN, placeholder=" ...")
        return ChatUnavailableError(f"{self._where()}: {shown}. {advice}.")

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what holds the key and open connections."""
        return {**self.__dict__, "_connections": {}}

    def _connection(self) -> Connection:
        # By process: a fork must neither share connections nor wait for locks of its parent.
        process = os.getpid()
        if process not in self._connections:
            # Threads may race here; all of them go on with what the first one made.
            made = connect(self._base_url, self._api_key_env, self._concurrency)
            if self._connections.setdefault(process, made) is made:
                weakref.finalize(self, made.client.close)
            else:
                made.client.close()
        return self._connections[process]

    def _send(self, connection: Connection, request: dict[str, Any]) -> bytes:
        """Return the body of the answer to a request, which is sent until one comes, or raise."""
        end = time.monotonic() + self._total_timeout
        faults: tuple[type[Exception], ...] = (*connection.faults, _Overdue)
        failures = 0
        while True:
            try:
                return self._read(connection, request, end)
            except faults as fault:
                failures += 1
                left = end - time.monotonic()
                headers = getattr(getattr(fault, "response", None), "headers", {})
                wait = wait_before_retry(getattr(fault, "status_code", None), headers, failures)
                if left > 0 and wait is not None and wait < left and failures <= self._retries:
                    time.sleep(wait)
                    continue
                happened, advice = self._explained(fault, failures - 1, left)
            # Outside the handler: the SDK's error, which knows the request and so the key, is not
            # chained to ours.
            raise self.unavailable(happened, advice)

    def _read(self, connection: Connection, request: dict[str, Any], end: float) -> bytes:
        """Return the body of the answer to a request, sent once."""
        left = max(end - time.monotonic(), 0.001)
        pieces = []
        # Piece by piece, because `timeout` is the SDK's for each of them: a server that sends one
        # now and then would never be late.
        with connection.client.chat.completions.with_streaming_response.create(
            model=self.name, timeout=min(self._timeout, left), **request
        ) as response:
            for piece in response.iter_bytes():
                pieces.append(piece)
                if time.monotonic() > end:
                    raise _Overdue
        return b"".join(pieces)

    def _explained(self, fault: Exception, retries: int, left: float) -> tuple[str, str]:
        """Return what happened and what to do about it."""
        status = getattr(fault, "status_code", None)
        if status is not None:
            advice = ADVICE.get(status, SERVER_ADVICE if status >= 500 else CLIENT_ADVICE)
            happened = str(getattr(fault, "message", fault))
            if retries < self._retries and wait_before_retry(status, {}, 1) is not None:
                happened = (
                    f"the next try would come after total_timeout {self._total_timeout:g} s:"
                    f" {happened}"
                )
            return happened, advice.format(api_key_env=self._api_key_env)
        if left <= 0:
            return (
                f"no whole answer within total_timeout {self._total_timeout:g} s",
                "Raise total_timeout, lower max_tokens, or look whether the server is at its limit",
            )
        if "Timeout" in type(fault).__name__:
            return (
                f"no answer within {self._timeout:g} s, with {retries} retries",
                "Raise timeout, lower concurrency, or look whether the server is at its limit",
            )
        return (
            f"no connection, with {retries} retries ({fault.__cause__ or fault})",
            "Look whether the server is running, and whether base_url is right",
        )

    def _usage(self, messages: Sequence[Message], answer: Answer, seconds: float) -> Usage:
        prompt, completion = answer.prompt_tokens, answer.completion_tokens
        if prompt is None or completion is None:
            warnings.warn(
                f"model {self.name!r}: the server does not count tokens, so that their numbers and"
                " costs are estimates",
                stacklevel=3,
            )
            prompt = estimate_prompt(messages) if prompt is None else prompt
            said = answer.text or answer.refusal
            completion = estimate_text(said) if completion is None else completion
        of_prompts, of_answers = self._prices
        cost = (prompt * of_prompts + completion * of_answers) / MILLION
        return Usage(1, 0, prompt, completion, seconds, cost)

    def _where(self) -> str:
        return f"{self._connection().url} with model {self.name!r}"


def _limits(connection: Connection, sampling: Sampling) -> dict[str, Any]:
    """Return the parameters that say how an answer is drawn."""
    if connection.is_openai:
        return {"max_completion_tokens": int(sampling.max_tokens), "seed": int(sampling.seed)}
    limits: dict[str, Any] = {
        "max_tokens": int(sampling.max_tokens),
        "temperature": float(sampling.temperature),
    }
    if sampling.temperature > 0:
        limits["seed"] = int(sampling.seed)
    if sampling.stop:
        limits["stop"] = list(sampling.stop)
    return limits


def _checked_prices(prices: tuple[float, float] | None) -> tuple[float, float]:
    if prices is None:
        return (0.0, 0.0)
    try:
        prompt, completion = prices
        sound = 0 <= prompt < math.inf and 0 <= completion < math.inf
    except (TypeError, ValueError):
        sound = False
    if not sound:
        raise ChatError(
            f"prices {prices!r}: give two numbers from 0 on, US dollars for a million tokens of"
            " prompts and of answers."
        )
    return (float(prompt), float(completion))
