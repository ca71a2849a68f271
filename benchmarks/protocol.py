"""The protocol of a score: what a trial was, how many steps it had, what was carried over."""

import re
from dataclasses import dataclass, replace

from crossworld.envs.core.errors import CrossworldError

PASS, TRIALS, RETRY, ADAPT, ADAPTED = (
    "pass@1",
    "k-trial",
    "retry-only",
    "adapt",
    "adapted-pass@1",
)

KINDS = {
    PASS: "every task is played once, by a fresh agent that remembers nothing",
    TRIALS: (
        "each task is played until it is solved, k times at most; the agent may remember its earlier"
        " trials of this task; success is cumulative"
    ),
    RETRY: "the same without memory, which tells what trying again is worth by itself",
    ADAPT: (
        "all tasks are played in k rounds, those that are solved no more, by one agent that learns"
        " from the very tasks that are scored; success is cumulative"
    ),
    ADAPTED: (
        "the agent learns on other tasks first (adapt), is frozen, and then plays every task once"
    ),
}
"""The kinds of protocol, and what they mean."""

CUMULATIVE = frozenset({TRIALS, RETRY, ADAPT})
"""Kinds in which a task may be played several times, and is not once it is solved."""

LASTING = frozenset({TRIALS, ADAPT})
"""Kinds in which an agent carries something over from one episode to the next."""

_PROTOCOL = re.compile(r"([^/]+)/([0-9]+)(?:/invalid-([0-9]+))?")


class ProtocolError(CrossworldError, ValueError):
    """A protocol that does not exist."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol, written `pass@1/50`, or `pass@1/50/invalid-10`.

    Attributes:
        kind: one of `KINDS`.
        limit: steps after which an episode counts as failed.
        max_invalid: actions that may be impossible; one more fails the episode. None for no limit.
    """

    kind: str
    limit: int
    max_invalid: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Protocol":
        """Read a protocol from its name.

        Raises:
            ProtocolError: this is no protocol.
        """
        found = _PROTOCOL.fullmatch(text)
        if not found or found[1] not in KINDS or int(found[2]) < 1:
            raise ProtocolError(
                f"protocol {text!r} is unknown; write KIND/STEPS, for example 'pass@1/50', or"
                f" KIND/STEPS/invalid-N, with one of the kinds {', '.join(KINDS)}."
            )
        return cls(found[1], int(found[2]), int(found[3]) if found[3] else None)

    def of_kind(self, kind: str) -> "Protocol":
        """Return the protocol with the same limits, of another kind."""
        return replace(self, kind=kind)

    def __str__(self) -> str:
        """Return the name."""
        name = f"{self.kind}/{self.limit}"
        return name if self.max_invalid is None else f"{name}/invalid-{self.max_invalid}"
