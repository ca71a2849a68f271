"""Chat models on this machine: a tiny model with random weights, real tokens and templates."""

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from crossworld.agents.text_lm.model import LONGEST, new_model, save_model  # noqa: E402
from crossworld.agents.text_lm.tokenizer import new_tokenizer, vocabulary  # noqa: E402
from crossworld.wrappers.chat.base import (  # noqa: E402
    ChatError,
    ChatModel,
    ChatUnavailableError,
    Message,
    Sampling,
)
from crossworld.wrappers.chat.local import LocalChatModel  # noqa: E402

TEXTS = (
    "You are in the middle of a room. Looking quickly around you, you see a bed 1.",
    "You arrive at bed 1. On the bed 1, you see a pillow 1, and a book 2.",
    "Nothing happens.",
    "Your task is to: look at book under the desklamp.",
)
COMMANDS = ("go to bed 1", "take book 2 from bed 1", "look")
HOT = Sampling(temperature=1.0, max_tokens=12, seed=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with random weights, large enough that it says all sorts of things."""
    path = tmp_path_factory.mktemp("models") / "random"
    model = new_model(seed=3)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim == 2:
                weight.mul_(3 if "embed" in name else 12)
    save_model(model, path)
    return path


@pytest.fixture(scope="module")
def chat(folder: Path) -> LocalChatModel:
    return LocalChatModel(folder)


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def said(*texts: str) -> list[Message]:
    """Return a conversation: the user begins, and both take turns."""
    return [Message("assistant" if place % 2 else "user", text) for place, text in enumerate(texts)]


def conversations() -> st.SearchStrategy[list[Message]]:
    turns = st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(COMMANDS)), max_size=4)
    return st.builds(
        lambda pairs, last: said(*(text for pair in pairs for text in pair), last),
        turns,
        st.sampled_from(TEXTS),
    )


def counted(chat: LocalChatModel, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that fills with how many tokens the model reads each time."""
    read: list[int] = []
    forward = chat._model.forward

    def counting(*args: Any, **kwargs: Any) -> Any:
        read.append(kwargs["input_ids"].shape[1])
        return forward(*args, **kwargs)

    monkeypatch.setattr(chat._model, "forward", counting)
    return read


def test_it_is_a_chat_model_with_the_name_of_its_folder(chat: LocalChatModel) -> None:
    model: ChatModel = chat
    assert model.name == "local/random"


@settings(max_examples=25)
@given(st.lists(conversations(), min_size=1, max_size=4), st.sampled_from((0.0, 1.0)))
def test_what_was_read_before_changes_nothing(
    chat: LocalChatModel, asked: list[list[Message]], temperature: float
) -> None:
    sampling = Sampling(temperature=temperature, max_tokens=6, seed=1)
    kept = [chat.complete(messages, sampling) for messages in asked]
    for messages, found in zip(asked, kept, strict=True):
        chat._forget()
        fresh = chat.complete(messages, sampling)
        assert fresh.text == found.text
        assert fresh.usage.prompt_tokens == found.usage.prompt_tokens
        assert fresh.usage.completion_tokens == found.usage.completion_tokens


def test_scores_do_not_depend_on_how_they_were_reached(chat: LocalChatModel) -> None:
    dice = torch.Generator().manual_seed(0)
    tokens = torch.randint(4, 200, (40,), generator=dice).tolist()
    with torch.inference_mode():
        whole = chat._model(torch.tensor([tokens])).logits[0]
        for length in (10, 30, 20, 21, 40, 1):
            torch.testing.assert_close(
                chat._logits(tokens[:length]), whole[length - 1], atol=1e-3, rtol=1e-4
            )


def test_only_what_is_new_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = LocalChatModel(folder)
    read = counted(chat, monkeypatch)
    first = said(TEXTS[0])
    one = chat.complete(first, HOT)
    assert read[0] == one.usage.prompt_tokens
    assert read[1:] == [1] * (len(read) - 1)
    read.clear()
    longer = said(TEXTS[0], COMMANDS[0], TEXTS[1])
    two = chat.complete(longer, HOT)
    assert read[0] <= two.usage.prompt_tokens - one.usage.prompt_tokens + 1
    read.clear()
    chat.complete(longer, HOT)
    assert read[0] == 1


def test_greedy_answers_are_those_of_transformers(chat: LocalChatModel, folder: Path) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    for text in TEXTS:
        turns = [{"role": "user", "content": text}]
        prompt = tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        whole = model.generate(**prompt, max_new_tokens=8, do_sample=False)[0]
        expected = tokenizer.decode(whole[prompt["input_ids"].shape[1] :], skip_special_tokens=True)
        assert chat.complete(said(text), Sampling(max_tokens=8)).text == expected.strip()


def test_equal_seeds_draw_equal_answers(chat: LocalChatModel) -> None:
    def answers(seed: int) -> list[str]:
        sampling = Sampling(temperature=2.0, max_tokens=8, seed=seed)
        return [chat.complete(said(text), sampling).text for text in TEXTS]

    assert answers(1) == answers(1)
    assert answers(1) != answers(2)


def test_answers_end_before_a_stop_string(chat: LocalChatModel) -> None:
    long = Sampling(temperature=2.0, max_tokens=10, seed=4)
    whole = chat.complete(said(TEXTS[0]), long)
    words = whole.text.split()
    assert len(words) > 3
    stop = (words[3], words[2])
    cut = chat.complete(said(TEXTS[0]), Sampling(2.0, 10, stop, 4))
    assert cut.text == whole.text[: min(map(whole.text.find, stop))].strip()
    assert cut.usage.completion_tokens < whole.usage.completion_tokens


def test_answers_are_as_long_as_they_may_be_and_are_counted(chat: LocalChatModel) -> None:
    asked = new_tokenizer(LONGEST).apply_chat_template(
        [{"role": "user", "content": TEXTS[1]}], add_generation_prompt=True
    )["input_ids"]
    for most in (1, 3):
        found = chat.complete(said(TEXTS[1]), Sampling(temperature=2.0, max_tokens=most, seed=4))
        assert found.usage.completion_tokens <= most
        assert found.usage.calls == 1 and found.usage.cached == 0
        assert found.usage.prompt_tokens == len(asked)
        assert found.usage.seconds > 0
        assert found.text == found.text.strip()


def test_threads_get_their_own_answers(chat: LocalChatModel) -> None:
    asked = [said(first, COMMANDS[0], second) for first in TEXTS for second in TEXTS]
    expected = [chat.complete(messages, HOT).text for messages in asked]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda messages: chat.complete(messages, HOT).text, asked))
    assert found == expected


def test_after_a_failure_all_is_as_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = LocalChatModel(folder)
    expected = chat.complete(said(TEXTS[0]), HOT).text

    def failing(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as broken:
        broken.setattr(chat._model, "forward", failing)
        with pytest.raises(RuntimeError):
            chat.complete(said(TEXTS[1]), HOT)
    assert chat.complete(said(TEXTS[0]), HOT).text == expected


def test_a_model_that_keeps_a_window_only_reads_all_again(tmp_path: Path) -> None:
    config = transformers.MistralConfig(
        vocab_size=len(vocabulary()), hidden_size=16, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, sliding_window=4, eos_token_id=2,
    )  # fmt: skip
    torch.manual_seed(0)
    save_model(transformers.MistralForCausalLM(config), tmp_path)
    chat = LocalChatModel(tmp_path)
    asked = [said(*TEXTS[: 1 + 2 * n]) for n in (0, 1, 0)]
    kept = [chat.complete(messages, HOT).text for messages in asked]
    for messages, found in zip(asked, kept, strict=True):
        chat._forget()
        assert chat.complete(messages, HOT).text == found


# What is refused


def spoiled(name: str, content: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / name).write_text(content)

    return spoil


def without_template(folder: Path) -> None:
    path = folder / "tokenizer_config.json"
    known = json.loads(path.read_text())
    del known["chat_template"]
    path.write_text(json.dumps(known))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "config.json").unlink(), r"holds no config\.json"),
        (lambda folder: (folder / "model.safetensors").unlink(), r"cannot be loaded"),
        (spoiled("model.safetensors", "weights"), r"cannot be loaded"),
        (spoiled("config.json", "{"), r"cannot be loaded"),
        (without_template, r"has no chat template"),
    ],
)
def test_folders_that_hold_no_chat_model(
    copy: Path, spoil: Callable[[Path], None], message: str
) -> None:
    spoil(copy)
    with pytest.raises(ChatError, match=message):
        LocalChatModel(copy)


def test_devices_that_are_not_there(folder: Path) -> None:
    with pytest.raises(ChatError, match=r"device 'abacus'"):
        LocalChatModel(folder, device="abacus")


def test_conversations_that_cannot_be_answered(chat: LocalChatModel) -> None:
    import numpy as np

    with pytest.raises(ChatError, match="there are none"):
        chat.complete([], HOT)
    picture = np.zeros((2, 2, 3), np.uint8)
    with pytest.raises(ChatError, match="text only"):
        chat.complete([Message("user", "look", (picture,))], HOT)
    with pytest.raises(ChatUnavailableError, match=rf"fewer than {LONGEST}; shorten"):
        chat.complete(said("mug " * LONGEST), HOT)


def test_an_answer_ends_where_the_model_can_read_no_further(chat: LocalChatModel) -> None:
    almost = said("mug " * (LONGEST - 4))
    found = chat.complete(almost, Sampling(temperature=2.0, max_tokens=50, seed=1))
    assert found.usage.prompt_tokens + found.usage.completion_tokens <= LONGEST
