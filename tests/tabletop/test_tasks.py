"""The library: every task can be done, begins at rest, and asks in words for what it rewards."""

import inspect
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest

from crossworld.benchmarks.certificates import page as pages
from crossworld.benchmarks.certificates.playing import (
    ORACLE,
    PLAYERS,
    Certificate,
    Score,
    certify,
    faults,
    numbered,
)
from crossworld.envs.core.dice import Dice
from crossworld.envs.core.errors import TaskError, TaskNotFoundError
from crossworld.envs.tabletop.colours import SEEN, UNSEEN
from crossworld.envs.tabletop.language import admissible
from crossworld.envs.tabletop.library import VERSION, find_tasks, laid, library
from crossworld.envs.tabletop.scene import Workspace
from crossworld.envs.tabletop.shapes import block
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.table import Setting, Table
from crossworld.envs.tabletop.task import TabletopTask

NAMES = tuple(library())
BASKET = {"grasp", "stack", "triple-stack"}
"""Tasks that have their own colours in every split."""

LINES = 60
ACTIONS = 256
"""Commands that `action_mode="discrete"` has room for."""


def start(name: str, split: str = "train", number: int = 0) -> Setting:
    return laid(library()[name], split, number)


def test_library_is_large() -> None:
    assert len(NAMES) >= 25


@pytest.mark.parametrize("name", NAMES)
def test_task_is_a_short_file_of_its_name(name: str) -> None:
    task = library()[name]
    file = Path(inspect.getfile(type(task)))
    assert file.stem == name.replace("-", "_")
    assert len(file.read_text().splitlines()) <= LINES
    first, *rest = (inspect.getdoc(type(task)) or "").splitlines()
    assert first.endswith((".", ","))
    assert not rest or rest[0] == ""


@pytest.mark.parametrize("name", NAMES)
def test_task_is_certified(name: str) -> None:
    found = certify(library()[name], ["train/0", "train/1", "valid_unseen/0"], [ORACLE])
    assert found.faults == []
    assert found.scores[ORACLE].lost == []
    assert found.things <= library()[name].most


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_task_is_certified_by_many(name: str) -> None:
    found = certify(library()[name], numbered(10), [ORACLE, "pick_place", "analytic"])
    assert found.certified
    for player, score in found.scores.items():
        assert len(score.lost) <= 1, player
        assert score.refused == []


@pytest.mark.parametrize("name", NAMES)
def test_most_is_what_it_lays(name: str) -> None:
    counts = [len(start(name, "train", number).scene.things) for number in range(10)]
    assert max(counts) == library()[name].most


@pytest.mark.parametrize("name", NAMES)
def test_colours_are_those_of_the_split(name: str) -> None:
    for split, palette in (("train", SEEN), ("valid_unseen", UNSEEN)):
        for number in range(5):
            used = {thing.colour for thing in start(name, split, number).scene.things}
            assert used <= set(palette)


@pytest.mark.parametrize("name", sorted({*NAMES} - BASKET))
def test_tasks_differ_from_number_to_number(name: str) -> None:
    starts = [start(name, "train", number) for number in range(5)]
    assert len({one.scene.poses.tobytes() for one in starts}) == 5
    assert len({one.goals.mission for one in starts}) > 1


@pytest.mark.parametrize("name", NAMES)
def test_things_lie_in_the_workspace(name: str) -> None:
    for number in range(5):
        scene = start(name, "train", number).scene
        space = scene.workspace
        boxes = State.first(scene).boxes
        assert (boxes[:, 0] >= space.x[0] - 0.02).all() and (boxes[:, 1] <= space.x[1] + 0.02).all()
        assert (boxes[:, 2] >= space.y[0] - 0.02).all() and (boxes[:, 3] <= space.y[1] + 0.02).all()


@pytest.mark.parametrize("name", NAMES)
def test_commands_fit_the_discrete_actions(name: str) -> None:
    assert len(admissible(State.first(start(name).scene))) <= ACTIONS


@pytest.mark.parametrize("name", NAMES)
def test_missions_are_short(name: str) -> None:
    assert max(len(start(name, "train", number).goals.mission) for number in range(10)) <= 250


class OneOnAnother(TabletopTask):
    """Put a block on another one."""

    name = "one-on-another"
    most = 2

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        below, above = (table.add(block(), colour) for colour in table.colours(2))
        table.put(above, "on", below)


class Done(OneOnAnother):
    """Put a block on another one, on which it is already."""

    name = "done"

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        below = table.add(block(), "red")
        above = table.add(block(), "blue", on=below)
        table.put(above, "on", below)


class Full(OneOnAnother):
    """Put a block on another one, where there is no room for both."""

    name = "full"
    workspace = Workspace((0.4, 0.46), (0.0, 0.06))


class Crowded(OneOnAnother):
    """Put a block on another one, half of which is inside a third."""

    name = "crowded"

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        below = table.add(block(), "red", at=(0.5, 0.0))
        table.add(block(), "green", at=(0.5, 0.02))
        above = table.add(block(), "blue", at=(0.6, 0.0))
        table.put(above, "on", below)


def played(task: Any) -> str:
    env = gym.make("crossworld/Tabletop-v0", task=task, expert="planner", modalities=("text",))
    _, info = env.reset(seed=0, options={"task_id": "train/0"})
    _, _, won, _, _ = env.step(info["expert_action"])
    env.close()
    assert won
    return str(info["task_type"])


def test_task_is_a_class_an_object_or_an_import() -> None:
    imported = "crossworld.envs.tabletop.tasks.stack:Stack"
    assert played(OneOnAnother) == played(OneOnAnother()) == "one-on-another"
    assert played(imported) == played("stack") == "stack"


def test_task_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from crossworld.envs.tabletop.shapes import block\n"
        "from crossworld.envs.tabletop.task import TabletopTask\n\n\n"
        "class Mine(TabletopTask):\n"
        "    name = 'mine'\n\n"
        "    def lay(self, table):\n"
        "        below, above = (table.add(block(), colour) for colour in table.colours(2))\n"
        "        table.put(above, 'on', below)\n"
    )
    assert played(str(file)) == "mine"


def test_tasks_of_a_list_take_turns() -> None:
    env = gym.make("crossworld/Tabletop-v0", task=["stack", OneOnAnother], modalities=("text",))
    types = []
    for number in range(4):
        _, info = env.reset(options={"task_id": f"train/{number}"})
        types.append(info["task_type"])
    env.close()
    assert types == ["stack", "one-on-another"] * 2


@pytest.mark.parametrize("name", ["stak", "", "no.such.module:Task", "json:Task", "json:loads"])
def test_unknown_task_is_told(name: str) -> None:
    with pytest.raises(TaskNotFoundError) as error:
        find_tasks(name)
    assert ":" in name or all(known in str(error.value) for known in NAMES)


def test_missing_and_empty_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(TaskNotFoundError):
        find_tasks(str(tmp_path / "none.py"))
    (tmp_path / "empty.py").write_text("")
    with pytest.raises(TaskError):
        find_tasks(str(tmp_path / "empty.py"))
    with pytest.raises(TaskNotFoundError):
        find_tasks([])


@pytest.mark.parametrize("task", [Done, Full])
def test_task_that_cannot_be_laid_is_told(task: type[TabletopTask]) -> None:
    with pytest.raises(TaskError, match=task.name):
        laid(task(), "train", 0)


def test_faults_are_found() -> None:
    table = Table(Dice(VERSION), SEEN, Workspace(), 0)
    Crowded().lay(table)
    moved = table.setting("crowded")
    assert any("rest" in fault for fault in faults(moved))
    sound = start("stack")
    lying = Setting("stack", sound.scene, type(sound.goals)(sound.goals.goals, ("look",)))
    assert [fault.split()[0] for fault in faults(lying)] == ["'look'"]


def test_page_says_what_failed(tmp_path: Path) -> None:
    good = Certificate("good", 20, 3, [], {ORACLE: Score([2] * 19, ["train/7"])})
    bad = Certificate("bad", 20, 3, [], {ORACLE: Score([2] * 18, ["train/7", "train/9"])})
    odd = Certificate("odd", 1, 3, ["train/0: odd"], {ORACLE: Score([2])})
    assert [one.certified for one in (good, bad, odd)] == [True, False, False]
    text = pages.page([good, bad, odd], "made")
    assert "1 of 3 tasks are certified" in text
    assert "- `bad`, oracle, not won: `train/7`, `train/9`" in text
    assert "- `odd`: train/0: odd" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1
    assert all(player in rows[0] for player in PLAYERS)
    target = tmp_path / "new" / "table.md"
    pages.write(target, text)
    assert target.read_text("utf-8") == text
    assert list(target.parent.iterdir()) == [target]
