"""Golden transcripts: whole episodes of the sample games, word for word, to be read in a diff.

A change here is a new -vN of the environment. To write them anew after one:

    python tests/household/test_transcripts.py
"""

from pathlib import Path

import pytest
from samples import SAMPLES, Sample

from crossworld.envs.household import engine
from crossworld.envs.household.authoring import problem_text
from crossworld.envs.household.compile import compile_game
from crossworld.envs.household.engine import Event
from crossworld.envs.household.experts.handcoded import Handcoded
from crossworld.envs.household.text import describe
from crossworld.envs.household.versions import VERSIONS

FOLDER = Path(__file__).parent / "transcripts"
EPISODES = [(sample, version) for sample in SAMPLES for version in ("2.1.1", "wheel")]


def path_of(sample: Sample, version: str) -> Path:
    return FOLDER / f"{sample.task}-{version}.txt"


def transcript(sample: Sample, version: str) -> str:
    """Let the handcoded expert win, looking at everything on the way."""
    problem = problem_text(sample.room, sample.goal)
    game = compile_game(problem, sample.sentence, VERSIONS[version])
    state, event = game.start.copy(), Event(engine.OPENING)
    expert = Handcoded(describe(state, event))
    lines = [describe(state, event)]

    def say(command: str) -> None:
        event = engine.act(state, command)
        expert.update(command, describe(state, event))
        lines.append(f"> {command}\n{describe(state, event)}")

    while game.goal.share(state) < 1:
        say(expert.next_command())
        for command in engine.admissible_commands(state):
            if command.startswith(("examine", "look", "inventory")):
                say(command)
    lines.append("> (admissible)\n" + "\n".join(engine.admissible_commands(state)))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("sample", "version"), EPISODES, ids=lambda x: getattr(x, "task", x))
def test_transcript(sample: Sample, version: str) -> None:
    assert transcript(sample, version) == path_of(sample, version).read_text("utf-8")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for sample, version in EPISODES:
        path_of(sample, version).write_text(transcript(sample, version), "utf-8")
