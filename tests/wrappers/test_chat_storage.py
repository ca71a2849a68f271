"""All that chat models keep on disk: shared by processes, killed, copied, missing, of another kind."""

import multiprocessing
import os
import pickle
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from parrots import PLAIN, Mute, Parrot, user

from crossworld.wrappers.chat import (
    BudgetedChatModel,
    CachedChatModel,
    ChatError,
    RecordedChatModel,
    ReplayedChatModel,
)

SPAWN = multiprocessing.get_context("spawn")


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


def test_missing_folders_are_said(tmp_path):
    for make in (CachedChatModel, BudgetedChatModel, RecordedChatModel):
        with pytest.raises(ChatError, match="missing"):
            make(Parrot(), tmp_path / "missing" / "file")


def test_copies_go_on(tmp_path):
    budget = BudgetedChatModel(Parrot(), max_tokens=100)
    budget.complete(user("hi"), PLAIN)
    recorded = RecordedChatModel(budget, tmp_path / "record.jsonl")
    model = pickle.loads(pickle.dumps(CachedChatModel(recorded, tmp_path / "cache.db")))
    assert model.complete(user("hi"), PLAIN).text == "hi, 1"
    assert pickle.loads(pickle.dumps(budget)).spent.calls == 1
    replayed = ReplayedChatModel(tmp_path / "record.jsonl")
    assert pickle.loads(pickle.dumps(replayed)).complete(user("hi"), PLAIN).text == "hi, 1"
