"""Files that are written whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path


def write_all_or_nothing(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file beside `path`, then put it in its place.

    Args:
        path: the file; its folder is made if there is none.
        write: writes a file of the name that it is given.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(draft)
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
