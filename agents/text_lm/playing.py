"""Playing with a text model: many games side by side, the likeliest command each time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym

from crossworld.agents.text_lm.demonstrations import STEPS
from crossworld.agents.text_lm.settings import Settings
from crossworld.agents.text_lm.tokenizer import Encoder, task_in
from crossworld.wrappers.chat.local import torch_and_transformers

SLOTS = 50
"""Games that are played side by side."""

LONGEST_COMMAND = 16
"""Tokens of a command at most, its end included. Commands of these worlds have up to 6."""


@dataclass(frozen=True, slots=True)
class Played:
    """How a game went.

    Attributes:
        task_id: which game.
        task_type: of what kind.
        success: whether it was won.
        steps: commands that were given.
    """

    task_id: str
    task_type: str
    success: bool
    steps: int


class Players:
    """One model that plays several games; what it has read of each is kept.

    Args:
        model: a causal language model of transformers.
        count: how many games.
    """

    def __init__(self, model: Any, count: int) -> None:
        torch, transformers = torch_and_transformers()
        self._torch, self._model, self._encode = torch, model.eval(), Encoder()
        self._cache = transformers.DynamicCache()
        self._read = torch.zeros((count, 0), dtype=torch.long)
        self._lengths = torch.zeros(count, dtype=torch.long)
        self._tasks = [""] * count

    def commands(self, texts: Sequence[str | None]) -> list[str]:
        """Read a text in each game, and return the command that follows; None is for games that are over."""
        encode = self._encode
        turns: list[tuple[int, ...]] = []
        for number, text in enumerate(texts):
            if text is None:
                turns.append(())
            else:
                self._tasks[number] = task_in(text) or self._tasks[number]
                turns.append(encode.asked(text, self._tasks[number]))
        likeliest = self._next(turns)
        said: list[list[int]] = [[] for _ in texts]
        talking = [text is not None for text in texts]
        for place in range(LONGEST_COMMAND):
            turns = []
            for number, token in enumerate(likeliest):
                if talking[number]:
                    last = place == LONGEST_COMMAND - 1
                    said[number].append(encode.end if last else token)
                    talking[number] = said[number][-1] != encode.end
                    turns.append((said[number][-1],))
                else:
                    turns.append(())
            if not any(turns):
                break
            likeliest = self._next(turns)
        return [encode.text(tokens) for tokens in said]

    def _next(self, turns: Sequence[Sequence[int]]) -> list[int]:
        """Read on in each game, and return the likeliest token that follows where anything was read."""
        torch = self._torch
        counts = torch.tensor([len(turn) for turn in turns])
        width = int(counts.max())
        tokens = torch.full((len(turns), width), self._encode.pad)
        for row, turn in enumerate(turns):
            tokens[row, : len(turn)] = torch.tensor(turn, dtype=torch.long)
        inside = torch.arange(width) < counts[:, None]
        self._read = torch.cat([self._read, inside.long()], dim=1)
        positions = self._lengths[:, None] + torch.arange(width)
        with torch.inference_mode():
            states = self._model.base_model(
                input_ids=tokens,
                attention_mask=self._read,
                position_ids=positions,
                past_key_values=self._cache,
                use_cache=True,
            ).last_hidden_state
            last = states[torch.arange(len(turns)), (counts - 1).clamp(min=0)]
            logits = self._model.lm_head(last)
        self._lengths += counts
        found: list[int] = logits.argmax(dim=-1).tolist()
        return found


def play(
    model: Any,
    settings: Settings,
    task_ids: Sequence[str],
    watch: Callable[[int, int], object] = lambda done, total: None,
) -> list[Played]:
    """Play games of the held-out split to their end, or for `STEPS` steps.

    Args:
        model: a causal language model of transformers.
        settings: which environment.
        task_ids: which games.
        watch: is told how many are played, and of how many.
    """
    played: list[Played] = []
    slots = [settings.make_env(settings.world.held_out) for _ in range(min(SLOTS, len(task_ids)))]
    for start in range(0, len(task_ids), SLOTS):
        played += _together(model, slots, task_ids[start : start + SLOTS])
        watch(len(played), len(task_ids))
    return played


def _together(
    model: Any, slots: Sequence[gym.Env[Any, Any]], task_ids: Sequence[str]
) -> list[Played]:
    """Play a game in each slot."""
    players = Players(model, len(task_ids))
    texts: list[str | None] = []
    for slot, task_id in zip(slots, task_ids, strict=False):
        observation, _ = slot.reset(options={"task_id": task_id})
        texts.append(observation["text"])
    ends: dict[int, Played] = {}
    for step in range(1, STEPS + 1):
        commands = players.commands(texts)
        for number, task_id in enumerate(task_ids):
            if number in ends:
                continue
            observation, _, over, _, info = slots[number].step(commands[number])
            texts[number] = observation["text"]
            if over or step == STEPS:
                ends[number] = Played(task_id, info["task_type"], bool(info["success"]), step)
                texts[number] = None
        if len(ends) == len(task_ids):
            break
    return [ends[number] for number in range(len(task_ids))]
