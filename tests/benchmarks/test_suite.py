import pytest

from crossworld.agents.registry import AGENTS
from crossworld.benchmarks.protocol import Protocol, ProtocolError
from crossworld.benchmarks.suite import (
    CLEAN,
    Adaptation,
    SuiteError,
    TaskSet,
    load_suite,
    read_suite,
    suite_names,
)

GOOD = """
title = "t"
env = "e"
splits = ["s"]
protocol = "pass@1/50"
[[agents]]
agent = "random"
"""


@pytest.mark.parametrize("name", suite_names())
def test_shipped_suites_enter_known_agents(name):
    suite = load_suite(name)
    assert suite.name == name
    assert {contestant.agent for contestant in suite.contestants} <= AGENTS.keys()


def test_quick_has_floors_and_a_ceiling():
    entered = [(c.name, str(c.protocol)) for c in load_suite("quick").contestants]
    assert entered[:4] == [
        ("random", "pass@1/50"),
        ("blind-script", "pass@1/30"),
        ("blind-script, 50", "pass@1/50"),
        ("blind-script, strict", "pass@1/50/invalid-10"),
    ]
    assert ("handcoded", "pass@1/50") in entered
    assert ("planner", "pass@1/50") in entered
    assert ("reflexion, retry only", "retry-only/30") in entered


def test_own_suite_from_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD + 'protocol = "pass@1/7"\nlabel = "r7"\n')
    suite = load_suite(str(path))
    assert (suite.name, suite.seeds, suite.episode_seconds) == ("mine", (0,), 600)
    assert suite.task_sets == (TaskSet("e", ("s",)),)
    assert (suite.contestants[0].name, suite.contestants[0].protocol.limit) == ("r7", 7)


FULL = """
title = "t"
protocol = "pass@1/50"
noise = { text = [0, 0.1], image = 0.3 }
episode_seconds = 2.5
transcripts = 0
[[task_sets]]
env = "a"
episodes = 3
env_kwargs = { modalities = ["text"] }
[[task_sets]]
env = "b"
task_ids = ["x", "y"]
manifest_hash = "12"
[[agents]]
agent = "random"
[[agents]]
agent = "random"
label = "again"
protocol = "k-trial/5/invalid-2"
trials = 7
noise = { text = 0 }
[[agents]]
agent = "planner"
protocol = "adapted-pass@1/5"
adapt = { split = "train", episodes = 4, rounds = 2 }
"""


def test_everything_that_a_suite_can_say():
    suite = read_suite("full", FULL)
    assert suite.task_sets == (
        TaskSet("a", (), {"modalities": ["text"]}, 3),
        TaskSet("b", task_ids=("x", "y"), manifest_hash="12"),
    )
    assert (suite.episode_seconds, suite.transcripts) == (2.5, 0)
    plain, trials, control, adapted = suite.contestants
    assert [str(noise) for noise in plain.noise] == ["", "text 0.1", "image 0.3"]
    assert trials.noise == (CLEAN,)
    assert (str(trials.protocol), trials.trials) == ("k-trial/5/invalid-2", 7)
    assert (control.name, str(control.protocol)) == ("again, retry only", "retry-only/5/invalid-2")
    assert control.trials == 7
    assert adapted.adapt == Adaptation("train", 4, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("text = [0, 0.1]", "text = [2]"), "noise rate 2 of text: give 0 to 1"),
        (("text = [0, 0.1]", "txt = 0.1"), "'noise' must be a table of rates for text and image"),
        (('protocol = "adapted-pass@1/5"', ""), "'adapt' is for 'adapted-pass@1', which needs it"),
        (("adapt = { split", "kwargs = { split"), "'adapt' is for 'adapted-pass@1', which needs"),
        (("episodes = 4, ", "episode = 4, "), "did you mean 'episodes'"),
        (('protocol = "k-trial/5/invalid-2"', ""), "'trials' is for .*k-trial.*, not 'pass@1'"),
        (('env = "b"', ""), "task set 2: field 'env' is missing"),
        (("[[task_sets]]", "[[task_set]]"), "field 'env' is missing"),
        (("episode_seconds = 2.5", "episode_seconds = 'x'"), "'episode_seconds' must be of type"),
    ],
)
def test_broken_details_say_what_is_wrong(change, message):
    with pytest.raises(SuiteError, match=message):
        read_suite("full", FULL.replace(*change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("title", "titel"), r"field 'titel' does not exist; did you mean 'title'\?"),
        (('title = "t"', ""), "field 'title' is missing"),
        (('title = "t"', "title = 3"), "'title' must be of type str, not 3"),
        (('["s"]', "[1]"), "'splits' must hold one value or more of type str"),
        (('splits = ["s"]', 'splits = ["s"]\nepisodes = true'), "'episodes' must be of type int"),
        (("pass@1/50", "pass@1"), "agent 1: protocol 'pass@1' is unknown; write KIND/STEPS"),
        (('agent = "random"', ""), "agent 1: field 'agent' is missing"),
        (("[[agents]]", "[[agents]]\nagent = 'random'\n[[agents]]"), "give them a 'label'"),
        (('[[agents]]\nagent = "random"', ""), r"add a table \[\[agents\]\]"),
        (("title", "title ="), "not valid TOML"),
    ],
)
def test_broken_suites_say_what_is_wrong(change, message):
    with pytest.raises(SuiteError, match=message):
        read_suite("broken", GOOD.replace(*change))


def test_unknown_suite_names_a_similar_one():
    with pytest.raises(SuiteError, match=r"did you mean 'quick'\?"):
        load_suite("quik")
    with pytest.raises(SuiteError, match="cannot be read"):
        load_suite("nowhere.toml")


def test_protocol_round_trip():
    for text in ("pass@1/50", "retry-only/50/invalid-10", "adapt/5/invalid-0"):
        assert str(Protocol.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "pass@1", "pass@1/0", "pass@1/-5", "pass@2/50", "pass@1/x", "pass@1/5/10"]
)
def test_unknown_protocols_are_refused(text):
    with pytest.raises(ProtocolError, match="for example 'pass@1/50'"):
        Protocol.parse(text)
