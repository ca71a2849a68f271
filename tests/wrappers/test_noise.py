"""EMMA-noise-v0: what the rates mean, what is left alone, and that noise repeats."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from crossworld.envs.core.words import MISSION_MARK
from crossworld.wrappers import ImageCropNoise, TextTokenNoise
from crossworld.wrappers.noise import cropped

HOUSEHOLD, TABLETOP = "crossworld/Household-v0", "crossworld/TabletopStack-v0"
IMAGES = hnp.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3)))
UNIT = st.floats(0, 1, exclude_max=True)


@settings(max_examples=200, deadline=None)
@given(image=IMAGES, side=st.floats(0, 1), u=UNIT, v=UNIT)
def test_a_crop_is_what_pillow_makes_of_the_window(
    image: np.ndarray, side: float, u: float, v: float
) -> None:
    height, width = image.shape[:2]
    h, w = max(1, round(height * side)), max(1, round(width * side))
    top, left = int(u * (height - h + 1)), int(v * (width - w + 1))
    window = Image.fromarray(np.ascontiguousarray(image[top : top + h, left : left + w]))
    theirs = np.asarray(window.resize((width, height), Image.Resampling.BILINEAR), np.int64)
    ours = cropped(image, side, u, v)
    assert ours.shape == image.shape
    assert ours.dtype == np.uint8
    # Both work in fixed point, to different precision: Pillow rounds after each direction.
    assert np.abs(ours - theirs).max() <= 2


@given(image=IMAGES, u=UNIT, v=UNIT)
def test_the_whole_image_as_a_window_changes_nothing(image: np.ndarray, u: float, v: float) -> None:
    assert np.array_equal(cropped(image, 1.0, u, v), image)


def test_windows_lie_everywhere_and_keep_the_share_of_the_area() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[..., 0], image[..., 1] = np.arange(64)[:, None] * 4, np.arange(64)[None] * 4
    dice = np.random.default_rng(0)
    seen = [cropped(image, 0.75**0.5, *dice.random(2)).astype(int) for _ in range(2000)]
    rows = np.array([(part[0, 0, 0] // 4, part[-1, 0, 0] // 4) for part in seen])
    assert set((rows[:, 1] - rows[:, 0] + 1).tolist()) == {round(64 * 0.75**0.5)}
    assert set(rows[:, 0].tolist()) == set(range(64 - 55 + 1))


@pytest.mark.parametrize("env_id", [HOUSEHOLD, TABLETOP])
def test_rate_0_changes_nothing_and_rate_1_leaves_a_pixel(env_id: str) -> None:
    clean = gym.make(env_id, image_size=32).reset(seed=4)[0]
    none = ImageCropNoise(gym.make(env_id, image_size=32), 0.0).reset(seed=4)[0]
    assert np.array_equal(clean["image"], none["image"])
    all_ = ImageCropNoise(gym.make(env_id, image_size=32), 1.0).reset(seed=4)[0]
    assert len(np.unique(all_["image"].reshape(-1, 3), axis=0)) == 1
    assert all_["image"][0, 0].tolist() in clean["image"].reshape(-1, 3).tolist()


def test_every_camera_has_a_window_of_its_own() -> None:
    env = gym.make(TABLETOP, modalities=("image", "image_side", "depth"), image_size=32)
    noisy, clean = ImageCropNoise(env, 0.5), env
    observation = noisy.reset(seed=0)[0]
    plain = clean.reset(seed=0)[0]
    assert not np.array_equal(observation["image"], plain["image"])
    assert not np.array_equal(observation["image_side"], plain["image_side"])
    assert np.array_equal(observation["depth"], plain["depth"])


def test_per_step_prob_is_the_share_of_steps_that_are_touched() -> None:
    plain = gym.make(HOUSEHOLD, image_size=32, max_episode_steps=None)
    env = ImageCropNoise(plain, 0.5, per_step_prob=0.3)
    first = plain.reset(seed=1)[0]["image"]
    env.reset(seed=1)
    touched = [not np.array_equal(env.step("inventory")[0]["image"], first) for _ in range(45)]
    assert 5 <= sum(touched) <= 24


def tokens(text: str) -> list[str]:
    return text.partition(MISSION_MARK)[0].split()


@pytest.mark.parametrize("env_id", [HOUSEHOLD, TABLETOP])
@pytest.mark.parametrize("rate", [0.0, 0.3, 1.0])
def test_the_rate_is_the_share_of_words_that_are_replaced(env_id: str, rate: float) -> None:
    plain = gym.make(env_id, modalities=("text", "mission"))
    env = TextTokenNoise(plain, rate, vocabulary=["SPAM"])
    replaced = total = 0
    for seed in range(20):
        clean, noisy = plain.reset(seed=seed)[0], env.reset(seed=seed)[0]
        assert noisy["mission"] == clean["mission"]
        ours, theirs = tokens(noisy["text"]), tokens(clean["text"])
        assert len(ours) == len(theirs)
        assert all(a in (b, "SPAM") for a, b in zip(ours, theirs, strict=True))
        replaced += ours.count("SPAM")
        total += len(ours)
        assert (
            noisy["text"].partition(MISSION_MARK)[1:] == clean["text"].partition(MISSION_MARK)[1:]
        )
        assert noisy["text"].count("\n") == clean["text"].count("\n")
    assert abs(replaced / total - rate) < 4 * (rate * (1 - rate) / total) ** 0.5 + 1e-9


def test_words_are_drawn_evenly_from_the_worlds_vocabulary() -> None:
    env = TextTokenNoise(gym.make(HOUSEHOLD, modalities=("text",)), 1.0)
    words = env.unwrapped.vocabulary()
    drawn = [word for seed in range(300) for word in tokens(env.reset(seed=seed)[0]["text"])]
    counts = np.array([drawn.count(word) for word in words])
    assert set(drawn) <= set(words)
    mean = len(drawn) / len(words)
    assert counts.min() > mean - 5 * mean**0.5
    assert counts.max() < mean + 5 * mean**0.5


@pytest.mark.parametrize("wrap", [ImageCropNoise, TextTokenNoise])
def test_noise_repeats_from_the_seed_alone(wrap: Any) -> None:
    def played(moves: int) -> list[Any]:
        env = wrap(gym.make(HOUSEHOLD, image_size=32), 0.4)
        env.reset(seed=99)
        for _ in range(moves):  # what was drawn before must not matter
            env.step("look")
        seen = [env.reset(seed=7)[0]]
        seen += [env.step(command)[0] for command in ("look", "inventory", "go to shelf 1")]
        return [(one["image"].tobytes(), one["text"]) for one in seen]

    assert played(0) == played(3)


def test_the_true_state_stays_reachable() -> None:
    env = ImageCropNoise(TextTokenNoise(gym.make(HOUSEHOLD, expert="planner"), 1.0), 1.0)
    _, info = env.reset(seed=0)
    while not info["success"]:
        info = env.step(info["expert_action"])[4]
    assert env.unwrapped.snapshot()["succeeded"]


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan"), "0.2", True, None])
def test_a_rate_is_a_number_from_0_to_1(rate: Any) -> None:
    for wrap in (ImageCropNoise, TextTokenNoise):
        with pytest.raises(ValueError, match="rate="):
            wrap(gym.make(HOUSEHOLD), rate)


def test_an_empty_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        TextTokenNoise(gym.make(HOUSEHOLD), 0.1, vocabulary=[])
    with pytest.raises(ValueError, match="give a list"):
        TextTokenNoise(gym.make(HOUSEHOLD), 0.1, vocabulary="spam")
