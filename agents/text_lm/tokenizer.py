"""The tokenizer of the small model: a closed vocabulary of words and phrases, and the chat template.

Texts are lower-cased. What carries nothing in these worlds' texts is dropped: articles, marks, and the name
that a sentence repeats ("You arrive at shelf 1. On the shelf 1, you see"). What they say over and over is one
token, and so is the name of a thing ("mug 2"): what is looked for, and then said, is found in one place. An
episode has a third as many tokens as words, so training sees more episodes in the same time.
"""

from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.words import MISSION_MARK, words_of
from crossworld.envs.household.catalogue import ADMITS, OBJECT_TYPES
from crossworld.envs.household.vocabulary import VOCABULARY
from crossworld.wrappers.chat.local import torch_and_transformers

PAD, UNKNOWN, END, COMMAND = "<pad>", "<unk>", "<eos>", "<command>"
SPECIAL = (PAD, UNKNOWN, END, COMMAND)
"""In the order of their numbers. A command stands between COMMAND and END; all else are texts."""

DROPPED = ("a", "an", "and", "the", "some", "it", "them")

REPEATED = (
    r"(?<=[0-9])\. On the [a-z]+ [0-9]+(?=, you see)",
    r"(?<=[0-9])\. The [a-z]+ [0-9]+(?= is (?:open|closed))",
)
"""What says once more where one has just arrived, or what one has just opened."""

PHRASES = (
    "welcome to textworld alfred",
    "you are in middle of room looking quickly around you you see",
    "your task is to",
    "you arrive at",
    "is open in you see",
    "is closed",
    "you see nothing",
    "you see",
    "you pick up",
    "you turn on",
    "you are not carrying anything",
    "you are carrying",
    "you are facing",
    "next to",
    "nothing happens",
    "there s nothing special about",
    "this is",
    "go to",
    *(f"you {verb}" for verb in ("open", "close", "move", "put", "clean", "heat", "cool")),
    "in/on",
)
"""What is one token though it is several words: lower-cased, without what is dropped."""

KINDS = tuple(sorted({name.lower() for name in (*ADMITS, *OBJECT_TYPES)}))
"""Kinds of things and furniture, as texts write them."""

NUMBERS = dict.fromkeys(KINDS, range(1, 10)) | {
    "cabinet": range(1, 31),
    "drawer": range(1, 31),
    "shelf": range(1, 21),
}
"""Numbers that make one token with the kind before them. Rooms have hardly any others: up to 27 cabinets, 27
drawers and 14 shelves in official games, and 6 of anything else. Names with others are two tokens."""

TEMPLATE = (
    "{%- set known = namespace(task='') -%}"
    "{%- for message in messages -%}"
    "{%- if message['role'] == 'assistant' -%}"
    f"{{{{ known.task }}}}{COMMAND}{{{{ message['content'] }}}}{END}"
    "{%- elif message['role'] == 'user' -%}"
    f"{{%- if '{MISSION_MARK}' in message['content'] -%}}"
    f"{{%- set known.task = message['content'].split('{MISSION_MARK}')[-1].split('\\n')[0] -%}}"
    "{%- endif -%}"
    "{{ message['content'] + '\n' }}"
    "{%- endif -%}"
    "{%- endfor -%}"
    f"{{%- if add_generation_prompt -%}}{{{{ known.task }}}}{COMMAND}{{%- endif -%}}"
)
"""The chat template. The task is repeated before each command: whether what it is about was just seen is
found by looking for the same words, which a small model learns much sooner than to remember what they were.
Messages of the system are left out: the model needs no instructions."""


ANSWER = {
    "defaults": {"role": "assistant"},
    "start_anchor": COMMAND,
    "fields": {"content": {"close": [END], "content": "text"}},
}
"""Where an answer stands in what was generated, as `parse_response` of transformers wants it said. Without it,
`transformers serve` looks for what other models of the architecture say."""


def task_in(text: str) -> str | None:
    """Return the task that a text sets, as the template finds it; None if it sets none."""
    _, mark, rest = text.rpartition(MISSION_MARK)
    return rest.partition("\n")[0] if mark else None


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, int]:
    """Return the number of each token: special ones, phrases, words, and names last."""
    words = {word.lower() for text in VOCABULARY for word in words_of(text)}
    words = {word for word in words if word.isalnum()} - set(DROPPED)
    tokens = (
        *SPECIAL,
        *PHRASES,
        *sorted(words, key=lambda word: (word.isdigit(), len(word), word)),
        *(f"{kind} {number}" for kind in KINDS for number in NUMBERS[kind]),
    )
    return {token: number for number, token in enumerate(tokens)}


def name_parts() -> NDArray[np.int64]:
    """Return int64 (n, 2): the tokens that a name's kind and number are by themselves.

    Names are the last n tokens of the vocabulary, in this order.
    """
    numbers = vocabulary()
    return np.array(
        [[numbers[kind], numbers[str(number)]] for kind in KINDS for number in NUMBERS[kind]]
    )


def new_backend() -> Any:
    """Return the tokenizer as a `tokenizers.Tokenizer`.

    Raises:
        gymnasium.error.DependencyNotInstalled: transformers is missing.
    """
    try:
        parts = import_module("tokenizers")
    except ImportError:
        torch_and_transformers()  # says what to install
        raise
    backend = parts.Tokenizer(parts.models.WordLevel(vocabulary(), unk_token=UNKNOWN))
    dropped = rf"\b(?:{'|'.join(DROPPED)})\b"
    backend.normalizer = parts.normalizers.Sequence(
        [
            *(parts.normalizers.Replace(parts.Regex(said), "") for said in REPEATED),
            parts.normalizers.Lowercase(),
            # ASCII marks but the slash, which "in/on" is written with.
            parts.normalizers.Replace(parts.Regex(r"[!-.:-@\[-`{-~]"), " "),
            parts.normalizers.Replace(parts.Regex(dropped), " "),
            parts.normalizers.Replace(parts.Regex(r"\s+"), " "),
        ]
    )
    phrases = "|".join(sorted(PHRASES, key=len, reverse=True))
    word = rf"\b(?:{phrases})\b|{_names()}|[a-z]+|[0-9]+|[^\x00-\x7f]+"
    backend.pre_tokenizer = parts.pre_tokenizers.Split(
        parts.Regex(word), behavior="removed", invert=True
    )
    backend.add_special_tokens(list(SPECIAL))
    return backend


def _names() -> str:
    """Return the pattern of the names that are one token."""
    patterns = []
    for numbers in sorted(set(NUMBERS.values()), key=len):
        kinds = "|".join(kind for kind in KINDS if NUMBERS[kind] == numbers)
        patterns.append(rf"\b(?:{kinds}) (?:{'|'.join(map(str, numbers))})\b")
    return "|".join(patterns)


def new_tokenizer(longest: int) -> Any:
    """Return the tokenizer as transformers knows it, chat template included.

    Args:
        longest: most tokens of a conversation.

    Raises:
        gymnasium.error.DependencyNotInstalled: transformers is missing.
    """
    _, transformers = torch_and_transformers()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=new_backend(),
        pad_token=PAD,
        unk_token=UNKNOWN,
        eos_token=END,
        additional_special_tokens=[COMMAND],
        chat_template=TEMPLATE,
        model_max_length=longest,
        padding_side="left",
        clean_up_tokenization_spaces=False,
        model_input_names=["input_ids", "attention_mask"],
        response_template=ANSWER,
    )


class Encoder:
    """Turns texts and commands into the numbers of their tokens; remembers what it has seen.

    Args:
        most: texts that are remembered; then all are forgotten.
    """

    def __init__(self, most: int = 200_000) -> None:
        self._backend = new_backend()
        self._known: dict[str, tuple[int, ...]] = {}
        self._most = most
        numbers = vocabulary()
        self.pad, self.unknown = numbers[PAD], numbers[UNKNOWN]
        self.end, self.command = numbers[END], numbers[COMMAND]

    def __call__(self, text: str) -> tuple[int, ...]:
        """Return the tokens of a text."""
        found = self._known.get(text)
        if found is None:
            if len(self._known) >= self._most:
                self._known.clear()
            found = tuple(self._backend.encode(text).ids)
            self._known[text] = found
        return found

    def asked(self, text: str, task: str) -> tuple[int, ...]:
        """Return the tokens of a text and of what asks for a command after it."""
        return (*self(f"{text}\n{task}"), self.command)

    def text(self, tokens: Sequence[int]) -> str:
        """Return what tokens say; special ones are left out."""
        return str(self._backend.decode(list(tokens), skip_special_tokens=True))
