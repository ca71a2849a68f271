"""What chat models keep on disk: caches, budgets, recordings."""

import json
import multiprocessing
import os
import pickle
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from threading import Barrier, Lock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from crossworld.wrappers.chat import (
    BudgetedChatModel,
    BudgetExceededError,
    CachedChatModel,
    ChatError,
    ChatUnavailableError,
    Completion,
    Message,
    RecordedChatModel,
    ReplayedChatModel,
    Sampling,
    Usage,
)
from crossworld.wrappers.chat.hashing import request_key

PLAIN = Sampling()
SPAWN = multiprocessing.get_context("spawn")


class Parrot:
    """Says something new each time, and counts."""

    def __init__(self, name="parrot", text=None):
        self.name = name
        self.text = text
        self.asked = 0
        self.lock = Lock()

    def complete(self, messages, sampling):
        with self.lock:
            self.asked += 1
            asked = self.asked
        text = f"{messages[-1].text}, {asked}" if self.text is None else self.text
        return Completion(text, Usage(1, 0, 10, 5, 0.25, 0.5))

    def __getstate__(self):
        return (self.name, self.text)

    def __setstate__(self, state):
        self.__init__(*state)


class Mute:
    name = "parrot"

    def complete(self, messages, sampling):
        raise ChatUnavailableError("nobody is there")


def user(text, *images):
    return (Message("user", text, images),)


texts = st.text() | st.text(st.characters(exclude_categories=()))  # half surrogates, too
images = hnp.arrays(np.uint8, st.tuples(st.integers(1, 3), st.integers(1, 3), st.just(3)))
messages = st.lists(
    st.builds(
        Message,
        st.sampled_from(["system", "user", "assistant"]),
        texts,
        st.lists(images, max_size=2).map(tuple),
    ),
    min_size=1,
    max_size=3,
)
samplings = st.builds(
    Sampling,
    st.floats(0, 2),
    st.integers(1, 999),
    st.lists(st.text(min_size=1), max_size=3).map(tuple),
    st.integers(0, 99),
)
many = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def copied(asked):
    """Return equal messages that share nothing, with images of another memory layout."""
    return [
        replace(m, images=tuple(np.asfortranarray(i.copy())[:, :, :] for i in m.images))
        for m in asked
    ]


@given(texts, messages, samplings)
def test_equal_requests_have_equal_keys(name, asked, sampling):
    key = request_key(name, asked, sampling)
    same = Sampling(
        np.float64(sampling.temperature),
        np.int64(sampling.max_tokens),
        list(sampling.stop),
        np.int32(sampling.seed),
    )
    assert request_key(name, copied(asked), same) == key
    assert len(key) == 64


def signature(name, asked, sampling):
    """Return what makes two requests equal, written in another way than the key."""
    parts = [(m.role, m.text, [(i.shape, i.tolist()) for i in m.images]) for m in asked]
    return repr((name, parts, [getattr(sampling, f.name) for f in fields(sampling)]))


requests = st.tuples(st.sampled_from(["a", "b"]), messages, samplings)


@given(requests, requests)
def test_other_requests_have_other_keys(one, other):
    assert (request_key(*one) == request_key(*other)) == (signature(*one) == signature(*other))


def changed(asked, sampling, image):
    """Return requests that differ from the one in one small thing."""
    first, rest = asked[0], asked[1:]
    role = {"user": "system", "system": "assistant", "assistant": "user"}[first.role]
    firsts = [
        replace(first, text=first.text + " "),
        replace(first, text=first.text + "\0"),
        replace(first, role=role),
        replace(first, images=(*first.images, image)),
    ]
    if first.images:
        picture = first.images[0]
        brighter = picture.copy()
        brighter[-1, -1, -1] ^= 1
        other = [brighter, np.swapaxes(picture, 0, 1) if picture.shape[0] != picture.shape[1]
                 else brighter]  # fmt: skip
        firsts += [replace(first, images=(p, *first.images[1:])) for p in other]
        firsts.append(replace(first, images=first.images[1:]))
    for message in firsts:
        yield [message, *rest], sampling
    yield [*asked, asked[-1]], sampling
    yield [Message("user", ""), *asked], sampling
    yield asked, replace(sampling, temperature=sampling.temperature + 0.5)
    yield asked, replace(sampling, max_tokens=sampling.max_tokens + 1)
    yield asked, replace(sampling, seed=sampling.seed + 1)
    yield asked, replace(sampling, stop=(*sampling.stop, "x"))
    if len(sampling.stop) > 1:
        yield asked, replace(sampling, stop=("".join(sampling.stop),))
        yield asked, replace(sampling, stop=(",".join(sampling.stop),))


@given(messages, samplings, images)
def test_any_change_changes_the_key(asked, sampling, image):
    key = request_key("a", asked, sampling)
    assert request_key("b", asked, sampling) != key
    for other, drawn in changed(asked, sampling, image):
        assert request_key("a", other, drawn) != key


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


def work(path, seed):
    """Ask 60 questions of 20 kinds through all three files, from four threads."""
    budget = BudgetedChatModel(Parrot(), path / "budget.db", max_tokens=10**6)
    model = CachedChatModel(RecordedChatModel(budget, path / "record.jsonl"), path / "cache.db")
    with ThreadPoolExecutor(4) as pool:
        return list(
            pool.map(lambda i: model.complete(user(f"{(i + seed) % 20}"), PLAIN), range(60))
        )


def test_processes_and_threads_share_files(tmp_path):
    with SPAWN.Pool(2) as pool:
        found = pool.starmap(work, [(tmp_path, seed) for seed in range(4)])
    answers = [answer for part in found for answer in part]
    by_kind = {answer.text.partition(",")[0]: set() for answer in answers}
    for answer in answers:
        by_kind[answer.text.partition(",")[0]].add(answer.text)
    assert len(by_kind) == 20
    assert all(len(texts) == 1 for texts in by_kind.values())
    paid = [answer for answer in answers if not answer.usage.cached]
    spent = BudgetedChatModel(Parrot(), tmp_path / "budget.db").spent
    assert (spent.calls, spent.prompt_tokens, spent.cost) == (
        len(paid), 10 * len(paid), 0.5 * len(paid))  # fmt: skip
    assert len((tmp_path / "record.jsonl").read_text().splitlines()) == len(paid)
    replayed = ReplayedChatModel(tmp_path / "record.jsonl")
    for kind in by_kind:
        replayed.complete(user(kind), PLAIN)


def work_for_ever(path):
    budget = BudgetedChatModel(Parrot(text="x" * 5000), path / "budget.db")
    model = CachedChatModel(RecordedChatModel(budget, path / "record.jsonl"), path / "cache.db")
    number = 0
    while True:
        model.complete(user(f"{os.getpid()} {number}"), PLAIN)
        (path / f"{os.getpid()}.done").write_text(str(number))
        number += 1


@pytest.mark.slow
def test_files_survive_being_killed(tmp_path):
    for _ in range(3):
        children = [SPAWN.Process(target=work_for_ever, args=(tmp_path,)) for _ in range(2)]
        for child in children:
            child.start()
        for child in children:
            done = tmp_path / f"{child.pid}.done"
            end = time.monotonic() + 60
            while not done.exists() and time.monotonic() < end:
                time.sleep(0.01)
        time.sleep(0.2)
        for child in children:
            os.kill(child.pid, signal.SIGKILL)
            child.join()
        RecordedChatModel(Parrot(), tmp_path / "record.jsonl")  # removes what was cut off
        cached = CachedChatModel(Mute(), tmp_path / "cache.db")
        replayed = ReplayedChatModel(tmp_path / "record.jsonl")
        total = 0
        for done in tmp_path.glob("*.done"):
            last = int(done.read_text() or 0)
            total += last + 1
            for number in range(last + 1):
                for model in (cached, replayed):
                    answer = model.complete(user(f"{done.stem} {number}"), PLAIN)
                    assert answer.text == "x" * 5000
        assert BudgetedChatModel(Parrot(), tmp_path / "budget.db").spent.calls >= total


def damaged(whole, data):
    """Return a file with some bytes changed, and perhaps cut off."""
    start = data.draw(st.integers(0, len(whole) - 1))
    noise = data.draw(st.binary(min_size=1, max_size=64))
    body = (whole[:start] + noise + whole[start + len(noise) :])[: len(whole)]
    return body[: data.draw(st.just(len(whole)) | st.integers(0, len(whole)))]


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


@pytest.mark.parametrize("kind", ["text", "folder", "other table"])
@pytest.mark.parametrize("make", [CachedChatModel, BudgetedChatModel])
def test_files_of_another_kind_are_refused(tmp_path, make, kind):
    path = tmp_path / "file.db"
    if kind == "text":
        path.write_text("these are no answers " * 99)
    elif kind == "folder":
        path.mkdir()
    else:
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE answers (x)")
            database.execute("CREATE TABLE spent (x)")
        database.close()
    before = path.read_bytes() if path.is_file() else b""
    model = Parrot()
    with pytest.raises(ChatError, match=r"file.db: no (cache|account).*move"):
        make(model, path).complete(user("hi"), PLAIN)
    assert not model.asked
    assert before == (path.read_bytes() if path.is_file() else b"")


@many
@given(st.data())
def test_damaged_budget_is_noticed_or_still_numbers(tmp_path, data):
    path = tmp_path / "budget.db"
    if not (tmp_path / "whole").exists():
        BudgetedChatModel(Parrot(), path).complete(user("hi"), PLAIN)
        (tmp_path / "whole").write_bytes(path.read_bytes())
    path.write_bytes(damaged((tmp_path / "whole").read_bytes(), data))
    try:
        budget = BudgetedChatModel(Parrot(), path, max_tokens=10**6, max_cost=10**6)
        budget.complete(user("hi"), PLAIN)
        assert budget.spent + Usage()
    except ChatError as error:
        assert str(path) in str(error) or isinstance(error, BudgetExceededError)


def test_missing_folders_are_said(tmp_path):
    for make in (CachedChatModel, BudgetedChatModel, RecordedChatModel):
        with pytest.raises(ChatError, match="missing"):
            make(Parrot(), tmp_path / "missing" / "file")


@pytest.mark.parametrize("shared", [False, True])
def test_tokens_run_out(tmp_path, shared):
    model = Parrot()
    path = tmp_path / "budget.db" if shared else None
    budget = BudgetedChatModel(model, path, max_tokens=40)
    for _ in range(3):
        budget.complete(user("hi"), PLAIN)  # 15 tokens each
    with pytest.raises(BudgetExceededError, match=r"max_tokens 40 is spent.*45 tokens.*3 calls"):
        budget.complete(user("hi"), PLAIN)
    assert model.asked == 3
    assert budget.spent == Usage(3, 0, 30, 15, 0.75, 1.5)


def test_money_runs_out_across_models_and_runs(tmp_path):
    for run in range(4):
        budget = BudgetedChatModel(Parrot(f"model {run}"), tmp_path / "b.db", max_cost=1.5)
        if run < 3:
            assert budget.complete(user("hi"), PLAIN).usage.cost == 0.5
        else:
            with pytest.raises(BudgetExceededError, match=r"max_cost 1.5 is spent.*1.5000 US"):
                budget.complete(user("hi"), PLAIN)
    BudgetedChatModel(Parrot(), tmp_path / "b.db", max_cost=2).complete(user("hi"), PLAIN)


@pytest.mark.parametrize("limits", [{"max_tokens": 0}, {"max_cost": 0}])
def test_nothing_may_be_spent(limits):
    model = Parrot()
    with pytest.raises(BudgetExceededError):
        BudgetedChatModel(model, **limits).complete(user("hi"), PLAIN)
    assert not model.asked


@pytest.mark.parametrize("outside", [False, True])
def test_cached_answers_cost_nothing_whichever_is_around_which(tmp_path, outside):
    model = Parrot()
    if outside:
        budget = both = BudgetedChatModel(CachedChatModel(model, tmp_path / "c.db"), max_tokens=20)
    else:
        budget = BudgetedChatModel(model, max_tokens=20)
        both = CachedChatModel(budget, tmp_path / "c.db")
    for _ in range(9):
        assert both.complete(user("hi"), PLAIN).text == "hi, 1"
    both.complete(user("ho"), PLAIN)
    assert budget.spent.calls == model.asked == 2
    with pytest.raises(BudgetExceededError):
        both.complete(user("ha"), PLAIN)
    if outside:
        with pytest.raises(BudgetExceededError):
            both.complete(user("hi"), PLAIN)
    else:
        assert both.complete(user("hi"), PLAIN).text == "hi, 1"


def test_limit_of_money_needs_prices():
    class Free(Parrot):
        def complete(self, messages, sampling):
            return Completion("x", Usage(1, 0, 10, 5))

    with pytest.raises(ChatError, match="give it prices"):
        BudgetedChatModel(Free(), max_cost=1).complete(user("hi"), PLAIN)


@pytest.mark.parametrize(
    "limits", [{"max_tokens": -1}, {"max_cost": float("nan")}, {"max_cost": "1"}]
)
def test_limits_that_are_none(limits):
    with pytest.raises(ChatError, match=next(iter(limits))):
        BudgetedChatModel(Parrot(), **limits)


def test_failures_cost_nothing():
    budget = BudgetedChatModel(Mute(), max_tokens=1)
    with pytest.raises(ChatUnavailableError):
        budget.complete(user("hi"), PLAIN)
    assert budget.spent == Usage()


def test_copies_go_on(tmp_path):
    budget = BudgetedChatModel(Parrot(), max_tokens=100)
    budget.complete(user("hi"), PLAIN)
    recorded = RecordedChatModel(budget, tmp_path / "record.jsonl")
    model = pickle.loads(pickle.dumps(CachedChatModel(recorded, tmp_path / "cache.db")))
    assert model.complete(user("hi"), PLAIN).text == "hi, 1"
    assert pickle.loads(pickle.dumps(budget)).spent.calls == 1
    replayed = ReplayedChatModel(tmp_path / "record.jsonl")
    assert pickle.loads(pickle.dumps(replayed)).complete(user("hi"), PLAIN).text == "hi, 1"


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
