"""Animations of episodes."""

import re
import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import load_env_creator
from gymnasium.error import DependencyNotInstalled
from PIL import Image, ImageSequence

from crossworld.wrappers.recording import LAST_FRAME_MS, RecordAnimation


class Lamp(gym.Env):
    """A picture that gets brighter with every step, and ends after a number of them."""

    metadata = {"render_modes": ["rgb_array", "ansi"], "render_fps": 5}
    observation_space = gym.spaces.Discrete(100)
    action_space = gym.spaces.Discrete(2)

    def __init__(self, render_mode="rgb_array", length=4, shape=(30, 41)):
        self.render_mode = render_mode
        self.length = length
        self.shape = shape
        self.closed = False

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.now = 0
        return 0, {"task_id": "some split/a task: 3"}

    def step(self, action):
        self.now += 1
        return self.now, 0.0, self.now == self.length, False, {}

    def render(self):
        frame = np.zeros((*self.shape, 3), np.uint8)
        frame[:, : 5 * self.now + 5] = (240, 200, 40)
        return frame

    def close(self):
        self.closed = True


gym.register("Lamp-v0", entry_point=f"{__name__}:Lamp")


def play(env, episodes=1, steps=4):
    for _ in range(episodes):
        env.reset()
        for _ in range(steps):
            env.step(0)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_gif_holds_each_frame_for_its_time(tmp_path):
    play(RecordAnimation(Lamp(), str(tmp_path / "new" / "folder")))
    (path,) = (tmp_path / "new" / "folder").iterdir()
    assert path.name == "episode-00000-some-split-a-task-3.gif"
    lamp = Lamp()
    with Image.open(path) as animation:
        assert animation.info["loop"] == 0
        assert animation.n_frames == 5
        for lamp.now, frame in enumerate(ImageSequence.Iterator(animation)):
            assert frame.info["duration"] == (LAST_FRAME_MS if lamp.now == 4 else 200)
            assert (np.asarray(frame.convert("RGB")) == lamp.render()).all()


def test_an_episode_is_written_when_it_ends(tmp_path):
    env = RecordAnimation(Lamp(), str(tmp_path))
    play(env, steps=3)
    assert names(tmp_path) == []
    env.step(0)
    assert len(names(tmp_path)) == 1
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    env.step(0)  # beyond the end
    env.close()
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("end", ["reset", "close"])
def test_an_unfinished_episode_is_written_too(tmp_path, end):
    env = RecordAnimation(Lamp(), str(tmp_path))
    play(env, steps=2)
    getattr(env, end)()
    with Image.open(next(tmp_path.iterdir())) as animation:
        assert animation.n_frames == 3


@pytest.mark.parametrize(
    ("episodes", "recorded"), [(1, "01234"), (3, "03"), (lambda number: number in (1, 4), "14")]
)
def test_only_the_wanted_episodes(tmp_path, episodes, recorded):
    play(RecordAnimation(Lamp(), str(tmp_path), episodes=episodes, prefix="w"), episodes=5)
    assert [name[:7] for name in names(tmp_path)] == [f"w-0000{number}" for number in recorded]


def test_a_failed_write_leaves_nothing_and_the_environment_closed(tmp_path, monkeypatch):
    env = RecordAnimation(Lamp(), str(tmp_path))
    play(env, steps=2)

    def fail(self, path, **_):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        env.close()
    assert names(tmp_path) == []
    assert env.unwrapped.closed


def test_the_spec_goes_through_json(tmp_path):
    env = gym.make("Lamp-v0", render_mode="rgb_array", disable_env_checker=True)
    env = RecordAnimation(env, tmp_path, episodes=2, fps=8)
    spec = gym.envs.registration.EnvSpec.from_json(env.spec.to_json())
    play(gym.make(spec), episodes=2)
    assert len(names(tmp_path)) == 1


def test_mp4(tmp_path):
    ffmpeg = pytest.importorskip("imageio_ffmpeg").get_ffmpeg_exe()
    play(RecordAnimation(Lamp(), str(tmp_path), format="mp4"), episodes=2)
    assert len(names(tmp_path)) == 2
    for path in tmp_path.iterdir():
        command = [ffmpeg, "-i", path, "-f", "null", "-"]
        told = subprocess.run(command, capture_output=True, text=True).stderr
        assert "Video: h264" in told
        assert ", 42x30" in told
        assert ", 5 fps" in told
        assert re.search(r"frame= *5 ", told)


def test_mp4_without_ffmpeg_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DependencyNotInstalled, match=r'pip install "crossworld\[play\]"'):
        RecordAnimation(Lamp(), str(tmp_path), format="mp4")


@pytest.mark.parametrize(
    ("render_mode", "arguments", "message"),
    [
        ("ansi", {}, "render_mode is 'ansi'"),
        (None, {}, "render_mode is None"),
        ("rgb_array", {"format": "avi"}, "'avi' is not one of gif, mp4"),
        ("rgb_array", {"episodes": 0}, "episodes 0"),
        ("rgb_array", {"fps": 0}, "fps 0"),
        ("rgb_array", {"fps": 0.001}, "fps 0.001"),
        ("rgb_array", {"prefix": "a/b"}, "no part of a file name"),
        ("rgb_array", {"episodes": "all"}, "episodes 'all'"),
    ],
)
def test_what_cannot_be_recorded_is_refused(tmp_path, render_mode, arguments, message):
    with pytest.raises(ValueError, match=message):
        RecordAnimation(Lamp(render_mode), str(tmp_path / "x"), **arguments)
    assert not (tmp_path / "x").exists()


def test_frames_that_are_none_or_change_their_size_are_named(tmp_path):
    env = RecordAnimation(Lamp(), str(tmp_path))
    env.reset()
    env.unwrapped.shape = (31, 41)
    with pytest.raises(ValueError, match=r"\(31, 41, 3\) after \(30, 41, 3\)"):
        env.step(0)
    env.unwrapped.render = lambda: "text"
    with pytest.raises(TypeError, match="returned str"):
        env.step(0)


def test_an_environment_of_ours(tmp_path):
    spec = gym.spec("crossworld/Household-v0")
    if "rgb_array" not in load_env_creator(spec.entry_point).metadata["render_modes"]:
        pytest.skip("it renders no pictures yet")
    with RecordAnimation(gym.make(spec, render_mode="rgb_array"), tmp_path) as env:
        _, info = env.reset(seed=1)
        env.step("look")
    (path,) = tmp_path.iterdir()
    assert path.name == f"episode-00000-{info['task_id'].replace('/', '-')}.gif"
    with Image.open(path) as animation:
        assert animation.n_frames == 2
