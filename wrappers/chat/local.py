"""A chat model on this machine, without a server: any folder of transformers with a chat template."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

from gymnasium.error import DependencyNotInstalled

from crossworld.wrappers.chat.base import (
    ChatError,
    ChatUnavailableError,
    Completion,
    Message,
    Sampling,
    Usage,
)


def torch_and_transformers() -> tuple[ModuleType, ModuleType]:
    """Return the modules `torch` and `transformers`.

    Raises:
        gymnasium.error.DependencyNotInstalled: one is missing.
    """
    try:
        return import_module("torch"), import_module("transformers")
    except ImportError as error:
        raise DependencyNotInstalled(
            "a language model on this machine needs PyTorch and transformers:"
            ' pip install "crossworld[agents]"'
        ) from error


@contextmanager
def without_bars() -> Iterator[None]:
    """Let transformers read and write files without a progress bar, which small models are too fast for."""
    _, transformers = torch_and_transformers()
    log = transformers.utils.logging
    shown = log.is_progress_bar_enabled()
    log.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            log.enable_progress_bar()


class LocalChatModel:
    """Answers conversations with a causal language model in a folder.

    What the model has read stays in memory until the next call, which then reads only what is new:
    in an agent's loop, where each prompt extends the last one, a call costs about as much as its answer.
    The answer is the same as without, up to the rounding of floats. Calls from several threads wait for each
    other.

    Args:
        folder: what `save_pretrained` of a model and its tokenizer wrote: `config.json`, weights,
            tokenizer files with a chat template.
        device: where to compute, as PyTorch names it: "cpu", "cuda", ...

    Raises:
        ChatError: the folder is not there or damaged, or holds no such model, or no chat template;
            or there is no such device.
        gymnasium.error.DependencyNotInstalled: PyTorch or transformers is missing.
    """

    def __init__(self, folder: str | Path, *, device: str = "cpu") -> None:
        self._torch, self._transformers = torch_and_transformers()
        self._folder, self._device = Path(folder), device
        if not (self._folder / "config.json").is_file():
            raise ChatError(
                f"{folder} holds no config.json: give the folder of a model that was saved with"
                " save_pretrained, or of `crossworld train text-lm`."
            )
        auto = self._transformers
        try:
            with without_bars():
                self._tokenizer = auto.AutoTokenizer.from_pretrained(
                    self._folder, local_files_only=True
                )
                model = auto.AutoModelForCausalLM.from_pretrained(
                    self._folder, local_files_only=True, dtype="auto"
                )
        except (OSError, ValueError, KeyError, RuntimeError, _safetensors_error()) as error:
            raise ChatError(f"{folder}: the model cannot be loaded ({error}).") from error
        if not self._tokenizer.chat_template:
            raise ChatError(
                f"{folder}: the tokenizer has no chat template, so conversations cannot be put to"
                " it; use a model that was made for chats."
            )
        try:
            self._model = model.to(device).eval()
        except (RuntimeError, AssertionError) as error:  # AssertionError: PyTorch without CUDA
            raise ChatError(f"device {device!r}: {str(error).splitlines()[0]}") from error
        self._ends = _ends(self._model, self._tokenizer)
        self._longest: int | None = getattr(self._model.config, "max_position_embeddings", None)
        self._lock = Lock()
        self._read: list[int] = []
        self._forget()

    @property
    def name(self) -> str:
        """The folder's name."""
        return f"local/{self._folder.resolve().name}"

    def complete(self, messages: Sequence[Message], sampling: Sampling) -> Completion:
        """Return the answer to a conversation, without white space at its ends.

        Args:
            messages: the conversation so far; the last one is the user's.
            sampling: how the answer is drawn: equal seeds draw equal answers to equal conversations.

        Raises:
            ChatError: there is an image, or no message.
            ChatUnavailableError: the conversation is longer than the model can read.
        """
        started = time.perf_counter()
        if not messages:
            raise ChatError("messages: there are none.")
        if any(message.images for message in messages):
            raise ChatError(f"{self.name} reads text only; leave out the images.")
        turns = [{"role": message.role, "content": message.text} for message in messages]
        prompt: list[int] = self._tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, tokenize=True, return_dict=True
        )["input_ids"]
        if self._longest is not None and len(prompt) >= self._longest:
            raise ChatUnavailableError(
                f"{self.name}: the conversation has {len(prompt)} tokens, and the model reads fewer than"
                f" {self._longest}; shorten the history."
            )
        with self._lock, self._torch.inference_mode():
            text, said = self._answer(prompt, sampling)
        usage = Usage(
            calls=1,
            prompt_tokens=len(prompt),
            completion_tokens=said,
            seconds=time.perf_counter() - started,
        )
        return Completion(text.strip(), usage)

    def _answer(self, prompt: list[int], sampling: Sampling) -> tuple[str, int]:
        """Return the answer, and how many tokens were drawn for it."""
        dice = self._torch.Generator(self._device).manual_seed(sampling.seed)
        said: list[int] = []
        text = ""
        room = sampling.max_tokens
        if self._longest is not None:
            room = min(room, self._longest - len(prompt))
        while len(said) < room:
            token = self._drawn(self._logits([*prompt, *said]), sampling.temperature, dice)
            said.append(token)
            if token in self._ends:
                break
            text = self._tokenizer.decode(said, skip_special_tokens=True)
            found = [text.find(stop) for stop in sampling.stop if stop in text]
            if found:
                return text[: min(found)], len(said)
        return text, len(said)

    def _logits(self, tokens: list[int]) -> Any:
        """Return the scores of what follows some tokens, float32 (vocabulary,)."""
        kept = 0
        if self._cuttable():
            for known, token in zip(self._read, tokens[:-1], strict=False):
                if known != token:
                    break
                kept += 1
        if kept < len(self._read):
            if kept:
                self._cache.crop(kept - len(self._read))
            else:
                self._forget()
        fresh = self._torch.tensor([tokens[kept:]], device=self._device)
        try:
            result = self._model(
                input_ids=fresh, past_key_values=self._cache, use_cache=True, logits_to_keep=1
            )
        except BaseException:
            self._forget()  # what it has read by now is not known
            raise
        self._read = list(tokens)
        return result.logits[0, -1].float()

    def _drawn(self, logits: Any, temperature: float, dice: Any) -> int:
        if temperature <= 0:
            return int(logits.argmax())
        chances = (logits / temperature).softmax(dim=-1)
        return int(self._torch.multinomial(chances, 1, generator=dice))

    def _forget(self) -> None:
        self._cache = self._transformers.DynamicCache(config=self._model.config)
        self._read = []

    def _cuttable(self) -> bool:
        """Return whether the end of what was read can be forgotten: not so where only a window is kept."""
        plain = self._transformers.cache_utils.DynamicLayer
        return all(type(layer) is plain for layer in self._cache.layers)


def _ends(model: Any, tokenizer: Any) -> frozenset[int]:
    """Return the tokens that end an answer."""
    given = model.generation_config.eos_token_id
    listed = given if isinstance(given, list) else [given]
    return frozenset(n for n in (*listed, tokenizer.eos_token_id) if n is not None)


def _safetensors_error() -> type[Exception]:
    """Return the error of damaged weights; safetensors comes with transformers."""
    error: type[Exception] = import_module("safetensors").SafetensorError
    return error
