"""Chat models that ask nobody, what they may be asked, and files that were damaged."""

from dataclasses import replace
from threading import Lock

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from crossworld.wrappers.chat import ChatUnavailableError, Completion, Message, Sampling, Usage

PLAIN = Sampling()


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
    """Never answers."""

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


def damaged(whole, data):
    """Return a file with some bytes changed, and perhaps cut off."""
    start = data.draw(st.integers(0, len(whole) - 1))
    noise = data.draw(st.binary(min_size=1, max_size=64))
    body = (whole[:start] + noise + whole[start + len(noise) :])[: len(whole)]
    return body[: data.draw(st.just(len(whole)) | st.integers(0, len(whole)))]
