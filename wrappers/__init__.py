"""Wrappers that change what an environment shows, accepts or pays."""

if __name__ != "crossworld.wrappers":
    raise ImportError(
        f"imported as {__name__!r}, which makes a second copy: import 'crossworld.wrappers' instead"
    )

from crossworld.wrappers.recording import RecordAnimation

__all__ = ["RecordAnimation"]
