"""The info dictionary of every environment: same keys and types at reset and at every step."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

MASK_SIZE = 256
"""Size of the discrete action space and of `action_mask`."""

_MASKS = np.tri(MASK_SIZE + 1, MASK_SIZE, -1, dtype=np.int8)


class StepInfo(TypedDict):
    """What an environment reports beside the observation.

    Keys:
        task_id, task_type, split: which task is played.
        success: whether the goal holds now.
        goal_conditions: share of the goal's conditions that hold, 0 to 1.
        action_valid: whether the last action was possible (True at reset).
        feedback: why it was not; "" otherwise.
        ticks: world time that the last action took (0 at reset).
        admissible_commands: what is possible now, sorted.
        action_mask: int8 array of shape (256,); 1 where a discrete action has a command.
        expert_action: the expert's next command, "" unless asked for.
    """

    task_id: str
    task_type: str
    split: str
    success: bool
    goal_conditions: float
    action_valid: bool
    feedback: str
    ticks: int
    admissible_commands: list[str]
    action_mask: NDArray[np.int8]
    expert_action: str


def action_masks(n_commands: Sequence[int]) -> NDArray[np.int8]:
    """Return a fresh stack of masks, one per number of commands."""
    masks: NDArray[np.int8] = _MASKS[np.minimum(n_commands, MASK_SIZE)]
    return masks


def action_mask(n_commands: int) -> NDArray[np.int8]:
    """Return a fresh mask that allows the first `n_commands` discrete actions."""
    mask: NDArray[np.int8] = _MASKS[min(n_commands, MASK_SIZE)].copy()
    return mask
