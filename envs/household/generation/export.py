"""Writing generated games as files: ALFWorld's layout, which the real alfworld plays too."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crossworld.envs.core.errors import DataError
from crossworld.envs.household.authoring import Item, write_game_text
from crossworld.envs.household.files import GAME_FILE, TRAJECTORY_FILE
from crossworld.envs.household.generation.generator import GeneratedGame, GeneratedGames, Household

_EYES = 0.901
"""Height of the agent's point, in metres, as ALFWorld's trajectories mostly have it."""


def folder_of(game: GeneratedGame, made: Household) -> Path:
    """Return where a game goes, from the root of the data: split, task, trial."""
    chore = made.chore
    task = f"{chore.task_type}-{chore.target}-None-{chore.place}-{made.shell.name}"
    return Path(game.split) / task / f"trial_{game.index:08d}"


def write_games(root: Path, split: str, numbers: range) -> Iterator[tuple[Path, bool]]:
    """Write games of a split; yield each one's folder and whether it was written now.

    What is there already stays, so that a run that was stopped goes on. A game file appears only when
    it is complete, after its annotations.

    Raises:
        DataError: the folder is ALFWorld's own, or holds another game in the place of one.
        TaskNotFoundError: there is no such split or number.
    """
    if any(root.glob("json_2.1.*")):
        raise DataError(
            f"{root}: holds json_2.1.*, so games beside that would never be found. Give a folder of"
            " its own."
        )
    for number in numbers:
        game = GeneratedGames().find(f"{split}/{number}", split)
        made = game.household()
        folder = root / folder_of(game, made)
        text = write_game_text(made.room, made.chore.goal, made.sentence).encode()
        file = folder / GAME_FILE
        if file.exists() and file.read_bytes() != text:
            raise DataError(
                f"{file}: is another game than this version generates. Remove the folder, or give"
                " another one."
            )
        is_new = not (file.exists() and (folder / TRAJECTORY_FILE).exists())
        if is_new:
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / TRAJECTORY_FILE, json.dumps(trajectory(game, made), indent=1).encode())
            _write(file, text)
        yield folder, is_new


def _write(target: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def trajectory(game: GeneratedGame, made: Household) -> dict[str, Any]:
    """Return the content of a game's `traj_data.json`: what alfworld and its experts read of it."""
    x, z, heading, horizon = made.room.start
    chore = made.chore
    light = not chore.destination
    return {
        "images": [],
        "pddl_params": {
            "mrecep_target": "",
            "object_sliced": False,
            "object_target": chore.target,
            "parent_target": chore.destination,
            "toggle_target": chore.place if light else "",
        },
        "plan": {"high_pddl": [], "low_actions": []},
        "scene": {
            "dirty_and_empty": False,
            "floor_plan": made.shell.name,
            "init_action": {
                "action": "TeleportFull",
                "horizon": horizon,
                "rotateOnTeleport": True,
                "rotation": 90 * heading,
                "x": x / 4,
                "y": _EYES,
                "z": z / 4,
            },
            "object_poses": [_pose(item) for item in made.room.items if item.inside],
            "object_toggles": [{"isOn": False, "objectType": chore.place}] if light else [],
            "random_seed": game.index,
            "scene_num": -1,
        },
        "task_id": f"trial_{game.index:08d}",
        "task_type": chore.task_type,
        "turk_annotations": {
            "anns": [
                {"assignment_id": "generated", "task_desc": sentence, "high_descs": [], "votes": []}
                for sentence in game.instructions()
            ]
        },
    }


def _pose(item: Item) -> dict[str, Any]:
    x, y, z = item.at
    prefab = hashlib.sha256(item.kind.encode()).hexdigest()[:8]
    return {
        "objectName": f"{item.kind}_{prefab}",
        "position": {"x": x, "y": y, "z": z},
        "rotation": {"x": 0.0, "y": 0.0, "z": 0.0},
    }
