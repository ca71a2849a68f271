"""Recordings of chat models, which answer again what they were asked."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parrots import PLAIN, Parrot, copied, many, messages, samplings, texts, user

from crossworld.wrappers.chat import (
    ChatError,
    Message,
    RecordedChatModel,
    ReplayedChatModel,
    Sampling,
    Usage,
)
from crossworld.wrappers.chat.hashing import request_key


@many
@given(st.lists(st.tuples(messages, samplings, texts), min_size=1, max_size=4))
def test_replay_gives_back_what_was_answered(tmp_path, rounds):
    path = tmp_path / "record.jsonl"
    path.unlink(missing_ok=True)
    for asked, sampling, text in rounds:
        RecordedChatModel(Parrot(text=text), path).complete(asked, sampling)
    replayed = ReplayedChatModel(path)
    assert replayed.name == "parrot"
    for asked, sampling, text in rounds:
        answer = replayed.complete(copied(asked), sampling)
        assert answer.text == text
        assert answer.usage == Usage(1, 1, 10, 5, answer.usage.seconds, 0.0)
    assert path.read_bytes().isascii()


def recorded(path, *asked, sampling=PLAIN, model=None):
    recorder = RecordedChatModel(model or Parrot(), path)
    return [recorder.complete(messages, sampling).text for messages in asked]


def test_repeated_requests_are_answered_in_turn(tmp_path):
    path = tmp_path / "record.jsonl"
    asked = [user("a"), user("b"), user("a"), user("a")]
    said = recorded(path, *asked)
    replayed = ReplayedChatModel(path)
    assert [replayed.complete(messages, PLAIN).text for messages in asked] == said
    assert replayed.complete(user("a"), PLAIN).text == said[-1]


NEAREST = {
    "text": (user("Go to desk 2."), PLAIN, "line 2; message 0.*character 11.*'1.'.*'2.'"),
    "sampling": (user("Take the mug."), Sampling(0.5), "line 1; recorded was sampling.*0.0.*0.5"),
    "images": (user("Take the mug.", np.zeros((2, 2, 3), np.uint8)), PLAIN, "line 1.*other images"),
    "count": (user("Go to desk 1.") * 2, PLAIN, "line 2; recorded are 1 messages, asked 2"),
    "role": ((Message("system", "Take the mug."),), PLAIN, "line 1; message 0.*'user'.*'system'"),
    "nothing alike": (user("§"), PLAIN, "line"),
}


@pytest.mark.parametrize("asked, sampling, message", NEAREST.values(), ids=NEAREST)
def test_what_was_not_recorded_names_the_nearest(tmp_path, asked, sampling, message):
    path = tmp_path / "record.jsonl"
    recorded(path, user("Take the mug."), user("Go to desk 1."))
    with pytest.raises(ChatError, match=f"never asked.*nearest is {message}"):
        ReplayedChatModel(path).complete(asked, sampling)


def test_records_can_be_read(tmp_path):
    path = tmp_path / "record.jsonl"
    recorded(path, user("Où ?", np.zeros((2, 5, 3), np.uint8)))
    (line,) = path.read_text().splitlines()
    record = json.loads(line)
    assert (record["text"], record["prompt_tokens"], record["completion_tokens"]) == (
        "Où ?, 1",
        10,
        5,
    )
    assert record["request"]["model"] == "parrot"
    assert record["request"]["messages"][0]["text"] == "Où ?"
    assert record["request"]["messages"][0]["images"][0].startswith("2x5x3:")
    assert record["key"] == request_key(
        "parrot", user("Où ?", np.zeros((2, 5, 3), np.uint8)), PLAIN
    )


@many
@given(st.integers(1, 10**4), st.integers(0, 3))
def test_unfinished_line_is_passed_over_and_removed(tmp_path, cut, more):
    path = tmp_path / "record.jsonl"
    path.unlink(missing_ok=True)
    recorded(path, user("a"), user("b" * 200))
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    path.write_bytes(whole[: first + cut % (len(whole) - first)])
    assert ReplayedChatModel(path).complete(user("a"), PLAIN).text == "a, 1"
    said = recorded(path, *[user(f"c{i}") for i in range(more)])
    replayed = ReplayedChatModel(path)
    assert [replayed.complete(user(f"c{i}"), PLAIN).text for i in range(more)] == said
    assert len(path.read_bytes().splitlines()) == 1 + more or not more


def test_damaged_records_are_named(tmp_path):
    path = tmp_path / "record.jsonl"
    recorded(path, user("a"), user("b"))
    path.write_text(path.read_text().replace('"b"', '"c"'))
    with pytest.raises(ChatError, match="line 2: no recorded answer"):
        ReplayedChatModel(path)


def test_other_files_are_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("my notes\nwithout an end")
    with pytest.raises(ChatError, match="no file of recorded answers"):
        RecordedChatModel(Parrot(), path)
    assert path.read_text() == "my notes\nwithout an end"
    with pytest.raises(ChatError, match="line 1"):
        ReplayedChatModel(path)


def test_models_of_a_record(tmp_path):
    path = tmp_path / "record.jsonl"
    with pytest.raises(ChatError, match=r"record.jsonl"):
        ReplayedChatModel(path)
    recorded(path, user("a"), model=Parrot("one"))
    recorded(path, user("a"), model=Parrot("two", "second"))
    with pytest.raises(ChatError, match=r"None is none of.*'one', 'two'"):
        ReplayedChatModel(path)
    assert ReplayedChatModel(path, "two").complete(user("a"), PLAIN).text == "second"
