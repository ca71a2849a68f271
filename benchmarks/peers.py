"""Peers beside which crossworld is tested and timed: the real ALFWorld text game."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_VARIABLE = "ALFWORLD_DATA"


@dataclass(frozen=True, slots=True)
class Observed:
    """What ALFWorld reports after a step."""

    feedback: str
    admissible_commands: list[str]
    won: bool


class ALFWorldGame:
    """One game played by alfworld and textworld themselves (extra `crossworld[alfworld]`).

    The same stack that alfworld's batch environment builds for each game, in this process: planner
    state, text grammar, renaming of symbols, and the infos that its agents ask for.

    Args:
        game: a `game.tw-pddl` file, or its JSON object.

    Raises:
        ModuleNotFoundError: alfworld is not installed.
    """

    def __init__(self, game: Path | dict[str, Any]) -> None:
        with _environment():
            import textworld
            from alfworld.agents.environment.alfred_tw_env import AlfredDemangler
            from textworld.envs import PddlEnv

        infos = textworld.EnvInfos(won=True, admissible_commands=True)
        self._env = AlfredDemangler(PddlEnv(infos), shuffle=False)
        self._env.load(game if isinstance(game, dict) else json.loads(game.read_text("utf-8")))

    def reset(self) -> Observed:
        """Start the game and return the opening."""
        return _observed(self._env.reset())

    def step(self, command: str) -> Observed:
        """Play one command."""
        return _observed(self._env.step(command)[0])


@contextmanager
def _environment() -> Iterator[None]:
    """Let alfworld set its variable and create its folder, as it does at import, without a trace."""
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = tempfile.gettempdir()
    try:
        yield
    finally:
        del os.environ[_VARIABLE]
        if before is not None:
            os.environ[_VARIABLE] = before


def _observed(state: Any) -> Observed:
    return Observed(state.feedback, list(state.admissible_commands), bool(state.won))
