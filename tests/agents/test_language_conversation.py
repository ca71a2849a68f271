import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossworld.agents.language.conversation import Conversation, Turn, Window
from crossworld.wrappers.chat.base import ChatError

TURNS = st.lists(st.builds(Turn, st.text(max_size=30), st.text(max_size=60)), max_size=12)


@given(
    st.text(max_size=80),
    TURNS,
    st.one_of(st.none(), st.integers(1, 15)),
    st.integers(1, 400),
    st.text(max_size=9),
)
def test_what_is_sent_has_the_shape_that_models_know(opening, turns, most, chars, now):
    conversation = Conversation(opening, turns=turns)
    window = Window(most, chars)
    sent = conversation.sent(window)
    messages = conversation.messages("rules", window, now)
    roles = [message.role for message in messages]
    assert roles == ["system", "user", *["assistant", "user"] * len(sent)]
    assert messages[0].text == "rules"
    texts = [opening, *(text for turn in sent for text in (turn.said, turn.answer))]
    assert [m.text for m in messages[1:-1]] == texts[:-1]
    assert messages[-1].text == (f"{texts[-1]}\n\n{now}".strip() if now else texts[-1])


@given(st.text(max_size=80), TURNS, st.one_of(st.none(), st.integers(1, 15)), st.integers(1, 400))
def test_the_oldest_turns_are_left_out_first(opening, turns, most, chars):
    sent = Conversation(opening, turns=turns).sent(Window(most, chars))
    assert sent == turns[len(turns) - len(sent) :]
    assert bool(sent) == bool(turns)
    if len(sent) > 1:
        assert most is None or len(sent) <= most
        assert len(opening) + sum(len(t.said) + len(t.answer) for t in sent) <= chars
    if len(sent) < len(turns) and (most is None or len(sent) < most):
        longer = turns[len(turns) - len(sent) - 1 :]
        assert len(opening) + sum(len(t.said) + len(t.answer) for t in longer) > chars


@pytest.mark.parametrize("shown", [0, 1, 2, 9])
def test_only_the_last_images_are_sent_and_kept(shown):
    pictures = [np.full((2, 2, 3), n, np.uint8) for n in range(5)]
    turns = [Turn("go", "there", (picture,)) for picture in pictures[1:]]
    conversation = Conversation("start", (pictures[0],), turns)
    window = Window(images=shown)
    for _ in range(2):
        messages = conversation.messages("", window)
        found = [int(image[0, 0, 0]) for message in messages for image in message.images]
        assert found == list(range(5))[max(0, 5 - shown) :]
        conversation.forget_images(window)
    assert len(conversation.images) + sum(len(t.images) for t in conversation.turns) == min(
        5, shown
    )


@pytest.mark.parametrize("wrong", [{"turns": 0}, {"chars": 0}, {"images": -1}])
def test_windows_that_cannot_be(wrong):
    with pytest.raises(ChatError, match="give"):
        Window(**wrong)
