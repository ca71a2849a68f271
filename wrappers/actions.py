"""Actions of other kinds than exact commands: what language models write, and fixed lists."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.spaces import fit_text, text_space
from crossworld.wrappers.matching import Meant, lowest, meant, without_numbers
from crossworld.wrappers.replies import read_reply
from crossworld.wrappers.rule import Moment, Rule, Site, needs_text_actions
from crossworld.wrappers.wrapper import RuleWrapper

AMBIGUOUS = ("refuse", "first")
"""What `ambiguous=` takes."""


class ParseTextAction(RuleWrapper):
    r"""Takes what a language model writes, finds the command in it, and says why if there is none.

    The reply may hold `<action>...</action>`, JSON with a key `action` or `command`, a line that begins
    with `Action:` or `>`, or be a bare line. Of the commands that are possible now the one is taken
    that fits exactly; or says the same in other words (`put x in y` for `move x to y`); or leaves out
    what goes without saying; or is misspelt. A number that is given must fit, and a word that the
    world knows is never taken for another one. If several commands fit, or none, the step is not
    valid, changes nothing, and `info["feedback"]` names the candidates. What fits none is shown to
    the environment as it is, as it may accept more than it lists.

    Info: `command`, the command that the environment got, "" if none.

    Vector twin: `crossworld.wrappers.vector.ParseTextAction`.

    Args:
        env: an environment with `action_mode="text"`.
        ambiguous: "refuse"; or "first": of several commands that differ in numbers that were left
            out, the lowest-numbered one.

    Raises:
        ValueError: actions are no text, or `ambiguous` is neither.

    Example:
        >>> import gymnasium as gym, crossworld
        >>> from crossworld.wrappers import ParseTextAction
        >>> env = ParseTextAction(gym.make("crossworld/Household-v0"))
        >>> _ = env.reset(seed=0)
        >>> info = env.step("Let me see.\n<action>Walk to the counter top 1.</action>")[4]
        >>> info["command"], info["action_valid"]
        ('go to countertop 1', True)
    """

    def __init__(self, env: gym.Env[Any, Any], ambiguous: str = "refuse") -> None:
        super().__init__(env, ParseRule, ambiguous=ambiguous)


class DiscretizeTextAction(RuleWrapper):
    """Takes numbers of a list of commands. What a number means never changes.

    A command of the list may leave out numbers ("take mug from shelf"): it then means the
    lowest-numbered one that is possible now. `info["action_mask"]` tells which are possible, int8
    (n,); a number that is not possible is an action that is not valid. (The environment's own
    `action_mode="discrete"` counts through what is possible at the moment instead.)

    Info: `command`, the command that the environment got, "" if none.

    Vector twin: `crossworld.wrappers.vector.DiscretizeTextAction`.

    Args:
        env: an environment with `action_mode="text"`.
        commands: the list; `collect_commands` makes one from tasks.

    Raises:
        ValueError: actions are no text, or the list is empty or holds something twice.

    Example:
        >>> import gymnasium as gym, crossworld
        >>> from crossworld.wrappers import DiscretizeTextAction
        >>> env = gym.make("crossworld/TabletopGrasp-v0", action_mode="text")
        >>> env = DiscretizeTextAction(env, ["look", "pick up the red block"])
        >>> env.action_space
        Discrete(2)
    """

    def __init__(self, env: gym.Env[Any, Any], commands: Sequence[str]) -> None:
        super().__init__(env, ChoiceRule, commands=commands)


def collect_commands(
    env: gym.Env[Any, Any], task_ids: Iterable[str], numbers: bool = True
) -> list[str]:
    """Return all commands that can become possible in some tasks, sorted, for `DiscretizeTextAction`.

    Args:
        env: an environment, which is reset to each of the tasks.
        task_ids: the tasks.
        numbers: whether commands keep their numbers.

    Raises:
        TaskNotFoundError: there is no such task.
    """
    found: set[str] = set()
    for task_id in task_ids:
        env.reset(options={"task_id": task_id})
        found.update(env.get_wrapper_attr("possible_commands")())
    return sorted(found if numbers else {without_numbers(command) for command in found})


class ParseRule(Rule):
    """See `ParseTextAction`."""

    acts = True

    def __init__(self, site: Site, ambiguous: str = "refuse") -> None:
        super().__init__(site)
        needs_text_actions(site, "ParseTextAction")
        if ambiguous not in AMBIGUOUS:
            raise ValueError(
                f"ParseTextAction: ambiguous={ambiguous!r} is not one of {', '.join(AMBIGUOUS)}."
            )
        self._takes_first = ambiguous == "first"
        self._known = frozenset(word.lower() for word in site.ask_once("vocabulary"))
        self._possible: list[Sequence[str]] = [[]] * site.count
        self._sent = [""] * site.count
        self._problem = [""] * site.count
        self.reads = frozenset({"admissible_commands", "action_valid", "feedback"})
        self.tells = frozenset({"action_valid", "feedback", "command"})
        self.action_space = text_space()

    def begin(
        self, slots: Sequence[int], moments: Sequence[Moment], options: Sequence[Mapping[str, Any]]
    ) -> None:
        """Note what is possible."""
        for slot, moment in zip(slots, moments, strict=True):
            self._possible[slot] = moment.info["admissible_commands"]
            moment.info["command"] = ""

    def act(self, slots: Sequence[int], actions: Sequence[Any]) -> list[Any]:
        """Return the commands that are meant."""
        for slot, action in zip(slots, actions, strict=True):
            if not isinstance(action, str):
                raise TypeError(
                    f"ParseTextAction takes a model's reply as a string, not {action!r}"
                    f" ({type(action).__name__})."
                )
            self._sent[slot], self._problem[slot] = self._read(action, self._possible[slot])
        return [self._sent[slot] for slot in slots]

    def step(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Say what was taken, and why it was not possible."""
        for slot, moment in zip(slots, moments, strict=True):
            info = moment.info
            self._possible[slot] = info["admissible_commands"]
            info["command"] = self._sent[slot]
            if not info["action_valid"]:
                said = info["feedback"] if self._sent[slot] else ""
                info["feedback"] = f"{said} {self._problem[slot]}".strip()

    def _read(self, reply: str, possible: Sequence[str]) -> tuple[str, str]:
        """Return the command to send, and what to say if it is not possible."""
        lines, problem = read_reply(reply)
        if not lines:
            return "", problem
        if len(lines) == 1:
            return self._chosen(lines[0], meant(lines[0], possible, self._known))
        fitting = {
            found.command: line
            for line in lines
            if (found := meant(line, possible, self._known)).command
        }
        if len(fitting) == 1:
            return next(iter(fitting)), ""
        if fitting:
            return "", f"The reply gives {len(fitting)} commands: {', '.join(fitting)}. Give one."
        return "", (
            f"None of the reply's {len(lines)} lines is a command that is possible now. Answer"
            " <action>command</action>, or one bare line."
        )

    def _chosen(self, line: str, found: Meant) -> tuple[str, str]:
        if found.command:
            return found.command, ""
        listed = ", ".join(map(repr, found.candidates))
        if not found.ambiguous:
            sent = fit_text(line).strip()
            near = f"Near it and possible now: {listed}." if listed else ""
            return sent, near if sent else "The reply holds no command that can be read."
        same = {without_numbers(command) for command in found.candidates}
        if self._takes_first and len(same) == 1:
            return lowest(found.candidates), ""
        return "", f"{line[:80]!r} could mean {listed}. Say which."


class ChoiceRule(Rule):
    """See `DiscretizeTextAction`."""

    acts = True

    def __init__(self, site: Site, commands: Sequence[str]) -> None:
        super().__init__(site)
        needs_text_actions(site, "DiscretizeTextAction")
        if isinstance(commands, str) or not commands:
            raise ValueError(
                f"DiscretizeTextAction: commands={commands!r}; give a list with at least one command."
            )
        self._commands = list(commands)
        self._numbers = {command: number for number, command in enumerate(self._commands)}
        if len(self._numbers) < len(self._commands):
            twice = next(c for c in self._commands if self._commands.count(c) > 1)
            raise ValueError(f"DiscretizeTextAction: {twice!r} is in the list twice.")
        self._possible: list[Sequence[str]] = [[]] * site.count
        self._sent = [""] * site.count
        self._chosen = [0] * site.count
        self._meanings: dict[str, tuple[int, ...]] = {}
        self.reads = frozenset({"admissible_commands", "action_valid", "feedback"})
        self.tells = frozenset({"action_mask", "feedback", "command"})
        self.action_space = gym.spaces.Discrete(len(self._commands))

    def begin(
        self, slots: Sequence[int], moments: Sequence[Moment], options: Sequence[Mapping[str, Any]]
    ) -> None:
        """Tell what is possible."""
        for slot in slots:
            self._sent[slot] = ""
        self._tell(slots, moments)

    def act(self, slots: Sequence[int], actions: Sequence[Any]) -> list[Any]:
        """Return the commands that the numbers mean now."""
        for slot, action in zip(slots, actions, strict=True):
            number = self._chosen[slot] = int(action)
            if not 0 <= number < len(self._commands):
                raise ValueError(
                    f"DiscretizeTextAction: action {number} is not from 0 to"
                    f" {len(self._commands) - 1}."
                )
            fitting = [c for c in self._possible[slot] if number in self._meaning(c)]
            self._sent[slot] = lowest(fitting) if fitting else ""
        return [self._sent[slot] for slot in slots]

    def step(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        """Tell what is possible, and why an action was not."""
        self._tell(slots, moments)
        for slot, moment in zip(slots, moments, strict=True):
            if not self._sent[slot]:
                moment.info["feedback"] = (
                    f"{self._commands[self._chosen[slot]]!r} is not possible now."
                )

    def _tell(self, slots: Sequence[int], moments: Sequence[Moment]) -> None:
        for slot, moment in zip(slots, moments, strict=True):
            info = moment.info
            self._possible[slot] = info["admissible_commands"]
            info["action_mask"] = self._mask(self._possible[slot])
            info["command"] = self._sent[slot]

    def _mask(self, possible: Sequence[str]) -> NDArray[np.int8]:
        mask = np.zeros(len(self._commands), np.int8)
        mask[[number for command in possible for number in self._meaning(command)]] = 1
        return mask

    def _meaning(self, command: str) -> tuple[int, ...]:
        """Return the numbers that can stand for a command."""
        known = self._meanings.get(command)
        if known is None:
            forms = (form for form in _shorter(command) if form in self._numbers)
            known = self._meanings[command] = tuple(self._numbers[form] for form in forms)
        return known


def _shorter(command: str) -> Iterable[str]:
    """Return a command with all, some or none of its numbers."""
    words = [((word,), ()) if word.isdigit() else ((word,),) for word in command.split()]
    return dict.fromkeys(" ".join(sum(kept, ())) for kept in product(*words))
