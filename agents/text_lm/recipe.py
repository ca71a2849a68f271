"""From an environment to a folder with a language model: train on demonstrations, judge, write."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossworld.agents.text_lm.errors import TextModelError
from crossworld.agents.text_lm.model import save_model
from crossworld.agents.text_lm.playing import Played, play
from crossworld.agents.text_lm.settings import Settings, weights_hash
from crossworld.agents.text_lm.training import STATE_FILE, train
from crossworld.wrappers.training import Watch, read_result, unwatched, write_result

GAMES = 200
"""Held-out games that a model is judged on, or as many as there are."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a training found, measured on held-out games that were played once each.

    The model chose the likeliest tokens; it read texts and its own commands, and no list of what is
    possible. A game is lost after 50 steps (pass@1/50).

    Attributes:
        settings: what was trained.
        demonstrations: how many it was trained on.
        tokens: how many tokens they had.
        parameters: of the model.
        cpu_seconds: processor time of the training, demonstrations included.
        play_cpu_seconds: that of playing the held-out games.
        split: where the games are from.
        games: how many were played.
        won: how many of them were won.
        steps: commands given in all games together.
        by_type: task type to games won and games played.
    """

    settings: Settings
    demonstrations: int
    tokens: int
    parameters: int
    cpu_seconds: float
    play_cpu_seconds: float
    split: str
    games: int
    won: int
    steps: int
    by_type: Mapping[str, tuple[int, int]]


def finished(settings: Settings, folder: Path) -> Result | None:
    """Return what a training in a folder found, None if it is not finished or was never begun.

    Raises:
        TextModelError: the folder is of a training with other settings, or damaged.
    """
    return read_result(folder, settings, _result, TextModelError)


def _result(found: dict[str, Any]) -> Result:
    games = {kind: (int(won), int(games)) for kind, (won, games) in found["by_type"].items()}
    return Result(**found | {"by_type": games})


def learn(
    settings: Settings,
    folder: Path,
    watch: Watch = unwatched,
    *,
    start: Path | None = None,
    games: int = GAMES,
) -> Result:
    """Train, judge, and write it all into a folder.

    If it was stopped, the same call goes on.

    Args:
        settings: what decides the weights.
        folder: to write; then transformers loads it, and `LocalChatModel`.
        watch: is told how far it is.
        start: folder of the model that training begins with, None for random weights; its hash is
            `settings.start`.
        games: held-out games to judge on; all, if there are fewer.

    Raises:
        TextModelError: the folder holds a training with other settings, or `start` is another model than the
            settings say.
        OSError: it cannot be written to.
    """
    if (known := finished(settings, folder)) is not None:
        return known
    if weights_hash(start) != settings.start:
        raise TextModelError(f"start: the weights in {start} are not those of the settings.")
    world = settings.world
    task_ids = settings.task_ids(world.held_out, games)
    trained = train(
        settings,
        folder,
        start,
        lambda done, total, loss: watch("training", done, total, f"loss {loss:.3f}"),
    )
    save_model(trained.model, folder)
    began = time.process_time()
    played = play(
        trained.model, settings, task_ids, lambda done, total: watch("held-out games", done, total)
    )
    result = Result(
        settings,
        demonstrations=settings.demonstrations,
        tokens=trained.tokens,
        parameters=sum(weight.numel() for weight in trained.model.parameters()),
        cpu_seconds=round(trained.seconds, 1),
        play_cpu_seconds=round(time.process_time() - began, 1),
        split=world.held_out,
        games=len(played),
        won=sum(game.success for game in played),
        steps=sum(game.steps for game in played),
        by_type=by_type(played),
    )
    write_result(folder, result)
    (folder / STATE_FILE).unlink(missing_ok=True)
    return result


def by_type(played: list[Played]) -> dict[str, tuple[int, int]]:
    """Return task type to games won and games played."""
    kinds = sorted({game.task_type for game in played})
    outcomes = {kind: [game.success for game in played if game.task_type == kind] for kind in kinds}
    return {kind: (sum(won), len(won)) for kind, won in outcomes.items()}
