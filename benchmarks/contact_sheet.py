"""A contact sheet: moments of many games, the frame beside what the text world says.

python -m crossworld.benchmarks.contact_sheet --data DATA --out docs/_static/contact-sheet.png
"""

import textwrap
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import gymnasium as gym
import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from rich.progress import track

FRAME, TEXT, GAP = 192, 316, 12
COLUMNS = 3
FONT, CHARACTERS = 13, 46
LINES = 13
PAPER, INK, MUTED, ACCENT = "#f7f7f4", "#1e242c", "#6c747e", "#2c5f9e"

ROOMS = (("fridge", "kitchen"), ("toilet", "bathroom"), ("bed", "bedroom"), ("", "living room"))
"""What a room has, and what room that is; the first that fits."""

VERBS = ("", "go", "open", "take", "clean", "heat", "cool", "use", "move")
"""Kinds of moments in turn: the opening, or right after the first such command of a solution."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One cell of the sheet.

    Attributes:
        title: kind of room and task.
        command: what was done last, "" at the opening.
        text: what the text world says then.
        image: uint8 (H, W, 3).
    """

    title: str
    command: str
    text: str
    image: NDArray[np.uint8]


def main(
    data: Annotated[Path | None, typer.Option(help="folder or pack with games")] = None,
    out: Annotated[Path, typer.Option(help="PNG to write")] = Path("contact-sheet.png"),
    count: Annotated[int, typer.Option(help="how many games")] = 24,
) -> None:
    """Draw a contact sheet of games of all kinds of rooms and tasks."""
    if data is None:
        env = gym.make("crossworld/Household-v0", expert="planner", image_size=FRAME)
    else:
        env = gym.make("crossworld/ALFWorld-v0", data=str(data), expert="planner", image_size=FRAME)
    moments = list(track(_moments(env, count), description="games", total=count))
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet(moments).save(out, optimize=True)
    print(f"{len(moments)} games in {out}")


def sheet(moments: Sequence[Moment]) -> Image.Image:
    """Return the moments in a grid, in reading order."""
    rows = -(-len(moments) // COLUMNS)
    width, height = FRAME + GAP + TEXT, FRAME + GAP
    page = Image.new("RGB", (COLUMNS * (width + GAP) + GAP, rows * height + GAP), PAPER)
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(FONT)
    for number, moment in enumerate(moments):
        x = GAP + number % COLUMNS * (width + GAP)
        y = GAP + number // COLUMNS * height
        page.paste(Image.fromarray(moment.image).resize((FRAME, FRAME)), (x, y))
        lines = [(moment.title, MUTED)]
        if moment.command:
            lines += [(line, ACCENT) for line in _wrapped(f"> {moment.command}")]
        lines += [(line, INK) for line in _wrapped(moment.text)]
        if len(lines) > LINES:
            lines = [*lines[: LINES - 1], ("...", INK)]
        for step, (line, colour) in enumerate(lines):
            draw.text((x + FRAME + GAP, y + 15 * step), line, colour, font)
    return page


def _wrapped(text: str) -> list[str]:
    return [
        line for paragraph in text.split("\n") if paragraph
        for line in textwrap.wrap(paragraph, CHARACTERS)
    ]  # fmt: skip


def _moments(env: gym.Env[Any, Any], count: int) -> Iterator[Moment]:
    """Yield moments of `count` games, of each kind of room and task as many as can be."""
    world: Any = env.unwrapped
    kinds: dict[tuple[str, str], list[str]] = defaultdict(list)
    for split in ("valid_seen", "train"):
        for task in world.tasks(split, 0, 400):
            _, info = env.reset(options={"task_id": task.task_id})
            kinds[_room(world), info["task_type"]].append(task.task_id)
    turn, taken = 0, 0
    while taken < count:
        for (room, kind), ids in sorted(kinds.items()):
            if taken < count and turn < len(ids):
                # Spread over the list: neighbours are the same room.
                task_id = ids[turn * 7 % len(ids)]
                yield _moment(env, task_id, f"{room}: {_words(kind)}", VERBS[taken % len(VERBS)])
                taken += 1
        turn += 1


def _moment(env: gym.Env[Any, Any], task_id: str, title: str, verb: str) -> Moment:
    """Return the moment right after the first command with this verb, or the end of the game."""
    observation, info = env.reset(options={"task_id": task_id})
    command, over = "", verb == ""
    while not over:
        command = info["expert_action"]
        observation, _, terminated, truncated, info = env.step(command)
        over = terminated or truncated or command.split()[0] == verb
    return Moment(title, command, observation["text"], observation["image"])


def _room(world: Any) -> str:
    names = {name.partition(" ")[0] for name in world.segmentation_names().values()}
    return next(room for mark, room in ROOMS if not mark or mark in names)


def _words(task_type: str) -> str:
    return task_type.removesuffix("_in_recep").replace("_", " ")


if __name__ == "__main__":
    typer.run(main)
