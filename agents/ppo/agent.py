"""Agents that play what PPO has learned."""

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from crossworld.agents.base import Agent, Info, Observation
from crossworld.agents.ppo.errors import PPOError
from crossworld.agents.ppo.reading import COMMANDS, Lexicon, Reader, blank
from crossworld.agents.ppo.settings import ALGORITHMS, Algorithm
from crossworld.wrappers.adapters.base import needed


class CommandAgent(Agent):
    """Scores the possible commands with a trained network; see `policy.CommandScorer`.

    Args:
        model: folder that `crossworld train ppo` wrote.
        deterministic: whether it gives the likeliest command, or draws one as in training.
        seed: of its draws.

    Raises:
        PPOError: no folder is given, or it holds no model of this algorithm.
        DependencyNotInstalled: the library is not installed.
    """

    reads = frozenset({"text", "mission", "admissible_commands"})
    algorithm: ClassVar[str]

    def __init__(
        self, model: str | Path | None = None, deterministic: bool = False, seed: int = 0
    ) -> None:
        if model is None:
            raise PPOError(
                f"agent {self.algorithm!r} needs a model; train one with 'crossworld train ppo"
                f" --algorithm {self.algorithm} --out FOLDER', and give model=FOLDER."
            )
        self._policy = load(Path(model), self.algorithm)
        self._deterministic = deterministic
        self._generator = np.random.default_rng(seed)
        self._lexicon = lexicon_of(self._policy)
        self._reader = Reader(self._lexicon)
        self._arrays = blank(self._lexicon, 1)

    def reset(self, observation: Observation, info: Info) -> None:
        """Begin to read."""
        self._reader.begin(observation["mission"], observation["text"], info["admissible_commands"])

    def act(self, observation: Observation, info: Info) -> str:
        """Return a command; "", which does nothing, if a number without one was chosen."""
        chances = self.chances()
        drawn = self._generator.choice(COMMANDS, p=chances)
        number = int(chances.argmax()) if self._deterministic else int(drawn)
        self._command = self._reader.command(number)
        return self._command

    def observe(
        self,
        observation: Observation,
        reward: float,
        terminated: bool,
        truncated: bool,
        info: Info,
    ) -> None:
        """Read on."""
        self._reader.step(self._command, observation["text"], info["admissible_commands"])

    def chances(self) -> NDArray[np.float64]:
        """Return the probability of each number, float64 (COMMANDS,)."""
        torch = import_module("torch")
        self._reader.write(self._arrays, 0)
        seen, _ = self._policy.obs_to_tensor(self._arrays)
        masks = {"action_masks": self._reader.mask()} if ALGORITHMS[self.algorithm].masked else {}
        with torch.inference_mode():
            drawn = self._policy.get_distribution(seen, **masks).distribution
            chances = drawn.probs[0].double().numpy()
        found: NDArray[np.float64] = chances / chances.sum()
        return found


class PPOAgent(CommandAgent):
    """PPO of Stable-Baselines3; see `CommandAgent` for its arguments.

    It is not told which numbers mean a command, and may choose one that means none: a step is lost.
    """

    algorithm = "ppo"


class MaskablePPOAgent(CommandAgent):
    """MaskablePPO of sb3-contrib; see `CommandAgent` for its arguments."""

    algorithm = "maskable-ppo"


def lexicon_of(policy: Any) -> Lexicon:
    """Return the words that a policy was trained with."""
    return Lexicon(policy.features_extractor.words)


def model_file(algorithm: str) -> str:
    """Return the name of a model in its folder, as Stable-Baselines3 saves it."""
    return f"{algorithm}.zip"


def load(folder: Path, algorithm: str) -> Any:
    """Return the policy that a training wrote into a folder, loaded once per process.

    A model of Stable-Baselines3 is in part a pickle, which can run code: load only what you trust.

    Args:
        folder: that a training wrote.
        algorithm: a name of `ALGORITHMS`.

    Raises:
        PPOError: there is no model, one of another algorithm, or a damaged one.
        DependencyNotInstalled: the library is not installed.
    """
    about = ALGORITHMS[algorithm]
    needed(about.module, about.library)
    path = folder / model_file(algorithm)
    try:
        written = path.stat().st_mtime_ns
    except OSError as error:
        others = [name for name in ALGORITHMS if (folder / model_file(name)).exists()]
        hint = f"; it holds one of {others[0]}, which agent {others[0]!r} plays" if others else ""
        raise PPOError(
            f"model: {folder} holds no {path.name}{hint}. 'crossworld train ppo --algorithm"
            f" {algorithm} --out FOLDER' makes one."
        ) from error
    return _loaded(str(path), written, about)


@lru_cache(maxsize=4)
def _loaded(path: str, written: int, about: Algorithm) -> Any:
    """Return a policy; `written` is when, so that a folder that was trained anew is loaded anew."""
    # The buffer for training would be allocated, too: it holds all that was read between two updates.
    smallest = {"n_steps": 1, "n_envs": 1}
    try:
        algorithm = getattr(import_module(about.module), about.name)
        # Weights are drawn before they are loaded; draws of the process are none of their business.
        with import_module("torch").random.fork_rng(devices=[]):
            model = algorithm.load(path, device="cpu", custom_objects=smallest)
    except Exception as error:  # a damaged zip, pickle or state: each has errors of its own
        raise PPOError(
            f"model: {path} is damaged ({error!r}); train again with --fresh."
        ) from error
    model.policy.set_training_mode(False)
    return model.policy
