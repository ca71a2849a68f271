"""The action modes of numbers; those of words are every world's."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from crossworld.envs.tabletop import language
from crossworld.envs.tabletop.moves import Impossible, Move, Pick, PickPlace, Place, Push
from crossworld.envs.tabletop.scene import Workspace
from crossworld.envs.tabletop.world import TabletopWorld

NOT_NUMBERS = "(an action that holds NaN)"
"""A command that is never possible."""


class NumbersController(ABC):
    """Actions are so many numbers, each from -1 to 1; what is beyond is cut.

    Args:
        count: how many.
        mode: name of the action mode.
    """

    def __init__(self, count: int, mode: str) -> None:
        self.space: gym.Space[Any] = Box(-1.0, 1.0, (count,), np.float32)
        self._count = count
        self._mode = mode

    def command(self, action: Any, world: TabletopWorld) -> Move | str:
        """Return the move that an action stands for.

        Raises:
            TypeError: it is not so many numbers.
        """
        return self.commands([action], [world])[0]

    def commands(self, actions: Sequence[Any], worlds: Sequence[TabletopWorld]) -> list[Move | str]:
        """Return the moves of several actions; see `command`."""
        try:
            numbers = np.array(actions, np.float64)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"action_mode={self._mode!r} takes {self._count} numbers, not {actions[0]!r}."
            ) from error
        if numbers.shape != (len(worlds), self._count):
            raise TypeError(
                f"action_mode={self._mode!r} takes arrays of shape ({self._count},), not"
                f" {numbers.shape[1:]}."
            )
        unknown = np.asarray(np.isnan(numbers).any(axis=1)).tolist()
        return [
            NOT_NUMBERS if nan else self._move(row, world)
            for row, nan, world in zip(
                np.clip(numbers, -1.0, 1.0).tolist(), unknown, worlds, strict=True
            )
        ]

    @abstractmethod
    def _move(self, numbers: list[float], world: TabletopWorld) -> Move:
        """Return the move that some numbers stand for."""


class PickPlaceController(NumbersController):
    """Actions are pick x, y, yaw and place x, y, yaw, each from -1 to 1.

    Positions span the workspace, x from near to far and y from right to left; yaws are -180 to 180
    degrees. What is picked is turned by the difference of the yaws. On a table with a pile, the
    spatula is swept from the one place to the other instead, as in ravens and GenSim.
    """

    def __init__(self) -> None:
        super().__init__(6, "pick_place")

    def _move(self, numbers: list[float], world: TabletopWorld) -> Move:
        scene = world.setting.scene
        x, y, before, u, v, after = numbers
        pick, place = to_table(x, y, scene.workspace), to_table(u, v, scene.workspace)
        if scene.has_piles:
            return Push(*pick, *place)
        return PickPlace(Pick(*pick), Place(*place, 180.0 * (after - before)))

    def action(self, command: str, world: TabletopWorld) -> NDArray[np.float32]:
        """Return float32 (6,) that does what a command says.

        Raises:
            ValueError: it is not possible now, or no pick and place.
        """
        move = meant(command, world)
        space = world.setting.scene.workspace
        match move:
            case PickPlace(pick, place):
                return packed(
                    *to_unit(pick, space), 0.0, *to_unit(place, space), wrapped(place.turn)
                )
            case Pick(x, y):
                at = to_unit((x, y), space)
                return packed(*at, 0.0, *at, 0.0)
            case Push(x, y, u, v) if world.setting.scene.has_piles:
                return packed(*to_unit((x, y), space), 0.0, *to_unit((u, v), space), 0.0)
        raise ValueError(f"{command!r} is no pick and place; action_mode='text' takes it.")


class PointController(NumbersController):
    """Actions are x, y and pick (below 0) or place, each from -1 to 1.

    They are those of Di Palo et al., "Towards a Unified Agent with Foundation Models" (2023, arXiv
    2307.09668), section 4. What is placed keeps its yaw.
    """

    def __init__(self) -> None:
        super().__init__(3, "point")

    def _move(self, numbers: list[float], world: TabletopWorld) -> Move:
        x, y, kind = numbers
        at = to_table(x, y, world.setting.scene.workspace)
        return Pick(*at) if kind < 0 else Place(*at)

    def action(self, command: str, world: TabletopWorld) -> NDArray[np.float32]:
        """Return float32 (3,) that does what a command says; of a pick and place, the pick.

        Raises:
            ValueError: it is not possible now, or neither pick nor place.
        """
        space = world.setting.scene.workspace
        match meant(command, world):
            case PickPlace(Pick(x, y), _) | Pick(x, y):
                return packed(*to_unit((x, y), space), -1.0)
            case Place(x, y, _):
                return packed(*to_unit((x, y), space), 1.0)
        raise ValueError(f"{command!r} neither picks nor places; action_mode='text' takes it.")


def meant(command: str, world: TabletopWorld) -> Move | None:
    """Return the move that a command stands for.

    Raises:
        ValueError: it is not possible now.
    """
    try:
        return language.read(world.state, command)
    except Impossible as reason:
        raise ValueError(f"{command!r}: {reason}") from reason


def to_table(x: float, y: float, space: Workspace) -> tuple[float, float]:
    """Return metres for two numbers from -1 to 1."""
    (x0, x1), (y0, y1) = space.x, space.y
    return x0 + (x + 1) / 2 * (x1 - x0), y0 + (y + 1) / 2 * (y1 - y0)


def to_unit(place: Any, space: Workspace) -> tuple[float, float]:
    """Return numbers from -1 to 1 for a place in metres; the inverse of `to_table`."""
    (x0, x1), (y0, y1) = space.x, space.y
    return 2 * (place[0] - x0) / (x1 - x0) - 1, 2 * (place[1] - y0) / (y1 - y0) - 1


def wrapped(turn: float) -> float:
    """Return degrees as a number from -1 to 1."""
    return ((turn + 180) % 360 - 180) / 180


def packed(*numbers: float) -> NDArray[np.float32]:
    """Return an action."""
    return np.clip(np.array(numbers, np.float32), -1.0, 1.0)
