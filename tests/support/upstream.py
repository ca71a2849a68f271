"""The real thing: ALFWorld's text environment (TextWorld, Fast Downward), for differential tests."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Observed:
    """What upstream reports after a step."""

    feedback: str
    admissible_commands: list[str]
    won: bool


class Upstream:
    """One game played by the real alfworld. `game` is a path or the loaded JSON object."""

    def __init__(self, game: Path | dict[str, Any]) -> None:
        # alfworld creates its data folder at import; keep it where the tests may write.
        os.environ.setdefault("ALFWORLD_DATA", str(Path(__file__).parent))
        import textworld
        from alfworld.agents.environment.alfred_tw_env import AlfredDemangler
        from textworld.envs import PddlEnv

        infos = textworld.EnvInfos(won=True, admissible_commands=True)
        self._env = AlfredDemangler(PddlEnv(infos), shuffle=False)
        self._env.load(game if isinstance(game, dict) else json.loads(game.read_text()))

    def reset(self) -> Observed:
        """Start the game and return the opening."""
        return self._observed(self._env.reset())

    def step(self, command: str) -> Observed:
        """Play one command."""
        return self._observed(self._env.step(command)[0])

    @staticmethod
    def _observed(state: Any) -> Observed:
        return Observed(state.feedback, list(state.admissible_commands), bool(state.won))
