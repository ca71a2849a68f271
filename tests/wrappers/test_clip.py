"""CLIP as captioner, and its training: small weights, real images."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from crossworld.commands.train import FILES, train_clip
from crossworld.commands.training import clear
from crossworld.envs.core.errors import TaskNotFoundError
from crossworld.wrappers.captioners.base import CaptionerError, Scene
from crossworld.wrappers.captioners.clip import captioner as captioner_module
from crossworld.wrappers.captioners.clip import training
from crossworld.wrappers.captioners.clip.captioner import ClipCaptioner
from crossworld.wrappers.captioners.clip.pairs import (
    Moment,
    Pairs,
    captioned,
    fitting,
    gather,
    play,
    tuning,
)
from crossworld.wrappers.captioners.clip.scores import curve, score

torch = pytest.importorskip("torch")
open_clip = pytest.importorskip("open_clip")

from crossworld.wrappers.captioners.clip.architecture import (  # noqa: E402
    CONFIG_FILE,
    WEIGHTS_FILE,
    encoded_texts,
    new_model,
    save_model,
)
from crossworld.wrappers.captioners.clip.calibration import (  # noqa: E402
    CALIBRATION_FILE,
    NEVER,
    Calibration,
    calibrate,
    read_calibration,
)
from crossworld.wrappers.captioners.clip.recipe import (  # noqa: E402
    default_pattern,
    finished,
    learn,
    visit,
)
from crossworld.wrappers.captioners.clip.training import (  # noqa: E402
    STATE_FILE,
    Settings,
    train,
)
from crossworld.wrappers.training import RESULT_FILE  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")  # of libraries: torch, timm and the hub

TABLE = "crossworld/TabletopStack-v0"
COLOURS = {"red": (250, 20, 20), "green": (20, 250, 20), "blue": (20, 20, 250)}
STATEMENTS = tuple(f"the picture is {name}" for name in sorted(COLOURS))
DICE = np.random.default_rng(3)
IMAGES = DICE.integers(0, 256, (5, 128, 128, 3)).astype(np.uint8)


def scene(*statements: str) -> Scene:
    return Scene(statements, lambda: (), np.random.default_rng(0))


def coloured(n: int) -> Pairs:
    """Return plain images, noise added; each has one true statement."""
    dice = np.random.default_rng(0)
    kinds = dice.integers(len(STATEMENTS), size=n)
    paint = np.array([COLOURS[text.rpartition(" ")[2]] for text in STATEMENTS], np.int64)
    noise = dice.integers(-20, 20, (n, 128, 128, 3))
    images = np.clip(paint[kinds][:, None, None] + noise, 0, 255).astype(np.uint8)
    truth = np.eye(len(STATEMENTS), dtype=bool)[kinds]
    return Pairs(images, STATEMENTS, np.ones_like(truth), truth)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with random weights, calibrated by hand."""
    path = tmp_path_factory.mktemp("clip")
    save_model(new_model(seed=1), path)
    own = dict.fromkeys(STATEMENTS, -0.5)
    Calibration(r"the picture is .*", NEVER, own).write(path)
    return path


@pytest.fixture
def bare(folder: Path, tmp_path: Path) -> Path:
    """The same model without a calibration."""
    path = tmp_path / "bare"
    shutil.copytree(folder, path, ignore=shutil.ignore_patterns(CALIBRATION_FILE))
    return path


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make batches small and states frequent."""
    monkeypatch.setattr(training, "BATCH", 8)
    monkeypatch.setattr(training, "_SAVED_EVERY", 3)
    yield


# What is said


def test_captions_are_what_exceeds_its_threshold_surest_first(folder: Path) -> None:
    eyes = ClipCaptioner(str(folder))
    found = eyes.caption(IMAGES)
    surplus = eyes.scores(IMAGES, STATEMENTS) + 0.5
    for captions, row in zip(found, surplus, strict=True):
        assert {said.text for said in captions} == {
            text for text, by in zip(STATEMENTS, row, strict=True) if by > 0
        }
        assert captions == sorted(captions, key=lambda said: (-said.score, said.text))
        for said in captions:
            assert said.score == pytest.approx(row[STATEMENTS.index(said.text)])
    assert any(found)


def test_equal_captions_are_sorted_by_text(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    eyes = ClipCaptioner(str(folder), candidates=["b", "a", "c"], threshold=0.25)
    similar = np.array([[0.5, 0.75, 0.5]], np.float32)  # of a, b, c
    monkeypatch.setattr(eyes, "scores", lambda images, statements: similar)
    assert [said.text for said in eyes.caption(IMAGES[:1])[0]] == ["b", "a", "c"]


def test_a_threshold_is_exceeded_and_not_reached(folder: Path) -> None:
    similarity = float(ClipCaptioner(str(folder)).scores(IMAGES[:1], ["a"])[0, 0])
    below = float(np.nextafter(np.float32(similarity), np.float32(-1)))
    assert not ClipCaptioner(str(folder), threshold=similarity, candidates=["a"]).caption(
        IMAGES[:1]
    )[0]
    assert ClipCaptioner(str(folder), threshold=below, candidates=["a"]).caption(IMAGES[:1])[0]


def test_scores_equal_those_of_plain_open_clip(folder: Path) -> None:
    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
    model.eval()
    from PIL import Image

    large = np.repeat(np.repeat(IMAGES[:2], 2, axis=1), 3, axis=2)
    for images, near in ((IMAGES, 1e-5), (large, 2e-2)):
        with torch.inference_mode():
            ready = torch.stack([preprocess(Image.fromarray(image)) for image in images])
            seen = model.encode_image(ready, normalize=True)
            said = model.encode_text(tokenizer(list(STATEMENTS)), normalize=True)
        np.testing.assert_allclose(
            ClipCaptioner(str(folder)).scores(images, STATEMENTS),
            (seen @ said.T).numpy(),
            atol=near,
        )


def test_neither_batches_nor_neighbours_change_what_is_seen(folder: Path) -> None:
    mixed = [IMAGES[0], IMAGES[1][:64], IMAGES[2], IMAGES[3], IMAGES[4][:, :90]]
    one = ClipCaptioner(str(folder), batch_size=1)
    whole = ClipCaptioner(str(folder), batch_size=32).scores(mixed, STATEMENTS)
    assert whole.shape == (5, 3) and whole.dtype == np.float32
    each = np.concatenate([one.scores([image], STATEMENTS) for image in mixed])
    np.testing.assert_allclose(whole, each, atol=1e-5)
    assert np.abs(whole).max() <= 1 + 1e-5


def test_no_images_have_no_captions(folder: Path) -> None:
    eyes = ClipCaptioner(str(folder))
    assert eyes.caption([]) == []
    assert eyes.scores([], STATEMENTS).shape == (0, 3)


def test_scenes_say_what_may_be_said_of_each_image(folder: Path) -> None:
    eyes = ClipCaptioner(str(folder), threshold=-1.0)
    scenes = [scene("the picture is red", "a word"), scene("the picture is blue")]
    said = [{one.text for one in captions} for captions in eyes.caption(IMAGES[:2], scenes)]
    assert said == [{"the picture is red"}, {"the picture is blue"}]
    fixed = ClipCaptioner(str(folder), threshold=-1.0, candidates=["a word"])
    assert [one.text for one in fixed.caption(IMAGES[:2], scenes)[0]] == ["a word"]


def test_a_prompt_is_what_is_read(folder: Path) -> None:
    plain = ClipCaptioner(str(folder)).scores(IMAGES, ["a photo of a mug"])
    put = ClipCaptioner(str(folder), prompt="a photo of {}").scores(IMAGES, ["a mug"])
    np.testing.assert_allclose(plain, put, atol=1e-6)


def test_texts_are_encoded_once_and_not_kept_for_ever(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captioner_module, "CACHED_TEXTS", 4)
    encode = encoded_texts
    read: list[int] = []

    def counted(model: object, tokens: NDArray[np.int64]) -> object:
        read.append(len(tokens))
        return encode(model, tokens)

    monkeypatch.setattr(captioner_module, "encoded_texts", counted)
    eyes = ClipCaptioner(str(folder))
    first = eyes.scores(IMAGES, ["a", "b", "c"])
    again = eyes.scores(IMAGES, ["c", "b", "a"])
    assert sum(read) == 3
    np.testing.assert_array_equal(first, again[:, ::-1])
    np.testing.assert_array_equal(eyes.scores(IMAGES, ["a", "a"])[:, 0], first[:, 0])
    eyes.scores(IMAGES, ["d", "e", "f", "g", "h"])
    assert sum(read) == 8 and len(eyes._texts) == 4
    np.testing.assert_allclose(eyes.scores(IMAGES, ["a"])[:, 0], first[:, 0], atol=1e-6)
    assert sum(read) == 9


# What is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": "ViT-B-23", "checkpoint": "openai"}, r"ViT-B-23.*near it are.*ViT-B-32"),
        ({"model": "ViT-B-32"}, r"without a checkpoint.*laion2b_s34b_b79k"),
        ({"model": "ViT-B-32", "checkpoint": "laion2b"}, r"'laion2b' is no file.*laion2b_"),
        ({"model": "local-dir:/no/such"}, r"/no/such holds no open_clip_config.json"),
        ({"prompt": "no place"}, r"prompt 'no place'"),
        ({"prompt": "{} {}"}, r"once"),
        ({"batch_size": 0}, r"batch_size: 0"),
        ({"threshold": 1.5}, r"threshold 1.5"),
        ({"threshold": float("nan")}, r"threshold nan"),
        ({"candidates": []}, r"candidates: there are none"),
        ({"candidates": "a mug"}, r"candidates: 'a mug' is one text"),
        ({"candidates": ["a mug", ""]}, r"'' is no statement"),
        ({"checkpoint": "openai"}, r"its own weights"),
        ({"device": "abacus"}, r"on 'abacus'"),
    ],
)
def test_arguments_that_cannot_be(folder: Path, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(CaptionerError, match=message):
        ClipCaptioner(**{"model": str(folder), **arguments})  # type: ignore[arg-type]


def test_a_checkpoint_of_another_model(folder: Path) -> None:
    with pytest.raises(
        CaptionerError, match=r"'RN50' with checkpoint.*must be of exactly this model"
    ):
        ClipCaptioner("RN50", str(folder / WEIGHTS_FILE), threshold=0.1)


def test_damaged_and_unfinished_folders(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CaptionerError, match=r"holds no open_clip_config.json"):
        ClipCaptioner(str(tmp_path))
    shutil.copy(folder / CONFIG_FILE, tmp_path)
    with pytest.raises(CaptionerError, match=r"has no weights.*copy all of it"):
        ClipCaptioner(str(tmp_path))
    (tmp_path / WEIGHTS_FILE).write_bytes((folder / WEIGHTS_FILE).read_bytes()[:1000])
    with pytest.raises(CaptionerError, match=r"cannot be loaded"):
        ClipCaptioner(str(tmp_path))
    shutil.copy(folder / WEIGHTS_FILE, tmp_path)
    (tmp_path / CALIBRATION_FILE).write_text('{"pattern": "(", "threshold": 1, "thresholds": {}}')
    with pytest.raises(CaptionerError, match=r"is no calibration.*train again"):
        ClipCaptioner(str(tmp_path))


def test_nothing_is_said_without_a_threshold_or_candidates(folder: Path, bare: Path) -> None:
    with pytest.raises(CaptionerError, match=r"no threshold is known"):
        ClipCaptioner(str(bare), candidates=["a"]).caption(IMAGES)
    with pytest.raises(CaptionerError, match=r"give candidates="):
        ClipCaptioner(str(bare), threshold=0.5).caption(IMAGES)
    with pytest.raises(CaptionerError, match=r"statements of scene 0: there are none"):
        ClipCaptioner(str(folder)).caption(IMAGES[:1], [scene("a word")])
    with pytest.raises(CaptionerError, match=r"5 images and 1 scenes"):
        ClipCaptioner(str(folder)).caption(IMAGES, [scene("the picture is red")])
    with pytest.raises(CaptionerError, match=r"statements: there are none"):
        ClipCaptioner(str(folder)).scores(IMAGES, [])


@pytest.mark.parametrize(
    "image",
    [IMAGES[0][:, :, 0], IMAGES[0].astype(np.float32), IMAGES[0][:, :, :2], IMAGES[0][:0], "a.png"],
)
def test_what_is_no_image(folder: Path, image: object) -> None:
    eyes = ClipCaptioner(str(folder))
    for ask in (eyes.caption, lambda images: eyes.scores(images, STATEMENTS)):
        with pytest.raises(CaptionerError, match=r"image 1: .* is no uint8 \(H, W, 3\)"):
            ask([IMAGES[0], image])  # type: ignore[list-item]


# Figures and thresholds


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30))
def test_the_curve_is_what_each_threshold_scores(pairs: list[tuple[int, bool]]) -> None:
    sure = np.array([pair[0] for pair in pairs], np.float64)
    truth = np.array([pair[1] for pair in pairs])
    found = curve(sure, truth)
    assert found.thresholds.tolist() == sorted(set(sure.tolist()), reverse=True)
    for threshold, precision, recall in zip(*found, strict=True):
        said = score(sure >= threshold, truth)
        assert precision == pytest.approx(said.precision)
        assert recall == pytest.approx(said.recall if truth.any() else 0.0)
    cut = found.cut_at(0.9)
    assert score(sure > cut, truth).precision >= 0.9
    assert found.recall_at(0.9) in (score(sure > cut, truth).recall, 0.0)


@given(st.integers(0, 2**32 - 1), st.sampled_from((0.6, 0.8, 0.95)))
def test_thresholds_reach_what_they_aim_at(seed: int, aim: float) -> None:
    dice = np.random.default_rng(seed)
    truth = dice.random((60, 4)) < (0.1, 0.3, 0.5, 0.7)
    candidates = dice.random(truth.shape) < 0.8
    truth &= candidates
    similar = (0.2 * truth + dice.normal(0, 0.1, truth.shape) + (0.3, 0.2, 0.1, 0)) / 2
    similar32 = similar.clip(-0.99, 0.99).astype(np.float32)
    found = calibrate(similar32, truth, candidates, ["a", "b", "c", "d"], ".*", aim)
    said = similar32 > found.limits(["a", "b", "c", "d"])
    assert score(said[candidates], truth[candidates]).precision >= aim
    common = similar32 > np.float32(found.threshold)
    assert score(common[candidates], truth[candidates]).precision >= aim


def test_thresholds_of_their_own_pay_where_statements_differ_in_how_common_they_are() -> None:
    dice = np.random.default_rng(0)
    truth = dice.random((2000, 2)) < (0.7, 0.05)
    similar = (np.where(truth, (0.1, 0.6), (-0.2, 0.3)) + dice.normal(0, 0.08, truth.shape)).astype(
        np.float32
    )
    every = np.ones_like(truth)
    found = calibrate(similar, truth, every, ["common", "rare"], ".*", 0.9)
    own = score(similar > found.limits(["common", "rare"]), truth)
    assert own.recall > 0.9 > 0.5 > score(similar > found.threshold, truth).recall


def test_a_calibration_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = Calibration(r"you see .*", 0.25, {"you see a mug": 0.5, "you see a pan": -0.125})
    written.write(tmp_path)
    assert read_calibration(tmp_path) == written
    assert written.limits(["you see a pan", "you see a cat"]).tolist() == [-0.125, 0.25]
    assert written.covers("you see a cat") and not written.covers("now you see a cat")


# What is played


def test_what_is_played_is_true_and_few_is_a_part_of_many() -> None:
    pattern = default_pattern(TABLE)
    many = gather(play(TABLE, pattern, keep=fitting, image_size=32), 60)
    few = gather(play(TABLE, pattern, keep=fitting, image_size=32), 20)
    np.testing.assert_array_equal(few.images, many.images[:20])
    np.testing.assert_array_equal(few.truth, many.truth[:20])
    assert len(few) == 20 and len(many) == 60
    assert all(re.fullmatch(pattern, text) for text in many.statements)
    assert (many.truth <= many.candidates).all() and many.truth.any()
    rows = {image.tobytes() for image in many.images}
    assert len(rows) > 30


def test_rooms_are_kept_back() -> None:
    names = [f"kitchen_{number}" for number in range(800)]
    assert not any(fitting(name) and tuning(name) for name in names)
    assert 60 < sum(map(tuning, names)) < 140
    pattern = default_pattern(TABLE)
    fit = gather(play(TABLE, pattern, keep=fitting, image_size=32), 100)
    tune = gather(play(TABLE, pattern, keep=tuning, image_size=32), 100)
    assert not {i.tobytes() for i in fit.images} & {i.tobytes() for i in tune.images}


def test_what_cannot_be_played() -> None:
    with pytest.raises(CaptionerError, match=r"'\(' is no regular expression"):
        next(play(TABLE, "("))
    with pytest.raises(CaptionerError, match=r"has no native vector"):
        next(play("CartPole-v1", ".*"))
    with pytest.raises(TaskNotFoundError):
        next(play(TABLE, ".*", split="nowhere"))
    with pytest.raises(CaptionerError, match=r"none of the 3 images.*another pattern"):
        gather(play(TABLE, "you see a unicorn", image_size=32), 3)
    with pytest.raises(CaptionerError, match=r"no pattern is known"):
        default_pattern("CartPole-v1")
    said = Moment(IMAGES[0], ("a",), ("a",))
    assert list(captioned([said, Moment(IMAGES[1], ("a",), ())])) == [said]


# Training


def test_training_learns_and_the_folder_loads(fast: None, tmp_path: Path) -> None:
    pairs = coloured(60)
    losses: list[float] = []
    settings = Settings("none", r".*", 60, 60 * 8 / training.IMAGES_A_MINUTE)
    model = train(settings, pairs, tmp_path, lambda done, total, loss: losses.append(loss))
    assert len(losses) == settings.steps == 60
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])
    save_model(model, tmp_path)
    similar = ClipCaptioner(str(tmp_path)).scores(pairs.images, STATEMENTS)
    assert (similar.argmax(axis=1) == pairs.truth.argmax(axis=1)).mean() > 0.9


def test_a_training_that_was_stopped_ends_with_the_same_weights(fast: None, tmp_path: Path) -> None:
    settings, pairs = Settings("none", r".*", 16, 8 * 8 / training.IMAGES_A_MINUTE), coloured(16)
    whole = train(settings, pairs, tmp_path / "whole").state_dict()

    def stop(done: int, total: int, loss: float) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(settings, pairs, tmp_path / "parts", stop)
    steps: list[int] = []
    parts = train(settings, pairs, tmp_path / "parts", lambda done, *_: steps.append(done))
    assert steps == [4, 5, 6, 7, 8]
    for name, value in parts.state_dict().items():
        assert torch.equal(value, whole[name]), name
    with pytest.raises(CaptionerError, match=r"with seed 0, not 1 is there already"):
        train(replace(settings, seed=1), pairs, tmp_path / "parts")
    (tmp_path / "parts" / STATE_FILE).write_bytes(b"no state")
    with pytest.raises(CaptionerError, match=r"is damaged.*--fresh"):
        train(settings, pairs, tmp_path / "parts")


def test_images_without_a_true_statement_are_refused(tmp_path: Path) -> None:
    pairs = coloured(4)
    mute = Pairs(pairs.images, pairs.statements, pairs.candidates, pairs.truth & False)
    with pytest.raises(CaptionerError, match=r"without a true statement"):
        train(Settings("none", ".*", 4, 1), mute, tmp_path)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"pairs": 0}, "pairs: 0"),
        ({"minutes": 0}, "minutes: 0"),
        ({"minutes": float("inf")}, "minutes: inf"),
        ({"seed": -1}, "seed: -1"),
    ],
)
def test_settings_that_cannot_be(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(CaptionerError, match=message):
        Settings(**{"env": TABLE, "pattern": ".*", "pairs": 10, "minutes": 1, **wrong})  # type: ignore[arg-type]


def test_the_command_trains_reports_and_says_that_it_is_done(
    fast: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "crossworld.commands.train.visit", lambda settings, watch: visit(settings, watch, 20)
    )
    minutes = 3 * 8 / training.IMAGES_A_MINUTE
    out = tmp_path / "model"
    train_clip(TABLE, out, pairs=20, minutes=minutes)
    shown = capsys.readouterr().out
    assert "precision" in shown and "ClipCaptioner(" in shown and "already" not in shown
    kept = sorted(path.name for path in out.iterdir())
    assert kept == sorted([CONFIG_FILE, WEIGHTS_FILE, CALIBRATION_FILE, RESULT_FILE])
    train_clip(TABLE, out, pairs=20, minutes=minutes)
    assert "finished (--fresh discards it)" in capsys.readouterr().out
    with pytest.raises(CaptionerError, match=r"with pairs 20, not 21"):
        train_clip(TABLE, out, pairs=21, minutes=minutes)
    (out / "mine.txt").write_text("stays")
    clear(out, FILES)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]
    (out / RESULT_FILE).write_text(json.dumps({"settings": None}))
    with pytest.raises(CaptionerError):
        finished(Settings(TABLE, ".*", 20, 1), out)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_minute_on_the_tabletop_beats_who_does_not_look(tmp_path: Path) -> None:
    settings = Settings(TABLE, default_pattern(TABLE), pairs=1500, minutes=0.6)
    rooms = visit(settings, held_out=400)
    result = learn(settings, rooms, tmp_path)
    # Some statements are nearly always true: who never looks says these, and is seldom wrong.
    often = dict(zip(rooms.fit.statements, rooms.fit.truth.mean(axis=0), strict=True))
    asked = rooms.test.candidates
    guess = np.broadcast_to([often.get(text, 0.0) for text in rooms.test.statements], asked.shape)
    blind = curve(guess[asked], rooms.test.truth[asked])
    assert rooms.test.truth[asked].mean() < 0.35
    assert result.own.precision > 0.85 and result.own.recall > blind.recall_at(0.8)
    assert result.recall_at > blind.recall_at(0.9) + 0.05


def test_each_head_begins_at_a_place_of_its_own() -> None:
    pool = new_model(3).visual.attnpool
    marks = pool.positional_embedding
    heads, places = pool.num_heads, len(marks) - 1
    queries = pool.q_proj(marks[:1]).view(heads, -1)
    keys = pool.k_proj(marks[1:]).view(places, heads, -1)
    shares = torch.softmax(
        torch.einsum("hd,phd->hp", queries, keys) / queries.shape[1] ** 0.5, dim=1
    ).detach()
    assert shares.argmax(dim=1).tolist() == [head % places for head in range(heads)]
    assert float(shares.max(dim=1).values.min()) > 0.8
