"""Whether the model that answered is the model that was asked."""

import re

LATEST = re.compile(r"[-:]latest$")
VERSION = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{3,4}|\d{6}|\d{8})(-preview)?")
"""What stands behind the name of a model that has a date or a number, such as "-2024-08-06"."""


def is_same_model(asked: str, answered: str) -> bool:
    """Return whether a server that was asked for one name may answer with the other.

    The other may be dated where the one is not ("gpt-4o", "gpt-4o-2024-08-06"), name a revision
    where the one does not ("org/name", "org/name@main"), and one of them may lack the folders or
    the owner ("/models/name", "name"). "latest" says nothing. Case does not count.
    """
    one, other = (LATEST.sub("", name.casefold().rstrip("/")) for name in (asked, answered))
    if "@" not in one:
        other = re.sub(r"@[^/]*$", "", other)
    if "/" not in one or "/" not in other:
        one, other = (name.rpartition("/")[2] for name in (one, other))
    return other.startswith(one) and (
        one == other or VERSION.fullmatch(other[len(one) :]) is not None
    )
