"""The comparison of both kinds of physics: what it finds, and that it would find a difference."""

import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from crossworld.benchmarks.agreement import __main__ as command
from crossworld.benchmarks.agreement.page import agreement, page, pooled
from crossworld.benchmarks.agreement.playing import (
    DRAWS,
    LENGTH,
    TASKS,
    Outcome,
    Tally,
    backends,
    compared,
)
from crossworld.envs.tabletop.library import laid, library
from crossworld.envs.tabletop.physics.analytic import AnalyticPhysics
from crossworld.envs.tabletop.physics.bullet import BulletPhysics
from crossworld.envs.tabletop.scene import Floats, Poses, Scene
from crossworld.envs.tabletop.text import MOVE
from crossworld.envs.tabletop.world import TabletopWorld

SEQUENCES = 60


class Frozen:
    """Physics in which nothing ever comes to be elsewhere."""

    def settle(self, scene: Scene, poses: Poses, away: tuple[int, ...]) -> Poses:
        return scene.poses

    def sweep(self, scene: Scene, poses: Poses, path: Floats) -> Poses:
        return scene.poses


class Glued(AnalyticPhysics):
    """Physics in which whatever is let go stays in the air."""

    def settle(self, scene: Scene, poses: Poses, away: tuple[int, ...]) -> Poses:
        return poses


@pytest.fixture(scope="module")
def aimed() -> Tally:
    return compared("stack", "aimed", range(SEQUENCES), 0)


def test_uniform_play_of_stack_ends_alike() -> None:
    tally = compared("stack", "uniform", range(SEQUENCES), 0)
    assert agreement(tally) >= 0.95
    assert sum(one.moved for one in tally.outcomes) > 0.5 * SEQUENCES


def test_aimed_play_of_stack_mostly_ends_alike(aimed: Tally) -> None:
    won = sum(one.won[0] > 0 for one in aimed.outcomes)
    assert won > 0.1 * SEQUENCES, "too few succeed for this to say anything"
    assert agreement(aimed) >= 0.85
    assert all(one.moved for one in aimed.outcomes)


@pytest.mark.parametrize("wrong", [Frozen(), Glued()])
def test_other_physics_are_found_out(aimed: Tally, wrong: Any) -> None:
    tally = compared("stack", "aimed", range(SEQUENCES), 0, (BulletPhysics(), wrong))
    assert agreement(tally) < agreement(aimed) - 0.05
    shared, found = (sum(one[k] for one in tally.outcomes) for k in (3, 4))
    assert shared < 0.5 * found


def test_physics_agree_with_themselves() -> None:
    for task in TASKS:
        both = AnalyticPhysics(), AnalyticPhysics()
        tally = compared(task, "aimed", range(5), 1, both)
        assert agreement(tally) == 1
        assert all(one.shared == one.found for one in tally.outcomes)
        assert (
            tally
            == compared(task, "aimed", range(5), 1, both)
            != compared(task, "aimed", range(5), 2, both)
        )


def test_tasks_can_be_played_by_both() -> None:
    assert all(library()[task].analytic for task in TASKS)
    assert [type(one) for one in backends()] == [BulletPhysics, AnalyticPhysics]


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("draw", DRAWS)
def test_actions_are_of_the_space_and_differ(task: str, draw: str) -> None:
    mode, dice = TASKS[task], np.random.default_rng(0)
    world = TabletopWorld(laid(library()[task], "train", 0), AnalyticPhysics())
    drawn = [DRAWS[draw](world, dice) for _ in range(50)]
    for numbers in drawn:
        for action in mode.actions(numbers):
            assert mode.controller.space.contains(action.astype(np.float32))
    assert not any(np.array_equal(a, b) for a, b in pairwise(drawn))


def test_aimed_picks_take_hold() -> None:
    dice = np.random.default_rng(0)
    taken = 0
    for number in range(40):
        setting = laid(library()["stack"], "train", number)
        world = TabletopWorld(setting, AnalyticPhysics())
        numbers = DRAWS["aimed"](world, dice)
        world.act(TASKS["stack"].controller.command(numbers, world))
        taken += world.event.verb == MOVE
    assert taken == 40


def outcome(number: int, won: tuple[int, int]) -> Outcome:
    return Outcome(number, won, True, 1, 2)


def test_a_page_counts_what_differs() -> None:
    same = [outcome(0, (2, 3)), outcome(1, (0, 0)), outcome(2, (LENGTH, 1))]
    one, two = [outcome(7, (4, 0))], [outcome(8, (0, 5))]
    tallies = [Tally("stack", "aimed", same + one), Tally("grasp", "aimed", two)]
    assert agreement(tallies[0]) == 0.75
    assert agreement(tallies[1]) == 0
    assert agreement(pooled(tallies, "aimed")) == pytest.approx(0.6)
    text = page(tallies, "made")
    assert "`stack`, aimed, in PyBullet: `7` (by pick and place 4)" in text
    assert "`grasp`, aimed, in analytic: `8` (by pick and place 5)" in text
    assert "| all | aimed | 5 | 60.0 %" in text
    assert "2 / 4 (50.0 %)" in text


def test_the_command_writes_a_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    out = tmp_path / "folder" / "page.md"
    given = ["agreement", "--sequences", "3", "--tasks", "stack", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", given)
    command.main()
    text = out.read_text("utf-8")
    assert "--sequences 3 --seed 0 --tasks stack`" in text
    assert "| all | uniform | 3 |" in text
    monkeypatch.setattr(command, "ENOUGH", 1.1)
    with pytest.raises(SystemExit, match="end alike"):
        command.main()
    for wrong in (["--sequences", "0"], ["--seed", "-1"]):
        monkeypatch.setattr(sys, "argv", ["agreement", *wrong])
        with pytest.raises(SystemExit):
            command.main()
