"""What the text says is seen, is seen: the guarantee, over generated and official games."""

import re
from collections.abc import Iterator

import pytest
from official import official_corpus, official_folder
from samples import sample_data

from crossworld.benchmarks.pairing.claims import NAME, Truth, read
from crossworld.benchmarks.pairing.page import table
from crossworld.benchmarks.pairing.playing import ENOUGH, PLAYERS, Moment, make_envs, play
from crossworld.benchmarks.pairing.tally import Tally, survey

OPENING = 0.95
"""Share of the receptacles that the opening lists, and that its image shows at 128."""


def assert_paired(tally: Tally) -> None:
    """The guarantee, in full."""
    missed = [case for case in tally.cases if case.role != "room"]
    assert not missed, f"{len(missed)} things have too few pixels, such as {missed[0]}"
    assert not tally.oddities, f"{len(tally.oddities)}, such as {tally.oddities[0]}"
    seen, listed = tally.share(128, "room")
    assert seen >= OPENING * listed
    assert tally.hidden > 1000 * (len(tally.games) > 10)
    for size in ENOUGH:
        for role in ("object", "receptacle"):
            assert tally.share(size, role)[1] >= 10 * len(tally.games)


def generated(split: str, start: int, count: int) -> Tally:
    envs = make_envs("crossworld/Household-v0", split=split)
    return survey(split, envs, [f"{split}/{start + i}" for i in range(count)])


@pytest.mark.parametrize("split", ["train", "valid_unseen"])
def test_generated_games_keep_the_guarantee(split: str) -> None:
    assert_paired(generated(split, 1000, 6))


def test_hand_made_games_keep_the_guarantee() -> None:
    envs = make_envs("crossworld/ALFWorld-v0", data=sample_data())
    first = next(iter(envs.values())).unwrapped
    assert_paired(survey("samples", envs, [task.task_id for task in first.tasks("train")]))


@pytest.mark.slow
@pytest.mark.parametrize("split", ["train", "valid_seen", "valid_unseen"])
def test_many_generated_games_keep_the_guarantee(split: str) -> None:
    tally = generated(split, 2000, 100)
    assert_paired(tally)
    assert all(tally.changes[verb] for verb in ("clean", "heat", "cool", "use", "slice"))


@pytest.mark.slow
@pytest.mark.parametrize("split", ["train", "valid_seen"])
def test_official_games_keep_the_guarantee(split: str) -> None:
    official_corpus()
    envs = make_envs("crossworld/ALFWorld-v0", data=str(official_folder()), split=split)
    first = next(iter(envs.values())).unwrapped
    ids = [task.task_id for task in first.tasks(split)]
    assert_paired(survey(split, envs, ids[:: max(len(ids) // 100, 1)]))


def test_every_claim_of_every_text_is_read() -> None:
    """Whatever is named in a text is a claim, but for what such things as plates hold."""
    holds = re.compile(r"(This is a normal .*?\.) In it, .*")
    for moment in moments(4):
        said = {name for names in read(moment.text).values() for name in names}
        text = holds.sub(r"\1", moment.text).partition("Your task is to")[0]
        assert said == set(NAME.findall(text))


def test_what_is_read_is_what_is_said() -> None:
    assert read("You arrive at loc 3. On the desk 1, you see a pen 2, and a mug 1.") == {
        "receptacle": ["desk 1"],
        "object": ["pen 2", "mug 1"],
    }
    assert read("You open the safe 1. The safe 1 is open. In it, you see nothing.") == {
        "receptacle": ["safe 1"],
        "object": [],
    }
    assert read("You are facing the shelf 1, and shelf 2. Next to it, you see a cup 1.") == {
        "receptacle": ["shelf 1", "shelf 2"],
        "doubtful": ["cup 1"],
    }
    assert read("This is a normal plate 1. In it, you see a fork 1.") == {"object": ["plate 1"]}
    assert read("Nothing happens.") == {}


def test_truth_knows_what_is_behind_doors() -> None:
    truth = Truth.of(
        ["the cup 1 is in the safe 1", "the cup 1 is on the desk 1", "the pen 1 is in the safe 1",
         "the safe 1 is closed", "you are at the desk 1", "you hold the mug 1"]
    )  # fmt: skip
    assert truth.hidden() == ["pen 1"]
    assert [truth.before_eyes(name) for name in ("cup 1", "pen 1", "mug 1")] == [True, False, True]


def test_a_wrong_image_is_noticed() -> None:
    """An empty one misses everything; one that shows everything shows what is behind doors."""
    envs = make_envs("crossworld/Household-v0")
    played = list(play(envs, "train/0", "random"))
    empty, full = Tally("empty"), Tally("full")
    empty.watch([repainted(moment, 0) for moment in played], "train/0", "random")
    assert empty.share(128, "object")[0] == empty.share(64, "receptacle")[0] == 0
    assert len(empty.cases) == sum(empty.asked.values()) > 0
    full.watch([repainted(moment, 99) for moment in played], "train/0", "random")
    assert not full.cases
    assert full.leaks == full.hidden > 0


def test_a_frame_that_moves_or_stays_wrongly_is_noticed() -> None:
    envs = make_envs("crossworld/Household-v0")
    played = list(play(envs, "train/0", "random"))
    still = [moment._replace(frames=played[0].frames) for moment in played]
    tally = Tally("still")
    tally.watch(still, "train/0", "random")
    assert tally.still == tally.changes
    assert tally.still.total() > 10
    restless = [moment._replace(possible=False) for moment in played]
    tally = Tally("restless")
    tally.watch(restless, "train/0", "random")
    assert tally.moved > 10


def repainted(moment: Moment, count: int) -> Moment:
    """Return a moment in which everything has so many pixels."""
    frames = {
        size: frame._replace(pixels=dict.fromkeys(frame.pixels, count))
        for size, frame in moment.frames.items()
    }
    return moment._replace(frames=frames)


def test_table_has_a_column_per_source() -> None:
    tallies = [generated("train", 0, 1), generated("valid_seen", 0, 1)]
    lines = table(tallies).splitlines()
    assert lines[0] == "|  | train | valid_seen |"
    assert lines[2] == "| games | 1 | 1 |"
    assert all(line.count("|") == 4 for line in lines[: lines.index("")])


def moments(games: int) -> Iterator[Moment]:
    """Yield what comes of play by each player."""
    envs = make_envs("crossworld/Household-v0")
    for index in range(games):
        for player in PLAYERS:
            yield from play(envs, f"train/{index}", player)
