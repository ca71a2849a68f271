"""PyBullet's rigid bodies, used as a pure function: from poses to poses at rest.

A simulation has memory beside poses: cached contacts, the tree of its broad phase, the order in which
pairs were found. Restoring a saved state does not clear them, nor does parking everything out of
reach; one or two pushes in a hundred then end a micrometre elsewhere. So every call builds its world anew,
which takes a third of a millisecond for three blocks: equal arguments give equal results bit for bit,
whatever was simulated before, in any process on one platform. Time is counted in steps of 1/240 s,
never by the clock.
"""

import ctypes
import importlib
import math
import os
import sys
import threading
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np

from crossworld.envs.tabletop.moves import SPATULA
from crossworld.envs.tabletop.scene import WALL, Floats, Poses, Scene, Workspace
from crossworld.envs.tabletop.shapes import Part, Shape

STEPS_AT_ONCE, MOST_STEPS = 15, 360
"""Steps between looks at whether everything rests, and after how many everything is stopped."""

REST = 2e-4
"""Metres (and radians / 10) that things at rest move less than between two looks."""

KEPT = 1e-3
"""What has moved less than this in all stays exactly where it was, so that nothing creeps."""

FRICTION, ROLLING = 0.6, 0.004
STRIDE = 0.001
"""Metres that the spatula goes in a step."""

SPATULA_MASS, FORCE = 0.3, 3.0
"""Kilograms of the spatula, and newtons that it pushes with at most."""

_OF_THREAD = threading.local()
_ORIGIN = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)


class BulletPhysics:
    """See the module. Has no state of its own."""

    name = "bullet"

    def check(self, scene: Scene) -> None:
        """Do nothing: all things can be simulated."""

    def settle(self, scene: Scene, poses: Poses, away: tuple[int, ...]) -> Poses:
        """Return where everything comes to rest if it starts at rest at these poses.

        Args:
            scene: the things.
            poses: (n, 7).
            away: things that hang in the gripper, and stay there.
        """
        simulation = _Simulation(scene, poses, away)
        simulation.run(MOST_STEPS)
        return simulation.result(poses)

    def sweep(self, scene: Scene, poses: Poses, path: Floats) -> Poses:
        """Return where everything comes to rest after the spatula has gone from one point to another.

        Args:
            scene: the things.
            poses: (n, 7).
            path: (2, 2) from and to, x and y.
        """
        simulation = _Simulation(scene, poses, ())
        simulation.sweep(path)
        simulation.run(MOST_STEPS)
        return simulation.result(poses)


class _Simulation:
    """A world of its own, until the next one is made: a thread has one client for all."""

    def __init__(self, scene: Scene, poses: Poses, away: tuple[int, ...]) -> None:
        self._bullet = bullet = load_bullet()
        self._client = client = _client()
        # Every call names its client; bound once, that costs nothing.
        self._step = partial(bullet.stepSimulation, physicsClientId=client)
        self._where = partial(bullet.getBasePositionAndOrientation, physicsClientId=client)
        bullet.resetSimulation(physicsClientId=client)
        bullet.setGravity(0, 0, -9.81, physicsClientId=client)
        bullet.setPhysicsEngineParameter(deterministicOverlappingPairs=1, physicsClientId=client)
        self._bodies(_surroundings(scene.workspace), 0.0, [_ORIGIN])
        alike: dict[tuple[Shape, bool], list[int]] = {}
        for number, thing in enumerate(scene.things):
            if number not in away and thing.shape.role != "marker":
                alike.setdefault((thing.shape, thing.fixed), []).append(number)
        self._watched: list[int] = []
        self._seen: list[int] = []
        for (shape, fixed), numbers in alike.items():
            mass = 0.0 if fixed else shape.mass
            bodies = self._bodies(shape.parts, mass, poses[numbers].tolist())
            if not fixed:
                self._watched += numbers
                self._seen += bodies

    def _bodies(
        self, parts: tuple[Part, ...], mass: float, poses: Sequence[Sequence[float]]
    ) -> list[int]:
        """Make bodies of one shape; together, which takes half the time."""
        bullet, client = self._bullet, self._client
        shape = bullet.createCollisionShapeArray(**_shape_arguments(parts), physicsClientId=client)
        # One position alone gives a number, several give all numbers.
        places = [pose[:3] for pose in poses]
        made = bullet.createMultiBody(
            mass, shape, batchPositions=places if len(places) > 1 else [], physicsClientId=client
        )
        bodies = list(made) if len(places) > 1 else [int(made)]
        rolls = any(part.kind == "ball" for part in parts)
        for body, pose in zip(bodies, poses, strict=True):
            bullet.resetBasePositionAndOrientation(body, pose[:3], pose[3:], physicsClientId=client)
            bullet.changeDynamics(
                body, -1, lateralFriction=FRICTION, rollingFriction=ROLLING if rolls else 0.0,
                spinningFriction=ROLLING, physicsClientId=client,
            )  # fmt: skip
        return bodies

    def run(self, steps: int) -> None:
        """Simulate until everything rests, or so many steps."""
        before = self._poses()
        for _ in range(steps // STEPS_AT_ONCE):
            for _ in range(STEPS_AT_ONCE):
                self._step()
            now = self._poses()
            if _moved(before, now).max(initial=0.0) < REST:
                return
            before = now

    def sweep(self, path: Floats) -> None:
        """Move the spatula along the table."""
        (x, y), (dx, dy) = path[0].tolist(), (path[1] - path[0]).tolist()
        length = math.sqrt(dx * dx + dy * dy)
        turn = math.atan2(dy, dx) / 2
        quaternion = (0, 0, math.sin(turn), math.cos(turn))
        height = SPATULA[2] + 0.001
        (spatula,) = self._bodies(
            (Part("box", SPATULA),), SPATULA_MASS, [(x, y, height, *quaternion)]
        )
        bullet, client = self._bullet, self._client
        # Heavy to turn, and led by a limited force: pressed against a wall, things stop it.
        bullet.changeDynamics(spatula, -1, localInertiaDiagonal=(1, 1, 1), physicsClientId=client)
        lead = bullet.createConstraint(
            spatula, -1, -1, -1, bullet.JOINT_FIXED, (0, 0, 0), (0, 0, 0), (x, y, height),
            (0, 0, 0, 1), quaternion, physicsClientId=client,
        )  # fmt: skip
        count = max(math.ceil(length / STRIDE), 1)
        for k in range(count + 1):
            bullet.changeConstraint(
                lead, (x + dx * k / count, y + dy * k / count, height), quaternion,
                maxForce=FORCE, physicsClientId=client,
            )  # fmt: skip
            self._step()
        bullet.removeConstraint(lead, physicsClientId=client)
        self._bullet.removeBody(spatula, physicsClientId=self._client)

    def result(self, poses: Poses) -> Poses:
        """Return all poses; what has hardly moved is exactly where it was."""
        result: Poses = poses.copy()
        now = self._poses()
        if len(now):
            watched = np.array(self._watched)
            changed = _moved(poses[watched], now) >= KEPT
            result[watched[changed]] = now[changed]
        return result

    def _poses(self) -> Poses:
        return np.array([[*place, *turn] for place, turn in map(self._where, self._seen)]).reshape(
            -1, 7
        )


def _client() -> int:
    """Return the thread's connection to PyBullet."""
    if not hasattr(_OF_THREAD, "client"):
        bullet = load_bullet()
        _OF_THREAD.client = bullet.connect(bullet.DIRECT)
    return int(_OF_THREAD.client)


@lru_cache(maxsize=64)
def _surroundings(space: Workspace) -> tuple[Part, ...]:
    """Return the table, and the walls that nothing leaves it through."""
    (x0, x1), (y0, y1) = space.x, space.y
    x, y = space.middle
    dx, dy = (x1 - x0) / 2 + WALL, (y1 - y0) / 2 + WALL
    thick, high = 0.1, 0.5
    return (
        Part("box", (dx + 2 * thick, dy + 2 * thick, thick), (x, y, -thick)),
        Part("box", (thick, dy + 2 * thick, high), (x - dx - thick, y, high)),
        Part("box", (thick, dy + 2 * thick, high), (x + dx + thick, y, high)),
        Part("box", (dx, thick, high), (x, y - dy - thick, high)),
        Part("box", (dx, thick, high), (x, y + dy + thick, high)),
    )


@lru_cache(maxsize=256)
def _shape_arguments(parts: tuple[Part, ...]) -> dict[str, Any]:
    """Return how PyBullet is told of a shape."""
    bullet = load_bullet()
    kinds = {"box": bullet.GEOM_BOX, "cylinder": bullet.GEOM_CYLINDER, "ball": bullet.GEOM_SPHERE}
    turns = [math.radians(part.yaw) / 2 for part in parts]
    return {
        "shapeTypes": [kinds[part.kind] for part in parts],
        "halfExtents": [part.half for part in parts],
        "radii": [part.half[0] for part in parts],
        "lengths": [2 * part.half[2] for part in parts],
        "collisionFramePositions": [part.position for part in parts],
        "collisionFrameOrientations": [(0, 0, math.sin(turn), math.cos(turn)) for turn in turns],
    }


def _moved(before: Poses, now: Poses) -> Floats:
    """Return how far each thing has moved: metres, or a tenth of the radians it has turned."""
    gone = np.sqrt(((now[:, :3] - before[:, :3]) ** 2).sum(axis=1))
    same = np.minimum(np.abs((now[:, 3:] * before[:, 3:]).sum(axis=1)), 1.0)
    farther: Floats = np.maximum(gone, np.arccos(same) * 2 / 10)
    return farther


def load_bullet() -> Any:
    """Return the module. It is imported when it is first needed, and made to be silent.

    Its C code prints a line on being imported, which would end up in whatever a program writes.
    """
    if "pybullet" not in sys.modules:
        sys.stdout.flush()
        streams = 1, 2
        kept, nowhere = [os.dup(stream) for stream in streams], os.open(os.devnull, os.O_WRONLY)
        try:
            for stream in streams:
                os.dup2(nowhere, stream)
            importlib.import_module("pybullet")
            ctypes.CDLL(None).fflush(None)  # C has a buffer of its own
        finally:
            for stream, copy in zip(streams, kept, strict=True):
                os.dup2(copy, stream)
                os.close(copy)
            os.close(nowhere)
    return sys.modules["pybullet"]
