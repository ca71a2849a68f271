import numpy as np
import pytest

import crossworld.agents
from crossworld.agents.base import Agent, visible
from crossworld.agents.registry import AGENTS, AgentError, entry
from crossworld.envs.core.errors import CrossworldError


class Mine(Agent):
    reads = frozenset({"text"})

    def __init__(self, word: str = "look") -> None:
        self.word = word

    def act(self, observation, info):
        return self.word


NEED_A_MODEL = {"ppo", "maskable-ppo"}
LIBRARIES = {"text-lm": "transformers", "ppo": "sb3_contrib", "maskable-ppo": "sb3_contrib"}


@pytest.mark.parametrize("name", AGENTS)
def test_every_agent_can_be_made(name):
    if name in LIBRARIES:
        pytest.importorskip(LIBRARIES[name])
    if name in NEED_A_MODEL:
        with pytest.raises(CrossworldError, match="crossworld train ppo"):
            crossworld.agents.make(name)
        return
    agent = crossworld.agents.make(name)
    assert agent.reads
    assert dict(agent.env_kwargs) is not None
    assert AGENTS[name].description.endswith(".")
    assert agent.privileged or AGENTS[name].role != "ceiling"


def test_own_agents_by_path():
    agent = crossworld.agents.make(f"{__name__}:Mine", word="inventory", seed=3)
    assert agent.act({}, {}) == "inventory"
    assert entry(f"{__name__}:Mine").role == ""
    assert not agent.privileged


@pytest.mark.parametrize(
    ("name", "kwargs", "message"),
    [
        ("randm", {}, r"agent 'randm' does not exist; did you mean 'random'\?"),
        ("xyz", {}, "there are act, blind-script, caption, handcoded, maskable-ppo"),
        ("random", {"sed": 1}, "unexpected keyword argument 'sed'.*Its arguments are"),
        ("nowhere.at_all:Agent", {}, "module 'nowhere' is not installed"),
        ("crossworld.agents.base:Agnt", {}, "has no class 'Agnt'"),
    ],
)
def test_errors_say_what_to_do(name, kwargs, message):
    with pytest.raises(AgentError, match=message):
        crossworld.agents.make(name, **kwargs)


def test_visible_strips_the_rest():
    entries = {"text": "t", "image": "i"}
    assert visible(frozenset({"text", "other"}), entries) == {"text": "t"}
    assert entries.keys() == {"text", "image"}


def test_random_agent_draws_evenly_from_its_own_generator():
    info = {"admissible_commands": list("abcd")}
    first, second = (crossworld.agents.make("random", seed=7) for _ in "12")
    state = np.random.get_state()[1].copy()
    drawn = [first.act({}, info) for _ in range(4000)]
    assert drawn == [second.act({}, info) for _ in range(4000)]
    assert np.array_equal(state, np.random.get_state()[1])
    assert all(900 < drawn.count(command) < 1100 for command in "abcd")
    assert drawn != [crossworld.agents.make("random", seed=8).act({}, info) for _ in range(4000)]


def test_random_agent_without_a_choice():
    assert crossworld.agents.make("random").act({}, {"admissible_commands": []}) == ""
