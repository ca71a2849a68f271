"""Texts as ids and as vectors, and parts of observations."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossworld.envs.core.words import words_of
from crossworld.wrappers import EmbedText, SelectKeys, TokenizeText
from crossworld.wrappers.embeddings import EmbedderError, HashingEmbedder
from crossworld.wrappers.tokens import FIRST, UNKNOWN, TokenizerError, WorldTokenizer

HOUSEHOLD = "crossworld/Household-v0"


def test_ids_can_be_read_back() -> None:
    plain = gym.make(HOUSEHOLD, modalities=("text", "mission"))
    words = plain.unwrapped.vocabulary()
    env = TokenizeText(plain, max_tokens=400)
    for seed in range(10):
        clean, ids = plain.reset(seed=seed)[0], env.reset(seed=seed)[0]
        for key in ("text", "mission"):
            read = [words[i - FIRST] for i in ids[key] if i]
            assert read == words_of(clean[key])
            assert ids[key].dtype == np.int32


def test_cuts_pads_and_marks() -> None:
    env = TokenizeText(gym.make(HOUSEHOLD), ["mission"], max_tokens=5, mask=True)
    observation = env.reset(seed=0)[0]
    assert observation["mission"].shape == observation["mission_mask"].shape == (5,)
    assert observation["mission_mask"].tolist() == (observation["mission"] > 0).tolist()
    assert isinstance(observation["text"], str)
    long = TokenizeText(gym.make(HOUSEHOLD), ["mission"], max_tokens=50).reset(seed=0)[0]
    assert long["mission"][:5].tolist() == observation["mission"].tolist()
    assert not long["mission"][-1]


@given(st.lists(st.text(max_size=10), unique=True), st.text(max_size=40))
def test_the_worlds_tokenizer_is_total(words: list[str], text: str) -> None:
    tokenizer = WorldTokenizer(words)
    ids = tokenizer(text)
    assert len(ids) == len(words_of(text))
    assert all(UNKNOWN <= i < tokenizer.size for i in ids)


def test_a_tokenizer_of_ones_own() -> None:
    env = TokenizeText(
        gym.make(HOUSEHOLD), ["mission"], lambda text: [ord(c) for c in text], 30, size=128
    )
    ids = env.reset(seed=0)[0]["mission"]
    assert "".join(chr(i) for i in ids if i) == env.unwrapped.reset(seed=0)[0]["mission"][:30]
    bad = TokenizeText(gym.make(HOUSEHOLD), ["mission"], lambda text: [0, 1], size=9)
    with pytest.raises(TokenizerError, match="ids from 0 to 1"):
        bad.reset(seed=0)
    assert env.spec is not None
    with pytest.raises(TokenizerError, match="object given at run time"):
        gym.make(env.spec)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"max_tokens": 0}, "max_tokens=0"),
        ({"keys": ["image"]}, "'image' is no text"),
        ({"keys": ["sound"]}, "no 'sound'"),
        ({"tokenizer": len}, "size=None"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        TokenizeText(gym.make(HOUSEHOLD), **arguments)


def test_a_tokenizer_of_transformers(tmp_path: Any) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    transformers = pytest.importorskip("transformers")
    words = {"[UNK]": 0, "put": 1, "some": 2}
    model = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="[UNK]"))
    model.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    transformers.PreTrainedTokenizerFast(tokenizer_object=model, unk_token="[UNK]").save_pretrained(
        tmp_path
    )
    env = TokenizeText(gym.make(HOUSEHOLD), ["mission"], str(tmp_path), max_tokens=12)
    ids = env.reset(seed=0)[0]["mission"]
    mission = env.unwrapped.reset(seed=0)[0]["mission"]
    assert [i for i in ids.tolist() if i] == [words.get(w, 0) + 1 for w in mission.split()]
    with pytest.raises(TokenizerError, match="could not be loaded"):
        TokenizeText(gym.make(HOUSEHOLD), tokenizer=str(tmp_path / "none"))


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_hashed_vectors_have_length_1_and_do_not_depend_on_neighbours(texts: list[str]) -> None:
    embed = HashingEmbedder(64)
    together = embed(texts)
    assert together.shape == (len(texts), 64)
    for vector, text in zip(together, texts, strict=True):
        assert np.array_equal(vector, embed([text])[0])
        length = float((vector * vector).sum())
        assert np.isclose(length, 1, atol=1e-5) or length == 0


def test_like_texts_have_like_vectors() -> None:
    a, b, c = HashingEmbedder(512)(
        ["put the mug on the shelf", "put the mug on the desk", "an apple, hot and clean"]
    )
    assert a @ b > 0.5 > a @ c


def test_an_embedder_is_asked_once_for_each_text() -> None:
    class Counting:
        size = 3

        def __init__(self) -> None:
            self.asked: list[str] = []

        def __call__(self, texts: Any) -> Any:
            self.asked += texts
            return np.ones((len(texts), 3), np.float32)

    embedder = Counting()
    env = EmbedText(gym.make(HOUSEHOLD), ["mission", "text"], embedder)
    env.reset(seed=0)
    env.step("look")
    env.step("look")
    assert len(embedder.asked) == len(set(embedder.asked)) == 3


def test_wrong_embedders() -> None:
    for embedder, arguments in (
        ("hash", None), ("hashing", {"length": 3}), ("hashing", {"size": 0}), (len, None),
        ("object given at run time: x.Y", None),
    ):  # fmt: skip
        with pytest.raises(EmbedderError):
            EmbedText(gym.make(HOUSEHOLD), embedder=embedder, arguments=arguments)


def test_one_key_alone_is_the_observation() -> None:
    env = SelectKeys(gym.make(HOUSEHOLD), "image")
    assert env.reset(seed=0)[0].shape == env.observation_space.shape == (128, 128, 3)
    with pytest.raises(ValueError, match="no Dict"):
        SelectKeys(env, "image")
    for keys in ("sound", ["image", "sound"], []):
        with pytest.raises(ValueError, match="SelectKeys"):
            SelectKeys(gym.make(HOUSEHOLD), keys)
