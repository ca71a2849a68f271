"""Learned policies over commands: how they are trained, and that agents play them."""

import dataclasses
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from numpy.typing import NDArray

import crossworld.agents
from crossworld.agents.base import visible
from crossworld.agents.ppo.errors import PPOError
from crossworld.agents.ppo.finds import NEW, SEEN, TAKEN, TRIED
from crossworld.agents.ppo.reading import COMMANDS, Lexicon, Reader, blank, observation_space
from crossworld.agents.ppo.settings import ALGORITHMS, Settings
from crossworld.wrappers.training import RESULT_FILE

HOUSEHOLD = "crossworld/Household-v0"
WORDS = ["go", "to", "take", "from", "apple", "put", "in", "a", "Drawer", "you", "see", "1", "."]
LEXICON = Lexicon(WORDS)
MISSION = "put a apple in drawer"
OFFERED = ["go to drawer 1", "go to drawer 2", "take apple 1 from drawer 3", "look"]


def read(*readers: Reader) -> dict[str, NDArray[np.int16]]:
    arrays = blank(LEXICON, len(readers))
    for place, reader in enumerate(readers):
        reader.write(arrays, place)
    return arrays


def told(seen: dict[str, NDArray[np.int16]]) -> dict[str, Any]:
    """Return what is said of the state and of each command; the order of shared rows means nothing."""
    state = {key: seen[key].tolist() for key in ("mission", "text", "given")}
    rows = seen["kind"][seen["kind"] > 0] - 1
    return {**state, "words": seen["words"][rows].tolist(), "marks": seen["marks"][rows].tolist()}


def told_by(reader: Reader, lexicon: Lexicon) -> dict[str, Any]:
    arrays = blank(lexicon, 1)
    reader.write(arrays, 0)
    return told({key: rows[0] for key, rows in arrays.items()})


def begun(text: str = "You see a drawer 1.") -> Reader:
    reader = Reader(LEXICON)
    reader.begin(MISSION, text, OFFERED)
    return reader


TINY = 1e-3
"""Minutes of the shortest training."""


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip without the libraries; make a training short, three segments of an update each."""
    pytest.importorskip("sb3_contrib")
    from crossworld.agents.ppo import settings, training

    for module in (settings, training):
        for name, value in (("SLOTS", 4), ("LENGTH", 8), ("ROLLOUT", 32), ("SEGMENT", 1)):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(Settings, "updates", property(lambda self: 3))
    monkeypatch.setitem(training.PPO, "n_steps", 8)
    monkeypatch.setitem(training.PPO, "batch_size", 16)


def tiny(algorithm: str, seed: int = 0) -> Settings:
    return Settings(algorithm, HOUSEHOLD, TINY, seed)


def weights(model: Any) -> dict[str, NDArray[np.float32]]:
    return {key: value.numpy().copy() for key, value in model.policy.state_dict().items()}


class Stopped(Exception):
    """Stands for a process that is killed."""


@pytest.mark.usefixtures("libraries")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_training_goes_on_where_it_was_stopped(algorithm: str, tmp_path: Path) -> None:
    from crossworld.agents.ppo.training import STATE_FILE, train

    whole = train(tiny(algorithm), tmp_path / "whole")

    def stop(done: int, total: int, note: str) -> None:
        assert total == 3 * 32
        if done == 2 * 32:
            raise Stopped

    with pytest.raises(Stopped):
        train(tiny(algorithm), tmp_path / "broken", stop)
    assert (tmp_path / "broken" / STATE_FILE).exists()
    told: list[int] = []
    resumed = train(tiny(algorithm), tmp_path / "broken", lambda done, *_: told.append(done))
    assert told == [64, 96], "the first segment was not trained again"
    ours, theirs = weights(whole.model), weights(resumed.model)
    assert ours.keys() == theirs.keys()
    assert all((ours[key] == theirs[key]).all() for key in ours)
    assert resumed.curve == whole.curve
    assert [point.steps for point in whole.curve] == [32, 64, 96]
    finished = train(tiny(algorithm), tmp_path / "broken")
    assert all((weights(finished.model)[key] == ours[key]).all() for key in ours)


@pytest.mark.usefixtures("libraries")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_all_weights_learn_and_stay_finite(algorithm: str, tmp_path: Path) -> None:
    from crossworld.agents.ppo.training import train

    model = train(tiny(algorithm), tmp_path).model
    trained = weights(model)
    other = weights(train(tiny(algorithm, seed=1), tmp_path / "other").model)
    assert all(np.isfinite(value).all() for value in trained.values())
    assert any((trained[key] != other[key]).any() for key in trained), "the seed decides"
    moments = model.policy.optimizer.state
    still = {
        name
        for name, weight in model.policy.named_parameters()
        if not moments[weight]["exp_avg"].any()
    }
    # Where numbers without a command are never drawn, their logit does not matter.
    assert still <= ({"features_extractor.nothing"} if ALGORITHMS[algorithm].masked else set())


@pytest.mark.usefixtures("libraries")
def test_scores_do_not_depend_on_order_or_batch() -> None:
    import torch

    from crossworld.agents.ppo.policy import CommandScorer

    torch.manual_seed(0)
    scorer = CommandScorer(observation_space(LEXICON), LEXICON.words)
    turned = Reader(LEXICON)
    turned.begin(MISSION, "You see a drawer 1.", OFFERED[::-1])
    empty = Reader(LEXICON)
    empty.begin(MISSION, "", [])
    arrays = read(begun(), turned, empty)
    seen = {key: torch.from_numpy(rows).float() for key, rows in arrays.items()}
    with torch.inference_mode():
        found = scorer(seen)
        alone = scorer({key: value[:1] for key, value in seen.items()})
    assert torch.isfinite(found).all()
    torch.testing.assert_close(found[0, :4], found[1, :4].flip(0))
    torch.testing.assert_close(found[0, COMMANDS:], found[1, COMMANDS:])
    torch.testing.assert_close(found[:1], alone)
    assert found[0, 0] == found[0, 1] != found[0, 2]
    assert (found[0, 4:COMMANDS] == found[2, 0]).all(), "numbers without a command share a logit"


@pytest.mark.usefixtures("libraries")
def test_slots_show_what_a_reader_of_the_episode_writes() -> None:
    """Against a scalar environment that is given the same commands, over the end of an episode."""
    from crossworld.agents.ppo.slots import PENALTY, make_slots

    slots = make_slots(HOUSEHOLD, "train", 2)
    slots.seed(5)
    seen: Any = slots.reset()
    env = gym.make(HOUSEHOLD, modalities=("text", "mission"), split="train")
    lexicon = Lexicon(env.get_wrapper_attr("vocabulary")())
    observation, info = env.reset(seed=6)
    dice, reader, over = np.random.default_rng(0), Reader(lexicon), False
    reader.begin(observation["mission"], observation["text"], info["admissible_commands"])
    for step in range(60):
        assert told({key: rows[1] for key, rows in seen.items()}) == told_by(reader, lexicon), step
        masks = np.stack(slots.env_method("action_masks"))
        assert masks[1].sum() == len(info["admissible_commands"])
        number = COMMANDS - 1 if step == 3 else int(dice.integers(masks[1].sum()))
        command = reader.command(number)
        seen, rewards, dones, infos = slots.step(np.array([0, number]))
        observation, reward, terminated, truncated, info = env.step(command)
        over = terminated or truncated
        assert dones[1] == over
        assert infos[1]["admissible_commands"] == info["admissible_commands"]
        reader.step(command, observation["text"], info["admissible_commands"])
        extra = float(rewards[1]) - float(reward)
        bonuses = (
            {-PENALTY} if step == 3 else {0.0, NEW, SEEN, TAKEN, TRIED, NEW + SEEN, NEW + 2 * SEEN}
        )
        assert min(abs(extra - bonus) for bonus in bonuses) < 1e-6
        if over:
            assert told(infos[1]["terminal_observation"]) == told_by(reader, lexicon)
            observation, info = env.reset()
            reader.begin(observation["mission"], observation["text"], info["admissible_commands"])
    assert over is False
    slots.close()


def made(algorithm: str, **arguments: Any) -> Any:
    name = {"ppo": "PPOAgent", "maskable-ppo": "MaskablePPOAgent"}[algorithm]
    return crossworld.agents.make(f"crossworld.agents.ppo.agent:{name}", **arguments)


@pytest.fixture
def folders(libraries: None, tmp_path: Path) -> dict[str, Path]:
    """Return a folder with a tiny model of each algorithm."""
    from crossworld.agents.ppo.recipe import learn

    return {
        algorithm: (learn(tiny(algorithm), tmp_path / algorithm, games=1), tmp_path / algorithm)[1]
        for algorithm in ALGORITHMS
    }


def commands_of(agent: Any, seed: int) -> Iterator[tuple[str, list[str]]]:
    """Yield what an agent does in an episode, and what was possible."""
    env = gym.make(HOUSEHOLD, modalities=("text", "mission"), split="valid_unseen")
    observation, info = env.reset(seed=seed)
    shown, told = visible(agent.reads, observation), visible(agent.reads, info)
    assert {*shown, *told} == agent.reads
    agent.reset(shown, told)
    over = False
    while not over:
        command = agent.act(shown, told)
        yield command, told["admissible_commands"]
        observation, reward, terminated, truncated, info = env.step(command)
        over = terminated or truncated
        shown, told = visible(agent.reads, observation), visible(agent.reads, info)
        agent.observe(shown, reward, terminated, truncated, told)


def test_agents_play(folders: dict[str, Path]) -> None:
    from crossworld.agents.ppo.recipe import finished

    for algorithm, folder in folders.items():

        def episode(
            seed: int, model: Path | str = folder, greedy: bool = False, name: str = algorithm
        ) -> list[tuple[str, list[str]]]:
            agent = made(name, model=model, deterministic=greedy, seed=seed)
            return list(commands_of(agent, 7))

        played = episode(3)
        assert played == episode(3, str(folder))
        assert played != episode(4)
        assert episode(3, greedy=True) == episode(4, greedy=True)
        unmasked = [command for command, possible in played if command not in possible]
        assert not any(unmasked), "what is chosen is possible, or nothing"
        # Hardly trained, and three of four numbers mean nothing.
        assert bool(unmasked) == (algorithm == "ppo")
        first, second = made(algorithm, model=folder), made(algorithm, model=folder)
        assert first._policy is second._policy, "loaded once"
        assert first.reads == {"text", "mission", "admissible_commands"}
        assert {path.name for path in folder.iterdir()} == {f"{algorithm}.zip", RESULT_FILE}
        result = finished(tiny(algorithm), folder)
        assert result is not None
        assert result.steps == 96
        assert len(result.games) == len(result.floor) == 1
        assert json.loads((folder / RESULT_FILE).read_text())["settings"]["algorithm"] == algorithm
        assert sum(path.stat().st_size for path in folder.iterdir()) < 3_000_000


def test_loading_leaves_the_seeds_of_the_process_alone(folders: dict[str, Path]) -> None:
    import torch

    from crossworld.agents.ppo.agent import _loaded

    _loaded.cache_clear()
    torch.manual_seed(11)
    np.random.seed(11)
    wanted = float(torch.rand(1)), float(np.random.random())
    torch.manual_seed(11)
    np.random.seed(11)
    made("ppo", model=folders["ppo"])
    assert (float(torch.rand(1)), float(np.random.random())) == wanted


def test_wrong_folders(folders: dict[str, Path], tmp_path: Path) -> None:
    from crossworld.agents.ppo.recipe import finished, learn

    with pytest.raises(PPOError, match="crossworld train ppo --algorithm maskable-ppo"):
        made("maskable-ppo")
    with pytest.raises(PPOError, match=r"holds no ppo\.zip"):
        made("ppo", model=tmp_path)
    with pytest.raises(PPOError, match="one of maskable-ppo, which agent 'maskable-ppo' plays"):
        made("ppo", model=folders["maskable-ppo"])
    with pytest.raises(PPOError, match=r"seed 0, not 1.*--fresh"):
        learn(tiny("ppo", seed=1), folders["ppo"])
    (folders["ppo"] / "ppo.zip").write_bytes(b"no zip")
    with pytest.raises(PPOError, match="damaged"):
        made("ppo", model=folders["ppo"])
    (folders["ppo"] / "result.json").write_text("[]")
    with pytest.raises(PPOError, match="damaged"):
        finished(tiny("ppo"), folders["ppo"])


@pytest.mark.usefixtures("libraries")
def test_a_state_that_does_not_fit(tmp_path: Path) -> None:
    from crossworld.agents.ppo.training import STATE_FILE, train

    train(tiny("ppo"), tmp_path)
    with pytest.raises(PPOError, match="algorithm 'ppo', not 'maskable-ppo'"):
        train(tiny("maskable-ppo"), tmp_path)
    (tmp_path / STATE_FILE).write_bytes(b"no state")
    with pytest.raises(PPOError, match="damaged"):
        train(tiny("ppo"), tmp_path)
    with pytest.raises(PPOError, match="damaged"):
        train(dataclasses.replace(tiny("ppo"), seed=3), tmp_path)


@pytest.mark.usefixtures("libraries")
def test_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from crossworld.agents.ppo import recipe
    from crossworld.commands import train_ppo as command

    train_ppo, files = command.train_ppo, set(command.FILES)
    monkeypatch.setattr(command, "learn", partial(recipe.learn, games=2))
    train_ppo(tmp_path, algorithm="maskable-ppo", minutes=TINY)
    said = capsys.readouterr().out
    assert "against random commands" in said
    assert "MaskablePPOAgent(" in said
    train_ppo(tmp_path, algorithm="maskable-ppo", minutes=TINY)
    assert "finished (--fresh discards it)" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} <= files


def searched(agent: Any, games: int) -> float:
    """Return to how many places an agent goes, and what it opens, in an episode of held-out rooms."""
    found = 0
    for seed in range(games):
        commands = {command for command, _ in commands_of(agent, seed)}
        found += sum(command.startswith(("go to ", "open ")) for command in commands)
    return found / games


@pytest.mark.slow
def test_a_minute_teaches_to_search(tmp_path: Path) -> None:
    pytest.importorskip("sb3_contrib")
    from crossworld.agents.ppo.recipe import learn

    learn(Settings("maskable-ppo", HOUSEHOLD, minutes=0.8), tmp_path, games=1)
    ours = searched(made("maskable-ppo", model=tmp_path), 10)
    assert ours > searched(crossworld.agents.make("random"), 10) + 5
