"""Data folders: found in sorted order, hashed, checked; damaged files named and survived."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import gymnasium as gym
import pytest
from samples import sample_data

from crossworld import CrossworldError
from crossworld.envs.core.errors import DataError, GameError, TaskNotFoundError
from crossworld.envs.household import files
from crossworld.envs.household.corpus import Corpus, open_corpus
from crossworld.envs.household.games import compiled

TRAJECTORY = {
    "turk_annotations": {
        "anns": [
            {"task_desc": "Put the thing\x08 away."},
            {"task_desc": "Tidy up \u201cproperly\u201d \u2014 please"},
        ]
    }
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copytree(sample_data(), tmp_path / "games")
    return tmp_path / "games"


def first_game(tree: Path) -> Path:
    return sorted(tree.rglob(files.GAME_FILE))[0]


def edit(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_links_that_lead_up_are_not_followed(tree: Path) -> None:
    before = len(Corpus(tree))
    (tree / "loop").symlink_to(tree)
    (tree / "train" / "again").symlink_to(tree / "train")
    assert len(Corpus(tree)) == before


def test_all_layouts_are_understood(tree: Path, tmp_path: Path) -> None:
    root = tmp_path / "alfworld"
    for version in ("json_2.1.1", "json_2.1.2"):
        shutil.copytree(tree, root / version)
    assert Corpus(root).root.name == "json_2.1.2"
    assert Corpus(root / "json_2.1.1").splits == ("train",)
    assert Corpus(tree / "train").splits == ("all",)
    one = Corpus(first_game(tree).parent)
    assert len(one) == 1
    assert one.default_split == "all"
    assert one.tasks("all")[0].task_id == first_game(tree).parent.name


def test_relative_folders_survive_a_change_of_directory(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other" / "games" / "train" / "pick" / "trial"
    shutil.copytree(first_game(tree).parent, other)
    (tmp_path / "link").symlink_to(tree)
    monkeypatch.chdir(tmp_path)
    corpus, link = open_corpus("games"), open_corpus("link")
    assert (corpus.root, link.root) == (tree, tmp_path / "link")
    monkeypatch.chdir(tmp_path / "other")
    assert len(open_corpus("games")) == 1
    assert corpus.stored[-1].read()
    assert len({*corpus.stored, *open_corpus("games").stored}) == len(corpus) + 1


def test_two_folders_that_mean_the_same_game_are_refused(tree: Path) -> None:
    for folder in ("all/x/y", "x/y"):
        shutil.copytree(first_game(tree).parent, tree / folder)
    with pytest.raises(DataError, match="Rename or remove one") as caught:
        Corpus(tree)
    assert all(str(tree / folder) in str(caught.value) for folder in ("all/x/y", "x/y"))


def test_games_are_sorted_and_the_hash_follows_their_content(tree: Path) -> None:
    corpus = Corpus(tree)
    ids = [folder.task_id for folder in corpus.folders("train")]
    assert ids == sorted(ids)
    before = corpus.manifest_hash("train")
    assert Corpus(Path(sample_data())).manifest_hash("train") == before
    edit(first_game(tree), lambda c: c.update(walkthrough=None))
    assert Corpus(tree).manifest_hash("train") != before


def test_unsolvable_and_skipped_games_are_left_out(tree: Path) -> None:
    count = len(Corpus(tree).folders("train"))
    edit(first_game(tree), lambda c: c.update(solvable=False))
    shutil.copytree(first_game(tree).parent, tree / "train" / "pick_with_movable-x" / "trial")
    shutil.copytree(first_game(tree).parent, tree / "train" / "pick-AppleSliced-x" / "trial")
    assert len(Corpus(tree).folders("train")) == count - 1


def test_solvable_mark_is_found_where_the_tail_is_ambiguous(tree: Path) -> None:
    path = first_game(tree)
    content = json.loads(path.read_text())
    content["note"] = 'says "solvable": false'
    path.write_text(json.dumps(content))
    assert files.is_solvable(path)
    content["solvable"] = False
    path.write_text(json.dumps({"solvable": content.pop("solvable"), **content}))
    assert not files.is_solvable(path)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda p: p.write_bytes(b""), "not valid JSON"),
    "truncated": (lambda p: p.write_bytes(p.read_bytes()[:20_000]), "truncated"),
    "not utf-8": (lambda p: p.write_bytes(b"\xff\xfe" + p.read_bytes()), "not UTF-8 text at byte 0"),
    "a list": (lambda p: p.write_text("[1]"), "not a JSON object"),
    "deep": (lambda p: p.write_text("[" * 200_000), "not valid JSON"),
    "huge": (lambda p: p.write_bytes(b" " * (files.SIZE_LIMIT + 1)), "more than the limit"),
    "no problem": (lambda p: edit(p, lambda c: c.pop("pddl_problem")), "'pddl_problem' is missing"),
    "odd walkthrough": (lambda p: edit(p, lambda c: c.update(walkthrough="look")), "'walkthrough'"),
    "other grammar": (
        lambda p: edit(p, lambda c: c.update(grammar=str(c["grammar"]).replace("turn on", "switch on"))),
        "grammar: unknown text",
    ),
    "other rules": (
        lambda p: edit(p, lambda c: c.update(pddl_domain=str(c["pddl_domain"]).replace("(openable ?r)", "", 1))),
        "domain: unknown text",
    ),
    "no task": (lambda p: edit(p, lambda c: c.update(grammar="")), "grammar: unknown text"),
    "open bracket": (
        lambda p: edit(p, lambda c: c.update(pddl_problem=str(c["pddl_problem"])[:-3])),
        "never closed",
    ),
    "close bracket": (
        lambda p: edit(p, lambda c: c.update(pddl_problem=str(c["pddl_problem"]) + ")")),
        "no opening one",
    ),
    "wrong walkthrough": (
        lambda p: edit(p, lambda c: c.update(walkthrough=["open sesame 1"])),
        "walkthrough fails at 'open sesame 1'",
    ),
    "short walkthrough": (
        lambda p: edit(p, lambda c: c.update(walkthrough=["look"])),
        "does not reach the goal",
    ),
    "unsolvable": (lambda p: edit(p, lambda c: c.update(solvable=False)), "marked as not solvable"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_verify_names_the_damaged_file_and_goes_on(tree: Path, damage: str) -> None:
    path = first_game(tree)
    harm, expected = DAMAGES[damage]
    harm(path)
    findings = list(Corpus(tree).verify())
    assert len(findings) == len(Corpus(Path(sample_data())))
    bad = [f for f in findings if f.problem]
    assert [f.path for f in bad] == [path]
    assert expected in bad[0].problem
    assert str(path) in bad[0].problem


def test_verify_reports_all_problems(tree: Path) -> None:
    for path in sorted(tree.rglob(files.GAME_FILE))[:3]:
        path.write_text("{")
    assert sum(bool(f.problem) for f in Corpus(tree).verify()) == 3


def test_unreadable_trajectory_is_found(tree: Path) -> None:
    (first_game(tree).parent / files.TRAJECTORY_FILE).write_text("{")
    assert sum(bool(f.problem) for f in Corpus(tree).verify()) == 1


def test_playing_a_damaged_game_names_its_file(tree: Path) -> None:
    path = first_game(tree)
    env = gym.make("crossworld/ALFWorld-v0", data=str(tree))
    task_id = env.unwrapped.tasks("train")[0].task_id
    path.write_text(path.read_text()[:5000])
    with pytest.raises(DataError, match="truncated"):
        env.reset(options={"task_id": task_id})
    assert env.reset(options={"task_id": Corpus(tree).folders("train")[1].task_id})


def test_missing_data_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALFWORLD_DATA", raising=False)
    with pytest.raises(DataError, match="give data=FOLDER or set"):
        gym.make("crossworld/ALFWorld-v0")
    with pytest.raises(DataError, match="no such folder or pack"):
        gym.make("crossworld/ALFWorld-v0", data=str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"no game\.tw-pddl file"):
        gym.make("crossworld/ALFWorld-v0", data=str(tmp_path))
    with pytest.raises(TaskNotFoundError, match="it has train"):
        gym.make("crossworld/ALFWorld-v0", data=sample_data(), split="test")


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("modalities", ("smell",)), ("modalities", "text"), ("action_mode", "dance"),
     ("expert", "oracle"), ("instruction", "shouted"), ("text_version", "3"),
     ("render_mode", "hologram"), ("image_size", 8), ("image_size", 64.0), ("frame_cache", -1)],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:.*render_mode")
def test_wrong_arguments_name_the_choices(keyword: str, value: object) -> None:
    with pytest.raises(ValueError, match=keyword):
        gym.make("crossworld/ALFWorld-v0", data=sample_data(), **{keyword: value})


def test_human_instructions_are_drawn_and_made_to_fit(tree: Path) -> None:
    (first_game(tree).parent / files.TRAJECTORY_FILE).write_text(json.dumps(TRAJECTORY))
    env = gym.make("crossworld/ALFWorld-v0", data=str(tree))
    task_id = env.unwrapped.tasks("train")[0].task_id
    heard = set()
    for seed in range(20):
        options = {"task_id": task_id, "instruction": "human"}
        observation, _ = env.reset(seed=seed, options=options)
        assert observation in env.observation_space
        heard.add(observation["mission"])
        snapshot = env.unwrapped.snapshot()
        assert env.reset(options={"snapshot": snapshot})[0]["mission"] == observation["mission"]
    assert heard == {"Put the thing away.", 'Tidy up "properly" - please'}
    assert (
        env.reset(options={"task_id": task_id})[0]["mission"]
        == "examine the book with the desklamp"
    )
    with pytest.raises(DataError, match="human instructions"):
        other = env.unwrapped.tasks("train")[1].task_id
        env.reset(options={"task_id": other, "instruction": "human"})


def test_the_version_can_be_chosen() -> None:
    old = gym.make("crossworld/ALFWorld-v0", data=sample_data(), text_version="2.1.1")
    _, info = old.reset(seed=0)
    assert "help" not in info["admissible_commands"]
    assert "You arrive at loc " in old.step(info["admissible_commands"][0])[0]["text"]


def test_mixed_versions_are_refused(tree: Path) -> None:
    from official import official_corpus

    official = files.read_game(official_corpus().folders("train")[0].game_file)
    edit(first_game(tree), lambda c: c.update(pddl_domain=official.domain))
    with pytest.raises(GameError, match="must belong together"):
        files.load_game(first_game(tree))


def test_compiled_games_are_kept_within_a_bound() -> None:
    assert compiled.cache_info().maxsize is not None


def test_every_error_is_ours() -> None:
    assert issubclass(DataError, CrossworldError)
    assert issubclass(GameError, CrossworldError)
    assert str(TaskNotFoundError("plain words")) == "plain words"
