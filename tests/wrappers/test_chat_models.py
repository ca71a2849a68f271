"""Chat models behind endpoints, against a server of our own that makes every mistake we know of."""

import copy
import json
import logging
import multiprocessing
import pickle
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import numpy as np
import pytest
from chat_server import KEY, Reply, chat_server, counts, fails, says
from hypothesis import given
from hypothesis import strategies as st

from crossworld.wrappers.chat import (
    BudgetedChatModel,
    CachedChatModel,
    ChatError,
    ChatUnavailableError,
    EndpointChatModel,
    Message,
    RecordedChatModel,
    Sampling,
    Usage,
)
from crossworld.wrappers.chat.names import is_same_model
from crossworld.wrappers.chat.waits import LONGEST, wait_before_retry
from crossworld.wrappers.chat.wire import Unreadable, cut, read_answer

pytest.importorskip("openai")

ASKED = (Message("system", "Be brief."), Message("user", "Which room?"))
PLAIN = Sampling(max_tokens=9)
GOOD = says(" The kitchen.\n", model="mouth-1", usage=counts(11, 3))


@pytest.fixture
def server(monkeypatch):
    with chat_server(monkeypatch) as served:
        served.replies = [GOOD]
        yield served


@pytest.fixture
def make(server):
    def made(name="mouth-1", **arguments):
        return EndpointChatModel(name, **({"base_url": server.url, "timeout": 5.0} | arguments))

    return made


def ask(model, messages=ASKED, sampling=PLAIN):
    return model.complete(messages, sampling)


def test_request_is_what_was_asked(server, make):
    answer = ask(make(), sampling=Sampling(0.5, 9, ("\n\n", "Action:"), 7))
    assert answer.text == "The kitchen."
    assert server.keys == [f"Bearer {KEY}"]
    assert server.seen == [
        {
            "model": "mouth-1",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Which room?"},
            ],
            "max_tokens": 9,
            "temperature": 0.5,
            "stop": ["\n\n", "Action:"],
            "seed": 7,
        }
    ]


def test_what_says_nothing_is_not_sent(server, make):
    ask(make())
    assert not {"seed", "stop"} & set(server.seen[0])
    assert server.seen[0]["temperature"] == 0


def test_images_arrive_exactly_and_before_the_text(server, make):
    rng = np.random.default_rng(5)
    images = tuple(rng.integers(0, 256, (h, w, 3), np.uint8) for h, w in ((1, 2), (9, 4)))
    ask(make(), [Message("user", "Compare.", (*images, images[1][::-1, ::2]))])
    for sent, image in zip(server.images(), (*images, images[1][::-1, ::2]), strict=True):
        np.testing.assert_array_equal(sent, image)
    kinds = [part["type"] for part in server.seen[0]["messages"][0]["content"]]
    assert kinds == ["image_url"] * 3 + ["text"]


def test_usage_is_the_servers_and_prices_are_for_a_million(make):
    usage = ask(make(prices=(2.0, 10.0))).usage
    assert usage == Usage(1, 0, 11, 3, usage.seconds, (11 * 2.0 + 3 * 10.0) / 1e6)
    assert 0 < usage.seconds < 5


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": "many"}, {"prompt_tokens": -1,
                                   "completion_tokens": True}, {"prompt_tokens": 10**30}])  # fmt: skip
def test_missing_usage_is_estimated_and_said(server, make, usage):
    server.replies = [says("x" * 10, usage=usage)]
    image = np.zeros((64, 32, 3), np.uint8)
    with pytest.warns(UserWarning, match="mouth-1.*does not count tokens.*estimates"):
        found = ask(make(prices=(1, 1)), [Message("user", "y" * 9, (image,))]).usage
    assert (found.prompt_tokens, found.completion_tokens) == (3 + 2, 3)
    assert found.cost == pytest.approx(8e-6)


def test_answers_end_before_a_stop_that_the_server_does_not_know(server, make):
    server.replies = [says(" go east.\nObservation: a wall", usage=counts(1, 1))]
    assert ask(make(), sampling=Sampling(stop=("Observation:", "wall"))).text == "go east."


def test_stops_need_not_be_sent(server, make):
    server.replies = [says(" go east.\nObservation: a wall", usage=counts(1, 1))]
    sampling = Sampling(stop=("Observation:",))
    assert ask(make(stops=False), sampling=sampling).text == "go east."
    assert "stop" not in server.seen[0]


PASSING = {
    "500, then fine": [fails(500), fails(503)],
    "too many": [fails(429)],
    "conflict": [fails(409)],
    "reset": [GOOD._replace(resets=True)],
    "closed amid the body": [GOOD._replace(missing=40)],
    "closed amid the body of an error": [fails(500)._replace(missing=9)],
    "closed before the body": [GOOD._replace(missing=len(GOOD.body))],
    "not what it says it is": [GOOD._replace(headers={"Content-Encoding": "gzip"})],
}
NONSENSE = {
    "JSON cut off": GOOD._replace(body=GOOD.body[:-30]),
    "JSON nested without end": GOOD._replace(body="[" * 200_000),
    "page of HTML": Reply("<html>Welcome</html>", kind="text/html"),
    "empty": Reply(""),
    "no choices": Reply('{"choices": []}'),
    "choices are null": Reply('{"choices": null}'),
    "a list": Reply("[1]"),
    "a number": Reply("NaN"),
    "no message": Reply('{"choices": [{"message": null}]}'),
    "no content": says(None),
    "content in parts": says([{"type": "text", "text": "[]"}]),
}


@pytest.mark.parametrize("faults", [*PASSING.values(), *([f] for f in NONSENSE.values())],
                         ids=[*PASSING, *NONSENSE])  # fmt: skip
def test_faults_that_pass(server, make, faults):
    server.replies = [*faults, GOOD]
    answer = ask(make())
    assert (answer.text, answer.usage.calls) == ("The kitchen.", 1)
    assert len(server.seen) == len(faults) + 1
    assert all(request == server.seen[0] for request in server.seen)


LASTING = {
    "cut-off JSON": (NONSENSE["JSON cut off"], 2, "no whole JSON document"),
    "empty choices": (NONSENSE["no choices"], 2, "no text"),
    "unknown model": (fails(404, "no mouth-1 here"), 1, "404.*no mouth-1 here.*model's name"),
    "too long": (fails(400, "8192 tokens at most"), 1, "400.*8192.*max_tokens"),
    "bad key": (fails(401, "who?"), 1, "401.*OPENAI_API_KEY"),
    "server broken": (fails(500), 3, "500.*fault is the server's"),
    "too busy": (fails(429), 3, "429.*lower concurrency"),
    "slow": (GOOD._replace(wait=0.6), 3, "no answer within 0.2 s, with 2 retries.*timeout"),
    "reset": (GOOD._replace(resets=True), 3, "no connection, with 2 retries"),
    "body never whole": (GOOD._replace(missing=9), 3, "no connection.*2 retries"),
    "drop by drop": (GOOD._replace(drip=0.02), 1, "no whole answer within total_timeout 1 s"),
}


@pytest.mark.parametrize("reply, times, message", LASTING.values(), ids=LASTING)
def test_faults_that_last(server, make, reply, times, message):
    server.replies = [reply]
    begun = time.monotonic()
    with pytest.raises(ChatUnavailableError, match=message) as caught:
        ask(make(retries=2, timeout=0.2 if reply.wait else 5.0, total_timeout=1.0))
    assert len(server.seen) == times
    assert server.url in str(caught.value) and "'mouth-1'" in str(caught.value)
    assert time.monotonic() - begun < 3


def test_total_time_holds_for_all_tries_together(server, make):
    server.replies = [GOOD._replace(wait=0.5)]
    with pytest.raises(ChatUnavailableError, match=r"total_timeout 0.5 s"):
        ask(make(retries=50, timeout=0.2, total_timeout=0.5))
    assert 2 <= len(server.seen) <= 4


def test_one_try_ends_with_the_total_time(server, make):
    server.replies = [GOOD._replace(wait=4.0)]
    begun = time.monotonic()
    with pytest.raises(ChatUnavailableError, match=r"total_timeout 0.3 s"):
        ask(make(timeout=60, total_timeout=0.3))
    assert time.monotonic() - begun < 3


def test_retry_after_is_honoured(server, make):
    server.replies = [fails(429, Retry_After="1"), GOOD]
    begun = time.monotonic()
    assert ask(make()).text == "The kitchen."
    assert time.monotonic() - begun >= 1.0, "our own wait would be 0.01 s here"


def test_retry_after_that_is_too_long_is_not_waited_for(server, make):
    server.replies = [fails(429, "later", Retry_After="3600")]
    with pytest.raises(ChatUnavailableError, match=r"next try would come after.*600 s.*later"):
        ask(make())
    assert len(server.seen) == 1


@given(st.integers(1, 60), st.sampled_from([None, 408, 409, 429, 500, 502, 503, 529]))
def test_waits_double_up_to_a_limit(failures, status):
    wait = wait_before_retry(status, {}, failures)
    full = min(0.5 * 2 ** (failures - 1), LONGEST)
    assert 0.75 * full <= wait <= full


@given(st.integers(100, 499).filter(lambda status: status not in (408, 409, 429)))
def test_other_statuses_are_final(status):
    assert wait_before_retry(status, {"retry-after": "1"}, 1) is None


@given(st.integers(-1000, 1000))
def test_retry_after_is_seconds_or_a_date(seconds):
    assert wait_before_retry(429, {"retry-after": str(seconds)}, 1) == max(seconds, 0)
    date = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    found = wait_before_retry(503, {"retry-after": format_datetime(date, usegmt=True)}, 1)
    assert abs(found - max(seconds, 0)) < 5


@given(st.text())
def test_retry_after_may_be_nonsense(value):
    assert 0 <= wait_before_retry(429, {"retry-after": value}, 1) < float("inf")


SAME = [
    ("gpt-4o", "gpt-4o"),
    ("gpt-4o", "gpt-4o-2024-08-06"),
    ("gpt-4", "gpt-4-0613"),
    ("gpt-4", "gpt-4-1106-preview"),
    ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
    ("mistral-large-latest", "mistral-large-2411"),
    ("llama3.2", "llama3.2:latest"),
    ("org/name", "org/name@main"),
    ("/models/tiny/", "/models/tiny@main"),
    ("org/name@v2", "org/name@v2"),
    ("org/Name", "name"),
    ("gpt-4o", "openai/gpt-4o-2024-08-06"),
]
OTHERS = [
    ("gpt-4o", "gpt-4o-mini"),
    ("gpt-4o", "gpt-4o-mini-2024-07-18"),
    ("gpt-4o-mini", "gpt-4o"),
    ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"),
    ("gpt-4", "gpt-4-32k"),
    ("gpt-4", "gpt-4.1"),
    ("claude-3", "claude-3-5"),
    ("llama3.2", "llama3.2:70b"),
    ("org/name", "other/name"),
    ("org/name@v2", "org/name@main"),
    ("qwen", "llama"),
]


@pytest.mark.parametrize("asked, answered", SAME)
def test_same_models(asked, answered):
    assert is_same_model(asked, answered)


@pytest.mark.parametrize("asked, answered", OTHERS)
def test_other_models(asked, answered):
    assert not is_same_model(asked, answered)


@given(st.text(min_size=1))
def test_a_model_is_itself(name):
    assert is_same_model(name, name)


def test_wrong_model_is_an_error(server, make):
    with pytest.raises(ChatError, match=r"another model, 'mouth-1'.*answers_as"):
        ask(make("ear-2"))
    assert len(server.seen) == 1
    assert ask(make("ear-2", answers_as="mouth-1")).text == "The kitchen."


def test_cut_off_and_refused_answers_count_as_they_are(server, make):
    server.replies = [
        says("go to", finish_reason="length", usage=counts(1, 2)),
        says(None, message={"content": None, "refusal": "I can't."}, usage=counts(1, 2)),
    ]
    assert ask(make()).text == "go to"
    assert ask(make()).text == "I can't."


def test_thoughts_that_leave_no_room_are_warned_of(server, make):
    server.replies = [says(None, finish_reason="length", usage=counts(1, 9))]
    with pytest.warns(UserWarning, match="before its first word; raise max_tokens"):
        assert ask(make()).text == ""


def test_answers_can_always_be_sent_back(server, make):
    server.replies = [says("a \ud800 b", usage=counts(1, 1))]
    answer = ask(make())
    assert answer.text == "a ? b"
    ask(make(), (*ASKED, Message("assistant", answer.text), Message("user", "Go on.")))


@pytest.mark.parametrize("concurrency", [1, 3])
def test_requests_run_at_once_up_to_a_limit(server, make, concurrency):
    server.replies = [GOOD._replace(wait=0.1)]
    model = make(concurrency=concurrency)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(model).text, range(8)))
    assert answers == ["The kitchen."] * 8
    assert server.busiest == concurrency


def _asked_in_child(model, answers):
    answers.put(ask(model).text)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forks_share_no_connections_and_no_limits(server, make):
    model = make(concurrency=1)
    server.replies = [GOOD._replace(wait=2.0), GOOD]
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_asked_in_child, args=(model, answers))
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(ask, model)
        while not server.busy:
            time.sleep(0.01)
        child.start()
        try:
            assert answers.get(timeout=20) == "The kitchen."
            assert busy.result().text == "The kitchen."
        finally:
            child.kill()
            child.join()


@pytest.mark.parametrize("again", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_work_before_and_after_use(make, again):
    model = make()
    assert ask(again(model)).text == "The kitchen."
    assert ask(model).text == "The kitchen."
    assert ask(again(model)).text == "The kitchen."


def test_openai_itself_gets_the_parameters_that_its_models_take(server, monkeypatch):
    monkeypatch.setattr("crossworld.wrappers.chat.connection.OPENAI_URL", server.url)
    ask(EndpointChatModel("mouth-1"), sampling=Sampling(0.7, 99, ("kit",), 5))
    request = server.seen[0]
    assert (request["max_completion_tokens"], request["seed"]) == (99, 5)
    assert not {"max_tokens", "temperature", "stop"} & set(request)


def echo(request):
    return says(f"my key is {KEY}, Bearer {KEY}", model="mouth-1", usage=counts(1, 1))


ECHOES = {
    "answer": lambda _: echo(None),
    "error": lambda _: fails(401, f"wrong: Bearer {KEY}"),
    "passing error": lambda _: fails(500, KEY * 9),
    "model": lambda _: says("", model=KEY),
    "no JSON": lambda _: Reply(KEY),
    "headers": lambda _: echo(None)._replace(headers={"X-Echo": f"Bearer {KEY}"}),
    "headers of an error": lambda _: fails(400, X_Echo=KEY),
}


@pytest.mark.parametrize("answer", ECHOES.values(), ids=ECHOES)
def test_key_is_never_shown(server, make, tmp_path, caplog, capfd, answer):
    server.answer = answer
    model = make(retries=1, prices=(1, 1))
    budgeted = BudgetedChatModel(model, tmp_path / "budget.db", max_tokens=10**6)
    outer = CachedChatModel(
        RecordedChatModel(budgeted, tmp_path / "record.jsonl"), tmp_path / "cache.db"
    )
    shown = ""
    with caplog.at_level(logging.DEBUG):
        try:
            shown += repr(ask(outer)) + repr(ask(outer))
        except ChatError as error:
            assert error.__cause__ is None and error.__context__ is None
            shown += "".join(traceback.format_exception(error)) + repr(error)
            assert KEY.encode() not in pickle.dumps(error)
    assert server.keys[-1] == f"Bearer {KEY}"
    shown += repr(model) + repr(outer) + model.name + "".join(capfd.readouterr())
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) >= 3
    stored = b"".join(written) + pickle.dumps(outer) + shown.encode()
    assert KEY.encode() not in stored
    assert KEY not in str(server.seen)
    assert caplog.text and KEY not in caplog.text


def test_short_keys_are_placeholders_and_stay_in_answers(server, make, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "EMPTY")
    server.replies = [says("The drawer is EMPTY.", usage=counts(1, 1))]
    assert ask(make()).text == "The drawer is EMPTY."


BAD_ARGUMENTS = [
    ({"model": ""}, "model"),
    ({"timeout": 0}, "timeout"),
    ({"timeout": float("nan")}, "timeout"),
    ({"total_timeout": float("inf")}, "total_timeout"),
    ({"retries": -1}, "retries"),
    ({"concurrency": 0}, "concurrency"),
    ({"prices": (1.0,)}, "prices"),
    ({"prices": (1.0, -1.0)}, "prices"),
    ({"prices": 3.0}, "prices"),
    ({"base_url": f"http://me:{KEY}@127.0.0.1/v1"}, "base_url"),
    ({"base_url": f"http://127.0.0.1/v1?key={KEY}"}, "base_url"),
    ({"api_key_env": KEY}, "api_key_env"),
]


@pytest.mark.parametrize("arguments, named", BAD_ARGUMENTS)
def test_bad_arguments(arguments, named):
    with pytest.raises(ChatError, match=named) as caught:
        EndpointChatModel(**({"model": "mouth-1"} | arguments))
    assert KEY not in str(caught.value)


BAD_REQUESTS = [
    ((), PLAIN, "at least one"),
    ((Message("assistant", "Hello."),), PLAIN, "the user's"),
    ((Message("tool", "x"), *ASKED), PLAIN, "message 0: role 'tool'"),
    ((Message("user", "\ud800"),), PLAIN, "message 0.*UTF-8"),
    ((Message("user", "x", (np.zeros((2, 2, 3)),)),), PLAIN, "float64"),
    ((Message("user", "x", (np.zeros((2, 2), np.uint8),)),), PLAIN, r"\(2, 2\)"),
    ((Message("user", "x", ("image.png",)),), PLAIN, "str is no image"),
    (ASKED, Sampling(temperature=-1), "temperature"),
    (ASKED, Sampling(temperature=float("nan")), "temperature"),
    (ASKED, Sampling(max_tokens=0), "max_tokens"),
    (ASKED, Sampling(seed=0.5), "seed"),
    (ASKED, Sampling(stop="\n"), "stop"),
    (ASKED, Sampling(stop=("",)), "stop"),
]


@pytest.mark.parametrize("messages, sampling, named", BAD_REQUESTS)
def test_bad_requests_are_not_sent(server, make, messages, sampling, named):
    with pytest.raises(ChatError, match=named):
        ask(make(), messages, sampling)
    assert not server.seen


def test_keys_and_addresses_are_read_when_they_are_needed(server, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    model = EndpointChatModel("mouth-1")
    with pytest.raises(ChatError, match="OPENAI_API_KEY is unset"):
        ask(model)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    assert ask(model).text == "The kitchen."
    assert KEY not in server.keys[0]


@given(st.text(), st.lists(st.text(min_size=1)))
def test_cut_leaves_no_stop_and_nothing_more(text, stop):
    found = cut(text, stop)
    assert found == found.strip() and found in text
    assert not any(word in found for word in stop)
    if not any(word in text for word in stop):
        assert found == text.strip()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "message", "content", "finish_reason", "refusal", "usage", "model"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_read_or_refused(body):
    try:
        answer = read_answer(body)
    except Unreadable:
        return
    assert all(isinstance(part, str) for part in answer[:4])
    "".join(answer[:4]).encode()
    assert all(part is None or (type(part) is int and part >= 0) for part in answer[4:])
