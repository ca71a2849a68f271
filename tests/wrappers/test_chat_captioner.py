"""A chat model as captioner, against a server of our own that makes every mistake we know of."""

import copy
import json
import pickle
import socket
import time
import traceback

import numpy as np
import pytest
from chat_server import KEY, Reply, chat_server, decoded, fails, says
from hypothesis import given
from hypothesis import strategies as st

from crossworld.wrappers.captioners.base import CaptionerError, CaptionerUnavailableError, Scene
from crossworld.wrappers.captioners.chat import (
    ChatCaptioner,
    UnusableReply,
    read_choice,
    read_lines,
)

pytest.importorskip("openai")

STATEMENTS = ("the mug is on the desk", "the mug is in the sink", "the lamp is on")
RED, GREEN, BLUE = (np.full((6, 8, 3), colour, np.uint8) for colour in np.eye(3, dtype=int) * 250)


@pytest.fixture
def server(monkeypatch):
    with chat_server(monkeypatch) as served:
        yield served


@pytest.fixture
def make(server):
    def made(**kwargs):
        arguments = {"base_url": server.url, "candidates": STATEMENTS, "timeout": 5.0}
        return ChatCaptioner("eyes-1", **(arguments | kwargs))

    return made


def texts(captioner, images=(RED,), scenes=None):
    return [[c.text for c in captions] for captions in captioner.caption(images, scenes)]


def scene(*statements):
    return Scene(statements, lambda: (), np.random.default_rng(0))


def test_pixels_arrive_exactly(server, make):
    rng = np.random.default_rng(3)
    images = [rng.integers(0, 256, (h, w, 3), np.uint8) for h, w in ((1, 1), (3, 5), (64, 48))]
    make(concurrency=1).caption([*images, images[2][::-1, ::2]])
    for sent, image in zip(server.images(), [*images, images[2][::-1, ::2]], strict=True):
        np.testing.assert_array_equal(sent, image)


def test_choice_is_in_the_candidates_order_with_score_one(server, make):
    server.replies = [says(json.dumps([STATEMENTS[2], STATEMENTS[0], STATEMENTS[2]]))]
    assert make().caption([RED]) == [[(STATEMENTS[0], 1.0), (STATEMENTS[2], 1.0)]]
    prompt = server.prompts()[0]
    assert all(json.dumps(statement) in prompt for statement in STATEMENTS)
    assert (server.seen[0]["model"], server.seen[0]["max_tokens"]) == ("eyes-1", 256)
    assert server.seen[0]["temperature"] == 0
    assert server.keys == [f"Bearer {KEY}"]


def test_instruction_begins_every_prompt(server, make):
    make(instruction="Be brief.").caption([RED])
    assert server.prompts()[0].startswith("Be brief.\n")


def test_scenes_come_before_the_constructor(server, make):
    def first_listed(request):
        prompt = request["messages"][0]["content"][-1]["text"]
        return says(
            json.dumps([line.strip('",') for line in prompt.splitlines() if '"' in line][:1])
        )

    server.answer = first_listed
    scenes = [scene("a", "b"), scene("c"), scene()]
    assert texts(make(), [RED, RED, GREEN], scenes) == [["a"], ["c"], []]
    assert len(server.seen) == 2, "where there is nothing to choose from, nothing is asked"
    assert texts(make()) == [[STATEMENTS[0]]]


def test_free_captions_are_lines(server, make):
    server.replies = [says("A mug. \n\n- a desk\n")]
    assert texts(make(candidates=None)) == [["A mug.", "- a desk"]]
    assert "JSON" not in server.prompts()[0]


@pytest.mark.parametrize("free", [True, False])
def test_no_images(server, make, free):
    assert make(candidates=None if free else STATEMENTS).caption([]) == []
    assert not server.seen


def test_identical_images_are_sent_once_and_order_is_kept(server, make):
    def colour(request):
        brightest = int(decoded(request)[0][0, 0].argmax())
        return says(json.dumps([STATEMENTS[brightest]]))._replace(wait=0.1 * (2 - brightest))

    server.answer = colour
    images = np.stack([BLUE, RED, BLUE, GREEN, RED])
    found = texts(make(), images)
    assert found == [[STATEMENTS[i]] for i in (2, 0, 2, 1, 0)]
    assert len(server.seen) == 3


@pytest.mark.parametrize("concurrency", [1, 3])
def test_requests_run_at_once_up_to_a_limit(server, make, concurrency):
    server.replies = [says("[]")._replace(wait=0.15)]
    images = [np.full((2, 2, 3), shade, np.uint8) for shade in range(6)]
    make(concurrency=concurrency).caption(images)
    assert len(server.seen) == 6
    assert server.busiest == concurrency


GOOD = says(json.dumps(STATEMENTS[:1]))
HARMLESS = {
    "500, then fine": [fails(500), fails(503), GOOD],
    "connection closed amid the body": [GOOD._replace(missing=40), GOOD],
    "JSON cut off": [GOOD._replace(body=GOOD.body[:-30]), GOOD],
    "JSON nested without end": [GOOD._replace(body="[" * 200_000), GOOD],
    "not UTF-8": [GOOD._replace(body="\udcff".encode("utf-8", "surrogatepass").decode("latin-1")), GOOD],
    "page of HTML": [Reply("<html>Welcome</html>", kind="text/html"), GOOD],
    "no choices": [Reply('{"choices": []}'), GOOD],
    "choices are null": [Reply('{"choices": null}'), GOOD],
    "choices are text": [Reply('{"choices": "none"}'), GOOD],
    "a list": [Reply("[1]"), GOOD],
    "a number": [Reply("3"), GOOD],
    "null": [Reply("null"), GOOD],
    "no message": [Reply('{"choices": [{"message": null}]}'), GOOD],
    "no content": [says(None), GOOD],
    "content in parts": [says([{"type": "text", "text": "[]"}]), GOOD],
    "nonsense": [says("I see a mug, probably."), GOOD],
    "only other statements": [says('["the cat is on the mat"]'), GOOD],
    "cut at max_tokens": [says('["the mug', finish_reason="length"), GOOD],
    "cut though whole": [says("[]", finish_reason="length"), GOOD],
    "filtered": [says("[]", finish_reason="content_filter"), GOOD],
    "refusal": [says("[]", message={"content": None, "refusal": "I can't."}), GOOD],
    "another statement beside a sound one": [says(json.dumps(["the cat", STATEMENTS[0]]))],
}  # fmt: skip


@pytest.mark.parametrize("replies", HARMLESS.values(), ids=HARMLESS)
def test_faults_that_pass(server, make, replies):
    server.replies = list(replies)
    assert texts(make()) == [[STATEMENTS[0]]]
    assert len(server.seen) == len(replies)


def test_second_question_gives_the_reason(server, make):
    server.replies = [says("the mug, I think"), GOOD]
    make().caption([RED])
    first, second = server.prompts()
    assert second.startswith(first)
    assert "no JSON" in second and "the mug, I think" in second


LASTING = {
    "nonsense": (says("I see a mug."), 2, "asked 2 times.*no JSON array.*I see a mug"),
    "others": (says('["the cat"]'), 2, "none of the statements.*the cat"),
    "empty choices": (Reply('{"choices": []}'), 2, "no text"),
    "cut-off JSON": (GOOD._replace(body=GOOD.body[:-9]), 2, "no whole JSON document"),
    "cut-off reply": (says("[", finish_reason="length"), 2, "cut off at max_tokens"),
    "refusal": (says("", message={"refusal": "Not this."}), 2, "refusal.*Not this"),
    "wrong model": (fails(404, "no model eyes-1"), 1, "404.*no model eyes-1.*model's name"),
    "no images": (fails(400, "no vision"), 1, "400.*no vision.*takes images"),
    "bad key": (fails(401, "who?"), 1, "401.*OPENAI_API_KEY"),
    "forbidden": (fails(403), 1, "403.*OPENAI_API_KEY"),
    "unprocessable": (fails(422), 1, "422.*what the endpoint says"),
    "server broken": (fails(500), 3, "500.*fault is the server's"),
    "too busy": (fails(429), 3, "429.*lower concurrency"),
    "slow": (GOOD._replace(wait=0.6), 3, "no answer within 0.2 s, with 2 retries.*timeout"),
    "body never whole": (GOOD._replace(missing=9), 3, "no connection.*2 retries"),
}


@pytest.mark.parametrize("reply, times, message", LASTING.values(), ids=LASTING)
def test_faults_that_last(server, make, reply, times, message):
    server.replies = [reply]
    with pytest.raises(CaptionerUnavailableError, match=message) as caught:
        make(retries=2, timeout=0.2 if reply.wait else 5.0).caption([RED])
    assert len(server.seen) == times
    assert server.url in str(caught.value) and "'eyes-1'" in str(caught.value)


def test_blank_free_caption_is_an_error(server, make):
    server.replies = [says(" \n ")]
    with pytest.raises(CaptionerUnavailableError, match="blank"):
        make(candidates=None).caption([RED])
    assert len(server.seen) == 2


def test_retry_after_is_honoured(server, make):
    server.replies = [fails(429, Retry_After="1"), GOOD]
    begun = time.monotonic()
    assert texts(make()) == [[STATEMENTS[0]]]
    assert time.monotonic() - begun >= 1.0, "our own wait would be 0.01 s here"


def test_no_retries(server, make):
    server.replies = [fails(500), GOOD]
    with pytest.raises(CaptionerUnavailableError):
        make(retries=0).caption([RED])
    assert len(server.seen) == 1


def test_nobody_listens(make):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(CaptionerUnavailableError, match=r"no connection.*refused.*is running"):
            make(base_url=url, retries=1).caption([RED])


def test_one_failure_ends_the_call(server, make):
    server.replies = [fails(401)]
    images = [np.full((2, 2, 3), shade, np.uint8) for shade in range(40)]
    with pytest.raises(CaptionerUnavailableError):
        make(concurrency=2).caption(images)
    assert len(server.seen) < 40


@pytest.mark.parametrize("reply", [fails(401, f"wrong key {KEY}"), fails(500, KEY * 9),
                                   says(f"your key is {KEY}"), says(KEY)])  # fmt: skip
def test_key_is_never_shown(server, make, reply):
    server.replies = [reply]
    captioner = make(retries=1)
    with pytest.raises(CaptionerUnavailableError) as caught:
        captioner.caption([RED])
    assert server.keys[-1] == f"Bearer {KEY}"
    error = caught.value
    assert KEY[:9] not in "".join(traceback.format_exception(error)) + repr(captioner)
    assert error.__cause__ is None and error.__context__ is None
    assert KEY.encode() not in pickle.dumps(captioner) + pickle.dumps(error)
    assert not any(KEY in prompt for prompt in server.prompts())


def test_key_is_read_from_the_variable_that_is_named(server, make, monkeypatch):
    monkeypatch.setenv("MY_KEY", "other\n")
    make(api_key_env="MY_KEY").caption([RED])
    monkeypatch.delenv("MY_KEY")
    make(api_key_env="MY_KEY").caption([RED])
    assert server.keys[0] == "Bearer other"
    assert KEY not in server.keys[1], "no other variable fills in"


@pytest.mark.parametrize("key", ["sk-1\nX-Evil: 1", "schlüssel", 'a"b', "a b"])
def test_keys_that_are_none(make, monkeypatch, key):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(CaptionerError, match="OPENAI_API_KEY holds") as caught:
        make().caption([RED])
    assert key not in str(caught.value)


def test_openai_itself_wants_a_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(CaptionerError, match="OPENAI_API_KEY is unset"):
        ChatCaptioner("eyes-1").caption([RED])


def test_openai_itself_gets_the_parameters_that_its_models_take(server, monkeypatch):
    monkeypatch.setattr("crossworld.wrappers.chat.connection.OPENAI_URL", server.url)
    ChatCaptioner("eyes-1", max_tokens=99).caption([RED], [scene("a")])
    request = server.seen[0]
    assert request["max_completion_tokens"] == 99
    assert not {"max_tokens", "temperature"} & set(request)


def test_environment_names_the_endpoint(server, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    assert ChatCaptioner("eyes-1", candidates=STATEMENTS).caption([RED]) == [[]]


@pytest.mark.parametrize("again", [copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_copies_work_before_and_after_use(server, make, again):
    server.replies = [GOOD]
    captioner = make()
    assert texts(again(captioner)) == [[STATEMENTS[0]]]
    assert texts(captioner) == [[STATEMENTS[0]]]
    assert texts(again(captioner)) == [[STATEMENTS[0]]]


BAD_ARGUMENTS = [
    ({"model": ""}, "model"),
    ({"timeout": 0}, "timeout"),
    ({"timeout": float("nan")}, "timeout"),
    ({"retries": -1}, "retries"),
    ({"retries": 1.5}, "retries"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"concurrency": 0}, "concurrency"),
    ({"candidates": "the lamp is on"}, "candidates"),
    ({"candidates": [1]}, "candidates"),
    ({"base_url": "127.0.0.1:80"}, "base_url"),
    ({"base_url": "http://[::1"}, "base_url"),
    ({"base_url": f"http://me:{KEY}@127.0.0.1/v1"}, "base_url"),
    ({"base_url": f"http://127.0.0.1/v1?key={KEY}"}, "base_url"),
    ({"api_key_env": KEY}, "api_key_env"),
]


@pytest.mark.parametrize("arguments, named", BAD_ARGUMENTS)
def test_bad_arguments(arguments, named):
    with pytest.raises(CaptionerError, match=named) as caught:
        ChatCaptioner(**({"model": "eyes-1"} | arguments))
    assert KEY not in str(caught.value)


def test_bad_images_and_scenes(server, make):
    with pytest.raises(CaptionerError, match="image 1"):
        make().caption([RED, RED[0]])
    with pytest.raises(CaptionerError, match="1 scenes for 2 images"):
        make().caption([RED, GREEN], [scene("a")])
    assert not server.seen


subsets = st.lists(st.sampled_from(STATEMENTS))
strangers = st.lists(st.text().filter(lambda text: text not in STATEMENTS))
dressings = st.sampled_from(
    ["{}", " {}\n", "```json\n{}\n```", "```\n{}\n```", '{{"captions": {}}}']
)


@given(subsets, strangers, dressings)
def test_sound_choices_are_read(chosen, others, dressing):
    mixed = [name for pair in zip(others, chosen, strict=False) for name in pair]
    named = mixed + chosen[len(others) :] + others[len(chosen) :]
    reply = dressing.format(json.dumps(named))
    if named and not chosen:
        with pytest.raises(UnusableReply):
            read_choice(reply, STATEMENTS)
    else:
        assert read_choice(reply, STATEMENTS) == [s for s in STATEMENTS if s in chosen]


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.sampled_from(STATEMENTS),
    lambda inner: st.lists(inner) | st.dictionaries(st.just("captions") | st.text(), inner),
)


@given(st.text() | json_values.map(json.dumps) | json_values.map(lambda v: json.dumps(v)[:-1]))
def test_anything_else_is_refused(reply):
    try:
        chosen = read_choice(reply, STATEMENTS)
    except UnusableReply:
        return
    value = json.loads(reply)
    value = value["captions"] if isinstance(value, dict) else value
    assert isinstance(value, list) and all(isinstance(name, str) for name in value)
    assert set(chosen) == set(value) & set(STATEMENTS)
    assert bool(chosen) == bool(value)


@given(st.text())
def test_lines_hold_all_that_is_not_blank(reply):
    try:
        lines = read_lines(reply)
    except UnusableReply:
        assert not reply.split()
        return
    assert lines == [line.strip() for line in lines] and all(lines)
    assert "".join("".join(lines).split()) == "".join(reply.split())
