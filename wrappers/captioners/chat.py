"""`ChatCaptioner`: asks a vision model behind an OpenAI-compatible endpoint what images show."""

import json
import re
import textwrap
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from crossworld.wrappers.captioners.base import (
    Caption,
    CaptionerError,
    CaptionerUnavailableError,
    Images,
    Scene,
    check_images,
)
from crossworld.wrappers.chat.base import ChatError, ChatUnavailableError, Message, Sampling
from crossworld.wrappers.chat.endpoint import EndpointChatModel
from crossworld.wrappers.chat.wire import Answer, MalformedAnswerError, check_sampling

INSTRUCTION = "Look closely at the image. Say only what it shows; do not guess."
CHOOSE = (
    "Which of these statements are true of the image?\n{statements}\nAnswer with a JSON array of"
    " those that are true, copied letter for letter, and nothing else; [] if none is."
)
DESCRIBE = "Describe the image in short statements, one a line, and write nothing else."
AGAIN = "\n\nYour last answer was of no use: {reason}. Answer again, exactly as asked."

TIMES_ASKED = 2
SURE = 1.0
SHOWN = 150
"""How much of a reply the next question and errors repeat, characters."""

FENCE = re.compile(r"```(?:json)?\s*\n(.*)\n\s*```", re.DOTALL | re.IGNORECASE)


_Key: TypeAlias = tuple[tuple[int, ...], bytes, tuple[str, ...] | None]
"""An image's shape and pixels, and the statements to choose from; None asks for free captions."""


class UnusableReply(Exception):
    """A reply that cannot be read as asked; the message says why, for the model and for people."""


class ChatCaptioner:
    """Captions from any OpenAI-compatible vision endpoint, through the `openai` SDK.

    With candidates the model chooses among them; without, it writes captions of its own. Scores are
    always 1.0: a chat model does not say how sure it is, so they cannot be ranked, and a threshold
    on them changes nothing.

    A choice is read strictly: a JSON array of strings, bare, in a code fence, or in an object
    `{"captions": [...]}`. What is none of the candidates is dropped if another one of the reply is;
    `[]` says that none is true. Any other reply, one that was cut off, and a refusal are answered
    by asking once more with the reason, and after that by an error: never by a guess.

    What is sent where, and what is tried again when, says `EndpointChatModel`, which asks. Even at
    temperature 0 a server may answer the same question differently the next time.

    Tried with a server of our own on the loopback that injects faults; no hosted or local model with
    eyes was reached, so nothing is known of how well any of them captions.

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
        if isinstance(candidates, str) or not all(isinstance(c, str) for c in candidates or ()):
            raise CaptionerError(f"candidates {candidates!r}: give a list of statements, or None.")
        self._sampling = Sampling(max_tokens=max_tokens)
        try:
            check_sampling(self._sampling)
            self._model = EndpointChatModel(
                model, base_url, api_key_env, timeout, retries, concurrency
            )
        except ChatError as error:
            raise CaptionerError(str(error)) from error
        self._instruction = instruction
        self._candidates = None if candidates is None else tuple(candidates)
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
        # Equal pictures are asked about once, whichever arrays they are.
        keys = [(i.shape, i.tobytes(), c) for i, c in zip(listed, choices, strict=True)]
        distinct = {k: image for k, image in zip(keys, listed, strict=True) if k[2] != ()}
        answers: dict[_Key, list[str]] = {}
        if distinct:
            with ThreadPoolExecutor(min(self._concurrency, len(distinct))) as pool:
                found = pool.map(self._answer, distinct.values(), (key[2] for key in distinct))
                answers = dict(zip(distinct, found, strict=True))
        return [[Caption(text, SURE) for text in answers.get(key, ())] for key in keys]

    def _answer(self, image: NDArray[np.uint8], statements: tuple[str, ...] | None) -> list[str]:
        """Ask until an answer can be used, or raise CaptionerUnavailableError."""
        prompt, read = self._task(statements)
        reason = ""
        for _ in range(TIMES_ASKED):
            asked = prompt + (AGAIN.format(reason=reason) if reason else "")
            try:
                return read(self._reply(Message("user", asked, (image,))))
            except UnusableReply as fault:
                reason = str(fault)
        failure = self._model.unavailable(
            f"asked {TIMES_ASKED} times, no answer could be used: {reason}",
            "Give another model, plainer instructions, or more max_tokens",
        )
        raise CaptionerUnavailableError(str(failure))

    def _task(self, statements: tuple[str, ...] | None) -> tuple[str, Callable[[str], list[str]]]:
        """Return the prompt, and how to read its answer."""
        if statements is None:
            return f"{self._instruction}\n\n{DESCRIBE}", read_lines
        listed = json.dumps(statements, indent=0)
        task = CHOOSE.format(statements=listed)
        return f"{self._instruction}\n\n{task}", lambda reply: read_choice(reply, statements)

    def _reply(self, question: Message) -> str:
        """Return the reply to one request, or raise UnusableReply or an error of captioners."""
        failure: Exception
        try:
            return whole_text(self._model.ask([question], self._sampling))
        except MalformedAnswerError as error:
            failure = UnusableReply(error.reason)
        except ChatUnavailableError as error:
            failure = CaptionerUnavailableError(str(error))
        except ChatError as error:
            failure = CaptionerError(str(error))
        raise failure


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


def whole_text(answer: Answer) -> str:
    """Return the text of an answer.

    Raises:
        UnusableReply: it was cut off, or is a refusal.
    """
    if answer.finish == "length":
        raise UnusableReply("it was cut off at max_tokens; be shorter")
    if answer.finish == "content_filter":
        raise UnusableReply("the endpoint's content filter cut it off")
    if answer.refusal:
        raise UnusableReply(f"it was a refusal: {_quoted(answer.refusal)}")
    return answer.text


def _quoted(text: str) -> str:
    return repr(textwrap.shorten(text, SHOWN, placeholder=" ..."))
