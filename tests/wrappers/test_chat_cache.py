"""What chat models answered, kept on disk: what was paid for once is free."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parrots import PLAIN, Mute, Parrot, copied, damaged, many, messages, samplings, texts, user

from crossworld.wrappers.chat import CachedChatModel, ChatError, ChatUnavailableError, Usage


@many
@given(messages, samplings, texts)
def test_cache_gives_back_what_was_answered(tmp_path, asked, sampling, text):
    path = tmp_path / "cache.db"
    path.unlink(missing_ok=True)
    model = CachedChatModel(Parrot(text=text), path)
    paid = model.complete(asked, sampling)
    assert (paid.text, paid.usage) == (text, Usage(1, 0, 10, 5, 0.25, 0.5))
    free = CachedChatModel(Mute(), path).complete(copied(asked), sampling)
    assert free.text == text
    assert free.usage == Usage(1, 1, 10, 5, free.usage.seconds, 0.0)
    assert 0 < free.usage.seconds < 5


def test_cache_tells_models_apart(tmp_path):
    path = tmp_path / "cache.db"
    one, other = Parrot("one"), Parrot("other", "other")
    assert CachedChatModel(one, path).complete(user("hi"), PLAIN).text == "hi, 1"
    assert CachedChatModel(other, path).complete(user("hi"), PLAIN).text == "other"
    assert CachedChatModel(one, path).name == "one"


def test_failures_are_not_cached(tmp_path):
    path = tmp_path / "cache.db"
    with pytest.raises(ChatUnavailableError):
        CachedChatModel(Mute(), path).complete(user("hi"), PLAIN)
    assert CachedChatModel(Parrot(), path).complete(user("hi"), PLAIN).text == "hi, 1"


def test_who_asks_the_same_at_the_same_time_gets_the_same(tmp_path):
    barrier = Barrier(4)

    class Slow(Parrot):
        def complete(self, messages, sampling):
            barrier.wait(30)
            return super().complete(messages, sampling)

    model = CachedChatModel(Slow(), tmp_path / "cache.db")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: model.complete(user("hi"), PLAIN), range(4)))
    assert len({answer.text for answer in answers}) == 1
    assert [answer.usage.cost for answer in answers] == [0.5] * 4


def filled(tmp_path):
    path = tmp_path / "cache.db"
    path.unlink(missing_ok=True)
    model = CachedChatModel(Parrot(), path)
    for number in range(30):
        model.complete(user(f"question {number}"), PLAIN)
    return path, path.read_bytes()


@many
@given(st.data())
def test_damaged_cache_is_noticed_or_asks_again(tmp_path, data):
    path = tmp_path / "cache.db"
    if not (tmp_path / "whole").exists():
        (tmp_path / "whole").write_bytes(filled(tmp_path)[1])
    path.write_bytes(damaged((tmp_path / "whole").read_bytes(), data))
    for number in range(30):
        try:
            model = CachedChatModel(Parrot(text="asked again"), path)
            answer = model.complete(user(f"question {number}"), PLAIN)
        except ChatError as error:
            assert str(path) in str(error)
            return
        assert answer.text in (f"question {number}, {number + 1}", "asked again")
