"""Frames: pure functions of state and gaze, that show every kind of change."""

import gc
import hashlib
import json
import multiprocessing
import resource
import subprocess
import sys
import tracemalloc
from itertools import combinations
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from official import official_corpus
from rooms import game_of

from crossworld.envs.core.raster import Frame
from crossworld.envs.household.authoring import Furniture, Item, Room, problem_text
from crossworld.envs.household.catalogue import ADMITS, OBJECT_TYPES
from crossworld.envs.household.compile import compile_game
from crossworld.envs.household.game import Game
from crossworld.envs.household.games import compiled
from crossworld.envs.household.gaze import HERE, ROOM
from crossworld.envs.household.generation.generator import GeneratedGame
from crossworld.envs.household.goal import GoalSpec
from crossworld.envs.household.state import State, bits
from crossworld.envs.household.versions import VERSIONS
from crossworld.envs.household.visual.frames import BACKGROUND, draw, draw_batch
from crossworld.envs.household.visual.furniture import models
from crossworld.envs.household.visual.library import shapes
from crossworld.envs.household.visual.numbering import label_names, object_label
from crossworld.envs.household.visual.outlook import enough
from crossworld.envs.household.visual.scene import RoomScene, scene_of
from crossworld.envs.household.visual.things import VARIANTS
from crossworld.envs.household.visual.viewpoint import FARTHEST
from crossworld.envs.household.world import HouseholdWorld

ID = "crossworld/Household-v0"
SIZE = 64
DRAWN = ("image", "depth", "segmentation")
EVERYTHING = (*DRAWN, "text", "mission")

Moments = list[tuple[State, int]]


def moments(game: Game, seed: int, steps: int = 25) -> Moments:
    """Return states and gazes of random play."""
    dice = np.random.default_rng(seed)
    world = HouseholdWorld(game.start.copy())
    found = [(world.state.copy(), world.gaze)]
    for _ in range(steps):
        commands = world.admissible_commands()
        verbs = sorted({command.split()[0] for command in commands})
        verb = verbs[dice.integers(len(verbs))]
        chosen = [command for command in commands if command.split()[0] == verb]
        world.act(chosen[dice.integers(len(chosen))])
        found.append((world.state.copy(), world.gaze))
    return found


def digest(frame: Frame) -> str:
    return hashlib.sha256(b"".join(part.tobytes() for part in frame)).hexdigest()


def digests(played: Moments, size: int = SIZE) -> list[str]:
    return [digest(draw(state, gaze, size)) for state, gaze in played]


def generated(index: int) -> Game:
    return compiled(GeneratedGame("valid_unseen", index))


def equal(ours: Any, theirs: Any) -> bool:
    """Return whether two observations, or nests of them, are the same."""
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(equal(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, np.ndarray) and ours.dtype != object:
        return ours.dtype == theirs.dtype and np.array_equal(ours, theirs)
    if isinstance(ours, list | tuple | np.ndarray):
        return len(ours) == len(theirs) and all(map(equal, ours, theirs))
    return bool(ours == theirs)


# Pure functions


def test_frames_do_not_depend_on_what_was_drawn_before() -> None:
    played = [moment for index in range(4) for moment in moments(generated(index), index, 12)]
    first = digests(played)
    scene_of.cache_clear()
    assert digests(played[::-1])[::-1] == first
    scene_of.cache_clear()
    for index in range(10, 30):
        draw(generated(index).start, ROOM, SIZE)
    shuffled = np.random.default_rng(0).permutation(len(played)).tolist()
    again = dict(zip(shuffled, digests([played[i] for i in shuffled]), strict=True))
    assert [again[i] for i in range(len(played))] == first


def test_a_look_does_not_depend_on_earlier_looks() -> None:
    """What lies beside, in a drawer that fills up, moves the eye back: now, not at the first look."""
    game = generated(13)
    drawer = next(
        r for r, kind in enumerate(game.receptacle_types)
        if kind == "drawertype" and game.openable >> r & 1
    )  # fmt: skip
    state = game.start.copy()
    state.location = game.location_of[drawer]
    state.opened |= 1 << drawer
    movable = [o for o in bits(game.accepts[drawer]) if not state.contents[drawer] >> o & 1]
    assert len(movable) > 4
    for o in movable:
        state.contents[drawer] |= 1 << o
        state.at[state.location] |= 1 << o
        state.removed |= {(o, drawer)}
        kept = scene_of(game).outlook(state, HERE).camera.row
        assert np.array_equal(kept, RoomScene(game).outlook(state, HERE).camera.row)


def test_frames_of_a_batch_are_those_drawn_alone() -> None:
    played = [moment for index in range(6) for moment in moments(generated(index), index, 12)]
    states, gazes = zip(*played, strict=True)
    assert list(map(digest, draw_batch(states, gazes, SIZE))) == digests(played)
    assert draw_batch([], [], SIZE) == []


def test_a_small_memory_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    played = moments(generated(0), 3, 40)
    first = digests(played)
    monkeypatch.setattr("crossworld.envs.household.visual.scene._PARTS", 3)
    scene_of.cache_clear()
    assert digests(played) == first


def test_another_process_draws_the_same() -> None:
    played = moments(generated(7), 5)
    told = [[state.to_json(), gaze] for state, gaze in played]
    code = (
        "import hashlib, json, sys\n"
        "from crossworld.envs.household.generation.generator import GeneratedGame\n"
        "from crossworld.envs.household.state import State\n"
        "from crossworld.envs.household.visual.frames import draw\n"
        "game = GeneratedGame('valid_unseen', 7).load('auto')\n"
        "for state, gaze in reversed(json.load(sys.stdin)):\n"
        f"    frame = draw(State.from_json(game, state), gaze, {SIZE})\n"
        "    print(hashlib.sha256(b''.join(a.tobytes() for a in frame)).hexdigest())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(told), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.split()[::-1] == digests(played)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_draws_the_same() -> None:
    played = moments(generated(8), 5)
    first = digests(played)
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)

    def child() -> None:
        theirs.send(digests(played))

    process = context.Process(target=child)
    process.start()
    assert ours.poll(60), "the child did not answer"
    assert ours.recv() == first
    process.join(10)


@pytest.mark.slow
def test_spawned_workers_draw_the_same() -> None:
    envs: Any = gym.make_vec(
        f"crossworld:{ID}",
        num_envs=2,
        vectorization_mode="async",
        vector_kwargs={"context": "spawn", "shared_memory": False},
        modalities=EVERYTHING,
        image_size=SIZE,
    )
    single = gym.make(ID, modalities=EVERYTHING, image_size=SIZE)
    observations, _ = envs.reset(seed=[3, 4])
    expected, info = single.reset(seed=3)
    for _ in range(5):
        assert all(np.array_equal(observations[key][0], expected[key]) for key in DRAWN)
        command = info["admissible_commands"][5]
        observations, *_ = envs.step((command, "look"))
        expected, _, _, _, info = single.step(command)
    envs.close()


def test_drawing_changes_no_state() -> None:
    for state, gaze in moments(generated(2), 2):
        before = state.key()
        draw(state, gaze, SIZE)
        assert state.key() == before


# Environments


def act(env: gym.Env[Any, Any], dice: np.random.Generator) -> dict[str, Any]:
    """Take a random step, sometimes one that is not possible; return the observation."""
    asked: Any = env.unwrapped
    commands = [*asked.admissible_commands(), "dance"]
    verbs = sorted({command.split()[0] for command in commands})
    verb = verbs[dice.integers(len(verbs))]
    chosen = [command for command in commands if command.split()[0] == verb]
    observation: dict[str, Any] = env.step(chosen[dice.integers(len(chosen))])[0]
    return observation


def test_observations_are_in_their_space() -> None:
    env = gym.make(ID, modalities=EVERYTHING, image_size=SIZE)
    for seed in range(3):
        observation, _ = env.reset(seed=seed)
        dice = np.random.default_rng(seed)
        for _ in range(20):
            assert observation in env.observation_space
            observation = act(env, dice)


def test_an_impossible_action_leaves_the_frame() -> None:
    env = gym.make(ID, modalities=EVERYTHING, image_size=SIZE, max_episode_steps=1000)
    observation, _ = env.reset(seed=0)
    dice = np.random.default_rng(0)
    for _ in range(40):
        refused = env.step("put the elephant into the fridge")[0]
        assert all(np.array_equal(refused[key], observation[key]) for key in DRAWN)
        observation = act(env, dice)


@pytest.mark.parametrize("kept", [1, 7, 1000])
def test_a_frame_cache_changes_nothing(kept: int) -> None:
    """Nor does it matter what is done to arrays that were returned."""
    arguments: dict[str, Any] = {
        "modalities": EVERYTHING,
        "image_size": SIZE,
        "max_episode_steps": 1000,
    }
    plain, cached = gym.make(ID, **arguments), gym.make(ID, frame_cache=kept, **arguments)
    for seed in (0, 1, 0):
        expected, given = plain.reset(seed=seed)[0], cached.reset(seed=seed)[0]
        dice, twin = np.random.default_rng(seed), np.random.default_rng(seed)
        for _ in range(40):
            assert equal(given, expected)
            for key in DRAWN:
                given[key].fill(1)
            expected, given = act(plain, dice), act(cached, twin)


def test_a_frame_cache_of_a_vector_changes_nothing() -> None:
    arguments: dict[str, Any] = {
        "modalities": EVERYTHING,
        "image_size": SIZE,
        "max_episode_steps": 9,
    }
    plain = gym.make_vec(ID, num_envs=3, **arguments)
    cached = gym.make_vec(ID, num_envs=3, frame_cache=5, **arguments)
    expected, given = plain.reset(seed=0)[0], cached.reset(seed=0)[0]
    dice = np.random.default_rng(0)
    for _ in range(30):
        assert equal(given, expected)
        for key in DRAWN:
            given[key].fill(1)
        known: Any = plain.unwrapped
        actions = [dice.choice(commands) for commands in known.admissible_commands()]
        expected, given = plain.step(actions)[0], cached.step(actions)[0]


@pytest.mark.parametrize("mode", list(AutoresetMode)[:2])
def test_a_vector_shows_what_its_environments_show(mode: AutoresetMode) -> None:
    tagged = mode is AutoresetMode.SAME_STEP
    arguments: dict[str, Any] = {"modalities": EVERYTHING, "image_size": SIZE, "labels": tagged}
    ours: Any = gym.make_vec(ID, num_envs=4, autoreset_mode=mode, max_episode_steps=6, **arguments)
    theirs: Any = SyncVectorEnv(
        [lambda: gym.make(ID, max_episode_steps=6, **arguments)] * 4, autoreset_mode=mode
    )
    (seen, _), (expected, _) = ours.reset(seed=5), theirs.reset(seed=5)
    dice = np.random.default_rng(1)
    ended = 0
    for _ in range(20):
        assert equal(seen, expected)
        actions = tuple(dice.choice(commands) for commands in ours.admissible_commands())
        seen, _, _, truncated, infos = ours.step(actions)
        expected, *_, wanted = theirs.step(actions)
        ended += int(truncated.sum())
        assert ("final_obs" in infos) == ("final_obs" in wanted)
        if "final_obs" in infos:
            assert equal(infos["final_obs"], wanted["final_obs"])
    assert ended >= 8
    ours.close()
    theirs.close()


def test_a_snapshot_brings_the_same_frame_back() -> None:
    env = gym.make(ID, modalities=EVERYTHING, image_size=SIZE)
    other = gym.make(ID, modalities=EVERYTHING, image_size=SIZE)
    asked: Any = other.unwrapped
    for seed in range(4):
        observation, _ = env.reset(seed=seed)
        dice = np.random.default_rng(seed)
        for _ in range(12):
            taken: Any = env.unwrapped
            snapshot = json.loads(json.dumps(taken.snapshot()))
            other.reset(seed=seed + 100)
            assert equal(asked.restore(snapshot), observation)
            assert equal(other.reset(options={"snapshot": snapshot})[0], observation)
            observation = act(env, dice)


def test_arrays_agree() -> None:
    background = np.array([round(255 * part) for part in BACKGROUND])
    most = 0
    for index in range(5):
        for state, gaze in moments(generated(index), index):
            image, depth, segmentation = draw(state, gaze, SIZE)
            assert depth.dtype == np.float32
            assert segmentation.dtype == np.int32
            assert (depth > 0).all()
            assert (depth <= FARTHEST).all()
            nothing = depth == np.float32(FARTHEST)
            assert (segmentation[nothing] == 0).all()
            # A pixel's colour is a mean over all of it, its depth that of its corner.
            wholly = nothing[:-1, :-1] & nothing[1:, :-1] & nothing[:-1, 1:] & nothing[1:, 1:]
            assert (image[:-1, :-1][wholly] == background).all()
            assert (depth[~nothing] < 40).all()
            assert set(np.unique(segmentation).tolist()) <= {0, *label_names(state.game)}
            most = max(most, int(nothing.sum()))
    assert most, "no frame shows any background: the test shows nothing"


def test_names_are_those_of_the_text() -> None:
    env: Any = gym.make(ID).unwrapped
    env.reset(seed=0)
    names = env.segmentation_names()
    assert 0 not in names
    assert len(set(names.values())) == len(names)
    assert {command[6:] for command in env.admissible_commands() if command.startswith("go to ")} <= set(
        names.values()
    )  # fmt: skip


@pytest.mark.parametrize("size", [16, 17, 100, 384, 512])
def test_any_size_can_be_drawn(size: int) -> None:
    env = gym.make(ID, modalities=EVERYTHING, image_size=size, labels=True)
    observation, info = env.reset(seed=0)
    for command in (info["admissible_commands"][3], "look"):
        assert observation["image"].shape == (size, size, 3)
        assert observation["depth"].shape == observation["segmentation"].shape == (size, size)
        assert observation in env.observation_space
        observation, *_ = env.step(command)


@pytest.mark.parametrize(
    ("argument", "value"),
    [("image_size", value) for value in (15, 1025, 0, -64, 64.0, "64", None, True)]
    + [("frame_cache", value) for value in (-1, 1.5, "9", None, True)]
    + [("modalities", value) for value in ("image", (), ("image", "sound"))],
)
def test_a_wrong_argument_is_a_clear_error(argument: str, value: Any) -> None:
    with pytest.raises(ValueError, match=argument):
        gym.make(ID, **{argument: value})


def test_labels_are_drawn_on_the_image_only() -> None:
    arguments: dict[str, Any] = {"modalities": EVERYTHING, "max_episode_steps": 1000}
    plain, tagged = gym.make(ID, **arguments), gym.make(ID, labels=True, **arguments)
    given, expected = tagged.reset(seed=1)[0], plain.reset(seed=1)[0]
    dice, twin = np.random.default_rng(1), np.random.default_rng(1)
    written = 0
    for _ in range(25):
        for key in ("depth", "segmentation", "text"):
            assert equal(given[key], expected[key])
        different = (given["image"] != expected["image"]).any(axis=-1)
        assert different.mean() < 0.5
        written += different.any()
        given, expected = act(tagged, dice), act(plain, twin)
    assert written >= 20


@pytest.mark.parametrize("labels", [False, True])
def test_people_are_shown_image_and_text_side_by_side(labels: bool) -> None:
    env = gym.make(ID, render_mode="rgb_array", modalities=("text",), labels=labels)
    env.reset(seed=0)
    picture: Any = env.render()
    assert (picture.shape, picture.dtype) == ((416, 960, 3), np.uint8)
    picture.fill(0)
    again: Any = env.render()
    assert again.any()
    asked: Any = env.unwrapped
    env.step(asked.admissible_commands()[2])
    changed: Any = env.render()
    assert not np.array_equal(changed, again)


def test_close_forgets_all_frames() -> None:
    env = gym.make(ID, modalities=("image",), image_size=256, frame_cache=30)
    env.reset(seed=0)
    tracemalloc.start()
    dice = np.random.default_rng(0)
    for _ in range(30):
        act(env, dice)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0]
    env.close()
    gc.collect()
    freed = held - tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert freed > 5 * 256 * 256 * 11, "at least five frames must have been kept, and gone"


def resident() -> float:
    """Return the megabytes that this process takes up."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def grown(resets: int, tasks: int) -> float:
    """Return by how many megabytes a process grows from the middle to the end of many resets."""
    env = gym.make(ID, num_tasks=tasks, modalities=EVERYTHING, image_size=SIZE, frame_cache=8)
    half = 0.0
    for seed in range(resets):
        env.reset(seed=seed)
        env.step("look")
        if seed == resets // 2:
            half = resident()
    return resident() - half


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="memory is counted by Linux's /proc"
)


@needs_proc
def test_resets_do_not_grow() -> None:
    assert grown(300, tasks=20) < 10


@needs_proc
@pytest.mark.slow
def test_many_resets_do_not_grow() -> None:
    assert grown(2000, tasks=400) < 20


# What changes is seen


def furniture(kind: str, x: float, stand: int, openable: bool = False) -> Furniture:
    heights = {
        "Cabinet": 1.0, "CoffeeMachine": 0.9, "Drawer": 0.6, "HandTowelHolder": 1.4,
        "Microwave": 1.0, "Shelf": 1.2, "SinkBasin": 0.9, "StoveBurner": 0.93, "Toaster": 0.9,
        "ToiletPaperHanger": 0.8, "TowelHolder": 1.4,
    }  # fmt: skip
    return Furniture(kind, (x, heights.get(kind, 0.0), 1.0), (stand, 0, 0, 30), openable)


DOORED = ("Cabinet", "Drawer", "Fridge", "Microwave", "Safe")


def room_with(kind: str, things: list[str]) -> Game:
    """Return a room with one receptacle that holds these things, and another one."""
    items = tuple(Item(thing, (0.01 * i, 0.5, 1.0), (0,)) for i, thing in enumerate(things))
    room = Room(
        start=(0, -4, 0, 30),
        furniture=(
            furniture(kind, 0.0, 0, kind in DOORED),
            furniture("Ottoman" if kind != "Ottoman" else "Desk", 3.0, 12),
        ),
        items=items or (Item("Apple", (2.0, 0.0, 3.0)),),
        admits={**ADMITS, kind: tuple(dict.fromkeys(things))},
    )
    return game_of(room, GoalSpec("pick_and_place_simple", "AppleType", f"{kind}Type"))


def looked_at(game: Game, kind: str) -> tuple[State, int]:
    """Return the start, at the receptacle of a kind, opened."""
    state = game.start.copy()
    r = game.receptacle_types.index(f"{kind.lower()}type")
    state.location = game.location_of[r]
    state.opened |= game.openable & 1 << r
    return state, r


def pixels(frame: Frame, game: Game) -> dict[str, int]:
    """Return how much is seen of each thing, by name."""
    counts = np.bincount(frame.segmentation.ravel(), minlength=1000)
    return {name: int(counts[label]) for label, name in label_names(game).items()}


FORMS = ((), ("hot",), ("cool",), ("clean",), ("hot", "clean"), ("cool", "clean"))


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("size", [64, 128])
def test_hot_cold_clean_and_sliced_are_told_apart(size: int, held: bool) -> None:
    flags = {"hot": "heatable", "cool": "coolable", "clean": "cleanable", "sliced": "sliceable"}
    for kind, known in OBJECT_TYPES.items():
        possible = [form for form in FORMS if all(flags[bit] in known for bit in form)]
        if "sliceable" in known:
            possible += [(*form, "sliced") for form in possible]
        if len(possible) == 1:
            continue
        state, gaze = looked_at(room_with("CounterTop", [kind]), "CounterTop")
        if held:
            state.contents = [0] * len(state.contents)
            state.held = 0
        images = {}
        for form in possible:
            then = state.copy()
            for bit in form:
                setattr(then, bit, 1)
            images[form] = draw(then, gaze, size).image
        for one, two in combinations(possible, 2):
            different = (images[one] != images[two]).any(axis=-1).sum()
            assert different >= enough(size), (kind, one, two, different)


@pytest.mark.parametrize("size", [64, 128])
def test_a_lamp_that_is_on_is_seen(size: int) -> None:
    state, gaze = looked_at(room_with("Desk", ["DeskLamp"]), "Desk")
    off = draw(state, gaze, size).image
    state.toggled = 1
    assert (draw(state, gaze, size).image != off).any(axis=-1).sum() >= enough(size)


@pytest.mark.parametrize("kind", DOORED)
@pytest.mark.parametrize("size", [64, 128])
def test_doors_are_seen_to_open_and_things_to_come_and_go(kind: str, size: int) -> None:
    things = ["Apple", "Mug", "Book"]
    game = room_with(kind, things)
    state, gaze = looked_at(game, kind)
    open_ = draw(state, gaze, size)
    closed_state = state.copy()
    closed_state.opened = 0
    closed = draw(closed_state, gaze, size)
    assert (open_.image != closed.image).any(axis=-1).mean() > 0.05
    assert all(pixels(open_, game)[name] >= enough(size) for name in game.object_names)
    assert not any(pixels(closed, game)[name] for name in game.object_names)
    state.contents[gaze] = 0
    empty = draw(state, gaze, size)
    assert not np.array_equal(empty.image, open_.image)
    assert not any(pixels(empty, game)[name] for name in game.object_names)


@pytest.mark.parametrize("view", ["receptacle", "place", "room"])
@pytest.mark.parametrize("size", [64, 128])
def test_what_is_held_is_seen_low(size: int, view: str) -> None:
    for kind, known in OBJECT_TYPES.items():
        if "pickupable" not in known:
            continue
        game = room_with("CounterTop", [kind])
        state, r = looked_at(game, "CounterTop")
        state.contents, state.held = [0] * len(state.contents), 0
        gaze = {"receptacle": r, "place": HERE, "room": ROOM}[view]
        label = object_label(game, 0)
        rows = np.nonzero(draw(state, gaze, size).segmentation == label)[0]
        assert len(rows) >= 4 * enough(size), kind
        assert rows.min() >= size * 0.45, kind
        assert np.median(rows) >= size * 0.55, kind


@pytest.mark.parametrize("kind", [kind for kind, admitted in ADMITS.items() if admitted])
def test_twenty_things_in_one_receptacle_all_have_pixels(kind: str) -> None:
    admitted = ADMITS[kind]
    game = room_with(kind, [admitted[i % len(admitted)] for i in range(20)])
    state, gaze = looked_at(game, kind)
    seen = pixels(draw(state, gaze, 128), game)
    few = {name: seen[name] for name in game.object_names if seen[name] < 1}
    assert not few


@pytest.mark.parametrize("kind", [kind for kind, admitted in ADMITS.items() if admitted])
def test_a_few_things_in_one_receptacle_are_seen_well(kind: str) -> None:
    admitted = ADMITS[kind]
    for count in (1, 2, 4):
        game = room_with(kind, [admitted[i % len(admitted)] for i in range(count)])
        state, gaze = looked_at(game, kind)
        for size in (64, 128):
            seen = pixels(draw(state, gaze, size), game)
            few = {name: seen[name] for name in game.object_names if seen[name] < enough(size)}
            assert not few, (count, size)


def test_more_things_than_there_were_at_first_find_room() -> None:
    """All that a room holds is brought to one place, one by one."""
    game = room_with("Desk", ["Mug", "Apple", "Book", "CD"] * 8)
    state, gaze = looked_at(game, "Desk")
    everything = state.contents[gaze]
    state.contents[gaze] = 0
    for o in range(32):
        state.contents[gaze] |= 1 << o
        seen = pixels(draw(state, gaze, 128), game)
        assert all(seen[game.object_names[o]] >= enough(128) for o in range(o + 1))
    assert state.contents[gaze] == everything


def test_a_thing_keeps_its_place_when_another_is_taken() -> None:
    game = room_with("CounterTop", ["Mug", "Apple", "Book"])
    state, gaze = looked_at(game, "CounterTop")
    before = draw(state, gaze, 128).segmentation == object_label(game, 2)
    state.contents[gaze] &= ~1
    after = draw(state, gaze, 128).segmentation == object_label(game, 2)
    assert (before <= after).all()


# What there is to draw


def test_every_kind_can_be_drawn() -> None:
    every = shapes()
    assert set(models()) == set(every.bodies) == set(ADMITS)
    for kind, known in OBJECT_TYPES.items():
        if "pickupable" in known or kind == "DeskLamp":
            assert len(set(every.things[kind])) == VARIANTS
        assert kind in every.things or kind in every.fixtures or kind == "Bathtub"
    assert set(every.sliced) == {
        kind for kind, known in OBJECT_TYPES.items() if "sliceable" in known
    }
    assert set(every.lit) == {kind for kind, known in OBJECT_TYPES.items() if "toggleable" in known}
    assert set(DOORED) <= set(every.doors)


def test_every_fixture_is_in_its_scene() -> None:
    for kind in shapes().fixtures:
        room = Room(
            start=(0, -4, 0, 30),
            furniture=(furniture("CounterTop", 0.0, 0),),
            items=(Item(kind, (0.8, 1.2, 1.0)), Item("Apple", (0.0, 0.9, 1.0), (0,))),
        )
        game = game_of(room, GoalSpec("pick_and_place_simple", "AppleType", "CounterTopType"))
        fixture = 1 - game.start.contents[0].bit_length() // 2
        scene = scene_of(game)
        for gaze in (ROOM, 0):
            labels = scene.instances(game.start, gaze)["label"]
            assert (labels == object_label(game, fixture)).sum() == (kind != "Bathtub")


def test_unknown_types_are_drawn_as_boxes() -> None:
    room = Room(
        start=(0, -4, 0, 30),
        furniture=(furniture("Shelf", 0.0, 0), furniture("Cart", 3.0, 12)),
        items=(Item("Mug", (0.0, 1.2, 1.0), (0,)), Item("Vase", (3.0, 0.9, 1.0), (1,))),
    )
    text = problem_text(room, GoalSpec("pick_and_place_simple", "MugType", "ShelfType"))
    for known, unknown in (("Mug", "Gizmo"), ("Cart", "Contraption")):
        text = text.replace(f"{known}_", f"{unknown}_").replace(f"{known}Type", f"{unknown}Type")
    game = compile_game(text, "put a gizmo in shelf", VERSIONS["wheel"])
    assert "gizmo 1" in game.object_names
    assert "contraption 1" in game.receptacle_names
    state = game.start.copy()
    for gaze, name in enumerate(game.receptacle_names):
        assert pixels(draw(state, gaze, 128), game)[name] >= enough(128)
    draw(state, ROOM, 128)
    shelf = game.receptacle_names.index("shelf 1")
    assert pixels(draw(state, shelf, 128), game)["gizmo 1"] >= enough(128)
    state.contents, state.held = [0, 0], game.object_names.index("gizmo 1")
    assert pixels(draw(state, shelf, 128), game)["gizmo 1"] >= enough(128)


def test_an_empty_place_can_be_looked_at() -> None:
    """`look` where there is no receptacle shows the room."""
    game = room_with("CounterTop", ["Mug"])
    world = HouseholdWorld(game.start.copy())
    world.act("look")
    assert world.gaze == ROOM
    world.act("go to countertop 1")
    world.act("look")
    assert world.gaze == HERE


@pytest.mark.slow
@pytest.mark.parametrize("split", ["train", "valid_seen", "valid_unseen"])
def test_generated_games_all_build(split: str) -> None:
    for index in range(400):
        assert_builds(compiled(GeneratedGame(split, index)))


@pytest.mark.slow
def test_official_games_all_build() -> None:
    corpus = official_corpus()
    for split in corpus.splits:
        for folder in corpus.games(split):
            assert_builds(compiled(folder))


def assert_builds(game: Game) -> None:
    """Draw the room, every receptacle open, and every place."""
    state = game.start.copy()
    frame = draw(state, ROOM, SIZE)
    assert frame.segmentation.any()
    state.opened = game.openable
    gazes = [*range(len(game.receptacle_names))]
    for drawn, gaze in zip(draw_batch([state] * len(gazes), gazes, 32), gazes, strict=True):
        assert (drawn.segmentation == 1 + gaze).any()


def test_what_stands_in_the_room_is_seen_in_slices() -> None:
    here = (0, 0, 0, 30)
    room = Room(
        start=(0, 4, 2, 30),
        furniture=(Furniture("CounterTop", (0.0, 0.9, 1.0), here),),
        items=(
            Item("Knife", (0.1, 0.95, 1.0), inside=(0,)),
            Item("Apple", (0.9, 0.0, 0.6), seen_from=here),
        ),
    )
    goal = GoalSpec("pick_and_place_simple", "KnifeType", "CounterTopType")
    game = compile_game(problem_text(room, goal), "put a knife in countertop.", VERSIONS["wheel"])
    world = HouseholdWorld(game.start.copy())
    for command in ("go to countertop 1", "take knife 1 from countertop 1"):
        assert world.act(command).valid
    label = object_label(game, game.object_index["apple 1"])
    whole = draw(world.state, ROOM, 256)
    assert world.act("slice apple 1 with knife 1").valid
    sliced = draw(world.state, ROOM, 256)
    assert (whole.segmentation == label).any()
    assert not np.array_equal(whole.image, sliced.image)
