"""Frames of generated games beside what the text says, drawn when the site is built.

Pictures and the pieces of page that show them go to `docs/_build/frames/`, which is not under
version control.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from textwrap import shorten
from typing import Any, NamedTuple

import gymnasium as gym
import matplotlib as mpl
import numpy as np
from matplotlib.colors import hsv_to_rgb
from numpy.typing import NDArray
from PIL import Image
from sphinx.application import Sphinx

from crossworld.envs.tabletop.text import GREETING

FOLDER = "_build/frames"
SIZE = 256

KITCHEN, BEDROOM = "train/21", "train/1"

Parts = tuple[tuple[str, ...], ...]
"""Commands between one picture and the next."""

GLIMPSE: Parts = (
    (),
    ("go to fridge 1", "open fridge 1"),
    ("go to sinkbasin 1", "take mug 1 from sinkbasin 1", "go to microwave 1",
     "heat mug 1 with microwave 1"),
)  # fmt: skip
"""For the front page."""

EPISODE: Parts = (
    (),
    ("go to fridge 1",),
    ("open fridge 1",),
    ("go to drawer 2",),
    ("open drawer 2",),
    ("go to sinkbasin 1",),
    ("take mug 1 from sinkbasin 1",),
    ("go to countertop 1", "move mug 1 to countertop 1"),
    ("look",),
)
"""What a kitchen looks like, step by step."""

STATES: Mapping[str, tuple[str, Parts]] = {
    "states": (
        KITCHEN,
        (
            ("go to sinkbasin 1", "take mug 1 from sinkbasin 1", "clean mug 1 with sinkbasin 1"),
            ("go to microwave 1", "heat mug 1 with microwave 1"),
            ("go to fridge 1", "cool mug 1 with fridge 1"),
            ("go to sinkbasin 1", "move mug 1 to sinkbasin 1"),
            ("go to countertop 2",),
            ("take knife 1 from countertop 2", "slice apple 1 with knife 1"),
        ),
    ),
    "lamp": (BEDROOM, (("go to sidetable 1",), ("use desklamp 1",))),
}
"""How conditions look."""

TABLE_TASK = "deliver-pallet"
"""What the table is shown with."""

CHANNELS: Parts = (("go to fridge 1", "open fridge 1"),)
"""What all modalities are shown of."""


class Picture(NamedTuple):
    """A picture, uint8 (H, W, 3), what it is called, and Markdown to stand below it."""

    name: str
    image: NDArray[np.uint8]
    title: str
    text: str


def played(task_id: str, parts: Parts, **arguments: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the last command and the observation of each part of an episode.

    Raises:
        ValueError: a command is not possible.
    """
    env = gym.make("crossworld:crossworld/Household-v0", image_size=SIZE, **arguments)
    observation, _ = env.reset(options={"task_id": task_id})
    for commands in parts:
        for command in commands:
            observation, _, _, _, info = env.step(command)
            if not info["action_valid"]:
                raise ValueError(
                    f"{task_id}: {command!r} is not possible ({info['feedback']}). Games have"
                    f" changed; choose other commands in {__file__}."
                )
        yield (commands[-1] if commands else "", observation)
    env.close()


def moments(name: str, task_id: str, parts: Parts) -> Iterator[Picture]:
    """Yield what is seen and said at the end of each part of an episode."""
    for number, (command, observation) in enumerate(played(task_id, parts)):
        said = " ".join(observation["text"].split())
        if not command:
            said = shorten(said.partition("ALFRED! =- ")[2], 130, placeholder=" ...")
        title = f"`> {command}`" if command else "the opening"
        yield Picture(f"{name}-{number}", observation["image"], title, said)


def tables() -> Iterator[Picture]:
    """Yield what both cameras see of a task on the table, while an expert does it."""
    env = gym.make(
        "crossworld:crossworld/Tabletop-v0", task=TABLE_TASK, image_size=SIZE, expert="planner"
    )
    observation, info = env.reset(options={"task_id": "train/0"})
    shown = [("the opening", observation)]
    while not info["success"]:
        command = info["expert_action"]
        observation, _, _, _, info = env.step(command)
        shown.append((f"`> {command}`", observation))
    for number in (0, 1, -1):
        title, observation = shown[number]
        said = " ".join(observation["text"].split()).partition(" Your task")[0]
        both = np.concatenate([observation["image"], observation["image_side"]], axis=1)
        yield Picture(f"table-{number % len(shown)}", both, title, said.removeprefix(GREETING))
    env.close()


def channels() -> Iterator[Picture]:
    """Yield one moment as an image with and without name tags, as depth and as segmentation."""
    views = ("image", "depth", "segmentation")
    _, plain = next(played(KITCHEN, CHANNELS, modalities=views))
    _, tagged = next(played(KITCHEN, CHANNELS, labels=True))
    depth, segmentation = plain["depth"], plain["segmentation"]
    near, far = depth.min(), np.quantile(depth, 0.99)
    brightness = 1 - np.clip((depth - near) / (far - near), 0, 1)
    coloured = mpl.colormaps["viridis"](brightness)[..., :3]
    # Neighbouring numbers get hues that are far apart.
    hues = np.stack([segmentation * 0.618 % 1, 0.55 + 0 * depth, 0.9 + 0 * depth], axis=-1)
    flat = np.where(segmentation[..., None] > 0, hsv_to_rgb(hues), 0.16)
    yield Picture("image", plain["image"], "`image`", "uint8 (S, S, 3)")
    yield Picture("labels", tagged["image"], "`image`, `labels=True`", "with name tags")
    yield Picture("depth", _bytes(coloured), "`depth`", "float32 (S, S); here bright is near")
    yield Picture(
        "segmentation", _bytes(flat), "`segmentation`", "int32 (S, S); here one hue an id"
    )


def _bytes(colours: NDArray[Any]) -> NDArray[np.uint8]:
    """Return colours in 0..1 as uint8."""
    return np.asarray((255 * colours).round(), np.uint8)


def gallery(pictures: Iterable[Picture], folder: Path, columns: str) -> str:
    """Write pictures into a folder, and return a grid of them in MyST."""
    cells = []
    for picture in pictures:
        path = folder / f"{picture.name}.png"
        Image.fromarray(picture.image).save(path, optimize=True)
        alt = json.dumps(f"{picture.title.strip('`')}: {picture.text}")  # quoted
        image = f"```{{image}} /{FOLDER}/{path.name}\n:alt: {alt}\n:class: frame\n```"
        cells.append(
            f":::{{grid-item}}\n:class: shot\n{image}\n\n{picture.title}\n\n{picture.text}\n:::"
        )
    joined = "\n\n".join(cells)
    return f"::::{{grid}} {columns}\n:gutter: 3\n\n{joined}\n::::\n"


def write_frames(folder: Path) -> None:
    """Write all pictures, and the pieces of page that show them."""
    folder.mkdir(parents=True, exist_ok=True)
    states = [picture for name, of in STATES.items() for picture in moments(name, *of)]
    pages = {
        "glimpse.md": gallery(moments("glimpse", KITCHEN, GLIMPSE), folder, "3 3 3 3"),
        "episode.md": gallery(moments("episode", KITCHEN, EPISODE), folder, "2 2 3 3"),
        "states.md": gallery(states, folder, "2 2 4 4"),
        "channels.md": gallery(channels(), folder, "2 2 2 2"),
        "tabletop.md": gallery(tables(), folder, "1 1 3 3"),
    }
    for name, text in pages.items():
        (folder / name).write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", lambda app: write_frames(Path(app.srcdir) / FOLDER))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
