"""A game as lines of text: what each line that a person types leads to. No input or output here."""

from collections.abc import Callable
from typing import Any, TypeAlias

import gymnasium as gym

from crossworld.commands.game import Game, Outcome

Reply: TypeAlias = list[tuple[str, str]]
"""Pieces of text, each with a rich style."""

META = {
    ":hint": "what the expert would do",
    ":undo": "take the last command back",
    ":task": "the task again",
    ":help": "this list",
    ":quit": "leave",
}


class Session:
    """A game under way.

    Args:
        env: a text environment with an expert.

    Attributes:
        left: whether the player has had enough.
    """

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        self.left = False
        self._game = Game(env)
        self._meta: dict[str, Callable[[], Reply]] = {
            ":hint": self._hint,
            ":undo": self._undo,
            ":task": self._task,
            ":help": self._help,
            ":quit": self._quit,
        }

    def begin(self, seed: int | None, task_id: str | None) -> Reply:
        """Start a game; without a task id, one is drawn."""
        turn = self._game.begin(seed, task_id)
        hello = f"{self._game.info['task_id']}\nTab completes, :help shows what else there is.\n"
        return [("dim", hello), ("", turn.text)]

    def answer(self, line: str) -> Reply:
        """Take one line: a command to the game, or one of `META`."""
        line = line.strip()
        if not line:
            return []
        if line.startswith(":"):
            return self._meta.get(line, self._unknown)()
        if self._game.outcome != "playing":
            return [
                ("yellow", "The game is over; :undo takes the last command back, :quit leaves.")
            ]
        turn = self._game.act(line)
        reply = [("", turn.text)]
        if turn.feedback:
            reply.append(("dim", turn.feedback))
        return reply + self._ending()

    def completions(self) -> list[str]:
        """Return what can be typed now."""
        playing = self._game.outcome == "playing"
        return [*(self._game.info["admissible_commands"] if playing else []), *META]

    def status(self) -> str:
        """Return the task and how far it is."""
        info = self._game.info
        done = f"{info['goal_conditions']:.0%}" if not info["success"] else "solved"
        return f" {self._game.mission}   {done}   step {self._game.steps}"

    def _ending(self) -> Reply:
        steps = self._game.steps
        endings: dict[Outcome, Reply] = {
            "playing": [],
            "solved": [("bold green", f"Solved in {steps} steps.")],
            "lost": [("bold red", "The task cannot be solved any more. :undo takes a step back.")],
            "out of steps": [("bold red", f"Not solved: {steps} steps were the limit.")],
        }
        return endings[self._game.outcome]

    def _hint(self) -> Reply:
        return [("cyan", self._game.info["expert_action"] or "The expert has no advice.")]

    def _undo(self) -> Reply:
        turn = self._game.undo()
        if turn is None:
            return [("yellow", "Nothing to undo: this is the beginning.")]
        return [("dim", f"Back at step {self._game.steps}:"), ("", turn.text)]

    def _task(self) -> Reply:
        return [("bold", self._game.mission), ("dim", self._game.info["task_id"])]

    def _help(self) -> Reply:
        return [("", f"{name:<8}{meaning}") for name, meaning in META.items()] + [
            ("dim", "Everything else is said to the game; Tab shows what is possible now.")
        ]

    def _quit(self) -> Reply:
        self.left = True
        return []

    def _unknown(self) -> Reply:
        return [("yellow", f"There are {', '.join(META)}.")]
