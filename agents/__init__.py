"""Agents: anything that chooses actions from observations."""

if __name__ != "crossworld.agents":
    raise ImportError(
        f"imported as {__name__!r}, which makes a second copy: import 'crossworld.agents' instead"
    )

from crossworld.agents.base import Agent
from crossworld.agents.registry import make

__all__ = ["Agent", "make"]
