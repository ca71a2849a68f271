"""What the `train` commands share: they begin, go on, say that they are done, and can be stopped."""

import io
from pathlib import Path

import pytest
import typer
from rich.console import Console

from crossworld.commands.training import STOPPED, Training
from crossworld.wrappers.training import Watch

STATE, RESULT = "state", "result"
ENDED, UNDER_WAY = "this training already, finished", "a training under way; it goes on"


def asked(out: Path, *, fresh: bool = False, stops: bool = False) -> tuple[str, str]:
    """Ask for a training; return what was found, and what was said of it."""

    def finished(folder: Path) -> str | None:
        return (folder / RESULT).read_text() if (folder / RESULT).exists() else None

    def learn(folder: Path, watch: Watch) -> str:
        found = "went on" if (folder / STATE).exists() else "began"
        (folder / STATE).touch()
        watch("training", 1, 2, "half of it")
        if stops:
            raise KeyboardInterrupt
        (folder / STATE).unlink()
        (folder / RESULT).write_text("there")
        return found

    training = Training((RESULT, STATE), STATE, 8, finished, learn)
    console = Console(file=io.StringIO(), width=20)
    try:
        found = training.result(out, console, fresh=fresh)
    except typer.Exit as stopped:
        found = f"exit {stopped.exit_code}"
    assert isinstance(console.file, io.StringIO)
    return found, console.file.getvalue()


def test_what_is_there_decides_what_is_done(tmp_path: Path) -> None:
    found, said = asked(tmp_path, stops=True)
    assert found == f"exit {STOPPED}"
    assert "Stopped; the same command goes on." in said and UNDER_WAY not in said
    found, said = asked(tmp_path)
    assert found == "went on" and f"{tmp_path} holds {UNDER_WAY}" in said
    found, said = asked(tmp_path)
    assert found == "there" and f"{tmp_path} holds {ENDED}" in said


@pytest.mark.parametrize("stops", [False, True])
def test_fresh_discards_a_training_and_nothing_else(tmp_path: Path, stops: bool) -> None:
    (tmp_path / "mine.txt").write_text("stays")
    asked(tmp_path, stops=stops)
    found, said = asked(tmp_path, fresh=True)
    assert found == "began" and ENDED not in said and UNDER_WAY not in said
    assert {path.name for path in tmp_path.iterdir()} == {"mine.txt", RESULT}
