"""The 500 official games (skipped where they are not): every one is played and won."""

import random
import statistics

import gymnasium as gym
import pytest
from official import official_corpus
from rooms import Play

from crossworld.envs.core.spaces import fit_text, text_space
from crossworld.envs.household import files
from crossworld.envs.household.corpus import Corpus
from crossworld.envs.household.experts.handcoded import Handcoded
from crossworld.envs.household.experts.planner import plan
from crossworld.envs.household.games import compiled


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return official_corpus()


def everything(corpus: Corpus):
    return [folder for split in corpus.splits for folder in corpus.folders(split)]


def test_every_walkthrough_wins_on_its_last_step(corpus: Corpus) -> None:
    for folder in everything(corpus):
        walkthrough = files.read_game(folder.game_file).walkthrough
        play = Play(compiled(folder))
        for command in walkthrough:
            assert not play.won, folder.task_id
            assert command in play.commands, folder.task_id
            play.say(command)
        assert play.won, folder.task_id


def test_planner_wins_all_and_is_never_longer_than_the_walkthrough(corpus: Corpus) -> None:
    lengths = []
    for folder in everything(corpus):
        play = Play(compiled(folder))
        commands = plan(play.state)
        assert commands is not None, folder.task_id
        assert len(commands) <= len(files.read_game(folder.game_file).walkthrough), folder.task_id
        play.say(*commands)
        assert play.won, folder.task_id
        lengths.append(len(commands))
    print(f"planner: {len(lengths)} games, mean length {statistics.mean(lengths):.2f}")


def test_handcoded_wins_nearly_all_within_50_steps(corpus: Corpus) -> None:
    won = 0
    for folder in everything(corpus):
        play = Play(compiled(folder))
        expert = Handcoded(play.text)
        for _ in range(50):
            command = expert.next_command()
            expert.update(command, play.say(command))
            if play.won:
                won += 1
                break
    assert won / len(everything(corpus)) >= 0.97


def test_every_type_fact_agrees_with_the_catalogue(corpus: Corpus) -> None:
    from crossworld.envs.household.catalogue import ADMITS, OBJECT_TYPES

    flags = {kind.lower() + "type": found for kind, found in OBJECT_TYPES.items()}
    admits = {kind.lower() + "type": {x.lower() + "type" for x in a} for kind, a in ADMITS.items()}
    for folder in everything(corpus):
        game = compiled(folder)
        present = set(game.object_types)
        for o, kind in enumerate(game.object_types):
            if kind:
                assert {f for f, mask in game.flags.items() if mask >> o & 1} == flags[kind]
        for kind in set(game.receptacle_types):
            admitted = game.can_contain.get(kind, frozenset())
            assert admitted & present == admits[kind] & present, (folder.task_id, kind)


def test_every_game_has_human_instructions_that_can_be_observed(corpus: Corpus) -> None:
    space = text_space()
    for folder in everything(corpus):
        sentences = folder.instructions()
        assert len(sentences) >= 3, folder.task_id
        assert all(fit_text(sentence) in space for sentence in sentences)


def test_human_instructions_are_played_through_gym_make(corpus: Corpus) -> None:
    env = gym.make("crossworld/ALFWorld-v0", data=str(corpus.root), instruction="human")
    for seed in range(20):
        observation, _ = env.reset(seed=seed)
        assert observation in env.observation_space
        assert observation["text"].endswith(f"Your task is to: {observation['mission']}.")


@pytest.mark.slow
def test_random_play_round_trips_through_pddl(corpus: Corpus) -> None:
    from crossworld.envs.household.compile import compile_game
    from crossworld.envs.household.facts import facts, problem
    from crossworld.envs.household.versions import VERSIONS

    chooser = random.Random(0)
    for folder in everything(corpus)[::25]:
        play = Play(compiled(folder))
        for _ in range(30):
            play.say(chooser.choice(play.commands))
        again = compile_game(problem(play.state), play.state.sentence, VERSIONS["2.1.2"])
        assert facts(again.start) == facts(play.state)
        twin = Play(again)
        assert twin.commands == play.commands
        for _ in range(20):
            command = chooser.choice(play.commands)
            assert twin.say(command) == play.say(command)
