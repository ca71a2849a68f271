"""Goals whose places are numbers."""

from typing import Any

import gymnasium as gym
import pytest

from crossworld.envs.tabletop.places import Posed, Zoned
from crossworld.envs.tabletop.shapes import block, letter
from crossworld.envs.tabletop.state import State
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask


class Line(TabletopTask):
    """Put two blocks and an ell on a line of numbers."""

    name = "line-of-numbers"

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        turn = table.dice.between(-180, 180)
        red, blue = (
            table.add(block(), colour, at=(0.6, y), yaw=turn)
            for colour, y in (("red", 0.1), ("blue", -0.1))
        )
        ell = table.add(letter("ell"), "green", at=(0.6, 0.0), yaw=-turn)
        places = ((0.40, 0.10, 0.02, 20.0), (0.40, 0.0, 0.02, 0.0))
        table.goal(Posed((red, blue), places), "put the red and blue blocks on the line")
        table.goal(Posed((ell,), ((0.40, -0.1, 0.015, 90.0),)), "put the ell at its end")


class Fenced(TabletopTask):
    """Put a block into a zone that is only numbers, and each of two others at its own place."""

    name = "fenced"

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        turn = table.dice.between(-180, 180)
        red, *others = (
            table.add(block(), colour, at=(0.48, y), yaw=turn)
            for colour, y in (("red", 0.1), ("blue", 0.0), ("green", -0.1))
        )
        table.goal(Zoned((red,), ((0.62, 0.1, 30.0, 0.12, 0.12, 0.1),)), "put it into the zone")
        places = ((0.35, 0.1, 0.02, 0.0), (0.35, -0.1, 0.02, 0.0))
        matches = ((False, True), (True, False))
        table.goal(Posed(tuple(others), places, matches), "put the others in their places")


@pytest.mark.parametrize("task", [Line, Fenced])
def test_the_oracle_reaches_places_of_numbers(task: type[TabletopTask]) -> None:
    env: Any = gym.make("crossworld/Tabletop-v0", task=task, expert="planner", modalities=("text",))
    for number in range(8):
        _, info = env.reset(options={"task_id": f"train/{number}"})
        shares, over = [info["goal_conditions"]], False
        while not over:
            _, _, terminated, truncated, info = env.step(info["expert_action"])
            shares.append(info["goal_conditions"])
            over = terminated or truncated
        assert info["success"], (number, shares)
        assert 0 < shares[-2] < 1, "there is partial credit"


def laid(*places: tuple[float, float, float, float]) -> State:
    table = Table(None, (), TabletopTask.workspace, 0)  # nothing is drawn
    for colour, (x, y, _, yaw) in zip(("red", "blue"), places, strict=True):
        table.add(block(), colour, at=(x, y), yaw=yaw)
    table.put(0, "on", 1)
    scene = table.setting("none").scene
    poses = scene.poses.copy()
    poses[:, 2] = [z for _, _, z, _ in places]
    return State(scene, poses, (0.5, 0.0))


@pytest.mark.parametrize(
    ("place", "share"),
    [
        ((0.5, 0.0, 0.02, 0.0), 1.0),
        ((0.509, 0.0, 0.02, 0.0), 1.0),
        ((0.511, 0.0, 0.02, 0.0), 0.0),
        ((0.5, 0.0, 0.06, 0.0), 0.0),  # right over it, but a floor too high
        ((0.5, 0.0, 0.02, 14.0), 1.0),
        ((0.5, 0.0, 0.02, 16.0), 0.0),
        ((0.5, 0.0, 0.02, 90.0), 1.0),  # a cube looks the same
    ],
)
def test_a_pose_is_a_place_a_height_and_a_turn(place: Any, share: float) -> None:
    state = laid(place, (0.35, 0.1, 0.02, 0.0))
    assert Posed((0,), ((0.5, 0.0, 0.02, 0.0),)).share(state) == share


def test_a_place_counts_once_unless_it_is_shared() -> None:
    at = (0.5, 0.0, 0.02, 0.0)
    state = laid(at, at)
    places = (at, (0.4, 0.0, 0.02, 0.0))
    assert Posed((0, 1), places).share(state) == 0.5
    assert Posed((0, 1), places, own=False).share(state) == 1.0
    assert Posed((0, 1), places, ((False, True), (True, True))).share(state) == 0.5
    assert Posed((0, 1), places, ((False, True), (False, True))).share(state) == 0.0


def test_a_zone_counts_what_is_in_it() -> None:
    inside = Zoned((0,), ((0.5, 0.0, 0.0, 0.1, 0.1, 0.05),))
    far = (0.35, 0.15, 0.02, 0.0)
    assert inside.share(laid((0.5, 0.0, 0.02, 45.0), far)) == 1.0
    assert inside.share(laid((0.549, 0.0, 0.02, 0.0), far)) == pytest.approx(0.6)
    assert inside.share(laid((0.5, 0.0, 0.049, 0.0), far)) == pytest.approx(0.6), "too high"
    assert inside.share(laid((0.7, 0.0, 0.02, 0.0), far)) == 0.0
    assert Zoned((0, 1), inside.zones).share(laid((0.5, 0.0, 0.02, 0.0), far)) == 0.5
