"""Chat models behind a real server: `transformers serve` with a tiny random model."""

import os
import signal
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

from crossworld.wrappers.chat import (
    CachedChatModel,
    ChatError,
    ChatUnavailableError,
    EndpointChatModel,
    Message,
    Sampling,
)

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")
for needed in ("openai", "fastapi", "uvicorn"):
    pytest.importorskip(needed)

pytestmark = pytest.mark.slow

# Stop strings work with tokenizers only that know the word "abcdef", by which transformers finds out
# how they join words.
WORDS = [
    "<unk>",
    "<s>",
    "</s>",
    "system",
    "user",
    "assistant",
    ":",
    "go",
    "to",
    "desk",
    "1",
    "mug",
    "lamp",
    "take",
    "look",
    "open",
    "the",
    "a",
    "room",
    "you",
    "are",
    "in",
    "abcdef",
]
TEMPLATE = (
    "{% for m in messages %}{{ m['role'] }} : {{ m['content'] }} {% endfor %}"
    "{% if add_generation_prompt %}assistant :{% endif %}"
)
ASKED = (
    Message("system", "you are in the room"),
    Message("user", "look"),
    Message("assistant", "a mug"),
    Message("user", "take the mug"),
)
UP = 120.0
"""Seconds that the server may take to start."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model that says random words of its own: greedily always the same, drawn by seed."""
    path = tmp_path_factory.mktemp("models") / "tiny"
    words = tokenizers.models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="<unk>")
    tokenizer = tokenizers.Tokenizer(words)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    )
    wrapped.chat_template = TEMPLATE
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = transformers.LlamaForCausalLM(
            transformers.LlamaConfig(
                vocab_size=len(WORDS),
                hidden_size=32,
                intermediate_size=64,
                num_hidden_layers=2,
                num_attention_heads=4,
                bos_token_id=1,
                eos_token_id=2,
                initializer_range=1.0,
            )
        )
    model.generation_config.do_sample = True  # a temperature alone does not make the server draw
    model.save_pretrained(path)
    wrapped.save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def url(folder, tmp_path_factory):
    """The address of a server, which is gone afterwards, whatever happens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("logs") / "serve.txt"
    command = [sys.executable, "-c", "from transformers.cli.transformers import main; main()"]
    options = ["serve", "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, *options],
            stdout=output,
            stderr=output,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
            start_new_session=True,
        )
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/health", server, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(30)


def _wait_until_up(url, server, log):
    opener = build_opener(ProxyHandler({}))
    end = time.monotonic() + UP
    while time.monotonic() < end and server.poll() is None:
        try:
            opener.open(url, timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the server did not start: {log.read_text()[-2000:]}")


@pytest.fixture
def make(url, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return lambda model, **arguments: EndpointChatModel(
        str(model), url, "KEY_OF_NOBODY", **arguments
    )


@pytest.fixture(scope="module")
def in_process(folder):
    """Return the likeliest answer, the ids of the prompt and those of the answer."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()

    def answered(messages, max_tokens):
        prompt = tokenizer.apply_chat_template(
            [{"role": m.role, "content": m.text} for m in messages],
            add_generation_prompt=True,
            return_tensors="pt",
            return_dict=True,
        )
        ids = model.generate(**prompt, max_new_tokens=max_tokens, do_sample=False)
        said = ids[0, prompt["input_ids"].shape[1] :]
        return tokenizer.decode(said, skip_special_tokens=True), prompt["input_ids"][0], said

    return answered


@pytest.mark.parametrize("max_tokens", [1, 5, 40])
@pytest.mark.parametrize("count", [1, 3])
def test_answers_are_those_of_the_model(make, folder, in_process, max_tokens, count):
    asked = ASKED[-count:]
    text, prompt, said = in_process(asked, max_tokens)
    answer = make(folder, prices=(1.0, 2.0)).complete(asked, Sampling(max_tokens=max_tokens))
    assert answer.text == text.strip() != ""
    assert answer.usage.prompt_tokens == len(prompt)
    assert answer.usage.completion_tokens == len(said) <= max_tokens
    assert answer.usage.cost == pytest.approx((len(prompt) + 2 * len(said)) / 1e6)


def test_model_names_itself_with_its_revision(make, folder):
    assert make(folder).ask(ASKED, Sampling()).model == f"{folder}@main"
    make(folder).complete(ASKED, Sampling(max_tokens=1))
    with pytest.raises(ChatError, match=r"another model.*tiny@main"):
        make(folder, answers_as="large").complete(ASKED, Sampling(max_tokens=1))


def test_stops_end_answers_and_save_tokens(make, folder, in_process):
    text, _, said = in_process(ASKED, 40)
    word = text.split()[3]
    answer = make(folder).complete(ASKED, Sampling(max_tokens=40, stop=(f" {word}",)))
    assert answer.text == text.partition(f" {word}")[0].strip()
    assert answer.usage.completion_tokens < len(said)


def test_seeds_are_honoured_one_request_at_a_time(make, folder):
    model = make(folder, concurrency=1)

    def draw(seed):
        return model.complete(ASKED, Sampling(temperature=1.0, max_tokens=20, seed=seed)).text

    drawn = [draw(seed) for seed in range(4)]
    assert [draw(seed) for seed in range(4)] == drawn
    assert len(set(drawn)) > 1


def test_cache_before_a_server(make, folder, tmp_path):
    model = CachedChatModel(make(folder), tmp_path / "cache.db")
    paid, free = (model.complete(ASKED, Sampling(max_tokens=9)) for _ in range(2))
    assert paid.text == free.text
    assert (paid.usage.cached, free.usage.cached) == (0, 1)


def test_unknown_models_are_unavailable(make, folder):
    with pytest.raises(ChatUnavailableError, match="tinier"):
        make(folder.with_name("tinier"), retries=0).complete(ASKED, Sampling())
