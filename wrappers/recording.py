"""Episodes as animated pictures: one GIF or MP4 an episode."""

import os
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, SupportsFloat, TypeVar

import gymnasium as gym
import numpy as np
from gymnasium.error import DependencyNotInstalled
from gymnasium.utils import RecordConstructorArgs
from numpy.typing import NDArray
from PIL import Image

ObsType = TypeVar("ObsType")
ActType = TypeVar("ActType")
Shape = tuple[int, ...]
Frame = NDArray[np.uint8]
Writer = Callable[[Path, Sequence[Frame], float], None]

LAST_FRAME_MS = 1500
"""How long a GIF rests on its last frame before it begins again."""


class RecordAnimation(
    gym.Wrapper[ObsType, ActType, ObsType, ActType],
    Generic[ObsType, ActType],
    RecordConstructorArgs,
):
    """Writes `<prefix>-<number>-<task id>.gif` (or .mp4) for every episode.

    Unlike Gymnasium's `RecordVideo` it writes an episode when it ends, not at the next reset, under
    its final name only when it is complete, and an unfinished one at `close`. GIFs need nothing
    that is not installed, MP4s `pip install "crossworld[play]"`.

    Args:
        env: an environment with `render_mode="rgb_array"`, whose frames are uint8 (H, W, 3).
        folder: where to write; made if it is not there. Files of the same name are replaced, so
            give each of several environments a prefix or folder of its own.
        format: "gif" or "mp4".
        episodes: which ones to record: every n-th one, or what a function of the episode's
            number (from 0) returns.
        fps: frames a second; by default the environment's `render_fps`.
        prefix: how file names begin.

    Raises:
        ValueError: an argument or the environment's render mode is not as said above.
        DependencyNotInstalled: what writes MP4s is missing.
    """

    def __init__(
        self,
        env: gym.Env[ObsType, ActType],
        folder: str | os.PathLike[str],
        format: str = "gif",
        episodes: int | Callable[[int], bool] = 1,
        fps: float | None = None,
        prefix: str = "episode",
    ) -> None:
        RecordConstructorArgs.__init__(
            self, folder=os.fspath(folder), format=format, episodes=episodes, fps=fps, prefix=prefix
        )
        super().__init__(env)
        if env.render_mode != "rgb_array":
            raise ValueError(
                f"render_mode is {env.render_mode!r}; make the environment with"
                ' render_mode="rgb_array" to record it.'
            )
        if format not in WRITERS:
            raise ValueError(f"format {format!r} is not one of {', '.join(WRITERS)}.")
        if not callable(episodes) and not (isinstance(episodes, int) and episodes >= 1):
            raise ValueError(f"episodes {episodes!r}: give a number from 1 on, or a function.")
        if prefix != re.sub(r"[/\\\0]", "", prefix):
            raise ValueError(f"prefix {prefix!r} is no part of a file name.")
        self._fps = float(self.metadata.get("render_fps", 30) if fps is None else fps)
        if not 0.01 <= self._fps <= 1000:
            raise ValueError(f"fps {fps!r} is not from 0.01 to 1000.")
        if format == "mp4":
            _imageio()
        self._format = format
        self._wanted = _every(episodes) if isinstance(episodes, int) else episodes
        self._prefix = prefix
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._episode = -1
        self._name = ""
        self._frames: _Frames | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[ObsType, dict[str, Any]]:
        """Start an episode, and write the one before if it was left unfinished."""
        observation, info = super().reset(seed=seed, options=options)
        self._finish()
        self._episode += 1
        if self._wanted(self._episode):
            self._name = _name(self._prefix, self._episode, info.get("task_id"))
            self._frames = _Frames()
            self._frames.append(self.env.render())
        return observation, info

    def step(self, action: ActType) -> tuple[ObsType, SupportsFloat, bool, bool, dict[str, Any]]:
        """Step, and write the episode if it is over."""
        result = super().step(action)
        if self._frames is not None:
            self._frames.append(self.env.render())
            if result[2] or result[3]:
                self._finish()
        return result

    def close(self) -> None:
        """Write what is unfinished, and close the environment."""
        try:
            self._finish()
        finally:
            super().close()

    def _finish(self) -> None:
        frames, self._frames = self._frames, None
        if not frames:
            return
        target = self._folder / f"{self._name}.{self._format}"
        # The ending stays: ffmpeg chooses the container by it.
        partial = target.with_name(f".{target.stem}.{os.getpid()}.{self._format}")
        try:
            WRITERS[self._format](partial, frames, self._fps)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


class _Frames(Sequence[Frame]):
    """The frames of an episode, packed: an episode can have thousands."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._shape: Shape | None = None

    def append(self, frame: Any) -> None:
        shape = getattr(frame, "shape", None)
        if not isinstance(frame, np.ndarray) or frame.dtype != np.uint8 or frame.shape[2:] != (3,):
            found = type(frame).__name__ if shape is None else f"{frame.dtype} {shape}"
            raise TypeError(f"render() returned {found}, which is no uint8 (H, W, 3) picture.")
        if shape != (self._shape or shape):
            raise ValueError(
                f"render() returned {shape} after {self._shape}; the frames of an episode must"
                " have one size."
            )
        self._shape = shape
        self._packed.append(zlib.compress(frame.tobytes(), 1))

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        packed = np.frombuffer(zlib.decompress(self._packed[index]), np.uint8)
        return packed.reshape(self._shape or ())


def _every(count: int) -> Callable[[int], bool]:
    return lambda episode: episode % count == 0


def _name(prefix: str, episode: int, task_id: Any) -> str:
    """Return a file's name without its ending; task ids hold slashes, and may be long."""
    task = re.sub(r"[^\w.=-]+", "-", str(task_id or ""))[:120].strip("-.")
    return "-".join(part for part in (prefix, f"{episode:05d}", task) if part)


def write_gif(path: Path, frames: Sequence[Frame], fps: float) -> None:
    """Write frames, uint8 (H, W, 3), as a GIF that repeats for ever."""
    pictures: Iterator[Image.Image] = map(Image.fromarray, frames)
    # A GIF counts in hundredths of a second, and viewers slow down what is faster than two.
    rest = [max(round(100 / fps), 2) * 10] * (len(frames) - 1)
    first = next(pictures)
    durations = [*rest, LAST_FRAME_MS]
    first.save(path, save_all=True, append_images=pictures, duration=durations, loop=0)


def write_mp4(path: Path, frames: Sequence[Frame], fps: float) -> None:
    """Write frames, uint8 (H, W, 3), as H.264 that browsers play."""
    height, width = frames[0].shape[:2]
    # H.264 halves the colours' resolution, so both sides must be even.
    margin = ((0, height % 2), (0, width % 2), (0, 0))
    options = ["-crf", "18", "-movflags", "+faststart"]
    with _imageio().get_writer(
        path, format="FFMPEG", fps=fps, codec="libx264", macro_block_size=2, output_params=options
    ) as writer:
        for frame in frames:
            writer.append_data(np.pad(frame, margin, "edge"))


WRITERS: dict[str, Writer] = {"gif": write_gif, "mp4": write_mp4}


def _imageio() -> Any:
    """Return imageio, if it and the ffmpeg that it runs are there."""
    try:
        import_module("imageio_ffmpeg").get_ffmpeg_exe()
        return import_module("imageio.v2")
    except (ImportError, RuntimeError) as error:
        raise DependencyNotInstalled(
            'format="mp4" needs imageio and ffmpeg: pip install "crossworld[play]", or record'
            ' format="gif".'
        ) from error
