"""Training a policy that scores commands, on a processor, in minutes."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from crossworld.agents.ppo.errors import PPOError
from crossworld.agents.ppo.settings import (
    LENGTH,
    ROLLOUT,
    SEGMENT,
    SLOTS,
    TRAIN_SPLIT,
    Settings,
)
from crossworld.envs.core.atomic import write_all_or_nothing
from crossworld.wrappers.adapters.base import known, needed
from crossworld.wrappers.training import differing

STATE_FILE = "training-state.pt"
"""Weights and optimizer of a training that is under way."""

PPO: dict[str, Any] = {
    "n_steps": LENGTH,
    "batch_size": 256,
    "n_epochs": 4,
    "gamma": 0.97,
    "gae_lambda": 0.95,
    "ent_coef": 0.01,
}
"""Arguments of both algorithms that are not their defaults."""

RATE = 2e-3
"""Learning rate of the first update; it falls in a line to nothing."""

RECENT = 200
"""Episodes that the success of a training in progress is the mean of."""

Tick = Callable[[int, int, str], None]
"""Is told steps done, steps in all, and how it goes."""


class Point(NamedTuple):
    """What was reached by some time.

    Attributes:
        steps: environment steps.
        success: share of the last `RECENT` training episodes at most that succeeded, actions drawn.
    """

    steps: int
    success: float


class Trained(NamedTuple):
    """What a training has made.

    Attributes:
        model: of the library, with its weights as trained.
        seconds: of processor time that it took, playing included.
        curve: how success grew, a point a segment.
    """

    model: Any
    seconds: float
    curve: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Falling:
    """The learning rate, as Stable-Baselines3 asks for it.

    Attributes:
        until: steps at the end of the segment, which is where the library thinks that the training ends.
        total: steps at the end of the training.
    """

    until: int
    total: int

    def __call__(self, remaining: float) -> float:
        """Return the rate when this share of the segment and all before it remains."""
        return RATE * (1 - (1 - remaining) * self.until / self.total)


def train(settings: Settings, folder: Path, tick: Tick = lambda done, total, note: None) -> Trained:
    """Return a policy that is trained.

    A training is a row of segments of `SEGMENT` updates. Each begins with new episodes and with seeds
    of its own, and its state is written into the folder at its end, from where the same call goes
    on: it ends with the weights of a training that was never stopped, bit for bit on the same kind
    of processor. It runs in one thread, which such small networks keep busy.

    Args:
        settings: what decides the weights.
        folder: for the state; is made if it is not there.
        tick: is told of every update.

    Raises:
        DependencyNotInstalled: a library is not installed.
        PPOError: the state in the folder is damaged or of a training with other settings.
        AdapterError: the environment is none of crossworld.
        TaskNotFoundError: it has no split to train on.
        OSError: the folder cannot be written to.
    """
    torch = needed("torch", "torch")
    needed(settings.about.module, settings.about.library)
    known(settings.env, "train ppo")
    state = _resumed(torch, folder / STATE_FILE, settings)
    began = time.process_time()
    earlier = float(state["seconds"])
    model: Any = None
    with _one_thread(torch):
        # A state that is finished is made a model of once more, for it is that which was not saved.
        while model is None or state["updates"] < settings.updates:
            model = _segment(settings, state, tick)
            state |= {"seconds": earlier + time.process_time() - began}
            write_all_or_nothing(folder / STATE_FILE, partial(torch.save, state))
    return Trained(model, state["seconds"], tuple(Point(*point) for point in state["curve"]))


def _segment(settings: Settings, state: dict[str, Any], tick: Tick) -> Any:
    """Go on with a state to the end of a segment, and return the model."""
    done = state["updates"]
    until = min((done // SEGMENT + 1) * SEGMENT, settings.updates)
    envs = import_module("crossworld.agents.ppo.slots").make_slots(settings.env, TRAIN_SPLIT, SLOTS)
    model = _model(settings, envs, done, until)
    if state["parameters"]:
        model.set_parameters(state["parameters"], device="cpu")
    if done < until:
        model.num_timesteps = done * ROLLOUT
        watch = _watch(lambda steps, note: tick(steps, settings.steps, note))
        model.learn((until - done) * ROLLOUT, callback=watch, reset_num_timesteps=False)
        won = list(model.ep_success_buffer)
        point = (until * ROLLOUT, float(np.mean(won)) if won else 0.0)
        state |= {
            "updates": until,
            "parameters": model.get_parameters(),
            "curve": [*state["curve"], point],
        }
    envs.close()
    return model


def _model(settings: Settings, envs: Any, done: int, until: int) -> Any:
    """Return a model that begins a segment."""
    about = settings.about
    policies = import_module("crossworld.agents.ppo.policy")
    lexicon = import_module("crossworld.agents.ppo.reading").Lexicon(
        envs.env_method("vocabulary", indices=0)[0]
    )
    seed = int(np.random.SeedSequence((settings.seed, done)).generate_state(1)[0])
    return getattr(import_module(about.module), about.name)(
        getattr(policies, about.policy),
        envs,
        seed=seed,
        learning_rate=Falling(until * ROLLOUT, settings.steps),
        policy_kwargs={
            "features_extractor_class": policies.CommandScorer,
            "features_extractor_kwargs": {"words": lexicon.words},
            "ortho_init": False,
        },
        stats_window_size=RECENT,
        device="cpu",
        **PPO,
    )


def _watch(tick: Callable[[int, str], None]) -> Any:
    """Return a callback that tells of every update."""
    callbacks = import_module("stable_baselines3.common.callbacks")

    class Watch(callbacks.BaseCallback):  # type: ignore[misc, name-defined]
        def _on_step(self) -> bool:
            return True

        def _on_rollout_end(self) -> None:
            won = self.model.ep_success_buffer
            tick(self.num_timesteps, f"{np.mean(won):.0%} solved" if won else "")

    return Watch()


@contextmanager
def _one_thread(torch: Any) -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _resumed(torch: Any, path: Path, settings: Settings) -> dict[str, Any]:
    """Return the state in a folder, or that of a training which has not begun."""
    fresh: dict[str, Any] = {
        "settings": asdict(settings),
        "updates": 0,
        "parameters": {},
        "seconds": 0.0,
        "curve": [],
    }
    if not path.exists():
        return fresh
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        found, whole = state["settings"], state.keys() == fresh.keys()
    except Exception as error:  # torch names no error of its own for a damaged file
        raise PPOError(f"{path} is damaged ({error!r}); begin anew with --fresh.") from error
    if not whole:
        raise PPOError(f"{path} is of another version; begin anew with --fresh.")
    if found != asdict(settings):
        raise PPOError(f"{path}: {differing(found, settings)}")
    return state
