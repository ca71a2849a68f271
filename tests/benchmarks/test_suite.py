import pytest

from crossworld.agents.registry import AGENTS
from crossworld.benchmarks.protocol import Protocol, ProtocolError
from crossworld.benchmarks.suite import SuiteError, load_suite, read_suite, suite_names

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
    entered = load_suite("quick").contestants
    assert [(c.name, str(c.protocol)) for c in entered] == [
        ("random", "pass@1/50"),
        ("blind-script", "pass@1/30"),
        ("blind-script, 50", "pass@1/50"),
        ("blind-script, strict", "pass@1/50/invalid-10"),
        ("handcoded", "pass@1/50"),
        ("planner", "pass@1/50"),
    ]


def test_own_suite_from_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD + 'protocol = "pass@1/7"\nlabel = "r7"\n')
    suite = load_suite(str(path))
    assert (suite.name, suite.seeds, suite.episodes) == ("mine", (0,), 0)
    assert (suite.contestants[0].name, suite.contestants[0].protocol.limit) == ("r7", 7)


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
    for text in ("pass@1/50", "pass@1/50/invalid-10", "pass@1/5/invalid-0"):
        assert str(Protocol.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "pass@1", "pass@1/0", "pass@1/-5", "pass@2/50", "pass@1/x", "pass@1/5/10"]
)
def test_unknown_protocols_are_refused(text):
    with pytest.raises(ProtocolError, match="for example 'pass@1/50'"):
        Protocol.parse(text)
