"""Keys of requests: equal ones for equal requests, others for all others."""

from dataclasses import fields, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from parrots import copied, images, messages, samplings, texts

from crossworld.wrappers.chat import Message, Sampling
from crossworld.wrappers.chat.hashing import request_key


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
