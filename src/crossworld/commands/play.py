"""`play`: a game in the terminal."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from rich.console import Console

from crossworld.commands.game import make_env
from crossworld.commands.session import Reply, Session


def play(
    env_id: str, *, split: str | None, task: str | None, seed: int | None, data: Path | None
) -> None:
    """Play one game, from the terminal or from lines on standard input."""
    with make_env(env_id, split=split, data=data, modalities=("text", "mission")) as env:
        session = Session(env)
        console = Console(highlight=False)
        console.soft_wrap = not console.is_terminal
        _show(console, session.begin(seed, task))
        for line in _lines(session):
            _show(console, session.answer(line))
            if session.left:
                break


def _lines(session: Session) -> Iterator[str]:
    if not sys.stdin.isatty():
        for line in sys.stdin:
            print(f"> {line.rstrip()}")  # so that the output reads as a whole
            yield line
        return
    prompt: PromptSession[str] = PromptSession(
        completer=_Commands(session.completions),
        complete_while_typing=False,
        bottom_toolbar=lambda: FormattedText([("", session.status())]),
    )
    while True:
        try:
            yield prompt.prompt("> ")
        except KeyboardInterrupt:
            continue  # as in a shell: drop the line, stay
        except EOFError:
            return


class _Commands(Completer):
    """Completes whole commands by what has been typed of them."""

    def __init__(self, commands: Callable[[], Iterable[str]]) -> None:
        self._commands = commands

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Any]:
        typed = document.text_before_cursor.lstrip().lower()
        for command in self._commands():
            if command.lower().startswith(typed):
                yield Completion(command, start_position=-len(document.text_before_cursor))


def _show(console: Console, reply: Reply) -> None:
    for style, text in reply:
        console.print(text, style=style, markup=False)
