"""What learned policies over commands read, what training pays for, and which settings can be."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from crossworld.agents.ppo.errors import PPOError
from crossworld.agents.ppo.finds import NEW, SEEN, TAKEN, TRIED, Finds
from crossworld.agents.ppo.reading import (
    COMMANDS,
    HISTORY,
    MISSION_WORDS,
    MOST,
    PAD,
    UNKNOWN,
    Lexicon,
    Reader,
    blank,
    observation_space,
)
from crossworld.agents.ppo.settings import Settings

HOUSEHOLD = "crossworld/Household-v0"
WORDS = ["go", "to", "take", "from", "apple", "put", "in", "a", "Drawer", "you", "see", "1", "."]
LEXICON = Lexicon(WORDS)
MISSION = "put a apple in drawer"
OFFERED = ["go to drawer 1", "go to drawer 2", "take apple 1 from drawer 3", "look"]


def read(reader: Reader) -> dict[str, NDArray[np.int16]]:
    arrays = blank(LEXICON, 2)
    for array in arrays.values():
        array[:] = 77  # whatever was there before must not shine through
    reader.write(arrays, 1)
    return {key: array[1] for key, array in arrays.items()}


def row(seen: dict[str, NDArray[np.int16]], number: int) -> NDArray[np.int16]:
    """Return the marks of a command."""
    marks: NDArray[np.int16] = seen["marks"][seen["kind"][number] - 1]
    return marks


def told(seen: dict[str, NDArray[np.int16]]) -> dict[str, Any]:
    """Return what is said of the state and of each command; the order of shared rows means nothing."""
    state = {key: seen[key].tolist() for key in ("mission", "text", "given")}
    rows = seen["kind"][seen["kind"] > 0] - 1
    return {**state, "words": seen["words"][rows].tolist(), "marks": seen["marks"][rows].tolist()}


def begun(text: str = "You see a drawer 1.") -> Reader:
    reader = Reader(LEXICON)
    reader.begin(MISSION, text, OFFERED)
    return reader


class TestReading:
    def test_lexicon_knows_words_and_no_numbers(self) -> None:
        assert LEXICON.ids("Go to the drawer 12.") == [
            *LEXICON.ids("go to"),
            UNKNOWN,
            *LEXICON.ids("DRAWER"),
        ]
        assert PAD not in LEXICON.ids("go to zzz")
        assert LEXICON.size == len(LEXICON.words) + 2
        assert Lexicon(LEXICON.words).words == LEXICON.words

    @given(
        st.lists(st.text("abc go12.", max_size=30), max_size=COMMANDS + 20), st.text(max_size=60)
    )
    def test_any_list_is_read(self, commands: list[str], text: str) -> None:
        reader = Reader(LEXICON)
        reader.begin(text, text, commands)
        for command in commands[:5]:
            reader.step(command, text, commands)
        seen = read(reader)
        count = min(len(commands), COMMANDS)
        assert observation_space(LEXICON).contains(seen)
        assert (seen["kind"] > 0).tolist() == reader.mask().tolist()
        assert reader.mask().sum() == count
        used = seen["words"][:, 0] != PAD
        assert used.sum() == seen["kind"].max(initial=0) == len(set(seen["kind"].tolist()) - {0})
        assert used[: used.sum()].all(), "rows that are used come first"
        assert not seen["marks"][~used].any()
        assert [reader.command(number) for number in range(count)] == commands[:count]
        assert reader.command(count) == ""

    def test_commands_of_which_the_same_is_known_share_a_row(self) -> None:
        reader = begun()
        kind = read(reader)["kind"].tolist()
        assert kind[0] == kind[1]
        assert len(set(kind[:4])) == 3
        assert kind[4:] == [0] * (COMMANDS - 4)
        reader.step("go to drawer 1", "On the drawer 1, you see nothing.", OFFERED)
        kind = read(reader)["kind"].tolist()
        assert kind[0] != kind[1], "one of them was visited"

    def test_marks_tell_the_history(self) -> None:
        reader = begun("Nothing.")
        assert not row(read(reader), 0)[:HISTORY].any()
        reader.step("go to drawer 1", "You see a apple 1.", OFFERED)
        seen = read(reader)
        assert row(seen, 0)[:3].tolist() == [1, 1, 1]
        assert row(seen, 1)[:3].tolist() == [0, 0, 0]
        assert row(seen, 2)[3] == 1, "'apple' was said"
        reader.step("look", "Nothing.", OFFERED)
        assert row(read(reader), 0)[:3].tolist() == [1, 1, 0]
        answer = row(read(reader), 0)[HISTORY + MISSION_WORDS :]
        # Counted from the end: drawer, in, apple, a, put.
        assert answer.tolist() == [0, 0, 1, 1, 0] + [0] * (MISSION_WORDS - 5)
        assert not row(read(reader), 1)[HISTORY + MISSION_WORDS :].any()

    def test_marks_tell_the_words_of_the_mission(self) -> None:
        has = row(read(begun()), 2)[HISTORY : HISTORY + MISSION_WORDS]
        assert has.tolist() == [1, 0, 1, 0, 0] + [0] * (MISSION_WORDS - 5)

    def test_given_counts_first_words_and_is_bounded(self) -> None:
        reader = begun()
        for _ in range(MOST + 20):
            reader.step("go to drawer 1", "", OFFERED)
            reader.step("dance", "", OFFERED)
        seen = read(reader)
        assert seen["given"].sum() == MOST
        assert seen["given"][LEXICON.ids("go")[0]] == MOST
        assert row(seen, 0)[0] == MOST

    def test_an_episode_forgets_the_last_one(self) -> None:
        reader = begun()
        reader.step("go to drawer 1", "You see a apple 1.", OFFERED)
        reader.begin(MISSION, "You see a drawer 1.", OFFERED)
        assert told(read(reader)) == told(read(begun()))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"algorithm": "dqn"}, "ppo and maskable-ppo"),
        ({"minutes": 0.0}, "more than 0"),
        ({"minutes": float("nan")}, "more than 0"),
        ({"seed": -1}, "0 or more"),
    ],
)
def test_settings_that_cannot_be(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(PPOError, match=message):
        Settings(**{"algorithm": "ppo", "env": HOUSEHOLD, "minutes": 1.0, **changed})


def test_finds_pay_once_and_for_two_things_at_most() -> None:
    finds = Finds("find two apple and put them in drawer")
    episode = [
        ("", ["go to drawer 1"], 0.0),
        ("go to drawer 1", ["open drawer 1"], NEW),
        ("open drawer 1", ["take mug 1 from drawer 1", "take apple 1 from drawer 1"], NEW + SEEN),
        ("take mug 1 from drawer 1", ["take apple 1 from drawer 1"], 0.0),
        ("take apple 1 from drawer 1", [], TAKEN),
        ("heat mug 1 with microwave 1", [], 0.0),
        ("heat apple 1 with microwave 1", [], TRIED),
        ("heat apple 1 with microwave 1", [], 0.0),
        ("examine apple 1", [], 0.0),
        ("move apple 1 to drawer 1", ["take apple 1 from drawer 1"], TRIED),
        ("take apple 1 from drawer 1", [], 0.0),
        ("open drawer 1", ["take apple 2 from drawer 1", "take apple 3 from drawer 1"], SEEN),
        ("take apple 3 from drawer 1", [], TAKEN),
        ("take apple 2 from drawer 1", [], 0.0),
        ("go to drawer 1", ["take apple 4 from drawer 1"], 0.0),
    ]
    for command, offered, paid in episode:
        assert finds.pays(command, offered) == pytest.approx(paid), command
