"""`ActAgent`: a command each step, nothing else."""

from typing import Any

from crossworld.agents.language.agent import LanguageAgent


class ActAgent(LanguageAgent):
    """Asks a chat model for a command each step, without thoughts: the control of ReAct.

    It reads what the text game says, and two examples of the same type of task (Yao et al. 2023, arXiv
    2210.03629, call this "Act"). See `LanguageAgent` for the arguments.
    """


class TextLMAgent(ActAgent):
    """Asks the small text model that comes with the package, which has learned from demonstrations.

    It was trained to give commands, so it gets no examples.

    Args:
        model: see `LanguageAgent`.
        examples: likewise.
        **kwargs: those of `LanguageAgent`.

    Raises:
        gymnasium.error.DependencyNotInstalled: PyTorch or transformers is missing.
    """

    def __init__(self, model: Any = "text-lm", *, examples: int = 0, **kwargs: Any) -> None:
        super().__init__(model, examples=examples, **kwargs)
