"""A state: where everything is, what the gripper holds, and what stands on and in what."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossworld.envs.core.errors import SnapshotError
from crossworld.envs.tabletop import kernel
from crossworld.envs.tabletop.scene import Floats, Poses, Scene

Bools = NDArray[np.bool_]

NOTHING = -1
"""Stands for no thing."""


@dataclass(frozen=True, eq=False)
class State:
    """One moment. Immutable: what changes it makes another one.

    Attributes:
        scene: the things.
        poses: (n, 7) of all of them, also of what is held; not to be written to.
        cup: x and y of the suction cup, metres.
        held: the thing that hangs from it, `NOTHING` for none.
    """

    scene: Scene
    poses: Poses
    cup: tuple[float, float]
    held: int = NOTHING

    @staticmethod
    def first(scene: Scene) -> "State":
        """Return the state in which an episode begins."""
        return State(scene, scene.poses, scene.workspace.middle)

    @cached_property
    def _relations(self) -> tuple[Bools, Floats]:
        found: tuple[Bools, Floats] = kernel.relations(*self.scene.packed, self.poses, self.held)
        return found

    @property
    def on(self) -> Bools:
        """(n, n + 1): whether i stands on j; the last column is the table."""
        return self._relations[0][:, : len(self.poses) + 1]

    @property
    def inside(self) -> Bools:
        """(n, n): whether i is in j."""
        count = len(self.poses)
        return self._relations[0][:, count + 1 : 2 * count + 1]

    @property
    def over(self) -> Bools:
        """(n, n): whether i is on or in j, directly or by way of others."""
        count = len(self.poses)
        return self._relations[0][:, 2 * count + 1 : 3 * count + 1]

    @property
    def boxes(self) -> Floats:
        """(n, 6): least and greatest x, y and z of each thing."""
        return self._relations[1][:, :6]

    @property
    def grips(self) -> Floats:
        """(n, 2): x and y at which the cup can touch each thing, NaN for nowhere.

        Solids with something on them are not looked at: they cannot be picked up.
        """
        return self._relations[1][:, 6:]

    def riders(self, thing: int) -> list[int]:
        """Return what is on or in a thing, and on or in that, and so on."""
        found: list[int] = self.over[:, thing].nonzero()[0].tolist()
        return found

    def burden(self, thing: int) -> list[int]:
        """Return what keeps a thing from being picked up: what a carrier has on it does not."""
        if self.scene.things[thing].shape.role in ("holder", "carrier"):
            return []
        return self.riders(thing)

    def is_liftable(self, thing: int) -> bool:
        """Return whether a thing can be picked up as it is."""
        what = self.scene.things[thing]
        return not (what.fixed or what.pile or self.burden(thing) or np.isnan(self.grips[thing, 0]))

    @cached_property
    def lifted(self) -> tuple[int, ...]:
        """What hangs from the cup: what is held, then what is on or in it."""
        if self.held == NOTHING:
            return ()
        if self.scene.things[self.held].shape.role == "solid":
            return (self.held,)
        return self.held, *self.riders(self.held)

    def key(self) -> tuple[Any, ...]:
        """Return something that is equal for equal states of one scene."""
        return self.poses.tobytes(), self.cup, self.held

    def symbols(self) -> tuple[Any, ...]:
        """Return something that is equal for states in which the same commands are possible."""
        return self.held, self._relations[0].tobytes()

    def to_json(self) -> dict[str, Any]:
        """Return the state, JSON-able; floats keep every bit."""
        return {"poses": self.poses.tolist(), "cup": list(self.cup), "held": self.held}

    @staticmethod
    def from_json(scene: Scene, data: Any) -> "State":
        """Rebuild a state of `scene` from `to_json`.

        Raises:
            SnapshotError: the data does not fit the scene.
        """
        try:
            poses, cup, held = data["poses"], data["cup"], data["held"]
            numbers = [number for pose in (*poses, cup) for number in pose]
            shape = [len(pose) for pose in poses], len(cup)
        except (KeyError, TypeError) as error:
            raise SnapshotError(f"snapshot: its state is damaged ({error!r}).") from error
        if shape != ([7] * len(scene.things), 2) or not all(map(_is_place, numbers)):
            raise SnapshotError("snapshot: its poses are not those of the scene's things.")
        if type(held) is not int or held not in (NOTHING, *scene.movable):
            raise SnapshotError(f"snapshot: {held!r} is nothing that can be held.")
        table = np.array(poses, np.float64).reshape(-1, 7)
        if not (np.abs((table[:, 3:] ** 2).sum(axis=1) - 1) < 1e-6).all():
            raise SnapshotError("snapshot: its poses hold a turn that is none.")
        return State(scene, table, (float(cup[0]), float(cup[1])), held)


def _is_place(number: Any) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and abs(number) <= 10


def listed(names: Iterable[str], last: str = "and") -> str:
    """Return names as English lists them."""
    *some, final = list(names)
    if not some:
        return final
    return f"{', '.join(some)}{',' if len(some) > 1 else ''} {last} {final}"
