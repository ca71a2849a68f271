"""The protocol of a score: what a trial was, and how many steps it had."""

from dataclasses import dataclass

from crossworld.envs.core.errors import CrossworldError

KINDS = {"pass@1": "every episode is played once, by a fresh agent that remembers nothing"}
"""The kinds of protocol that the runner can play."""


class ProtocolError(CrossworldError, ValueError):
    """A protocol that does not exist."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol, written `pass@1/50`.

    Attributes:
        kind: one of `KINDS`.
        limit: steps after which an episode counts as failed.
    """

    kind: str
    limit: int

    @classmethod
    def parse(cls, text: str) -> "Protocol":
        """Read a protocol from its name.

        Raises:
            ProtocolError: this is no protocol.
        """
        kind, _, limit = text.partition("/")
        if kind not in KINDS or not limit.isdecimal() or int(limit) < 1:
            raise ProtocolError(
                f"protocol {text!r} is unknown; write KIND/STEPS, for example 'pass@1/50', with one"
                f" of the kinds {', '.join(KINDS)}."
            )
        return cls(kind, int(limit))

    def __str__(self) -> str:
        """Return the name."""
        return f"{self.kind}/{self.limit}"
