"""Arguments of the environment: each does what the docstring says, and nothing else."""

import itertools
import re
import subprocess
import sys
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from crossworld.envs.core.errors import TaskNotFoundError
from crossworld.envs.tabletop import env as env_module
from crossworld.envs.tabletop.colours import COLOURS
from crossworld.envs.tabletop.env import TabletopEnv
from crossworld.envs.tabletop.episodes import ACTION_MODES, EXPERTS, INSTRUCTIONS, PHYSICS
from crossworld.envs.tabletop.library import PALETTES, library
from crossworld.envs.tabletop.painter import RENDERERS
from crossworld.envs.tabletop.shapes import ball, bowl
from crossworld.envs.tabletop.table import Table
from crossworld.envs.tabletop.task import TabletopTask
from crossworld.envs.tabletop.views import CAMERAS, GRIPPER, ROW
from crossworld.envs.tabletop.visual.cameras import FAR

TABLETOP = "crossworld/Tabletop-v0"
STACK = "crossworld/TabletopStack-v0"
IMAGES = ("image", "image_side", "depth", "depth_side", "segmentation", "segmentation_side")
ALL = (*IMAGES, "state", "text", "mission")
UPRIGHT = tuple(name for name, task in library().items() if task.analytic)


def make(env_id: str = STACK, **kwargs: Any) -> Any:
    return gym.make(env_id, **{"image_size": 64, **kwargs}).unwrapped


def play(env: Any, steps: int = 6, seed: int = 3, **options: Any) -> list[Any]:
    """Return observations of an episode in which always the same is chosen."""
    observation, info = env.reset(seed=seed, options=options or None)
    found = [(observation, info)]
    for k in range(steps):
        commands = info["admissible_commands"]
        observation, _, _, _, info = env.step(commands[(11 * k + 3) % len(commands)])
        found.append((observation, info))
    return found


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return bool(one.dtype == other.dtype and np.array_equal(one, other))
    return bool(one == other)


# Images.


def test_modalities_are_those_asked_for_in_their_order() -> None:
    env = make(modalities=ALL)
    for observation, _ in play(env, 2):
        assert tuple(observation) == ALL
        assert observation in env.observation_space
        assert observation["depth_side"].dtype == np.float32
        assert observation["segmentation_side"].dtype == np.int32
        for view in ("", "_side"):
            seen = observation[f"segmentation{view}"]
            assert {*np.unique(seen).tolist()} <= {0, *env.segmentation_names()}
            assert 0 < observation[f"depth{view}"].min() < observation[f"depth{view}"].max() <= FAR
            # What has a name is nearer than where nothing is.
            assert observation[f"depth{view}"][seen > 0].max() < FAR
        assert not same(observation["image"], observation["image_side"])
    assert tuple(make().reset(seed=0)[0]) == ("image", "image_side", "state", "text", "mission")


@pytest.mark.parametrize("name", ALL)
def test_one_modality_alone_is_the_same(name: str) -> None:
    for (one, _), (other, _) in zip(
        play(make(modalities=(name,)), 2), play(make(modalities=ALL), 2), strict=True
    ):
        assert list(one) == [name]
        assert same(one[name], other[name])


def test_depth_is_that_of_the_painted_points() -> None:
    """Both cameras see the workspace at about a metre; nearer things have less depth."""
    env = make(modalities=ALL, image_size=128)
    observation, _ = env.reset(seed=0)
    empty = observation["depth"].copy()
    _, info = observation, env.step("look")[4]
    thing = next(c for c in info["admissible_commands"] if c.startswith("pick up"))
    observation, *_ = env.step(thing)
    name = thing.removeprefix("pick up the ")
    label = next(k for k, v in env.segmentation_names().items() if v == name)
    seen = observation["segmentation"] == label
    assert seen.any() and (observation["depth"][seen] < empty[seen]).mean() > 0.9


def test_labels_change_the_image_only() -> None:
    for (plain, one), (tagged, other) in zip(
        play(make(modalities=ALL, image_size=128)),
        play(make(modalities=ALL, image_size=128, labels=True)),
        strict=True,
    ):
        for name in ALL:
            assert same(plain[name], tagged[name]) == (name not in ("image", "image_side")), name
        assert one["admissible_commands"] == other["admissible_commands"]


def test_frame_cache_changes_nothing() -> None:
    env, cached = make(modalities=ALL), make(modalities=ALL, frame_cache=8)
    for _ in range(2):
        for (one, _), (other, _) in zip(play(env), play(cached), strict=True):
            assert all(same(one[name], other[name]) for name in ALL)
            # Frames are the caller's own.
            other["image"][:] = 0
            other["depth"][:] = 0


def test_tiny_renderer_shows_the_same_things() -> None:
    ours, theirs = make(modalities=ALL), make(modalities=ALL, renderer="tiny")
    for (one, _), (other, _) in zip(play(ours, 3), play(theirs, 3), strict=True):
        assert other in theirs.observation_space
        for name in ("state", "text", "mission"):
            assert same(one[name], other[name])
        for name in ("segmentation", "segmentation_side"):
            assert (one[name] == other[name]).mean() > 0.97
        assert not same(one["image"], other["image"])


@pytest.mark.parametrize("size", [16, 33, 200])
def test_image_size(size: int) -> None:
    env = make(modalities=ALL, image_size=size)
    observation, _ = env.reset(seed=0)
    assert observation in env.observation_space
    assert observation["image"].shape == (size, size, 3)
    assert observation["depth_side"].shape == observation["segmentation"].shape == (size, size)
    assert env.scene_metadata()["screenWidth"] == size


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"image_size": 15}, "image_size"), ({"image_size": 1025}, "image_size"),
        ({"image_size": 64.0}, "image_size"), ({"image_size": True}, "image_size"),
        ({"modalities": ("sound",)}, "sound"), ({"modalities": ()}, "modalities"),
        ({"modalities": "image"}, "modalities"), ({"labels": "yes"}, "labels"),
        ({"frame_cache": -1}, "frame_cache"), ({"renderer": "opengl"}, "renderer"),
        ({"physics": "mujoco"}, "physics"), ({"action_mode": "joints"}, "action_mode"),
        ({"instruction": "french"}, "instruction"), ({"expert": "oracle"}, "expert"),
        ({"num_tasks": 0}, "num_tasks"),
        ({"split": "test"}, "test"), ({"task": "no-such-task"}, "no-such-task"), ({"task": []}, "empty"),
        ({"max_steps": 0}, "step limit"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_told(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises((ValueError, TaskNotFoundError), match=told):
        make(TABLETOP, **wrong)
    if set(wrong) - {"max_steps"}:
        with pytest.raises((ValueError, TaskNotFoundError), match=told):
            gym.make_vec(TABLETOP, num_envs=2, **wrong)


# Physics.


@pytest.mark.parametrize("name", sorted({*library()} - {*UPRIGHT}))
def test_analytic_physics_refuses_what_it_does_not_know(name: str) -> None:
    with pytest.raises(ValueError, match=f"analytic.*{name}"):
        make(TABLETOP, task=name, physics="analytic")


def test_analytic_physics_plays_what_it_knows() -> None:
    with pytest.raises(ValueError, match="upright boxes and cylinders"):
        make(TABLETOP, physics="analytic")
    env = make(
        TABLETOP, task=list(UPRIGHT), physics="analytic", expert="planner", modalities=("text",)
    )
    won = 0
    for number in range(len(UPRIGHT)):
        _, info = env.reset(options={"task_id": f"train/{number}"})
        for _ in range(20):
            if info["success"] or not info["expert_action"]:
                break
            *_, info = env.step(info["expert_action"])
        won += info["success"]
    assert won >= 0.95 * len(UPRIGHT)


def test_analytic_physics_does_without_pybullet() -> None:
    code = (
        "import sys; sys.modules['pybullet'] = None\n"
        "import gymnasium as gym, crossworld\n"
        f"env = gym.make('crossworld:{STACK}', physics='analytic', expert='planner')\n"
        "_, info = env.reset(seed=0)\n"
        "print(env.step(info['expert_action'])[1])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "1.0", ran.stderr


# State.


def check_state(numbers: Any, state: Any) -> None:
    assert numbers.dtype == np.float32
    np.testing.assert_allclose(numbers[:2], state.cup, rtol=1e-6)
    assert numbers[2] == np.float32(state.scene.workspace.lift)
    assert numbers[3] == float(state.held >= 0)
    rows = numbers[4:].reshape(-1, 13)
    count = len(state.poses)
    np.testing.assert_array_equal(rows[:count, :7], state.poses.astype(np.float32))
    for row, thing in zip(rows, state.scene.things, strict=False):
        np.testing.assert_allclose(row[7:10], thing.shape.size, rtol=1e-6)
        np.testing.assert_allclose(row[10:], COLOURS[thing.colour], rtol=1e-6)
    assert not rows[count:].any()


def test_state_rows_are_poses_extents_and_colours() -> None:
    env = make(TABLETOP, modalities=("state",), task=["kitting", "serve-ball", "deliver-pallet"])
    most = max(library()[name].most for name in ("kitting", "serve-ball", "deliver-pallet"))
    assert env.observation_space["state"].shape == (GRIPPER + ROW * most,) == (4 + 13 * most,)
    dice = np.random.default_rng(0)
    held = 0
    for number in range(3):
        observation, info = env.reset(options={"task_id": f"train/{number}"})
        for _ in range(8):
            check_state(observation["state"], env._world.state)
            held += env._world.state.held >= 0
            pick = [c for c in info["admissible_commands"] if c.startswith("pick")]
            command = dice.choice(pick or info["admissible_commands"])
            observation, _, _, _, info = env.step(str(command))
    assert 0 < held < 24
    names = env.segmentation_names()
    assert sorted(names) == [k + 1 for k in range(len(names))]


# Instructions.


def test_human_instructions_are_drawn_with_the_seed() -> None:
    template, human = make(TABLETOP), make(TABLETOP, instruction="human")
    told = []
    for seed in range(6):
        plain, _ = template.reset(seed=seed)
        one, _ = human.reset(seed=seed)
        other, _ = make(TABLETOP, instruction="human").reset(seed=seed)
        assert one["mission"] == other["mission"]
        assert one["mission"] in one["text"]
        assert same(one["state"], plain["state"]) and same(one["image"], plain["image"])
        told.append(one["mission"] != plain["mission"])
        asked, _ = template.reset(seed=seed, options={"instruction": "human"})
        assert asked["mission"] == one["mission"]
    assert sum(told) >= 5
    with pytest.raises(ValueError, match="instruction"):
        template.reset(options={"instruction": "french"})


# The docstring.


def rows_of(heading: str) -> list[list[str]]:
    """Return the cells of the tables under a heading of the docstring."""
    text = TabletopEnv.__doc__ or ""
    section = text.partition(f"## {heading}")[2].partition("\n    ## ")[0]
    lines = [line.strip() for line in section.splitlines() if line.strip().startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_commands_are_those_of_the_docstring(table: Any, moments: Any) -> None:
    """Every listed command has a form of the table, and every form is met."""
    section = (TabletopEnv.__doc__ or "").partition("| command |")[2].partition("## Observation")[0]
    forms = [form for row in re.findall(r"^ +\| (`.+?) \|", section, re.M) for form in words(row)]
    where = r"(?:on the table|on the T|in the T)"
    patterns: dict[str, str] = {}
    last = ""
    for form in forms:
        form = (
            f"{last.rsplit(' ', 1)[0]} {form}"
            if " " not in form and last.startswith("push")
            else form
        )
        if form.startswith("push"):
            last = form
        patterns[form] = form.replace("WHERE", where).replace("P", "T").replace("M", "T")
    assert len(patterns) == 9
    seen = dict.fromkeys(patterns, 0)
    for moment in moments:
        for command in moment.world.admissible_commands():
            fitting = [
                form for form, pattern in patterns.items()
                if re.fullmatch(pattern.replace("T", r"[a-z]+ [a-z ]+(?: \d+)?"), command)
            ]  # fmt: skip
            assert fitting, command
            for form in fitting:
                seen[form] += 1
    assert all(seen.values()), seen


def test_arguments_are_those_of_the_docstring() -> None:
    rows = {words(row[0])[0]: row for row in rows_of("Arguments")[2:]}
    values = {
        "renderer": RENDERERS, "physics": PHYSICS, "action_mode": ACTION_MODES, "expert": EXPERTS,
        "instruction": INSTRUCTIONS, "split": PALETTES,
    }  # fmt: skip
    for name, known in values.items():
        said = " ".join(rows[name])
        assert all(one in said for one in known), name
    modalities = {word for row in rows_of("Observation Space")[2:] for word in words(row[0])}
    assert modalities == {*CAMERAS, "state", "text", "mission"} == set(ALL)
    modes = {words(row[0])[0].strip('"') for row in rows_of("Action Space")[2:6]}
    assert modes == set(ACTION_MODES)
    assert env_module.POSTER_SIZE == 384


def test_splits_have_their_colours() -> None:
    env = make(TABLETOP, modalities=("text",))
    for split, number in itertools.product(PALETTES, (0, 7)):
        _, info = env.reset(options={"task_id": f"{split}/{number}"})
        assert info["split"] == split
        assert info["task_type"] == list(library())[number % len(library())]


class Rolling(TabletopTask):
    """Put a ball in a bowl; it forgets to say that it needs PyBullet."""

    name = "rolling"

    def lay(self, table: Table) -> None:
        """See `TabletopTask.lay`."""
        table.put(table.add(ball(), "red"), "in", table.add(bowl(), "blue"))


def test_analytic_physics_refuses_what_it_cannot_simulate_whatever_the_task_says() -> None:
    env = make(TABLETOP, task=Rolling, physics="analytic", modalities=("text",))
    with pytest.raises(ValueError, match='use physics="bullet"'):
        env.reset(seed=0)
    bullet = make(TABLETOP, task=Rolling, modalities=("text",))
    snapshot = bullet.reset(seed=0) and bullet.snapshot()
    with pytest.raises(ValueError, match='use physics="bullet"'):
        env.reset(options={"snapshot": snapshot})
