"""Differential tests: the real alfworld and textworld, step by step, must say the same.

Feedback, admissible commands and success are compared at every step of mixed play: the walkthrough,
random commands with rare verbs preferred, and commands that are not possible.
"""

import importlib.util
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from official import official_corpus
from rooms import Play, random_rooms
from samples import sample_data

from crossworld.envs.core.pddl import read_domain, write_domain
from crossworld.envs.household import facts, files
from crossworld.envs.household.authoring import write_game
from crossworld.envs.household.corpus import Corpus
from crossworld.envs.household.generation import export
from crossworld.envs.household.goal import TASK_TYPES
from crossworld.envs.household.versions import grammar_version, task_sentence

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        importlib.util.find_spec("alfworld") is None, reason="needs the extra crossworld[alfworld]"
    ),
    pytest.mark.filterwarnings("ignore"),  # upstream's own
]

GAMES, STEPS = 60, 40
NOT_POSSIBLE = (
    "foo",
    "Look",
    " look ",
    "go to nowhere 1",
    "take",
    "put x",
    "go",
    "open",
    "",
    "help ",
)
VERBS = {"go", "open", "close", "take", "move", "clean", "heat", "cool", "use", "slice", "examine",
         "look", "inventory", "help"}  # fmt: skip


def compare(
    content: dict[str, Any], path: Path, seed: int, steps: int, tally: Counter[str]
) -> None:
    """Play one game on both sides."""
    from crossworld.benchmarks.peers import ALFWorldGame

    game = files.compile_text(files.parse_game(content, path), path)
    upstream, ours = ALFWorldGame(content), Play(game)
    observed = upstream.reset()
    chooser = random.Random(seed)
    walkthrough = list(content["walkthrough"] or ())
    given_commands: list[str] = []
    for _ in range(steps):
        context = (str(path), given_commands)
        assert ours.text == observed.feedback, context
        assert ours.commands == observed.admissible_commands, context
        assert ours.won == observed.won, context
        rare = [
            c for c in ours.commands if not c.startswith(("go to", "help", "look", "inventory"))
        ]
        if walkthrough and chooser.random() < 0.5:
            command = walkthrough.pop(0)
        elif chooser.random() < 0.05:
            command = chooser.choice(NOT_POSSIBLE)
        else:
            command = chooser.choice(rare if rare and chooser.random() < 0.7 else ours.commands)
        given_commands.append(command)
        observed = upstream.step(command)
        ours.say(command)
        tally[command.split()[0] if command.strip() else ""] += 1
        tally["won"] += observed.won


MUST = {
    "pick_and_place_simple": {"cool", "use"},
    "look_at_obj_in_light": {"use"},
    "pick_clean_then_place_in_recep": {"clean", "heat", "slice"},
    "pick_heat_then_place_in_recep": {"heat", "clean", "cool"},
    "pick_cool_then_place_in_recep": {"cool", "clean", "slice"},
    "pick_two_obj_and_place": set(),
}
"""Verbs that only some rooms have a use for, and where they have to occur; all others, everywhere."""


@pytest.mark.parametrize("kind", TASK_TYPES)
def test_official_games(kind: str) -> None:
    folders = [
        folder
        for corpus in [official_corpus()]
        for split in corpus.splits
        for folder in corpus.folders(split)
        if folder.task_id.partition("-")[0] == kind
    ]
    tally: Counter[str] = Counter()
    each = GAMES // len(TASK_TYPES)
    # One game is won at once, so that success is compared for all six types.
    first, *others = folders[:: len(folders) // (each + 1)][: each + 1]
    win(first.game_file, tally)
    for number, folder in enumerate(others):
        content, _ = files.read_json(folder.game_file)
        compare(content, folder.game_file, number, STEPS, tally)
    assert set(tally) >= VERBS - {"clean", "heat", "cool", "use", "slice"} | MUST[kind]
    print(f"{each} games, {sum(tally[v] for v in VERBS)} steps compared: {dict(tally)}")


def win(path: Path, tally: Counter[str]) -> None:
    """Play a walkthrough on both sides, to success."""
    from crossworld.benchmarks.peers import ALFWorldGame

    content, _ = files.read_json(path)
    ours = Play(files.compile_text(files.parse_game(content, path), path))
    upstream = ALFWorldGame(content)
    upstream.reset()
    for command in content["walkthrough"]:
        observed = upstream.step(command)
        assert ours.say(command) == observed.feedback
        assert ours.commands == observed.admissible_commands
        assert ours.won == observed.won
        tally[command.split()[0]] += 1
    assert ours.won


def test_official_games_in_the_wheels_words() -> None:
    """The domain and grammar that the installed alfworld writes into games."""
    domain, grammar = wheel_texts()
    for number, folder in enumerate(official_corpus().folders("train")[::80]):
        content, _ = files.read_json(folder.game_file)
        sentence = task_sentence(content["grammar"])
        content["pddl_domain"] = domain
        content["grammar"] = grammar.replace("UNKNOWN GOAL", sentence)
        assert grammar_version(content["grammar"]) == "wheel"
        compare(content, folder.game_file, seed=number, steps=20, tally=Counter())


def test_games_of_our_own_play_the_same_upstream() -> None:
    """The sample games carry this package's own domain and grammar."""
    for folder in Corpus(Path(sample_data())).folders("train"):
        content, _ = files.read_json(folder.game_file)
        compare(content, folder.game_file, seed=5, steps=25, tally=Counter())


def wheel_texts() -> tuple[str, str]:
    """Return domain and grammar of the installed alfworld."""
    spec = importlib.util.find_spec("alfworld")
    assert spec is not None
    assert spec.origin is not None
    texts = Path(spec.origin).parent / "data"
    return (texts / "alfred.pddl").read_text(), (texts / "alfred.twl2").read_text()


def test_generated_games_in_the_wheels_words(tmp_path: Path) -> None:
    """Rooms of ours under the domain and grammar of the installed alfworld, each type to success."""
    domain, grammar = wheel_texts()
    tally: Counter[str] = Counter()
    games = [*export.write_games(tmp_path, "train", range(6))]
    games += export.write_games(tmp_path, "valid_unseen", range(3))
    for number, (folder, _) in enumerate(games):
        path = folder / files.GAME_FILE
        content, _ = files.read_json(path)
        sentence = task_sentence(content["grammar"])
        content["pddl_domain"] = domain
        content["grammar"] = grammar.replace("UNKNOWN GOAL", sentence)
        path.write_text(json.dumps(content))
        if number < 6:
            win(path, tally)
        else:
            compare(content, path, seed=number, steps=15, tally=tally)
    print(f"9 generated games, {sum(tally[v] for v in VERBS)} steps compared: {dict(tally)}")


def test_alfworld_finds_and_plays_a_folder_of_generated_games(tmp_path: Path) -> None:
    """The folder as `data generate` writes it, through alfworld's own environment."""
    from alfworld.agents.environment import get_environment

    root = tmp_path / "json_2.1.2"
    list(export.write_games(root, "train", range(6)))
    config = {
        "env": {
            "type": "AlfredTWEnv", "task_types": [1, 2, 3, 4, 5, 6], "expert_type": "handcoded",
            "goal_desc_human_anns_prob": 0, "domain_randomization": False,
        },
        "dataset": {"data_path": str(root / "train"), "num_train_games": -1},
        "general": {"training_method": "dqn"},
        "rl": {"training": {"max_nb_steps_per_episode": 50}},
    }  # fmt: skip
    found = get_environment("AlfredTWEnv")(config, train_eval="train")
    assert found.num_games == 6
    envs = found.init_env(batch_size=1)
    won = set()
    for _ in range(6):
        observed, infos = envs.reset()
        path = Path(infos["extra.gamefile"][0])
        path = path if path.name == files.GAME_FILE else path.parent / files.GAME_FILE
        content, _ = files.read_json(path)
        ours = Play(files.compile_text(files.parse_game(content, path), path))
        assert ours.text == observed[0]
        for command in content["walkthrough"]:
            observed, _, _, infos = envs.step([command])
            assert ours.say(command) == observed[0]
            assert ours.commands == list(infos["admissible_commands"][0])
        assert infos["won"][0]
        won.add(path)
    assert len(won) == 6
    envs.close()


def test_written_pddl_is_played_by_a_real_planner() -> None:
    """Domain and problem as this package writes them, in mid-game, run upstream."""
    from crossworld.benchmarks.peers import ALFWorldGame

    folder = Corpus(Path(sample_data())).folders("train")[0]
    content, _ = files.read_json(folder.game_file)
    ours = Play(files.load_game(folder.game_file))
    ours.say(*content["walkthrough"][:2])
    content["pddl_domain"] = write_domain(read_domain(facts.domain()))
    content["pddl_problem"] = facts.problem(ours.state)
    upstream = ALFWorldGame(content)
    assert upstream.reset().admissible_commands == ours.commands
    for command in content["walkthrough"][2:]:
        observed = upstream.step(command)
        assert ours.say(command) == observed.feedback
    assert observed.won


@settings(
    max_examples=12, deadline=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate], derandomize=True,
)  # fmt: skip
@given(random_rooms(), st.integers(0, 99))
def test_random_rooms(room_and_goal, seed: int) -> None:
    from crossworld.envs.core.errors import GameError

    try:
        content = write_game(*room_and_goal, "put some thing somewhere")
    except GameError:
        return  # upstream cannot load a game without a solution
    compare(json.loads(json.dumps(content)), Path("random room"), seed, 20, Counter())
