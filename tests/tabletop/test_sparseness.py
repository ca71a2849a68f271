"""Splitting against what can be computed or waited for; the random policy; the page."""

import math
import sys
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
import pytest

from crossworld.benchmarks.sparseness import __main__ as command
from crossworld.benchmarks.sparseness.playing import ROWS, RandomPlay, plan_of
from crossworld.benchmarks.sparseness.splitting import Estimate, Plan, Root, estimated, play
from crossworld.envs.tabletop.shapes import block
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask
from crossworld.envs.tabletop.tasks.grasp import BASKET, COLOURS


class Ladder(NamedTuple):
    """A walk over rungs 0..top: one up, sometimes two, else one down; success at the top.

    Attributes:
        up, leap: chances of one and of two rungs up.
        levels: rungs with which the levels begin, the last is the top.
    """

    up: float
    leap: float
    levels: tuple[int, ...]

    def start(self, dice: np.random.Generator) -> int:
        return 0

    def step(self, state: int, dice: np.random.Generator) -> int:
        drawn = dice.random()
        if drawn < self.up + self.leap:
            return min(state + 1 + (drawn < self.leap), self.levels[-1])
        return max(state - 1, 0)

    def level(self, state: int) -> int:
        return sum(state >= rung for rung in self.levels)

    def exactly(self, steps: int) -> tuple[float, float]:
        """Return the chance that an episode succeeds, and its mean length."""
        top = self.levels[-1]
        down = 1 - self.up - self.leap

        @cache
        def onward(rung: int, left: int) -> tuple[float, float]:
            if rung == top or left == 0:
                return float(rung == top), 0.0
            ways = (
                (self.up, min(rung + 1, top)),
                (self.leap, min(rung + 2, top)),
                (down, max(rung - 1, 0)),
            )
            ends = [(weight, *onward(after, left - 1)) for weight, after in ways]
            return sum(w * p for w, p, _ in ends), 1 + sum(w * n for w, _, n in ends)

        return onward(0, steps)


STEPS = 12
INTERVALS = 30
LADDERS = {
    "plain": (Ladder(0.25, 0.05, (4,)), ()),
    "two levels": (Ladder(0.25, 0.05, (2, 4)), (7,)),
    "three levels, some skipped": (Ladder(0.2, 0.1, (2, 3, 5)), (3, 6)),
    "the first is the last but one": (Ladder(0.2, 0.1, (3, 4)), (5,)),
}


def roots(chain: Any, plan: Plan, count: int, seed: int) -> list[Root]:
    dice = np.random.default_rng(seed)
    return [play(chain, plan, dice) for _ in range(count)]


@pytest.mark.parametrize("name", LADDERS)
def test_estimates_what_can_be_computed(name: str) -> None:
    ladder, copies = LADDERS[name]
    found = roots(ladder, Plan(STEPS, copies), 10_000, 1)
    for values, exact in zip(
        ([root.chance for root in found], [root.steps for root in found]),
        ladder.exactly(STEPS),
        strict=True,
    ):
        error = np.std(values) / math.sqrt(len(values))
        assert abs(np.mean(values) - exact) < 4 * error
        assert error < 0.1 * exact, "too coarse to tell anything"


@pytest.mark.parametrize("name", LADDERS)
def test_intervals_cover(name: str) -> None:
    ladder, copies = LADDERS[name]
    chance, steps = ladder.exactly(STEPS)
    found = roots(ladder, Plan(STEPS, copies), INTERVALS * 250, 2)
    covered = 0
    for seed in range(INTERVALS):
        low, high = estimated(found[250 * seed : 250 * (seed + 1)], seed).interval
        covered += low <= steps / chance <= high
    # That 6 or more of 30 miss has a probability of some thousandths at 95 %.
    assert covered >= 25


def test_splitting_narrows() -> None:
    rare = Ladder(0.2, 0.02, (3, 6))
    split = estimated(roots(rare, Plan(STEPS, (30,)), 3000, 3), 0)
    plain = estimated(roots(rare._replace(levels=(6,)), Plan(STEPS), 3000, 3), 0)
    assert split.entrances > 0
    assert math.log(split.interval.high / split.interval.low) < 0.7 * math.log(
        plain.interval.high / plain.interval.low
    )


def test_without_success_the_end_is_open() -> None:
    plain = estimated([Root(0.0, 20.0, 20, 0, 0)] * 50, 0)
    assert plain.value == plain.interval.high == math.inf
    assert plain.interval.low > 100
    split = estimated([Root(0.0, 20.0, 60, 1, 0)] * 50, 0)
    assert split.value == split.interval.high == math.inf
    with pytest.raises(ValueError, match="at least one"):
        estimated([], 0)


class Juggling(TabletopTask):
    """Two goals that random play reaches now and then, and loses again."""

    name = "juggling"
    workspace = BASKET
    most = 3

    def lay(self, table: Table) -> None:
        red, green, blue = (table.add(block(0.04), colour) for colour in COLOURS)
        table.put(red, "left of", green)
        table.hold(blue)


@pytest.fixture(scope="module")
def juggling() -> Callable[[tuple[int, ...], int, int], Estimate]:
    class Once(RandomPlay):
        """Level 1 is success, for plain play."""

        def level(self, state: Any) -> int:
            return int(super().level(state) == 2)

    def measured(copies: tuple[int, ...], count: int, seed: int) -> Estimate:
        chain = (RandomPlay if copies else Once)(Juggling, "analytic")
        return estimated(roots(chain, Plan(20, copies), count, seed), seed)

    return measured


def test_splits_tables_as_brute_force_counts_them(juggling: Callable[..., Estimate]) -> None:
    plain, split = juggling((), 1500, 4), juggling((10,), 300, 5)
    assert plain.successes > 20
    assert split.entrances > 50
    # Intervals of 95 % that do not even touch are a matter of some thousandths.
    assert plain.interval.low < split.interval.high
    assert split.interval.low < plain.interval.high


def test_seeds_repeat(juggling: Callable[..., Estimate]) -> None:
    assert juggling((10,), 50, 6) == juggling((10,), 50, 6) != juggling((10,), 50, 7)


@pytest.mark.parametrize("physics", ["analytic", "bullet"])
def test_random_play_is_what_the_environment_plays(physics: str) -> None:
    dice, same = np.random.default_rng(8), np.random.default_rng(8)
    env = gym.make("crossworld/TabletopGrasp-v0", physics=physics, action_mode="point")
    world: Any = env.unwrapped
    chain = RandomPlay("grasp", physics)
    won = 0
    for _ in range(6):
        state = chain.start(dice)
        number = int(same.integers(2**63 - 1))
        env.reset(seed=0, options={"task_id": f"train/{number}"})
        for _ in range(20):
            state = chain.step(state, dice)
            *_, over, _, _ = env.step(same.uniform(-1, 1, 3).astype(np.float32))
            assert world.snapshot()["world"]["state"] == state.state.to_json()
            assert over == bool(chain.level(state))
            won += over
            if over:
                break
    assert won > 0
    env.close()


def test_levels_are_those_of_the_goals() -> None:
    for row in ROWS:
        plan = plan_of(row)
        chain = RandomPlay(gym.spec(row.env_id).kwargs["task"], "analytic")
        start = chain.start(np.random.default_rng(0))
        assert plan.steps == 20
        assert chain.level(start) == 0
        assert len(start.setting.goals.goals) == len(plan.copies) + 1


def test_the_command_writes_a_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    out = tmp_path / "folder" / "page.md"
    arguments = ["--physics", "analytic", "--steps", "2000", "--seed", "3", "--out", str(out)]
    texts = []
    for _ in range(2):
        monkeypatch.setattr(sys, "argv", ["sparseness", *arguments])
        command.main()
        texts.append(out.read_text("utf-8"))
    assert texts[0] == texts[1]
    assert all(row.env_id in texts[0] for row in ROWS)
    assert "--seed 3 --steps 2000 --physics analytic" in texts[0]
    for wrong in (["--steps", "0"], ["--seed", "-1"]):
        monkeypatch.setattr(sys, "argv", ["sparseness", *wrong])
        with pytest.raises(SystemExit):
            command.main()
