"""Prompts and examples, which are data: templates in `prompts/`, episodes in `prompts/examples/`."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import jinja2

from crossworld.envs.core.words import MISSION_MARK
from crossworld.envs.household.experts.handcoded import Handcoded
from crossworld.envs.household.text import WELCOME
from crossworld.envs.tabletop.text import GREETING

THINK = "think:"
"""How a thought begins."""

THOUGHT_ANSWER = "OK."
"""What a thought is answered."""

MEMORY_MARK = "Your memory of earlier trials of this task:"
TRANSCRIPT_MARK = "The trial that was lost:"
COMMANDS_MARK = "You can now:"
PICTURE_MARK = "The picture shows"
CAPTIONS_MARK = "What a camera makes out:"

TABLETOP = "tabletop"
"""Name of the tabletop's examples."""

TASK_TYPES = {
    ("one", ""): "pick_and_place_simple",
    ("look", ""): "look_at_obj_in_light",
    ("one", "clean"): "pick_clean_then_place_in_recep",
    ("one", "heat"): "pick_heat_then_place_in_recep",
    ("one", "cool"): "pick_cool_then_place_in_recep",
    ("two", ""): "pick_two_obj_and_place",
}
"""What a household's task sentence says (see `Handcoded`) to the name of its examples."""

MIX = ("pick_clean_then_place_in_recep", "pick_two_obj_and_place")
"""Where examples come from if a sentence is not recognised: these in turn."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an example: perhaps a thought, a command, and what came of it."""

    thought: str
    command: str
    answer: str


@dataclass(frozen=True, slots=True)
class Example:
    """An episode that was won.

    Attributes:
        source: the task that was played.
        opening: the environment's first text.
        steps: all steps.
    """

    source: str
    opening: str
    steps: tuple[Step, ...]


def world_of(opening: str) -> str:
    """Return which world an opening is of: "household", "tabletop", or "" if it does not say."""
    if opening.startswith(GREETING):
        return TABLETOP
    return "household" if opening.startswith(WELCOME) else ""


def task_type_of(mission: str) -> str:
    """Return the type of a household task by its sentence, "" if it is worded unlike ALFWorld's."""
    memory = Handcoded(f"{MISSION_MARK} {mission}.").memory
    return TASK_TYPES.get((memory.kind, memory.process), "")


def examples_for(opening: str, mission: str, count: int) -> list[Example]:
    """Return up to so many examples for a task.

    In the household they are of the task's type, as in ReAct (Yao et al. 2023, arXiv 2210.03629), which
    gives two; the type is read off the task sentence. For other sentences they are of a fixed mix.
    """
    world = world_of(opening)
    if world == TABLETOP:
        return list(load_examples(TABLETOP)[:count])
    if not world:
        return []
    kind = task_type_of(mission)
    found = load_examples(kind) if kind else [load_examples(name)[0] for name in MIX]
    return list(found[:count])


@lru_cache(maxsize=32)
def load_examples(name: str) -> tuple[Example, ...]:
    """Return the examples of a task type, or of `TABLETOP`."""
    read: list[dict[str, Any]] = json.loads(_source(f"examples/{name}.json"))
    return tuple(
        Example(item["source"], item["opening"], tuple(Step(**step) for step in item["steps"]))
        for item in read
    )


def render(template: str, **values: Any) -> str:
    """Return a prompt.

    Args:
        template: name of a file of `prompts/`, without its ending.
        **values: what the template uses; one that is missing is an error.

    Raises:
        jinja2.UndefinedError: a value is missing.
    """
    return _JINJA.get_template(template).render(**values).strip()


def hash_of(templates: Iterable[str], count: int, thinks: bool) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of templates and of the examples that are used.

    Args:
        templates: names of all templates, those included by others as well.
        count: how many examples a prompt has at most.
        thinks: whether thoughts are asked for.
    """
    digest = hashlib.sha256(f"thinks: {thinks}\n".encode())
    for name in sorted(templates):
        digest.update(f"{name}\n{_source(f'{name}.jinja')}\n".encode())
    digest.update(repr(sorted(_MARKS.items())).encode())
    if count:
        for name in (*TASK_TYPES.values(), TABLETOP):
            digest.update(f"{count} {name}\n{_source(f'examples/{name}.json')}\n".encode())
    return digest.hexdigest()[:16]


def written(examples: Sequence[Example]) -> str:
    """Return examples as `load_examples` reads them."""
    items = [
        {
            "source": example.source,
            "opening": example.opening,
            "steps": [
                {"thought": step.thought, "command": step.command, "answer": step.answer}
                for step in example.steps
            ],
        }
        for example in examples
    ]
    return json.dumps(items, indent=1) + "\n"


def _source(path: str) -> str:
    return (files("crossworld.agents.language") / "prompts" / path).read_text("utf-8")


_MARKS = {
    "think": THINK,
    "thought_answer": THOUGHT_ANSWER,
    "memory_mark": MEMORY_MARK,
    "transcript_mark": TRANSCRIPT_MARK,
    "commands_mark": COMMANDS_MARK,
    "picture_mark": PICTURE_MARK,
    "captions_mark": CAPTIONS_MARK,
    "mission_mark": MISSION_MARK,
}
"""What all templates may use beside their values."""

_JINJA = jinja2.Environment(
    loader=jinja2.FunctionLoader(lambda name: _source(f"{name}.jinja")),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
    autoescape=False,
)
_JINJA.globals.update(_MARKS)
