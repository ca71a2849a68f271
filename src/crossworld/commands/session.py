"""One person playing one game: what each line that they type leads to. No input or output here."""

from collections.abc import Callable
from typing import Any, TypeAlias

import gymnasium as gym

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
        self._env = env
        self._past: list[dict[str, Any]] = []
        self._over = False
        self._meta: dict[str, Callable[[], Reply]] = {
            ":hint": self._hint,
            ":undo": self._undo,
            ":task": self._task,
            ":help": self._help,
            ":quit": self._quit,
        }

    def begin(self, seed: int | None, task_id: str | None) -> Reply:
        """Start a game; without a task id, one is drawn."""
        options = None if task_id is None else {"task_id": task_id}
        observation, self._info = self._env.reset(seed=seed, options=options)
        self._mission = str(observation["mission"])
        hello = f"{self._info['task_id']}\nTab completes, :help shows what else there is.\n"
        return [("dim", hello), ("", observation["text"])]

    def answer(self, line: str) -> Reply:
        """Take one line: a command to the game, or one of `META`."""
        line = line.strip()
        if not line:
            return []
        if line.startswith(":"):
            return self._meta.get(line, self._unknown)()
        if self._over:
            return [
                ("yellow", "The game is over; :undo takes the last command back, :quit leaves.")
            ]
        self._past.append(self._env.get_wrapper_attr("snapshot")())
        observation, _, terminated, truncated, self._info = self._env.step(line)
        self._over = terminated or truncated
        reply = [("", observation["text"])]
        if self._info["feedback"]:
            reply.append(("dim", self._info["feedback"]))
        return reply + self._ending(terminated, truncated)

    def completions(self) -> list[str]:
        """Return what can be typed now."""
        return [*([] if self._over else self._info["admissible_commands"]), *META]

    def status(self) -> str:
        """Return the task and how far it is."""
        done = f"{self._info['goal_conditions']:.0%}" if not self._info["success"] else "solved"
        return f" {self._mission}   {done}   step {len(self._past)}"

    def _ending(self, terminated: bool, truncated: bool) -> Reply:
        steps = len(self._past)
        if self._info["success"]:
            return [("bold green", f"Solved in {steps} steps.")]
        if terminated:
            return [("bold red", "The task cannot be solved any more. :undo takes a step back.")]
        if truncated:
            return [("bold red", f"Not solved: {steps} steps were the limit.")]
        return []

    def _hint(self) -> Reply:
        return [("cyan", self._info["expert_action"] or "The expert has no advice.")]

    def _undo(self) -> Reply:
        if not self._past:
            return [("yellow", "Nothing to undo: this is the beginning.")]
        options = {"snapshot": self._past.pop()}
        observation, self._info = self._env.reset(options=options)
        self._over = False
        return [("dim", f"Back at step {len(self._past)}:"), ("", observation["text"])]

    def _task(self) -> Reply:
        return [("bold", self._mission), ("dim", self._info["task_id"])]

    def _help(self) -> Reply:
        return [("", f"{name:<8}{meaning}") for name, meaning in META.items()] + [
            ("dim", "Everything else is said to the game; Tab shows what is possible now.")
        ]

    def _quit(self) -> Reply:
        self.left = True
        return []

    def _unknown(self) -> Reply:
        return [("yellow", f"There are {', '.join(META)}.")]
