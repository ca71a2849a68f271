import json
from pathlib import Path

import gymnasium as gym
import jinja2
import pytest

from crossworld.agents.language import examples, prompts
from crossworld.agents.language.act import ActAgent
from crossworld.agents.language.captioned import CaptionAgent
from crossworld.agents.language.react import ReActAgent
from crossworld.agents.language.reflexion import ReflexionAgent
from crossworld.agents.language.vision import VisionAgent, VisionTextAgent
from crossworld.envs.household.generation.sentences import TEMPLATES
from crossworld.envs.household.text import WELCOME
from crossworld.envs.tabletop.text import GREETING

FOLDER = Path(prompts.__file__).parent / "prompts"
AGENTS = (ActAgent, ReActAgent, ReflexionAgent, VisionAgent, VisionTextAgent, CaptionAgent)
LONGEST = 12_000
"""Characters of instructions: about 3,000 tokens."""

OPENINGS = {
    "house": f"{WELCOME}\n\nYou see a shelf 1.\n\nYour task is to: put a mug in shelf.",
    "table": f"{GREETING}\nThe gripper holds nothing.",
    "unknown": "",
}


@pytest.mark.parametrize("kind", AGENTS)
@pytest.mark.parametrize("opening", OPENINGS.values(), ids=OPENINGS)
@pytest.mark.parametrize("mission", ["put a mug in shelf", "put two mug in shelf", "Sing!", ""])
def test_instructions_are_complete_and_not_too_long(kind, opening, mission):
    said = kind()._instructions(opening, mission)
    assert 200 < len(said) <= LONGEST
    for rest in ("{{", "}}", "{%", "%}", "None", "\n\n\n"):
        assert rest not in said
    assert said == said.strip()
    assert ("think:" in said) == kind.thinks


def test_memories_stand_in_the_instructions():
    agent = ReflexionAgent()
    agent._memories = [(4, "I saw it."), (5, "I missed it.")]
    said = agent._instructions(OPENINGS["house"], "put a mug in shelf")
    assert said.endswith(f"{prompts.MEMORY_MARK}\n\nTrial 4:\nI saw it.\n\nTrial 5:\nI missed it.")


@pytest.mark.parametrize("template", sorted(path.stem for path in FOLDER.glob("*.jinja")))
def test_a_missing_value_is_an_error(template):
    source = (FOLDER / f"{template}.jinja").read_text("utf-8")
    if "{%" not in source and "{{" not in source:
        return
    names = ("world", "thoughts", "examples", "memories", "captions", "text", "picture", "mission")
    values = dict.fromkeys((*names, "commands", "opening", "turns", "left_out"), "")
    prompts.render(template, **values)
    with pytest.raises(jinja2.UndefinedError):
        prompts.render(template)


def test_agents_name_the_templates_that_they_use(monkeypatch):
    used = {path.stem for path in FOLDER.glob("*.jinja")}
    assert used == {name for kind in AGENTS for name in kind.templates}


def test_hashes_tell_words_apart(monkeypatch):
    hashes = {kind.__name__: kind().prompt_hash for kind in AGENTS}
    assert all(len(value) == 16 and int(value, 16) >= 0 for value in hashes.values())
    # The two that look at pictures differ in what they see, not in what they are told.
    assert hashes.pop("VisionTextAgent") == hashes["VisionAgent"]
    assert len(set(hashes.values())) == len(hashes)
    assert len({ActAgent(examples=n).prompt_hash for n in range(3)}) == 3
    assert ActAgent(seed=5, temperature=1).prompt_hash == hashes["ActAgent"]
    read = prompts._source
    for changed in ("act.jinja", "tabletop.jinja", "examples/tabletop.json"):
        monkeypatch.setattr(
            prompts, "_source", lambda path, it=changed: read(path) + " " * (path == it)
        )
        assert ActAgent().prompt_hash != hashes["ActAgent"]


@pytest.mark.parametrize("task_type", TEMPLATES)
@pytest.mark.parametrize("form", [0, 1])
def test_examples_are_of_the_type_of_the_task(task_type, form):
    mission = TEMPLATES[task_type][form].format(x="mug", y="desk")
    assert prompts.task_type_of(mission) == task_type
    found = prompts.examples_for(OPENINGS["house"], mission, 2)
    assert tuple(found) == prompts.load_examples(task_type) and len(found) == 2
    for example in found:
        assert prompts.task_type_of(example.opening.partition("task is to: ")[2][:-1]) == task_type
    assert prompts.examples_for(OPENINGS["house"], mission, 1) == found[:1]


def test_examples_of_other_tasks():
    mixed = prompts.examples_for(OPENINGS["house"], "Please wash a cup.", 2)
    assert [example.source for example in mixed] == [
        prompts.load_examples(name)[0].source for name in prompts.MIX
    ]
    table = prompts.examples_for(OPENINGS["table"], "put it on", 2)
    assert table and all(example.opening.startswith(GREETING) for example in table)
    assert prompts.examples_for("", "put a mug in desk", 2) == []


@pytest.mark.slow
def test_examples_can_be_made_again(tmp_path):
    examples.write(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in (FOLDER / "examples").iterdir()}


def test_examples_are_training_games_that_are_won_as_they_say():
    env = gym.make("crossworld/Household-v0", modalities=("text", "mission"))
    for name in prompts.TASK_TYPES.values():
        for example in prompts.load_examples(name):
            assert example.source.startswith("train/")
            observation, info = env.reset(options={"task_id": example.source})
            assert observation["text"] == example.opening and info["task_type"] == name
            for step in example.steps:
                assert not info["success"]
                observation, _, _, _, info = env.step(step.command)
                assert observation["text"] == step.answer and info["action_valid"]
            assert info["success"]
            assert sum(bool(step.thought) for step in example.steps) >= 3


def test_example_files_are_plain():
    for path in (FOLDER / "examples").iterdir():
        text = path.read_text("utf-8")
        assert text.isascii()
        assert prompts.written(prompts.load_examples(path.stem)) == text
        assert isinstance(json.loads(text), list)
