"""Training: MaskablePPO with a small network, for so many minutes of processor time."""

import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from crossworld.benchmarks.image_policy.tasks import HouseholdTask, own_commands
from crossworld.benchmarks.journal import Journal, read_journal
from crossworld.wrappers.adapters.base import needed

SLOTS = 30
"""Played side by side; a multiple of the number of tasks, so that each gets as many steps."""

PPO = {
    "n_steps": 64,
    "batch_size": 480,
    "n_epochs": 4,
    "learning_rate": 1e-3,
    "gamma": 0.95,
    "gae_lambda": 0.95,
    "ent_coef": 0.02,
}
"""Arguments of `MaskablePPO` that are not its defaults."""

FEATURES = 256
SEEING, BLIND = 1.0, 0.0
"""What images are multiplied by: nothing can be seen in blank ones."""

EVERY = 0.5
"""Minutes of processor time between two points of the learning curve."""

WEIGHTS, CURVE = "weights.zip", "curve.jsonl"


class Point(NamedTuple):
    """What was reached by some time.

    Attributes:
        minutes: of processor time, all threads, environments included.
        steps: environment steps, of all slots together.
        success: share of the episodes since the last point that succeeded, mean over tasks.
        by_task: the same of each task; None where no episode ended.
    """

    minutes: float
    steps: int
    success: float
    by_task: dict[str, float | None]


def train(
    tasks: Sequence[HouseholdTask],
    folder: Path,
    minutes: float,
    seed: int,
    gain: float = SEEING,
    tell: Callable[[Point], None] = lambda point: None,
) -> tuple[Any, list[Point]]:
    """Return the trained policy and its learning curve.

    Args:
        tasks: what it is trained on.
        folder: weights and curve are kept there after every point; what is there is gone on from.
        minutes: of processor time, those of earlier runs included.
        seed: of weights, draws of actions and slots.
        gain: `SEEING`, or `BLIND` for a policy that is shown nothing.
        tell: is told every point.

    Raises:
        DependencyNotInstalled: a library is not installed.
    """
    torch = needed("torch", "torch")
    maskable = needed("sb3_contrib", "sb3-contrib").MaskablePPO
    torch.set_num_threads(1)  # a second one helps such small networks little and costs as much
    begun = time.process_time()
    curve = [Point(**entry) for entry in read_journal(folder / CURVE)]
    envs = own_commands(tasks, SLOTS, seed + len(curve))
    model = maskable(
        "CnnPolicy",
        envs,
        seed=seed + len(curve),
        device="cpu",
        policy_kwargs={
            "features_extractor_class": small_network(),
            "features_extractor_kwargs": {"gain": gain},
            "net_arch": [],
        },
        **PPO,
    )
    if curve:
        model.set_parameters(folder / WEIGHTS, device="cpu")
    earlier = curve[-1] if curve else Point(0.0, 0, 0.0, {})
    if earlier.minutes < minutes:
        journal = Journal(folder / CURVE)

        def keep(point: Point) -> None:
            model.save(folder / WEIGHTS)
            journal.append(point._asdict())
            curve.append(point)
            tell(point)

        watch = _watch([task.task_id for task in tasks], earlier, begun, minutes, keep)
        model.learn(10**9, callback=watch)
        journal.close()
    envs.close()
    return model, curve


def small_network() -> Any:
    """Return the class of the features: three convolutions and a layer, 64 x 64 pixels to `FEATURES`."""
    nn = import_module("torch").nn
    layers = import_module("stable_baselines3.common.torch_layers")

    class SmallNetwork(layers.BaseFeaturesExtractor):  # type: ignore[misc, name-defined]
        def __init__(self, observation_space: Any, gain: float) -> None:
            super().__init__(observation_space, FEATURES)
            self.gain = gain
            self.layers = nn.Sequential(
                nn.Conv2d(3, 16, 8, 4),
                nn.ReLU(),
                nn.Conv2d(16, 32, 4, 2),
                nn.ReLU(),
                nn.Conv2d(32, 32, 3),
                nn.ReLU(),
                nn.Flatten(),
                nn.LazyLinear(FEATURES),
                nn.ReLU(),
            )
            shape = observation_space.shape
            self.layers(import_module("torch").zeros(1, *shape))

        def forward(self, images: Any) -> Any:
            return self.layers((images - 0.5) * (4 * self.gain))

    return SmallNetwork


def _watch(
    names: Sequence[str],
    earlier: Point,
    begun: float,
    minutes: float,
    keep: Callable[[Point], None],
) -> Any:
    """Return a callback that makes points of the curve, and ends the training in time."""
    callbacks = import_module("stable_baselines3.common.callbacks")

    class Watch(callbacks.BaseCallback):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.ended: dict[str, list[bool]] = {name: [] for name in names}
            self.next = earlier.minutes + EVERY
            self.over = False

        def _on_step(self) -> bool:
            for info in self.locals["infos"]:
                if "episode" in info:
                    self.ended[info["task_id"]].append(info["is_success"])
            return not self.over

        def _on_rollout_start(self) -> None:
            # Between two updates: what is saved is whole.
            spent = earlier.minutes + (time.process_time() - begun) / 60
            if spent >= min(self.next, minutes):
                self.next = spent + EVERY
                keep(self._point(spent))
                self.ended = {name: [] for name in names}
            self.over = spent >= minutes

        def _point(self, spent: float) -> Point:
            rates = {k: sum(won) / len(won) if won else None for k, won in self.ended.items()}
            known = [rate for rate in rates.values() if rate is not None]
            success = sum(known) / len(known) if known else 0.0
            return Point(spent, earlier.steps + self.num_timesteps, success, rates)

    return Watch()
