"""Captions of images, by eyes that are perfect or flawed, or no eyes at all."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import SyncVectorEnv

from crossworld.wrappers import CaptionObservation, vector
from crossworld.wrappers.captioners import (
    CAPTIONERS,
    Caption,
    CaptionerError,
    NoisyCaptioner,
    OracleCaptioner,
    Scene,
    make_captioner,
)
from crossworld.wrappers.captions import lines_of

HOUSEHOLD, STACK = "crossworld/Household-v0", "crossworld/TabletopStack-v0"
IMAGE = np.zeros((8, 8, 3), np.uint8)


def scene(true: int, false: int, seed: int = 0) -> Scene:
    good = [f"good {i}" for i in range(true)]
    return Scene(
        sorted(good + [f"bad {i}" for i in range(false)]), lambda: good, np.random.default_rng(seed)
    )


@pytest.mark.parametrize("env_id", [HOUSEHOLD, STACK])
def test_the_oracle_says_what_is_true_and_nothing_else(env_id: str) -> None:
    env = CaptionObservation(gym.make(env_id), "oracle")
    observation, info = env.reset(seed=2)
    dice = np.random.default_rng(0)
    for _ in range(6):
        said = observation["text"].split("\n")
        true = env.unwrapped.true_statements()
        assert said == true[: len(said)]
        assert all(env.unwrapped.holds(statement) for statement in said)
        observation, *_, info = env.step(str(dice.choice(info["admissible_commands"])))


def test_candidates_can_be_chosen_and_captions_added() -> None:
    env = gym.make(HOUSEHOLD)
    env = CaptionObservation(env, "oracle", key="caption", matching=r"you see a .*")
    observation, _ = env.reset(seed=1)
    assert "Welcome" in observation["text"]
    assert all(line.startswith("you see a ") for line in observation["caption"].split("\n"))
    with pytest.raises(ValueError, match=r"none of the .* matches 'you smell"):
        CaptionObservation(gym.make(HOUSEHOLD), "oracle", matching="you smell .*").reset(seed=0)
    with pytest.raises(ValueError, match="matching="):
        CaptionObservation(gym.make(HOUSEHOLD), "oracle", matching="(")


@pytest.mark.parametrize(("precision", "recall"), [(0.9, 0.7), (0.5, 1.0), (1.0, 0.5), (0.8, 0.0)])
def test_noise_has_the_precision_and_recall_it_says(precision: float, recall: float) -> None:
    captioner = NoisyCaptioner(precision, recall)
    said = captioner.caption([IMAGE] * 2000, [scene(6, 40, seed) for seed in range(2000)])
    good = sum(c.text.startswith("good") for captions in said for c in captions)
    everything = sum(map(len, said))
    assert good / (2000 * 6) == pytest.approx(recall, abs=0.02)
    if recall:
        assert good / everything == pytest.approx(precision, abs=0.02)


def test_perfect_noise_is_the_oracle() -> None:
    one = scene(3, 9)
    assert NoisyCaptioner(1.0, 1.0).caption([IMAGE], [one]) == OracleCaptioner().caption(
        [IMAGE], [one]
    )
    with pytest.raises(ValueError, match="precision=0"):
        NoisyCaptioner(0, 1)


def test_too_few_wrong_ones_are_all_said() -> None:
    (said,) = NoisyCaptioner(0.1, 1.0).caption([IMAGE], [scene(5, 2)])
    assert len(said) == 7


@pytest.mark.parametrize("captioner", [OracleCaptioner(), NoisyCaptioner(0.9, 0.9)])
def test_without_scenes_or_images_it_says_so(captioner: Any) -> None:
    with pytest.raises(CaptionerError, match="give scenes"):
        captioner.caption([IMAGE])
    with pytest.raises(CaptionerError, match="1 images and 2 scenes"):
        captioner.caption([IMAGE], [scene(1, 1)] * 2)
    with pytest.raises(CaptionerError, match=r"uint8 \(8, 8\) is no"):
        captioner.caption([IMAGE[..., 0]], [scene(1, 1)])
    with pytest.raises(CaptionerError, match="float64"):
        captioner.caption([IMAGE / 2], [scene(1, 1)])


class Plain:
    """A captioner that takes images only, as the protocol asks."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def caption(self, images: Any) -> list[list[Caption]]:
        self.calls.append(len(images))
        return [[Caption(f"a picture of mean {image.mean():.3f}", 1.0)] for image in images]


def test_any_object_that_captions_will_do() -> None:
    env = CaptionObservation(gym.make(HOUSEHOLD, image_size=32), Plain())
    assert env.reset(seed=0)[0]["text"].startswith("a picture of mean")
    assert env.spec is not None
    assert "object given at run time" in env.spec.to_json()
    with pytest.raises(CaptionerError, match="give the captioner again"):
        gym.make(env.spec)


def test_a_batch_is_captioned_in_one_call() -> None:
    plain = Plain()
    envs = vector.CaptionObservation(gym.make_vec(HOUSEHOLD, num_envs=5, image_size=32), plain)
    texts = envs.reset(seed=0)[0]["text"]
    envs.step(("look",) * 5)
    assert plain.calls == [5, 5]
    alone = [
        CaptionObservation(gym.make(HOUSEHOLD, image_size=32), Plain()).reset(seed=s)[0]["text"]
        for s in range(5)
    ]
    assert list(texts) == alone


def test_works_over_gymnasiums_vectors() -> None:
    envs = SyncVectorEnv([lambda: gym.make(STACK, image_size=32)] * 3)
    wrapped = vector.CaptionObservation(envs, "oracle", matching="the robot is grasping .*")
    wrapped.reset(seed=0)
    texts = wrapped.step(("pick up the red block", "look", "pick up the blue block"))[0]["text"]
    assert texts == (
        "the robot is grasping the red block", "the robot is grasping nothing",
        "the robot is grasping the blue block",
    )  # fmt: skip


def test_whole_captions_are_left_out_where_they_do_not_fit() -> None:
    captions = [Caption("x" * 1000, 1.0)] * 6
    assert lines_of(captions) == "\n".join(["x" * 1000] * 4)
    assert lines_of([Caption("a\nb \u2014 c", 1.0)]) == "a b - c"
    assert lines_of([]) == ""


@pytest.mark.parametrize(
    ("captioner", "arguments", "problem"),
    [
        ("orakel", None, "did you mean 'oracle'"),
        ("zzz", None, "there are oracle, noisy"),
        ("noisy", {"precision": 1}, "missing a required argument"),
        ("oracle", {"x": 1}, "unexpected keyword"),
        ("nowhere:Eye", None, "module 'nowhere' is not installed"),
        ("crossworld.wrappers.keys:Eye", None, "has no class 'Eye'"),
        (3, None, "has no method caption"),
        (OracleCaptioner(), {"x": 1}, "takes none"),
    ],
)
def test_captioners_that_cannot_be_had(captioner: Any, arguments: Any, problem: str) -> None:
    with pytest.raises(CaptionerError, match=problem):
        make_captioner(captioner, arguments)


def test_all_names_lead_to_classes() -> None:
    for name in CAPTIONERS:
        with pytest.raises(CaptionerError, match=r"unexpected keyword|missing a required"):
            make_captioner(name, {"no_such_argument": 1})


def test_no_image_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="no 'image'"):
        CaptionObservation(gym.make(HOUSEHOLD, modalities=("text",)), "oracle")
    with pytest.raises(ValueError, match="'depth' is no image"):
        CaptionObservation(gym.make(HOUSEHOLD, modalities=("depth",)), "oracle", image="depth")
    with pytest.raises(ValueError, match="choose another"):
        CaptionObservation(gym.make(HOUSEHOLD), "oracle", key="image")
