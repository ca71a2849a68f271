"""Packs: the same games as the folder, byte for byte; damage is always named, never played."""

import errno
import hashlib
import json
import os
import pickle
import shutil
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import sample_data
from typer.testing import CliRunner

from crossworld.cli import app
from crossworld.envs.core.errors import DataError, GameError, TaskNotFoundError
from crossworld.envs.household import files, pack, packing, pieces
from crossworld.envs.household.corpus import Corpus, open_corpus
from crossworld.envs.household.pack import HEADER, Pack, PackedGame
from crossworld.envs.household.packing import Packer, unpack

SCENE = {"floor_plan": "FloorPlan301", "object_poses": [{"objectName": "Mug_2a", "position": 1.5}]}
SAID = {"anns": [{"task_desc": "Put the thing\x08 away.", "votes": [1]}, {"task_desc": "“Tidy”"}]}


def pack_of(folder: Path, target: Path) -> Pack:
    packer = Packer()
    for game in Corpus(folder).stored:
        packer.add(game)
    return packer.write(target)


def game_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob(files.GAME_FILE))


def rewrite(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Games of our own and official ones, where they are: two text versions, several splits."""
    from official import official_folder

    root = tmp_path_factory.mktemp("tree")
    shutil.copytree(sample_data(), root, dirs_exist_ok=True)
    first, second, third, fourth, *_ = game_files(root)
    (first.parent / files.TRAJECTORY_FILE).write_text(
        json.dumps({"turk_annotations": SAID, "scene": SCENE, "images": [1, 2]})
    )
    (second.parent / files.TRAJECTORY_FILE).write_text("{}")
    rewrite(third, solvable=False)
    fourth.write_text(json.dumps(json.loads(fourth.read_text()), indent=2) + "\n")
    official = official_folder()
    if official is not None:
        for game in Corpus(official).stored[::25]:
            shutil.copytree(game.path, root / game.split / game.task_id)
    return root


@pytest.fixture(scope="session")
def packed(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack_of(tree, tmp_path_factory.mktemp("packs") / "games.cwpack").path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A pack of the sample games."""
    return pack_of(Path(sample_data()), tmp_path / "small.cwpack").path


# the same games


def test_a_pack_lists_what_its_folder_lists(tree: Path, packed: Path) -> None:
    folder, corpus = Corpus(tree), Corpus(packed)
    assert corpus.splits == folder.splits
    assert corpus.default_split == folder.default_split
    assert len(corpus) == len(folder)
    for split in folder.splits:
        assert corpus.tasks(split, 0, 1000) == folder.tasks(split, 0, 1000)
        assert corpus.manifest_hash(split) == folder.manifest_hash(split)
        assert corpus.count(split) == folder.count(split)
    with pytest.raises(TaskNotFoundError, match="it has"):
        corpus.games("tarin")
    with pytest.raises(TaskNotFoundError, match="ids look like"):
        corpus.find("none", "train")


def test_every_file_is_restored_byte_for_byte(tree: Path, packed: Path) -> None:
    for inside, outside in zip(Corpus(packed).stored, Corpus(tree).stored, strict=True):
        assert (inside.split, inside.task_id) == (outside.split, outside.task_id)
        assert inside.read() == outside.read()
        assert inside.sha256() == hashlib.sha256(outside.read()).hexdigest()
        assert inside.is_solvable() == outside.is_solvable()
        assert inside.text() == outside.text()


def test_games_compile_to_the_same(tree: Path, packed: Path) -> None:
    for inside, outside in zip(Corpus(packed).stored, Corpus(tree).stored, strict=True):
        for version in ("auto", "2.1.1"):
            ours, theirs = inside.load(version), outside.load(version)
            assert (ours.version, ours.sites, ours.goal.spec, ours.flags) == (
                theirs.version, theirs.sites, theirs.goal.spec, theirs.flags
            )  # fmt: skip
            assert ours.object_names == theirs.object_names
            assert ours.start.sentence == theirs.start.sentence
            assert ours.start.contents == theirs.start.contents


def test_play_is_the_same(tree: Path, packed: Path) -> None:
    def play(data: Path, seed: int) -> list[object]:
        env = gym.make(
            "crossworld/ALFWorld-v0",
            data=str(data),
            expert="planner",
            modalities=("text", "mission"),
        )
        observation, info = env.reset(seed=seed)
        told: list[object] = [observation, info["task_id"], info["admissible_commands"]]
        while info["expert_action"]:
            observation, reward, *_, info = env.step(info["expert_action"])
            told += [observation, reward, info["admissible_commands"]]
        return told

    for seed in range(5):
        assert play(packed, seed) == play(tree, seed)


def test_human_instructions_and_poses_are_kept(tree: Path, packed: Path) -> None:
    heard = 0
    for inside, outside in zip(Corpus(packed).stored, Corpus(tree).stored, strict=True):
        theirs = outside.annotations()
        if theirs is None:
            assert inside.annotations() is None
            with pytest.raises(DataError, match="missing; human instructions"):
                inside.instructions()
        elif not theirs:
            with pytest.raises(DataError, match="no human instructions"):
                inside.instructions()
        else:
            kept = inside.annotations() or {}
            assert inside.instructions() == outside.instructions()
            assert all(kept[key] == theirs[key] for key in packing.KEPT if key in theirs)
            heard += 1
    assert heard


def test_layouts_without_splits_are_kept(tmp_path: Path) -> None:
    shipped = Path(sample_data())
    for number, root in enumerate((shipped / "train", game_files(shipped)[0].parent)):
        target = pack_of(root, tmp_path / f"{number}.cwpack").path
        assert Corpus(target).tasks("all") == Corpus(root).tasks("all")


def test_unpacking_is_the_way_back(tree: Path, packed: Path, tmp_path: Path) -> None:
    unpack(Pack(packed).games, tmp_path / "out")
    for path in game_files(tree):
        assert (tmp_path / "out" / path.relative_to(tree)).read_bytes() == path.read_bytes()
    assert pack_of(tmp_path / "out", tmp_path / "again.cwpack").path.read_bytes() == (
        packed.read_bytes()
    )
    with pytest.raises(DataError, match="not an empty folder"):
        unpack(Pack(packed).games, tmp_path / "out")


def test_official_games_are_small_in_a_pack(tmp_path: Path) -> None:
    from official import official_corpus

    corpus = official_corpus()
    packer = Packer()
    for game in corpus.stored[:150]:
        packer.add(game)
    written = packer.write(tmp_path / "official.cwpack")
    assert written.path.stat().st_size / 150 < 2480


@given(
    st.binary()
    | st.lists(st.sampled_from([b"\\n", b" (", b"a_bar_b", b"}, {", b'"'])).map(b"".join)
)
def test_pieces_joined_are_the_document(document: bytes) -> None:
    found = pieces.cut(document)
    known = list(dict.fromkeys(found))
    data = pieces.encode(known.index(piece) for piece in found)
    assert pieces.decode(data, known, len(document)) == document
    if document:
        with pytest.raises(ValueError, match="more than"):
            pieces.decode(data, known, len(document) - 1)


def test_a_file_of_very_many_pieces_is_packed_too(tmp_path: Path) -> None:
    shutil.copytree(sample_data(), tmp_path / "games")
    path = game_files(tmp_path / "games")[0]
    for number in range(3):  # two bundles, and a document that stays whole
        other = tmp_path / "games" / "train" / "odd" / f"{number}" / files.GAME_FILE
        other.parent.mkdir(parents=True)
        note = " ".join(f"x_bar_{number}{i}" for i in range((14_000, 14_500, 20_000)[number]))
        other.write_text(json.dumps({**json.loads(path.read_text()), "note": note}))
    written = pack_of(tmp_path / "games", tmp_path / "odd.cwpack")
    assert [g.read() for g in written.games] == [
        g.read() for g in Corpus(tmp_path / "games").stored
    ]


# writing


def test_the_same_tree_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    first = small.read_bytes()
    assert pack_of(Path(sample_data()), tmp_path / "other").path.read_bytes() == first
    assert pack_of(small, tmp_path / "a pack of a pack").path.read_bytes() == first


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_failed_writing_leaves_the_old_pack(
    small: Path, tree: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = small.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space"):
        pack_of(tree, small)
    assert small.read_bytes() == before
    assert [path.name for path in small.parent.iterdir()] == [small.name]


def test_only_packs_are_replaced(small: Path, tmp_path: Path) -> None:
    pack_of(Path(sample_data()), small)
    (tmp_path / "thesis.txt").write_text("years of work")
    for target, message in [
        (tmp_path / "thesis.txt", "not a pack, so it is not replaced"),
        (tmp_path, "not a pack"),
        (tmp_path / "nowhere" / "x.cwpack", "there is no folder"),
    ]:
        with pytest.raises(DataError, match=message):
            pack_of(Path(sample_data()), target)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    with pytest.raises(DataError, match="no games to pack"):
        Packer().write(tmp_path / "empty.cwpack")


def test_a_named_pipe_is_no_target(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="not a pack"):  # instead of waiting for a writer
        pack_of(Path(sample_data()), tmp_path / "pipe")


def test_nothing_is_written_below_a_file(small: Path) -> None:
    with pytest.raises(DataError, match="there is no folder"):
        pack_of(Path(sample_data()), small / "x.cwpack")
    with pytest.raises(DataError, match=r"cannot be written \(Not a directory\)"):
        unpack(Pack(small).games, small / "x" / "y")


def test_the_file_behind_a_link_is_replaced(small: Path, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "folder" / "link"
    link.symlink_to(small)
    assert pack_of(tree, link).path == link
    assert link.is_symlink()
    assert len(Pack(small).games) == len(Corpus(tree))
    link.unlink()
    link.symlink_to(tmp_path / "new.cwpack")  # dangling
    pack_of(tree, link)
    assert (tmp_path / "new.cwpack").read_bytes() == small.read_bytes()


@pytest.mark.parametrize(
    "name", ["a\\b", "\x1b[2J", "a\nb", os.fsdecode(b"\xff"), "traj_data.json"]
)
def test_folders_that_packs_cannot_name_are_refused_at_once(tmp_path: Path, name: str) -> None:
    shutil.copytree(game_files(Path(sample_data()))[0].parent, tmp_path / "games" / name / "trial")
    packer = Packer()
    for game in Corpus(tmp_path / "games").stored:
        with pytest.raises(DataError, match=r"packs cannot hold this\. Rename the") as caught:
            packer.add(game)
        assert repr(str(game.path)) in str(caught.value)
        assert str(caught.value).isprintable()


def test_annotations_that_grow_too_large_are_refused_at_once(tmp_path: Path) -> None:
    shutil.copytree(sample_data(), tmp_path / "games")
    game = Corpus(tmp_path / "games").stored[0]
    said = {"anns": [{"task_desc": "ä" * 3_900_000}]}
    text = json.dumps({"turk_annotations": said}, ensure_ascii=False)
    game.trajectory_file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"traj_data\.json: 23,\d+,\d+ bytes to keep"):
        Packer().add(game)


def test_games_of_one_name_are_not_packed_twice(tmp_path: Path) -> None:
    packer = Packer()
    game = Corpus(Path(sample_data())).stored[0]
    packer.add(game)
    with pytest.raises(DataError, match="has the same name") as caught:
        packer.add(game)
    assert str(caught.value).count(str(game.path)) == 2


def test_a_game_in_the_working_directory_can_be_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = game_files(Path(sample_data()))[0].parent
    monkeypatch.chdir(folder)
    for root in (Path("."), Path(".") / ".." / folder.name / "." / ".." / folder.name):
        assert pack_of(root, tmp_path / "x").games[0].task_id == folder.name


# damage


def survivors(path: Path, original: list[bytes]) -> tuple[int, int]:
    """Return how many documents can be read from a pack, and how many must be; all are checked."""
    pack._bundles.clear()
    pack._shared.cache_clear()
    try:
        games = Pack(path).games
    except DataError as error:
        assert str(path) in str(error)
        return 0, 2 * len(original)
    whole = 0
    for game, content in zip(games, original, strict=True):
        for read in (game.read, game.annotation_bytes):
            try:
                assert read() in (content, None)
                whole += 1
            except DataError as error:
                assert str(path) in str(error)
    return whole, 2 * len(original)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, list[bytes]]:
    path = tmp_path_factory.mktemp("damage") / "games.cwpack"
    games = pack_of(Path(sample_data()), path).games
    return path, path.read_bytes(), [game.read() for game in games]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_is_never_played(
    sound: tuple[Path, bytes, list[bytes]], data: st.DataObject
) -> None:
    path, content, original = sound
    damaged = bytearray(content)
    region = data.draw(
        st.sampled_from([(0, HEADER.size), (0, len(content)), (len(content) // 2, len(content))])
    )
    place = data.draw(st.integers(region[0], region[1] - 1))
    match data.draw(st.sampled_from(["flip", "cut", "cut out", "insert", "zero"])):
        case "flip":
            damaged[place] ^= data.draw(st.integers(1, 255))
        case "cut":
            del damaged[place:]
        case "cut out":
            del damaged[place]
        case "insert":
            damaged.insert(place, data.draw(st.integers(0, 255)))
        case "zero":
            end = min(len(damaged), place + 50)
            damaged[place:end] = bytes(end - place)
    path.write_bytes(damaged)
    whole, total = survivors(path, original)
    assert whole < total or damaged == content


def test_damage_of_one_game_leaves_the_others(small: Path) -> None:
    content = bytearray(small.read_bytes())
    content[-1] ^= 1
    small.write_bytes(content)
    pack._bundles.clear()
    findings = [finding for finding in Corpus(small).verify() if finding.problem]
    assert len(findings) == 1
    assert "make it again with 'crossworld data pack'" in findings[0].problem
    assert str(small) in findings[0].problem


def test_what_is_no_pack_is_said(tmp_path: Path, small: Path) -> None:
    for content, message in [
        (b"", "neither a folder nor a pack"),
        (b"PK\x03\x04 a zip file", "neither a folder nor a pack"),
        (small.read_bytes()[:40], "truncated to 40 bytes"),
        (small.read_bytes()[:-1], "truncated"),
    ]:
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(DataError, match=message):
            Corpus(tmp_path / "file")


def test_a_pack_is_known_by_its_content_not_its_name(small: Path) -> None:
    other = small.rename(small.with_name("games.zip"))
    assert Corpus(other).count("train") == 8


def test_a_newer_format_is_said(small: Path) -> None:
    forge(small, lambda index: None, version=2)
    with pytest.raises(DataError, match="format 2; this version of crossworld reads format 1"):
        Pack(small)


# forged packs: all checksums of the index are right, the content is not


def forge(path: Path, change: Callable[[dict[str, Any]], object], version: int = 1) -> None:
    content = path.read_bytes()
    magic, _, _, length, _, _, _ = HEADER.unpack(content[: HEADER.size])
    packed, body = content[HEADER.size :][:length], content[HEADER.size + length :]
    index = json.loads(zlib.decompress(packed, -15))
    change(index)
    plain = json.dumps(index).encode()
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(plain) + packer.flush()
    total = HEADER.size + len(packed) + len(body)
    digest = hashlib.sha256(packed).digest()
    head = HEADER.pack(magic, version, total, len(packed), len(plain), digest, 0)[:-4]
    path.write_bytes(head + zlib.crc32(head).to_bytes(4, "little") + packed + body)


def game_field(number: int, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda index: index["games"][0].__setitem__(number, value)


def column(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda index: index[name].__setitem__(-1, value)


@pytest.mark.parametrize(
    "change",
    [
        *(game_field(1, name) for name in ("../x", "/etc/x", "a//b", "a/./b", "", "a\\b", 5)),
        *(game_field(1, name) for name in ("a\0b", "\udcff", "n" * 256, "ä" * 128, "\x1b[2J", "a\nb")),
        *(game_field(1, name) for name in ("x/game.tw-pddl", "x/traj_data.json/y")),
        *(game_field(0, name) for name in ("..", "a/b", None, "\0")),
        lambda index: index["games"][1].__setitem__(1, index["games"][0][1]),
        lambda index: [game_field(0, "all")(index), game_field(1, "train/x")(index),
                       index["games"][1].__setitem__(1, "x")],
        *(game_field(4, place) for place in ([0], [0, 10**9], [-1, 5], [0.5, 5], [0, 1], "ab", None)),
        column("sizes", 2**40), column("sizes", -1), column("lengths", -5), column("lengths", 1.5),
        lambda index: index.pop("games"), lambda index: index["crcs"].pop(),
        lambda index: index.update(games=[[]]),
    ],
)  # fmt: skip
def test_forged_indexes_are_refused(small: Path, change: Callable[[dict[str, Any]], None]) -> None:
    forge(small, change)
    with pytest.raises(DataError, match="its index is not one of a pack"):
        Pack(small)


@pytest.mark.parametrize("size", [1, 2, 2**24])
@pytest.mark.parametrize("part", [0, 1, 2, -1])
def test_forged_sizes_are_found(small: Path, part: int, size: int) -> None:
    forge(small, lambda index: index["sizes"].__setitem__(part, size))
    with pytest.raises(DataError, match="The pack is damaged"):
        for game in Pack(small).games:
            game.read()


def test_claims_out_of_proportion_are_refused_on_opening(small: Path) -> None:
    def grow(index: dict[str, Any]) -> None:
        index["sizes"][1] = max(pack.CODES_LIMIT, pack.RATIO * index["lengths"][1]) + 1

    whole = small.read_bytes()
    forge(small, grow)
    with pytest.raises(DataError, match="part 1 claims"):
        Pack(small)
    small.write_bytes(whole)
    forge(small, column("sizes", pack.CODES_LIMIT + 1))
    with pytest.raises(DataError, match=r"claims 60,001 bytes|a document of 60,001 bytes"):
        Pack(small)
    small.write_bytes(whole)
    forge(small, lambda index: index.update(games=[[]] * 10**6))
    with pytest.raises(DataError, match=r"its index claims 4,0\d\d,\d\d\d bytes"):
        Pack(small)


def test_parts_of_no_use_are_refused(small: Path) -> None:
    def spare(index: dict[str, Any]) -> None:
        for key in ("lengths", "sizes", "crcs"):
            index[key].insert(3, 0)
        for game in index["games"]:
            game[4][1] += 1

    whole = small.read_bytes()
    for change in (spare, lambda index: index["games"].pop()):
        small.write_bytes(whole)
        forge(small, change)
        with pytest.raises(DataError, match=r"parts for \d documents"):
            Pack(small)


def test_bundles_are_kept_within_a_bound(
    tree: Path, packed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack._bundles.clear()
    games = Pack(packed).games
    games[0].read()
    weight = pack._bundles._weight
    assert 0 < weight < pack.KEPT_LIMIT / 100
    monkeypatch.setattr(pack, "KEPT_LIMIT", 2 * weight)
    for inside, outside in zip(games, Corpus(tree).stored, strict=True):
        assert inside.read() == outside.read()
        kept = pack._bundles._kept.values()
        assert sum(bundle.weight for bundle in kept) == pack._bundles._weight <= 2 * weight


def test_very_repetitive_games_keep_the_proportion(tmp_path: Path) -> None:
    shutil.copytree(sample_data(), tmp_path / "games")
    path = game_files(tmp_path / "games")[0]
    rewrite(path, note="a" * 2**20)
    written = pack_of(tmp_path / "games", tmp_path / "x.cwpack")
    assert any(part.size > 2**20 and part.length < 2**15 for part in written._parts)
    assert path.read_bytes() in [game.read() for game in written.games]


@pytest.mark.parametrize(
    "text",
    [b"a", b"a_bar", b"_bar_", b"Your task is to: ", b'"pddl_domain": "', b"\\n    ", b"\\\\"],
)
def test_cutting_takes_linear_time(text: bytes) -> None:
    def seconds(length: int) -> float:
        document = b'{"pddl_domain": "", "grammar": "Your task is to: ' + text * (
            length // len(text)
        )
        times = []
        for _ in range(3):
            start = time.process_time()
            pieces.cut(document)
            times.append(time.process_time() - start)
        return min(times)

    assert seconds(2**20) < 40 * max(seconds(2**16), 1e-3)  # quadratic would be 256


def test_another_game_under_the_same_name_is_found(small: Path) -> None:
    def swap(index: dict[str, Any]) -> None:
        first, second = index["games"][:2]
        first[4], second[4] = second[4], first[4]

    forge(small, swap)
    with pytest.raises(DataError, match="sha256"):
        Pack(small).games[0].read()


@settings(max_examples=100, deadline=None)
@given(number=st.integers(0, 10), place=st.integers(0), junk=st.binary(min_size=1, max_size=40))
def test_forged_parts_are_refused(
    sound: tuple[Path, bytes, list[bytes]], number: int, place: int, junk: bytes
) -> None:
    path, content, original = sound
    start = HEADER.size + HEADER.unpack(content[: HEADER.size])[3]
    damaged = bytearray(content)

    def reseal(index: dict[str, Any]) -> None:
        first = start + sum(index["lengths"][:number])
        last = first + index["lengths"][number]
        at = first + place % (last - first)
        damaged[at : min(at + len(junk), last)] = junk[: last - at]
        path.write_bytes(damaged)
        index["crcs"][number] = zlib.crc32(damaged[first:last])

    path.write_bytes(content)
    forge(path, reseal)
    path.write_bytes(path.read_bytes()[: -len(damaged) + start] + damaged[start:])
    Pack(path)  # the index is right
    survivors(path, original)


# use


def test_relative_packs_survive_a_change_of_directory(
    small: Path, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    pack_of(tree, tmp_path / "other" / small.name)
    monkeypatch.chdir(tmp_path)
    corpus, alone = open_corpus(small.name), Pack(Path(small.name))
    monkeypatch.chdir(tmp_path / "other")
    assert corpus.root == alone.path == small
    assert corpus.stored[0].read() == alone.games[0].read()
    assert len(open_corpus(small.name)) == len(Corpus(tree)) > len(corpus)


def test_a_replaced_pack_can_be_used_in_the_same_process(small: Path, tree: Path) -> None:
    old = open_corpus(str(small))
    assert open_corpus(str(small)) is old
    pack_of(tree, small)
    new = open_corpus(str(small))
    assert [g.read() for g in new.stored] == [g.read() for g in Corpus(tree).stored]
    with pytest.raises(DataError, match="was changed since it was opened") as caught:
        old.stored[0].read()
    assert "damaged" not in str(caught.value)


def test_environments_on_a_pack_can_be_pickled(small: Path) -> None:
    env = gym.make("crossworld/ALFWorld-v0", data=str(small), modalities=("text", "mission"))
    observation, _ = env.reset(seed=3)
    data = pickle.dumps(env.unwrapped)
    other = pickle.loads(data)
    assert other.reset(seed=3)[0] == observation
    assert other.manifest_hash("train") == env.unwrapped.manifest_hash("train")


def test_a_pack_that_was_replaced_is_not_mixed_up(small: Path, tree: Path) -> None:
    games = Pack(small).games
    data = pickle.dumps(games[0])
    assert pickle.loads(data) == games[0]
    pack_of(tree, small)
    with pytest.raises(DataError, match="replaced meanwhile"):
        pickle.loads(data)
    for game in games:
        with pytest.raises(DataError, match=r"was changed since it was opened\. Make the env"):
            game.read()


def test_games_that_cannot_be_played_say_so_from_a_pack_too(tmp_path: Path) -> None:
    shutil.copytree(sample_data(), tmp_path / "games")
    path = game_files(tmp_path / "games")[0]
    rewrite(path, grammar=json.loads(path.read_text())["grammar"].replace("turn on", "switch on"))
    game = pack_of(tmp_path / "games", tmp_path / "x.cwpack").games[0]
    with pytest.raises(GameError, match="grammar: unknown text"):
        game.load("auto")


def test_folders_of_a_pack_do_not_exist(small: Path) -> None:
    corpus = Corpus(small)
    assert all(isinstance(game, PackedGame) for game in corpus.stored)
    with pytest.raises(DataError, match="crossworld data unpack"):
        corpus.folders("train")


# the command line


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.delenv("ALFWORLD_DATA", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object, code: int = 0) -> str:
        result = CliRunner().invoke(app, list(map(str, arguments)))
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_data_pack_verify_info_run(
    call: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = call("data", "pack", sample_data(), "--out", "games.cwpack")
    assert text.startswith("games.cwpack: 8 games, 0.0")
    assert "bytes a game" in text
    assert "8 games, all sound." in call("data", "verify", "games.cwpack")
    info = call("data", "info", "games.cwpack")
    assert info.splitlines()[1:] == call("data", "info", sample_data()).splitlines()[1:]
    arguments = (
        "run",
        "--env",
        "crossworld/ALFWorld-v0",
        "--agent",
        "planner",
        "--episodes",
        2,
        "--out",
    )
    assert "2 of 2 episodes, 100% solved" in call(*arguments, "a", "--data", "games.cwpack")
    monkeypatch.setenv("ALFWORLD_DATA", "games.cwpack")
    assert "2 of 2 episodes, 100% solved" in call(*arguments, "b")
    assert "8 games." in call("data", "unpack", "games.cwpack", "--out", "unpacked")
    assert "8 games, all sound." in call("data", "verify", "unpacked")


def test_data_pack_names_every_damaged_game_and_writes_nothing(
    call: Callable[..., str], tmp_path: Path
) -> None:
    shutil.copytree(sample_data(), tmp_path / "games")
    first, second, *_ = game_files(tmp_path / "games")
    first.write_text(first.read_text()[:5000])
    (second.parent / files.TRAJECTORY_FILE).write_text("[]")
    text = call("data", "pack", "games", "--out", "games.cwpack", code=1)
    assert (
        f"{first.parent.parent.name}/{first.parent.name}/{files.GAME_FILE}: not valid JSON" in text
    )
    assert f"{files.TRAJECTORY_FILE}: holds a list" in text
    assert "2 of 8 games are damaged; nothing was written" in text
    assert not Path("games.cwpack").exists()
