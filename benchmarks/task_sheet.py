"""A sheet of all tabletop tasks: how each begins, and how it ends when the oracle has done it.

python -m crossworld.benchmarks.task_sheet --out docs/_static/task-sheet.png
"""

import textwrap
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

from crossworld.envs.tabletop.library import library

FRAME, GAP = 150, 10
COLUMNS = 4
FONT, CHARACTERS, LINES = 12, 50, 4
PAPER, INK, ACCENT = "#f7f7f4", "#1e242c", "#2c5f9e"


@dataclass(frozen=True, slots=True)
class Solved:
    """One cell of the sheet.

    Attributes:
        task: its name.
        mission: the goal in words.
        steps: how many commands it took.
        images: uint8 (H, W, 3) at the beginning and at the end.
    """

    task: str
    mission: str
    steps: int
    images: tuple[NDArray[np.uint8], NDArray[np.uint8]]


def main(
    out: Annotated[Path, typer.Option(help="PNG to write")] = Path("task-sheet.png"),
    number: Annotated[int, typer.Option(help="which game of each task")] = 0,
) -> None:
    """Draw a sheet of all tasks of the library."""
    solved = list(track(_solutions(number), description="tasks", total=len(library())))
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet(solved).save(out, optimize=True)
    print(f"{len(solved)} tasks in {out}")


def sheet(solved: Sequence[Solved]) -> Image.Image:
    """Return the tasks in a grid, in reading order."""
    width, height = 2 * FRAME + 2 * GAP, FRAME + 16 * (LINES + 1) + GAP
    rows = -(-len(solved) // COLUMNS)
    page = Image.new("RGB", (COLUMNS * width + GAP, rows * height + GAP), PAPER)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(FONT)
    for number, one in enumerate(solved):
        x, y = GAP + number % COLUMNS * width, GAP + number // COLUMNS * height
        for place, image in enumerate(one.images):
            page.paste(Image.fromarray(image), (x + place * (FRAME + GAP // 2), y))
        y += FRAME + 3
        draw.text((x, y), f"{one.task}  ({one.steps})", ACCENT, font)
        lines = textwrap.wrap(one.mission, CHARACTERS)
        if len(lines) > LINES:
            lines = [*lines[: LINES - 1], f"{lines[LINES - 1][: CHARACTERS - 4]} ..."]
        for step, line in enumerate(lines, 1):
            draw.text((x, y + 15 * step), line, INK, font)
    return page


def _solutions(number: int) -> Iterator[Solved]:
    for name in library():
        env: gym.Env[Any, Any] = gym.make(
            "crossworld/Tabletop-v0", task=name, expert="planner", image_size=FRAME
        )
        observation, info = env.reset(options={"task_id": f"train/{number}"})
        first, steps, over = observation["image"], 0, False
        while not over:
            observation, _, terminated, truncated, info = env.step(info["expert_action"])
            steps, over = steps + 1, terminated or truncated
        yield Solved(name, observation["mission"], steps, (first, observation["image"]))
        env.close()


if __name__ == "__main__":
    typer.run(main)
