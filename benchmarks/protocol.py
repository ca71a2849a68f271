"""The protocol of a score: what a trial was, and how many steps it had."""

import re
from dataclasses import dataclass

from crossworld.envs.core.errors import CrossworldError

KINDS = {"pass@1": "every episode is played once, by a fresh agent that remembers nothing"}
"""The kinds of protocol that the runner can play."""


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

    def __str__(self) -> str:
        """Return the name."""
        name = f"{self.kind}/{self.limit}"
        return name if self.max_invalid is None else f"{name}/invalid-{self.max_invalid}"
